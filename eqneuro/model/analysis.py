"""What the user wrote becomes a checked, immutable `NeuronModel`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from eqneuro.language.errors import EquationError
from eqneuro.language.names import suggest
from eqneuro.language.parser import parse_condition, parse_value
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import (
    Assignment,
    Declaration,
    Expr,
    FunctionDefinition,
    GlobalOperation,
    Name,
    Number,
)  # fmt: skip
from eqneuro.model.equations import (
    NEURON_LOCALITIES,
    Line,
    build_equation,
    build_variable,
    check_condition,
    check_exact,
    expand_assignment,
    read_attributes,
    read_lines,
)  # fmt: skip
from eqneuro.model.flags import read_flags
from eqneuro.model.functions import resolve_functions
from eqneuro.model.models import (
    AssignmentEquation,
    Equation,
    FreeName,
    ModelAttribute,
    NeuronModel,
    OdeEquation,
    SpikeEvent,
)  # fmt: skip
from eqneuro.model.naming import check_names
from eqneuro.model.ordering import in_order_of_values
from eqneuro.model.quantities import IsUnit, dimension_of, is_quantity, magnitude_of
from eqneuro.model.reading import (
    Equations,
    Parameters,
    Texts,
    read_equations,
    read_event,
    read_functions,
    read_parameters,
    read_text,
)  # fmt: skip
from eqneuro.model.resolve import Resolver
from eqneuro.model.unit_checks import UnitNames, check_stop_units, check_units, find_units
from eqneuro.model.units import TIME, find_unit


@dataclass(frozen=True)
class NeuronText:
    """The arguments of `Neuron` as they were given."""

    parameters: Parameters
    equations: Equations
    spike: str | None
    axon_spike: str | None
    reset: Texts
    axon_reset: Texts
    refractory: float | str | None
    functions: Texts
    name: str
    description: str

    @property
    def owner(self) -> str:
        """How messages call the neuron."""
        return f"Neuron {self.name!r}" if self.name else "Neuron"


def analyse_neuron(text: NeuronText) -> NeuronModel:
    """The checked model.

    Raises
    ------
    EquationError
        For each mistake of language.md, with the line, a caret and a sentence.
    """
    owner = text.owner
    declarations = read_parameters(text.parameters, owner)
    definitions = read_functions(text.functions, owner)
    statements = read_equations(text.equations, owner, frozenset(d.name for d in declarations))
    if all(given is None for given in (text.parameters, text.equations, text.spike, text.axon_spike, text.functions)):
        raise ValueError(f"{owner} has nothing in it: give it equations, as `equations='tau*dv/dt = -v'`")
    is_unit = find_units(declarations, statements)
    functions = resolve_functions(definitions, is_unit)
    lines = read_lines(statements, declarations, synapse=False)
    check_names((*declarations, *statements), functions)
    parameters = read_attributes(declarations, "local", NEURON_LOCALITIES)
    resolver = _neuron_resolver(parameters, lines, functions, is_unit, is_spiking=text.spike is not None)
    parameters = [_resolve_parameter(a, d, resolver) for a, d in zip(parameters, declarations, strict=True)]
    parameters = in_order_of_values(parameters, declarations)
    variables = [_resolve_variable(line, resolver) for line in lines]
    equations = [build_equation(line, resolver) for line in lines]
    _check_event_driven(lines)
    constants = frozenset(a.name for a in parameters) | frozenset(resolver.free) | {"dt", "pi"}
    check_exact(lines, equations, constants)
    _check_globals(equations, parameters, variables, resolver)
    booleans = frozenset(a.name for a in (*parameters, *variables) if a.type == "bool")
    spike = _event(text.spike, text.reset, "spike", "reset", owner, resolver, booleans)
    axon = _event(text.axon_spike, text.axon_reset, "axon_spike", "axon_reset", owner, resolver, booleans)
    refractory = _refractory(text.refractory, owner, resolver, is_spiking=spike is not None or axon is not None)
    for variable in variables:  # a conductance with an equation is read by that
        if variable.name.startswith("g_") and len(variable.name) > 2 and text.spike is not None:
            resolver.targets.add(variable.name[2:])
    local = {a.name for a in variables if a.locality == "local"}
    units = check_units(resolver, declarations, lines, definitions)
    if units is None and refractory is not None:
        _refuse_units(refractory, resolver)
    ordered = [e for e in equations if e.variable not in local] + [e for e in equations if e.variable in local]
    return NeuronModel(
        parameters=tuple(parameters),
        variables=tuple(variables),
        equations=tuple(ordered),
        spike=spike,
        axon_spike=axon,
        refractory=refractory,
        targets=tuple(sorted(resolver.targets)),
        reads_all_targets=resolver.reads_all_targets,
        constants=tuple(resolver.free.values()),
        functions=tuple(functions.values()),
        name=text.name,
        description=text.description,
        units=units,
    )


def _neuron_resolver(
    parameters: Sequence[ModelAttribute],
    lines: Sequence[Line],
    functions: dict[str, FunctionDefinition],
    is_unit: IsUnit | None,
    *,
    is_spiking: bool,
) -> Resolver:
    variables = frozenset(line.statement.name for line in lines)
    local = {line.statement.name for line in lines if (line.settings.locality or "local") == "local"}
    local |= {a.name for a in parameters if a.locality == "local"}
    return Resolver(
        variables,
        frozenset(a.name for a in parameters),
        functions,
        is_unit=is_unit,
        is_spiking=is_spiking,
        local_names=frozenset(local),
    )


def _resolve_parameter(attribute: ModelAttribute, declaration: Declaration, resolver: Resolver) -> ModelAttribute:
    for node in attribute.init.walk():
        if isinstance(node, Name) and node.id in resolver.variables | {attribute.name, "t", "t_last"}:
            hint = "A parameter is a number, a constant, a distribution or made of other parameters."
            raise EquationError(
                f"parameter {attribute.name!r} can't read {node.id!r}", declaration.source, node.span, hint
            )
    return replace(attribute, init=resolver.resolve(attribute.init, declaration.source))


def _resolve_variable(line: Line, resolver: Resolver) -> ModelAttribute:
    init = line.settings.init
    if init is not None:
        init = resolver.resolve(init, line.statement.source)
        for node in init.walk():
            if isinstance(node, Name) and node.id in resolver.variables:
                message = f"initial value of {line.statement.name!r} can't read variable {node.id!r}"
                raise EquationError(message, line.statement.source, node.span, "It may read parameters and constants.")
    return build_variable(line, init)


def _check_event_driven(lines: Sequence[Line]) -> None:
    for line in lines:
        flag = line.settings.method_flag
        if flag is not None and flag.name == "event-driven":
            hint = "Event-driven equations stand in synapses; here `exact` gives the closed solution."
            raise EquationError("a neuron has no event-driven equations", line.statement.source, flag.span, hint)


def _check_globals(
    equations: Sequence[Equation],
    parameters: Sequence[ModelAttribute],
    variables: Sequence[ModelAttribute],
    resolver: Resolver,
) -> None:
    """A variable with one value for the population can't read what differs between neurons."""
    local = {a.name for a in (*parameters, *variables) if a.locality == "local"}
    local |= {f"g_{target}" for target in resolver.targets} | {"t_last"}
    names = {a.name: a for a in variables}
    for equation in equations:
        if names[equation.variable].locality == "local":
            continue
        expr = equation.right if isinstance(equation, OdeEquation) else equation.value
        inside = {id(node.argument) for node in expr.walk() if isinstance(node, GlobalOperation)}
        for node in expr.walk():
            if isinstance(node, Name) and node.id in local and id(node) not in inside:
                is_parameter = any(node.id == a.name for a in parameters)
                hint = f"declare {node.id!r} with `: population`" if is_parameter else f"write mean({node.id})"
                hint = f"{node.id!r} has one value for each neuron: {hint}."
                what = f"global variable {equation.variable!r} can't read the local {node.id!r}"
                raise EquationError(what, equation.source, node.span, hint)


