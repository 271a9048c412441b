"""Which pairs each pattern connects, and the laws of the random ones."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from eqneuro.connectivity import patterns
from eqneuro.connectivity.matrix import Connectivity
from eqneuro.connectivity.patterns import Ends
from eqneuro.connectivity.rows import from_blocks, values_of

SIGNIFICANCE = 1e-3
"""A fixed seed passes or fails once and for all: this is how unlucky it may be."""


def whole(pre: int, post: int, same: bool = False) -> Ends:
    return Ends(np.arange(pre, dtype=np.uint32), np.arange(post, dtype=np.uint32), pre, post, same)


def view(pre: list[int], post: list[int], size: int = 20, same: bool = True) -> Ends:
    return Ends(np.array(pre, dtype=np.uint32), np.array(post, dtype=np.uint32), size, size, same)


def matrix(found: Connectivity) -> np.ndarray:
    """Shape (post, pre): how many synapses each pair has."""
    counts = np.zeros((found.post_size, found.pre_size), dtype=int)
    for row, post in enumerate(found.post_ranks):
        np.add.at(counts[post], found.pre_ranks[found.slice_of(row)], 1)
    return counts


def check_form(found: Connectivity) -> None:
    """What every `Connectivity` promises: ascending rows, none empty, ascending ranks within a row, no doubles."""
    assert found.row_start[0] == 0
    assert found.row_start[-1] == found.synapses
    assert (np.diff(found.row_start) > 0).all()
    assert (np.diff(found.post_ranks.astype(int)) > 0).all()
    for row in range(len(found.post_ranks)):
        assert (np.diff(found.pre_ranks[found.slice_of(row)].astype(int)) > 0).all()
    assert found.synapses == 0 or found.pre_ranks.max() < found.pre_size
    assert (found.post_ranks.dtype, found.pre_ranks.dtype, found.row_start.dtype) == (np.uint32, np.uint32, np.int64)


def every_random_pattern(ends: Ends, allow: bool, seed: int, stream: int) -> list[Connectivity]:
    few = max(0, min(len(ends.pre), len(ends.post)) - 1)
    return [
        patterns.fixed_probability(ends, 0.4, allow, seed, stream),
        patterns.fixed_number_pre(ends, min(3, few), allow, seed, stream),
        patterns.fixed_number_post(ends, min(3, few), allow, seed, stream),
    ]


def goodness(degrees: np.ndarray, trials: int, probability: float) -> float:
    """The p-value of χ² for degrees from a binomial law, in classes of at least ten expected counts."""
    law = stats.binom(trials, probability)
    edges = np.unique(law.ppf(np.linspace(0.0, 1.0, 21)[1:-1]))
    expected = len(degrees) * np.diff([0.0, *law.cdf(edges), 1.0])
    observed = np.bincount(np.searchsorted(edges, degrees), minlength=len(edges) + 1)
    assert expected.min() > 10
    return float(stats.chisquare(observed, expected).pvalue)


@pytest.mark.parametrize("probability", [0.02, 0.3, 0.9])
def test_degrees_of_fixed_probability_follow_the_binomial_law_on_both_sides(probability):
    pre, post = 1500, 2000
    counts = matrix(patterns.fixed_probability(whole(pre, post), probability, True, 3, 1))
    assert goodness(counts.sum(axis=1), pre, probability) > SIGNIFICANCE
    assert goodness(counts.sum(axis=0), post, probability) > SIGNIFICANCE


def test_synapses_of_fixed_probability_are_independent_of_their_neighbours():
    counts = matrix(patterns.fixed_probability(whole(1200, 1000), 0.25, True, 11, 0))
    for other in (counts[:, 1:], counts[1:]):  # the next column, the next row
        here = counts[: other.shape[0], : other.shape[1]]
        table = np.array([[np.sum((here == a) & (other == b)) for b in (0, 1)] for a in (0, 1)])
        assert stats.chi2_contingency(table).pvalue > SIGNIFICANCE


@pytest.mark.parametrize("number", [1, 7, 200])
def test_fixed_number_pre_gives_each_post_neuron_its_number_and_favours_no_pre_neuron(number):
    pre, post = 300, 4000
    counts = matrix(patterns.fixed_number_pre(whole(pre, post), number, True, 5, 2))
    assert (counts.sum(axis=1) == number).all()
    expected = post * number / pre
    # degrees of the columns sum up: their variance is (1 − n/N) of a multinomial one
    statistic = ((counts.sum(axis=0) - expected) ** 2 / expected).sum() / (1 - number / pre)
    assert SIGNIFICANCE < stats.chi2.sf(statistic * (pre - 1) / pre, pre - 1) < 1 - SIGNIFICANCE


def test_fixed_number_post_gives_each_pre_neuron_its_number_and_favours_no_post_neuron():
    pre, post, number = 4000, 300, 7
    counts = matrix(patterns.fixed_number_post(whole(pre, post), number, True, 5, 2))
    assert (counts.sum(axis=0) == number).all()
    expected = pre * number / post
    statistic = ((counts.sum(axis=1) - expected) ** 2 / expected).sum() / (1 - number / post)
    assert SIGNIFICANCE < stats.chi2.sf(statistic * (post - 1) / post, post - 1) < 1 - SIGNIFICANCE


def test_each_set_of_a_small_fixed_number_is_equally_likely():
    found = patterns.fixed_number_pre(whole(5, 20_000), 2, True, 17, 0)
    pairs = found.pre_ranks.reshape(-1, 2)
    counts = np.bincount(pairs[:, 0] * 5 + pairs[:, 1], minlength=25)
    seen = counts[[i * 5 + j for i in range(5) for j in range(i + 1, 5)]]
    assert seen.sum() == 20_000
    assert stats.chisquare(seen).pvalue > SIGNIFICANCE


def test_excluding_oneself_leaves_the_others_equally_likely():
    size, number = 12, 4
    found = [patterns.fixed_number_pre(whole(size, size, True), number, False, seed, 0) for seed in range(2000)]
    counts = sum(matrix(f) for f in found)
    assert (np.diag(counts) == 0).all()
    others = counts[~np.eye(size, dtype=bool)].reshape(size, size - 1)
    for row in others:
        share = number / (size - 1)
        statistic = ((row - 2000 * share) ** 2).sum() / (2000 * share * (1 - share)) * (size - 2) / (size - 1)
        assert stats.chi2.sf(statistic, size - 2) > SIGNIFICANCE / size


@settings(max_examples=60, deadline=None)
@given(
    pre=st.lists(st.integers(0, 19), unique=True).map(sorted),
    post=st.lists(st.integers(0, 19), unique=True).map(sorted),
    same=st.booleans(),
    allow=st.booleans(),
    seed=st.integers(0, 2**64 - 1),
    stream=st.integers(0, 2**32 - 1),
)
def test_random_patterns_stay_within_the_views_without_doubles_or_unasked_self_connections(
    pre, post, same, allow, seed, stream
):
    ends = view(pre, post, same=same)
    allowed = np.zeros((20, 20), dtype=bool)
    allowed[np.ix_(post, pre)] = True
    if same and not allow:
        np.fill_diagonal(allowed, False)
    for found in (*every_random_pattern(ends, allow, seed, stream), patterns.all_to_all(ends, allow)):
        check_form(found)
        counts = matrix(found)
        assert counts.max() <= 1
        assert not counts[~allowed].any()
    assert np.array_equal(matrix(patterns.all_to_all(ends, allow)) == 1, allowed)
    assert np.array_equal(matrix(patterns.fixed_probability(ends, 1.0, allow, seed, stream)) == 1, allowed)
    assert patterns.fixed_probability(ends, 0.0, allow, seed, stream).synapses == 0


def test_fixed_numbers_hold_in_views_that_overlap_in_part():
    ends = view([2, 3, 5, 8], [1, 3, 8, 9, 11])
    by_post = matrix(patterns.fixed_number_pre(ends, 3, False, 1, 1))
    assert (by_post[[1, 3, 8, 9, 11]].sum(axis=1) == 3).all()
    assert by_post.sum() == 15
    assert sorted(np.flatnonzero(by_post[3])) == [2, 5, 8]  # three are left without itself: all of them
    by_pre = matrix(patterns.fixed_number_post(ends, 4, False, 1, 1))
    assert (by_pre[:, [2, 3, 5, 8]].sum(axis=0) == 4).all()
    assert by_pre.sum() == 16
    assert sorted(np.flatnonzero(by_pre[:, 8])) == [1, 3, 9, 11]


def test_numbers_that_are_not_available_are_refused():
    ends = whole(4, 4, True)
    assert patterns.fixed_number_pre(ends, 4, True, 0, 0).synapses == 16
    for number in (4, -1, 2.0):
        with pytest.raises(ValueError, match="from 0 to 3 pre-synaptic neurons"):
            patterns.fixed_number_pre(ends, number, False, 0, 0)
        with pytest.raises(ValueError, match="from 0 to 3 post-synaptic neurons"):
            patterns.fixed_number_post(ends, number, False, 0, 0)
    for probability in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="between 0 and 1"):
            patterns.fixed_probability(ends, probability, False, 0, 0)


def test_a_neuron_alone_connects_to_itself_only_if_asked():
    alone = whole(1, 1, True)
    assert patterns.all_to_all(alone, False).synapses == 0
    assert patterns.all_to_all(alone, True).synapses == 1
    assert patterns.fixed_probability(alone, 1.0, False, 0, 0).synapses == 0
    assert patterns.fixed_number_pre(alone, 1, True, 0, 0).synapses == 1
    assert patterns.fixed_number_post(alone, 0, False, 0, 0).synapses == 0


def test_a_probability_next_to_zero_gives_nothing_and_next_to_one_nearly_everything():
    ends = whole(1000, 1000)
    for tiny in (5e-324, 1e-300, 1e-15):
        assert patterns.fixed_probability(ends, tiny, True, 4, 4).synapses == 0
    assert patterns.fixed_probability(ends, 1.0 - 1e-12, True, 4, 4).synapses == 1_000_000


def test_one_to_one_joins_by_place_in_the_view():
    found = patterns.one_to_one(view([1, 4, 6], [0, 4, 7]))
    check_form(found)
    assert list(zip(found.post_ranks, found.pre_ranks, strict=True)) == [(0, 1), (4, 4), (7, 6)]


def test_one_to_one_of_unequal_sides_warns_and_joins_the_first():
    with pytest.warns(UserWarning, match="3 pre- and 2 post-synaptic neurons connects the first 2"):
        found = patterns.one_to_one(view([1, 4, 6], [0, 4]))
    assert list(zip(found.post_ranks, found.pre_ranks, strict=True)) == [(0, 1), (4, 4)]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_matrix_over_views_connects_just_what_is_a_number(data):
    ends = view([0, 3, 19], [2, 5, 7, 18])
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=12, max_size=12))).reshape(4, 3)
    values = np.where(mask, np.arange(12.0).reshape(4, 3), np.nan)
    held, others = values_of(ends), values_of(ends)
    found = from_blocks(ends, [[values[:1], -values[:1]], [values[1:], -values[1:]]], [held, others])
    check_form(found)
    np.testing.assert_array_equal(held.finish(), values[mask])
    np.testing.assert_array_equal(others.finish(), -values[mask])
    expected = np.zeros((20, 20), dtype=int)
    expected[np.ix_(ends.post, ends.pre)] = mask
    np.testing.assert_array_equal(matrix(found), expected)


def test_the_draw_depends_on_seed_and_projection_alone():
    ends = whole(50, 60)
    first = every_random_pattern(ends, True, 2**63 + 5, 7)
    for a, b in zip(first, every_random_pattern(ends, True, 2**63 + 5, 7), strict=True):
        np.testing.assert_array_equal(matrix(a), matrix(b))
    for seed, stream in ((2**63 + 4, 7), (5, 7), (2**63 + 5, 8)):
        for a, b in zip(first, every_random_pattern(ends, True, seed, stream), strict=True):
            assert not np.array_equal(matrix(a), matrix(b))


def test_rows_do_not_depend_on_how_many_there_are():
    small, large = (patterns.fixed_probability(whole(80, post), 0.2, True, 1, 1) for post in (10, 500))
    np.testing.assert_array_equal(matrix(small), matrix(large)[:10])
    small, large = (patterns.fixed_number_pre(whole(80, post), 9, True, 1, 1) for post in (10, 500))
    np.testing.assert_array_equal(matrix(small), matrix(large)[:10])


def test_excluding_self_connections_only_takes_them_away():
    ends = whole(70, 70, True)
    with_self = matrix(patterns.fixed_probability(ends, 0.3, True, 9, 0))
    assert np.diag(with_self).any()
    np.fill_diagonal(with_self, 0)
    np.testing.assert_array_equal(matrix(patterns.fixed_probability(ends, 0.3, False, 9, 0)), with_self)


def test_drawn_rows_keep_little_more_memory_than_they_need():
    found = patterns.fixed_probability(whole(3000, 3000), 0.1, True, 1, 0)
    kept = found.pre_ranks if found.pre_ranks.base is None else found.pre_ranks.base
    assert kept.nbytes < 1.1 * found.pre_ranks.nbytes
