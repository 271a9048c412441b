"""Trees rewritten: children replaced, names replaced, constants folded while an expression is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace

from eqneuro.language.syntax import Binary, Expr, Name, Number, Unary


def map_children(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The same node with ``change`` applied to the expressions directly below it."""
    changed: dict[str, object] = {}
    for entry in fields(expr):
        value = getattr(expr, entry.name)
        if isinstance(value, Expr):
            new: object = change(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], Expr):
            new = tuple(change(item) for item in value)
        else:
            continue
        if new != value or new is not value:
            changed[entry.name] = new
    return replace(expr, **changed) if changed else expr  # type: ignore[arg-type]


def substitute(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    """The expression with names replaced by expressions."""
    if isinstance(expr, Name):
        return values.get(expr.id, expr)
    return map_children(expr, lambda child: substitute(child, values))


def is_number(expr: Expr, value: float) -> bool:
    """Whether the expression is this literal."""
    return isinstance(expr, Number) and not isinstance(expr.value, bool) and expr.value == value


def add(left: Expr, right: Expr) -> Expr:
    """left + right."""
    if is_number(left, 0):
        return right
    if is_number(right, 0):
        return left
    if isinstance(right, Unary) and right.operator == "-":
        return subtract(left, right.operand)
    return Binary("+", left, right, span=left.span)


def subtract(left: Expr, right: Expr) -> Expr:
    """left − right."""
    if is_number(right, 0):
        return left
    if is_number(left, 0):
        return negate(right)
    if isinstance(right, Unary) and right.operator == "-":
        return add(left, right.operand)
    return Binary("-", left, right, span=left.span)


def negate(expr: Expr) -> Expr:
    """−expr."""
    if is_number(expr, 0):
        return expr
    if isinstance(expr, Unary) and expr.operator == "-":
        return expr.operand
    if isinstance(expr, Binary) and expr.operator == "-":
        return Binary("-", expr.right, expr.left, span=expr.span)
    return Unary("-", expr, span=expr.span)


def multiply(left: Expr, right: Expr) -> Expr:
    """left · right."""
    if is_number(left, 0) or is_number(right, 1):
        return left
    if is_number(right, 0) or is_number(left, 1):
        return right
    return Binary("*", left, right, span=left.span)


def divide(left: Expr, right: Expr) -> Expr:
    """left / right."""
    if is_number(right, 1) or is_number(left, 0):
        return left
    return Binary("/", left, right, span=left.span)
