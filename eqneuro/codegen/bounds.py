"""Bounds that are numbers, held where compilers don't see that they are.

Of two values that are at hand x86 takes the larger one by one instruction, where NaN comes out as C's ``a > b ? a : b``
says. If one of them is a constant and the result is only stored, gcc compares, moves both to integer registers and
chooses there: five instructions for the 0 of ``clip(w, 0, w_max)``, in loops over events that are little else.
"""

from __future__ import annotations

import sympy

from eqneuro.codegen.cprinter import CONDITIONS
from eqneuro.codegen.scope import Scope
from eqneuro.numerics.symbols import Ite


def hold_bounds(expr: sympy.Expr, scope: Scope) -> sympy.Expr:
    """The expression with the numbers that values are bounded by as symbols, which the function declares."""
    return expr.replace(lambda e: _bound_of(e) is not None, lambda e: _held(e, scope))


def _bound_of(expr: sympy.Expr) -> sympy.Expr | None:
    """The number, if the expression is the larger or the smaller of a value and a number."""
    if not isinstance(expr, Ite) or type(expr.args[0]).__name__ not in CONDITIONS:
        return None
    test, *arms = expr.args
    numbers = [side for side in test.args if side.is_Number]
    return numbers[0] if len(numbers) == 1 and set(test.args) == set(arms) else None


def _held(expr: sympy.Expr, scope: Scope) -> sympy.Expr:
    bound = _bound_of(expr)
    test, *arms = expr.args
    symbol = scope.held(bound)
    sides, values = ([symbol if x == bound else x for x in of] for of in (test.args, arms))
    return Ite(test.func(*sides), *values)
