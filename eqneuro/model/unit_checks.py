"""The units of a model: whether it has some, and whether all its text fits them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eqneuro.language.errors import EquationError
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import (
    Assignment,
    Call,
    Condition,
    Declaration,
    Expr,
    FunctionDefinition,
    InputSum,
    Name,
    Number,
    Ode,
    is_condition,
)  # fmt: skip
from eqneuro.model.dimensions import Inference, is_literal
from eqneuro.model.equations import Line
from eqneuro.model.models import ModelUnits, NeuronModel
from eqneuro.model.quantities import IsUnit, carries_unit, flags_carry_unit, read_unit
from eqneuro.model.resolve import CONSTANT_DIMENSIONS, DECLARED_CONSTANTS, Resolver
from eqneuro.model.units import PLAIN, TIME, Dimension, describe_value, find_unit, suggest_unit

TIMES = ("t", "dt")
TIMES_OF = {True: ("d", "t_pre", "t_post"), False: ("t_last",)}
"""Words that are times, in synapses and in neurons."""


@dataclass(frozen=True)
class UnitNames:
    """Says of names whether they are units: those that are, and that mean nothing else in the model."""

    own: frozenset[str]

    def __call__(self, name: str) -> bool:
        """Whether this name is a unit."""
        return name not in self.own and name not in DECLARED_CONSTANTS and find_unit(name) is not None


def find_units(declarations: Sequence[Declaration], statements: Sequence[Ode | Assignment]) -> IsUnit | None:
    """What is a unit in a model; None where no parameter and no variable carries one."""
    is_unit = UnitNames(frozenset(d.name for d in (*declarations, *statements)))
    has_units = any(carries_unit(d.value, is_unit) for d in declarations)
    has_units = has_units or any(flags_carry_unit(s.flags, is_unit) for s in statements)
    return is_unit if has_units else None


def check_units(
    resolver: Resolver,
    declarations: Sequence[Declaration],
    lines: Sequence[Line],
    functions: Sequence[FunctionDefinition],
) -> ModelUnits | None:
    """Compares the dimensions of all text of a model; None where it has no units.

    Raises
    ------
    EquationError
        For the first expression that does not fit.
    """
    if resolver.is_unit is None:
        return None
    inference = Inference(resolver.is_unit, {f.name: f for f in functions}, _known(resolver))
    inference.parameters = {d.name: d.value for d in declarations}
    inference.inputs = _spiking_input if resolver.is_spiking else lambda node: node.label
    for declaration in declarations:
        found = inference.of(declaration.value, declaration.source)
        inference.unify(inference.dimension_of_name(declaration.name), found)
    booleans = {d.name for d in declarations if isinstance(d.value, Number) and isinstance(d.value.value, bool)}
    check = _Check(inference, booleans | {x.statement.name for x in lines if x.settings.type == "bool"})
    for line in lines:
        check.declared(line)
    for line in lines:
        check.equation(line.statement)
    for line in lines:
        check.values(line, with_unit=False)
    for what, text in resolver.texts:
        check.text(what, text)
    words = {*TIMES, *TIMES_OF[False], *TIMES_OF[True], "pi"} - resolver.variables - resolver.parameters
    own = [*(d.name for d in declarations), *(line.statement.name for line in lines)]
    order = dict.fromkeys([*own, *sorted(inference.names)])
    known = {name: inference.reduced(inference.names[name]) for name in order if name not in words}
    return ModelUnits({n: d for n, d in known.items() if not d.unknowns}, tuple(resolver.units.values()))


def check_stop_units(condition: Condition, model: NeuronModel, resolver: Resolver) -> None:
    """Compares the dimensions of a population's stop condition."""
    calls = {node.function for node in condition.expr.walk() if isinstance(node, Call)}
    if calls & {f.name for f in model.functions}:
        return  # which hold plain numbers by now
    if resolver.is_unit is not None and model.units is not None:
        names = _known(resolver) | dict(model.units.dimensions)
        Inference(resolver.is_unit, {}, names).of(condition.expr, condition.source)


def _known(resolver: Resolver) -> dict[str, Dimension]:
    """What is known beforehand: times, and constants that were given with a unit."""
    own = resolver.variables | resolver.parameters
    names = {name: Dimension.unknown(name) for name in own}
    words = (*TIMES, *TIMES_OF[resolver.is_synapse])
    names |= {name: TIME for name in words if name not in own}
    names |= {name: dimension for name, dimension in CONSTANT_DIMENSIONS.items() if name in resolver.free}
    return names | {"pi": PLAIN}


