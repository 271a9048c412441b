"""Newton's iterations for X = base + κ·f(X, t + c·h), damped, for each place by itself.

A correction is taken where it brings the residual down, or the relative size of the next correction to less than half;
else it is halved.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eqneuro.reference.state import Array
from eqneuro.reference.system import System, Values

TOLERANCE = 1e-13
NEAR = 1e-3
ROUNDS = 200
TINY = 1e-30


def stacked(system: System, values: Values) -> Array:
    """Values of the variables as one array, the same places for all, those of the slopes too."""
    parts = [np.asarray(value, dtype=float) for value in values]
    places = np.broadcast_shapes(*(p.shape for p in parts), *(np.shape(f) for f in system.slopes(system.start)))
    return np.array([np.broadcast_to(part, places) for part in parts])


def solve(system: System, base: Array, factor: float, shift: float, guess: Array) -> tuple[Array, Array]:
    """The solution, and where it was found; ``factor`` is κ, ``shift`` c·h."""
    guess, taken, move = guess.copy(), guess.copy(), np.zeros_like(base)
    places = base.shape[1:]
    damping, best, size = np.ones(places), np.full(places, np.inf), np.full(places, np.nan)
    running = np.ones(places, dtype=bool)
    for _ in range(ROUNDS):
        correction, residual, relative = _look(system, guess, base, factor, shift)
        closer = (2.0 * relative < size) & (relative < NEAR)
        accepted = ((residual < best) | closer) & (relative < np.inf)
        half = damping / 2.0
        remaining = np.where(accepted, relative, half * size)
        following = np.where(accepted, guess - correction, taken - half * move)
        taken = np.where(running & accepted, guess, taken)
        move = np.where(running & accepted, correction, move)
        guess = np.where(running, following, guess)
        damping = np.where(running, np.where(accepted, 1.0, half), damping)
        best = np.where(running & accepted, residual, best)
        size = np.where(running & accepted, relative, size)
        running &= remaining > TOLERANCE
        if not running.any():
            break
    return guess, size <= NEAR


def _look(system: System, guess: Array, base: Array, factor: float, shift: float) -> tuple[Array, Array, Array]:
    """Newton's corrections at a guess, the residual, and the relative size of the corrections, for each place."""
    size = len(guess)
    slopes = np.array([np.broadcast_to(f, guess.shape[1:]) for f in system.slopes(list(guess), shift)])
    rows = system.jacobian(list(guess), shift)
    jacobian = np.array([[np.broadcast_to(entry, guess.shape[1:]) for entry in row] for row in rows])
    missing = guess - base - factor * slopes
    matrix = np.moveaxis(
        np.eye(size).reshape(size, size, *(1,) * (guess.ndim - 1)) - factor * jacobian, (0, 1), (-2, -1)
    )
    correction = np.moveaxis(_solve(matrix, np.moveaxis(missing, 0, -1)), -1, 0)
    relative: Any = 0.0
    for i in range(size):
        others = sum((np.abs(jacobian[i, k] * guess[k]) for k in range(size) if k != i), np.zeros(guess.shape[1:]))
        others = factor * others / (1.0 + factor * np.abs(jacobian[i, i]))
        relative = relative + np.abs(correction[i]) / (np.abs(base[i]) + np.abs(guess[i]) + others + TINY)
    return correction, np.abs(missing).sum(axis=0), relative


def _solve(matrix: Array, right: Array) -> Array:
    """Linear systems one by one: a singular one has no solution, NaN."""
    matrix, right = (np.asarray(part, dtype=np.float64) for part in (matrix, right))  # LAPACK has no longer ones
    solution = np.full_like(right, np.nan)
    for place in np.ndindex(right.shape[:-1]):
        if np.isfinite(matrix[place]).all() and np.isfinite(right[place]).all():
            try:
                solution[place] = np.linalg.solve(matrix[place], right[place])
            except np.linalg.LinAlgError:
                continue
    return solution
