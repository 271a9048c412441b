"""Copies of networks: subclasses build themselves again, other networks have their objects made anew."""

from __future__ import annotations

import copy
import inspect
import threading
import warnings
from typing import TYPE_CHECKING, Any, NoReturn

from eqneuro.language.syntax import Expr
from eqneuro.network.settings import KEYS, Settings
from eqneuro.network.store import dtype_of
from eqneuro.network.view import PopulationView

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection

ONE_AT_A_TIME = threading.Lock()
"""Filters of warnings belong to all threads."""
Copies = dict[int, Any]
"""What each object of the original, by its identity, is in the copy."""


class CopiedNetwork:
    """Makes copies of itself."""

    _settings: Settings

    def copy(self: Any, *arguments: Any, **settings: Any) -> Any:
        """A new network like this one, at time 0, which runs independently.

        A subclass that builds in ``__init__`` is built again, by its ``__init__`` and from these arguments: those that
        are not given have their defaults. Any other network has its objects made anew, with the synapses and the values
        that `reset` would bring back, and with the attributes that were set on it (``net.inputs = …``); random initial
        values that models ask for are drawn by the seed of the copy. Callbacks are not copied.

        Parameters
        ----------
        arguments, settings
            Of the subclass' ``__init__``, and settings such as ``seed=3``. A copy has the same dt, precision, method
            and number of threads unless they are given, and a seed of its own.

        Raises
        ------
        ValueError
            If a network that is no subclass is to have another dt, which its delays do not fit.
        """
        kind: Any = type(self)
        inherited = self._settings.inherited()
        if "precision" in settings:
            del inherited["dtype"]
        if self._builds_itself():
            kept = {key: value for key, value in inherited.items() if key == "dt" or not takes(kind, key)}
            return kind(*arguments, **{**kept, **settings})
        if arguments or settings.keys() - {*KEYS}:
            named = ", ".join(repr(x) for x in (*arguments, *(settings.keys() - {*KEYS})))
            raise TypeError(
                f"a network that is no subclass is copied with settings by name, as copy(seed=3), not {named}"
            )
        if settings.get("dt", self.dt) != self.dt:
            raise ValueError(f"a copy of a network that is no subclass keeps its dt, {self.dt:g} ms")
        made = kind(**{**inherited, **settings})
        with ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what there was to say has been said of the original
            _copy_objects(self, made)
        return made

    def __copy__(self) -> NoReturn:
        """Refused: two networks would share their state."""
        raise TypeError("a network is copied by net.copy()")

    def __deepcopy__(self, memo: Any) -> NoReturn:
        """Refused, as that of a running program."""
        raise TypeError("a network is copied by net.copy()")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        """Refused: it holds compiled code."""
        raise TypeError(
            "a network can't be pickled: net.save() writes its state to a file, and a subclass that builds in __init__ "
            "can be built in another process"
        )


def takes(kind: Any, name: str) -> bool:
    """Whether the constructor of a class has an argument of that name, or takes any."""
    known = inspect.signature(kind.__init__).parameters
    return name in known or any(p.kind is inspect.Parameter.VAR_KEYWORD for p in known.values())


def _copy_objects(original: Network, made: Network) -> None:
    copies = copy_parts(original, made)
    for monitor in original._monitors:
        copies[id(monitor)] = _unbound(monitor, copies, _wanted_name=monitor.name)
        made._add_monitor(copies[id(monitor)])
    for name, value in vars(original).items():
        if name not in vars(made):
            setattr(made, name, _follow(value, copies))


def copy_parts(original: Network, made: Network) -> Copies:
    """Constants, populations and projections made anew in another network."""
    copies: Copies = {id(original): made}
    for constant in original._constants:
        copies[id(constant)] = made.constant(constant.name, constant.value)
    for population in original._populations:
        copies[id(population._neuron)] = population._neuron
        copies[id(population)] = made.create(_unbound(population, copies))
        _put_values(population, copies[id(population)])
    for projection in original._projections:
        copies[id(projection._synapse)] = projection._synapse
        copies[id(projection)] = made.connect(_unbound(projection, copies))
        _put_synapses(projection, copies[id(projection)])
    return copies


def _unbound(thing: Any, copies: Copies, **changed: Any) -> Any:
    """An object of the same kind, as it was before it took its place in a network; what it refers to is in the copy."""
    made = object.__new__(type(thing))
    for name, value in vars(thing).items():
        is_known = id(value) in copies or isinstance(value, PopulationView)
        made.__dict__[name] = copy.deepcopy(value, copies) if is_known else value
    made.__dict__.update({"_network": None, "_ready": False, "_original": None, **changed})
    return made


def _follow(value: Any, copies: Copies) -> Any:
    """What the user has set on the network, with the objects in it replaced by those of the copy."""
    try:
        return copy.deepcopy(value, copies)
    except Exception:  # locks, files, modules and the like are shared
        return value


def _put_values(population: Population, made: Population) -> None:
    """Attributes as `reset` would bring them back."""
    store = population._store
    store._note_writes()
    source = store.saved or store.arrays
    for name in store.attributes:
        if name not in store.touched or name not in source:
            continue
        value = source[name][: store.size].copy() if name in store.local else source[name][0]
        if name == "refractory" and population._has_own_refractory:
            made._set_refractory(value, None)
        else:
            made._store.write(name, value, made._sample)
    wanted: Expr | None = population._first_refractory if store.saved else population._refractory
    made._follow(wanted)
    made._first_refractory = wanted
    made._window = population._window
    made._initialise()
    made._copy_more(population)
    if store.saved:
        made._on_reset()


def _put_synapses(projection: Projection, made: Projection) -> None:
    """Synapses, and what they hold, as ``reset(synapses=True)`` would bring them back."""
    if projection._connectivity is None:
        return
    first = projection._original
    if first is None:
        values, shared, saved = projection._values, projection._shared, projection._saved
        made._connectivity, delays, before = projection._built, projection._delays, projection._saved_delays
    else:
        values, shared, saved = first.held, first.shared, first.saved
        made._connectivity, delays, before = first.connectivity, first.delays, first.saved_delays
    for attribute in made.model.attributes if made._has_own_synapses else ():
        name = attribute.name
        array, is_shared = saved.get(name, (values[name], name in shared))
        made._held[name] = array.astype(dtype_of(attribute.type, made._net._real))
        made._shared |= {name} if is_shared else set()
    made._delays = (delays if before is None else before).copy()
    made._plastic.learning[:] = projection._plastic.learning
    made._copy_more(projection)
    made._net._note_change(structural=True)
