"""Patterns that depend on where neurons stand in their populations' geometries: Gaussians, and differences of these."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.matrix import Connectivity
from eqneuro.connectivity.patterns import Ends
from eqneuro.connectivity.rows import Growing, Rows

Geometry = tuple[int, ...]
Values = NDArray[np.float64]


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

    def weights(squares: Values) -> Values:
        return amp * _bell(squares, sigma)

    threshold = limit * abs(amp)
    reach = _reach(abs(amp), sigma, threshold)
    return _collect(ends, (pre, post), "gaussian", weights, threshold, reach, allow_self_connections)


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

    def weights(squares: Values) -> Values:
        return amp_pos * _bell(squares, sigma_pos) - amp_neg * _bell(squares, sigma_neg)

    threshold = limit * abs(amp_pos - amp_neg)
    reach = _reach(abs(amp_pos) + abs(amp_neg), max(sigma_pos, sigma_neg), threshold)
    return _collect(ends, (pre, post), "dog", weights, threshold, reach, allow_self_connections)


def _bell(squares: Values, sigma: float) -> Values:
    """exp(−d²/2σ²); divided in two steps, since the square of a tiny σ is 0."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(np.exp(-0.5 * (squares / sigma) / sigma))


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
    weights: Callable[[Values], Values],
    threshold: float,
    reach: float,
    allow_self_connections: bool,
) -> tuple[Connectivity, Values]:
    """The pairs whose weights exceed the threshold in size, one post-synaptic neuron after the other."""
    rows = Rows(ends, pattern)
    found = Growing(np.float64, f"weights of {rows.what}")
    excluded = ends.excluded(allow_self_connections)
    column_of = np.full(ends.pre_size, -1, dtype=np.int64)
    column_of[ends.pre] = np.arange(len(ends.pre))
    for row, (ranks, squares) in enumerate(_neighbours(ends, geometries, reach)):
        columns, values = column_of[ranks], weights(squares)
        kept = (np.abs(values) > threshold) & (columns >= 0) & (columns != excluded[row])
        columns = columns[kept]
        rows.append(columns, len(columns))
        found.append(values[kept])
    return rows.finish(), found.finish()


def _neighbours(
    ends: Ends, geometries: tuple[Geometry, Geometry], reach: float
) -> Iterator[tuple[NDArray[np.int64], Values]]:
    """For each post-synaptic neuron the pre-synaptic ranks in a box around it, ascending, and squared distances."""
    dimensions = max(map(len, geometries))
    pre, post = ((*geometry, *(1,) * (dimensions - len(geometry))) for geometry in geometries)
    places = [_normalised(n) for n in pre]
    strides = np.cumprod([1, *pre[:0:-1]])[::-1]
    centres = [_normalised(n)[c] for n, c in zip(post, np.unravel_index(ends.post, post), strict=True)]
    lows = [np.searchsorted(x, c - reach) for x, c in zip(places, centres, strict=True)]
    highs = [np.searchsorted(x, c + reach, side="right") for x, c in zip(places, centres, strict=True)]
    for row in range(len(ends.post)):
        ranks, squares = np.zeros(1, dtype=np.int64), np.zeros(1)
        for x, stride, centre, low, high in zip(places, strides, centres, lows, highs, strict=True):
            box = slice(low[row], high[row])
            ranks = np.add.outer(ranks, stride * np.arange(box.start, box.stop)).ravel()
            squares = np.add.outer(squares, (x[box] - centre[row]) ** 2).ravel()
        yield ranks, squares


def _normalised(size: int) -> Values:
    """Coordinates from 0 to 1."""
    return np.arange(size) / max(1, size - 1)
