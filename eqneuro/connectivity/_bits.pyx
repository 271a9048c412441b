"""Connections as a bit for each pair: drawn, read as ranks, and turned into rows for spikes."""

from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

import numpy as np

from eqneuro.connectivity.parts import edges, in_parts

ctypedef fused rank:
    uint32_t
    uint16_t

cdef extern from "bits.h":
    const int CHUNK, EXCESS
    ctypedef struct Columns:
        uint32_t row, stream, count, key0, key1, bound
    Columns columns_of_seed(uint64_t seed, uint32_t stream, uint32_t bound) nogil
    void draw_row(uint64_t *bits, int64_t words, int64_t number, int64_t hole, Columns *source, uint32_t *room) nogil
    void turn(const uint64_t *bits, int64_t words, int64_t rows, int64_t some, uint64_t *turned, int64_t width) nogil
    int64_t read_narrow(const uint64_t *bits, int64_t words, int64_t number, uint32_t first, uint16_t *out) nogil
    int64_t read_wide(const uint64_t *bits, int64_t words, int64_t number, uint32_t first, uint32_t *out) nogil

cdef int64_t SOME = 8
"""Words of a row that are turned at once: a line of the cache."""


def draw_bits(
    int64_t[::1] numbers, int64_t columns, int64_t[::1] excluded, uint64_t seed, uint32_t stream, int threads=1
):
    """So many different columns of each row, never the excluded one; each row has a bit more than columns."""
    bits = np.empty((numbers.shape[0], columns // 64 + 1), dtype=np.uint64)
    in_parts(
        edges(numbers.shape[0], threads),
        lambda first, last: _draw_some(first, last, numbers, columns, excluded, seed, stream, bits),
    )
    return bits


def _draw_some(
    int64_t first, int64_t last, int64_t[::1] numbers, int64_t columns, int64_t[::1] excluded, uint64_t seed,
    uint32_t stream, uint64_t[:, ::1] bits,
):
    cdef int64_t row
    cdef Columns source = columns_of_seed(seed, stream, <uint32_t>columns)
    cdef uint32_t *room = <uint32_t *>malloc(CHUNK * sizeof(uint32_t))
    if not room:
        raise MemoryError
    with nogil:
        for row in range(first, last):
            source.row = <uint32_t>row
            source.count = 0
            draw_row(&bits[row, 0], bits.shape[1], numbers[row], excluded[row], &source, room)
    free(room)


def read_ranks(const uint64_t[:, ::1] bits, const int64_t[::1] row_start, uint32_t first, int threads=1):
    """The marked columns of all rows as ranks, of which ``first`` is that of the first column."""
    ranks = np.empty(row_start[bits.shape[0]], dtype=np.uint32)
    in_parts(edges(bits.shape[0], threads), lambda begin, end: _read_some(begin, end, bits, row_start, first, ranks))
    return ranks


def _read_some(
    int64_t begin, int64_t end, const uint64_t[:, ::1] bits, const int64_t[::1] row_start, uint32_t first,
    uint32_t[::1] ranks,
):
    cdef int64_t row, number, words = bits.shape[1]
    cdef uint32_t *room = <uint32_t *>malloc((64 * words + EXCESS) * sizeof(uint32_t))
    if not room:
        raise MemoryError
    with nogil:
        for row in range(begin, end):
            number = row_start[row + 1] - row_start[row]
            if number:
                read_wide(&bits[row, 0], words, number, first, room)
                memcpy(&ranks[row_start[row]], room, number * sizeof(uint32_t))
    free(room)


def rows_by_pre(bits, row_start, first_post, columns, first_pre, pre_size, boundaries, target, start):
    """Fills ``target`` and ``start`` by range of post-synaptic neurons, then by pre-synaptic neuron.

    ``boundaries`` are the first post ranks of the ranges and the end. Each range is done by a thread of its own.
    """
    rows = len(bits)
    edge = np.clip(boundaries - first_post, 0, rows).tolist()
    begin = row_start[edge].tolist()
    in_parts(
        list(range(len(boundaries))),
        lambda r, _: _turn_range(
            bits[edge[r] : edge[r + 1]], begin[r], begin[r + 1], first_post + edge[r], columns, first_pre, target,
            start[r * pre_size : (r + 1) * pre_size],
        ),
    )
    start[len(start) - 1] = row_start[rows]


def _turn_range(
    const uint64_t[:, ::1] bits, int64_t begin, int64_t end, uint32_t first_post, int64_t columns, int64_t first_pre,
    rank[::1] target, int64_t[::1] start,
):
    """One range, whose synapses stand one after the other in both orders."""
    cdef int64_t rows = bits.shape[0], words = bits.shape[1], width = (rows + 63) // 64, word, column, count
    cdef int64_t filled = begin, number = (end - begin) // max(columns, 1)
    cdef uint64_t *turned = <uint64_t *>malloc(max(SOME * 64 * width, 1) * sizeof(uint64_t))
    cdef rank *room = <rank *>malloc((64 * width + EXCESS) * sizeof(rank))
    if not turned or not room:
        free(turned)
        free(room)
        raise MemoryError
    with nogil:
        for column in range(first_pre):
            start[column] = begin
        for column in range(columns):
            word = column // 64 % SOME
            if column % (64 * SOME) == 0 and rows:
                turn(&bits[0, column // 64], words, rows, min(SOME, words - column // 64), turned, width)
            start[first_pre + column] = filled
            # what is read in excess must not reach what another thread has written
            if end - filled > rows + EXCESS:
                filled += read_bits(turned + (64 * word + column % 64) * width, width, number, first_post, &target[filled])
            else:
                count = read_bits(turned + (64 * word + column % 64) * width, width, number, first_post, room)
                if count:
                    memcpy(&target[filled], room, count * sizeof(rank))
                filled += count
        for column in range(first_pre + columns, start.shape[0]):
            start[column] = end
    free(turned)
    free(room)


cdef inline int64_t read_bits(
    const uint64_t *bits, int64_t words, int64_t number, uint32_t first, rank *out
) noexcept nogil:
    if rank is uint16_t:
        return read_narrow(bits, words, number, first, out)
    else:
        return read_wide(bits, words, number, first, out)
