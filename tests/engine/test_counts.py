"""Poisson numbers: exact for every mean, with a table of sums and without, on both backends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2, poisson

import eqneuro as ann

SIZE, STEPS = 2000, 100


def counts(means: Any, steps: int = STEPS, **settings: Any) -> np.ndarray:
    """Poisson numbers of many neurons, shape (steps, neurons)."""
    net = ann.Network(dt=1.0, seed=4, **settings)
    cells = net.create(SIZE, ann.Neuron(parameters="mean = 0.0", equations="x = Poisson(mean)"))
    cells.mean = means
    monitor = net.monitor(cells, "x")
    net.simulate(float(steps))
    return np.asarray(monitor.get("x"))


def assert_poisson(found: np.ndarray, mean: float) -> None:
    """χ² of the frequencies, the ends taken together."""
    low, high = int(poisson.ppf(1e-3, mean)), int(poisson.ppf(1.0 - 1e-3, mean))
    inner = np.arange(low, high + 1)
    wanted = poisson.pmf(inner, mean)
    wanted[0], wanted[-1] = poisson.cdf(low, mean), poisson.sf(high - 1, mean)
    seen = np.bincount(np.clip(found, low, high).astype(int).ravel() - low, minlength=len(inner))
    keep = wanted * found.size > 5.0
    terms = ((seen - wanted * found.size) ** 2 / (wanted * found.size))[keep]
    assert chi2.sf(terms.sum(), max(1, keep.sum() - 1)) > 1e-5


@pytest.mark.parametrize("mean", [1e-3, 0.5, 1.0, 7.3, 30.0, 59.9, 60.1, 300.0])
def test_one_mean_for_all(mean):
    assert_poisson(counts(mean), mean)


def test_a_mean_for_each_neuron():
    found = counts(np.repeat([0.02, 2.0, 25.0, 100.0], SIZE // 4))
    for part, mean in zip(np.split(found, 4, axis=1), (0.02, 2.0, 25.0, 100.0), strict=True):
        assert_poisson(part, mean)


def test_means_that_are_no_counts_give_none():
    assert not counts(0.0).any()
    assert not counts(-1.0).any()


def test_the_table_gives_the_numbers_that_the_sums_give():
    """One mean for all comes from the table; the same mean between others does not."""
    alone = counts(3.7)
    mixed = np.where(np.arange(SIZE) % 2 == 0, 3.7, 1.0)
    assert np.array_equal(alone[:, ::2], counts(mixed)[:, ::2])


@pytest.mark.parametrize("means", [0.3, 20.0, np.linspace(0.0, 90.0, SIZE)], ids=["small", "middle", "own"])
def test_the_reference_interpreter_draws_the_same_counts(means):
    found = []
    for backend in ("compiled", "reference"):
        net = ann.Network(dt=1.0, seed=4)
        cells = net.create(SIZE, ann.Neuron(parameters="mean = 0.0", equations="x = Poisson(mean)"))
        cells.mean = means
        net.compile(**({"backend": backend} if backend == "reference" else {}))
        net.simulate(3.0)
        found.append(np.array(cells.x))
    assert np.array_equal(*found)
