"""The problems on eqneuro, from the same text."""

from __future__ import annotations

import time
import warnings

import numpy as np

import eqneuro as ann
from benchmarks.accuracy.measured import Run
from benchmarks.accuracy.problems import DURATION, SAMPLE, Problem

NEURONS = 1000
"""In the network that is timed; they do the same."""
PULSE = "/(exp(dt/tau) - 1.0)"
"""A pulse that moves v at once, as a current over the step that has the same effect."""


def run(problem: Problem, method: str, dt: float, repeats: int = 3, *, within: bool = False) -> Run:
    """Both cases, and the time of the spiking one; ``within`` has spikes at their true times."""
    label = f"{method}, within steps" if within else method
    try:
        values = _smooth(problem, method, dt, within)
        spikes, cost = _spiking(problem, method, dt, within, repeats)
    except ann.NotFiniteError:
        return Run("eqneuro", label, dt, (), (), float("nan"))
    return Run("eqneuro", label, dt, values, spikes, cost)


def neuron(problem: Problem, parameters: dict[str, float]) -> ann.Neuron:
    """The problem as a neuron."""
    equations = []
    has_pulses = any(name == "v" for _, name, _ in (*problem.smooth_events, *problem.spiking_events))
    for name, text in problem.rates.items():
        right = f"{text} + g_exc{PULSE}/tau" if has_pulses and name == "v" else text
        equations.append(f"d{name}/dt = {right} : init={problem.initial[name]!r}")
    spike = problem.threshold or None
    if problem.is_crossing:
        equations.insert(0, f"before = v : init={problem.initial['v']!r}")
        spike = f"{spike} and not ({problem.threshold.replace('v', 'before', 1)})"
    return ann.Neuron(
        parameters=parameters,
        equations=equations,
        spike=spike,
        reset="; ".join(f"{name} = {text}" for name, text in problem.reset.items()),
        refractory=problem.refractory or None,
        name=problem.name,
    )


def network(
    problem: Problem, case: str, method: str, dt: float, size: int, within: bool
) -> tuple[ann.Network, ann.Population]:
    """Some neurons and what drives them."""
    parameters, events = problem.drive(case)
    net = ann.Network(dt=dt, seed=1, method=method, spike_times="interpolated" if within else "grid")
    cells = net.create(size, neuron(problem, parameters))
    jumps = {(name, jump) for _, name, jump in events}
    for name, jump in sorted(jumps):
        times = [t - dt for t, other, size in events if (other, size) == (name, jump)]  # a delay of one step
        source = net.create(ann.SpikeSourceArray([times]))
        target = "exc" if name == "v" else name.removeprefix("g_")
        net.connect(source, cells, target).all_to_all(weights=jump)
    return net, cells


def _smooth(problem: Problem, method: str, dt: float, within: bool) -> tuple[float, ...]:
    net, cells = network(problem, "smooth", method, dt, 1, within)
    values = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # steps that are too large are what is measured
        for _ in range(round(DURATION / SAMPLE)):
            net.simulate(SAMPLE)
            values.append(float(cells.v[0]))
    return tuple(values)


def _spiking(problem: Problem, method: str, dt: float, within: bool, repeats: int) -> tuple[tuple[float, ...], float]:
    net, cells = network(problem, "spiking", method, dt, NEURONS, within)
    monitor = net.monitor(cells[:1], "spike")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net.compile()
        seconds = []
        for _ in range(repeats):
            net.reset()
            begin = time.process_time()
            net.simulate(DURATION)
            seconds.append(time.process_time() - begin)
        spikes = monitor.get("spike")[0]
    late = 0 if within else 1  # on the grid a spike is emitted at the end of its step
    times = tuple((step + late) * dt for step in spikes)
    return times, 1e9 * float(np.median(seconds)) / NEURONS / DURATION
