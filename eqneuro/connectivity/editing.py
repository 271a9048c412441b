"""Synapses added to a connectivity and taken out of it: new arrays, and where each entry comes from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.matrix import Connectivity, Places, Ranks, starts_of
from eqneuro.connectivity.patterns import Ends


@dataclass(frozen=True)
class Edit:
    """A connectivity after a change.

    Attributes
    ----------
    after
        The new connectivity.
    origin
        For each of its synapses the place it had before; n + k for the k-th of the added ones, n being the number of
        synapses there were.
    row_origin
        For each of its rows the row it was before, −1 for a new one.
    """

    after: Connectivity
    origin: Places
    row_origin: Places

    def arrange(self, before: NDArray[np.generic], added: NDArray[np.generic]) -> NDArray[np.generic]:
        """Values of the synapses there were and of the added ones, in the order of the new connectivity."""
        return (before if len(added) == 0 else np.concatenate([before, added]))[self.origin]


def find_places(connectivity: Connectivity, post: NDArray[np.int64], pre: NDArray[np.int64]) -> Places:
    """Where the synapses of some pairs stand, −1 for those that have none."""
    if connectivity.synapses == 0:
        return np.full(len(post), -1, dtype=np.int64)
    keys, wanted = _keys(connectivity), post * connectivity.pre_size + pre
    places = np.searchsorted(keys, wanted)
    found = keys[np.minimum(places, len(keys) - 1)] == wanted
    return np.where(found, places, -1)


def add_synapses(connectivity: Connectivity, post: NDArray[np.int64], pre: NDArray[np.int64]) -> Edit:
    """The connectivity with some pairs more, none of which it has, each given once."""
    fresh = post * connectivity.pre_size + pre
    order = np.argsort(fresh, kind="stable")
    before = connectivity.synapses
    places = np.searchsorted(_keys(connectivity), fresh[order])
    origin = np.insert(np.arange(before, dtype=np.int64), places, before + order)
    ranks = np.concatenate([connectivity.pre_ranks, pre.astype(np.uint32)])[origin]
    post_ranks = np.union1d(connectivity.post_ranks, post.astype(np.uint32)).astype(np.uint32)
    kept = np.searchsorted(post_ranks, connectivity.post_ranks)
    lengths = np.bincount(np.searchsorted(post_ranks, post), minlength=len(post_ranks)).astype(np.int64)
    lengths[kept] += np.diff(connectivity.row_start)
    row_origin = np.full(len(post_ranks), -1, dtype=np.int64)
    row_origin[kept] = np.arange(len(kept))
    return Edit(_connectivity(connectivity, post_ranks, lengths, ranks), origin, row_origin)


def remove_synapses(connectivity: Connectivity, places: NDArray[np.int64]) -> Edit:
    """The connectivity without the synapses at some places; a row that has none left is left out."""
    is_kept = np.ones(connectivity.synapses, dtype=np.bool_)
    is_kept[places] = False
    before = np.concatenate([[0], np.cumsum(is_kept, dtype=np.int64)])
    lengths = np.diff(before[connectivity.row_start])
    row_origin = np.flatnonzero(lengths).astype(np.int64)
    origin = np.flatnonzero(is_kept).astype(np.int64)
    after = _connectivity(
        connectivity, connectivity.post_ranks[row_origin], lengths[row_origin], connectivity.pre_ranks[origin]
    )
    return Edit(after, origin, row_origin)


def free_pairs(connectivity: Connectivity, ends: Ends, first: int, last: int) -> NDArray[np.bool_]:
    """Which pairs of the chosen neurons have no synapse, a neuron with itself apart, for some of the rows.

    Rows are ``ends.post[first:last]``, columns ``ends.pre``.
    """
    free = np.ones((last - first, len(ends.pre)), dtype=np.bool_)
    edges = np.searchsorted(connectivity.post_ranks, [ends.post[first], int(ends.post[last - 1]) + 1])
    rows = slice(int(edges[0]), int(edges[1]))
    begin, end = connectivity.row_start[edges]
    posts = np.repeat(connectivity.post_ranks[rows], np.diff(connectivity.row_start[rows.start : rows.stop + 1]))
    _strike(free, ends.post[first:last], ends.pre, posts, connectivity.pre_ranks[begin:end])
    if ends.same:
        own = ends.post[first:last]
        _strike(free, own, ends.pre, own, own)
    return free


def _strike(free: NDArray[np.bool_], rows: Ranks, columns: Ranks, post: Ranks, pre: Ranks) -> None:
    """Marks pairs as taken; those outside the chosen neurons don't occur in the matrix."""
    row, column = np.searchsorted(rows, post), np.searchsorted(columns, pre)
    inside = (row < len(rows)) & (column < len(columns))
    row, column, post, pre = row[inside], column[inside], post[inside], pre[inside]
    inside = (rows[row] == post) & (columns[column] == pre)
    free[row[inside], column[inside]] = False


def _keys(connectivity: Connectivity) -> NDArray[np.int64]:
    """One number for each pair, ascending."""
    posts = np.repeat(connectivity.post_ranks.astype(np.int64), np.diff(connectivity.row_start))
    return posts * connectivity.pre_size + connectivity.pre_ranks


def _connectivity(
    before: Connectivity, post_ranks: Ranks, lengths: NDArray[np.int64], pre_ranks: Ranks
) -> Connectivity:
    starts = starts_of(lengths)
    ranks = np.ascontiguousarray(pre_ranks, dtype=np.uint32)
    return Connectivity(np.ascontiguousarray(post_ranks), starts, ranks, before.pre_size, before.post_size)
