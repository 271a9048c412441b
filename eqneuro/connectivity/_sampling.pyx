"""Rows of connections drawn by counters, and sorting by counting: no Python object per synapse."""

from libc.math cimport log, log1p
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memmove, memset

import numpy as np

from eqneuro.connectivity.parts import edges, in_parts

cdef extern from "bits.h":
    const int CHUNK, AT_ONCE, EXCESS
    ctypedef struct Words:
        uint32_t a, b, c, d
    ctypedef struct Columns:
        uint32_t row, stream, count, key0, key1, bound
    Columns columns_of_seed(uint64_t seed, uint32_t stream, uint32_t bound) nogil
    Words philox(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t key0, uint32_t key1) nogil
    void draw_row(uint64_t *bits, int64_t words, int64_t number, int64_t hole, Columns *source, uint32_t *room) nogil
    int64_t read_wide(const uint64_t *bits, int64_t words, int64_t number, uint32_t first, uint32_t *out) nogil

cdef extern from "accept.h":
    const int PAIRS_AT_ONCE
    void draw_cells(uint32_t row, uint32_t stream, uint32_t cell, uint32_t key0, uint32_t key1, uint32_t *words) nogil
    int accept_some(const double *chance, const uint32_t *words, int64_t number, unsigned char *accepted) nogil
    int64_t count_marked(const unsigned char *marked, int64_t number) nogil
    int64_t list_marked(const unsigned char *marked, int64_t number, uint32_t *out) nogil

ctypedef fused rank:
    uint32_t
    unsigned short

ctypedef fused steps:
    uint32_t
    unsigned short

ctypedef fused place:
    unsigned short
    uint32_t
    int64_t


def philox_words(counter, key):
    """The four words of one counter (four words) under one key (two words): for known-answer tests."""
    cdef Words w = philox(counter[0], counter[1], counter[2], counter[3], key[0], key[1])
    return (w.a, w.b, w.c, w.d)


cdef struct Source:
    uint32_t row
    uint32_t stream
    uint32_t key0
    uint32_t key1
    uint64_t count
    double second
    bint has_second


cdef inline double next_unit(Source *source) noexcept nogil:
    """A number in [0, 1) of 52 bits; one counter gives two."""
    cdef Words w
    if source.has_second:
        source.has_second = False
        return source.second
    w = philox(source.row, source.stream, <uint32_t>source.count, <uint32_t>(source.count >> 32), source.key0, source.key1)
    source.count += 1
    source.second = (((<uint64_t>w.c << 32) | w.d) >> 12) * 2.220446049250313e-16
    source.has_second = True
    return (((<uint64_t>w.a << 32) | w.b) >> 12) * 2.220446049250313e-16


cdef inline uint32_t next_word(Columns *source, Words *words, int *left) noexcept nogil:
    """32 random bits; one counter gives four of them, which ``words`` holds."""
    if left[0] == 0:
        words[0] = philox(source.row, source.stream, source.count, 0, source.key0, source.key1)
        source.count += 1
        left[0] = 4
    left[0] -= 1
    return words.d if left[0] == 3 else words.c if left[0] == 2 else words.b if left[0] == 1 else words.a


cdef inline uint32_t next_below(Columns *source, Words *words, int *left, uint32_t bound) noexcept nogil:
    """A whole number below ``bound``, each as likely as the others (Lemire 2019, ACM Trans. Model. Comput. Simul. 29:3)."""
    cdef uint64_t product = <uint64_t>next_word(source, words, left) * bound
    if <uint32_t>product < bound:
        while <uint32_t>product < (0 - bound) % bound:
            product = <uint64_t>next_word(source, words, left) * bound
    return <uint32_t>(product >> 32)


cdef inline void begin_row(Source *source, int64_t row) noexcept nogil:
    source.row = <uint32_t>row
    source.count = 0
    source.has_second = False


cdef void seed_source(Source *source, uint64_t seed, uint32_t stream) noexcept nogil:
    source.key0 = <uint32_t>seed
    source.key1 = <uint32_t>(seed >> 32) ^ 0x9E3779B9u
    source.stream = stream


