"""Dimensions of the expressions of a model that has units: found out, and compared where they must be equal.

What the text does not say is found out: each parameter that is 0, each variable, input and constant has an unknown
dimension, and each sum, comparison and equation is a linear equation between the logarithms of dimensions (Kennedy
1994). The first that has no solution is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from eqneuro.language.errors import EquationError
from eqneuro.language.functions import is_noise
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import (
    Attribute,
    Binary,
    Call,
    Compare,
    Conditional,
    Derivative,
    Draw,
    Expr,
    FunctionDefinition,
    GlobalOperation,
    InputSum,
    Logical,
    Name,
    Number,
    Quantity,
    Span,
    Unary,
)  # fmt: skip
from eqneuro.model.inlining import ADDED_FUNCTIONS
from eqneuro.model.quantities import exponent_of, read_unit
from eqneuro.model.units import PLAIN, TIME, Dimension, describe, describe_value, find_unit, unit_name

SAME = frozenset(["abs", "fabs", "pos", "positive", "neg", "negative", "relu"])
"""Functions whose value has the dimension of their argument."""
SIGNS = frozenset(["sign", "heaviside", "isnan", "isfinite"])
"""Functions that look at the sign or the kind of a value, whatever its dimension."""
EQUAL = {"min": True, "max": True, "clip": True, "atan2": False}
"""Functions whose arguments have one dimension, and whether the value has it too."""
SHOWN = 40
"""Characters of an expression that a hint shows."""


@dataclass
class Inference:
    """The dimensions of one model.

    ``names`` says what is known beforehand of names; ``is_unit`` which names are units.
    """

    is_unit: Callable[[str], bool]
    functions: Mapping[str, FunctionDefinition]
    names: dict[str, Dimension]
    parameters: Mapping[str, Expr] = field(default_factory=dict)
    """Values of the parameters, for hints."""
    inputs: Callable[[InputSum], str] = lambda node: node.label
    solutions: dict[str, Dimension] = field(default_factory=dict)
    _source: SourceText = field(default_factory=lambda: SourceText("", ""))
    _zeros: int = 0
    _arguments: Mapping[str, Dimension] = field(default_factory=dict)
    _call: str = ""

    # -- unknowns -----------------------------------------------------------------------------------------------------

    def reduced(self, dimension: Dimension) -> Dimension:
        """What is known of a dimension by now."""
        for name in dimension.unknowns:
            if name in self.solutions:
                power = dict(dimension.powers)[name]
                rest = dimension / Dimension(((name, power),))
                return self.reduced(rest * self.solutions[name] ** power)
        return dimension

    def unify(self, one: Dimension, other: Dimension) -> bool:
        """Makes two dimensions equal by what is not known of them; False where nothing can."""
        quotient = self.reduced(one / other)
        if not quotient.unknowns:
            return quotient.is_plain
        name = min(quotient.unknowns, key=lambda name: (not name[1:].isdigit(), name))
        power = dict(quotient.powers)[name]
        rest = quotient / Dimension(((name, power),))
        self.solutions[name] = rest ** (Fraction(-1) / power)
        return True

    def dimension_of_name(self, name: str) -> Dimension:
        """Of a name of the model."""
        if name not in self.names:
            self.names[name] = Dimension.unknown(name)
        return self.reduced(self.names[name])

    def _anything(self) -> Dimension:
        self._zeros += 1
        return Dimension.unknown(str(self._zeros))

    # -- expressions --------------------------------------------------------------------------------------------------

    def of(self, expr: Expr, source: SourceText) -> Dimension:
        """The dimension of an expression.

        Raises
        ------
        EquationError
            If a part of it fits no other.
        """
        self._source = source
        return self.reduced(self._of(expr))

    def _of(self, expr: Expr) -> Dimension:
        match expr:
            case Quantity():
                return Dimension(expr.dimension)
            case Number():
                return self._anything() if not isinstance(expr.value, bool) and expr.value == 0 else PLAIN
            case Name():
                return self._name(expr.id)
            case Attribute():
                return self.dimension_of_name(f"{expr.owner}.{expr.name}")
            case InputSum():
                return self.dimension_of_name(self.inputs(expr))
            case Derivative():
                return self.dimension_of_name(expr.name) / TIME
            case GlobalOperation():
                return self._of(expr.argument)
            case Unary():
                inner = self._of(expr.operand)
                return PLAIN if expr.operator == "not" else inner
            case Binary():
                return self._binary(expr)
            case Compare():
                self._equal(expr.left, expr.right, "cannot compare {} with {}")
                return PLAIN
            case Logical():
                self._of(expr.left)
                self._of(expr.right)
                return PLAIN
            case Conditional():
                self._of(expr.test)
                return self._equal(expr.then, expr.otherwise, "the branches of a conditional are {2} and {3}")
            case Call():
                return self._called(expr)
            case Draw():
                return self._drawn(expr)
        return self._anything()

    def _name(self, name: str) -> Dimension:
        if name in self._arguments:
            return self._arguments[name]
        if name in self.names:
            return self.dimension_of_name(name)
        if is_noise(name):
            return TIME ** Fraction(-1, 2)
        unit = find_unit(name) if self._names_unit(name) else None
        return unit.dimension if unit else self.dimension_of_name(name)

    def _binary(self, expr: Binary) -> Dimension:
        if expr.operator == "+":
            return self._equal(expr.left, expr.right, "cannot add {0} and {1}")
        if expr.operator == "-":
            return self._equal(expr.left, expr.right, "cannot subtract {1} from {0}")
        if expr.operator == "^":
            return self._power(expr.left, expr.right)
        written = read_unit(expr, self._names_unit)
        if written is not None:  # 0*mV is in mV, and not anything
            return written.dimension
        left, right = self._of(expr.left), self._of(expr.right)
        return left * right if expr.operator == "*" else left / right

    def _names_unit(self, name: str) -> bool:
        return name not in self._arguments and name not in self.names and self.is_unit(name)

    def _power(self, base: Expr, exponent: Expr) -> Dimension:
        inner = self._of(base)
        self._plain(exponent, "an exponent is a plain number, not {}")
        number = exponent_of(exponent)
        if number is not None:
            return self.reduced(inner) ** number
        if not self.unify(inner, PLAIN):
            hint = "Divide it by a value in the same unit, or let the exponent be a number."
            self._refuse(f"cannot raise {self._shown(inner)} to a power that is not a number", base.span, hint)
        return PLAIN

    def _called(self, call: Call) -> Dimension:
        name, arguments = call.function, call.arguments
        definition = self.functions.get(name) or ADDED_FUNCTIONS.get(name)
        if definition is not None:
            return self._written_out(definition, call)
        if name in self.names:  # v(t - d)
            for argument in arguments:
                self._expect(argument, TIME, "the argument of {0!r} is a time, not {1}", name)
            return self.dimension_of_name(name)
        if name in SAME:
            return self._of(arguments[0])
        if name in SIGNS:
            self._of(arguments[0])
            return PLAIN
        if name == "sqrt":
            return self._of(arguments[0]) ** Fraction(1, 2)
        if name in ("pow", "power"):
            return self._power(*arguments)
        if name in EQUAL:
            found = self._of(arguments[0])
            for other in arguments[1:]:
                self._same(arguments[0], found, other, self._of(other), f"{name} compares {{}} with {{}}")
            return self.reduced(found) if EQUAL[name] else PLAIN
        for argument in arguments:
            self._plain(argument, f"{name} takes a plain number, not {{}}")
        return PLAIN

    def _written_out(self, definition: FunctionDefinition, call: Call) -> Dimension:
        """The body of a function of the user's, with the dimensions of the arguments of this call."""
        values = [self.reduced(self._of(argument)) for argument in call.arguments]
        before = self._source, self._arguments, self._call
        self._call = self._text(call)
        self._source = definition.source
        self._arguments = dict(zip(definition.arguments, values, strict=True))
        try:
            return self._of(definition.body)
        finally:
            self._source, self._arguments, self._call = before

    def _drawn(self, draw: Draw) -> Dimension:
        arguments = draw.arguments
        kind = draw.distribution
        if kind in ("Uniform", "DiscreteUniform", "Normal"):
            found = self._equal(arguments[0], arguments[1], f"the arguments of {kind} are {{2}} and {{3}}")
        elif kind == "Exponential":
            found = self._of(arguments[0]) ** -1
        elif kind == "Gamma":
            self._plain(arguments[0], "the shape of Gamma is a plain number, not in {}")
            found = self._of(arguments[1])
        else:
            for argument in arguments:
                self._plain(argument, f"an argument of {kind} is a plain number, not in {{}}")
            found = PLAIN
        for bound in (draw.minimum, draw.maximum):
            if bound is not None:
                self._expect(bound, found, "values of {0} are {2}, their bound {1},", kind)
        return found

    # -- what must be equal -------------------------------------------------------------------------------------------

    def expect(self, expr: Expr, wanted: Dimension, message: str, source: SourceText, name: str = "") -> None:
        """Refuses an expression of another dimension.

        In the message, ``{0}`` is the name, ``{1}`` or ``{3}`` what the expression is, ``{2}`` what is wanted.
        """
        self._source = source
        self._expect(expr, wanted, message, name)

    def hint(self, expr: Expr, found: Dimension, wanted: Dimension) -> str:
        """What to write in place of a value that lacks its unit."""
        return self._lacks_unit(expr, found, wanted)

    def _expect(self, expr: Expr, wanted: Dimension, message: str, name: str) -> None:
        found = self._of(expr)
        if not self.unify(found, wanted):
            found, wanted = self.reduced(found), self.reduced(wanted)
            text = message.format(name, describe_value(found), describe_value(wanted), describe(found))
            self._refuse(text, expr.span, self._lacks_unit(expr, found, self.reduced(wanted)))

    def _plain(self, expr: Expr, message: str) -> None:
        found = self._of(expr)
        if not self.unify(found, PLAIN):
            shown = self._shown(found)
            self._refuse(message.format(shown), expr.span, f"Divide it by a value in {shown}.")

    def _equal(self, left: Expr, right: Expr, message: str) -> Dimension:
        one = self._of(left)
        self._same(left, one, right, self._of(right), message)
        return self.reduced(one)

    def _same(self, left: Expr, one: Dimension, right: Expr, other: Dimension, message: str) -> None:
        if self.unify(one, other):
            return
        one, other = self.reduced(one), self.reduced(other)
        culprit, wanted, found = (left, other, one) if one.is_plain else (right, one, other)
        hint = self._lacks_unit(culprit, found, wanted)
        hint = hint or f"`{self._text(left)}` is {describe_value(one)}, `{self._text(right)}` {describe_value(other)}."
        shown = (describe(one), describe(other), describe_value(one), describe_value(other))
        self._refuse(message.format(*shown), culprit.span, hint)

    def _lacks_unit(self, expr: Expr, found: Dimension, wanted: Dimension) -> str:
        """A hint for numbers, and parameters without unit, that stand for a value with one."""
        if not self.reduced(found).is_plain or wanted.is_plain or wanted.unknowns:
            return ""
        unit = unit_name(wanted)
        unit = f"({unit})" if "/" in unit else unit
        if is_literal(expr):
            return f"Write `{self._text(expr)}*{unit}`."
        if isinstance(expr, Name) and expr.id in self.parameters and expr.id not in self._arguments:
            value = _written(self.parameters[expr.id])
            return f"Parameter {expr.id!r} has no unit: declare it as `{expr.id} = {value}*{unit}`."
        return ""

    def _shown(self, dimension: Dimension) -> str:
        return describe(self.reduced(dimension))

    def _text(self, expr: Expr) -> str:
        text = " ".join(self._source.text[expr.span.start : expr.span.stop].split())
        return text if len(text) <= SHOWN else f"{text[:SHOWN]} …"

    def _refuse(self, problem: str, span: Span, hint: str) -> None:
        if self._call:
            told = ", ".join(f"{name} is {describe_value(self.reduced(of))}" for name, of in self._arguments.items())
            hint = f"It is called as `{self._call}`: {told}."
        raise EquationError(problem, self._source, span, hint)


def is_literal(expr: Expr) -> bool:
    """Whether a number is written there, with or without a sign."""
    inner = expr.operand if isinstance(expr, Unary) and expr.operator != "not" else expr
    return isinstance(inner, Number) and not isinstance(inner.value, bool)


def _written(expr: Expr) -> str:
    if isinstance(expr, Unary) and isinstance(expr.operand, Number):
        return f"{expr.operator}{expr.operand.value!r}"
    return repr(expr.value) if isinstance(expr, Number) else "…"
