"""Synapses drawn by their number for each neuron, and kept as a bit for each pair where that is smaller."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.binomial import binomial_numbers
from eqneuro.connectivity.matrix import Connectivity, Places, Ranks, Targets, from_rows, starts_of
from eqneuro.connectivity.memory import WIDEST_NARROW

Bits = NDArray[np.uint64]

FEWER = 2
"""Bits are kept where they take that many times less memory than ranks, which may be asked for beside them."""


class DrawnConnectivity(Connectivity):
    """A bit for each pair of neurons; the ranks are only made where somebody asks for them, and replace the bits.

    Every row has synapses; columns and rows are pre- and post-synaptic neurons one after the other.
    """

    def __init__(
        self, bits: Bits, row_start: Places, pre: Ranks, post: Ranks, sizes: tuple[int, int], threads: int = 1
    ) -> None:
        values: dict[str, Any] = {
            "post_ranks": np.ascontiguousarray(post),
            "row_start": row_start,
            "pre_size": sizes[0],
            "post_size": sizes[1],
            "_bits": bits,
            "_columns": len(pre),
            "_first_pre": int(pre[0]),
            "_threads": threads,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    _bits: Bits | None
    _columns: int
    _first_pre: int
    _threads: int

    @cached_property
    def pre_ranks(self) -> Ranks:
        """The pre-synaptic rank of each synapse."""
        from eqneuro.connectivity import _bits

        assert self._bits is not None
        ranks = _bits.read_ranks(self._bits, self.row_start, self._first_pre, self._threads)
        object.__setattr__(self, "_bits", None)
        return ranks

    @property
    def synapses(self) -> int:
        """The number of synapses."""
        return int(self.row_start[-1])

    @property
    def are_rows_alike(self) -> bool:
        """Rows that are drawn are alike where all there is was drawn: otherwise nobody has to ask for their ranks."""
        return super().are_rows_alike and int(np.diff(self.row_start).max()) >= self._columns - 1

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that exist."""
        sources = self.pre_ranks if self._bits is None else self._bits
        return self.post_ranks.nbytes + self.row_start.nbytes + sources.nbytes

    def fill_rows_for_spikes(self, boundaries: Places, target: Targets, start: Places) -> bool:
        """Fills the rows for spikes from the bits, False where these are no more there."""
        from eqneuro.connectivity import _bits

        if self._bits is None:
            return False
        first_post = int(self.post_ranks[0])
        sides = (first_post, self._columns, self._first_pre, self.pre_size)
        _bits.rows_by_pre(self._bits, self.row_start, *sides, boundaries, target, start)
        return True


def draw_numbers(
    pre: Ranks,
    post: Ranks,
    sizes: tuple[int, int],
    number: int,
    excluded: Places,
    seed: int,
    stream: int,
    threads: int,
) -> Connectivity:
    """Connectivity in which each of the chosen post-synaptic neurons gets a number of the chosen pre-synaptic ones.

    Parameters
    ----------
    pre, post
        The chosen ranks, ascending.
    sizes
        Of the pre- and the post-synaptic population.
    number
        How many inputs each of ``post`` gets; each set of so many is as likely as any other.
    excluded
        For each of ``post`` the place in ``pre`` that is never taken, −1 for none.
    """
    from eqneuro.connectivity import _bits, _sampling

    numbers = np.full(len(post), number, dtype=np.int64)
    if pays_as_bits(pre, post, number * len(post)):
        bits = _bits.draw_bits(numbers, len(pre), excluded, seed, stream, threads)
        return DrawnConnectivity(bits, starts_of(numbers), pre, post, sizes, threads)
    starts, columns = _sampling.fixed_rows(numbers, len(pre), excluded, seed, stream, threads)
    return from_rows(starts, columns, pre, post, *sizes)


def draw_pairs(
    pre: Ranks,
    post: Ranks,
    sizes: tuple[int, int],
    probability: float,
    excluded: Places,
    seed: int,
    stream: int,
    threads: int,
) -> Connectivity:
    """Connectivity in which each pair is connected with a probability: each row draws how many, and then which.

    The parameters are those of `draw_numbers`; ranks stand one after the other on each side. A pair that is excluded is
    drawn like all others, and left out then.
    """
    from eqneuro.connectivity import _bits

    numbers = binomial_numbers(len(post), len(pre), probability, seed, stream)
    bits = _bits.draw_bits(numbers, len(pre), np.full(len(post), -1, dtype=np.int64), seed, stream, threads)
    rows = np.flatnonzero(excluded >= 0)
    words, marks = excluded[rows] // 64, np.uint64(1) << (excluded[rows] % 64).astype(np.uint64)
    numbers[rows] -= bits[rows, words] & marks != 0
    bits[rows, words] &= ~marks
    starts = starts_of(numbers)
    if numbers.all():
        return DrawnConnectivity(bits, starts, pre, post, sizes, threads)
    return from_rows(starts, _bits.read_ranks(bits, starts, 0, threads), pre, post, *sizes)


def draw_turned(
    numbers: Places, columns: int, excluded: Places, seed: int, stream: int, threads: int
) -> tuple[Places, Ranks]:
    """So many of the columns for each row, listed by column: where each begins, and its rows, ascending."""
    from eqneuro.connectivity import _bits, _sampling, _turning

    if not _is_small(len(numbers), columns, int(numbers.sum())):
        narrow = columns <= WIDEST_NARROW  # what is drawn and what becomes of it are there at once
        drawn = _sampling.fixed_rows(numbers, columns, excluded, seed, stream, threads, narrow)
        return _turning.transpose(*drawn, columns, threads)
    begins = starts_of(numbers)
    bits = _bits.draw_bits(numbers, columns, excluded, seed, stream, threads)
    starts, rows = np.zeros(columns + 1, dtype=np.int64), np.empty(begins[-1], dtype=np.uint32)
    _bits.rows_by_pre(bits, begins, 0, columns, 0, columns, np.array([0, len(numbers)]), rows, starts)
    return starts, rows


def pays_as_bits(pre: Ranks, post: Ranks, synapses: float) -> bool:
    """Whether bits of all pairs take little memory beside ranks, and stand for neurons one after the other."""
    if not _is_small(len(post), len(pre), synapses):
        return False
    return all(int(ranks[-1]) - int(ranks[0]) + 1 == len(ranks) for ranks in (pre, post))


def _is_small(rows: int, columns: int, synapses: float) -> bool:
    return 0 < FEWER * rows * (columns // 64 + 1) * 8 <= 4 * synapses
