"""Values of synapses become arrays of the kind that is held: those nobody else holds in place, so that there is never a
second large one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

BLOCK = 2**16
"""Entries that are looked at, or changed, at once."""


def whole(values: NDArray[Any]) -> NDArray[Any]:
    """The array that an array shows all of, which can become shorter, as a view can't."""
    base = values.base
    if isinstance(base, np.ndarray) and base.flags.owndata and base.strides == values.strides:
        return base if (base.shape, base.dtype) == (values.shape, values.dtype) else values
    return values


def has_nan(values: NDArray[Any]) -> bool:
    """Whether one of them is not a number."""
    flat = values.reshape(-1)
    return any(np.isnan(flat[first : first + BLOCK]).any() for first in range(0, len(flat), BLOCK))


def are_numbers(values: Any, count: int) -> bool:
    """Whether it is an array of so many real numbers."""
    return isinstance(values, np.ndarray) and values.shape == (count,) and values.dtype.kind in "fiub"


def is_among(values: Any, others: Iterable[Any]) -> bool:
    """Whether an array is one of others, or a part of one."""
    return any(np.may_share_memory(values, other) for other in others if isinstance(other, np.ndarray))


def converted(values: NDArray[Any], kind: DTypeLike) -> NDArray[Any]:
    """Values that nobody else holds as numbers of another kind, in their own place where that is large enough.

    What is rounded is rounded to double precision first, as all that users give.
    """
    wanted = np.dtype(kind)
    if values.dtype == wanted and values.flags.writeable:
        return values
    is_ours = values.flags.writeable and (values.flags.owndata or wanted.itemsize == values.itemsize)
    if wanted.itemsize > values.itemsize or not (is_ours and values.flags.c_contiguous):
        return values.astype(np.float64).astype(wanted, copy=False)
    place = values.view(wanted)
    for first in range(0, len(values), BLOCK):
        part = values[first : first + BLOCK].astype(np.float64).astype(wanted)
        place[first : first + len(part)] = part
    if wanted.itemsize == values.itemsize:
        return place
    del place
    count = len(values)
    values.resize(-(-count * wanted.itemsize // values.itemsize), refcheck=False)
    return values.view(wanted)[:count]
