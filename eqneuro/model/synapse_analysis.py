"""What the user wrote becomes a checked, immutable `SynapseModel`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from eqneuro.language.errors import EquationError
from eqneuro.language.names import suggest
from eqneuro.language.parser import parse_value
from eqneuro.language.syntax import (
    Assignment,
    Attribute,
    Draw,
    Expr,
    GlobalOperation,
    InputSum,
    Name,
    Number,
)  # fmt: skip
from eqneuro.model.attributes import LOCALITIES, Creating, Pruning
from eqneuro.model.equations import (
    Line,
    build_equation,
    build_variable,
    expand_assignment,
    other_methods,
    read_attributes,
    read_lines,
    reason,
)  # fmt: skip
from eqneuro.model.flags import read_flags
from eqneuro.model.functions import resolve_functions
from eqneuro.model.linear import Nonlinear, linear_system
from eqneuro.model.models import (
    AssignmentEquation,
    Equation,
    Locality,
    ModelAttribute,
    OdeEquation,
    SynapseModel,
)  # fmt: skip
from eqneuro.model.naming import check_names
from eqneuro.model.ordering import in_order_of_values
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
from eqneuro.model.structural import read_rule
from eqneuro.model.unit_checks import check_units, find_units

OPERATIONS = ("sum", "mean", "max", "min")
EVENT_WORDS = frozenset(["w", "d"])
"""What changes at events only, where no equation changes it."""


@dataclass(frozen=True)
class SynapseText:
    """The arguments of `Synapse` as they were given."""

    parameters: Parameters
    equations: Equations
    psp: str | None
    operation: str
    pre_spike: Texts
    post_spike: Texts
    pre_axon_spike: Texts
    functions: Texts
    pruning: str | Pruning | None
    creating: str | Creating | None
    name: str
    description: str

    @property
    def owner(self) -> str:
        """How messages call the synapse."""
        return f"Synapse {self.name!r}" if self.name else "Synapse"


def analyse_synapse(text: SynapseText) -> SynapseModel:
    """The checked model.

    Raises
    ------
    EquationError
        For each mistake, with the line, a caret and a sentence.
    """
    owner = text.owner
    if text.operation not in OPERATIONS:
        hint = suggest(text.operation, OPERATIONS) or f"Known are {', '.join(OPERATIONS)}."
        raise ValueError(f"unknown operation {text.operation!r} of {owner}. {hint}")
    declarations = read_parameters(text.parameters, owner)
    definitions = read_functions(text.functions, owner)
    statements = read_equations(text.equations, owner, frozenset(d.name for d in declarations))
    is_unit = find_units(declarations, statements)
    functions = resolve_functions(definitions, is_unit)
    lines = read_lines(statements, declarations, synapse=True)
    check_names((*declarations, *statements), functions, is_synapse=True)
    parameters = read_attributes(declarations, "local", tuple(LOCALITIES))
    variables = frozenset(line.statement.name for line in lines)
    resolver = Resolver(variables, frozenset(a.name for a in parameters), functions, is_synapse=True, is_unit=is_unit)
    parameters = [
        replace(a, init=resolver.resolve(a.init, d.source)) for a, d in zip(parameters, declarations, strict=True)
    ]
    parameters = in_order_of_values(parameters, declarations)
    attributes = [_variable(line, resolver) for line in lines]
    equations = [build_equation(line, resolver) for line in lines]
    _check_event_driven(lines, equations, resolver)
    _check_localities(lines, equations, {a.name: a.locality for a in (*parameters, *attributes)})
    events = {
        what: tuple(_event_statement(s, what, resolver) for s in read_event(getattr(text, what), what, owner))
        for what in ("pre_spike", "post_spike", "pre_axon_spike")
    }
    if text.operation != "sum" and any(events.values()):
        raise ValueError(f"operation {text.operation!r} of {owner}: what spikes bring is summed up, leave it out")
    parameters, attributes = _with_weight(parameters, attributes, events)
    booleans = frozenset(a.name for a in (*parameters, *attributes) if a.type == "bool")
    pruning = read_rule(text.pruning, "pruning", owner, resolver, booleans)
    creating = read_rule(text.creating, "creating", owner, resolver, booleans)
    psp = _psp(text.psp, owner, resolver)
    units = check_units(resolver, declarations, lines, definitions)
    return SynapseModel(
        parameters=tuple(parameters),
        variables=tuple(attributes),
        equations=tuple(equations),
        psp=psp,
        psp_text=" ".join((text.psp or "").split()),
        operation=text.operation,  # type: ignore[arg-type]
        pre_spike=events["pre_spike"],
        post_spike=events["post_spike"],
        pre_axon_spike=events["pre_axon_spike"],
        pruning=pruning,
        creating=creating,
        constants=tuple(resolver.free.values()),
        pre_attributes=tuple(resolver.pre.values()),
        post_attributes=tuple(resolver.post.values()),
        functions=tuple(functions.values()),
        is_spiking=any(events.values()),
        name=text.name,
        description=text.description,
        units=units,
    )


def _variable(line: Line, resolver: Resolver) -> ModelAttribute:
    init = line.settings.init
    if init is not None:
        init = resolver.resolve(init, line.statement.source)
    return build_variable(line, init)


def _with_weight(
    parameters: list[ModelAttribute],
    variables: list[ModelAttribute],
    events: dict[str, tuple[AssignmentEquation, ...]],
) -> tuple[list[ModelAttribute], list[ModelAttribute]]:
    """Every synapse has a weight: a variable where something changes it."""
    if any(a.name == "w" for a in (*parameters, *variables)):
        return parameters, variables
    changed = any(s.variable == "w" for statements in events.values() for s in statements)
    weight = ModelAttribute("w", "local", "float", Number(1.0), is_parameter=not changed)
    return ([*parameters, weight], variables) if not changed else (parameters, [*variables, weight])


def _event_statement(statement: Assignment, what: str, resolver: Resolver) -> AssignmentEquation:
    name, source = statement.name, statement.source
    if name not in resolver.variables and name not in ("g_target", "w"):
        if name in resolver.parameters:
            hint = f"Declare it in `equations`: `{name} = {name} : init=0.0`."
            raise EquationError(f"parameter {name!r} is changed", source, statement.name_span, hint)
        hint = suggest(name, {*resolver.variables, "w", "g_target"})
        hint = hint or f"Declare it in `equations`: `{name} = {name} : init=0.0`."
        if name.startswith("g_"):
            hint = "A synapse adds to g_target; which target that is, is said by Network.connect."
        elif name.endswith(("_post", "_pre")) or name.startswith(("post_", "pre_")):
            hint = "A synapse reads post.v and pre.v, and acts on the post-synaptic neuron by `g_target += w`."
        raise EquationError(f"unknown variable {name!r}", source, statement.name_span, hint)
    conditions = ("unless_post",) if what != "post_spike" else ()
    settings = read_flags(statement.flags, source, ("min", "max", *conditions), f"a statement of {what}")
    bounds = tuple(replace(b, value=resolver.resolve(b.value, source)) for b in settings.bounds)
    value = expand_assignment(statement, resolver)
    resolver.texts.append((what, statement))
    return AssignmentEquation(name, value, bounds, statement.text, source, statement.span, settings.conditions)


def _psp(text: str | None, owner: str, resolver: Resolver) -> Expr | None:
    if text is None:
        return None
    source = read_text(text, f"psp of {owner}")
    condition = parse_value(source)
    read_flags(condition.flags, source, (), "psp")
    resolver.texts.append(("psp", condition))
    return resolver.resolve(condition.expr, source)


OF_ONE_SYNAPSE = ("w", "d", "t_pre", "g_target")
"""Words that mean another number for each synapse."""
REACH = {"semiglobal": "all synapses of a post-synaptic neuron", "global": "all synapses"}


def _check_localities(lines: Sequence[Line], equations: Sequence[Equation], locality: Mapping[str, Locality]) -> None:
    """What many synapses share can't read what each of them has for itself.

    Whether ``pre.x`` is one number for all neurons is known when populations are connected.
    """
    for line, equation in zip(lines, equations, strict=True):
        own = locality[equation.variable]
        if own == "local":
            continue
        hidden = {
            name for name, place in locality.items() if place == "local" or (own, place) == ("global", "semiglobal")
        }
        hidden |= {name for name in OF_ONE_SYNAPSE if name not in locality}
        hidden |= {"t_post"} if own == "global" else set()
        value = equation.right if isinstance(equation, OdeEquation) else equation.value
        expressions = (value, *(bound.value for bound in equation.bounds))
        for node in (node for expr in expressions for node in expr.walk()):
            if isinstance(node, Name) and node.id in hidden:
                source = line.statement.source
                message = f"{equation.variable!r}, shared by {REACH[own]}, reads {node.id!r}, which these don't share,"
                raise EquationError(message, source, node.span, "Leave the locality out: one value for each synapse.")


def _check_event_driven(lines: Sequence[Line], equations: Sequence[Equation], resolver: Resolver) -> None:
    """`event-driven` (of which `exact` is the old spelling here) needs a linear equation with constant coefficients."""
    constants = resolver.parameters | set(resolver.free) | {"dt", "pi"}
    chosen = [
        (line, equation)
        for line, equation in zip(lines, equations, strict=True)
        if isinstance(equation, OdeEquation) and equation.method in ("event-driven", "exact")
    ]
    for line, equation in chosen:
        assert isinstance(equation, OdeEquation)
        problem: Expr | None = None
        place = line.settings.locality
        names = {other.variable for own, other in chosen if own.settings.locality == place}
        try:
            system = linear_system([(equation.variable, equation.right)], constants)
        except Nonlinear as error:
            problem = error.node
        else:
            problem = next(
                (
                    node
                    for node in system.inputs[0].walk()
                    if _changes(node, constants | names | (EVENT_WORDS - resolver.variables))
                ),
                None,
            )
        if problem is not None:
            flag = line.settings.method_flag
            assert flag is not None
            source = line.statement.source
            message = f"method {flag.name!r} needs a linear equation with constant coefficients"
            hint = reason(problem, source) + other_methods(equation.variable, equation.right)
            raise EquationError(message, source, flag.span, hint)


def _changes(node: Expr, constants: Collection[str]) -> bool:
    """Whether a part of an expression may have another value at the next event."""
    if isinstance(node, Name):
        return node.id not in constants
    return isinstance(node, Attribute | Draw | GlobalOperation | InputSum)
