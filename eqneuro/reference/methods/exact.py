"""x' = A·x + b with A and b constant over the step: the matrix exponential of h·[[A, b], [0, 0]]."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from eqneuro.reference.system import System, Values

KEPT = 256
Matrix = NDArray[np.float64]
_KNOWN: dict[bytes, Matrix] = {}


def step(system: System) -> Values:
    """The new values."""
    x = system.start
    zero = [np.zeros(1) for _ in x]
    matrix, inputs = system.jacobian(zero), system.slopes(zero)
    flat = np.broadcast_arrays(*x, *(entry for row in matrix for entry in row), *inputs, np.asarray(system.dt))
    places, size = flat[0].size, len(x)
    columns = [np.asarray(values, dtype=float).reshape(places) for values in flat]
    new = np.empty((size, places))
    for k in range(places):
        numbers = [float(column[k]) for column in columns]
        a = np.array(numbers[size : size + size * size]).reshape(size, size)
        b, h = np.array(numbers[size + size * size : -1]), numbers[-1]
        new[:, k] = advance(a, b, np.array(numbers[:size]), h)
    return [row.reshape(flat[0].shape) for row in new]


def advance(a: Matrix, b: Matrix, x: Matrix, h: float) -> Matrix:
    """The state h ms later."""
    size = len(x)
    if not (np.isfinite(a).all() and np.isfinite(h)):
        return np.full(size, np.nan)
    if size == 1:
        z = a[0, 0] * h
        single: Matrix = x * np.exp(z) + b * h * (np.expm1(z) / z if z != 0.0 else 1.0)
        return single
    key = (h * a).tobytes()
    if key not in _KNOWN:
        if len(_KNOWN) >= KEPT:
            _KNOWN.clear()
        whole = np.zeros((2 * size, 2 * size))
        whole[:size, :size], whole[:size, size:] = h * a, np.eye(size)
        _KNOWN[key] = expm(whole)[:size]
    both = _KNOWN[key]
    new: Matrix = both[:, :size] @ x + h * (both[:, size:] @ b)
    return new
