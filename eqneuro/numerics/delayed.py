"""The past at the times of a method's stages: `v(t - d)` is read at t + c·h − d, where a stage is at t + c·h.

Histories hold a variable at the grid points. Between two of them it is the cubic of Hermite through the values and the
slopes at both, which keeps the order of every method up to 4 (Bellen & Zennaro 2003, 4.1: an interpolant of the order
of the method, and breaking points on the grid). The slope at a grid point is the right side of the variable's
equation there, which its method works out anyway. Variables without slopes are those of methods of order 1, for which
a straight line suffices, and those that are assigned, which are read by a cubic through four grid points where the
reader's order asks for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import sympy

from eqneuro.language.syntax import Delayed
from eqneuro.model.models import Equation, OdeEquation
from eqneuro.numerics.rules import (
    CURVE,
    LINE,
    OPEN_CURVE,
    POINTS,
    Iterate,
    RuleStatement,
    Store,
    UpdateRule,
)

PAST = "past:"
"""Symbols of past values begin with this."""
LATER = "+"
"""Between such a symbol and the shift, in steps, at which it is read."""
SLOPE = "slope:"
"""In front of a variable: its slope at the beginning of the step, which is kept."""
CUBIC = 3
"""From this order on, a reader asks for more than straight lines."""


def later(rights: Sequence[sympy.Expr], steps: sympy.Expr) -> dict[sympy.Expr, sympy.Expr]:
    """The past values of some expressions, as they are so many steps later.

    A shift that is known only while the step runs leaves them as they are: held over the step.
    """
    if steps.free_symbols:
        return {}
    found = {s for right in rights for s in right.free_symbols if s.name.startswith(PAST) and LATER not in s.name}
    return {s: sympy.Symbol(f"{s.name}{LATER}{steps}", real=True) for s in found}


def delayed_variables(equations: Iterable[Equation]) -> frozenset[str]:
    """Variables whose past some equations read."""
    sides = (e.right if isinstance(e, OdeEquation) else e.value for e in equations)
    return frozenset(node.name for side in sides for node in side.walk() if isinstance(node, Delayed))


def slope_of(variable: str) -> sympy.Symbol:
    """The symbol under which the slope of a variable is stored."""
    return sympy.Symbol(f"{SLOPE}{variable}", real=True)


def read_past(rules: Sequence[UpdateRule]) -> tuple[UpdateRule, ...]:
    """The same rules; of each past value they say at which shifts it is read, and how between grid points."""
    if not any(rule.delayed for rule in rules):
        return tuple(rules)
    writers = {name: number for number, rule in enumerate(rules) for name in rule.variables}
    slopes = {s.symbol.name for rule in rules for s in rule.statements if isinstance(s, Store)}
    smooth = {name for name in writers if f"{SLOPE}{name}" in slopes}
    assigned = {c.variable for rule in rules for c in rule.choices if c.method == "assignment"}

    def between(variable: str, reader: int, shift: sympy.Expr) -> str:
        if variable in smooth:
            writer = writers[variable]
            is_known = writer < reader or (writer == reader and shift != 0)
            return CURVE if is_known else OPEN_CURVE
        order = max(choice.order for choice in rules[reader].choices)
        return POINTS if variable in assigned and order >= CUBIC else LINE

    result = []
    for number, rule in enumerate(rules):
        read = _symbols(rule.statements)
        values = []
        for value in rule.delayed:
            for symbol, shift in _shifts_of(value.symbol, read):
                kind = between(value.variable, number, shift)
                values.append(replace(value, symbol=symbol, shift=shift, between=kind))
        result.append(_explained(replace(rule, delayed=tuple(values))))
    return tuple(result)


def _shifts_of(symbol: sympy.Symbol, read: Collection[sympy.Symbol]) -> list[tuple[sympy.Symbol, sympy.Expr]]:
    """The symbols of one past value, and their shifts in steps."""
    found = [(symbol, sympy.Integer(0))] if symbol in read else []
    for other in sorted(read, key=lambda s: s.name):
        base, mark, steps = other.name.partition(LATER)
        if mark and base == symbol.name:
            found.append((other, sympy.sympify(steps)))
    return found


def _symbols(statements: Iterable[RuleStatement]) -> set[sympy.Symbol]:
    """All symbols that some statements read."""
    return {s for statement in statements for s in symbols_of(statement)}


def symbols_of(statement: RuleStatement) -> set[sympy.Symbol]:
    """All symbols that a statement reads."""
    if not isinstance(statement, Iterate):
        return {*statement.value.free_symbols}
    lets = (*statement.unknowns, *statement.body, *statement.updates)
    return {s for let in lets for s in let.value.free_symbols} | {*statement.residual.free_symbols}


def _explained(rule: UpdateRule) -> UpdateRule:
    """What the equations of a rule that read the past at later times have to say of it."""
    if not any(value.shift != 0 for value in rule.delayed):
        return rule
    note = "Past values are read at the times of its stages."
    choices = tuple(replace(c, reason=f"{c.reason} {note}") if c.order > 1 else c for c in rule.choices)
    return replace(rule, choices=choices)
