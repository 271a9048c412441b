"""Time counted in whole steps."""

from __future__ import annotations

import math
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from eqneuro.network.quantities import plain_time

TOLERANCE = 1e-6


def steps_of(duration: float, dt: float) -> int:
    """A duration in steps, rounded up; multiples of dt stay exact although neither is exact in binary.

    Raises
    ------
    TypeError
        If it is no number.
    ValueError
        If it is negative or not finite.
    """
    duration = plain_time(duration, "a duration")
    if not isinstance(duration, Real | np.ndarray):
        raise TypeError(f"a duration is a number of ms, not {duration!r}")
    if not (math.isfinite(duration) and duration >= 0.0):
        raise ValueError(f"a duration must be a time in ms, not {duration!r}")
    exact = duration / dt
    nearest = round(exact)
    if abs(exact - nearest) <= TOLERANCE * max(1.0, abs(exact) * 1e-6):
        return nearest
    return math.ceil(exact)


def round_to_steps(delays: NDArray[np.float64], dt: float) -> NDArray[np.int64]:
    """Delays in whole steps, the nearest, halves up, one at least."""
    return np.maximum(np.floor(delays / dt + 0.5 + TOLERANCE), 1.0).astype(np.int64)
