"""Assignments as update rules, and the bounds of variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy

from eqneuro.model.models import AssignmentEquation, Bound
from eqneuro.numerics.rules import Choice, RuleStatement, Store, UpdateRule
from eqneuro.numerics.singularities import remove_singularities
from eqneuro.numerics.symbols import Maximum, Minimum, NotEqual, Translator, Truncate, Truth, symbol


def assignment_rule(
    assignments: Sequence[AssignmentEquation], types: Mapping[str, str], prefix: str, *, is_global: bool
) -> UpdateRule:
    """Lines one after the other; ``types`` are those of attributes, ``prefix`` distinguishes their random numbers."""
    translator = Translator(prefix)
    statements: list[RuleStatement] = []
    for equation in assignments:
        value = remove_singularities(translator.translate(equation.value))
        value = bounded(value, equation.bounds, translator)
        value = _typed(value, types.get(equation.variable, "float"))
        statements.append(Store(symbol(equation.variable), value, equation.text))
    variables = tuple(dict.fromkeys(e.variable for e in assignments))
    return UpdateRule(
        variables=variables,
        statements=tuple(statements),
        choices=tuple(Choice(v, "assignment", "", 0) for v in variables),
        texts=tuple(e.text for e in assignments),
        draws=tuple(translator.draws),
        delayed=tuple(translator.delayed),
        is_global=is_global,
    )


def bounded(value: sympy.Expr, bounds: Sequence[Bound], translator: Translator) -> sympy.Expr:
    """A new value with its bounds, in the order written."""
    for bound in bounds:
        limit = remove_singularities(translator.translate(bound.value))
        value = Maximum(value, limit) if bound.side == "min" else Minimum(value, limit)
    return value


def _typed(value: sympy.Expr, kind: str) -> sympy.Expr:
    if kind == "int" and not value.is_Integer:
        return Truncate(value)
    if kind == "bool" and not isinstance(value, Truth):
        return NotEqual(value, sympy.Integer(0))
    return value
