"""What can only be said once two populations and a synapse meet."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from eqneuro.connectivity.memory import NOTABLE, free_bytes, readable
from eqneuro.language.errors import EquationError
from eqneuro.language.names import suggest
from eqneuro.language.syntax import Attribute, GlobalOperation, InputSum
from eqneuro.model.models import AssignmentEquation, FreeName, ModelUnits, OdeEquation, SynapseModel
from eqneuro.model.units import describe_value, find_unit
from eqneuro.numerics.stability import find_unstable

if TYPE_CHECKING:
    from eqneuro.network.constants import Constant
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection


def check_constants(free: tuple[FreeName, ...], network: Network, units: ModelUnits | None = None) -> None:
    """Every name that a model does not define is a constant of its network, in the unit that the model takes it for.

    Raises
    ------
    EquationError
        For the first that is none.
    """
    known = {constant.name: constant for constant in network._constants}
    if units is not None:
        _check_units_of_constants(free, known, units)
    for name in free:
        if name.name not in known:
            hint = suggest(name.name, known)
            if not hint and units is None and len(name.name) > 1 and find_unit(name.name) is not None:
                hint = "Units are read where a parameter or variable has one: `tau = 20*ms`, `init=-70*mV`."
            hint = hint or f"Define it, or add a constant: `net.constant({name.name!r}, 1.0)`."
            raise EquationError(f"unknown name {name.name!r}", name.source, name.span, hint)


def _check_units_of_constants(free: tuple[FreeName, ...], constants: dict[str, Constant], units: ModelUnits) -> None:
    for unit in units.names:
        if unit.name in constants:
            hint = "Make the constant before the model, or give it another name."
            raise EquationError(f"constant {unit.name!r} of the network is a unit here", unit.source, unit.span, hint)
    for name in free:
        found = constants[name.name].dimension if name.name in constants else None
        wanted = units.dimensions.get(name.name)
        if found is not None and wanted is not None and found != wanted:
            message = (
                f"constant {name.name!r} of the network is {describe_value(found)}, here {describe_value(wanted)},"
            )
            raise EquationError(message, name.source, name.span)


def check_ends(projection: Projection) -> None:
    """A synapse fits its two populations.

    Raises
    ------
    TypeError
        If a rate-coded synapse stands between spiking populations, or a spiking one after a rate-coded population.
    EquationError
        If ``pre.x`` or ``post.x`` is no attribute there.
    """
    pre, post, model = projection._pre_population, projection._post_population, projection.model
    if not isinstance(projection.target, str) or not projection.target:
        raise ValueError(f"target must be a name, as 'exc', not {projection.target!r}")
    is_spiking = pre.model.is_spiking or pre.model.axon_spike is not None
    if not projection._bridges:
        _check_kinds(projection, is_spiking=is_spiking)
    _check_events(model, pre, post)
    _check_neighbours(model.pre_attributes, pre, "pre")
    _check_neighbours(model.post_attributes, post, "post")
    _check_shared(model, pre, post)
    _check_target(projection, post)


def _check_kinds(projection: Projection, *, is_spiking: bool) -> None:
    """Spikes go to spiking neurons, rates to rate-coded ones."""
    pre, post, model = projection._pre_population, projection._post_population, projection.model
    if model.is_spiking and not is_spiking:
        raise TypeError(
            f"synapse {model.name!r} waits for spikes, but population {pre.name!r} is rate-coded: "
            "give it a `psp` instead"
        )
    if not is_spiking and post.model.is_spiking and not getattr(post, "_takes_rates", False):
        raise TypeError(
            f"population {pre.name!r} is rate-coded and {post.name!r} spiking: "
            "a PoissonPopulation(target=…) turns rates into spikes, a CurrentInjection into currents"
        )
    if (
        is_spiking
        and not post.model.is_spiking
        and not model.is_spiking
        and model.psp is not None
        and "r" in _names(model)
    ):
        raise TypeError(
            f"population {pre.name!r} is spiking and {post.name!r} rate-coded: `psp` can't read its rate; "
            "a DecodingProjection does"
        )
    if is_spiking and not post.model.is_spiking and model.psp is None:
        raise TypeError(
            f"spikes of population {pre.name!r} can't reach the rate-coded population {post.name!r}; "
            "a DecodingProjection turns them into rates"
        )


def check_stops(
    network: Network, population: Population | Sequence[Population], *, require_all: bool
) -> list[Population]:
    """The populations whose stop conditions are looked at.

    Raises
    ------
    ValueError
        If one belongs to another network.
    """
    chosen: list[Any] = list(population) if isinstance(population, list | tuple) else [population]
    for one in chosen:
        if getattr(one, "_network", None) is not network or not hasattr(one, "_stop"):
            raise ValueError(f"{one!r} is no population of this network")
    without = [one for one in chosen if one._stop is None]
    if without:
        names = ", ".join(repr(one.name) for one in without)
        warnings.warn(f"population {names} has no stop condition and never ends the run", UserWarning, stacklevel=3)
    return [] if without and require_all else [one for one in chosen if one._stop is not None]


def check_memory(network: Network, steps: int, *, may_stop: bool = False) -> None:
    """What a run records must fit into the memory that is free; where the run may end early, that is but said.

    Raises
    ------
    MemoryError
        If it does not.
    """
    needed = sum(monitor._bytes_of(steps) for monitor in network._monitors)
    free = free_bytes() if needed >= NOTABLE else None
    if free is None or needed <= free:
        return
    sizes = {monitor.name: monitor._bytes_of(steps) for monitor in network._monitors}
    most = max(sizes, key=lambda name: sizes[name])
    message = (
        f"this run would record {readable(needed)}, and {readable(free)} of memory are free; "
        f"most is for monitor {most!r}: give it a period, record a view, or empty it by get() in a callback"
    )
    if not may_stop:
        raise MemoryError(message)
    warnings.warn(message, UserWarning, stacklevel=level_outside())


def level_outside() -> int:
    """The stacklevel of a warning, given by the caller, that belongs to the first line outside this package."""
    package, frame, level = os.path.dirname(os.path.dirname(__file__)), sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        frame, level = frame.f_back, level + 1
    return level


def warn_of_large_steps(network: Network) -> None:
    """Says once of each model whose step is too large for its stiffest time constant, at the state it starts from."""
    if network._dt_was_checked:
        return
    seen = set()
    for population in network._populations:
        model = population._kernel_model()
        if model is None or model.digest in seen:
            continue
        seen.add(model.digest)
        values: dict[str, Any] = {constant.name: constant.value for constant in network._constants}
        for name in population._store.attributes:
            values[name] = population._store.peek(name)
        problem = find_unstable(model, network._method, network.dt, values)
        if problem is not None:
            warnings.warn(f"population {population.name!r}: {problem}", UserWarning, stacklevel=level_outside())
    network._dt_was_checked = True


def _names(model: SynapseModel) -> set[str]:
    return {free.name for free in model.pre_attributes}


def _check_events(model: SynapseModel, pre: Population, post: Population) -> None:
    """The events that a synapse waits for happen."""
    name = model.name or "without name"
    if model.pre_axon_spike and pre.model.axon_spike is None:
        raise TypeError(f"synapse {name!r} has a pre_axon_spike, but population {pre.name!r} no axon_spike condition")
    is_told_of_spikes = model.pre_spike or not (model.pre_axon_spike or model.psp is not None)
    if pre.model.axon_spike is not None and not pre.model.is_spiking and is_told_of_spikes:
        raise TypeError(f"population {pre.name!r} emits axon spikes only: synapse {name!r} needs a pre_axon_spike")
    if model.post_spike and not post.model.is_spiking:
        raise TypeError(f"synapse {name!r} has a post_spike, but population {post.name!r} does not spike")


def _check_shared(model: SynapseModel, pre: Population, post: Population) -> None:
    """What many synapses share reads of a neuron only what they share as well."""
    for equation, sharers, node in _shared_reads(model):
        population = pre if node.owner == "pre" else post
        name = node.name if isinstance(node, Attribute) else f"sum({node.target})"
        if population._is_local(name):
            reads = f"reads {node.owner}.{name}, which these don't share,"
            message = f"{equation.variable!r}, shared by {sharers}, {reads}"
            hint = f"mean({node.owner}.{name}) is one number, of the whole population."
            raise EquationError(message, equation.source, node.span, hint)


def _shared_reads(
    model: SynapseModel,
) -> Iterator[tuple[OdeEquation | AssignmentEquation, str, Attribute | InputSum]]:
    """Equations of what many synapses share, who these are, and what is read of neurons that not all of them have."""
    locality = {a.name: a.locality for a in model.attributes}
    shared_by = {"semiglobal": "all synapses of a post-synaptic neuron", "global": "all synapses"}
    for equation in model.equations:
        own = locality[equation.variable]
        nodes = list((equation.right if isinstance(equation, OdeEquation) else equation.value).walk())
        reduced = {id(node.argument) for node in nodes if isinstance(node, GlobalOperation)}
        for node in nodes if own != "local" else ():
            if not isinstance(node, Attribute | InputSum) or id(node) in reduced:
                continue
            if node.owner == "pre" or (node.owner == "post" and own == "global"):
                yield equation, shared_by[own], node


def check_split(population: Population, name: str) -> None:
    """A global parameter may get one value for each neuron: no synapses that share a variable take it for one number.

    Raises
    ------
    ValueError
        If some do.
    """
    for projection in population._net._projections:
        sides = {"pre": projection._pre_population, "post": projection._post_population}
        for equation, sharers, node in _shared_reads(projection.model):
            if isinstance(node, Attribute) and node.name == name and sides[str(node.owner)] is population:
                what = f"{equation.variable!r} of projection {projection.name!r}, shared by {sharers}"
                raise ValueError(f"{name!r} of population {population.name!r} stays one number: {what}, reads it")


def _check_neighbours(names: tuple[FreeName, ...], population: Population, side: str) -> None:
    known = {
        *population.attributes,
        *(f"sum({t})" for t in population.targets),
        *(f"g_{t}" for t in population.targets),
    }
    if population.model.is_spiking:
        known.add("r")
    for name in names:
        if name.name not in known:
            hint = suggest(name.name, known) or f"It has {', '.join(sorted(known))}."
            message = f"{side}.{name.name} is no attribute of population {population.name!r}"
            raise EquationError(message, name.source, name.span, hint)


def _check_target(projection: Projection, post: Population) -> None:
    model = post.model
    if projection.target in model.targets or model.reads_all_targets or getattr(post, "_takes_rates", False):
        return
    if projection.model.post_spike and not model.targets and getattr(post, "_is_source", False):
        return  # given trains of spikes, for the synapse to learn from
    read = ", ".join(repr(target) for target in model.targets) or "none"
    warnings.warn(
        f"population {post.name!r} reads no target {projection.target!r}; it reads {read}",
        UserWarning,
        stacklevel=5,
    )