def row_units(int64_t rows, uint64_t seed, uint32_t stream):
    """A number in [0, 1) of 53 bits for each row, from a counter that nothing else of the row takes."""
    units = np.empty(rows)
    cdef double[::1] out = units
    cdef int64_t row
    cdef Words w
    cdef Source source
    seed_source(&source, seed, stream)
    for row in range(rows):
        w = philox(<uint32_t>row, stream, 0, 1, source.key0, source.key1)
        out[row] = (((<uint64_t>w.a << 32) | w.b) >> 11) * 1.1102230246251565e-16
    return units


def bernoulli_rows(
    int64_t rows, int64_t columns, double probability, int64_t[::1] excluded, uint64_t seed, uint32_t stream, int threads=1
):
    """Each of ``columns`` is in each row with a probability, by geometric steps: only what is drawn costs time.

    ``excluded[row]`` is a column that is never taken (−1 for none). Returns (row_start, columns as uint32).
    """
    if probability >= 1.0:
        return dense_rows(rows, columns, excluded)
    starts = np.zeros(rows + 1, dtype=np.int64)
    if probability <= 0.0:
        return starts, np.empty(0, dtype=np.uint32)
    bounds, deviations = edges(rows, threads), 6.0
    while True:
        # that many standard deviations and a row beyond what is expected: pages that are not written take no memory
        expected = np.diff(bounds) * (columns * probability)
        places = np.concatenate([[0], np.cumsum((expected + deviations * expected**0.5).astype(np.int64) + columns)])
        drawn = np.empty(places[len(places) - 1], dtype=np.uint32)
        begin = dict(zip(bounds, places))
        filled = in_parts(
            bounds,
            lambda first, last: _draw_bernoulli(
                first, last, columns, probability, excluded, seed, stream, starts, drawn[begin[first] : begin[last]]
            ),
        )
        if min(filled) >= 0:
            break
        deviations *= 4.0
    np.cumsum(starts, out=starts)
    return starts, _trimmed(drawn, _close_gaps(drawn, places, np.array(filled, dtype=np.int64)))


def _draw_bernoulli(
    int64_t first, int64_t last, int64_t columns, double probability, int64_t[::1] excluded, uint64_t seed,
    uint32_t stream, int64_t[::1] counts, uint32_t[::1] ranks,
):
    """Some rows, and ``counts[row + 1]`` of each; gives how many synapses that are, −1 where there is no room."""
    cdef int64_t row, column, begun, filled = 0, room = ranks.shape[0]
    cdef double scale = 1.0 / log1p(-probability), step
    cdef Source source
    seed_source(&source, seed, stream)
    with nogil:
        for row in range(first, last):
            if room - filled < columns:
                filled = -1
                break
            begin_row(&source, row)
            column = -1
            begun = filled
            while True:
                step = log(1.0 - next_unit(&source)) * scale
                if not step < <double>(columns - column - 1):
                    break
                column += 1 + <int64_t>step
                if column != excluded[row]:
                    ranks[filled] = <uint32_t>column
                    filled += 1
            counts[row + 1] = filled - begun
    return filled


def _close_gaps(uint32_t[::1] drawn, int64_t[::1] places, int64_t[::1] filled):
    """Moves what stands behind gaps to the front; gives how many are there."""
    cdef int64_t part, end = filled[0]
    for part in range(1, filled.shape[0]):
        if filled[part]:
            memmove(&drawn[end], &drawn[places[part]], filled[part] * sizeof(uint32_t))
        end += filled[part]
    return end


def _trimmed(array, count):
    """The first entries, without keeping much more memory than they need."""
    return array[:count] if array.shape[0] - count < count // 16 + 4096 else array[:count].copy()


def dense_rows(int64_t rows, int64_t columns, int64_t[::1] excluded, int threads=1):
    """Every column in every row, but the excluded ones."""
    starts = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(columns - (np.asarray(excluded) >= 0), out=starts[1:])
    drawn = np.empty(starts[rows], dtype=np.uint32)
    if drawn.size:
        in_parts(edges(rows, threads), lambda first, last: _fill_dense(first, last, starts, excluded, drawn))
    return starts, drawn


