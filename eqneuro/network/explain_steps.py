"""How fast the equations of a network are, and how large its step may be: at the present state, and along a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eqneuro.language.functions import is_noise
from eqneuro.language.syntax import Attribute, Delayed, Draw, Expr, GlobalOperation, InputSum, Name
from eqneuro.model.models import NeuronModel, OdeEquation, SynapseModel
from eqneuro.numerics.dynamics import Dynamics, Names
from eqneuro.numerics.largest_step import step_along_run
from eqneuro.numerics.stability import find_modes
from eqneuro.numerics.stability_regions import POLYNOMIALS

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection

RUNNERS = 8
"""Neurons of a population whose equations run by themselves."""
LOOKED_AT = 1000
"""Synapses whose modes are worked out."""
CARRYING = ("exact", "exponential", "event-driven")
"""Methods that have no error of their own where nothing is held over the step."""


@dataclass(frozen=True)
class SystemNote:
    """Neighbouring equations that share a method.

    ``time_constant`` is that of the fastest decay at the present state, in ms, and ``fastest`` the variable that it is
    most in; ``largest_dt`` the largest stable step there, in ms. They are None where nothing decays, where the method
    is always stable, or where it takes a running network to know.
    """

    variables: tuple[str, ...]
    method: str
    time_constant: float | None
    fastest: str | None
    largest_dt: float | None


@dataclass(frozen=True)
class RunNote:
    """The same along a run of the equations by themselves, of ``duration`` ms; ``largest_dt`` is what a run stands."""

    duration: float
    time_constant: float
    fastest: str
    largest_dt: float | None


def population_systems(
    population: Population, method: str, duration: float
) -> tuple[tuple[SystemNote, ...], RunNote | None]:
    """The systems of a population, and what a run of theirs shows, unless ``duration`` is 0 or no step is too large."""
    model = population._kernel_model()
    if model is None:
        return (), None
    dynamics = Dynamics(model, method)
    names = dynamics.names(_population_values(population), population._net.dt)
    found = _systems(dynamics, names)
    run = None
    if duration > 0.0 and any(note.method in POLYNOMIALS for note in found):
        run = step_along_run(dynamics, _few(names, population.size), duration)
    return found, None if run is None else RunNote(run.duration, run.time_constant, run.fastest.variable, run.largest)


def projection_systems(projection: Projection, method: str) -> tuple[SystemNote, ...]:
    """The systems of synapses that run in each step."""
    model = _as_neuron(projection.model, events=projection._is_event_based())
    if not model.equations:
        return ()
    dynamics = Dynamics(model, "exponential" if method == "exact" else method)
    return _systems(dynamics, dynamics.names(_synaptic_values(projection), projection._net.dt))


def least_limit(notes: Iterable[SystemNote | RunNote | None]) -> float | None:
    """The smallest of some largest steps in ms; None where there is no limit."""
    return min((note.largest_dt for note in notes if note is not None and note.largest_dt is not None), default=None)


def largest_safe_dt(network: Network, duration: float) -> float | None:
    """The largest step in ms at which all systems of a network are stable; None where there is no limit."""
    notes: list[SystemNote | RunNote | None] = []
    for population in network._populations:
        systems, run = population_systems(population, network._method, duration)
        notes += [*systems, run]
    for projection in network._projections:
        if projection._connectivity is not None:
            notes += projection_systems(projection, network._method)
    return least_limit(notes)


def _systems(dynamics: Dynamics, names: Names) -> tuple[SystemNote, ...]:
    notes = []
    for method, members in dynamics.groups():
        time_constant, fastest, largest = None, None, None
        modes = find_modes(dynamics, members, names)
        shortest = None if modes is None else modes.fastest()
        if modes is not None and shortest is not None:
            time_constant, fastest = shortest[0], members[shortest[1]].variable
            limit, _ = modes.largest_step(method)
            largest = limit if np.isfinite(limit) else None
        notes.append(SystemNote(tuple(e.variable for e in members), method, time_constant, fastest, largest))
    return tuple(notes)


# -- values -----------------------------------------------------------------------------------------------------------


def _constants(network: Network) -> dict[str, Any]:
    return {constant.name: constant.value for constant in network._constants}


def _population_values(population: Population) -> dict[str, Any]:
    """What the equations of a population read, as it is now."""
    values = _constants(population._net)
    values |= {name: population._store.peek(name) for name in population._store.attributes}
    inputs = {name: array[: population.size] for name, array in population._inputs.items()}
    sums = [array for name, array in inputs.items() if name.startswith("sum(")]
    values |= inputs | ({"sum()": np.sum(sums, axis=0)} if sums else {})
    values |= {name: array[0] for name, array in population._reductions.items()}
    return values | {"t": population._net.time, "t_last": population._t_last[: population.size]}


def _few(names: Names, size: int) -> Names:
    """The values of some neurons, evenly spread."""
    chosen = np.unique(np.linspace(0, size - 1, min(size, RUNNERS)).astype(np.int64))
    return {name: value[chosen] if np.ndim(value) and len(value) == size else value for name, value in names.items()}


def _as_neuron(model: SynapseModel, *, events: bool) -> NeuronModel:
    """The equations of a synapse that run in each step."""
    driven = ("event-driven", "exact") if events else ()
    equations = tuple(e for e in model.equations if getattr(e, "method", None) not in driven)
    return NeuronModel(
        model.parameters, model.variables, equations, None, None, None, (), False, model.constants, (), "", ""
    )


def _synaptic_values(projection: Projection) -> dict[str, Any]:
    """What the equations of some synapses read; of their neurons, the mean."""
    values = _constants(projection._net) | {"t": projection._net.time}
    for attribute in projection.model.attributes:
        array = projection._values[attribute.name]
        is_local = attribute.locality == "local" and len(array) > 1
        few = np.linspace(0, len(array) - 1, min(len(array), LOOKED_AT)).astype(np.int64)
        values[attribute.name] = array[few] if is_local else array[0] if len(array) else 0.0
    sides = {"pre": projection._pre_population, "post": projection._post_population}
    for side, free in (("pre", projection.model.pre_attributes), ("post", projection.model.post_attributes)):
        for name in free:
            array = sides[side]._recordable(name.name)[: sides[side].size]
            values[f"{side}.{name.name}"] = float(np.mean(array))
    return values


# -- what is exact ----------------------------------------------------------------------------------------------------


def held_over_steps(model: NeuronModel | SynapseModel, equation: OdeEquation, methods: Mapping[str, str]) -> list[str]:
    """What an equation reads that changes, and that its method takes as constant within a step.

    Parameters
    ----------
    methods
        Of all variables that have ODEs.
    """
    method = methods[equation.variable]
    own = {equation.variable}
    if method != "exponential":
        own |= {name for name, other in methods.items() if other == method} & _system_of(model, equation)
    variables = {a.name for a in model.variables}
    targets = {f"g_{target}" for target in getattr(model, "targets", ())}
    held: list[str] = []
    for node in equation.right.walk():
        text = _changing(node, variables | targets)
        follows = method not in CARRYING and (text == "t" or isinstance(node, Delayed))  # read at the stages' times
        if text is None or text in own or follows:
            continue
        held.append(text)
    return list(dict.fromkeys(held))


def _system_of(model: NeuronModel | SynapseModel, equation: OdeEquation) -> set[str]:
    """The variables of the neighbouring ODEs."""
    run: set[str] = set()
    for other in model.equations:
        if isinstance(other, OdeEquation):
            run.add(other.variable)
            continue
        if equation.variable in run:
            break
        run = set()
    return run


def _changing(node: Expr, variables: set[str]) -> str | None:
    """What a part of an equation is called, if it changes while the network runs."""
    match node:
        case Name() if is_noise(node.id):
            return None  # the method treats it
        case Name() if node.id in variables or node.id == "t":
            return node.id
        case InputSum() | GlobalOperation() | Attribute():
            return node.label
        case Draw():
            return node.distribution
        case Delayed():
            return f"{node.name}(t - d)"
    return None
