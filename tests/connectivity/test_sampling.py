"""The compiled sampling: the generator's known answers, transposition, sorting."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from eqneuro.connectivity import _sampling, _turning

ONES = 0xFFFFFFFF


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((ONES, ONES, ONES, ONES), (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
    ids=["zeros", "ones", "pi"],
)
def test_philox_gives_the_known_answers_of_random123(counter, key, answer):
    assert _sampling.philox_words(counter, key) == answer


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_transposing_swaps_rows_and_columns(data):
    rows, columns = data.draw(st.integers(0, 8)), data.draw(st.integers(0, 8))
    cells = data.draw(st.lists(st.booleans(), min_size=rows * columns, max_size=rows * columns))
    pairs = np.array(cells, dtype=bool).reshape(rows, columns)
    starts = np.concatenate([[0], np.cumsum(pairs.sum(axis=1))]).astype(np.int64)
    turned_starts, turned = _turning.transpose(starts, np.nonzero(pairs)[1].astype(np.uint32), columns)
    np.testing.assert_array_equal(turned_starts, np.concatenate([[0], np.cumsum(pairs.sum(axis=0))]))
    np.testing.assert_array_equal(turned, np.nonzero(pairs.T)[1])


@pytest.mark.parametrize(
    ("columns", "number"),
    [(64, 64), (65, 1), (128, 127), (1000, 2), (100_000, 5), (100_000, 99), (100_000, 100), (100_000, 5000)],
)
def test_rows_of_a_fixed_number_ascend_whether_sorted_or_scanned(columns, number):
    starts, drawn = _sampling.fixed_rows(np.full(20, number), columns, np.full(20, -1), 1, 0)
    np.testing.assert_array_equal(starts, number * np.arange(21))
    rows = drawn.reshape(20, number).astype(int)
    assert (np.diff(rows, axis=1) > 0).all()
    assert rows.min() >= 0
    assert rows.max() < columns
    assert number in (1, columns) or len({tuple(row) for row in rows}) > 1


def test_scanned_and_sorted_rows_are_uniform_over_the_columns():
    columns = 100_000
    for number in (50, 150):  # a scan pays from 16 columns in 64 words on: one on each side
        _, drawn = _sampling.fixed_rows(np.full(400, number), columns, np.full(400, -1), 2, 0)
        assert stats.kstest((drawn + 0.5) / columns, "uniform").pvalue > 1e-3


def test_gaps_between_columns_follow_the_geometric_law():
    probability = 0.05
    _, drawn = _sampling.bernoulli_rows(1, 2_000_000, probability, np.array([-1]), 3, 0)
    gaps = np.diff(drawn.astype(int))
    classes = np.arange(1, 101)
    observed = np.bincount(np.minimum(gaps, 101), minlength=102)[1:]
    expected = len(gaps) * np.append(stats.geom.pmf(classes, probability), stats.geom.sf(100, probability))
    assert stats.chisquare(observed, expected, sum_check=False).pvalue > 1e-3


def test_more_than_was_expected_still_fits():
    # 0.1 synapses expected: there is room for two at first, and some seed draws more
    counts = []
    for seed in range(20_000):
        starts, drawn = _sampling.bernoulli_rows(100, 1, 0.001, np.full(100, -1), seed, 0)
        assert starts[-1] == len(drawn)
        assert not drawn.any()
        counts.append(len(drawn))
    assert max(counts) > 2
    assert abs(np.mean(counts) - 0.1) < 4 * np.sqrt(0.1 / len(counts))


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(0, 6), columns=st.integers(1, 9), data=st.data())
def test_dense_rows_leave_out_one_column_each(rows, columns, data):
    excluded = data.draw(st.lists(st.integers(-1, columns - 1), min_size=rows, max_size=rows))
    starts, drawn = _sampling.dense_rows(rows, columns, np.array(excluded, dtype=np.int64))
    expected = [[c for c in range(columns) if c != hole] for hole in excluded]
    assert [drawn[starts[r] : starts[r + 1]].tolist() for r in range(rows)] == expected


def test_pairs_are_accepted_by_all_64_bits_of_their_two_words():
    seed, stream, rows, columns = (
        2**40 + 7,
        3,
        np.array([5, 2**31], np.uint32),
        np.array([0, 6, 7, 2**20 + 1], np.uint32),
    )
    key = (seed & 0xFFFFFFFF, (seed >> 32) ^ 0x9E3779B9)

    def words(part):
        counters = [[(int(row), stream, int(column) // 4, part) for column in columns] for row in rows]
        return np.array(
            [[_sampling.philox_words(c, key)[j % 4] for c, j in zip(line, columns, strict=True)] for line in counters]
        ).astype(np.uint64)

    first, second = words(0), words(1)
    above = (second >> np.uint64(12)) + np.uint64(1)  # a double holds 52 bits: 32 of the first word, 20 of the second
    for steps, expected in ((above - np.uint64(1), 0), (above, 1)):
        probability = (first + steps / 2.0**20) / 2.0**32
        accepted = np.ones(first.shape, dtype=np.uint8)
        assert _sampling.accept_pairs(probability, rows, columns, seed, stream, accepted) == -1
        np.testing.assert_array_equal(accepted, expected)


def test_pairs_that_are_not_marked_are_neither_drawn_nor_looked_at():
    ranks = np.arange(3, dtype=np.uint32)
    marked = np.array([[0, 1, 0], [1, 1, 0], [0, 0, 0]], dtype=np.uint8)
    probability = np.where(marked == 1, 1.0, np.nan)
    accepted = marked.copy()
    assert _sampling.accept_pairs(probability, ranks, ranks, 1, 1, accepted) == -1
    np.testing.assert_array_equal(accepted, marked)
    probability[1, 1] = 1.0 + 1e-15
    assert _sampling.accept_pairs(probability, ranks, ranks, 1, 1, accepted) == 4
