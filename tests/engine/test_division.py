"""Where contiguous ranges begin: none dearer than it must be, beside a search of all cuts."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pytest

from eqneuro.engine.division import NEAR, cost_of_ranges, divide


def least_maximum(costs: np.ndarray, held: np.ndarray) -> float:
    """The dearest range of the best of all cuts."""
    ends = range(len(costs) + 1)
    every = (np.array([0, *cuts, len(costs)]) for cuts in combinations_with_replacement(ends, len(held) - 1))
    return min(float((cost_of_ranges(costs, edges) + held).max()) for edges in every)


@pytest.mark.parametrize("ranges", [1, 2, 3, 4])
@pytest.mark.parametrize("units", [1, 2, 5, 11])
@pytest.mark.parametrize("kind", ["equal", "heavy tails", "some cost nothing"])
def test_the_dearest_range_costs_as_little_as_with_the_best_of_all_cuts(units, ranges, kind):
    rng = np.random.default_rng([units, ranges])
    for _ in range(5):
        costs = {
            "equal": np.ones(units),
            "heavy tails": rng.pareto(0.8, units),
            "some cost nothing": rng.random(units) * (rng.random(units) < 0.5),
        }[kind]
        held = rng.random(ranges) * rng.choice([0.0, 1.0, 5.0])
        edges = divide(costs, held)
        assert edges[0] == 0
        assert edges[-1] == units
        assert (np.diff(edges) >= 0).all()
        found = float((cost_of_ranges(costs, edges) + held).max())
        assert found <= (1.0 + 2.0 * NEAR) * least_maximum(costs, held)


@pytest.mark.parametrize("ranges", [2, 3, 7, 16])
def test_equal_units_are_shared_out_evenly(ranges):
    sizes = np.diff(divide(np.ones(250), np.zeros(ranges)))
    assert sizes.max() - sizes.min() <= 1


def test_what_ranges_have_to_do_already_is_made_even():
    edges = divide(np.ones(100), np.array([30.0, 0.0, 20.0, 0.0]))
    assert np.diff(edges).tolist() == [8, 37, 17, 38] or np.diff(edges).tolist() == [7, 38, 17, 38]
    assert np.diff(divide(np.ones(10), np.array([100.0, 0.0]))).tolist() == [0, 10]
