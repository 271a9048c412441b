"""The exact solution of x' = A·x + b over a step in which A and b are constant: x(t+h) = P·x + Q·b.

P = exp(A·h) and Q = ∫₀ʰ exp(A·s) ds are the upper blocks of the matrix exponential of the augmented matrix h·[[A, I],
[0, 0]], worked out numerically (`engine.propagators`) whenever a parameter or dt changes: equal time constants,
complex, repeated and zero eigenvalues need no cases. Inputs that change from step to step are taken as constant over
it and enter through b (Rotter & Diesmann 1999).
"""

from __future__ import annotations

import sympy

from eqneuro.numerics.rules import Propagator
from eqneuro.numerics.symbols import symbol
from eqneuro.numerics.system import ZERO, Step, System

ORDER = 1
"""In general, through inputs that are frozen over a step; a constant input leaves no error at all."""


def step(system: System) -> Step:
    """One step; what it reads of P and Q is filled in by the engine."""
    size = len(system.variables)
    matrix = system.jacobian()
    inputs = system.at(tuple(ZERO for _ in system.variables))
    linked = reachable([[entry != 0 for entry in row] for row in matrix])
    driven = [entry != 0 for entry in inputs]

    def name(letter: str, i: int, j: int) -> sympy.Symbol | None:
        wanted = linked[i][j] and (letter == "P" or driven[j])
        return symbol(f"{letter}{system.number}[{i},{j}]") if wanted else None

    transition, response = (
        tuple(tuple(name(letter, i, j) for j in range(size)) for i in range(size)) for letter in "PQ"
    )
    values = tuple(_weighted(transition[i], system.variables) + _weighted(response[i], inputs) for i in range(size))
    propagator = Propagator(tuple(x.name for x in system.variables), tuple(map(tuple, matrix)), transition, response)
    return Step((), values, propagator, order=ORDER)


def _weighted(weights: tuple[sympy.Symbol | None, ...], values: tuple[sympy.Expr, ...]) -> sympy.Expr:
    return sympy.Add(*(w * value for w, value in zip(weights, values, strict=True) if w is not None))


def reachable(linked: list[list[bool]]) -> list[list[bool]]:
    """Where exp(A) can differ from zero: the paths through A's entries, and the diagonal."""
    size = len(linked)
    closure = [[linked[i][j] or i == j for j in range(size)] for i in range(size)]
    for k in range(size):
        for i in range(size):
            for j in range(size):
                closure[i][j] = closure[i][j] or (closure[i][k] and closure[k][j])
    return closure
