"""Synapses seen from the other side: rows by column, and where those of a post-synaptic neuron stand among all."""

from libc.stdint cimport int64_t, uint32_t

import numpy as np

from eqneuro.connectivity.parts import edges, in_parts

ctypedef fused rank:
    uint32_t
    unsigned short

ctypedef fused place:
    uint32_t
    int64_t

MANY = 1 << 16
"""Synapses that are worth another thread."""


def transpose(row_start, ranks, columns, threads=1):
    """Rows by column: (column_start, rows as uint32), the rows of each column ascending.

    Each thread counts the synapses of its rows by column, which tells where in each column these go.
    """
    bounds = edges(len(row_start) - 1, threads)
    starts = np.empty(columns + 1, dtype=np.int64)
    turned = np.empty(len(ranks), dtype=np.uint32)
    places = np.zeros((len(bounds) - 1, columns), dtype=np.int64)
    of_part = dict(zip(bounds, places))
    in_parts(bounds, lambda first, last: _count(first, last, row_start, ranks, of_part[first]))
    _begin(places, starts)
    in_parts(bounds, lambda first, last: _turn(first, last, row_start, ranks, of_part[first], turned))
    return starts, turned


def _count(int64_t first, int64_t last, int64_t[::1] row_start, rank[::1] ranks, int64_t[::1] counts):
    """How many synapses of some rows are in each column."""
    cdef int64_t s
    with nogil:
        for s in range(row_start[first], row_start[last]):
            counts[ranks[s]] += 1


def _begin(int64_t[:, ::1] places, int64_t[::1] start):
    """From counts to where the synapses of each part begin in each column; ``start`` is where the column does."""
    cdef int64_t column, part, count, filled = 0
    with nogil:
        for column in range(places.shape[1]):
            start[column] = filled
            for part in range(places.shape[0]):
                count = places[part, column]
                places[part, column] = filled
                filled += count
        start[places.shape[1]] = filled


def _turn(
    int64_t first, int64_t last, int64_t[::1] row_start, rank[::1] ranks, int64_t[::1] places, uint32_t[::1] turned
):
    """Some of the rows."""
    cdef int64_t row, s, column
    with nogil:
        for row in range(first, last):
            for s in range(row_start[row], row_start[row + 1]):
                column = ranks[s]
                turned[places[column]] = <uint32_t>row
                places[column] += 1


def starts_by_post(int64_t[::1] row_start, uint32_t[::1] post_rank, int64_t post_size):
    """Where the synapses of each post-synaptic neuron begin in the user's order, and the end; most may have none."""
    starts = np.empty(post_size + 1, dtype=np.int64)
    cdef int64_t[::1] start = starts
    cdef int64_t row, neuron, next_neuron = 0
    with nogil:
        for row in range(post_rank.shape[0]):
            for neuron in range(next_neuron, post_rank[row] + 1):
                start[neuron] = row_start[row]
            next_neuron = post_rank[row] + 1
        for neuron in range(next_neuron, post_size + 1):
            start[neuron] = row_start[post_rank.shape[0]]
    return starts


def slots_by_post(position, threads=1):
    """For each synapse in the user's order where it stands in the rows for spikes, of which ``position`` tells."""
    count = len(position)
    slots = np.empty(count, dtype=np.uint32) if count else np.zeros(1, dtype=np.uint32)
    in_parts(edges(count, min(threads, count // MANY)), lambda first, last: _find(first, last, position, slots))
    return slots


def _find(int64_t first, int64_t last, place[::1] position, uint32_t[::1] slots):
    """Some of the slots: each goes to a place of its own."""
    cdef int64_t slot
    with nogil:
        for slot in range(first, last):
            slots[position[slot]] = <uint32_t>slot