def _fill_dense(int64_t first, int64_t last, int64_t[::1] row_start, int64_t[::1] excluded, uint32_t[::1] ranks):
    """Some of the rows."""
    cdef int64_t row, k, hole, length
    cdef uint32_t *out
    with nogil:
        for row in range(first, last):
            length = row_start[row + 1] - row_start[row]
            hole = excluded[row] if excluded[row] >= 0 else length
            out = &ranks[0] + row_start[row]
            for k in range(hole):
                out[k] = <uint32_t>k
            for k in range(hole, length):
                out[k] = <uint32_t>(k + 1)


def fixed_rows(
    int64_t[::1] numbers, int64_t columns, int64_t[::1] excluded, uint64_t seed, uint32_t stream, int threads=1,
    bint narrow=False,
):
    """So many different columns in each row, in ascending order, never the excluded one; in two bytes if ``narrow``."""
    starts = np.zeros(numbers.shape[0] + 1, dtype=np.int64)
    np.cumsum(numbers, out=starts[1:])
    drawn = np.empty(starts[numbers.shape[0]], dtype=np.uint16 if narrow else np.uint32)
    draw = _draw_fixed["unsigned short" if narrow else "uint32_t"]
    if drawn.size:
        in_parts(
            edges(numbers.shape[0], threads),
            lambda first, last: draw(first, last, columns, starts, excluded, seed, stream, drawn),
        )
    return starts, drawn


def _draw_fixed(
    int64_t first, int64_t last, int64_t columns, int64_t[::1] starts, int64_t[::1] excluded, uint64_t seed,
    uint32_t stream, rank[::1] ranks,
):
    """Some of the rows."""
    cdef int64_t row, number, k, words = columns // 64 + 1
    cdef Columns source = columns_of_seed(seed, stream, <uint32_t>columns)
    cdef uint64_t *bits = <uint64_t *>calloc(words, sizeof(uint64_t))
    cdef uint32_t *room = <uint32_t *>malloc(max(CHUNK, columns + EXCESS) * sizeof(uint32_t))
    if not bits or not room:
        free(bits)
        free(room)
        raise MemoryError
    with nogil:
        for row in range(first, last):
            number = starts[row + 1] - starts[row]
            source.row = <uint32_t>row
            source.count = 0
            if number == 0:
                continue
            if number * 16 > words:
                draw_row(bits, words, number, excluded[row], &source, room)
                read_wide(bits, words, number, 0, room)
                memset(bits, 0, words * sizeof(uint64_t))
            else:
                draw_few(room, number, excluded[row], &source, bits)
            for k in range(number):
                ranks[starts[row] + k] = <rank>room[k]
    free(bits)
    free(room)


cdef void draw_few(uint32_t *ranks, int64_t number, int64_t hole, Columns *source, uint64_t *taken) noexcept nogil:
    """Few columns among many (Floyd's algorithm; Bentley 1987), sorted; ``taken`` is clear before and after."""
    cdef int64_t k, choice, pool = <int64_t>source.bound - (1 if hole >= 0 else 0)
    cdef int left = 0
    cdef Words drawn
    for k in range(number):
        choice = next_below(source, &drawn, &left, <uint32_t>(pool - number + k + 1))
        if taken[choice >> 6] >> (choice & 63) & 1:
            choice = pool - number + k
        taken[choice >> 6] |= <uint64_t>1 << (choice & 63)
        ranks[k] = <uint32_t>choice
    sort_few(ranks, number)
    for k in range(number):
        taken[ranks[k] >> 6] = 0
    if hole >= 0:
        for k in range(number):
            ranks[k] += ranks[k] >= hole


cdef void sort_few(uint32_t *ranks, int64_t number) noexcept nogil:
    """Shell's sort."""
    cdef int64_t k, j, gap = number // 2
    cdef uint32_t value
    while gap > 0:
        for k in range(gap, number):
            value = ranks[k]
            j = k
            while j >= gap and ranks[j - gap] > value:
                ranks[j] = ranks[j - gap]
                j -= gap
            ranks[j] = value
        gap //= 2


