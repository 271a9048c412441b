"""Syntax trees as sympy expressions, and the functions that sympy lacks or would take too seriously.

Comparisons are numbers here (1 or 0), conditionals are `Ite`: sympy's own relations and Piecewise simplify, sort and
refuse arithmetic, which an equation language can't use.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, ClassVar

import sympy

from eqneuro.language.evaluate import definition_of
from eqneuro.language.functions import FUNCTIONS
from eqneuro.language.syntax import (
    Attribute,
    Binary,
    Call,
    Compare,
    Conditional,
    Delayed,
    Draw as DrawNode,
    Expr,
    GlobalOperation,
    InputSum,
    Logical,
    Name,
    Number,
    Unary,
)  # fmt: skip
from eqneuro.numerics import elementary
from eqneuro.numerics.rules import DelayedValue, Draw


@cache
def symbol(name: str) -> sympy.Symbol:
    """The symbol of a name."""
    return sympy.Symbol(name, real=True)


DT = symbol("dt")
T = symbol("t")


class Truth(sympy.Function):  # type: ignore[misc]
    """A condition, 1 or 0; its derivative is 0, as everywhere but at the jump."""

    def _eval_is_real(self) -> bool:
        return True

    def _eval_derivative(self, s: sympy.Symbol) -> sympy.Expr:
        return sympy.Integer(0)


class Less(Truth):
    """a < b"""


class LessEqual(Truth):
    """a <= b"""


class Greater(Truth):
    """a > b"""


class GreaterEqual(Truth):
    """a >= b"""


class Equal(Truth):
    """a == b"""


class NotEqual(Truth):
    """a != b"""


class And_(Truth):
    """a and b"""


class Or_(Truth):
    """a or b"""


class Not_(Truth):
    """not a"""


class IsNan(Truth):
    """Whether a number is not a number."""


class IsFinite(Truth):
    """Whether a number is neither infinite nor NaN."""


class Ite(sympy.Function):  # type: ignore[misc]
    """``if test: a else: b``."""

    @classmethod
    def eval(cls, test: sympy.Expr, then: sympy.Expr, otherwise: sympy.Expr) -> sympy.Expr | None:
        """Both branches alike, or a test that is a number."""
        if then == otherwise:
            return then
        if test.is_Number:
            return then if test != 0 else otherwise
        return None

    def _eval_is_real(self) -> bool:
        return True

    def _eval_derivative(self, s: sympy.Symbol) -> sympy.Expr:
        test, then, otherwise = self.args
        return Ite(test, then.diff(s), otherwise.diff(s))


class Absolute(sympy.Function):  # type: ignore[misc]
    """The absolute value; sympy's own looks for the sign of all that is below it, again and again."""

    @classmethod
    def eval(cls, x: sympy.Expr) -> sympy.Expr | None:
        """Of a number, and of what is absolute already."""
        return abs(x) if x.is_Number else x if isinstance(x, Absolute) else None

    def _eval_is_real(self) -> bool:
        return True

    def _eval_derivative(self, s: sympy.Symbol) -> sympy.Expr:
        [x] = self.args
        slope = x.diff(s)
        return Ite(Less(x, sympy.Integer(0)), -slope, slope)

    @classmethod
    def c_form(cls, arguments: list[str], suffix: str) -> str:
        """The call in C."""
        return f"fabs{suffix}({arguments[0]})"


class Opaque(sympy.Function):  # type: ignore[misc]
    """A function that C computes; `opaque` makes one class for each."""

    c_name: ClassVar[str]
    partials: ClassVar[tuple[str, ...]]
    names: ClassVar[tuple[str, ...]]

    def _eval_is_real(self) -> bool:
        return True

    @classmethod
    def c_form(cls, arguments: list[str], suffix: str) -> str:
        """The call in C."""
        return f"{cls.c_name}{suffix}({', '.join(arguments)})"

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """The partial derivative, from the registry's text."""
        from eqneuro.language.parser import parse_expression
        from eqneuro.language.source import SourceText

        if not self.partials:
            raise sympy.core.function.ArgumentIndexError(self, argindex)
        tree = parse_expression(SourceText(self.partials[argindex - 1], f"derivative of {self.c_name}"))
        return Translator().translate(tree).xreplace(dict(zip(map(symbol, self.names), self.args, strict=True)))


@cache
def opaque(c_name: str, names: tuple[str, ...] = ("x",), partials: tuple[str, ...] = ()) -> type[Opaque]:
    """The sympy class of a C function."""
    members = {"c_name": c_name, "partials": partials, "names": names, "nargs": len(names)}
    return type(f"{c_name}_", (Opaque,), members)


def Maximum(x: sympy.Expr, y: sympy.Expr) -> sympy.Expr:
    """The larger of two; NaN in ``x`` stays."""
    return Ite(Greater(y, x), y, x)


def Minimum(x: sympy.Expr, y: sympy.Expr) -> sympy.Expr:
    """The smaller of two; NaN in ``x`` stays."""
    return Ite(Less(y, x), y, x)


