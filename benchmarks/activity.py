"""What the networks do: rates and irregularity over ten seeds, and the spikes of Hodgkin and Huxley's axon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp

import eqneuro as ann
from benchmarks.networks import Balanced

SEEDS = range(1, 11)


@dataclass(frozen=True)
class Activity:
    """One value a seed: the rate in Hz, and the mean coefficient of variation of interspike intervals."""

    rates: list[float]
    variations: list[float]


def measure_activity(make: Callable[[int], Balanced]) -> Activity:
    """The second half of 1 s."""
    rates, variations = [], []
    for seed in SEEDS:
        one = make(seed)
        one.network.simulate(500.0)
        one.spikes()
        one.network.simulate(500.0)
        steps, ranks = one.spikes()
        rates.append(len(steps) / one.population.size / 0.5)
        variations.append(mean_variation(steps, ranks))
    return Activity(rates, variations)


def mean_variation(steps: np.ndarray, ranks: np.ndarray) -> float:
    """Of neurons with five intervals or more; 0 where there are none."""
    found = []
    for rank in np.unique(ranks):
        intervals = np.diff(steps[ranks == rank])
        if len(intervals) >= 5:
            found.append(intervals.std() / intervals.mean())
    return float(np.mean(found)) if found else 0.0


def axon_spikes(current: float, duration: float = 500.0) -> np.ndarray:
    """Times in ms at which eqneuro's built-in axon crosses 0 mV upwards, dt = 0.01 ms."""
    network = ann.Network(dt=0.01)
    axon = network.create(1, ann.HodgkinHuxley(I=current))
    monitor = network.monitor(axon, "spike")
    network.simulate(duration)
    return np.asarray(monitor.get("spike")[0]) * 0.01


def reference_axon_spikes(current: float, duration: float = 500.0) -> np.ndarray:
    """The same by SciPy: the equations of the paper written out, an adaptive method, tolerance 1e-10."""

    def rates(v: float) -> list[tuple[float, float]]:
        x, y = 0.1 * (v + 60.0), 0.1 * (v + 45.0)
        a_n = 0.1 * (x / -np.expm1(-x) if x else 1.0)
        a_m = y / -np.expm1(-y) if y else 1.0
        a_h = 0.07 * np.exp(-0.05 * (v + 70.0))
        b_n, b_m = 0.125 * np.exp(-0.0125 * (v + 70.0)), 4.0 * np.exp(-(v + 70.0) / 18.0)
        return [(a_n, b_n), (a_m, b_m), (a_h, 1.0 / (1.0 + np.exp(-0.1 * (v + 40.0))))]

    def change(_: float, state: np.ndarray) -> list[float]:
        v, n, m, h = state
        current_in = 0.3 * (-59.387 - v) + 36.0 * n**4 * (-82.0 - v) + 120.0 * m**3 * h * (45.0 - v) + current
        return [current_in, *(a * (1.0 - x) - b * x for x, (a, b) in zip((n, m, h), rates(v), strict=True))]

    def crossing(_: float, state: np.ndarray) -> float:
        return float(state[0])

    crossing.direction = 1.0  # type: ignore[attr-defined]
    start = [-70.0, *(a / (a + b) for a, b in rates(-70.0))]
    solution = solve_ivp(change, (0.0, duration), start, events=crossing, rtol=1e-10, atol=1e-10, method="DOP853")
    return np.asarray(solution.t_events[0])
