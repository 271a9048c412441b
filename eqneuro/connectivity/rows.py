"""Rows of synapses collected one after the other, in arrays that grow in place."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.matrix import Connectivity, from_rows
from eqneuro.connectivity.memory import check_room
from eqneuro.connectivity.patterns import Ends

FIRST = 4096
"""Entries that an array begins with."""


class Growing:
    """An array that is appended to.

    `numpy.ndarray.resize` asks the operating system to move pages, so that there is never a second copy of a large one.
    """

    def __init__(self, dtype: Any, what: str) -> None:
        self._values: NDArray[Any] = np.empty(FIRST, dtype=dtype)
        self._filled = 0
        self._what = what

    def append(self, values: NDArray[Any]) -> None:
        """Adds values at the end.

        Raises
        ------
        MemoryError
            If too little is free.
        """
        room, end = len(self._values), self._filled + len(values)
        if end > room:
            wanted = max(end, room + room // 4)
            check_room((wanted - room) * self._values.itemsize, f"the next {wanted - room:,} {self._what}")
            self._values.resize(wanted, refcheck=False)
        self._values[self._filled : end] = values
        self._filled = end

    def finish(self) -> NDArray[Any]:
        """All that was added; nothing can be added after it."""
        self._values.resize(self._filled, refcheck=False)
        return self._values


class Rows:
    """Collects, row by row, which of the chosen pre-synaptic neurons each chosen post-synaptic one gets."""

    def __init__(self, ends: Ends, pattern: str) -> None:
        self._ends = ends
        self.what = f"synapses of {pattern} ({len(ends.pre):,} × {len(ends.post):,} neurons)"
        self._columns = Growing(np.uint32, self.what)
        self._starts = np.zeros(len(ends.post) + 1, dtype=np.int64)
        self._row = 0

    def append(self, columns: NDArray[Any], counts: Any) -> None:
        """The columns of the next rows, ascending in each, and how many each of these rows has."""
        next_row = self._row + np.size(counts)
        self._columns.append(columns)
        self._starts[self._row + 1 : next_row + 1] = counts
        self._row = next_row

    def finish(self) -> Connectivity:
        """All rows, once each was added."""
        ends = self._ends
        assert self._row == len(ends.post)
        starts, columns = np.cumsum(self._starts), self._columns.finish()
        return from_rows(starts, columns, ends.pre, ends.post, ends.pre_size, ends.post_size)
