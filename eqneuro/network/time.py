"""Time counted in whole steps."""

from __future__ import annotations

import math

TOLERANCE = 1e-6


def steps_of(duration: float, dt: float) -> int:
    """A duration in steps, rounded up; multiples of dt stay exact although neither is exact in binary.

    Raises
    ------
    ValueError
        If it is negative or not a finite number.
    """
    if not (math.isfinite(duration) and duration >= 0.0):
        raise ValueError(f"a duration must be a time in ms, not {duration!r}")
    exact = duration / dt
    nearest = round(exact)
    if abs(exact - nearest) <= TOLERANCE * max(1.0, abs(exact) * 1e-6):
        return nearest
    return math.ceil(exact)


def cut_to_steps(delay: float, dt: float) -> int:
    """A delay in whole steps, cut down, at least one."""
    exact = delay / dt
    nearest = round(exact)
    return max(1, nearest if abs(exact - nearest) <= TOLERANCE * max(1.0, abs(exact)) else math.floor(exact))
