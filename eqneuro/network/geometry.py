"""Geometry: ranks, coordinates, and what an index selects."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Coordinates = tuple[int, ...]


def whole(number: Any, what: str) -> int:
    """A whole number.

    Raises
    ------
    TypeError
        If it is none; numbers with a fraction are none.
    """
    try:
        return operator.index(number)
    except TypeError:
        raise TypeError(f"{what} is a whole number, not {number!r}") from None


def read_geometry(geometry: Any) -> Coordinates:
    """The shape of a population as a tuple.

    Raises
    ------
    ValueError
        If it is not made of positive whole numbers.
    """
    given = tuple(geometry) if isinstance(geometry, Sequence | np.ndarray) else (geometry,)
    if not given or not all(isinstance(n, int | np.integer) and not isinstance(n, bool) and n > 0 for n in given):
        raise ValueError(f"geometry must be a positive whole number or a tuple of these, not {geometry!r}")
    return tuple(int(n) for n in given)


def rank_from_coordinates(coordinates: Any, geometry: Coordinates) -> int:
    """The rank of a neuron, row-major."""
    given = tuple(whole(c, "a coordinate") for c in np.atleast_1d(coordinates))
    if len(given) != len(geometry) or not all(0 <= c < n for c, n in zip(given, geometry, strict=True)):
        raise ValueError(f"coordinates {given} are outside the geometry {geometry}")
    return int(np.ravel_multi_index(given, geometry))


def coordinates_from_rank(rank: int, geometry: Coordinates) -> Coordinates:
    """The coordinates of a neuron."""
    size = math.prod(geometry)
    number = whole(rank, "a rank")
    if not 0 <= number < size:
        raise ValueError(f"rank {rank} is outside a population of {size} neurons")
    return tuple(int(c) for c in np.unravel_index(number, geometry))


def select_ranks(index: Any, geometry: Coordinates) -> NDArray[np.int64]:
    """The ranks that an index means, as numpy would: over ranks, or over coordinates where it is a tuple or a mask.

    Raises
    ------
    IndexError
        If it reaches beyond the population.
    """
    ranks = np.arange(math.prod(geometry))
    if isinstance(index, tuple):
        if len(index) != len(geometry):
            raise IndexError(f"{len(index)} indices for a geometry of {len(geometry)} dimensions, {geometry}")
        return np.atleast_1d(ranks.reshape(geometry)[index]).ravel()
    if isinstance(index, slice):
        inside: NDArray[np.int64] = ranks[index]
        return inside
    chosen = np.asarray(index)
    if chosen.dtype == bool and chosen.shape == geometry and len(geometry) > 1:
        masked: NDArray[np.int64] = ranks.reshape(geometry)[chosen]
        return masked
    if chosen.size == 0:
        return ranks[:0]
    if chosen.dtype != bool and chosen.dtype.kind not in "iu":
        raise IndexError(f"an index is made of whole numbers, a slice or a mask, not {index!r}")
    try:
        return np.atleast_1d(ranks[chosen.ravel()])
    except IndexError:
        raise IndexError(f"index {index!r} is outside a population of {len(ranks)} neurons") from None
