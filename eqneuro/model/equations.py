"""Equations of neurons and synapses checked: solved for their gradients, flags read, methods admitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from eqneuro.language.errors import EquationError
from eqneuro.language.functions import is_noise
from eqneuro.language.rewrite import divide, is_number, negate, subtract
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import (
    Assignment,
    Attribute,
    Binary,
    Condition,
    Declaration,
    Delayed,
    Derivative,
    Draw,
    Expr,
    GlobalOperation,
    InputSum,
    Name,
    Number,
    Ode,
    Span,
    Unary,
    is_condition,
)  # fmt: skip
from eqneuro.model.attributes import LOCALITIES
from eqneuro.model.flags import METHODS, STRATONOVICH, TOLERANCES, Settings, read_flags
from eqneuro.model.linear import Nonlinear, linear_form, linear_system
from eqneuro.model.models import (
    AssignmentEquation,
    Equation,
    Locality,
    ModelAttribute,
    OdeEquation,
)  # fmt: skip
from eqneuro.model.resolve import Resolver

VARIABLE_FLAGS = ("init", "min", "max", *LOCALITIES, "int", "bool", "float")
NEURON_LOCALITIES = ("local", "global", "population")
AUGMENTED = {"+=": "+", "-=": "-", "*=": "*", "/=": "/"}


@dataclass(frozen=True)
class Line:
    """A statement and what its flags say."""

    statement: Ode | Assignment
    settings: Settings


def read_lines(
    statements: Sequence[Ode | Assignment], parameters: Sequence[Declaration], *, synapse: bool
) -> list[Line]:
    """The statements with their flags read, each variable once."""
    declared = {d.name for d in parameters}
    localities = tuple(LOCALITIES) if synapse else NEURON_LOCALITIES
    seen: dict[str, Ode | Assignment] = {}
    lines = []
    for statement in statements:
        is_ode = isinstance(statement, Ode)
        span = name_span(statement)
        if statement.name in declared:
            what = f"gradient of the parameter {statement.name!r}" if is_ode else f"parameter {statement.name!r} is set"
            hint = "A name is a parameter, or has an equation; it is never both."
            raise EquationError(what, statement.source, span, hint)
        if statement.name in seen:
            other = seen[statement.name]
            kinds = "two ODEs for" if is_ode and isinstance(other, Ode) else "two equations for"
            hint = f"The other one is `{other.text[:80]}`."
            raise EquationError(f"{kinds} variable {statement.name!r}", statement.source, span, hint)
        seen[statement.name] = statement
        allowed = ("init", "min", "max", "unit", *localities, "int", "bool", "float")
        allowed += (*METHODS, STRATONOVICH, *TOLERANCES) if is_ode else ()
        allowed += ("unless_refractory",) if not synapse else ()
        what = "an ODE" if is_ode else "an assignment"
        settings = read_flags(statement.flags, statement.source, allowed, what)
        if is_ode and settings.type in ("int", "bool"):
            flag = next(f for f in statement.flags if f.name == settings.type)
            hint = f"A gradient needs a float; round it in another line: `n = round({statement.name}) : int`."
            raise EquationError(f"flag {flag.name!r} makes no sense for an ODE", statement.source, flag.span, hint)
        lines.append(Line(statement, settings))
    return lines


def name_span(statement: Declaration | Ode | Assignment) -> Span:
    """Where the name that a statement defines stands: the gradient of an ODE."""
    if not isinstance(statement, Ode):
        return statement.name_span

    sides = (*statement.left.walk(), *statement.right.walk())
    return next(node.span for node in sides if isinstance(node, Derivative))


def read_attributes(
    declarations: Sequence[Declaration], default: Locality, localities: Sequence[str]
) -> list[ModelAttribute]:
    """Parameters, each once."""
    found: dict[str, ModelAttribute] = {}
    for declaration in declarations:
        if declaration.name in found:
            message = f"parameter {declaration.name!r} is declared twice"
            raise EquationError(message, declaration.source, declaration.name_span)
        allowed = (
            (*localities, "semiglobal", "int", "bool", "float")
            if "projection" in localities
            else (*localities, "int", "bool", "float")
        )
        settings = read_flags(declaration.flags, declaration.source, allowed, "a parameter")
        is_bool = isinstance(declaration.value, Number) and isinstance(declaration.value.value, bool)
        kind = settings.type or ("bool" if is_bool else "float")
        found[declaration.name] = ModelAttribute(
            declaration.name, settings.locality or default, kind, declaration.value, is_parameter=True
        )
    return list(found.values())


def build_variable(line: Line, value: Expr | None) -> ModelAttribute:
    """The variable a line defines; without type flag, a condition makes it bool? No: a float, as in arithmetic."""
    settings = line.settings
    kind = settings.type or "float"
    init = (
        value if value is not None else Number(False) if kind == "bool" else Number(0) if kind == "int" else Number(0.0)
    )
    return ModelAttribute(line.statement.name, settings.locality or "local", kind, init, is_parameter=False)


def build_equation(line: Line, resolver: Resolver) -> Equation:
    """The checked equation of one line."""
    statement, settings = line.statement, line.settings
    bounds = tuple(replace(b, value=resolver.resolve(b.value, statement.source)) for b in settings.bounds)
    if isinstance(statement, Assignment):
        value = expand_assignment(statement, resolver)
        return AssignmentEquation(
            statement.name, value, bounds, statement.text, statement.source, statement.span, settings.conditions
        )
    right = solve_gradient(statement, resolver)
    _check_noise(right, statement)
    check_method(settings, statement.name, right, statement.source)
    return OdeEquation(
        statement.name,
        right,
        settings.method,
        bounds,
        statement.text,
        statement.source,
        statement.span,
        settings.conditions,
        settings.relative_tolerance,
        settings.absolute_tolerance,
    )


def expand_assignment(statement: Assignment, resolver: Resolver) -> Expr:
    """``a += 2`` as ``a + 2``."""
    value = resolver.resolve(statement.value, statement.source)
    if statement.operator == "=":
        return value
    left = resolver.resolve(Name(statement.name, span=statement.name_span), statement.source)
    return Binary(AUGMENTED[statement.operator], left, value, span=statement.span)  # type: ignore[arg-type]


def solve_gradient(ode: Ode, resolver: Resolver) -> Expr:
    """The right side once the equation is solved for its gradient."""
    try:
        form = linear_form(subtract(ode.left, ode.right), [ode.name], derivatives=True)
    except Nonlinear as error:
        hint = "The gradient must occur linearly: `tau*dv/dt + v = I`."
        message = f"the equation can't be solved for d{ode.name}/dt"
        raise EquationError(message, ode.source, error.node.span, hint) from None
    coefficient = form.coefficients[ode.name]
    if is_number(coefficient, 0):
        hint = "It must be left when everything is brought to one side."
        raise EquationError(f"the gradient d{ode.name}/dt cancels out", ode.source, name_span(ode), hint)
    if isinstance(coefficient, Unary) and coefficient.operator == "-":
        right = divide(form.rest, coefficient.operand)
    else:
        right = divide(negate(form.rest), coefficient)
    return resolver.resolve(right, ode.source, noise=True)


def _check_noise(right: Expr, statement: Ode) -> None:
    """White noise has a meaning as a product with something else, not inside a function."""
    source = statement.source
    sources = {node.id for node in right.walk() if isinstance(node, Name) and is_noise(node.id)}
    try:
        linear_form(right, sources)
    except Nonlinear as error:
        part = next(n for n in error.node.walk() if isinstance(n, Name) and n.id in sources)
        hint = f"It stands as a product: `sigma*{part.id}`."
        raise EquationError(f"white noise {part.id!r} enters nonlinearly", source, part.span, hint) from None
    for flag in statement.flags:
        if flag.name == STRATONOVICH and not sources:
            hint = "It says how white noise is meant, as in `sigma*v*xi`."
            raise EquationError(f"flag {flag.name!r} of an equation without noise", source, flag.span, hint)


def check_method(settings: Settings, variable: str, right: Expr, source: SourceText) -> None:
    """Refuses `exponential` for what is not linear in its own variable; `exact` is checked by `check_exact`."""
    if settings.method != "exponential":
        return
    try:
        linear_form(right, [variable], frozen_tests=True)
    except Nonlinear as error:
        assert settings.method_flag is not None
        message = f"method 'exponential' needs an equation that is linear in {variable!r}"
        hint = reason(error.node, source) + other_methods(variable, right)
        raise EquationError(message, source, settings.method_flag.span, hint) from None


def reason(part: Expr, source: SourceText) -> str:
    """A sentence on the part of an equation that a method can't take."""
    text = source.text[part.span.start : part.span.stop].strip()
    if not text or part.span.stop > len(source.text):
        return ""
    changes = isinstance(part, Name | Attribute | Delayed | Draw | GlobalOperation | InputSum)
    return f"`{text}` {'is not constant' if changes else 'is not linear'}. "


