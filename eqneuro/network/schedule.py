"""Rows of values that begin at given times."""

from __future__ import annotations

import math
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
        if rows.ndim == 1 and size > 1:
            rows = np.repeat(rows[:, None], size, axis=1)
        if rows.shape[1:] not in (geometry, (size,), ()) and rows[0].size != size:
            raise ValueError(f"rows of `rates` have the shape {rows.shape[1:]}, which is not the geometry {geometry}")
        if rows[0].size != size or (rows.ndim > 2 and rows.shape[1:] != geometry):
            raise ValueError(f"rows of `rates` have the shape {rows.shape[1:]}, which is not the geometry {geometry}")
        self.rows = rows.reshape(len(rows), size)
        self.given = given if np.ndim(given) == 0 else [float(time) for time in given]
        self.period = float(period)
        if isinstance(self.given, list):
            if len(self.given) > len(rows):
                raise ValueError(f"schedule has {len(self.given)} times, but `rates` only {len(rows)} rows")
            if any(b <= a for a, b in zip(self.given, self.given[1:], strict=False)):
                raise ValueError("times of a schedule must increase")

    def times(self, dt: float) -> list[float]:
        """When the rows begin, in ms."""
        if isinstance(self.given, list):
            return self.given
        distance = self.given if self.given > 0.0 else dt
        return [k * distance for k in range(len(self.rows))]

    def steps(self, dt: float) -> NDArray[np.int64]:
        """The same in steps."""
        return np.array([round(time / dt) for time in self.times(dt)], dtype=np.int64)

    def period_steps(self, dt: float) -> int:
        """The period in steps, −1 where it never begins anew."""
        return round(self.period / dt) if self.period > 0.0 else -1
