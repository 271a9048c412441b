"""Matrices that the user connects from, read some rows at a time: they stay the user's, and no second one is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

ENTRIES = 2**16
"""Entries that are read at once: they stay in the cache."""
LEAST = 16
"""Rows that are read at once at least: those of a transposed matrix lie side by side, eight in a line of the cache."""

Values = NDArray[np.float64]
Order = NDArray[np.int64] | None


class GivenMatrix:
    """A matrix of the user, an array or rows of numbers; ``None`` and ``nan`` are no numbers.

    Parameters
    ----------
    what
        How errors call it.
    shape
        Numbers of post- and of pre-synaptic neurons.
    order
        Which places of both sides stand one after the other in the order of ranks; None where all do.
    pre_post
        Whether the first index is the pre-synaptic one.

    Raises
    ------
    ValueError
        If it has another shape.
    """

    def __init__(
        self, given: Any, what: str, shape: tuple[int, int], order: tuple[Order, Order], pre_post: bool
    ) -> None:
        self._rows, self._columns = order
        self._is_turned = pre_post
        wanted = f"{'(pre, post)' if pre_post else '(post, pre)'}", shape[::-1] if pre_post else shape
        self._wrong = f"{what} must be a matrix of numbers of shape {wanted[0]} = {wanted[1]}"
        self._given = given
        if not _are_rows(given, wanted[1]):
            self._given = given if isinstance(given, np.ndarray) else self._as_array(given)
            if self._given.shape != wanted[1]:
                raise ValueError(f"{what} have the shape {self._given.shape}; {wanted[0]} is {wanted[1]}")

    def _as_array(self, given: Any) -> NDArray[Any]:
        try:
            return np.asarray(given, dtype=object)
        except (TypeError, ValueError):
            raise ValueError(self._wrong) from None

    def block(self, first: int, last: int) -> Values:
        """Some rows of the matrix of shape (post, pre), in the order of ranks.

        Raises
        ------
        ValueError
            If they hold anything but numbers.
        """
        place = slice(first, last) if self._rows is None else self._rows[first:last]
        part = _across(self._given, place) if self._is_turned else _along(self._given, place)
        try:
            values = _as_numbers(part)
        except (TypeError, ValueError):
            raise ValueError(self._wrong) from None
        values = values.T if self._is_turned else values
        return np.ascontiguousarray(values if self._columns is None else values[:, self._columns])


def blocks_of(matrices: Sequence[GivenMatrix], shape: tuple[int, int]) -> Iterator[list[Values]]:
    """Matrices of shape (post, pre), the same rows of all of them at a time."""
    height = max(LEAST, ENTRIES // max(1, shape[1]))
    for first in range(0, shape[0], height):
        yield [matrix.block(first, min(first + height, shape[0])) for matrix in matrices]


def _are_rows(given: Any, shape: tuple[int, int]) -> bool:
    """Whether lists, or arrays in a list, make up a matrix of that shape."""
    return (
        isinstance(given, list | tuple)
        and len(given) == shape[0]
        and all(isinstance(row, list | tuple) or (isinstance(row, np.ndarray) and row.ndim == 1) for row in given)
        and all(len(row) == shape[1] for row in given)
    )


def _along(given: Any, place: slice | NDArray[np.int64]) -> Any:
    if isinstance(given, np.ndarray) or isinstance(place, slice):
        return given[place]
    return [given[k] for k in place]


def _across(given: Any, place: slice | NDArray[np.int64]) -> Any:
    return given[:, place] if isinstance(given, np.ndarray) else [_along(row, place) for row in given]


def _as_numbers(part: Any) -> Values:
    """nan where there is none, or it is masked."""
    if isinstance(part, np.ma.MaskedArray):
        part = np.ma.filled(part.astype(float), np.nan)
    return np.asarray(part, dtype=float)
