"""Dormand and Prince's pair of orders 5 and 4 (1980) with error control, for each place by itself.

What is left of the network's step is divided into equal internal steps, no longer than is wanted. Of each one

    err² = mean((xᵢ − x̂ᵢ)²/(atolᵢ + rtolᵢ·max(|xᵢ(before)|, |xᵢ(after)|))²)

is looked at: x of order 5 is taken where err ≤ 1, and the next one is 0.9·err^(−0.17)·err_before^(0.04) times as long,
at most 5 times, and no longer after one that was refused. One that is not taken becomes 0.9·err^(−0.17) times as long,
at least 0.2 times. A variable that passes the threshold at which a spike resets it ends the step; internal steps that
advance the time no more end it by what is left as one explicit step. The length that is wanted next is kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eqneuro.reference.dual import plain
from eqneuro.reference.evaluate import evaluate
from eqneuro.reference.newton import stacked
from eqneuro.reference.state import Array
from eqneuro.reference.system import System, Values

LIMIT = 100_000
"""Internal steps in one step of the network."""
TOLERANCES = (1e-6, 1e-9)
"""Relative and absolute, where an equation names none."""
NODES = np.array([0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0])
STAGES = (
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
"""Weights of the slopes before; the last row gives the solution of order 5."""
FOURTH = (5179 / 57600, 0.0, 7571 / 16695, 393 / 640, -92097 / 339200, 187 / 2100, 1 / 40)
"""Those of the solution of order 4."""
CALM = 1e-8
"""err² before the first internal step, and the least that is remembered of one."""


def step(system: System) -> Values:
    """The new values, and the length of the internal step that is wanted next: NaN where there were too many."""
    h = system.dt
    now = stacked(system, system.start)
    slopes = _slopes(system, now, 0.0)
    places = now.shape[1:]
    done, before, refused = np.zeros(places), np.full(places, CALM), np.zeros(places, dtype=bool)
    wanted = np.broadcast_to(np.asarray(h, dtype=float), places)
    if system.kept is not None:
        wanted = np.where(system.kept > 0.0, np.minimum(system.kept, h), wanted)
    going = np.ones(places, dtype=bool)
    for _ in range(LIMIT):
        rest = h - done
        parts = np.ceil(rest / wanted)
        inner = rest / parts
        new, ends, square = _attempt(system, now, slopes, done, inner)
        taken = square <= 1.0
        last = (parts <= 1.0) | _passes(system, new)
        shrinking = 0.9 * square**-0.085
        growing = shrinking * before**0.02
        longer = np.where(growing < 5.0, inner * growing, np.maximum(wanted, inner * 5.0))
        longer = np.where(refused, np.minimum(longer, inner), longer)
        shorter = inner * np.where(shrinking > 0.2, shrinking, 0.2)
        now, slopes = np.where(going & taken, new, now), np.where(going & taken, ends, slopes)
        done = np.where(going & taken, np.where(last, h, done + inner), done)
        wanted = np.where(going, np.where(taken, longer, shorter), wanted)
        before = np.where(going & taken, np.maximum(CALM, square), before)
        refused = np.where(going, ~taken, refused)
        going = going & np.where(taken, ~last, ~_is_stuck(shorter, h))
        if not going.any():
            break
    stuck = _is_stuck(wanted, h) & (done != h)
    gave_up = (done != h) & ~stuck
    values = now + (h - done) * slopes
    if system.kept is None:
        values = np.where(gave_up, np.nan, values)
    return [*values, np.where(gave_up, np.nan, np.where(_is_stuck(wanted, h), h, wanted))]


def _slopes(system: System, values: Array, shift: Any) -> Array:
    found = system.slopes(list(values), shift)
    return np.array([np.broadcast_to(slope, values.shape[1:]) for slope in found])


def _attempt(system: System, now: Array, slopes: Array, done: Array, inner: Array) -> tuple[Array, Array, Array]:
    """One internal step: the new values, the slopes there, and err²."""
    stages, new = [slopes], now
    for node, weights in zip(NODES[1:], STAGES, strict=True):
        new = now + inner * _weighted(weights, stages)
        stages.append(_slopes(system, new, done + node * inner))
    fifth = (*STAGES[-1], 0.0)
    errors = inner * _weighted([a - b for a, b in zip(fifth, FOURTH, strict=True)], stages)
    pairs = np.array(system.tolerances or (TOLERANCES,) * len(now))
    relative, absolute = (column.reshape(-1, *[1] * (now.ndim - 1)) for column in pairs.T)
    ratios = errors / (absolute + relative * np.maximum(np.abs(now), np.abs(new)))
    return new, stages[-1], np.mean(ratios * ratios, axis=0)


def _weighted(weights: Any, slopes: list[Array]) -> Array:
    """Slopes without weight are left out: they may be no numbers."""
    total: Array = sum(w * k for w, k in zip(weights, slopes, strict=True) if w)
    return total


def _passes(system: System, values: Array) -> Any:
    """Whether some variable is beyond the threshold at which a spike resets it."""
    found: Any = np.zeros(values.shape[1:], dtype=bool)
    for value, limit in zip(values, system.ceilings, strict=bool(system.ceilings)):
        if limit is not None:
            found = found | (plain(evaluate(limit, system.leaf)) < value)
    return found


def _is_stuck(length: Any, h: Any) -> Any:
    """Whether internal steps of a length, or of half of it, may leave the time as it is."""
    return h + length / 4.0 <= h