def Floor(x: sympy.Expr) -> sympy.Expr:
    """The largest whole number that is not above x."""
    return opaque("floor", ("x",), ("0",))(x)


def Ceiling(x: sympy.Expr) -> sympy.Expr:
    """The smallest whole number that is not below x."""
    return opaque("ceil", ("x",), ("0",))(x)


def Truncate(x: sympy.Expr) -> sympy.Expr:
    """The whole number next to x towards 0."""
    return opaque("trunc", ("x",), ("0",))(x)


COMPARISONS: dict[str, type[Truth]] = {
    "<": Less, "<=": LessEqual, ">": Greater, ">=": GreaterEqual, "==": Equal, "!=": NotEqual,
}  # fmt: skip


class Translator:
    """Syntax trees to sympy; collects the random numbers and past values it meets.

    One node of the tree is one draw, however often it occurs in the expressions: two nodes that are alike are two.
    """

    def __init__(self, prefix: str = "draw") -> None:
        self.draws: list[Draw] = []
        self.delayed: list[DelayedValue] = []
        self._prefix = prefix
        self._seen: dict[int, tuple[Expr, sympy.Symbol]] = {}

    def translate(self, expr: Expr) -> sympy.Expr:
        """The expression for sympy."""
        match expr:
            case Number():
                return number(expr.value)
            case Name(id="pi"):
                return sympy.pi
            case Name() | Attribute() | InputSum() | GlobalOperation():
                return symbol(expr.label)
            case Unary():
                value = self.translate(expr.operand)
                return -value if expr.operator == "-" else Not_(value) if expr.operator == "not" else value
            case Binary():
                return _arithmetic(expr.operator, self.translate(expr.left), self.translate(expr.right))
            case Compare():
                return COMPARISONS[expr.operator](self.translate(expr.left), self.translate(expr.right))
            case Logical():
                join = And_ if expr.operator == "and" else Or_
                return join(self.translate(expr.left), self.translate(expr.right))
            case Conditional():
                return Ite(*(self.translate(part) for part in (expr.test, expr.then, expr.otherwise)))
            case Call():
                return _call(expr.function, [self.translate(argument) for argument in expr.arguments])
            case DrawNode():
                return self._draw(expr)
            case Delayed():
                return self._delayed(expr)
        raise TypeError(f"no translation for {type(expr).__name__}")

    def _draw(self, node: DrawNode) -> sympy.Symbol:
        if id(node) not in self._seen:
            bounds = [None if b is None else self.translate(b) for b in (node.minimum, node.maximum)]
            arguments = tuple(self.translate(a) for a in node.arguments)
            own = symbol(f"{self._prefix}:{len(self.draws)}")
            self.draws.append(Draw(own, node.distribution, arguments, bounds[0], bounds[1]))
            self._seen[id(node)] = (node, own)  # the node is kept, so that its id stays its own
        return self._seen[id(node)][1]

    def _delayed(self, node: Delayed) -> sympy.Symbol:
        if id(node) not in self._seen:
            own = symbol(f"past:{self._prefix}:{len(self.delayed)}")
            self.delayed.append(DelayedValue(own, node.name, self.translate(node.delay)))
            self._seen[id(node)] = (node, own)
        return self._seen[id(node)][1]


def number(value: float) -> sympy.Expr:
    """A literal; whole numbers are exact."""
    if isinstance(value, bool | int) or (float(value).is_integer() and abs(value) < 2**53):
        return sympy.Integer(int(value))
    return sympy.Float(value)


def _arithmetic(operator: str, left: sympy.Expr, right: sympy.Expr) -> sympy.Expr:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right if right != 0 else sympy.nan if left == 0 else left * sympy.oo
    if left.is_Number and right.is_Number:
        return _power(float(left), float(right))
    if right == 0:
        return sympy.Integer(1)
    return left**right


def _power(base: float, exponent: float) -> sympy.Expr:
    """C's pow of two literals: sympy would work out 9**9**9 to the last digit."""
    try:
        value = math.pow(base, exponent)
    except OverflowError:
        return sympy.oo
    except (ValueError, ZeroDivisionError):
        return sympy.nan
    return number(value) if math.isfinite(value) else sympy.oo


def _call(name: str, arguments: list[sympy.Expr]) -> sympy.Expr:
    entry = FUNCTIONS[name]
    if name in ("log", "ln") and arguments[0] == 0:
        return -sympy.oo  # as in C; sympy gives it no sign
    if entry.definition is not None:
        body = Translator().translate(definition_of(name))
        return body.xreplace(dict(zip(map(symbol, entry.arguments), arguments, strict=True)))
    if entry.sympy is not None:
        own: Any = {"IsNan": IsNan, "IsFinite": IsFinite, "Abs": Absolute, **elementary.ELEMENTARY}.get(
            entry.sympy
        ) or getattr(sympy, entry.sympy)
        return own(*arguments)
    assert entry.c is not None
    return opaque(entry.c, entry.arguments, entry.derivatives)(*arguments)
