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
from eqneuro.numerics.choice import WITH_STAGES
from eqneuro.numerics.rules import (
    CURVE,
    LINE,
    OPEN_CURVE,
    POINTS,
    Iterate,
    RuleStatement,
    StagedInput,
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


NODES = tuple(sympy.Rational(k, 3) for k in range(4))
"""Shifts between which a cubic is laid where the time of a stage is known only while the step runs."""


def later(rights: Sequence[sympy.Expr], steps: sympy.Expr) -> dict[sympy.Expr, sympy.Expr]:
    """The past values of some expressions, as they are so many steps later."""
    found = {s for right in rights for s in right.free_symbols if s.name.startswith(PAST) and LATER not in s.name}
    return {past: _shifted(past, steps) for past in found}


def _shifted(past: sympy.Symbol, steps: sympy.Expr) -> sympy.Expr:
    if not steps.free_symbols:
        return sympy.Symbol(f"{past.name}{LATER}{steps}", real=True)
    values = [past, *(_shifted(past, node) for node in NODES[1:])]
    return sympy.Add(*(w * value for w, value in zip(lagrange(NODES, steps), values, strict=True)))


def lagrange(nodes: Sequence[sympy.Expr], place: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """Weights of values at some nodes for the polynomial through them (Lagrange)."""
    return tuple(sympy.Mul(*((place - other) / (node - other) for other in nodes if other != node)) for node in nodes)


def staged(rights: Sequence[sympy.Expr], inputs: Collection[str]) -> tuple[sympy.Expr, ...]:
    """The same with symbols that stages read at their own times for some inputs."""
    table = {sympy.Symbol(name, real=True): sympy.Symbol(f"{PAST}{name}", real=True) for name in inputs}
    return tuple(right.xreplace(table) for right in rights)


def delayed_variables(equations: Iterable[Equation]) -> frozenset[str]:
    """Variables whose past some equations read."""
    sides = (e.right if isinstance(e, OdeEquation) else e.value for e in equations)
    return frozenset(node.name for side in sides for node in side.walk() if isinstance(node, Delayed))


def slope_of(variable: str) -> sympy.Symbol:
    """The symbol under which the slope of a variable is stored."""
    return sympy.Symbol(f"{SLOPE}{variable}", real=True)


def read_past(rules: Sequence[UpdateRule]) -> tuple[UpdateRule, ...]:
    """The same rules; of each past value they say at which shifts it is read, and how between grid points."""
    if not any(rule.delayed or rule.inputs for rule in rules):
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
        inputs = [
            replace(value, symbol=symbol, shift=shift)
            for value in rule.inputs
            for symbol, shift in _shifts_of(value.symbol, read)
        ]
        result.append(_explained(replace(rule, delayed=tuple(values), inputs=tuple(inputs))))
    return tuple(result)


def inputs_of_stages(rights: Sequence[sympy.Expr], names: Collection[str]) -> tuple[StagedInput, ...]:
    """The inputs among some names that right sides made by `staged` read."""
    read = {s.name for right in rights for s in right.free_symbols}
    own = [sympy.Symbol(f"{PAST}{name}", real=True) for name in names]
    return tuple(StagedInput(s, s.name.removeprefix(PAST), sympy.S.Zero) for s in own if s.name in read)


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
    """What the equations of a rule that look at later times within the step have to say of it."""
    what = ["past values"] if any(value.shift != 0 for value in rule.delayed) else []
    what += dict.fromkeys(value.name for value in rule.inputs)
    if not what:
        return rule
    note = f"Read at the times of its stages: {', '.join(what)}."
    choices = tuple(replace(c, reason=f"{c.reason} {note}") if c.method in WITH_STAGES else c for c in rule.choices)
    return replace(rule, choices=choices)
