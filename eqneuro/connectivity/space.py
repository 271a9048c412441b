"""Patterns that depend on where neurons stand in their populations' geometries: Gaussians, and differences of these."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.matrix import Connectivity, Places, Ranks, starts_of
from eqneuro.connectivity.parts import PAIRS, Part, in_turn
from eqneuro.connectivity.patterns import Ends
from eqneuro.connectivity.rows import Growing, Rows

Geometry = tuple[int, ...]
Values = NDArray[np.float64]
Bells = list[tuple[float, float]]
"""Heights and widths."""


def gaussian(
    ends: Ends, pre: Geometry, post: Geometry, amp: float, sigma: float, limit: float, allow_self_connections: bool
) -> tuple[Connectivity, Values]:
    """Weights amp·exp(−d²/2σ²) where they exceed limit·amp; d is the distance in normalised coordinates.

    Parameters
    ----------
    pre, post
        Geometries of the two populations. Each dimension runs from 0 to 1; one that a population lacks is 0.

    Raises
    ------
    ValueError
        If a number is not finite, ``sigma`` is not above 0 or ``limit`` is negative.
    """
    _check_numbers(dict(amp=amp, sigma=sigma, limit=limit), ("sigma",))

    threshold = limit * abs(amp)
    reach = _reach(abs(amp), sigma, threshold)
    return _collect(ends, (pre, post), "gaussian", [(amp, sigma)], threshold, reach, allow_self_connections)


def dog(
    ends: Ends,
    pre: Geometry,
    post: Geometry,
    amp_pos: float,
    sigma_pos: float,
    amp_neg: float,
    sigma_neg: float,
    limit: float,
    allow_self_connections: bool,
) -> tuple[Connectivity, Values]:
    """Differences of two Gaussians where they exceed limit·\\|amp_pos − amp_neg\\|, in size; else as `gaussian`."""
    given = dict(amp_pos=amp_pos, sigma_pos=sigma_pos, amp_neg=amp_neg, sigma_neg=sigma_neg, limit=limit)
    _check_numbers(given, ("sigma_pos", "sigma_neg"))

    threshold = limit * abs(amp_pos - amp_neg)
    reach = _reach(abs(amp_pos) + abs(amp_neg), max(sigma_pos, sigma_neg), threshold)
    bells = [(amp_pos, sigma_pos), (-amp_neg, sigma_neg)]
    return _collect(ends, (pre, post), "dog", bells, threshold, reach, allow_self_connections)


def _check_numbers(given: dict[str, float], widths: tuple[str, ...]) -> None:
    for name, value in given.items():
        if not (isinstance(value, int | float | np.number) and math.isfinite(value)):
            raise ValueError(f"{name} must be a finite number, not {value!r}")
        if name in widths and value <= 0.0:
            raise ValueError(f"{name} must be above 0, not {value!r}")
    if given["limit"] < 0.0:
        raise ValueError(f"limit must be 0 or more, not {given['limit']!r}")


def _reach(amp: float, sigma: float, threshold: float) -> float:
    """The distance beyond which amp·exp(−d²/2σ²) is below the threshold for sure."""
    if threshold <= 0.0:
        return math.inf
    return sigma * math.sqrt(2.0 * max(0.0, math.log(amp / threshold))) * (1.0 + 1e-9)


def _collect(
    ends: Ends,
    geometries: tuple[Geometry, Geometry],
    pattern: str,
    bells: Bells,
    threshold: float,
    reach: float,
    allow_self_connections: bool,
) -> tuple[Connectivity, Values]:
    """The pairs whose weights exceed the threshold in size, one post-synaptic neuron after the other."""
    from eqneuro.connectivity import _space

    boxes = _Boxes(ends, geometries, reach)
    excluded = ends.excluded(allow_self_connections)
    column_of = np.full(ends.pre_size, -1, dtype=np.int64)
    column_of[ends.pre] = np.arange(len(ends.pre))

    def some(part: Part) -> tuple[Ranks, Values, Places]:
        ranks, squares = boxes.pairs(part)
        weights, counts = _heights(squares, bells), np.empty(part[1] - part[0], dtype=np.int64)
        count = _space.keep(*part, boxes.start, threshold, column_of, excluded, ranks, weights, counts)
        return ranks[:count], weights[:count], counts

    rows = Rows(ends, pattern)
    found = Growing(np.float64, f"weights of {rows.what}")
    for columns, weights, counts in in_turn(some, boxes.parts(), ends.threads):
        rows.append(columns, counts)
        found.append(weights)
        del columns, weights  # before there are others
    return rows.finish(), found.finish()


def _heights(squares: Values, bells: Bells) -> Values:
    """The sum of a·exp(−d²/2σ²) in place of d²; divided in two steps, since the square of a tiny σ is 0."""
    *others, last = bells
    with np.errstate(over="ignore", under="ignore"):
        rest = [_height(squares.copy(), *bell) for bell in others]
        total = _height(squares, *last)
        for height in rest:
            total += height
    return total


def _height(squares: Values, amp: float, sigma: float) -> Values:
    squares /= sigma
    squares *= -0.5
    squares /= sigma
    np.exp(squares, out=squares)
    squares *= amp
    return squares


class _Boxes:
    """For each post-synaptic neuron the pre-synaptic ranks in a box around it, which holds all within a reach."""

    def __init__(self, ends: Ends, geometries: tuple[Geometry, Geometry], reach: float) -> None:
        dimensions = max(map(len, geometries))
        pre, post = ((*geometry, *(1,) * (dimensions - len(geometry))) for geometry in geometries)
        places = [_normalised(n) for n in pre]
        centres = [_normalised(n)[c] for n, c in zip(post, np.unravel_index(ends.post, post), strict=True)]
        sides = list(zip(places, centres, strict=True))
        low = np.array([np.searchsorted(x, c - reach) for x, c in sides], dtype=np.int64)
        high = np.array([np.searchsorted(x, c + reach, side="right") for x, c in sides], dtype=np.int64)
        begin, stride = starts_of(np.array(pre))[:-1], np.cumprod([1, *pre[:0:-1]], dtype=np.int64)[::-1]
        self._axes = low, high, np.array(centres), np.concatenate(places), begin, np.ascontiguousarray(stride)
        self.start = starts_of(np.prod(high - low, axis=0))

    def parts(self) -> list[Part]:
        """Rows one after the other, as many as hold some pairs: the first, and the one behind the last."""
        last = np.searchsorted(self.start, np.arange(PAIRS, self.start[-1], PAIRS))
        return list(pairwise(np.unique([0, *last, len(self.start) - 1]).tolist()))

    def pairs(self, part: Part) -> tuple[Ranks, Values]:
        """The ranks in the boxes of some rows, row by row and ascending, and their squared distances."""
        from eqneuro.connectivity import _space

        count = self.start[part[1]] - self.start[part[0]]
        ranks, squares = np.empty(count, dtype=np.uint32), np.empty(count)
        if count:
            _space.list_boxes(part[0], part[1], *self._axes, ranks, squares)
        return ranks, squares


def _normalised(size: int) -> Values:
    """Coordinates from 0 to 1."""
    return np.arange(size) / max(1, size - 1)
