"""How a network gets its objects and finds them again."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from eqneuro.language.errors import EquationError
from eqneuro.language.names import suggest
from eqneuro.network.checkpoint import SavedNetwork
from eqneuro.network.checks import check_constants, level_outside
from eqneuro.network.constants import Constant
from eqneuro.network.copying import CopiedNetwork, takes
from eqneuro.network.parallel import ParallelRuns
from eqneuro.network.population import Population
from eqneuro.network.projection import Projection
from eqneuro.network.settings import KEYS, Settings
from eqneuro.network.timed_spikes import check_population, check_projection
from eqneuro.recording.monitor import Monitor

if TYPE_CHECKING:
    from eqneuro.model.neuron import Neuron
    from eqneuro.model.synapse import Synapse


Named = TypeVar("Named", Population, Projection, Monitor, Constant)


class NetworkType(type):
    """Makes networks whose ``__init__`` need not call that of `Network`, nor know of ``dt`` and ``seed``."""

    def __call__(cls, *arguments: Any, **settings: Any) -> Any:
        """A new network, set up before its own ``__init__`` runs."""
        network: Any = cls.__new__(cls, *arguments, **settings)  # type: ignore[arg-type]
        network._set_up()
        own = {key: settings.pop(key) for key in list(settings) if key in KEYS and not takes(cls, key)}
        chosen = {key: value for key, value in own.items() if value is not None}
        if chosen:
            network.config(**chosen)
        network._arguments = arguments, dict(settings)
        cls.__init__(network, *arguments, **settings)  # type: ignore[misc]
        return network


def _find(items: Sequence[Named], name: str, what: str) -> Named | None:
    """The object of a name; where there is none, but one of a name like it, a warning tells that one."""
    for item in items:
        if item.name == name:
            return item
    hint = suggest(name, [item.name for item in items]) if isinstance(name, str) else ""
    if hint:
        warnings.warn(f"no {what} is named {name!r}. {hint}", UserWarning, stacklevel=level_outside())
    return None


def _choose_name(items: Sequence[Any], wanted: str | None, kind: str, prefix: str) -> str:
    """The name of a new object: the one that is asked for, or a number."""
    taken = {item.name for item in items}
    if wanted is None:
        return next(name for k in itertools.count(len(items)) if (name := f"{prefix}{k}") not in taken)
    if not isinstance(wanted, str):
        raise TypeError(f"the name of a {kind} is text, not {wanted!r}")
    if wanted in taken:
        raise ValueError(f"this network has a {kind} named {wanted!r} already")
    return wanted


class Building(SavedNetwork, CopiedNetwork, ParallelRuns):
    """Creates, connects and monitors; finds objects by name."""

    _populations: list[Population]
    _projections: list[Projection]
    _monitors: list[Monitor]
    _constants: list[Constant]
    _settings: Settings
    _arguments: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, *_: Any, **__: Any) -> Any:
        """An empty object; `NetworkType` sets it up."""
        return super().__new__(cls)

    def create(
        self,
        geometry: Any = None,
        neuron: Neuron | type[Neuron] | None = None,
        stop_condition: str | None = None,
        name: str | None = None,
        population: Population | None = None,
    ) -> Population:
        """Adds a population.

        Parameters
        ----------
        geometry
            The number of neurons or a tuple; or a ready object, as ``PoissonPopulation(100, rates=20.0)``.
        neuron
            A `Neuron`, or a class of the built-in ones.
        stop_condition
            For `simulate_until`: ``"v > 0.0 : any"``.
        name
            How messages and `get_population` call it.

        Raises
        ------
        ValueError
            If the name is taken, or the geometry is not made of positive whole numbers.
        EquationError
            If the neuron reads a name that is neither its own nor a constant of this network.
        """
        given = geometry if isinstance(geometry, Population) else population
        if given is None:
            if geometry is None or neuron is None:
                raise TypeError("create() takes a geometry and a neuron, or a ready population")
            given = Population.__new__(Population)
            given._prepare(geometry, neuron, name, stop_condition)
        elif given._network is not None:
            raise ValueError(f"population {given.name!r} belongs to a network already")
        try:
            check_constants(given.model.constants, self, given.model.units)  # type: ignore[arg-type]
        except EquationError:
            given._is_refused = True
            raise
        given._wanted_name = _choose_name(self._populations, name or given._wanted_name, "population", "pop")
        given._bind(self, len(self._populations))  # type: ignore[arg-type]
        check_population(given)
        self._populations.append(given)
        self._note_change(structural=True)
        return given

    def connect(
        self,
        pre: Any = None,
        post: Any = None,
        target: str = "",
        synapse: Synapse | type[Synapse] | None = None,
        name: str | None = None,
        projection: Projection | None = None,
    ) -> Projection:
        """Adds a projection; call a connector on it: ``net.connect(a, b, "exc").all_to_all(weights=1.0)``.

        Parameters
        ----------
        pre, post
            Populations or views.
        target
            The name under which the post-synaptic neurons read it.
        synapse
            A `Synapse`, or a class of the built-in ones.
        name
            How messages and `get_projection` call it.

        Raises
        ------
        ValueError
            If the name is taken, or a population belongs to another network.
        EquationError
            If ``pre.x`` or ``post.x`` is no attribute there.
        TypeError
            If the synapse does not fit the two populations.
        """
        given = pre if isinstance(pre, Projection) else projection
        if given is None:
            if pre is None or post is None:
                raise TypeError("connect() takes a pre- and a post-synaptic population, or a ready projection")
            self._check_members(pre, post)
            given = Projection.__new__(Projection)
            given._prepare(pre, post, target, synapse, name)
        elif given._network is not None:
            raise ValueError(f"projection {given.name!r} belongs to a network already")
        else:
            self._check_members(given.pre, given.post)
        try:
            check_constants(given.model.constants, self, given.model.units)  # type: ignore[arg-type]
        except EquationError:
            given._is_refused = True
            raise
        given._wanted_name = _choose_name(self._projections, name or given._wanted_name, "projection", "proj")
        given._bind(self, len(self._projections))  # type: ignore[arg-type]
        check_projection(given)
        self._projections.append(given)
        self._note_change(structural=True)
        return given

    def _check_members(self, *sides: Any) -> None:
        """Populations and views that are to be connected are those of this network."""
        for side in sides:
            population = getattr(side, "population", side)
            if not isinstance(population, Population):
                raise TypeError(f"a projection connects populations or views, not {side!r}")
            if population._network is None:
                raise ValueError(
                    f"population {population.name!r} belongs to no network yet: pass it to `net.create()` first"
                )
            if population._network is not self:
                raise ValueError(f"population {population.name!r} belongs to another network than this one")

    def monitor(
        self,
        obj: Any,
        variables: str | Sequence[str] = (),
        period: float | None = None,
        period_offset: float | None = None,
        start: bool = True,
        name: str | None = None,
    ) -> Monitor:
        """Adds a `Monitor` of a population or view; arguments as there."""
        monitor = Monitor.__new__(Monitor)
        monitor._prepare(obj, variables, period, period_offset, start, name)
        self._add_monitor(monitor)
        return monitor

    def _add_monitor(self, monitor: Monitor) -> None:
        monitor._bind(self, _choose_name(self._monitors, monitor._wanted_name, "monitor", "monitor"))
        self._monitors.append(monitor)
        self._note_change()

    def constant(self, name: str, value: float) -> Constant:
        """Adds a constant that all equations of this network may read; `Constant.set` changes it."""
        for known in self._constants:
            if known.name == name:
                known.set(value)
                return known
        constant = Constant._of_network(name, value)
        self._constants.append(constant)
        return constant

    def clear(self) -> None:
        """Removes all objects."""
        for items in (self._populations, self._projections, self._monitors, self._constants):
            items.clear()
        self._forget()

    def enable_learning(
        self, projections: Sequence[Projection] | None = None, period: float | None = None, offset: float | None = None
    ) -> None:
        """`Projection.enable_learning` of all projections, or of those given."""
        for projection in self._projections if projections is None else projections:
            projection.enable_learning(period, offset)

    def disable_learning(self, projections: Sequence[Projection] | None = None) -> None:
        """`Projection.disable_learning` of all projections, or of those given."""
        for projection in self._projections if projections is None else projections:
            projection.disable_learning()

    # -- finding ------------------------------------------------------------------------------------------------------

    def get_population(self, name: str) -> Population | None:
        """The population of that name, None if there is none."""
        return _find(self._populations, name, "population")

    def get_projection(self, name: str) -> Projection | None:
        """The projection of that name, None if there is none."""
        return _find(self._projections, name, "projection")

    def get_monitor(self, name: str) -> Monitor | None:
        """The monitor of that name, None if there is none."""
        return _find(self._monitors, name, "monitor")

    def get_constant(self, name: str) -> Constant | None:
        """The constant of that name, None if there is none."""
        return _find(self._constants, name, "constant")

    def get_populations(self) -> list[Population]:
        """All populations, in the order of their making."""
        return [population for population in self._populations if not population._is_hidden]

    def get_projections(self, post: Any = None, pre: Any = None, target: str | None = None) -> list[Projection]:
        """All projections, or those with the given ends (a population stands for its views too) and target."""

        def matches(given: Any, *ends: Any) -> bool:
            return given is None or any(given is end for end in ends)

        return [
            p
            for p in self._projections
            if matches(post, p.post, p._post_population)
            and matches(pre, p.pre, p._pre_population)
            and (target is None or p.target == target)
        ]

    def get_monitors(self) -> list[Monitor]:
        """All monitors."""
        return list(self._monitors)

    def get_constants(self) -> list[Constant]:
        """All constants."""
        return list(self._constants)

    def memory_footprint(self) -> dict[str, int]:
        """Prints how many bytes each object holds, and gives them by name."""
        held: dict[str, int] = {}
        items: list[Any] = [*self._populations, *self._projections, *self._monitors]
        for item in items:
            held[item.name] = held.get(item.name, 0) + item._nbytes()
        for name, size in held.items():
            print(f"{name:<30} {size / 2**20:10.3f} MiB")
        print(f"{'all':<30} {sum(held.values()) / 2**20:10.3f} MiB")
        return held

    # -- what the network adds -----------------------------------------------------------------------------------------

    def _note_change(self, *, structural: bool = False) -> None:
        raise NotImplementedError

    def _forget(self) -> None:
        raise NotImplementedError

    def _builds_itself(self) -> bool:
        raise NotImplementedError
