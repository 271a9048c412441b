"""Where a population is cut into ranges, one for each thread, so that all of them cost about the same."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float64]

NEAR = 1e-3
"""How near the largest range comes to the smallest possible one: nearer is less than what costs are known to."""


def divide(costs: Costs, held: Costs) -> NDArray[np.intp]:
    """The edges of contiguous ranges of units, of which the dearest costs as little as can be.

    Parameters
    ----------
    costs
        What each unit (a group or a block of neurons) costs, shape (units,).
    held
        What each range has to do already, shape (ranges,): what other populations left uneven is made even.

    Returns
    -------
    edges
        Range r holds the units from ``edges[r]`` to ``edges[r + 1]``, shape (ranges + 1,). It may be empty.

    Notes
    -----
    The smallest possible maximum is found by bisection: ranges that are filled up to it, one after the other, must hold
    all units. Among the cuts that stay below it those are taken that come nearest to equal shares.
    """
    sums = np.concatenate([[0.0], np.cumsum(costs)])
    most = _least_maximum(sums, held)
    ranges = len(held)
    room = most - held
    earliest = len(costs) - _filled(sums[-1] - sums[::-1], room[::-1])[::-1]
    even = np.maximum(0.0, (sums[-1] + held.sum()) / ranges - held)
    wanted = sums[-1] * np.cumsum(even) / even.sum() if even.sum() > 0.0 else np.full(ranges, sums[-1])
    edges = np.zeros(ranges + 1, dtype=np.intp)
    for r in range(ranges - 1):
        nearest = _nearest(sums, wanted[r])
        edges[r + 1] = min(max(nearest, earliest[r + 1], edges[r]), _reach(sums, edges[r], room[r]))
    edges[-1] = len(costs)
    return edges


def cost_of_ranges(costs: Costs, edges: NDArray[np.intp]) -> Costs:
    """What the ranges cost, shape (ranges,)."""
    return np.array([costs[a:b].sum() for a, b in pairwise(edges)])


def _least_maximum(sums: Costs, held: Costs) -> float:
    low = max((sums[-1] + held.sum()) / len(held), float(held.max()))
    high = float(held.max() + sums[-1])
    while high - low > NEAR * low:
        middle = 0.5 * (low + high)
        if _filled(sums, middle - held)[-1] == len(sums) - 1:
            high = middle
        else:
            low = middle
    return high


def _filled(sums: Costs, room: Costs) -> NDArray[np.intp]:
    """The edges of ranges that take as many units as they have room for, from the first one on."""
    edges = np.zeros(len(room) + 1, dtype=np.intp)
    for r, its in enumerate(room):
        edges[r + 1] = _reach(sums, edges[r], its)
    return edges


def _reach(sums: Costs, begin: int, room: float) -> int:
    """How far a range gets that begins at a unit."""
    return max(int(begin), int(np.searchsorted(sums, sums[begin] + room * (1.0 + 1e-12), side="right")) - 1)


def _nearest(sums: Costs, wanted: float) -> int:
    place = int(np.searchsorted(sums, wanted))
    if place == 0 or place == len(sums):
        return min(place, len(sums) - 1)
    return place if sums[place] - wanted < wanted - sums[place - 1] else place - 1
