"""What three runs of a network with steps h, h/2 and h/4 say of its errors.

The difference of two runs shrinks as the error does: with e(h) = C·hᵖ,

    d₁ = |x_h − x_{h/2}| = C·hᵖ·(1 − 2⁻ᵖ),    d₂ = |x_{h/2} − x_{h/4}| = d₁·2⁻ᵖ,

so p = log₂(d₁/d₂) is the order that is observed, d₁/(1 − 2⁻ᵖ) the error of the largest step and d₂/(2ᵖ − 1) that of the
smallest (Richardson 1911). The differences are means over time and neurons: a spike that moves by s makes a potential
wrong by its whole height, but only for the time s, so that the mean has the order of the spike times. Trajectories of
networks that are sensitive to small changes part after a while whatever the step is; what is said of errors is said of
the window before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Trains = list[NDArray[np.float64]]
"""For each neuron the times of its spikes in ms."""
Three = tuple[float, float, float]

LEAST_ORDER = 0.4
"""Below that the differences hardly shrink; noise has the order ½."""
ABOVE = 0.75
"""An order may be seen this much above that of the best method."""
ON_GRID = "spikes move by whole steps: the order 1 is assumed"
FEWEST = 5
"""Steps of a window of which anything is said."""
PARTED = 0.3
"""Trajectories have parted when they are so far from each other, as a part of unrelated states."""
LOST = 0.1
"""A population has parted when this part of its neurons that spike has."""


@dataclass(frozen=True)
class VariableCheck:
    """The error of one variable of a population.

    ``errors`` are those of the steps h, h/2 and h/4 and ``scale`` is the width of the variable's range, both in its
    unit; ``order`` is None where the differences are not those of small errors (or there is none), ``window`` says over
    how many ms from the beginning they were looked at.
    """

    population: str
    variable: str
    method: str
    order: float | None
    errors: Three | None
    largest: float | None
    scale: float
    window: float
    note: str = ""

    @property
    def is_exact(self) -> bool:
        """Whether there is no error beyond rounding."""
        return self.errors == (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class SpikeCheck:
    """How the spikes of a population move with the step.

    ``shifts`` are mean distances in ms between matching spikes with h and h/2, and with h/2 and h/4; ``matched`` is how
    many were compared; ``window`` ends where the trains part. ``chance`` is how much two rates differ by chance, as a
    part of them: √2 times the standard error of the mean of ten parts of the run.
    """

    population: str
    counts: tuple[int, int, int]
    rates: Three
    shifts: tuple[float, float] | None
    largest_shift: float | None
    order: float | None
    matched: int
    window: float
    is_parted: bool
    note: str = ""
    chance: float = 0.0


# -- windows ----------------------------------------------------------------------------------------------------------


def parted_trains(one: Trains, other: Trains, dt: float, duration: float) -> float:
    """When the spike trains of a population part: infinite if they never do."""
    limit = _limit(other, dt)
    times, busy = [], 0
    for a, b in zip(one, other, strict=True):
        if not len(a) and not len(b):
            continue
        busy += 1
        count = min(len(a), len(b))
        apart = np.flatnonzero(np.abs(a[:count] - b[:count]) > limit)
        if len(apart):
            times.append(min(a[apart[0]], b[apart[0]]))
        elif len(a) != len(b):
            extra = (a if len(a) > count else b)[count]
            if extra < duration - limit:
                times.append(extra)
    allowed = int(LOST * busy)
    return float(np.sort(times)[allowed]) if len(times) > allowed else np.inf


def _limit(trains: Trains, dt: float) -> float:
    """How far matching spikes may be from each other: a part of the interval between spikes."""
    intervals = np.concatenate([np.diff(train) for train in trains]) if trains else np.empty(0)
    return max(3.0 * dt, 0.2 * float(np.median(intervals)) if len(intervals) else 0.0)


def parted_values(one: NDArray[np.float64], other: NDArray[np.float64], dt: float) -> float:
    """When trajectories part, shape (times, neurons): they are as far from each other as from another time, and remain
    so, other than around a spike that comes a little later.
    """
    apart = np.abs(one - other).mean(axis=1)
    moved = np.abs(other - np.roll(other, len(other) // 3 + 1, axis=0)).mean()
    far = max(PARTED * moved, 1e-9 * np.abs(other).max())
    width = max(1, len(other) // 50)
    mean = np.convolve(apart, np.ones(width) / width, mode="full")[: len(apart)]
    rest = np.cumsum(apart[::-1])[::-1] / np.arange(len(apart), 0, -1)
    late = np.flatnonzero((~(mean <= far) & ~(rest <= far))[: len(apart) - width + 1])
    return float(dt * late[0]) if len(late) else np.inf


# -- errors -----------------------------------------------------------------------------------------------------------


def observed_order(first: float, second: float, highest: int) -> float | None:
    """The order that two differences show, None where it makes no sense."""
    if not (second > 0.0 and first > 0.0):
        return None
    order = float(np.log2(first / second))
    return order if LEAST_ORDER <= order <= highest + ABOVE else None


def check_values(
    population: str,
    variable: str,
    method: str,
    highest: int,
    runs: Sequence[NDArray[np.float64]],
    dt: float,
    window: float,
    *,
    jumps: bool = False,
) -> VariableCheck:
    """The errors of a variable from its values in three runs, shape (times, neurons), within a window of so many ms.

    Where it ``jumps`` at spikes that happen at the ends of steps, it is wrong by whole jumps for parts of a step: with
    few spikes the differences are a matter of luck, and the order 1, which they have on average, is taken for theirs.
    """
    count = len(runs[2]) if np.isinf(window) else int(window / dt)
    scale = float(np.ptp(runs[2]))
    scale = scale if scale > 0.0 else float(np.abs(runs[2]).max())
    shown = dt * min(count, len(runs[2]))
    if count < FEWEST:
        return VariableCheck(population, variable, method, None, None, None, scale, shown, "the runs part at once")
    x = [run[:count] for run in runs]
    first, second = np.abs(x[0] - x[1]), np.abs(x[1] - x[2])
    d1, d2 = float(first.mean()), float(second.mean())
    rounding = 50.0 * np.finfo(runs[2].dtype).eps * float(np.abs(runs[2]).max(initial=0.0))
    if d1 <= rounding and d2 <= rounding:
        return VariableCheck(
            population, variable, method, None, (0.0, 0.0, 0.0), 0.0, scale, shown, "no error beyond rounding"
        )
    order = observed_order(d1, d2, highest)
    if order is None and jumps:
        most = 2.0 * max(d1, 2.0 * d2)
        errors = (most, most / 2.0, most / 4.0)
        return VariableCheck(population, variable, method, None, errors, float(first.max()), scale, shown, ON_GRID)
    if order is None:
        note = "not in the asymptotic range: the differences do not shrink as small errors do"
        note = "rounding limits what smaller steps bring" if d2 <= rounding else note
        errors = (d1 + 2.0 * d2, 2.0 * d2, d2)
        return VariableCheck(population, variable, method, None, errors, float(first.max()), scale, shown, note)
    ratio = 2.0**-order
    errors = (d1 / (1.0 - ratio), d2 / (1.0 - ratio), d2 * ratio / (1.0 - ratio))
    return VariableCheck(population, variable, method, order, errors, float(first.max()), scale, shown)


def check_spikes(
    population: str, runs: Sequence[Trains], dt: float, duration: float, window: float, *, on_grid: bool = True
) -> SpikeCheck:
    """How spikes move, from the trains of three runs; ``on_grid`` if they happen at the ends of steps."""
    counts = [sum(map(len, trains)) for trains in runs]
    rates = [1000.0 * count / (duration * max(1, len(runs[0]))) for count in counts]
    end = min(window, duration)
    limit = _limit(runs[2], dt)
    moved: list[list[float]] = [[], []]
    for trains in zip(*runs, strict=True):
        least = min(len(train) for train in trains)
        a, b, c = (train[:least] for train in trains)
        inside = (np.maximum(np.maximum(a, b), c) <= end) & (np.abs(a - b) <= limit) & (np.abs(b - c) <= limit)
        moved[0] += np.abs(a - b)[inside].tolist()
        moved[1] += np.abs(b - c)[inside].tolist()
    is_parted = bool(np.isfinite(window))
    shifts, largest, order, note = None, None, None, ""
    if moved[0]:
        shifts, largest = (float(np.mean(moved[0])), float(np.mean(moved[1]))), max(moved[0])
        is_still = largest <= 1e-9 * duration and max(moved[1]) <= 1e-9 * duration
        order = None if is_still else observed_order(*shifts, highest=4)
        by_grid = on_grid and shifts[0] <= dt and shifts[1] <= dt / 2.0
        note = "" if order is not None or is_still else "within a step" if by_grid else "not in the asymptotic range"
    return SpikeCheck(
        population, (counts[0], counts[1], counts[2]), (rates[0], rates[1], rates[2]), shifts, largest, order,
        len(moved[0]), end, is_parted, note, _chance(runs[2], duration),
    )  # fmt: skip


def _chance(trains: Trains, duration: float) -> float:
    """How much the rates of two runs differ by chance, as a part of them."""
    counts, _ = np.histogram(np.concatenate(trains), bins=10, range=(0.0, duration))
    mean = counts.mean()
    return float(np.sqrt(2.0 / 10.0) * counts.std(ddof=1) / mean) if mean > 0.0 else 0.0


# -- what follows -----------------------------------------------------------------------------------------------------


def step_for(checks: Sequence[VariableCheck], dt: float, tolerance: float) -> tuple[float | None, bool]:
    """The largest step at which all errors are within a part of the variables' ranges, and whether that is sure.

    It is None where nothing can be said. It is not sure where some variable was not in the asymptotic range: then it is
    at most the smallest step that was tried.
    """
    found, is_sure = np.inf, True
    for check in checks:
        if check.errors is None:
            is_sure = False
        if check.errors is None or check.is_exact:
            continue
        wanted = tolerance * check.scale
        if check.note == ON_GRID:
            found = min(found, dt * wanted / check.errors[0])
        elif check.order is None:
            is_sure = is_sure and check.errors[2] <= wanted and bool(check.note.startswith("rounding"))
            fits = [h for h, error in zip((dt, dt / 2.0, dt / 4.0), check.errors, strict=True) if error <= wanted]
            found = min(found, fits[0] if fits else dt / 8.0)
        else:
            found = min(found, dt * (wanted / check.errors[0]) ** (1.0 / check.order))
    return (None, is_sure) if np.isinf(found) else (float(found), is_sure)
