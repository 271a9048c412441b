"""Two implicit stages with the same matrix I − γh·J, γ = 1 − 1/√2 (Alexander 1977; Hairer & Wanner 1996, IV.6):

    X₁ = x + γh·f(X₁, t + γh)
    X₂ = x + (1 − γ)h·f(X₁, t + γh) + γh·f(X₂, t + h)        x(t+h) = X₂

Order 2, L-stable: R(z) = (1 + (1 − 2γ)z)/(1 − γz)² falls to 0 for large |z|, whatever is stiff has died away after a
step. h·f(X₁) is taken as (X₁ − x)/γ, which has no cancellation where f is stiff.

The stages are solved as those of `implicit` are, directly or by Newton's iterations; where one has no solution, the
explicit step is taken. White noise kicks the old state, as there.
"""

from __future__ import annotations

import math

import sympy

from eqneuro.numerics.elimination import factorise, solve
from eqneuro.numerics.implicit import LINEAR, NONLINEAR, explicit_step
from eqneuro.numerics.newton import is_linear, iterate, matrix_of
from eqneuro.numerics.rules import Let
from eqneuro.numerics.symbols import DT, Ite
from eqneuro.numerics.system import ZERO, Step, System

ORDER = 2
GAMMA = sympy.Float(1.0 - 1.0 / math.sqrt(2.0))
ONWARD = sympy.Float(math.sqrt(2.0) + 1.0)
"""(1 − γ)/γ: so much of X₁ − x goes into the second stage."""


def step(system: System) -> Step:
    """One step."""
    begin = system.kicked()
    first, second = system.after(GAMMA * DT), system.after(DT)
    if is_linear(system, first.jacobian()):
        return _directly(first, second, begin)
    middle = iterate(first, begin, GAMMA * DT, stage="_1")
    base = tuple(
        Ite(middle.is_found, x + ONWARD * (value - x), sympy.nan)
        for x, value in zip(middle.bases, middle.values, strict=True)
    )
    end = iterate(second, base, GAMMA * DT, guess=middle.values, stage="_2")
    others = explicit_step(system, middle.bases)
    values = tuple(Ite(end.is_found, x, other) for x, other in zip(end.values, others, strict=True))
    return Step((*middle.statements, *end.statements), values, order=ORDER, remark=NONLINEAR, has_noise=True)


def _directly(first: System, second: System, begin: tuple[sympy.Expr, ...]) -> Step:
    """Linear systems: the matrix is eliminated once where it does not change with time."""
    number, factor = first.number, GAMMA * DT
    starts = tuple(first.temporary("start", x) for x in first.variables)
    lets = [Let(start, value) for start, value in zip(starts, begin, strict=True)]
    zero = tuple(ZERO for _ in starts)
    factors = factorise(matrix_of(first.jacobian(), factor), f"linear{number}")
    right = [x + factor * b for x, b in zip(starts, first.at(zero), strict=True)]
    more, found = factors.solve(right, f"linear{number}")
    lets += [*factors.lines, *more]
    middle = tuple(first.temporary("middle", x) for x in first.variables)
    lets += [Let(x, value) for x, value in zip(middle, found, strict=True)]
    right = [x + ONWARD * (value - x) + factor * b for x, value, b in zip(starts, middle, second.at(zero), strict=True)]
    if second.jacobian() == first.jacobian():
        more, values = factors.solve(right, f"linear{number}_2")
    else:
        more, values = solve(matrix_of(second.jacobian(), factor), right, f"linear{number}_2")
    return Step((*lets, *more), tuple(values), order=ORDER, remark=LINEAR, has_noise=True)
