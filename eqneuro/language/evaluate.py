"""Expressions computed by numpy: initial values, bounds of distributions, the user's functions called from Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from eqneuro.language.distributions import DISTRIBUTIONS, Distribution
from eqneuro.language.functions import FUNCTIONS
from eqneuro.language.syntax import (
    Binary,
    Call,
    Compare,
    Conditional,
    Draw,
    Expr,
    FunctionDefinition,
    Logical,
    Name,
    Number,
    Unary,
)  # fmt: skip

Draws = Callable[[Distribution], Any]

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "^": np.float_power, "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.true_divide,
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
    "and": np.logical_and, "or": np.logical_or,
}  # fmt: skip

TRUTHS = frozenset({"isnan", "isfinite"})
"""Functions that are true or false."""


class Unknown(LookupError):
    """A name that has no value where an expression is evaluated."""

    def __init__(self, node: Expr, name: str) -> None:
        self.node = node
        self.name = name
        super().__init__(name)


def evaluate(expr: Expr, names: Mapping[str, Any], draw: Draws | None = None) -> Any:
    """The value of an expression, a number or an array.

    Parameters
    ----------
    names
        Values of the names that occur; ``pi`` is known.
    draw
        Gives the values of a distribution; without it, random numbers are refused.

    Raises
    ------
    Unknown
        If a name has no value.
    """
    with np.errstate(all="ignore"):
        return _value(expr, names, draw)


def call_function(definition: FunctionDefinition, arguments: tuple[Any, ...]) -> Any:
    """A user's function applied to numbers or arrays."""
    if len(arguments) != len(definition.arguments):
        wanted = ", ".join(definition.arguments)
        raise TypeError(
            f"{definition.name}({wanted}) takes {len(definition.arguments)} arguments, not {len(arguments)}"
        )
    values = {n: np.asarray(v)[()] for n, v in zip(definition.arguments, arguments, strict=True)}
    return evaluate(definition.body, values)


def _value(expr: Expr, names: Mapping[str, Any], draw: Draws | None) -> Any:
    match expr:
        case Number():
            return expr.value
        case Name(id="pi"):
            return np.pi
        case Name():
            if expr.id not in names:
                raise Unknown(expr, expr.id)
            return names[expr.id]
        case Unary():
            value = _value(expr.operand, names, draw)
            if expr.operator == "not":
                return np.logical_not(value)
            if isinstance(value, int) and value and not isinstance(value, bool):  # stays whole: 2^53 + 1 has no double
                return -value if expr.operator == "-" else value
            return -_number(value) if expr.operator == "-" else _number(value)
        case Binary() | Compare() | Logical():
            left, right = _value(expr.left, names, draw), _value(expr.right, names, draw)
            return BINARY[expr.operator](_number(left), _number(right))
        case Conditional():
            test = _value(expr.test, names, draw)
            then, otherwise = _value(expr.then, names, draw), _value(expr.otherwise, names, draw)
            return np.where(test, then, otherwise)[()]
        case Call():
            return _call(expr, names, draw)
        case Draw():
            return _draw(expr, names, draw)
    raise Unknown(expr, type(expr).__name__)


def _number(value: Any) -> Any:
    """Truth values and whole numbers as floats, which is what the language computes with."""
    if isinstance(value, bool | int | np.bool_ | np.integer):
        return float(value)
    return value.astype(np.float64) if isinstance(value, np.ndarray) and value.dtype.kind in "biu" else value


def _call(expr: Call, names: Mapping[str, Any], draw: Draws | None) -> Any:
    if expr.function not in FUNCTIONS:
        raise Unknown(expr, expr.function)
    entry = FUNCTIONS[expr.function]
    values = [_number(_value(argument, names, draw)) for argument in expr.arguments]
    if entry.evaluate is not None:
        return entry.evaluate(*values)
    return _value(definition_of(entry.name), dict(zip(entry.arguments, values, strict=True)), draw)


def _draw(expr: Draw, names: Mapping[str, Any], draw: Draws | None) -> Any:
    if draw is None:
        raise Unknown(expr, expr.distribution)
    kind = DISTRIBUTIONS[expr.distribution]
    values = (float(_value(a, names, draw)) for a in expr.arguments)
    arguments: dict[str, Any] = dict(zip(kind.arguments, values, strict=True))
    for key, bound in (("min", expr.minimum), ("max", expr.maximum)):
        if bound is not None:
            arguments[key] = float(_value(bound, names, draw))
    return draw(kind(**arguments))


def is_truth(expr: Expr) -> bool:
    """Whether the value of an expression is true or false, not a number."""
    match expr:
        case Number(value):
            return isinstance(value, bool)
        case Compare() | Logical() | Unary("not"):
            return True
        case Conditional():
            return is_truth(expr.then) and is_truth(expr.otherwise)
        case Call():
            return expr.function in TRUTHS
    return False


@cache
def definition_of(name: str) -> Expr:
    """The definition of a function of the registry as a tree."""
    from eqneuro.language.parser import parse_expression
    from eqneuro.language.source import SourceText

    text = FUNCTIONS[name].definition
    assert text is not None
    return parse_expression(SourceText(text, f"definition of {name}"))
