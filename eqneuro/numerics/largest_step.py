"""The largest step at which a neuron's equations stay where their solution is, found along a run of theirs.

Eigenvalues at one state say little of a neuron that spikes: its rates are tens of times larger at the peak, but only
for a moment, and what such a moment does to an error depends on how long it lasts and on where the solution goes next.
So the equations are run by themselves, with inputs as they are: first in steps that are small for every mode, which
shows the range that the solution visits and the fastest decay on the way; then, where the Jacobian was not the same
all along, by the methods and in steps like those of the network, several steps side by side, to see from which on a run
leaves that range by far or is lost in infinity. In a linear system the eigenvalues say it all, and nothing is tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eqneuro.language.evaluate import Unknown
from eqneuro.model.models import OdeEquation
from eqneuro.numerics.dynamics import Dynamics, Names
from eqneuro.numerics.stability import Modes, find_modes
from eqneuro.numerics.stability_regions import POLYNOMIALS

SMALL = 0.25
"""h·|λ| of the steps of the fine run."""
FEWEST, MOST = 200, 1000
"""Steps of the fine run."""
TINIEST = 1e-6
"""Of the steps of the fine run, as a part of it: where an upstroke would ask for smaller ones, a spike is near."""
TIME_CONSTANTS = 400.0
"""A run is as long as so many of the largest steps that the eigenvalues allow, if that is less than was asked for."""
AWAY = 2.0
"""A run is lost when it leaves the visited range by so many times its width."""
NUDGE = 1e-3
"""A run by trial begins so far, relatively, from the state: at rest, growth needs something to begin with."""
FEWEST_TRIED, MOST_TRIED = 300, 4000
"""Steps of a run by trial."""
CHANGED = 0.02
"""Largest steps by eigenvalues that change less than this along the run are those of a linear system."""


@dataclass(frozen=True)
class FineRun:
    """A run in small steps: the range of each variable, and the modes on the way.

    ``shortest`` is the time constant of the fastest decay, with the number of its group and the place of the equation
    in it; ``limits`` are the largest and the smallest of the steps that the eigenvalues allow, moment by moment, for
    the modes that decay more than they oscillate.
    """

    duration: float
    low: dict[str, float]
    high: dict[str, float]
    shortest: tuple[float, int, int]
    limits: tuple[float, float]


@dataclass(frozen=True)
class StepAlongRun:
    """What a run of the equations says of the step.

    ``largest`` is in ms, None where no method has a limit; ``fastest`` and ``time_constant`` are the equation that
    decays fastest somewhere on the way, and how fast. ``duration`` is that of the run, in ms.
    """

    largest: float | None
    fastest: OdeEquation
    time_constant: float
    duration: float


def step_along_run(dynamics: Dynamics, names: Names, duration: float) -> StepAlongRun | None:
    """The largest step along a run from a state, None where nothing decays or a name has no value.

    Parameters
    ----------
    dynamics
        The equations.
    names
        The state of some neurons, and all that is constant.
    duration
        The longest run, in ms.
    """
    groups = list(dynamics.groups())
    try:
        fine = _fine_run(dynamics, groups, names, duration)
    except Unknown:
        return None
    if fine is None:
        return None
    time_constant, group, place = fine.shortest
    fastest = groups[group][1][place]
    least, most = fine.limits
    if not np.isfinite(least):
        return StepAlongRun(None, fastest, time_constant, fine.duration)
    largest = least if most - least <= CHANGED * least else _by_trial(dynamics, names, fine, least)
    return StepAlongRun(largest, fastest, time_constant, fine.duration)


# -- the fine run -----------------------------------------------------------------------------------------------------


def _fine_run(
    dynamics: Dynamics, groups: Sequence[tuple[str, list[OdeEquation]]], names: Names, duration: float
) -> FineRun | None:
    variables = [e.variable for e in dynamics.odes]
    state, t = names, 0.0
    low = dict.fromkeys(variables, np.inf)
    high = dict.fromkeys(variables, -np.inf)
    shortest: tuple[float, int, int] = (np.inf, 0, 0)
    limits = [np.inf, -np.inf]
    end = duration
    look = _look(dynamics, groups, state)
    for _ in range(MOST):
        for name in variables:
            low[name], high[name] = min(low[name], np.min(state[name])), max(high[name], np.max(state[name]))
        if look.shortest[0] < shortest[0]:
            shortest = look.shortest
        if np.isfinite(look.limit):
            limits = [min(limits[0], look.limit), max(limits[1], look.limit)]
            end = min(duration, TIME_CONSTANTS * limits[0])
        if t >= end:
            break
        h, floor = min(SMALL / look.size if look.size > 0.0 else np.inf, end / FEWEST), TINIEST * end
        while True:
            h = max(h, floor)
            new = _advance(dynamics, state, h)
            look = _look(dynamics, groups, new)
            if h * look.size <= 4.0 * SMALL or h <= floor:
                break
            h *= 0.5  # the rates have become too large for it on the way
        state, t = new, t + h
    if not np.isfinite(shortest[0]):
        return None
    return FineRun(t, low, high, shortest, (limits[0], limits[1]))


def _advance(dynamics: Dynamics, state: Names, h: float) -> Names:
    """A step by rk4, by Euler's method where that overflows; then the events."""
    for method in ("rk4", "explicit"):
        with np.errstate(all="ignore"):
            new = dynamics.step(state, h, method=method)
        if all(np.isfinite(new[e.variable]).all() for e in dynamics.odes):
            break
    return dynamics.events(new, h)[0]


