"""Inputs drawn without repetition: each set as likely as any other, and the same synapses as bits and as ranks."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from eqneuro.connectivity import _bits, _sampling, patterns
from eqneuro.connectivity.drawn import DrawnConnectivity
from eqneuro.connectivity.matrix import Connectivity, spike_rows
from eqneuro.connectivity.parts import FEW
from eqneuro.connectivity.patterns import Ends

SIGNIFICANCE = 1e-3


def ranks(first: int, count: int) -> np.ndarray:
    return np.arange(first, first + count, dtype=np.uint32)


def unpacked(bits: np.ndarray, columns: int) -> np.ndarray:
    """Shape (rows, columns): whether each is marked; nothing else may be."""
    every = np.unpackbits(bits.view(np.uint8), axis=1, bitorder="little")
    assert not every[:, columns:].any()
    return every[:, :columns].astype(bool)


def as_ranks(found: Connectivity) -> Connectivity:
    """The same without bits."""
    return Connectivity(found.post_ranks, found.row_start, found.pre_ranks, found.pre_size, found.post_size)


def first_columns(row: int, stream: int, seed: int, columns: int, number: int, hole: int) -> list[int]:
    """What a row should hold: the first different columns in the sequence that its counters give, in plain Python."""
    key = (seed & 0xFFFFFFFF, (seed >> 32) ^ 0x9E3779B9)
    others = columns - (hole >= 0) - number
    seen: set[int] = set()
    for count in itertools.count(0, 8):
        words = [_sampling.philox_words((row, stream, count + k, 0), key) for k in range(8)]
        for word in [w for a, b, _, _ in words for w in (a, b)] + [w for _, _, c, d in words for w in (c, d)]:
            column, rest = divmod(word * columns, 2**32)
            if len(seen) < min(number, others) and rest >= 2**32 % columns and column != hole:
                seen.add(column)
        if len(seen) == min(number, others):
            return sorted(seen if number <= others else set(range(columns)) - seen - {hole})


@pytest.mark.parametrize("hole", [-1, 7])
@pytest.mark.parametrize(("columns", "number"), [(10, 5), (64, 63), (640, 64), (641, 300), (641, 577), (9000, 4000)])
def test_a_row_holds_the_first_different_columns_of_its_sequence(columns: int, number: int, hole: int) -> None:
    """Whatever instructions the processor has, and however many are drawn at once."""
    seed, stream, rows = 2**35 + 17, 9, 3
    bits = _bits.draw_bits(np.full(rows, number), columns, np.full(rows, hole), seed, stream)
    expected = [first_columns(row, stream, seed, columns, number, hole) for row in range(rows)]
    assert [np.flatnonzero(row).tolist() for row in unpacked(bits, columns)] == expected
    _, drawn = _sampling.fixed_rows(np.full(rows, number), columns, np.full(rows, hole), seed, stream)
    assert drawn.tolist() == list(itertools.chain(*expected))


def test_words_that_would_favour_columns_are_left_out() -> None:
    columns, number = 3 * 2**22, 13_000  # of 2^32 words 2^22 are too many: one in 1,024
    _, drawn = _sampling.fixed_rows(np.array([number]), columns, np.array([-1]), 5, 1)
    assert drawn.tolist() == first_columns(0, 1, 5, columns, number, -1)


@pytest.mark.parametrize("allow", [True, False])
def test_each_set_of_five_of_ten_is_equally_likely(allow: bool) -> None:
    rows = 40_000
    excluded = np.full(rows, -1 if allow else 4)
    marked = unpacked(_bits.draw_bits(np.full(rows, 5), 10, excluded, 3, 2), 10)
    assert (marked.sum(axis=1) == 5).all()
    assert allow or not marked[:, 4].any()
    _, counts = np.unique(marked @ (1 << np.arange(10)), return_counts=True)
    assert len(counts) == math.comb(10 if allow else 9, 5)
    assert stats.chisquare(counts).pvalue > SIGNIFICANCE


@pytest.mark.parametrize("allow", [True, False])
@pytest.mark.parametrize("number", [1_000, 5_000, 9_000, 9_998])
def test_many_of_ten_thousand_favour_no_column_and_no_pair_of_neighbours(number: int, allow: bool) -> None:
    size, rows = 10_000, 2_000
    excluded = np.full(rows, -1 if allow else 77)
    marked = unpacked(_bits.draw_bits(np.full(rows, number), size, excluded, 11, 0), size)
    assert (marked.sum(axis=1) == number).all()
    assert allow or not marked[:, 77].any()
    pool = size if allow else size - 1
    share = number / pool
    degrees = np.delete(marked, [] if allow else [77], axis=1).sum(axis=0)
    # columns of a row are not independent of each other: the variance of their sum is 0
    statistic = ((degrees - rows * share) ** 2).sum() / (rows * share * (1 - share)) * (pool - 1) / pool
    assert SIGNIFICANCE < stats.chi2.sf(statistic, pool - 1) < 1 - SIGNIFICANCE
    both = int((marked[:, 100:-1:2] & marked[:, 101::2]).sum())
    pairs = rows * marked[:, 101::2].shape[1]
    likely = number * (number - 1) / (pool * (pool - 1))
    assert abs(both - pairs * likely) < 4 * np.sqrt(pairs * likely * (1 - likely))


def test_all_but_one_leave_each_column_out_as_often() -> None:
    size, rows = 10_000, 100_000
    left_out = []
    for seed in range(10):
        bits = _bits.draw_bits(np.full(rows // 10, size - 1), size, np.full(rows // 10, -1), seed, 0)
        left_out.append(np.argmin(unpacked(bits, size), axis=1))
        assert (unpacked(bits, size).sum(axis=1) == size - 1).all()
    assert stats.chisquare(np.bincount(np.concatenate(left_out), minlength=size)).pvalue > SIGNIFICANCE


@settings(max_examples=60, deadline=None)
@given(data=st.data(), pre=st.integers(1, 150), post=st.integers(1, 300), same=st.booleans(), seed=st.integers(0, 99))
def test_bits_give_the_rows_for_spikes_that_ranks_give(data, pre, post, same, seed) -> None:
    number = data.draw(st.integers(0, pre - 1))
    first_pre, first_post = data.draw(st.integers(0, 5)), data.draw(st.integers(0, 5))
    size = data.draw(st.sampled_from([306, 70_000]))  # targets of two and of four bytes
    ends = Ends(ranks(first_pre, pre), ranks(first_post, post), size, size, same)
    found, other = (patterns.fixed_number_pre(ends, number, False, seed, 1) for _ in range(2))
    cuts = sorted(data.draw(st.lists(st.integers(0, size), max_size=4)))
    rows, expected = (
        spike_rows(c, np.array([0, *cuts, size]), 3, keep_position=False) for c in (found, as_ranks(other))
    )
    for name in ("start", "target"):
        np.testing.assert_array_equal(getattr(rows, name), getattr(expected, name))
        assert getattr(rows, name).dtype == getattr(expected, name).dtype
    np.testing.assert_array_equal(found.pre_ranks, other.pre_ranks)


def test_ranks_are_made_when_they_are_asked_for_and_take_the_place_of_bits() -> None:
    ends = Ends(ranks(0, 1000), ranks(0, 500), 1000, 500, False)
    found = patterns.fixed_number_pre(ends, 100, True, 1, 1)
    assert isinstance(found, DrawnConnectivity)
    boundaries = np.array([0, 500])
    before = spike_rows(found, boundaries, 1, keep_position=False)
    assert found.nbytes == 500 * 4 + 501 * 8 + 500 * (1000 // 64 + 1) * 8
    assert found.synapses == len(found.pre_ranks) == 50_000
    assert found.nbytes == 500 * 4 + 501 * 8 + 4 * 50_000
    after = spike_rows(found, boundaries, 1, keep_position=True)
    np.testing.assert_array_equal(before.target, after.target)
    np.testing.assert_array_equal(found.pre_ranks[after.position], np.repeat(np.arange(1000), np.diff(after.start)))


@pytest.mark.parametrize(("pre", "number"), [(1000, 20), (1000, 0), (0, 0)])
def test_bits_are_not_kept_where_ranks_are_as_small(pre: int, number: int) -> None:
    ends = Ends(ranks(0, pre), ranks(0, 50), 1000, 50, False)
    found = patterns.fixed_number_pre(ends, number, True, 1, 1)
    assert type(found) is Connectivity
    assert found.synapses == 50 * number


def test_views_with_gaps_get_what_was_drawn_for_their_places() -> None:
    pre, post = ranks(0, 400)[::2], ranks(0, 100)[::3]
    gaps = patterns.fixed_number_pre(Ends(pre, post, 400, 100, False), 50, True, 8, 1)
    whole = patterns.fixed_number_pre(Ends(ranks(0, 200), ranks(0, 34), 200, 34, False), 50, True, 8, 1)
    assert type(gaps) is Connectivity
    np.testing.assert_array_equal(gaps.pre_ranks, 2 * whole.pre_ranks)
    np.testing.assert_array_equal(gaps.post_ranks, 3 * whole.post_ranks)


@pytest.mark.parametrize("threads", [2, 3, 7])
def test_threads_draw_and_read_the_same_bits(threads: int) -> None:
    size = 4 * FEW + 5
    one, other = (
        patterns.fixed_number_pre(Ends(ranks(0, 300), ranks(0, size), 300, size, True, n), 60, False, 4, 2)
        for n in (1, threads)
    )
    boundaries = [np.linspace(0, size, n + 1).astype(np.int64) for n in (1, threads)]
    whole, parts = (spike_rows(one, edges, 1, keep_position=False) for edges in boundaries)
    width = one.pre_size
    for pre in range(width):
        ends = [parts.target[parts.start[p * width + pre] : parts.start[p * width + pre + 1]] for p in range(threads)]
        np.testing.assert_array_equal(np.concatenate(ends), whole.target[whole.start[pre] : whole.start[pre + 1]])
    np.testing.assert_array_equal(one.pre_ranks, other.pre_ranks)
