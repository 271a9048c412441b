"""Numbers of inputs where pairs are connected independently, against SciPy."""

import numpy as np
import pytest
from scipy import stats

from eqneuro.connectivity import patterns
from eqneuro.connectivity.binomial import binomial_numbers, cumulative
from eqneuro.connectivity.patterns import Ends


@pytest.mark.parametrize("trials", [0, 1, 2, 37, 1_000, 200_000])
@pytest.mark.parametrize("probability", [0.01, 0.1, 0.5, 0.93, 1 - 1e-6])
def test_the_table_is_the_cumulative_law(trials: int, probability: float) -> None:
    expected = stats.binom(trials, probability).cdf(np.arange(trials + 1))
    np.testing.assert_allclose(cumulative(trials, probability), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("trials", "probability"), [(5, 0.3), (1_000, 0.02), (1_000, 0.97)])
def test_numbers_follow_the_binomial_law(trials: int, probability: float) -> None:
    rows, law = 50_000, stats.binom(trials, probability)
    numbers = binomial_numbers(rows, trials, probability, 3, 1)
    edges = np.unique(law.ppf(np.linspace(0.0, 1.0, 31)[1:-1]))
    expected = rows * np.diff([0.0, *law.cdf(edges), 1.0])
    observed = np.bincount(np.searchsorted(edges, numbers), minlength=len(edges) + 1)
    filled = expected > 0
    assert stats.chisquare(observed[filled], expected[filled]).pvalue > 1e-3
    assert not observed[~filled].any()


def test_the_number_of_a_row_depends_on_its_place_alone() -> None:
    numbers = binomial_numbers(300, 1000, 0.4, 8, 2)
    np.testing.assert_array_equal(numbers[:200], binomial_numbers(200, 1000, 0.4, 8, 2))
    assert (binomial_numbers(300, 1000, 0.4, 9, 2) != numbers).any()
    assert (binomial_numbers(300, 1000, 0.4, 8, 3) != numbers).any()


@pytest.mark.parametrize("probability", [0.001, 0.05, 0.07, 0.3, 0.8])
def test_without_self_connections_all_other_pairs_are_as_likely(probability: float) -> None:
    size = 3_000
    ranks = np.arange(size, dtype=np.uint32)
    found = patterns.fixed_probability(Ends(ranks, ranks, size, size, True), probability, False, 6, 1)
    posts = found.post_ranks[found.rows()]
    assert not (posts == found.pre_ranks).any()
    pairs = size * (size - 1)
    assert abs(found.synapses - pairs * probability) < 4 * np.sqrt(pairs * probability * (1 - probability))
    variance = (size - 1) * probability * (1 - probability)
    for side, other in ((posts, "posts"), (found.pre_ranks, "pres")):
        degrees = np.bincount(side, minlength=size)
        statistic = ((degrees - (size - 1) * probability) ** 2).sum() / variance
        assert 1e-3 < stats.chi2.sf(statistic, size) < 1 - 1e-3, other
