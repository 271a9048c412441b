"""Backward Euler of the whole system: X = x + h·f(X, t + h), by damped iterations of Newton from the old state.

A correction is taken where it brings the residual down, or the relative size of the next correction to less than half;
else it is halved. Where the iterations end without a solution, the explicit step is taken. White noise kicks the old
state.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eqneuro.reference.methods import explicit
from eqneuro.reference.state import Array
from eqneuro.reference.system import System, Values

TOLERANCE = 1e-13
NEAR = 1e-3
ROUNDS = 200
TINY = 1e-30


def step(system: System) -> Values:
    """The new values, place by place: each has its own number of rounds."""
    x = system.start
    kicks = system.kicks or [0.0 for _ in x]
    begin = np.array(np.broadcast_arrays(*(np.asarray(a + k, dtype=float) for a, k in zip(x, kicks, strict=True))))
    shape = begin.shape[1:]
    probe = system.slopes(list(begin), system.dt)
    full = np.broadcast_shapes(shape, *(np.shape(p) for p in probe))
    begin = np.array([np.broadcast_to(row, full) for row in begin])
    new, solved = _newton(system, begin)
    plain_step = [e + k for e, k in zip(explicit.step(system), kicks, strict=True)]
    return [np.where(solved, n, e) for n, e in zip(new, plain_step, strict=True)]


def _look(system: System, guess: Array, begin: Array) -> tuple[Array, Array, Array]:
    """Newton's corrections at a guess, the residual, and the relative size of the corrections, for each place."""
    h, size = system.dt, len(guess)
    slopes = np.array([np.broadcast_to(f, guess.shape[1:]) for f in system.slopes(list(guess), h)])
    rows = system.jacobian(list(guess), h)
    jacobian = np.array([[np.broadcast_to(entry, guess.shape[1:]) for entry in row] for row in rows])
    missing = guess - begin - h * slopes
    matrix = np.moveaxis(np.eye(size).reshape(size, size, *(1,) * (guess.ndim - 1)) - h * jacobian, (0, 1), (-2, -1))
    correction = np.moveaxis(_solve(matrix, np.moveaxis(missing, 0, -1)), -1, 0)
    relative: Any = 0.0
    for i in range(size):
        others = sum((np.abs(jacobian[i, k] * guess[k]) for k in range(size) if k != i), np.zeros(guess.shape[1:]))
        others = h * others / (1.0 + h * np.abs(jacobian[i, i]))
        relative = relative + np.abs(correction[i]) / (np.abs(begin[i]) + np.abs(guess[i]) + others + TINY)
    return correction, np.abs(missing).sum(axis=0), relative


def _solve(matrix: Array, right: Array) -> Array:
    """Linear systems one by one: a singular one has no solution, NaN."""
    solution = np.full_like(right, np.nan)
    for place in np.ndindex(right.shape[:-1]):
        if np.isfinite(matrix[place]).all() and np.isfinite(right[place]).all():
            try:
                solution[place] = np.linalg.solve(matrix[place], right[place])
            except np.linalg.LinAlgError:
                continue
    return solution


def _newton(system: System, begin: Array) -> tuple[Array, Array]:
    """The solution, and where it was found."""
    guess, base, move = begin.copy(), begin.copy(), np.zeros_like(begin)
    places = begin.shape[1:]
    damping, best, size = np.ones(places), np.full(places, np.inf), np.full(places, np.nan)
    running = np.ones(places, dtype=bool)
    for _ in range(ROUNDS):
        correction, residual, relative = _look(system, guess, begin)
        closer = (2.0 * relative < size) & (relative < NEAR)
        accepted = ((residual < best) | closer) & (relative < np.inf)
        half = damping / 2.0
        remaining = np.where(accepted, relative, half * size)
        new_guess = np.where(accepted, guess - correction, base - half * move)
        base = np.where(running & accepted, guess, base)
        move = np.where(running & accepted, correction, move)
        guess = np.where(running, new_guess, guess)
        damping = np.where(running, np.where(accepted, 1.0, half), damping)
        best = np.where(running & accepted, residual, best)
        size = np.where(running & accepted, relative, size)
        running &= remaining > TOLERANCE
        if not running.any():
            break
    return guess, size <= NEAR