@dataclass(frozen=True)
class _Look:
    """At a state: the size of the largest mode, the shortest time constant, and the largest step by eigenvalues."""

    size: float
    shortest: tuple[float, int, int]
    limit: float


def _look(dynamics: Dynamics, groups: Sequence[tuple[str, list[OdeEquation]]], state: Names) -> _Look:
    size, found, limit = 0.0, (np.inf, 0, 0), np.inf
    for number, (method, members) in enumerate(groups):
        modes = find_modes(dynamics, members, state)
        if modes is None or not modes.rates.size:
            continue
        size = max(size, float(np.abs(modes.rates).max()))
        fastest = modes.fastest()
        if fastest is not None and fastest[0] < found[0]:
            found = (fastest[0], number, fastest[1])
        if method in POLYNOMIALS:
            stiff = np.where(np.abs(modes.rates.imag) <= -modes.rates.real, modes.rates, 1.0)  # the others don't count
            limit = min(limit, Modes(stiff, modes.vectors).largest_step(method)[0])
    return _Look(size, found, limit)


# -- runs by trial ----------------------------------------------------------------------------------------------------


def _by_trial(dynamics: Dynamics, names: Names, fine: FineRun, guess: float) -> float:
    """The largest step whose run stays in the range, to 3 %, near what eigenvalues say."""
    low, high = 0.0, guess
    steps = guess * 1.3 ** np.arange(-2.0, 9.0)
    for _ in range(6):
        stays = _stay(dynamics, names, fine, steps)
        if not stays[0]:
            high, steps = steps[0], steps[0] * 1.3 ** np.arange(-8.0, 0.0)
            continue
        first = int(np.argmin(stays)) if not stays.all() else len(steps)
        low = float(steps[first - 1])
        if first == len(steps):
            return low
        high = float(steps[first])
        if high < 1.04 * low:
            break
        steps = np.geomspace(low, high, 10)
    return low


def _stay(dynamics: Dynamics, names: Names, fine: FineRun, steps: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the runs with some steps stay in the range of the fine run."""
    h = steps[:, None]
    lanes = (len(steps), max(np.size(names[e.variable]) for e in dynamics.odes))
    counts = np.clip(np.ceil(fine.duration / steps), FEWEST_TRIED, MOST_TRIED)
    state, bounds = dict(names) | {"t": np.zeros((len(steps), 1)) + names["t"], "dt": h}, {}
    for equation in dynamics.odes:
        name = equation.variable
        start = np.broadcast_to(np.asarray(names[name], float), lanes)
        scale = np.maximum(np.abs(start), 1e-3)
        state[name] = start + NUDGE * scale
        width = max(fine.high[name] - fine.low[name], 10.0 * NUDGE * float(scale.max()))
        bounds[name] = fine.low[name] - AWAY * width, fine.high[name] + AWAY * width
    stays = np.ones(len(steps), dtype=bool)
    for count in range(int(counts.max())):
        with np.errstate(all="ignore"):
            state, _ = dynamics.events(dynamics.step(state, h), h)
            for name, (low, high) in bounds.items():
                inside = ((state[name] >= low) & (state[name] <= high)).all(axis=1)  # NaN is not
                stays &= inside | (counts <= count)
        if not (stays & (counts > count)).any():
            break
    return stays
