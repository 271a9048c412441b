"""Windows that are laid over a population: which pre-synaptic neurons each post-synaptic one sees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.codegen.plan import SIDE_BY_SIDE
from eqneuro.connectivity.matrix import Connectivity, Ranks, starts_of
from eqneuro.engine.buffers import BLOCK

OUTSIDE = -1


@dataclass(frozen=True)
class Windows:
    """A window for each post-synaptic neuron, all of the same shape.

    Attributes
    ----------
    corner
        The first pre-synaptic rank of each window that lies within the population, shape (post,); −1 − n for the n-th
        of those that reach over the border.
    offset
        How far the places of a window are from the first one, in ranks, shape (places,).
    over_border
        The ranks that the windows over the border see, −1 outside the population, shape (windows over it, places).
    filter_of
        Which filter each post-synaptic neuron has, shape (post,).
    """

    corner: NDArray[np.int32]
    offset: NDArray[np.int32]
    over_border: NDArray[np.int32]
    filter_of: NDArray[np.int32]

    @cached_property
    def side_by_side(self) -> NDArray[np.uint8]:
        """Which windows are looked through at once, shape (post,): their number at the first, 0 at the others.

        They lie next to each other within the population, have the same filter, and belong to the same block of
        post-synaptic neurons, so that the number of threads changes nothing. All others have 1.
        """
        count, step = len(self.corner), int(self.filter_of.max()) + 1
        rows = np.arange(-(-count // step) * step)
        corner = np.full(len(rows), -1, dtype=np.int64)
        corner[:count] = self.corner
        before = np.roll(corner, step)
        follows = (before >= 0) & (corner == before + 1) & (rows // BLOCK == (rows - step) // BLOCK)
        chains = follows.reshape(-1, step)  # down a column, the neurons with the same filter
        places = np.arange(len(chains))[:, None]
        position = places - np.maximum.accumulate(np.where(chains, 0, places), axis=0)
        is_first = position % SIDE_BY_SIDE == 0
        reached = np.full_like(position, -1)
        reached[: 1 - SIDE_BY_SIDE] = position[SIDE_BY_SIDE - 1 :]
        is_first &= reached == position + SIDE_BY_SIDE - 1
        found = np.where(is_first, SIDE_BY_SIDE, 1).astype(np.uint8)
        for lane in range(1, SIDE_BY_SIDE):
            found[lane:][is_first[:-lane]] = 0
        return np.ascontiguousarray(found.ravel()[:count])

    def ranks(self) -> NDArray[np.int64]:
        """What each window sees, −1 outside the population, shape (post, places)."""
        seen = self.corner.astype(np.int64)[:, None] + self.offset
        is_over = self.corner < 0
        seen[is_over] = self.over_border[-1 - self.corner[is_over]]
        return seen

    def weight_places(self) -> NDArray[np.int64]:
        """Which entry of all filters in a row belongs to each place of each window, shape (post, places)."""
        places = len(self.offset)
        return self.filter_of.astype(np.int64)[:, None] * places + np.arange(places)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.corner.nbytes + self.offset.nbytes + self.over_border.nbytes + self.filter_of.nbytes


def lay_windows(
    centres: NDArray[np.int64],
    shape: tuple[int, ...],
    geometry: tuple[int, ...],
    *,
    layer: NDArray[np.int64] | None,
    filter_of: NDArray[np.int64],
    repeats_border: bool,
) -> Windows:
    """Windows around centres.

    Parameters
    ----------
    centres
        Coordinates in the pre-synaptic population, one row for each post-synaptic neuron, shape (post, axes). The
        middle of a window of n places is its place n // 2.
    shape
        Of a window, (axes,).
    geometry
        Of the pre-synaptic population: as many axes, or one more, whose coordinate `layer` gives.
    layer
        The coordinate of each post-synaptic neuron on the last axis, where windows do not extend over it.
    filter_of
        Which filter each post-synaptic neuron has.
    repeats_border
        Whether windows see the neurons of the border again where they reach over it.
    """
    sizes = np.array(geometry[: len(shape)])
    steps = np.cumprod([1, *geometry[:0:-1]])[::-1]
    strides = steps[: len(shape)]
    first = centres - np.array(shape) // 2
    places = np.indices(shape).reshape(len(shape), -1).T
    shift = np.zeros(len(centres), dtype=np.int64) if layer is None else layer * steps[-1]
    is_over = ((first < 0) | (first + np.array(shape) > sizes)).any(axis=1)
    corner = first @ strides + shift
    corner[is_over] = -1 - np.arange(int(is_over.sum()))
    seen = first[is_over][:, None, :] + places
    clipped = np.clip(seen, 0, sizes - 1)
    over = clipped @ strides + shift[is_over][:, None]
    if not repeats_border:
        over[(seen != clipped).any(axis=2)] = OUTSIDE
    return Windows(_narrow(corner), _narrow(places @ strides), _narrow(over), _narrow(filter_of))


def _narrow(values: NDArray[Any]) -> NDArray[np.int32]:
    return np.ascontiguousarray(values, dtype=np.int32)


class WindowConnectivity(Connectivity):
    """The synapses of windows; the list of all of them is only made where somebody asks for it."""

    def __init__(self, windows: Windows, pre_size: int, post_size: int) -> None:
        missing = np.zeros(len(windows.corner), dtype=np.int64)
        is_over = windows.corner < 0
        missing[is_over] = (windows.over_border == OUTSIDE).sum(axis=1)[-1 - windows.corner[is_over]]
        starts = starts_of(len(windows.offset) - missing)
        values: dict[str, Any] = {
            "windows": windows,
            "post_ranks": np.arange(post_size, dtype=np.uint32),
            "row_start": starts.astype(np.int64),
            "pre_size": pre_size,
            "post_size": post_size,
            "_missing": int(missing.sum()),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    windows: Windows
    _missing: int

    @cached_property
    def pre_ranks(self) -> Ranks:
        """The pre-synaptic rank of each synapse."""
        seen = self.windows.ranks()
        return np.ascontiguousarray(seen[seen != OUTSIDE], dtype=np.uint32)

    @cached_property
    def places(self) -> NDArray[np.uint32]:
        """The place of each synapse's weight among those of all filters."""
        return np.ascontiguousarray(self.windows.weight_places()[self.windows.ranks() != OUTSIDE], dtype=np.uint32)

    @property
    def synapses(self) -> int:
        """The number of synapses."""
        return len(self.windows.corner) * len(self.windows.offset) - self._missing

    @property
    def is_dense(self) -> bool:
        """Windows are never taken for rows of all neurons."""
        return False

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that exist."""
        made: list[int] = [self.__dict__[name].nbytes for name in ("pre_ranks", "places") if name in self.__dict__]
        return self.windows.nbytes + self.post_ranks.nbytes + self.row_start.nbytes + sum(made)