def other_methods(variable: str, right: Expr) -> str:
    """A sentence on the methods that take an equation."""
    try:
        linear_form(right, [variable], frozen_tests=True)
    except Nonlinear:
        return "Use `rk4`, `midpoint` or `implicit`."
    return "Use `exponential`, `rk4` or `implicit`."


def check_exact(lines: Sequence[Line], equations: Sequence[Equation], constants: frozenset[str]) -> None:
    """Refuses `exact` where a system of neighbouring ODEs is not linear with constant coefficients."""
    settings = {line.statement.name: line.settings for line in lines}
    for system in neighbours(equations):
        exact = [e for e in system if e.method == "exact"]
        unknowns = [e.variable for e in exact]
        for equation in exact:
            others = [(name, Number(0)) for name in unknowns if name != equation.variable]
            try:
                linear_system([(equation.variable, equation.right), *others], constants)
            except Nonlinear as error:
                flag = settings[equation.variable].method_flag
                assert flag is not None
                message = "method 'exact' needs linear equations with constant coefficients"
                hint = reason(error.node, equation.source) + other_methods(equation.variable, equation.right)
                raise EquationError(message, equation.source, flag.span, hint) from None


def neighbours(equations: Sequence[Equation]) -> list[list[OdeEquation]]:
    """Runs of neighbouring ODEs: each is one system, updated together."""
    systems: list[list[OdeEquation]] = []
    open_run = False
    for equation in equations:
        if isinstance(equation, OdeEquation):
            if open_run:
                systems[-1].append(equation)
            else:
                systems.append([equation])
        open_run = isinstance(equation, OdeEquation)
    return systems


def check_condition(condition: Condition, booleans: frozenset[str]) -> None:
    """Refuses a condition that compares nothing."""
    for node in condition.expr.walk():
        if is_condition(node):
            return
        if isinstance(node, Name) and node.id in booleans:
            return
    hint = "A condition compares: `v > v_thresh`."
    raise EquationError("no comparison", condition.source, condition.span, hint)


def reads(expr: Expr) -> set[str]:
    """Names that an expression reads directly."""
    names = {node.id for node in expr.walk() if isinstance(node, Name)}
    return names | {f"sum({n.target or ''})" for n in expr.walk() if isinstance(n, InputSum)}
