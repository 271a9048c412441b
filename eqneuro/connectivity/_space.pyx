"""Pairs of neighbours in geometries: what stands in a box around each post-synaptic neuron, and what is kept of it."""

from libc.math cimport fabs
from libc.stdint cimport int64_t, uint32_t
from libc.stdlib cimport free, malloc


def list_boxes(
    int64_t first, int64_t last, const int64_t[:, ::1] low, const int64_t[:, ::1] high, const double[:, ::1] centre,
    const double[::1] places, const int64_t[::1] begin, const int64_t[::1] stride, uint32_t[::1] ranks,
    double[::1] squares,
):
    """The ranks in the boxes of some rows, ascending in each row, and their squared distances.

    The box of ``row`` is from ``low[axis, row]`` to below ``high[axis, row]``, around ``centre[axis, row]``; coordinates
    of an axis begin at ``begin[axis]`` of ``places``, its ranks are ``stride[axis]`` apart, those of the last axis 1.
    """
    cdef int64_t row, axis, k, length, line = low.shape[0] - 1
    cdef uint32_t rank
    cdef double square, distance, middle
    cdef const double *x
    cdef uint32_t *rank_of = &ranks[0]
    cdef double *square_of = &squares[0]
    cdef bint is_done
    cdef int64_t *index = <int64_t *>malloc((line + 1) * sizeof(int64_t))
    if not index:
        raise MemoryError
    with nogil:
        for row in range(first, last):
            length = high[line, row] - low[line, row]
            is_done = length <= 0
            for axis in range(line):
                index[axis] = low[axis, row]
                is_done = is_done or high[axis, row] <= low[axis, row]
            middle = centre[line, row]
            x = &places[0] + begin[line] + low[line, row]
            while not is_done:
                rank = <uint32_t>low[line, row]
                square = 0.0
                for axis in range(line):
                    rank += <uint32_t>(stride[axis] * index[axis])
                    distance = places[begin[axis] + index[axis]] - centre[axis, row]
                    square += distance * distance
                for k in range(length):
                    distance = x[k] - middle
                    rank_of[k] = rank + <uint32_t>k
                    square_of[k] = square + distance * distance
                rank_of += length
                square_of += length
                axis = line - 1
                while axis >= 0:
                    index[axis] += 1
                    if index[axis] < high[axis, row]:
                        break
                    index[axis] = low[axis, row]
                    axis -= 1
                is_done = axis < 0
    free(index)


def keep(
    int64_t first, int64_t last, const int64_t[::1] start, double threshold, const int64_t[::1] column_of,
    const int64_t[::1] excluded, uint32_t[::1] ranks, double[::1] values, int64_t[::1] counts,
):
    """Moves the pairs whose ``values`` exceed a threshold in size to the front, with columns in place of ranks.

    ``start`` is where the boxes of all rows begin; ``counts`` gets how many pairs are left of each of these rows. Columns
    that are negative, and the one excluded in a row, are left out. Gives how many pairs there are.
    """
    cdef int64_t row, k, column, hole, begun, filled = 0
    cdef double value
    with nogil:
        for row in range(first, last):
            begun = filled
            hole = excluded[row]
            for k in range(start[row] - start[first], start[row + 1] - start[first]):
                value = values[k]
                column = column_of[ranks[k]]
                ranks[filled] = <uint32_t>column
                values[filled] = value
                filled += (fabs(value) > threshold) & (column >= 0) & (column != hole)
            counts[row - first] = filled - begun
    return filled
