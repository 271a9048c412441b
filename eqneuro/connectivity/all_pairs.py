"""From all of some neurons to all of some others: what that leaves to know of a connectivity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.matrix import Connectivity, Ranks


@dataclass(frozen=True)
class AllPairs:
    """Every pre-synaptic neuron of ``pre`` reaches every post-synaptic one that has synapses.

    Attributes
    ----------
    pre
        Ranks, ascending.
    own
        For each post-synaptic neuron that has synapses its place in ``pre``, if it does not reach itself; else −1.
    """

    pre: Ranks
    own: NDArray[np.int64]

    @property
    def is_whole(self) -> bool:
        """Whether all post-synaptic neurons have the same inputs."""
        return not (self.own >= 0).any()

    @property
    def is_run(self) -> bool:
        """Whether the pre-synaptic neurons stand one after the other."""
        return len(self.pre) > 0 and int(self.pre[-1]) - int(self.pre[0]) + 1 == len(self.pre)


def all_pairs(built: Connectivity) -> AllPairs | None:
    """What a connectivity is if it is of this kind, whichever way it was made.

    Rows are compared one by one, until one differs; most are told by their lengths.
    """
    if not built.are_rows_alike:
        return None
    lengths = np.diff(built.row_start)
    if built.is_dense:
        return AllPairs(np.arange(built.pre_size, dtype=np.uint32), np.full(len(lengths), -1))
    row = int(lengths.argmax())
    pre = built.pre_ranks[built.slice_of(row)]
    alike = AllPairs(pre, np.full(len(lengths), -1))
    if lengths.min() == lengths.max() and _is(built, alike):
        return alike
    if lengths.min() == lengths.max():  # all are among the pre-synaptic ones, the first one, too
        pre = np.union1d(pre, built.post_ranks[row : row + 1])
    place = np.searchsorted(pre, built.post_ranks)
    is_among = pre[np.minimum(place, len(pre) - 1)] == built.post_ranks
    found = AllPairs(pre, np.where(is_among, place, -1))
    return found if np.array_equal(lengths, len(pre) - is_among) and _is(built, found) else None


def _is(built: Connectivity, pairs: AllPairs) -> bool:
    """Whether each row holds what it should."""
    for row, own in enumerate(pairs.own.tolist()):
        sources = built.pre_ranks[built.slice_of(row)]
        before, behind = (pairs.pre, pairs.pre[:0]) if own < 0 else (pairs.pre[:own], pairs.pre[own + 1 :])
        if not (np.array_equal(sources[: len(before)], before) and np.array_equal(sources[len(before) :], behind)):
            return False
    return True
