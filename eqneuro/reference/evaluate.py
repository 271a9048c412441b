"""The value of a syntax tree, node by node, with derivatives where they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from eqneuro.language.evaluate import definition_of
from eqneuro.language.functions import FUNCTIONS
from eqneuro.language.parser import parse_expression
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import (
    Binary,
    Call,
    Compare,
    Conditional,
    Expr,
    Logical,
    Name,
    Number,
    Unary,
)  # fmt: skip
from eqneuro.reference import dual
from eqneuro.reference.dual import Value, plain

Leaf = Callable[[Expr], Value]
"""The value of a part that stands for something outside: a name, an input, a draw, a value of the past."""

ARITHMETIC: dict[str, Callable[[Value, Value], Value]] = {
    "+": dual.add, "-": dual.subtract, "*": dual.multiply, "/": dual.divide, "^": dual.power,
}  # fmt: skip
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
}  # fmt: skip


def evaluate(expr: Expr, leaf: Leaf) -> Value:
    """The value of an expression where its leaves have theirs; truth values are 1 and 0."""
    visit = VISITS.get(type(expr))
    return leaf(expr) if visit is None else visit(expr, leaf)


def holds(expr: Expr, leaf: Leaf) -> Any:
    """Whether a condition holds."""
    return np.asarray(plain(evaluate(expr, leaf))) != 0.0


def _number(expr: Any, leaf: Leaf) -> Value:
    return np.float64(expr.value)


def _name(expr: Any, leaf: Leaf) -> Value:
    return np.float64(np.pi) if expr.id == "pi" else leaf(expr)


def _unary(expr: Any, leaf: Leaf) -> Value:
    value = evaluate(expr.operand, leaf)
    if expr.operator == "not":
        return np.float64(1.0) * (np.asarray(plain(value)) == 0.0)
    return dual.negate(value) if expr.operator == "-" else value


def _binary(expr: Any, leaf: Leaf) -> Value:
    return ARITHMETIC[expr.operator](evaluate(expr.left, leaf), evaluate(expr.right, leaf))


def _compare(expr: Any, leaf: Leaf) -> Value:
    left, right = plain(evaluate(expr.left, leaf)), plain(evaluate(expr.right, leaf))
    return np.float64(1.0) * COMPARISONS[expr.operator](left, right)


def _logical(expr: Any, leaf: Leaf) -> Value:
    left, right = holds(expr.left, leaf), holds(expr.right, leaf)
    return np.float64(1.0) * (left & right if expr.operator == "and" else left | right)


def _conditional(expr: Any, leaf: Leaf) -> Value:
    return dual.choose(holds(expr.test, leaf), evaluate(expr.then, leaf), evaluate(expr.otherwise, leaf))


def _call(expr: Any, leaf: Leaf) -> Value:
    entry = FUNCTIONS[expr.function]
    arguments = [evaluate(argument, leaf) for argument in expr.arguments]
    if entry.definition is not None:
        return evaluate(definition_of(entry.name), _of_arguments(entry.arguments, arguments))
    assert entry.evaluate is not None
    if entry.derivatives:
        slopes = tuple(_slope(entry.name, place) for place in range(len(arguments)))
    else:
        slopes = dual.SLOPES.get(entry.name, ())
    if not slopes and entry.c is not None and any(isinstance(a, dual.Dual) for a in arguments):
        raise ValueError(f"function {entry.name!r} has no derivatives: methods that need them can't be used with it")
    return dual.apply(entry.evaluate, slopes, arguments)


def _of_arguments(names: tuple[str, ...], values: list[Value]) -> Leaf:
    table = dict(zip(names, values, strict=True))

    def leaf(expr: Expr) -> Value:
        assert isinstance(expr, Name)
        return table[expr.id]

    return leaf


@cache
def _slope(function: str, place: int) -> Callable[..., Any]:
    """A partial derivative that the registry gives as text."""
    entry = FUNCTIONS[function]
    tree = parse_expression(SourceText(entry.derivatives[place], f"derivative of {function}"))
    return lambda *values: evaluate(tree, _of_arguments(entry.arguments, list(values)))


VISITS: dict[type[Expr], Callable[[Any, Leaf], Value]] = {
    Number: _number,
    Name: _name,
    Unary: _unary,
    Binary: _binary,
    Compare: _compare,
    Logical: _logical,
    Conditional: _conditional,
    Call: _call,
}
