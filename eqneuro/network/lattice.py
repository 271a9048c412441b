"""Neurons in a geometry: ranks, coordinates, and what an index selects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from eqneuro.network import geometry as shapes
from eqneuro.network.view import NeuronView, PopulationView

if TYPE_CHECKING:
    from eqneuro.network.population import Population


class Lattice:
    """Neurons numbered row by row in a geometry."""

    _geometry: tuple[int, ...]
    _size: int

    @property
    def geometry(self) -> tuple[int, ...]:
        """The shape."""
        return self._geometry

    @property
    def size(self) -> int:
        """The number of neurons."""
        return self._size

    @property
    def ranks(self) -> NDArray[np.int64]:
        """All ranks, shape (size,)."""
        return np.arange(self._size)

    @property
    def dimension(self) -> int:
        """The number of dimensions of the geometry."""
        return len(self._geometry)

    @property
    def width(self) -> int:
        """The first dimension."""
        return self._geometry[0]

    @property
    def height(self) -> int:
        """The second dimension, 1 where there is none."""
        return self._geometry[1] if len(self._geometry) > 1 else 1

    @property
    def depth(self) -> int:
        """The third dimension, 1 where there is none."""
        return self._geometry[2] if len(self._geometry) > 2 else 1

    def __len__(self) -> int:
        return self._size

    def rank_from_coordinates(self, coordinates: Any) -> int:
        """The rank of a neuron.

        Raises
        ------
        ValueError
            If the coordinates are outside the geometry.
        """
        return shapes.rank_from_coordinates(coordinates, self._geometry)

    def coordinates_from_rank(self, rank: int) -> tuple[int, ...]:
        """The coordinates of a neuron.

        Raises
        ------
        ValueError
            If the rank is outside the population.
        """
        return shapes.coordinates_from_rank(rank, self._geometry)

    def normalized_coordinates_from_rank(self, rank: int, norm: float = 1.0) -> tuple[float, ...]:
        """Coordinates scaled so that each dimension runs from 0 to ``norm``."""
        place = self.coordinates_from_rank(rank)
        return tuple(norm * c / (n - 1) if n > 1 else 0.0 for c, n in zip(place, self._geometry, strict=True))

    def neuron(self, *coordinates: Any) -> NeuronView:
        """A neuron, by rank or coordinates.

        Raises
        ------
        ValueError
            If there is none.
        """
        given = coordinates[0] if len(coordinates) == 1 else coordinates
        if np.ndim(given) == 0:
            rank = shapes.whole(given, "a rank")
            self.coordinates_from_rank(rank)
            return NeuronView(self._whole, rank)
        return NeuronView(self._whole, self.rank_from_coordinates(given))

    @property
    def neurons(self) -> Iterator[NeuronView]:
        """The neurons one by one."""
        return iter(self)

    @property
    def _whole(self) -> Population:
        return cast("Population", self)

    def __iter__(self) -> Iterator[NeuronView]:
        return (NeuronView(self._whole, rank) for rank in range(self._size))

    def __getitem__(self, index: Any) -> PopulationView:
        ranks = shapes.select_ranks(index, self._geometry)
        parts = index if isinstance(index, tuple) else (index,)
        is_single = all(isinstance(part, int | np.integer) and not isinstance(part, bool) for part in parts)
        return NeuronView(self._whole, ranks[0]) if is_single else PopulationView(self._whole, ranks)

    def __add__(self, other: Any) -> PopulationView:
        joined: PopulationView = PopulationView(self._whole, self.ranks) + other
        return joined
