"""Dendrites and synapses: the synapses of one post-synaptic neuron, and single ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.network.geometry import whole
from eqneuro.network.summary import counted

if TYPE_CHECKING:
    from eqneuro.network.projection import Projection


class Dendrite:
    """The synapses of one post-synaptic neuron: attributes are lists, one entry a synapse.

    Attributes
    ----------
    post_rank
        The rank of the neuron.
    """

    projection: Projection
    post_rank: int

    def __init__(self, projection: Projection, post_rank: int) -> None:
        object.__setattr__(self, "projection", projection)
        object.__setattr__(self, "post_rank", post_rank)

    @property
    def _slice(self) -> slice:
        row = self.projection._built.row_of(self.post_rank)
        return slice(0, 0) if row is None else self.projection._built.slice_of(row)

    @property
    def _row(self) -> int:
        row = self.projection._built.row_of(self.post_rank)
        if row is None:
            raise ValueError(f"neuron {self.post_rank} has no synapses any more")
        return row

    @property
    def pre_ranks(self) -> list[int]:
        """Ranks of the pre-synaptic neurons."""
        return [int(rank) for rank in self.projection._built.pre_ranks[self._slice]]

    @property
    def size(self) -> int:
        """The number of synapses."""
        place = self._slice
        return int(place.stop - place.start)

    def __len__(self) -> int:
        return self.size

    @property
    def delay(self) -> Any:
        """Delays in ms."""
        projection = self.projection
        delays = projection._delays_in_ms
        return delays[self._slice].tolist() if np.ndim(delays) else delays

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        projection = self.projection
        attribute = projection._attribute(name)
        values = projection._values[name]
        if attribute.locality == "global":
            return values[0].item()
        if attribute.locality == "semiglobal":
            return values[self._row].item()
        return np.broadcast_to(values, (projection.nb_synapses,))[self._slice].tolist()

    def __setattr__(self, name: str, value: Any) -> None:
        projection = self.projection
        if name == "delay":
            full = np.broadcast_to(projection._delays_in_ms, (projection.nb_synapses,)).astype(float)
            full[self._slice] = value
            projection.delay = full
            return
        attribute = projection._attribute(name)
        if attribute.locality == "global":
            raise ValueError(f"{name!r} has one value for the whole projection")
        full = np.broadcast_to(projection._values[name], (projection._count(attribute),)).astype(float)
        full[self._slice if attribute.locality == "local" else self._row] = value
        setattr(projection, name, full)

    def synapse(self, pre: Any) -> SynapseView:
        """The synapse with a pre-synaptic neuron, by rank or coordinates.

        Raises
        ------
        ValueError
            If there is none.
        """
        population = self.projection._pre_population
        rank = whole(pre, "a rank") if np.ndim(pre) == 0 else population.rank_from_coordinates(pre)
        self._place_of(rank)
        return SynapseView(self, rank)

    def _place_of(self, rank: int) -> int:
        """Where the synapse with a pre-synaptic neuron stands among those of the dendrite."""
        ranks = self.projection._built.pre_ranks[self._slice]
        place = int(np.searchsorted(ranks, rank))
        if place >= len(ranks) or ranks[place] != rank:
            raise ValueError(f"neuron {self.post_rank} has no synapse with pre-synaptic neuron {rank}")
        return place

    def __getitem__(self, pre: Any) -> SynapseView:
        return self.synapse(pre)

    def __iter__(self) -> Iterator[SynapseView]:
        return (SynapseView(self, rank) for rank in self.pre_ranks)

    @property
    def synapses(self) -> Iterator[SynapseView]:
        """The synapses one by one."""
        return iter(self)

    def get(self, name: str) -> Any:
        """The values of an attribute."""
        return getattr(self, name)

    def set(self, values: dict[str, Any]) -> None:
        """Sets several attributes."""
        for name, value in values.items():
            setattr(self, name, value)

    # -- synapses that come and go ------------------------------------------------------------------------------------

    def create_synapse(self, rank: Any, w: float = 0.0, delay: float = 0.0) -> None:
        """Creates a synapse with a pre-synaptic neuron, by rank or coordinates.

        Parameters
        ----------
        rank
            Of the pre-synaptic neuron.
        w
            The weight.
        delay
            In ms; where 0, that of the projection's synapses if these are all alike, else one step.

        Raises
        ------
        ValueError
            If there is one already, or no such neuron.
        """
        self.projection.create_synapse(rank, self.post_rank, w, delay)

    def create_synapses(self, ranks: Any, weights: Any = None, delays: Any = None) -> None:
        """Creates synapses with several pre-synaptic neurons, at once: see `Projection.create_synapses`."""
        self.projection.create_synapses(ranks, self.post_rank, weights, delays)

    def prune_synapse(self, rank: Any) -> None:
        """Removes the synapse with a pre-synaptic neuron.

        Raises
        ------
        ValueError
            If there is none.
        """
        self.projection.prune_synapse(rank, self.post_rank)

    def prune_synapses(self, ranks: Any) -> None:
        """Removes the synapses with several pre-synaptic neurons, at once."""
        self.projection.prune_synapses(ranks, self.post_rank)

    def receptive_field(self, variable: str = "w", fill: float = 0.0) -> NDArray[np.float64]:
        """Values in the geometry of the pre-synaptic population; ``fill`` where there is no synapse."""
        population = self.projection._pre_population
        field = np.full(population.size, float(fill))
        field[self.pre_ranks] = getattr(self, variable)
        return field.reshape(population.geometry)

    def __repr__(self) -> str:
        return f"<Dendrite of neuron {self.post_rank}: {counted(self.size, 'synapse')}>"


class SynapseView:
    """One synapse: its attributes are numbers."""

    dendrite: Dendrite
    rank: int

    def __init__(self, dendrite: Dendrite, rank: int) -> None:
        object.__setattr__(self, "dendrite", dendrite)
        object.__setattr__(self, "rank", rank)

    @property
    def _place(self) -> int:
        return self.dendrite._place_of(self.rank)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        value = getattr(self.dendrite, name)
        return value[self._place] if isinstance(value, list) else value

    def __setattr__(self, name: str, value: Any) -> None:
        current = getattr(self.dendrite, name)
        if isinstance(current, list):
            current[self._place] = value
        else:
            current = value
        setattr(self.dendrite, name, current)

    def __repr__(self) -> str:
        return f"<Synapse from neuron {self.rank} to neuron {self.dendrite.post_rank}>"


def tile_fields(projection: Projection, variable: str, in_post_geometry: bool) -> NDArray[np.float64]:
    """Receptive fields of all post-synaptic neurons in one picture."""
    post, pre = projection._post_population, projection._pre_population
    shape = post.geometry if in_post_geometry and post.dimension == 2 else None
    if shape is None:
        columns = int(np.ceil(np.sqrt(post.size)))
        shape = (-(-post.size // columns), columns)
    height, width = (1, *pre.geometry)[-2:]
    tiles = np.zeros((shape[0] * height, shape[1] * width))
    for dendrite in projection:
        row, column = divmod(dendrite.post_rank, shape[1])
        field = dendrite.receptive_field(variable).reshape(height, width)
        tiles[row * height : (row + 1) * height, column * width : (column + 1) * width] = field
    return tiles
