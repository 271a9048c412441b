"""Sparse matrices that the user connects from, by column: they stay the user's, and no second one is made meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.matrix import starts_of
from eqneuro.network.held import whole
from eqneuro.network.matrices import Order

BLOCKS = 64
"""Parts in which rows are put into columns where SciPy would make a whole matrix on its way there."""
DIRECT, SLICED = ("csr", "csc", "coo"), ("csr", "csc", "lil")
"""Formats of which SciPy makes columns at once, and those of which it takes rows with little effort."""


@dataclass(frozen=True)
class Columns:
    """Entries by column, which are nobody else's: rows ascend in each, and occur once.

    Attributes
    ----------
    start
        Where each column begins, and the end of the last, shape (columns + 1,).
    rows, values
        Of each entry, shape (entries,).
    """

    start: NDArray[np.int64]
    rows: NDArray[np.uint32]
    values: NDArray[Any]

    def pairs(self) -> bytes:
        """What tells whether others have entries for the same pairs, in little room."""
        return hashlib.blake2b(self.start.data).digest() + hashlib.blake2b(self.rows.data).digest()


def columns_of(given: Any, order: tuple[Order, Order]) -> Columns:
    """The columns of a sparse matrix of SciPy; entries for the same pair are added up.

    ``order`` says which rows and columns stand one after the other in the order of ranks; None where all do.
    """
    if order[0] is None and order[1] is None and given.format in DIRECT:
        found = _in_order(given.tocsc(copy=True))
        places = found.indices
        rows = places.view(np.uint32) if places.dtype == np.int32 else places.astype(np.uint32)
        return Columns(found.indptr.astype(np.int64), rows, whole(found.data))
    return _put_together(given if given.format in SLICED else given.tocsr(), order)


def _put_together(given: Any, order: tuple[Order, Order]) -> Columns:
    """Some rows after the others: first how many entries each column has, then the entries themselves."""
    counts = np.zeros(given.shape[1], dtype=np.int64)
    for _, part in _parts(given, order):
        counts += np.diff(part.indptr)
    start = starts_of(counts)
    rows, values = np.empty(start[-1], dtype=np.uint32), np.empty(start[-1], dtype=given.dtype)
    begin = start[:-1].copy()
    for first, part in _parts(given, order):
        lengths = np.diff(part.indptr)
        places = np.repeat(begin - part.indptr[:-1], lengths) + np.arange(part.nnz)
        rows[places] = part.indices + first
        values[places] = part.data
        begin += lengths
    return Columns(start, rows, values)


def _parts(given: Any, order: tuple[Order, Order]) -> Iterator[tuple[int, Any]]:
    """Some rows after the others, by column, and the number of the first of them."""
    rows, columns = order
    count = given.shape[0]
    height = max(1, -(-count // BLOCKS))
    for first in range(0, count, height):
        place = slice(first, first + height)
        part = given[place if rows is None else rows[place]]
        yield first, _in_order((part if columns is None else part[:, columns]).tocsc())


def _in_order(columns: Any) -> Any:
    columns.sum_duplicates()
    columns.sort_indices()
    return columns