cdef inline uint32_t choose(Words words, uint32_t place) noexcept nogil:
    return words.a if place == 0 else words.b if place == 1 else words.c if place == 2 else words.d


def accept_pairs(
    const double[:, ::1] probability, const uint32_t[::1] row_rank, const uint32_t[::1] column_rank, uint64_t seed,
    uint32_t stream, unsigned char[:, ::1] accepted,
):
    """Leaves of the pairs that are marked in ``accepted`` each with its probability.

    What is drawn for a pair depends on its ranks only. Returns −1, or the place of a probability beyond [0, 1].
    """
    cdef int64_t rows = probability.shape[0], columns = probability.shape[1], row, begin, end, wrong = -1
    cdef uint32_t *words = <uint32_t *>malloc(PAIRS_AT_ONCE * sizeof(uint32_t))
    cdef bint are_all = columns > 0 and column_rank[columns - 1] - column_rank[0] == columns - 1
    cdef Source source
    seed_source(&source, seed, stream)
    if not words:
        raise MemoryError
    with nogil:
        for row in range(rows):
            source.row = row_rank[row]
            begin = 0
            while begin < columns and wrong < 0:
                # up to where the words of so many counters reach, the first of which may begin with others
                end = min(columns, begin + PAIRS_AT_ONCE - (column_rank[begin] & 3))
                if are_all:
                    draw_cells(source.row, stream, column_rank[begin] >> 2, source.key0, source.key1, words)
                if not are_all or not accept_some(
                    &probability[row, begin], words + (column_rank[begin] & 3), end - begin, &accepted[row, begin]
                ):
                    wrong = accept_each(
                        &probability[row, 0], &source, &column_rank[0], begin, end, &accepted[row, 0]
                    )
                begin = end
            if wrong >= 0:
                wrong += row * columns
                break
    free(words)
    return wrong


cdef int64_t accept_each(
    const double *probability, Source *source, const uint32_t *column_rank, int64_t begin, int64_t end,
    unsigned char *accepted,
) noexcept nogil:
    """The same for some pairs of a row, one after the other."""
    cdef uint32_t cell, drawn = 0, word
    cdef uint64_t certain
    cdef int64_t column
    cdef double chance
    cdef bint is_drawn = False
    cdef Words words
    for column in range(begin, end):
        if not accepted[column]:
            continue
        chance = probability[column]
        if not (chance >= 0.0 and chance <= 1.0):
            return column
        cell = column_rank[column] >> 2  # one counter gives the words of four pairs
        if not is_drawn or cell != drawn:
            words = philox(source.row, source.stream, cell, 0, source.key0, source.key1)
            is_drawn = True
            drawn = cell
        chance *= 4294967296.0
        certain = <uint64_t>chance
        word = choose(words, column_rank[column] & 3)
        if word == certain:  # the first 32 bits leave it open
            words = philox(source.row, source.stream, cell, 1, source.key0, source.key1)
            is_drawn = False
            accepted[column] = choose(words, column_rank[column] & 3) < (chance - certain) * 4294967296.0
        else:
            accepted[column] = word < certain
    return -1


def columns_of(const unsigned char[:, ::1] marked):
    """The columns that are marked, row by row, and how many each row has."""
    cdef int64_t rows = marked.shape[0], columns = marked.shape[1], row, total = 0, filled = 0
    counts = np.empty(rows, dtype=np.int64)
    cdef int64_t[::1] count = counts
    if columns:
        with nogil:
            for row in range(rows):
                count[row] = count_marked(&marked[row, 0], columns)
                total += count[row]
    else:
        counts[:] = 0
    found = np.empty(total + 1, dtype=np.uint32)  # one more is written where the last mark is not the last pair
    cdef uint32_t[::1] place = found
    if columns:
        with nogil:
            for row in range(rows):
                filled += list_marked(&marked[row, 0], columns, &place[filled])
    return found[:total], counts