def _event(
    condition_text: str | None,
    reset_text: Texts,
    what: str,
    reset_what: str,
    owner: str,
    resolver: Resolver,
    booleans: frozenset[str],
) -> SpikeEvent | None:
    reset = read_event(reset_text, reset_what, owner)
    if condition_text is None:
        if reset:
            hint = f"Give the condition as `{what}=`, or leave `{reset_what}` out."
            raise EquationError(f"no {what} that runs this", reset[0].source, reset[0].span, hint)
        return None
    source = read_text(condition_text, f"{what} of {owner}")
    condition = parse_condition(source)
    read_flags(condition.flags, source, (), what)
    check_condition(condition, booleans)
    expr = resolver.resolve(condition.expr, source)
    resolver.texts.append((what, condition))
    return SpikeEvent(expr, tuple(_reset_statement(s, reset_what, resolver) for s in reset))


def _reset_statement(statement: Assignment, what: str, resolver: Resolver) -> AssignmentEquation:
    name = statement.name
    is_conductance = name.startswith("g_") and name[2:] in resolver.targets
    if name not in resolver.variables and not is_conductance:
        if name in resolver.parameters:
            message, hint = (
                f"parameter {name!r} is changed",
                f"Declare it in `equations`: `{name} = {name} : init=0.0`.",
            )
        else:
            message = f"unknown variable {name!r}"
            hint = suggest(name, resolver.variables) or f"Declare it in `equations`: `{name} = {name} : init=0.0`."
        raise EquationError(message, statement.source, statement.name_span, hint)
    if name in resolver.variables and name not in resolver.local_names:
        hint = f"A {what} changes what each neuron has for itself: leave `population` out."
        message = f"global variable {name!r} is changed by a single neuron"
        raise EquationError(message, statement.source, statement.name_span, hint)
    settings = read_flags(
        statement.flags, statement.source, ("min", "max", "unless_refractory"), f"a statement of {what}"
    )
    bounds = tuple(replace(b, value=resolver.resolve(b.value, statement.source)) for b in settings.bounds)
    value = expand_assignment(statement, resolver)
    resolver.texts.append((what, statement))
    return AssignmentEquation(
        name, value, bounds, statement.text, statement.source, statement.span, settings.conditions
    )


