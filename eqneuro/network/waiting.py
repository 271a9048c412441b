"""Post-synaptic spikes that wait until a row of synapses is read: see `eqneuro.model.waiting`.

A column of a matrix whose rows lie one after the other has a cache line for each of its synapses. During long runs it
is left alone: spikes are noted, and each row catches up with them when its next pre-synaptic spike arrives, or at the
end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import allocate
from eqneuro.model.traces import Side
from eqneuro.model.waiting import may_wait
from eqneuro.network.traces import recorded

if TYPE_CHECKING:
    from eqneuro.network.projection import Projection

LONG = 1000
"""Steps of a run in which spikes wait: it costs little then that all rows catch up when it ends."""
WIDE = 8
"""Synapses of a row, at least: with fewer of them, those of a column share cache lines."""
ROOM, SPIKES_EACH = 4096, 16
"""How many spikes can wait in a range, at least, and for each of its neurons."""
COUNTS_APART = 8
"""Between the counts of two ranges: threads write to cache lines of their own."""


@dataclass(frozen=True)
class Waiting:
    """What kernels keep of spikes that wait, one part after the other for each range of post-synaptic neurons.

    ``mode`` holds whether spikes wait, whether all rows catch up now, and for how many spikes a range has room;
    ``count`` how many wait, ``tick`` and ``place`` the step after each and where its neuron's synapse of the first row
    is, ``seen`` how many of them each row has caught up with.
    """

    mode: NDArray[np.int64]
    count: NDArray[np.int64]
    tick: NDArray[np.int32]
    place: NDArray[np.uint32]
    seen: NDArray[np.int32]
    widths: tuple[int, ...]

    @classmethod
    def of(cls, rows: int, widths: tuple[int, ...]) -> Waiting:
        """Room for ranges with so many post-synaptic neurons each."""
        ranges, room = len(widths), max(ROOM, SPIKES_EACH * max(widths))
        mode = allocate(3, np.int64)
        mode[:] = (0, 0, room)
        return cls(
            mode,
            allocate(ranges * COUNTS_APART, np.int64),
            allocate(ranges * room, np.int32),
            allocate(ranges * room, np.uint32),
            allocate(ranges * rows, np.int32),
            widths,
        )

    @property
    def is_worth_it(self) -> bool:
        """Whether rows are wide, in all ranges that have any."""
        return all(width == 0 or width >= WIDE for width in self.widths)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return sum(array.nbytes for array in (self.mode, self.count, self.tick, self.place, self.seen))


def waits(projection: Projection, parts: tuple[str, ...], kept: Mapping[str, Side]) -> bool:
    """Whether a projection with these kernels, and traces kept with neurons, has one in which its rows catch up."""
    return (
        parts == ("deliver", "post")
        and projection._built.is_dense
        and len(projection._built.post_ranks) >= WIDE
        and bool(kept)
        and may_wait(projection.model, kept)
    )


def gather(projection: Projection, boundaries: NDArray[np.int64]) -> Waiting:
    """The arrays for ranges with these edges; nothing waits between two runs."""
    plastic, built = projection._plastic, projection._built
    edges = np.searchsorted(built.post_ranks, boundaries)
    widths = tuple(int(b - a) for a, b in pairwise(edges))
    if plastic.waiting is None or plastic.waiting.widths != widths:
        plastic.waiting = Waiting.of(built.pre_size, widths)
    return plastic.waiting


def begin(projection: Projection, steps: int) -> None:
    """Before so many steps: spikes wait if these are many and nobody records the synapses."""
    waiting = projection._plastic.waiting
    assert waiting is not None
    waiting.mode[0] = steps >= LONG and waiting.is_worth_it and not recorded(projection)


@contextmanager
def all_at_once(projection: Projection) -> Iterator[int]:
    """While all rows are told to catch up; gives the number of ranges."""
    waiting = projection._plastic.waiting
    assert waiting is not None
    waiting.mode[1] = 1
    try:
        yield len(waiting.widths)
    finally:
        waiting.mode[1] = 0