def _spiking_input(node: InputSum) -> str:
    return node.label if node.target is None or node.owner else f"g_{node.target}"


@dataclass
class _Check:
    inference: Inference
    booleans: set[str]

    def declared(self, line: Line) -> None:
        """What a line says of its variable's unit: the flag, and values that have one."""
        statement, unit = line.statement, line.settings.unit
        if unit is not None:
            read = read_unit(unit, self.inference.is_unit)
            if read is None or is_literal(unit):
                name = next((n.id for n in unit.walk() if isinstance(n, Name)), "")
                hint = suggest_unit(name) or "A unit is written as `mV`, `nS/mV` or `1/ms`."
                raise EquationError("flag 'unit' needs a unit", statement.source, unit.span, hint)
            self.inference.unify(self.inference.dimension_of_name(statement.name), read.dimension)
        if statement.name in self.booleans:
            self.inference.unify(self.inference.dimension_of_name(statement.name), PLAIN)
        self.values(line, with_unit=True)
        self._check_order(line)

    def _check_order(self, line: Line) -> None:
        """Bounds with units are numbers that can be compared, as those without are when flags are read."""
        bounds = {b.side: read_unit(b.value, self.inference.is_unit) for b in line.settings.bounds}
        low, high = bounds.get("min"), bounds.get("max")
        if low is not None and high is not None and low.scale > high.scale:
            span = next(b.value.span for b in line.settings.bounds if b.side == "min")
            raise EquationError("min is larger than max", line.statement.source, span)

    def values(self, line: Line, *, with_unit: bool) -> None:
        """The initial value and the bounds: those that have a unit, or the others."""
        statement, settings = line.statement, line.settings
        given = [("initial value", settings.init)] if settings.init is not None else []
        for what, value in [*given, *((bound.side, bound.value) for bound in settings.bounds)]:
            found = self.inference.of(value, statement.source)
            if (not found.is_plain and not found.unknowns) == with_unit:
                self._assigned(statement.name, value, f"{what} of {{0!r}} is {{1}}, {{0!r}} {{2}}", statement.source)

    def equation(self, statement: Ode | Assignment) -> None:
        """Both sides are in one unit."""
        if isinstance(statement, Assignment):
            self.assignment(statement)
            return
        inference, source = self.inference, statement.source
        left, right = inference.of(statement.left, source), inference.of(statement.right, source)
        if inference.unify(left, right):
            return
        left, right = inference.reduced(left), inference.reduced(right)
        message = f"the left side is {describe_value(left)}, the right side {describe_value(right)},"
        hint = ""
        if right / left == TIME:
            hint = f"A gradient is a change per ms: `tau*d{statement.name}/dt` with a time `tau`."
        raise EquationError(message, source, statement.right.span, hint or inference.hint(statement.right, right, left))

    def assignment(self, statement: Assignment) -> None:
        """``v = …`` and ``v += …`` are in the unit of v; v is multiplied by plain numbers."""
        name, source = statement.name, statement.source
        if statement.operator in ("*=", "/="):
            message = "{0!r} is multiplied by a plain number, not by {3}"
            self._expected(name, statement.value, PLAIN, message, source)
            return
        self._assigned(name, statement.value, "{0!r} is {2}, its value {1},", source)

    def text(self, what: str, text: Condition | Assignment) -> None:
        """A statement of an event, a condition, a refractory time or a `psp`."""
        if isinstance(text, Assignment):
            self.assignment(text)
            for flag in text.flags:
                if flag.name in ("min", "max") and flag.value is not None:
                    message = f"{flag.name} of {{0!r}} is {{1}}, {{0!r}} {{2}}"
                    self._assigned(text.name, flag.value, message, text.source)
            return
        self.inference.of(text.expr, text.source)
        if what == "refractory" and not self._is_condition(text.expr) and not is_literal(text.expr):
            self._expected(what, text.expr, TIME, "{0} needs a time, not {3}", text.source)
        for flag in text.flags:
            if flag.name == "w" and flag.value is not None:
                self._assigned("w", flag.value, "{0!r} is {2}, its value {1},", text.source)

    def _assigned(self, name: str, value: Expr, message: str, source: SourceText) -> None:
        self._expected(name, value, self.inference.dimension_of_name(name), message, source)

    def _expected(self, name: str, value: Expr, wanted: Dimension, message: str, source: SourceText) -> None:
        self.inference.expect(value, wanted, message, source, name)

    def _is_condition(self, expr: Expr) -> bool:
        if isinstance(expr, Name):
            return expr.id in self.booleans
        return is_condition(expr)
