"""The figures of activity and starts: what is measured, how often, and what each one should be."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks import activity, networks, startup
from benchmarks.fresh import HEAVY


@dataclass
class Figure:
    """A row of a table; it holds where `holds` is true of the median, None where it is only told."""

    what: str
    target: str
    unit: str
    holds: Callable[[float], bool] | None
    values: list[float] = field(default_factory=list)
    note: str = ""
    is_broken: bool = False  # whatever the values are

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def verdict(self) -> str:
        return "" if self.holds is None else "yes" if self.holds(self.median) and not self.is_broken else "NO"

    def cells(self) -> tuple[str, ...]:
        spread = f"{_plain(min(self.values))} – {_plain(max(self.values))}"
        value = f"{_plain(self.median)} {self.unit}".strip()
        return self.what, value, spread, self.target, self.verdict, self.note


def _plain(value: float) -> str:
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e6 else f"{value:.3g}"


def at_most(limit: float) -> Callable[[float], bool]:
    return lambda value: value <= limit


def within(low: float, high: float) -> Callable[[float], bool]:
    return lambda value: low <= value <= high


def activity_figures() -> Iterator[Figure]:
    """Rates over ten seeds, and the axon's spikes."""
    found = activity.measure_activity(networks.coba)
    yield Figure("COBA, rate over ten seeds", "18–24", "Hz", within(18.0, 24.0), found.rates)
    yield Figure("COBA, CV of interspike intervals", "> 0.7", "", lambda x: x > 0.7, found.variations)
    found = activity.measure_activity(networks.cuba)
    yield Figure("CUBA, rate over ten seeds", "5.3–6.2", "Hz", within(5.3, 6.2), found.rates)
    one = networks.cuba()
    one.network.simulate(500.0)
    one.spikes()
    one.network.simulate(20_000.0)
    yield Figure(
        "CUBA, CV of interspike intervals",
        "> 0.7",
        "",
        lambda x: x > 0.7,
        [activity.mean_variation(*one.spikes())],
        "over 20 s: half a second holds three spikes a neuron, whose intervals can't be long ones",
    )
    for current, count in ((7.0, 30), (10.0, 35), (20.0, 44)):
        spikes, reference = activity.axon_spikes(current), activity.reference_axon_spikes(current)
        same = len(spikes) == len(reference)
        apart = max(abs(spikes - reference)) if same else float("inf")
        yield Figure(
            f"Hodgkin–Huxley, {current:g} µA/cm², 500 ms",
            f"{count}, each within 1 ms",
            "spikes",
            lambda x, count=count, apart=apart: x == count and apart <= 1.0,  # type: ignore[misc]
            [len(spikes)],
            f"SciPy: {len(reference)}, at most {apart:.3f} ms apart",
        )


Measure = Callable[[int], float]


@dataclass
class Timing:
    """Something measured once a round."""

    figure: Figure
    measure: Measure


def startup_timings(cache: Path) -> Iterator[Timing]:
    def row(
        what: str, limit: float | None, measure: Callable[[], tuple[float, str]], without: Sequence[str] = ()
    ) -> Timing:
        target = "" if limit is None else f"≤ {limit:g}" + (f", without {', '.join(without)}" if without else "")
        figure = Figure(what, target, "s", None if limit is None else at_most(limit))

        def once(_: int) -> float:
            seconds, modules = measure()
            figure.note = "" if modules == "none" else f"imported: {modules}"
            figure.is_broken |= any(name in modules.split(",") for name in without)
            return seconds

        return Timing(figure, once)

    yield row("`import eqneuro`", 0.3, startup.import_seconds, HEAVY)
    yield row("`from eqneuro import Network, Neuron, …`", None, startup.names_seconds)
    yield row("COBA compiled, nothing cached, without imports", 1.0, startup.cold_compile_seconds)
    yield row("COBA compiled, cached", 0.1, partial(startup.warm_compile_seconds, cache), ["sympy"])
    yield row("whole COBA script, nothing cached, less its simulation", 3.0, startup.cold_script_seconds)
    yield row("whole COBA script of 1 s, cached", 1.0, partial(startup.warm_script_seconds, cache))


def start_figures(repeats: int) -> list[Figure]:
    """All starts, one of each a round."""
    with tempfile.TemporaryDirectory() as scratch:
        timings = list(startup_timings(Path(scratch) / "cache"))
        for repeat in range(1, repeats + 1):
            for timing in timings:
                timing.figure.values.append(timing.measure(repeat))
    return [timing.figure for timing in timings]
