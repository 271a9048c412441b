"""docs/accuracy.md from the runs."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from benchmarks.accuracy import rate_network
from benchmarks.accuracy.collect import Results, curves
from benchmarks.accuracy.measured import Accuracy, observed_order
from benchmarks.accuracy.problems import DURATION, PROBLEMS, SAMPLE, STEPS

TITLES = {**{p.name: p.title for p in PROBLEMS}, rate_network.NAME: rate_network.TITLE}


def page(results: Results, facts: Mapping[str, str]) -> str:
    """The text of the page."""
    what = "\n".join(f"- {name}: {value}" for name, value in facts.items())
    sections = "\n".join(_section(name, runs) for name, runs in results.items())
    steps = ", ".join(f"{dt:g}" for dt in STEPS)
    return f"""# Accuracy against cost

Made by `python -m benchmarks accuracy --peers DIR --write` on {datetime.date.today():%d %B %Y}; nothing here is typed
in.

{what}

Each model runs for {DURATION:g} ms on every method with steps of {steps} ms, from the same text on eqneuro, Brian2 and
SciPy (`DOP853`, relative tolerance 1e-12, every crossing of the threshold and every arriving spike at its true time:
the exact solution), and as NEST's built-in model. Two cases each: one without spikes, in which v is compared every
{SAMPLE:g} ms (the largest difference counts), and one with spikes, whose times are compared (the mean difference; `k of
n` where k spikes were emitted in place of n). A spike's time is the end of the step in which it was emitted. Cost is
CPU time of 1,000 neurons on one thread in ns per neuron and ms of simulated time, in the case with spikes; the
network of rates has 100 neurons.

How to read it:

- **Without spikes** each method shows its order: a step half as long, an error 2ᵖ times smaller.
- **With spikes** on a grid of steps every method is of order 1: a spike is seen, and the neuron reset, at the end of a
  step, half a step late on average. What the method adds is small beside that for midpoint, heun and rk4, and larger
  for the methods of order 1. `within steps` marks runs with `spike_times="interpolated"`
  ([Spike times](spike-times.md)), which keep the order of the method.
- **Upstrokes.** The exponential of AdEx runs off to infinity within a step. The stages of midpoint, heun and rk4 would
  see absurd potentials there and spoil w; eqneuro holds them at the threshold, beyond which the neuron is reset anyway.
- **—** means that the run became infinite, or was not made.
- NEST's conductance-based models use an adaptive Runge–Kutta–Fehlberg method within each step: accurate whatever the
  step, at a cost. Its Izhikevich neuron uses forward Euler, its neuron with delta pulses the exact solution. Its
  Hodgkin–Huxley neuron emits spikes at maxima, which are not compared.

{sections}"""


def _section(name: str, runs: Sequence[Accuracy]) -> str:
    has_spikes = any(a.spike_count is not None for a in runs)
    heading = ["", *(f"{dt:g}" for dt in STEPS), "order"]
    unit = "mV" if has_spikes else "of r"
    parts = [f"## {TITLES[name]}", "", f"![work and precision](images/accuracy/{name}.png)", ""]
    parts += [f"Error {unit}, by step in ms:", "", *_table(heading, _rows(runs, of_spikes=False)), ""]
    if has_spikes:
        parts += ["Error of spike times in ms:", "", *_table(heading, _rows(runs, of_spikes=True)), ""]
    parts += ["Cost in ns per neuron and ms:", "", *_table(heading[:-1], _costs(runs)), ""]
    return "\n".join(parts)


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [heading, ["---"] * len(heading), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _rows(runs: Sequence[Accuracy], *, of_spikes: bool) -> list[list[str]]:
    expected = max((a.spike_count or 0 for a in runs if a.spike_error == a.spike_error), default=0)
    rows = []
    for label, own in curves(runs).items():
        if of_spikes and own[0].spike_count is None:
            continue
        cells = [_spike_cell(a, expected) if of_spikes else _number(a.error) for a in own]
        order = observed_order(own, of_spikes=of_spikes)
        rows.append([label, *cells, "" if order != order else f"{order:.2f}"])
    return rows


def _spike_cell(result: Accuracy, expected: int) -> str:
    if result.spike_error == result.spike_error:
        return _number(result.spike_error)
    return f"{result.spike_count} of {expected}" if result.run.spikes else "—"


def _costs(runs: Sequence[Accuracy]) -> list[list[str]]:
    return [[label, *(_whole(a.run.cost) for a in own)] for label, own in curves(runs).items()]


def _whole(value: float) -> str:
    return "—" if value != value else f"{value:,.0f}"


def _number(value: float) -> str:
    return "—" if value != value else f"{value:.1e}"
