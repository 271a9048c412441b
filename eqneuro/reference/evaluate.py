"""The value of a syntax tree, put together node by node, with derivatives where they are asked for."""

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

Meaning = Callable[[Leaf], Value]
"""Gives the value of an expression where its leaves have theirs."""

MOST_MEANINGS = 20_000
"""Expressions whose meaning is kept, with the trees themselves: thousands of models in one process are forgotten."""

MEANINGS: dict[int, tuple[Expr, Meaning]] = {}
"""The trees that were asked for last, by their identities, and their meanings."""

ARITHMETIC: dict[str, Callable[[Value, Value], Value]] = {
    "+": dual.add, "-": dual.subtract, "*": dual.multiply, "/": dual.divide, "^": dual.power,
}  # fmt: skip
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
}  # fmt: skip


def evaluate(expr: Expr, leaf: Leaf) -> Value:
    """The value of an expression where its leaves have theirs; truth values are 1 and 0."""
    return meaning(expr)(leaf)


def holds(expr: Expr, leaf: Leaf) -> Any:
    """Whether a condition holds."""
    return _is_true(meaning(expr)(leaf))


def meaning(expr: Expr) -> Meaning:
    """What gives the value of an expression: put together from its parts once, since most are asked for in each step.

    Trees that are equal are told apart: each draw of two that look the same is one of its own.
    """
    known = MEANINGS.get(id(expr))
    if known is None:
        if len(MEANINGS) >= MOST_MEANINGS:
            MEANINGS.clear()
        visit = VISITS.get(type(expr))
        known = MEANINGS[id(expr)] = expr, (lambda leaf: leaf(expr)) if visit is None else visit(expr)
    return known[1]


def _is_true(value: Value) -> Any:
    return np.asarray(plain(value)) != 0.0


def _number(expr: Any) -> Meaning:
    value = np.float64(expr.value)
    return lambda leaf: value


def _name(expr: Any) -> Meaning:
    pi = np.float64(np.pi)
    return (lambda leaf: pi) if expr.id == "pi" else lambda leaf: leaf(expr)


def _unary(expr: Any) -> Meaning:
    operand = meaning(expr.operand)
    if expr.operator == "not":
        return lambda leaf: np.float64(1.0) * (np.asarray(plain(operand(leaf))) == 0.0)
    return (lambda leaf: dual.negate(operand(leaf))) if expr.operator == "-" else operand


def _binary(expr: Any) -> Meaning:
    operation, left, right = ARITHMETIC[expr.operator], meaning(expr.left), meaning(expr.right)
    return lambda leaf: operation(left(leaf), right(leaf))


def _compare(expr: Any) -> Meaning:
    comparison, left, right = COMPARISONS[expr.operator], meaning(expr.left), meaning(expr.right)
    return lambda leaf: np.float64(1.0) * comparison(plain(left(leaf)), plain(right(leaf)))


def _logical(expr: Any) -> Meaning:
    operation = np.logical_and if expr.operator == "and" else np.logical_or
    left, right = meaning(expr.left), meaning(expr.right)
    return lambda leaf: np.float64(1.0) * operation(_is_true(left(leaf)), _is_true(right(leaf)))


def _conditional(expr: Any) -> Meaning:
    test, then, otherwise = meaning(expr.test), meaning(expr.then), meaning(expr.otherwise)
    return lambda leaf: dual.choose(_is_true(test(leaf)), then(leaf), otherwise(leaf))


def _call(expr: Any) -> Meaning:
    entry = FUNCTIONS[expr.function]
    arguments = [meaning(argument) for argument in expr.arguments]
    if entry.definition is not None:
        body, names = meaning(definition_of(entry.name)), entry.arguments
        return lambda leaf: body(_of_arguments(names, [argument(leaf) for argument in arguments]))
    function = entry.evaluate
    assert function is not None
    if entry.derivatives:
        slopes = tuple(_slope(entry.name, place) for place in range(len(arguments)))
    else:
        slopes = dual.SLOPES.get(entry.name, ())
    has_none = not slopes and entry.c is not None

    def value(leaf: Leaf) -> Value:
        values = [argument(leaf) for argument in arguments]
        if has_none and any(isinstance(a, dual.Dual) for a in values):
            raise ValueError(
                f"function {entry.name!r} has no derivatives: methods that need them can't be used with it"
            )
        return dual.apply(function, slopes, values)

    return value


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


VISITS: dict[type[Expr], Callable[[Any], Meaning]] = {
    Number: _number,
    Name: _name,
    Unary: _unary,
    Binary: _binary,
    Compare: _compare,
    Logical: _logical,
    Conditional: _conditional,
    Call: _call,
}
