"""Backward Euler of the whole system: X = x + h·f(X, t + h). Order 1, stable for every h where Re λ < 0.

Linear systems are solved symbolically; nonlinear ones by Newton's iterations with a symbolic Jacobian, which start at the
old state.
"""

from __future__ import annotations

import sympy

from eqneuro.numerics.elimination import solve
from eqneuro.numerics.rules import Iterate, Let
from eqneuro.numerics.symbols import DT
from eqneuro.numerics.system import Step, System

ORDER = 1
TOLERANCE = 1e-13
ITERATIONS = 50


def step(system: System) -> Step:
    """One step."""
    later = System(system.variables, system.at(system.variables, DT), system.number)
    jacobian = later.jacobian()
    unknown = set(system.variables)
    if any(entry.free_symbols & unknown for row in jacobian for entry in row):
        return _newton(later, jacobian)
    at_zero = later.at(tuple(sympy.Integer(0) for _ in system.variables))
    matrix = [[_unit(i, j) - DT * entry for j, entry in enumerate(row)] for i, row in enumerate(jacobian)]
    right = [x + DT * b for x, b in zip(system.variables, at_zero, strict=True)]
    lets, values = solve(matrix, right, f"linear{system.number}")
    return Step(tuple(lets), tuple(values), order=ORDER)


def _unit(i: int, j: int) -> sympy.Expr:
    return sympy.Integer(int(i == j))


def _newton(system: System, jacobian: list[list[sympy.Expr]]) -> Step:
    """X ← X − (I − h·J(X))⁻¹·(X − x − h·f(X))."""
    guesses = tuple(system.temporary("next", x) for x in system.variables)
    table = dict(zip(system.variables, guesses, strict=True))
    matrix = [
        [_unit(i, j) - DT * entry.xreplace(table) for j, entry in enumerate(row)] for i, row in enumerate(jacobian)
    ]
    slopes = system.at(guesses)
    residuals = [g - x - DT * f for g, x, f in zip(guesses, system.variables, slopes, strict=True)]
    lets, corrections = solve(matrix, residuals, f"newton{system.number}")
    moves = [system.temporary("move", x) for x in system.variables]
    lets += [Let(m, c) for m, c in zip(moves, corrections, strict=True)]
    size = sum((sympy.Abs(m) / (1 + sympy.Abs(g)) for m, g in zip(moves, guesses, strict=True)), sympy.Integer(0))
    loop = Iterate(
        unknowns=tuple(Let(g, x) for g, x in zip(guesses, system.variables, strict=True)),
        body=tuple(lets),
        updates=tuple(Let(g, g - m) for g, m in zip(guesses, moves, strict=True)),
        residual=size,
        tolerance=TOLERANCE,
        limit=ITERATIONS,
    )
    return Step((loop,), guesses, order=ORDER, reason="solved by Newton's iterations")
