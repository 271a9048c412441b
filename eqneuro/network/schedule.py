"""Rows of values that begin at given times."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Schedule:
    """Rows of shape (times, size), when each begins (ms), and after which period they begin anew (negative: never).

    ``given`` is what the user passed: a list of times, or the distance between rows (0: one step).
    """

    def __init__(self, rows: NDArray[np.float64], given: Any, period: float, geometry: tuple[int, ...]) -> None:
        size = math.prod(geometry)
        if rows.ndim == 0 or rows.shape[0] == 0:
            raise ValueError("`rates` needs at least one row")
        shape = rows.shape[1:]
        if rows.ndim == 1:
            rows = np.repeat(rows[:, None], size, axis=1)
        elif shape not in (geometry, (size,)):
            raise ValueError(f"rows of `rates` have the shape {shape}, which is not the geometry {geometry}")
        if not np.isfinite(rows).all():
            raise ValueError("`rates` must be finite numbers")
        self.rows = rows.reshape(len(rows), size)
        self.given = float(given) if np.ndim(given) == 0 else [float(time) for time in given]
        self.period = float(period)
        times = self.given if isinstance(self.given, list) else [self.given]
        if not all(math.isfinite(time) and time >= 0.0 for time in times):
            raise ValueError(f"times of a schedule must be finite numbers of ms, not negative, not {given!r}")
        if len(times) > len(rows):
            raise ValueError(f"schedule has {len(times)} times, but `rates` only {len(rows)} rows")
        if any(b <= a for a, b in pairwise(times)):
            raise ValueError("times of a schedule must increase")

    def times(self, dt: float) -> list[float]:
        """When the rows begin, in ms."""
        if isinstance(self.given, list):
            return self.given
        distance = self.given or dt
        return [k * distance for k in range(len(self.rows))]

    def steps(self, dt: float) -> NDArray[np.int64]:
        """The same in steps."""
        return np.array([round(time / dt) for time in self.times(dt)], dtype=np.int64)

    def period_steps(self, dt: float) -> int:
        """The period in steps, −1 where it never begins anew."""
        return round(self.period / dt) if self.period > 0.0 else -1
