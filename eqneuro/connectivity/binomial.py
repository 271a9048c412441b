"""How many inputs each neuron gets where pairs are connected independently."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.matrix import Places


def binomial_numbers(rows: int, trials: int, probability: float, seed: int, stream: int) -> Places:
    """A number for each row from the binomial law, by inversion; the probability is above 0 and below 1."""
    from eqneuro.connectivity import _sampling

    drawn = _sampling.row_units(rows, seed, stream)
    return np.searchsorted(cumulative(trials, probability)[:-1], drawn, side="right").astype(np.int64)


def cumulative(trials: int, probability: float) -> NDArray[np.float64]:
    """The probabilities of at most 0, 1, …, ``trials`` of the trials coming true.

    Ratios of neighbouring probabilities, (n - k)/(k + 1)·p/(1 - p), are multiplied up from the most likely number in
    both directions: no digits are lost to logarithms of factorials, and what underflows is nothing.
    """
    mode = min(int((trials + 1) * probability), trials)
    k = np.arange(trials)
    odds = probability / (1.0 - probability)
    ratios = (trials - k) / (k + 1.0) * odds
    above = np.cumprod(ratios[mode:])
    below = np.cumprod(1.0 / ratios[:mode][::-1])[::-1]
    weights = np.concatenate([below, [1.0], above])
    return np.cumsum(weights / weights.sum())
