"""Backward Euler of the whole system: X = x + h·f(X, t + h). Order 1, stable for every h where Re λ < 0.

Linear systems are solved symbolically; nonlinear ones by Newton's iterations (`newton`), which start at the old state.
White noise kicks the old state (drift-implicit Euler and Maruyama).

Where the equation has no solution, as in the upstroke of a spike that is faster than the step, the explicit step is
taken instead: the state leaves that region rather than being stuck in it.
"""

from __future__ import annotations

import sympy

from eqneuro.numerics.elimination import solve
from eqneuro.numerics.newton import is_linear, iterate, matrix_of
from eqneuro.numerics.symbols import DT, Ite
from eqneuro.numerics.system import ZERO, Step, System, euler

ORDER = 1
LINEAR, NONLINEAR = "It is linear, and solved directly.", "It is not linear, and solved by Newton's iterations."


def step(system: System) -> Step:
    """One step."""
    later, begin = system.after(DT), system.kicked()
    jacobian = later.jacobian()
    if not is_linear(system, jacobian):
        return _newton(system, later, begin)
    at_zero = later.at(tuple(ZERO for _ in system.variables))
    right = [x + DT * b for x, b in zip(begin, at_zero, strict=True)]
    lets, values = solve(matrix_of(jacobian, DT), right, f"linear{system.number}")
    return Step(tuple(lets), tuple(values), order=ORDER, remark=LINEAR, has_noise=True)


def _newton(system: System, later: System, begin: tuple[sympy.Expr, ...]) -> Step:
    found = iterate(later, begin, DT)
    others = explicit_step(system, found.bases)
    values = tuple(Ite(found.is_found, x, other) for x, other in zip(found.values, others, strict=True))
    return Step(found.statements, values, order=ORDER, remark=NONLINEAR, has_noise=True)


def explicit_step(system: System, starts: tuple[sympy.Expr, ...]) -> tuple[sympy.Expr, ...]:
    """What is taken where there is no solution; ``starts`` is the old state after its kick."""
    return tuple(e + start - x for e, start, x in zip(euler(system), starts, system.variables, strict=True))
