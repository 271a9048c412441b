"""What the user wrote becomes a checked, immutable `SynapseModel`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from eqneuro.language.errors import EquationError
from eqneuro.language.evaluate import evaluate
from eqneuro.language.names import suggest
from eqneuro.language.parser import parse_condition
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Assignment, Attribute, Declaration, Expr, Name, Number, Ode
from eqneuro.model.attributes import LOCALITIES, Creating, Pruning
from eqneuro.model.equations import (
    Line,
    build_equation,
    build_variable,
    expand_assignment,
    name_span,
    read_attributes,
    read_lines,
)  # fmt: skip
from eqneuro.model.flags import read_flags
from eqneuro.model.functions import resolve_functions
from eqneuro.model.linear import Nonlinear, linear_system
from eqneuro.model.models import (
    AssignmentEquation,
    Equation,
    ModelAttribute,
    OdeEquation,
    StructuralRule,
    SynapseModel,
)  # fmt: skip
from eqneuro.model.reading import (
    Equations,
    Parameters,
    Texts,
    check_name,
    read_equations,
    read_event,
    read_functions,
    read_parameters,
    to_expression,
)  # fmt: skip
from eqneuro.model.resolve import Resolver

OPERATIONS = ("sum", "mean", "max", "min")
SYNAPSE_WORDS = ("w", "d", "pre", "post", "t_pre", "t_post", "g_target")


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
    functions = resolve_functions(read_functions(text.functions, owner))
    statements = read_equations(text.equations, owner, frozenset(d.name for d in declarations))
    lines = read_lines(statements, declarations, synapse=True)
    for statement in (*declarations, *statements):
        _check_word(statement)
    parameters = read_attributes(declarations, "local", tuple(LOCALITIES))
    variables = frozenset(line.statement.name for line in lines)
    resolver = Resolver(variables, frozenset(a.name for a in parameters), functions, is_synapse=True)
    parameters = [
        replace(a, init=resolver.resolve(a.init, d.source)) for a, d in zip(parameters, declarations, strict=True)
    ]
    attributes = [_variable(line, resolver) for line in lines]
    equations = [build_equation(line, resolver) for line in lines]
    _check_event_driven(lines, equations, resolver)
    events = {
        what: tuple(_event_statement(s, what, resolver) for s in read_event(getattr(text, what), what, owner))
        for what in ("pre_spike", "post_spike", "pre_axon_spike")
    }
    parameters, attributes = _with_weight(parameters, attributes, events)
    structural = [
        _structural(given, what, owner, resolver)
        for given, what in ((text.pruning, "pruning"), (text.creating, "creating"))
    ]
    return SynapseModel(
        parameters=tuple(parameters),
        variables=tuple(attributes),
        equations=tuple(equations),
        psp=_psp(text.psp, owner, resolver),
        operation=text.operation,  # type: ignore[arg-type]
        pre_spike=events["pre_spike"],
        post_spike=events["post_spike"],
        pre_axon_spike=events["pre_axon_spike"],
        pruning=structural[0],
        creating=structural[1],
        constants=tuple(resolver.free.values()),
        pre_attributes=tuple(resolver.pre.values()),
        post_attributes=tuple(resolver.post.values()),
        functions=tuple(functions.values()),
        is_spiking=any(events.values()),
        name=text.name,
        description=text.description,
    )


def _check_word(statement: Declaration | Ode | Assignment) -> None:
    name, source = statement.name, statement.source
    span = name_span(statement)
    if name in SYNAPSE_WORDS and name != "w":
        raise EquationError(f"{name!r} is a name of the language and can't be declared", source, span)
    check_name(name, source, span)


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
            raise EquationError(f"{name!r} is a parameter: {what} changes variables", source, statement.name_span)
        hint = suggest(name, {*resolver.variables, "w", "g_target"})
        hint = hint or f"Declare it in `equations`: `{name} = {name} : init=0.0`."
        raise EquationError(f"unknown variable {name!r}", source, statement.name_span, hint)
    settings = read_flags(statement.flags, source, ("min", "max", "unless_post"), f"a statement of {what}")
    bounds = tuple(replace(b, value=resolver.resolve(b.value, source)) for b in settings.bounds)
    value = expand_assignment(statement, resolver)
    return AssignmentEquation(name, value, bounds, statement.text, source, statement.span, settings.conditions)


def _psp(text: str | None, owner: str, resolver: Resolver) -> Expr | None:
    if text is None:
        return None
    source = SourceText(text, f"psp of {owner}")
    condition = parse_condition(source, "psp")
    read_flags(condition.flags, source, (), "psp")
    return resolver.resolve(condition.expr, source)


def _check_event_driven(lines: Sequence[Line], equations: Sequence[Equation], resolver: Resolver) -> None:
    """`event-driven` (of which `exact` is the old spelling here) needs a linear equation with constant coefficients."""
    constants = resolver.parameters | set(resolver.free) | {"dt", "pi"}
    chosen = [
        (line, equation)
        for line, equation in zip(lines, equations, strict=True)
        if isinstance(equation, OdeEquation) and equation.method in ("event-driven", "exact")
    ]
    names = {equation.variable for _, equation in chosen}
    for line, equation in chosen:
        assert isinstance(equation, OdeEquation)
        problem: Expr | None = None
        try:
            system = linear_system([(equation.variable, equation.right)], constants)
        except Nonlinear as error:
            problem = error.node
        else:
            changing = resolver.variables - names | {"t"}
            problem = next(
                (
                    node
                    for node in system.inputs[0].walk()
                    if isinstance(node, Attribute) or (isinstance(node, Name) and node.id in changing)
                ),
                None,
            )
        if problem is not None:
            flag = line.settings.method_flag
            assert flag is not None
            source = line.statement.source
            part = source.text[problem.span.start : problem.span.stop].strip()
            message = f"method {flag.name!r} needs a linear equation with constant coefficients"
            raise EquationError(message, source, flag.span, f"`{part}` is not. Use `exponential`.")


def _structural(
    given: str | Creating | Pruning | None, what: str, owner: str, resolver: Resolver
) -> StructuralRule | None:
    if given is None:
        return None
    source = SourceText(given if isinstance(given, str) else given.equation, f"{what} of {owner}")
    condition = parse_condition(source, what)
    allowed = ("proba", "w", "d") if what == "creating" else ("proba",)
    read_flags(condition.flags, source, allowed, what)
    values = {flag.name: flag.value for flag in condition.flags}
    if not isinstance(given, str):
        values["proba"] = to_expression(given.proba, f"proba of {what}")
        if isinstance(given, Creating):
            values["w"] = to_expression(given.w, f"w of {what}")
            values["d"] = None if given.d is None else to_expression(given.d, f"d of {what}")
    probability, delay = values.get("proba"), values.get("d")
    return StructuralRule(
        condition=resolver.resolve(condition.expr, source),
        probability=1.0 if probability is None else float(evaluate(probability, {})),
        weight=values.get("w"),
        delay=None if delay is None else float(evaluate(delay, {})),
    )
