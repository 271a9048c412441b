"""Rows of synapses collected one after the other, in arrays that grow in place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from eqneuro.connectivity.matrix import Connectivity, from_rows
from eqneuro.connectivity.memory import check_room
from eqneuro.connectivity.patterns import Ends

FIRST = 4096
"""Entries that an array begins with."""
LARGE = 2**20
"""Entries from which on it grows by a sixteenth: pages are moved then, not copied, and what is too much counts."""


class Growing:
    """An array that is appended to.

    `numpy.ndarray.resize` asks the operating system to move pages, so that there is never a second copy of a large one.
    There may be ``room`` at once for as many entries as come at most: what is not written takes no memory.
    """

    def __init__(self, dtype: Any, what: str, room: int = FIRST) -> None:
        self._values: NDArray[Any] = np.empty(room, dtype=dtype)
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
            wanted = max(end, room + room // (4 if room < LARGE else 16))
            check_room((wanted - room) * self._values.itemsize, f"the next {wanted - room:,} {self._what}")
            self._values.resize(wanted, refcheck=False)
        self._values[self._filled : end] = values
        self._filled = end

    def finish(self) -> NDArray[Any]:
        """All that was added; nothing can be added after it."""
        self._values.resize(self._filled, refcheck=False)
        return self._values


def _synapses(ends: Ends, pattern: str) -> str:
    return f"synapses of {pattern} ({len(ends.pre):,} × {len(ends.post):,} neurons)"


class Rows:
    """Collects, row by row, which of the chosen pre-synaptic neurons each chosen post-synaptic one gets."""

    def __init__(self, ends: Ends, pattern: str, room: int = FIRST) -> None:
        self._ends = ends
        self.what = _synapses(ends, pattern)
        self._columns = Growing(np.uint32, self.what, room)
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


class Appended(Protocol):
    """What values are added to, some at a time."""

    def append(self, values: NDArray[np.float64], /) -> None:
        """Adds values at the end."""


def values_of(ends: Ends, real: DTypeLike = np.float64) -> Growing:
    """Room for what a matrix holds."""
    return Growing(real, f"values of {_synapses(ends, 'from_matrix')}", len(ends.post) * len(ends.pre))


def from_blocks(
    ends: Ends, blocks: Iterable[Sequence[NDArray[np.float64]]], values: Sequence[Appended]
) -> Connectivity:
    """The pairs for which a matrix of shape (post, pre) holds a number.

    ``blocks`` give the next rows of it and of others of its shape, one after the other; nan is no number. What each
    holds there is added to its ``values``.
    """
    from eqneuro.connectivity._sampling import columns_of

    rows = Rows(ends, "from_matrix", len(ends.post) * len(ends.pre))
    for block in blocks:
        mask = ~np.isnan(block[0])
        rows.append(*columns_of(mask.view(np.uint8)))
        for held, part in zip(values, block, strict=True):
            held.append(part[mask])
    return rows.finish()
