"""Projections from all of some neurons to all of some others: which kernels that is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eqneuro.codegen.layout import ROWS_TOGETHER
from eqneuro.connectivity.all_pairs import AllPairs, all_pairs

if TYPE_CHECKING:
    from eqneuro.network.projection import Projection

WORTH_IT = 1000
"""Synapses: with fewer, all pairs are worth no kernel of their own where there would be another."""
FAR = 64
"""Places within which rows that are added up together leave out a neuron each."""


def pairs_of(projection: Projection) -> AllPairs | None:
    """Which pairs are connected, if these are all, and there are synapses enough to be worth a kernel."""
    built = projection._built
    is_worth_it = built.synapses >= WORTH_IT or (built.is_dense and not projection._is_event_based())
    if not is_worth_it or projection._filters() is not None:
        return None
    if projection._known_pairs is None or projection._known_pairs[0] is not built:
        projection._known_pairs = built, all_pairs(built)
    return projection._known_pairs[1]


def kind_of_sum(projection: Projection) -> str:
    """Whether one sum serves all post-synaptic neurons, as ``pairs`` of `ProjectionRequest` has it."""
    if not isinstance(projection._delay, int) or projection._varying():
        return ""
    pairs = pairs_of(projection)
    if pairs is None:
        return ""
    if pairs.is_whole:
        return "all"
    # what a neuron brings itself is found where lists of spikes ascend
    is_plain = projection._pre_population is projection._post_population and not projection._pre_population._is_timed
    return "others" if is_plain else ""


def are_runs(projection: Projection) -> bool:
    """Whether rows of rates hold some pre-synaptic neurons one after the other, but for the neuron whose row it is."""
    is_plain = not (projection._is_event_based() or projection._built.is_dense)
    if not is_plain or projection.model.operation not in ("sum", "mean") or kind_of_sum(projection):
        return False
    pairs = pairs_of(projection)
    return pairs is not None and pairs.is_run


def gaps_of(pairs: AllPairs, row_start: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """For each row the place at which it leaves out a neuron, its length where it leaves out none; and from where to
    where such places lie in the rows that are added up together with it.
    """
    lengths = np.diff(row_start)
    place = np.where(pairs.own < 0, lengths, pairs.own)
    firsts = np.arange(0, len(place), ROWS_TOGETHER)
    least, most, shortest, longest = (
        np.repeat(extreme.reduceat(of, firsts), ROWS_TOGETHER)[: len(place)]
        for of in (place, lengths)
        for extreme in (np.minimum, np.maximum)
    )
    are_near = (most - least <= FAR) & (shortest == longest)
    return place, np.where(are_near, least, place), np.where(are_near, most, place)
