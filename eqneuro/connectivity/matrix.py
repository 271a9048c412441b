"""Sparse connectivity: rows by post-synaptic neuron for the user, by pre-synaptic neuron for spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from eqneuro.connectivity.memory import WIDEST_NARROW, check_room

Ranks = NDArray[np.uint32]
Places = NDArray[np.int64]
Targets = NDArray[np.uint16] | NDArray[np.uint32]
Late = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.uint32]

BLOCK = 2**18
"""Entries of a large array that are changed at once."""


@dataclass(frozen=True)
class Connectivity:
    """Which neurons are connected.

    Attributes
    ----------
    post_ranks
        Ranks of the post-synaptic neurons that have synapses, ascending, shape (rows,).
    row_start
        Where the synapses of each of them begin, shape (rows + 1,).
    pre_ranks
        The pre-synaptic rank of each synapse, ascending within a row, shape (synapses,).
    pre_size, post_size
        Sizes of the two populations.
    """

    post_ranks: Ranks
    row_start: Places
    pre_ranks: Ranks
    pre_size: int
    post_size: int

    @property
    def synapses(self) -> int:
        """The number of synapses."""
        return len(self.pre_ranks)

    @property
    def is_dense(self) -> bool:
        """Whether every row holds every pre-synaptic neuron."""
        return self.synapses == len(self.post_ranks) * self.pre_size

    @property
    def are_rows_alike(self) -> bool:
        """Whether rows may hold the same neurons, or all but one of them, as far as their lengths tell."""
        lengths = np.diff(self.row_start)
        return len(lengths) > 0 and int(lengths.max()) - int(lengths.min()) <= 1

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.post_ranks.nbytes + self.row_start.nbytes + self.pre_ranks.nbytes

    def row_of(self, post_rank: int) -> int | None:
        """The row of a post-synaptic neuron, None if it has no synapses."""
        row = int(np.searchsorted(self.post_ranks, post_rank))
        return row if row < len(self.post_ranks) and self.post_ranks[row] == post_rank else None

    def slice_of(self, row: int) -> slice:
        """Where the synapses of a row stand."""
        return slice(int(self.row_start[row]), int(self.row_start[row + 1]))

    def rows(self) -> NDArray[np.int64]:
        """The row of each synapse."""
        return np.repeat(np.arange(len(self.post_ranks)), np.diff(self.row_start))

    def fill_rows_for_spikes(self, boundaries: Places, target: Targets, start: Places) -> bool:
        """Fills the rows for spikes where there is a faster way than sorting ``pre_ranks``; whether there is."""
        return False


def starts_of(counts: Places) -> Places:
    """Where each of rows with so many entries begins, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def from_rows(
    row_start: Places, columns: Ranks, pre: Ranks, post: Ranks, pre_size: int, post_size: int
) -> Connectivity:
    """Connectivity from rows over the chosen post-synaptic neurons and columns over the chosen pre-synaptic ones.

    Rows without synapses are left out. ``columns`` is taken over: where they are not ranks already they become so in
    place, which saves a second array of that size.
    """
    lengths = np.diff(row_start)
    kept = lengths > 0
    starts = starts_of(lengths[kept])
    ranks = np.ascontiguousarray(columns, dtype=np.uint32)
    first_rank = int(pre[0]) if len(pre) else 0
    if np.array_equal(pre, np.arange(first_rank, first_rank + len(pre))):  # a slice, or all
        if first_rank:
            ranks += np.uint32(first_rank)
    else:
        for first in range(0, len(ranks), BLOCK):
            part = ranks[first : first + BLOCK]
            part[:] = pre[part]
    return Connectivity(np.ascontiguousarray(post[kept]), starts, ranks, pre_size, post_size)