def rows_by_pre(row_start, pre, post_rank, pre_size, boundaries, target, start, along, values):
    """Synapses sorted by range of the post-synaptic neuron, then by pre-synaptic neuron; post ranks ascend in each row.

    ``boundaries`` are the first post ranks of the ranges and the end; ``target``, ``start`` and ``along`` are filled,
    the last, if it is not empty, with the ``values`` of the synapses, with their positions where ``values`` is empty.
    Each range is sorted by a thread of its own.
    """
    edge = np.searchsorted(post_rank, boundaries).astype(np.int64)
    in_parts(
        list(range(len(boundaries))),
        lambda r, _: _sort_range(row_start, pre, post_rank, pre_size, r, edge, target, start, along, values),
    )
    start[len(start) - 1] = len(pre)


def _sort_range(
    int64_t[::1] row_start, uint32_t[::1] pre, uint32_t[::1] post_rank, int64_t pre_size, int64_t r, int64_t[::1] edge,
    rank[::1] target, int64_t[::1] start, place[::1] along, place[::1] values,
):
    """One range, whose synapses stand one after the other in both orders."""
    cdef int64_t row, s, cell
    cdef bint is_along = along.shape[0] > 0, is_value = values.shape[0] > 0
    cdef int64_t *next_place = <int64_t *>calloc(pre_size + 1, sizeof(int64_t))
    if not next_place:
        raise MemoryError
    with nogil:
        for s in range(row_start[edge[r]], row_start[edge[r + 1]]):
            next_place[pre[s] + 1] += 1
        next_place[0] = row_start[edge[r]]
        for cell in range(pre_size):
            next_place[cell + 1] += next_place[cell]
            start[r * pre_size + cell] = next_place[cell]
        for row in range(edge[r], edge[r + 1]):
            for s in range(row_start[row], row_start[row + 1]):
                cell = next_place[pre[s]]
                target[cell] = <rank>post_rank[row]
                if is_along:
                    along[cell] = values[s] if is_value else <place>s
                next_place[pre[s]] = cell + 1
    free(next_place)


def sort_by_delay(start, target, along, delay, shortest, longest, part_start, threads=1):
    """Sorts each row by delay, stably, and ``along``, which holds the place of each synapse in ``delay``, with it.

    Where ``delay`` is empty ``along`` holds the delays themselves.
    ``part_start`` gets, for each row, where the synapses of each delay begin within it, and their end.
    """
    in_parts(
        edges(len(start) - 1, threads),
        lambda first, last: _sort_rows(first, last, start, target, along, delay, shortest, longest, part_start),
    )


def _sort_rows(
    int64_t first_row, int64_t last_row, int64_t[::1] start, rank[::1] target, place[::1] along, steps[::1] delay,
    int64_t shortest, int64_t longest, uint32_t[::1] part_start,
):
    """Some of the rows."""
    cdef int64_t row, s, d, count, first, delays = longest - shortest + 1, widest = 0
    cdef bint is_apart = delay.shape[0] > 0
    for row in range(first_row, last_row):
        if start[row + 1] - start[row] > widest:
            widest = start[row + 1] - start[row]
    cdef place *places = <place *>malloc(max(widest, 1) * sizeof(place))
    cdef uint32_t *targets = <uint32_t *>malloc(max(widest, 1) * sizeof(uint32_t))
    cdef uint32_t *counts
    if not places or not targets:
        free(places)
        free(targets)
        raise MemoryError
    with nogil:
        for row in range(first_row, last_row):
            first = start[row]
            count = start[row + 1] - first
            counts = &part_start[row * (delays + 1)]
            memset(counts, 0, (delays + 1) * sizeof(uint32_t))
            for s in range(count):
                places[s] = along[first + s]
                d = delay[places[s]] if is_apart else <int64_t>places[s]
                counts[d - shortest + 1] += 1
                targets[s] = target[first + s]
            for d in range(delays):
                counts[d + 1] += counts[d]
            for s in range(count):
                d = (delay[places[s]] if is_apart else <int64_t>places[s]) - shortest
                along[first + counts[d]] = places[s]
                target[first + counts[d]] = <rank>targets[s]
                counts[d] += 1
            for d in range(delays, 0, -1):
                counts[d] = counts[d - 1]
            counts[0] = 0
    free(places)
    free(targets)
