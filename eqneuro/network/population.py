"""Populations: neurons of one model in a geometry."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.language.evaluate import call_function
from eqneuro.language.names import suggest
from eqneuro.model.models import NeuronModel
from eqneuro.model.neuron import Neuron
from eqneuro.model.resolve import ADDED_FUNCTIONS
from eqneuro.network import geometry as shapes
from eqneuro.network.checks import check_constants, check_split
from eqneuro.network.lattice import Lattice
from eqneuro.network.quantities import plain_time, plain_value
from eqneuro.network.refractory import Refractoriness
from eqneuro.network.store import Store
from eqneuro.network.summary import counted

if TYPE_CHECKING:
    from eqneuro.model.analysis import StopCondition
    from eqneuro.network.network import Network


class Population(Lattice, Refractoriness):
    """Neurons of one model.

    Parameters and variables of the neuron are attributes: arrays in the population's geometry, or numbers where there
    is one value for all. They are views of what the simulation reads and writes: ``pop.v[3] = 1.0`` works, and a copy
    must be taken (``pop.v.copy()``) to keep what they hold now.

    Populations are made by `Network.create`; making one directly adds it to the network of the module-level functions,
    as older scripts do.

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
        self._network = network
        self._number = number
        self._store = Store(self.model.attributes, self._size, network._real)
        self._window = None
        self._varying: tuple[str, ...] = ()
        self._make_state()
        self._read_refractory()
        self._ready = True
        self._initialise()
        self._stop = self._read_stop_condition()
        self._warn_of_hidden_names()

    def _warn_of_hidden_names(self) -> None:
        hidden = [name for name in self.attributes if name != "refractory" and hasattr(Population, name)]
        if hidden:
            first = hidden[0]
            message = f"{first!r} of population {self.name!r} is also a name of Population: read it with get({first!r})"
            warnings.warn(message, UserWarning, stacklevel=4)

    def _read_stop_condition(self) -> StopCondition | None:
        """The condition that `Network.simulate_until` looks at."""
        if self._stop_text is None:
            return None
        from eqneuro.model.analysis import analyse_stop_condition

        condition = analyse_stop_condition(self._stop_text, self.model, self.name)
        check_constants(condition.constants, self._net)
        return condition

    def _initialise(self) -> None:
        """Initial values of all that the user has not set."""
        network = self._net

        def sample(distribution: Any, count: int, name: str) -> Any:
            place = list(self._store.attributes).index(name)
            return distribution.sample(np.random.default_rng([network._seed_word, self._number, place, 1]), count)

        self._store.initialise({c.name: c.value for c in network._constants}, sample)

    def _keep_initial(self) -> None:
        """What the population holds when it is first compiled is what `reset` brings back."""
        if not self._store.saved:
            self._initialise()
            self._store.save()
            self._first_refractory = self._refractory

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
        return self._wanted_name or ""

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

    def __repr__(self) -> str:
        return f"<Population {self.name!r} of {counted(self._size, 'neuron')}, {self._neuron!r}>"

    # -- attributes ---------------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not self.__dict__.get("_ready"):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        for function in self.model.functions:
            if function.name == name:
                return lambda *arguments: call_function(function, arguments)
        if name in ADDED_FUNCTIONS and name not in self._store.attributes:
            return lambda *arguments: call_function(ADDED_FUNCTIONS[name], arguments)
        return self.get(name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.attributes, *self.functions})

    def get(self, name: str) -> Any:
        """The value of an attribute: an array in the population's geometry, or a number."""
        if name == "refractory" and name not in self._store.attributes:
            return self.refractory
        value = self._get_flat(name)
        return value.reshape(self._geometry) if np.ndim(value) else value

    def _get_flat(self, name: str) -> Any:
        if name in self._store.attributes:
            if self._store.attributes[name].is_parameter:
                self._net._holders.add(self)
            return self._store.read(name)
        if self._is_input(name):
            return self._input(name)[: self._size]
        if name == "r" and self.model.is_spiking:
            return self._rates()[: self._size]
        raise self._unknown(name)

    def _is_input(self, name: str) -> bool:
        """Whether it is a conductance that the model gives no equation."""
        return name.startswith("g_") and self.model.is_spiking and name[2:] in self._known_targets()

    def _unknown(self, name: str) -> AttributeError:
        if hasattr(type(self), name):
            return AttributeError(f"{name!r} of population {self.name!r} can't be set")
        hint = suggest(name, self.attributes) or f"It has {', '.join(self.attributes)}."
        return AttributeError(f"population {self.name!r} has no attribute {name!r}. {hint}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_") or not self.__dict__.get("_ready") or _has_setter(type(self), name):
            object.__setattr__(self, name, value)
        else:
            self._set_attribute(name, value, None)

    def set(self, values: Mapping[str, Any]) -> None:
        """Sets several attributes: ``pop.set({"v": -65.0, "tau": 20.0})``."""
        for name, value in values.items():
            self._set_attribute(name, value, None)

    def _set_attribute(self, name: str, value: Any, ranks: NDArray[Any] | None) -> None:
        if name == "refractory" and (self._has_own_refractory or name not in self._store.attributes):
            value = plain_time(value, f"refractory of population {self.name!r}")
        value = plain_value(value, name, self.model.units, f"population {self.name!r}")
        self._check_shape(name, value, ranks)
        if name == "refractory" and (self._has_own_refractory or name not in self._store.attributes):
            self._set_refractory(value, ranks)
        elif name in self._store.attributes:
            was_local = name in self._store.local
            if self._store.splits(name, value, ranks):
                check_split(self, name)
            self._store.write(name, value, self._sample, ranks)
            self._note_parameter(name, was_local=was_local)
        elif self._is_input(name):
            self._input(name)[slice(0, self._size) if ranks is None else ranks] = np.ravel(value)
        else:
            raise self._unknown(name)

    def _note_parameter(self, name: str, *, was_local: bool) -> None:
        """An attribute was written: what follows from its values, or from their number, is worked out anew."""
        if not self._store.attributes[name].is_parameter:
            return
        is_new = name in self._store.local and (not was_local or name not in self._varying)
        if is_new and (not was_local or self._store.differs(name)):
            self._net._note_change(structural=True)
        else:
            self._net._note_values()

    def _check_shape(self, name: str, value: Any, ranks: NDArray[Any] | None) -> None:
        shape = np.shape(value) if not hasattr(value, "sample") else ()
        if ranks is None and shape not in ((), (1,), (self._size,), self._geometry):
            raise ValueError(f"{name!r} of population {self.name!r} takes the shape {self._geometry}, not {shape}")

    def _has_spread(self) -> bool:
        """Whether the user wrote different values into the array of a parameter that was the same for all neurons."""
        store = self._store
        return any(name not in self._varying and store.differs(name) for name in store.exposed)

    def _convert(self) -> None:
        """Another precision, before anything was computed."""
        self._store.convert(self._net._real)
        self._make_state()

    def _sample(self, distribution: Any, count: int) -> NDArray[np.float64]:
        values: NDArray[np.float64] = distribution.sample(self._net.default_rng, count)
        return values

    # -- inputs --------------------------------------------------------------------------------------------------------

    def sum(self, target: str) -> NDArray[Any]:
        """The weighted sums of a target, in the population's geometry."""
        if target not in self._known_targets():
            raise ValueError(
                f"population {self.name!r} has no input {target!r}; there are {sorted(self._known_targets())}"
            )
        return self._input_of_target(target)[: self._size].reshape(self._geometry).copy()

    # -- running ------------------------------------------------------------------------------------------------------

    def compute_firing_rate(self, window: float) -> None:
        """Keeps the firing rate over the last ``window`` ms, in Hz, as the attribute ``r``.

        Raises
        ------
        TypeError
            If the neurons do not spike.
        ValueError
            If the window is not a positive time.
        """
        if not self.model.is_spiking:
            raise TypeError(f"population {self.name!r} does not spike")
        if not (math.isfinite(window) and window > 0.0):
            raise ValueError(f"the window must be a positive time in ms, not {window}")
        self._window = float(window)
        self._net._note_change()

    def enable(self) -> None:
        """Lets the population take part again."""
        self._enabled = True
        self._net._note_change()

    def disable(self) -> None:
        """The population keeps its state while the others go on; spikes that reach it meanwhile are lost."""
        self._enabled = False
        for output in self._outputs.values():
            output.count[:] = 0
        self._net._note_change()

    def reset(self, attributes: str | Sequence[str] | None = None) -> None:
        """Brings attributes back to what they were when the network was first compiled: those named, or all.

        Raises
        ------
        AttributeError
            If there is no such attribute.
        """
        self._store.restore([attributes] if isinstance(attributes, str) else attributes)
        if attributes is None:
            self._follow(self._first_refractory)
            self._reset_state()
        self._net._note_values()

    def clear(self) -> None:
        """Drops spikes that are under way; the variables stay."""
        self._drop_spikes()


def _has_setter(kind: type, name: str) -> bool:
    found = getattr(kind, name, None)
    return isinstance(found, property) and found.fset is not None