@dataclass(frozen=True)
class SpikeRows:
    """Synapses as spikes need them: by range of post-synaptic neurons, then by pre-synaptic neuron, then by delay.

    ``position`` says where each stands in the user's order; None where no synapse has a value of its own. ``late`` are
    delays in steps, where rows are not sorted by them.
    """

    start: Places
    target: Targets
    position: Ranks | Places | None
    part_start: Ranks | None
    shortest: int
    longest: int
    late: Late | None = None

    def are_runs(self) -> bool:
        """Whether most rows hold nearly all neurons one after the other, so that they are best added run by run.

        Looks closely only where more than half of all pairs are connected.
        """
        if self.part_start is not None or self.late is not None or not len(self.target):
            return False
        is_filled, total = np.diff(self.start) > 0, len(self.target)
        # a pair is connected once: targets ascend in each row
        first, last = self.target[self.start[:-1][is_filled]], self.target[self.start[1:][is_filled] - 1]
        reached = int(last.max()) - int(first.min()) + 1
        if total < 0.5 * len(first) * reached:
            return False
        runs = 1
        for begin in range(0, total - 1, BLOCK):
            part = self.target[begin : begin + BLOCK + 1].astype(np.int64)
            runs += int(np.count_nonzero(np.diff(part) != 1))
        return total >= LONG_RUN * runs

    def are_dense(self, pre_size: int) -> bool:
        """Whether all rows of a range that are not empty hold the same neurons, one after the other."""
        if self.part_start is not None or not len(self.target):
            return False
        starts, ends = (array.reshape(-1, pre_size) for array in (self.start[:-1], self.start[1:]))
        for start, end in zip(starts, ends, strict=True):
            is_filled = end > start
            begin, length = start[is_filled], (end - start)[is_filled]
            if not len(begin):
                continue
            first, last = self.target[begin].astype(np.int64), self.target[begin + length - 1].astype(np.int64)
            if (length != length[0]).any() or (first != first[0]).any() or (last - first + 1 != length).any():
                return False
        return True


LONG_RUN = 32
"""Neurons one after the other from which on a loop without a list of targets pays."""


def spike_rows(
    connectivity: Connectivity,
    boundaries: Places,
    delays: int | Targets,
    *,
    keep_position: bool,
    late: DTypeLike | None = None,
    threads: int = 1,
) -> SpikeRows:
    """The rows for spikes; ``boundaries`` are the first post-synaptic ranks of the ranges, and the end.

    Rows are sorted by delays that differ, or these listed beside the targets, as numbers of the kind ``late``.

    Raises
    ------
    MemoryError
        If delays lie so far apart that a table of all delays of all neurons does not fit.
    """
    from eqneuro.connectivity import _sampling

    total = connectivity.synapses
    start, target = _room_for_rows(connectivity, boundaries)
    if isinstance(delays, int) and not keep_position and connectivity.fill_rows_for_spikes(boundaries, target, start):
        return SpikeRows(start, target, None, None, delays, delays)
    # what is sorted along with the targets: positions, or where nobody reads them what they would be read for, delays
    places = total if keep_position else 0
    position: Ranks | Places = np.empty(places, dtype=np.uint32) if total < 2**32 else np.empty(places, dtype=np.int64)
    along, values = (position, position[:0]) if keep_position or isinstance(delays, int) else (delays.copy(), delays)
    _sampling.rows_by_pre(*_order(connectivity), boundaries, target, start, along, values)
    kept = position if keep_position else None
    if isinstance(delays, int):
        return SpikeRows(start, target, kept, None, delays, delays)
    shortest, longest = (int(delays.min()), int(delays.max())) if total else (1, 1)
    if late is not None:
        in_rows = delays[position] if keep_position else along
        return SpikeRows(start, target, kept, None, shortest, longest, in_rows.astype(late, copy=False))
    parts = (len(start) - 1) * (longest - shortest + 2)
    check_room(4.0 * parts, f"delays from {shortest} to {longest} steps of {connectivity.pre_size:,} neurons")
    part_start = np.zeros(parts, dtype=np.uint32)
    apart = delays if keep_position else delays[:0]
    _sampling.sort_by_delay(start, target, along, apart, shortest, longest, part_start, threads)
    return SpikeRows(start, target, kept, part_start, shortest, longest)


def spike_rows_with(
    connectivity: Connectivity, boundaries: Places, delay: int, values: NDArray[Any]
) -> tuple[SpikeRows, NDArray[Any]]:
    """The rows for spikes that all take as long, and values of 4 or 8 bytes sorted as they are, without positions."""
    from eqneuro.connectivity import _sampling

    start, target = _room_for_rows(connectivity, boundaries)
    along = np.empty_like(values)
    words = (x.view(np.uint32) if x.itemsize == 4 else x.view(np.int64) for x in (along, values))
    _sampling.rows_by_pre(*_order(connectivity), boundaries, target, start, *words)
    return SpikeRows(start, target, None, None, delay, delay), along


def _room_for_rows(connectivity: Connectivity, boundaries: Places) -> tuple[Places, Targets]:
    total, ranges = connectivity.synapses, len(boundaries) - 1
    narrow = connectivity.post_size <= WIDEST_NARROW
    target: Targets = np.empty(total, dtype=np.uint16) if narrow else np.empty(total, dtype=np.uint32)
    return np.zeros(ranges * connectivity.pre_size + 1, dtype=np.int64), target


def _order(connectivity: Connectivity) -> tuple[Places, Ranks, Ranks, int]:
    return connectivity.row_start, connectivity.pre_ranks, connectivity.post_ranks, connectivity.pre_size
