"""Some neurons of a population: views that read, write, join, and serve as ends of projections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from eqneuro.network.population import Population


class PopulationView:
    """Neurons of one population, by their ranks.

    Attributes of the neurons are read and written as arrays of shape (size,); assigning writes into the population. As
    numpy does it, ``view.v[0] = 1.0`` writes into the population too where the ranks are evenly spaced, as those of a
    slice are; with other ranks the array is a copy.

    Examples
    --------
    >>> from eqneuro import Network, Neuron
    >>> net = Network()
    >>> population = net.create((4, 3), Neuron(parameters="I = 0.0", equations="r = I"))
    >>> population[:, 1].I = 2.0
    >>> population[2:8][1:3].ranks
    array([3, 4])
    """

    population: Population
    ranks: NDArray[np.int64]

    def __init__(self, population: Population, ranks: Any) -> None:
        object.__setattr__(self, "population", population)
        object.__setattr__(self, "ranks", np.array(ranks, dtype=np.int64))  # in one piece: C reads it

    @property
    def size(self) -> int:
        """The number of neurons."""
        return len(self.ranks)

    @property
    def name(self) -> str:
        """The name of the population."""
        return self.population.name

    @property
    def geometry(self) -> tuple[int, ...]:
        """(size,)."""
        return (self.size,)

    def __len__(self) -> int:
        return self.size

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in ("population", "ranks"):
            raise AttributeError(name)
        return self.get(name)

    def __setattr__(self, name: str, value: Any) -> None:
        self.population._set_attribute(name, value, self.ranks)

    def get(self, name: str) -> Any:
        """The values of an attribute."""
        if name == "refractory":
            value = self.population.refractory
            value = np.ravel(value) if np.ndim(value) else value
        else:
            value = self.population._get_flat(name)
        return value[self._selection()] if np.ndim(value) else value

    def _selection(self) -> slice | NDArray[np.int64]:
        """The ranks as a slice, where they are evenly spaced."""
        ranks = self.ranks
        if len(ranks) == 0:
            return ranks
        step = int(ranks[1] - ranks[0]) if len(ranks) > 1 else 1
        if step == 0 or (np.diff(ranks) != step).any():
            return ranks
        stop = int(ranks[-1]) + step
        return slice(int(ranks[0]), None if stop < 0 else stop, step)

    def set(self, values: Mapping[str, Any]) -> None:
        """Sets several attributes."""
        for name, value in values.items():
            setattr(self, name, value)

    def sum(self, target: str) -> NDArray[Any]:
        """The weighted sums of the neurons."""
        return np.asarray(np.ravel(self.population.sum(target))[self.ranks])

    def __getitem__(self, index: Any) -> PopulationView:
        chosen = self.ranks[index]
        return NeuronView(self.population, chosen) if np.ndim(chosen) == 0 else PopulationView(self.population, chosen)

    def __iter__(self) -> Iterator[NeuronView]:
        return (NeuronView(self.population, rank) for rank in self.ranks)

    @property
    def neurons(self) -> Iterator[NeuronView]:
        """The neurons one by one."""
        return iter(self)

    def neuron(self, rank: int) -> NeuronView:
        """The neuron at a place of the view."""
        return NeuronView(self.population, self.ranks[rank])

    def __add__(self, other: PopulationView | Population) -> PopulationView:
        population = getattr(other, "population", other)
        if population is not self.population:
            name = getattr(population, "name", population)
            raise ValueError(
                f"views of one population can be joined, not those of population {self.name!r} and {name!r}"
            )
        return PopulationView(self.population, np.union1d(self.ranks, other.ranks))

    def __repr__(self) -> str:
        return f"<{self.size} of {self.population!r}>"


class NeuronView(PopulationView):
    """One neuron: its attributes are numbers."""

    def __init__(self, population: Population, rank: Any) -> None:
        super().__init__(population, [int(rank)])

    @property
    def rank(self) -> int:
        """The rank of the neuron."""
        return int(self.ranks[0])

    @property
    def position(self) -> tuple[int, ...]:
        """The coordinates of the neuron."""
        return self.population.coordinates_from_rank(self.rank)

    def get(self, name: str) -> Any:
        """The value of an attribute."""
        value = super().get(name)
        return value[0].item() if np.ndim(value) else value
