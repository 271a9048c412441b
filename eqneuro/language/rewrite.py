"""Trees rewritten: children replaced, names replaced, constants folded while an expression is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace

from eqneuro.language.syntax import Binary, Expr, Name, Number, Span, Unary


def map_children(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The same node with ``change`` applied to the expressions directly below it; itself where these stay the same."""
    changed: dict[str, object] = {}
    for entry in fields(expr):
        value = getattr(expr, entry.name)
        if isinstance(value, Expr):
            new = change(value)
            if new is not value:
                changed[entry.name] = new
        elif isinstance(value, tuple) and value and isinstance(value[0], Expr):
            items = tuple(map(change, value))
            if any(item is not old for item, old in zip(items, value, strict=True)):
                changed[entry.name] = items
    return replace(expr, **changed) if changed else expr  # type: ignore[arg-type]


def substitute(expr: Expr, values: Mapping[str, Expr], span: Span | None = None) -> Expr:
    """The expression with names replaced by expressions; with ``span``, what is not replaced gets that place."""
    if isinstance(expr, Name) and expr.id in values:
        return values[expr.id]
    changed = map_children(expr, lambda child: substitute(child, values, span))
    return changed if span is None else replace(changed, span=span)


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