def _refractory(given: float | str | None, owner: str, resolver: Resolver, *, is_spiking: bool) -> Expr | None:
    if given is None:
        return None
    if isinstance(given, str):
        source = SourceText(given, f"refractory of {owner}")
        condition = parse_value(source)
        if not is_spiking:
            hint = "Give the condition as `spike=`, or leave `refractory` out."
            raise EquationError("no spike that this follows", source, condition.span, hint)
        read_flags(condition.flags, source, (), "refractory")
        resolver.texts.append(("refractory", condition))
        return resolver.resolve(condition.expr, source)
    if is_quantity(given) and dimension_of(given) == TIME:
        given = magnitude_of(given)
    if isinstance(given, bool) or not isinstance(given, int | float | np.number) or not given >= 0.0:
        raise ValueError(f"refractory of {owner} must be a time in ms, not {given!r}")
    return Number(float(given))


def _refuse_units(refractory: Expr, resolver: Resolver) -> None:
    """A time in a model without units is a number of ms."""
    for node in refractory.walk():
        free = resolver.free.get(node.id) if isinstance(node, Name) else None
        if free is not None and len(free.name) > 1 and find_unit(free.name) is not None:
            hint = "The model has no units, and times are in ms: `refractory=5.0`."
            raise EquationError(f"unknown name {free.name!r}", free.source, free.span, hint)


@dataclass(frozen=True)
class StopCondition:
    """A condition on the neurons of a population, for any or all of them, and the constants it reads."""

    expr: Expr
    require_all: bool
    constants: tuple[FreeName, ...]


def analyse_stop_condition(text: str, model: NeuronModel, population: str) -> StopCondition:
    """The `stop_condition` of a population; its flag is ``any`` (the default) or ``all``."""
    what = "stop_condition"
    source = read_text(text, f"{what} of Population {population!r}")
    condition = parse_condition(source)
    read_flags(condition.flags, source, ("any", "all"), f"a {what}")
    if len(condition.flags) > 1:
        raise EquationError("flags 'any' and 'all' contradict each other", source, condition.flags[1].span)
    resolver = Resolver(
        frozenset(a.name for a in model.variables),
        frozenset(a.name for a in model.parameters),
        {f.name: f for f in model.functions},
        is_spiking=model.is_spiking,
        local_names=frozenset(a.name for a in model.attributes if a.locality == "local"),
        is_unit=None if model.units is None else UnitNames(frozenset(a.name for a in model.attributes)),
    )
    check_condition(condition, frozenset(a.name for a in model.attributes if a.type == "bool"))
    require_all = any(flag.name == "all" for flag in condition.flags)
    expr = resolver.resolve(condition.expr, source)
    check_stop_units(condition, model, resolver)
    return StopCondition(expr, require_all, tuple(resolver.free.values()))
