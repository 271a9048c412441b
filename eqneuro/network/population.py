"""Populations: neurons of one model in a geometry."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.language.evaluate import call_function
from eqneuro.language.names import suggest
from eqneuro.language.syntax import Expr, Name, Number
from eqneuro.model.models import ModelAttribute, NeuronModel
from eqneuro.model.neuron import Neuron
from eqneuro.model.resolve import ADDED_FUNCTIONS
from eqneuro.network import geometry as shapes
from eqneuro.network.checks import check_constants
from eqneuro.network.requests import varying_of
from eqneuro.network.state import PopulationState
from eqneuro.network.store import Store
from eqneuro.network.view import NeuronView, PopulationView

if TYPE_CHECKING:
    from eqneuro.model.analysis import StopCondition
    from eqneuro.network.network import Network

REFRACTORY = ModelAttribute("refractory", "global", "float", Number(0.0), is_parameter=True)


class Population(PopulationState):
    """Neurons of one model.

    Parameters and variables of the neuron are attributes: arrays in the population's geometry, or numbers where there is
    one value for all. They are views of what the simulation reads and writes: ``pop.v[3] = 1.0`` works, and a copy must be
    taken (``pop.v.copy()``) to keep what they hold now.

    Populations are made by `Network.create`; making one directly adds it to the network of the module-level functions, as
    older scripts do.

    Parameters
    ----------
    geometry
        The number of neurons, or a tuple: ``(10, 20)``.
    neuron
        A `Neuron`, or a class of the built-in ones.
    name
        How messages and `Network.get_population` call it.
    stop_condition
        A condition on the neurons for `Network.simulate_until`: ``"v > 0.0 : any"``.

    Examples
    --------
    >>> from eqneuro import Network, Neuron, Uniform
    >>> net = Network(dt=0.5, seed=1)
    >>> population = net.create((4, 3), Neuron(parameters="tau = 10.0", equations="tau*dr/dt + r = 1.0"), name="grid")
    >>> population.tau = Uniform(5.0, 15.0)
    >>> population.tau.shape
    (4, 3)
    """

    _ready = False

    def __init__(
        self,
        geometry: Any,
        neuron: Neuron | type[Neuron],
        name: str | None = None,
        stop_condition: str | None = None,
    ) -> None:
        from eqneuro.network.magic import adopt

        self._prepare(geometry, neuron, name, stop_condition)
        adopt(self)

    def _prepare(
        self, geometry: Any, neuron: Neuron | type[Neuron], name: str | None, stop_condition: str | None
    ) -> None:
        """What is known before there is a network."""
        if isinstance(neuron, type) and issubclass(neuron, Neuron):
            neuron = neuron()
        if not isinstance(neuron, Neuron):
            raise TypeError(f"a population needs a Neuron, not {neuron!r}")
        self._geometry = shapes.read_geometry(geometry)
        self._size = math.prod(self._geometry)
        self._neuron = neuron
        self._wanted_name = name
        self._stop_text = stop_condition
        self._enabled = True

    def _bind(self, network: Network, number: int) -> None:
        """Takes its place in a network: buffers are made."""
        model = self.model
        self._network = network
        self._number = number
        self._name = self._wanted_name or f"pop{number}"
        self._store = Store(model.attributes, self._size, network._real)
        self._refractory: Expr | None = model.refractory
        if isinstance(model.refractory, Number):
            self._set_refractory(float(model.refractory.value))
        self._window = None
        self._varying: tuple[str, ...] = ()
        self._make_state()
        self._ready = True
        self._initialise()
        self._stop = self._read_stop_condition()

    def _read_stop_condition(self) -> StopCondition | None:
        """The condition that `Network.simulate_until` looks at."""
        if self._stop_text is None:
            return None
        from eqneuro.model.analysis import analyse_stop_condition

        condition = analyse_stop_condition(self._stop_text, self.model, self._name)
        check_constants(condition.constants, self._net)
        return condition

    def _initialise(self) -> None:
        """Initial values of all that the user has not set."""
        network = self._net

        def sample(distribution: Any, count: int, name: str) -> Any:
            place = list(self._store.attributes).index(name)
            return distribution.sample(np.random.default_rng([network.seed, self._number, place, 1]), count)

        self._store.initialise({c.name: c.value for c in network._constants}, sample)

    # -- what it is ---------------------------------------------------------------------------------------------------

    @property
    def neuron_type(self) -> Neuron:
        """The neuron."""
        return self._neuron

    @property
    def model(self) -> NeuronModel:
        """The checked model of the neuron."""
        return self._neuron.model

    @property
    def name(self) -> str:
        """The name."""
        return self._name if self._network is not None else self._wanted_name or ""

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

    @property
    def attributes(self) -> list[str]:
        """Names of parameters and variables."""
        return [a.name for a in self.model.attributes]

    @property
    def parameters(self) -> list[str]:
        """Names of the parameters."""
        return [a.name for a in self.model.parameters]

    @property
    def variables(self) -> list[str]:
        """Names of the variables."""
        return [a.name for a in self.model.variables]

    @property
    def functions(self) -> list[str]:
        """Names of the neuron's own functions, which can be called as methods."""
        return [f.name for f in self.model.functions]

    @property
    def targets(self) -> tuple[str, ...]:
        """Targets that the neuron reads."""
        return self.model.targets

    @property
    def enabled(self) -> bool:
        """Whether the population takes part in simulations."""
        return self._enabled

    @property
    def stop_condition(self) -> str | None:
        """The condition that `Network.simulate_until` looks at."""
        return self._stop_text

    def __len__(self) -> int:
        return self._size

    def __repr__(self) -> str:
        return f"<Population {self.name!r} of {self._size} neurons, {self._neuron!r}>"

    # -- attributes ---------------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not self.__dict__.get("_ready"):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        for function in self.model.functions:
            if function.name == name:
                return lambda *arguments: call_function(function, arguments)
        if name in ADDED_FUNCTIONS and name not in self._store.attributes:
            return lambda *arguments: call_function(ADDED_FUNCTIONS[name], arguments)
        value = self._get_flat(name)
        return value.reshape(self._geometry) if np.ndim(value) else value

    def _get_flat(self, name: str) -> Any:
        if name in self._store.attributes:
            return self._store.read(name)
        if name.startswith("g_") and self.model.is_spiking and name[2:] in self._known_targets():
            return self._input(name)[: self._size]
        if name == "r" and self.model.is_spiking:
            return self._rates()[: self._size]
        hint = suggest(name, self.attributes)
        raise AttributeError(f"population {self.name!r} has no attribute {name!r}. {hint}".rstrip())

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_") or not self.__dict__.get("_ready") or _has_setter(type(self), name):
            object.__setattr__(self, name, value)
        else:
            self._set_attribute(name, value, None)

    def _set_attribute(self, name: str, value: Any, ranks: NDArray[Any] | None) -> None:
        if name == "refractory" and name not in self._store.attributes:
            self._set_refractory(value if ranks is None else self._joined_refractory(value, ranks))
            return
        if name not in self._store.attributes:
            if name.startswith("g_") and self.model.is_spiking and name[2:] in self._known_targets():
                self._input(name)[slice(0, self._size) if ranks is None else ranks] = value
                return
            hint = suggest(name, self.attributes)
            raise AttributeError(f"population {self.name!r} has no attribute {name!r}. {hint}".rstrip())
        self._check_shape(name, value, ranks)
        self._store.write(name, value, self._sample, ranks)
        if self._store.attributes[name].is_parameter:
            self._net._note_change(structural=varying_of(self) != self._varying)

    def _check_shape(self, name: str, value: Any, ranks: NDArray[Any] | None) -> None:
        shape = np.shape(value) if not hasattr(value, "sample") else ()
        if ranks is None and shape not in ((), (1,), (self._size,), self._geometry):
            raise ValueError(f"{name!r} of {self.name!r} takes the shape {self._geometry}, not {shape}")

    def _has_spread(self) -> bool:
        """Whether a parameter that was the same for all neurons differs now: the user holds its array and wrote into it."""
        store = self._store
        return any(name in store.local and name not in self._varying and store.differs(name) for name in store.exposed)

    def _convert(self) -> None:
        """Another precision, before anything was computed."""
        self._store.convert(self._net._real)
        self._make_state()

    def _sample(self, distribution: Any, count: int) -> NDArray[np.float64]:
        values: NDArray[np.float64] = distribution.sample(self._net.default_rng, count)
        return values

    def get(self, name: str) -> Any:
        """The value of an attribute."""
        return getattr(self, name)

    def set(self, values: Mapping[str, Any]) -> None:
        """Sets several attributes: ``pop.set({"v": -65.0, "tau": 20.0})``."""
        for name, value in values.items():
            self._set_attribute(name, value, None)

    # -- refractoriness -----------------------------------------------------------------------------------------------

    @property
    def refractory(self) -> Any:
        """How long a neuron is frozen after its spike, in ms: a number, or one for each neuron."""
        if isinstance(self._refractory, Name):
            value = self._get_flat(self._refractory.id)
            return value.reshape(self._geometry) if np.ndim(value) else value
        return None

    @refractory.setter
    def refractory(self, value: Any) -> None:
        self._set_attribute("refractory", value, None)

    def _set_refractory(self, value: Any) -> None:
        if isinstance(value, str):
            if value not in self._store.attributes:
                raise ValueError(f"refractory must be a time in ms or the name of an attribute, not {value!r}")
            self._refractory = Name(value)
        else:
            if not hasattr(value, "sample") and not (np.asarray(value) >= 0.0).all():
                raise ValueError(f"refractory must be a time in ms, not {value!r}")
            if "refractory" not in self._store.attributes:
                self._store.add(replace(REFRACTORY))
            self._store.write("refractory", value, self._sample)
            self._refractory = Name("refractory")
        if self._network is not None:
            self._net._note_change(structural=True)

    def _joined_refractory(self, value: Any, ranks: NDArray[Any]) -> NDArray[Any]:
        current = self.refractory
        full = np.full(self._size, 0.0 if current is None else np.ravel(current) if np.ndim(current) else current)
        full[ranks] = value
        return full

    # -- inputs -----------------------------------------------------------------------------------------------------------

    def sum(self, target: str) -> NDArray[Any]:
        """The weighted sums of a target, in the population's geometry."""
        if target not in self._known_targets():
            raise ValueError(
                f"population {self.name!r} has no input {target!r}; there are {sorted(self._known_targets())}"
            )
        return self._input_of_target(target)[: self._size].reshape(self._geometry).copy()

    # -- neurons ------------------------------------------------------------------------------------------------------

    def rank_from_coordinates(self, coordinates: Any) -> int:
        """The rank of a neuron."""
        return shapes.rank_from_coordinates(coordinates, self._geometry)

    def coordinates_from_rank(self, rank: int) -> tuple[int, ...]:
        """The coordinates of a neuron."""
        return shapes.coordinates_from_rank(rank, self._geometry)

    def normalized_coordinates_from_rank(self, rank: int, norm: float = 1.0) -> tuple[float, ...]:
        """Coordinates scaled so that each dimension runs from 0 to ``norm``."""
        place = self.coordinates_from_rank(rank)
        return tuple(norm * c / (n - 1) if n > 1 else 0.0 for c, n in zip(place, self._geometry, strict=True))

    def neuron(self, *coordinates: Any) -> NeuronView:
        """A neuron, by rank or coordinates."""
        if len(coordinates) == 1 and np.ndim(coordinates[0]) == 0:
            rank = int(coordinates[0])
            self.coordinates_from_rank(rank)
            return NeuronView(self, rank)
        return NeuronView(self, self.rank_from_coordinates(coordinates if len(coordinates) > 1 else coordinates[0]))

    @property
    def neurons(self) -> Iterator[NeuronView]:
        """The neurons one by one."""
        return iter(self)

    def __iter__(self) -> Iterator[NeuronView]:
        return (NeuronView(self, rank) for rank in range(self._size))

    def __getitem__(self, index: Any) -> PopulationView:
        ranks = shapes.select_ranks(index, self._geometry)
        single = isinstance(index, int | np.integer) or (
            isinstance(index, tuple) and all(isinstance(i, int | np.integer) for i in index)
        )
        return NeuronView(self, ranks[0]) if single else PopulationView(self, ranks)

    def __add__(self, other: Any) -> PopulationView:
        return PopulationView(self, self.ranks) + other

    # -- running ------------------------------------------------------------------------------------------------------

    def compute_firing_rate(self, window: float) -> None:
        """Keeps the firing rate over the last ``window`` ms, in Hz, as the attribute ``r``."""
        if not self.model.is_spiking:
            raise TypeError(f"population {self.name!r} does not spike")
        if not window > 0.0:
            raise ValueError(f"the window must be positive, not {window}")
        self._window = float(window)
        self._rates()
        self._net._note_change()

    def enable(self) -> None:
        """Lets the population take part again."""
        self._enabled = True
        self._net._note_change()

    def disable(self) -> None:
        """The population keeps its state while the others go on."""
        self._enabled = False
        for output in self._outputs.values():
            output.count[:] = 0
        self._net._note_change()

    def reset(self, attributes: list[str] | None = None) -> None:
        """Brings attributes back to what they were when the network was compiled."""
        self._store.restore(attributes)
        if attributes is None:
            self._reset_state()

    def clear(self) -> None:
        """Drops spikes that are under way; the variables stay."""
        self._drop_spikes()


def _has_setter(kind: type, name: str) -> bool:
    found = getattr(kind, name, None)
    return isinstance(found, property) and found.fset is not None
