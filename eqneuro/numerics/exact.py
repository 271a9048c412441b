"""The exact solution of x' = A·x + b over a step in which A and b are constant: x(t+h) = P·x + Q·b.

P = exp(A·h) and Q = ∫₀ʰ exp(A·s) ds come from the matrix exponential of the augmented matrix h·[[A, I], [0, 0]], numerically
(Al-Mohy & Higham 2009, in SciPy), whenever a parameter or dt changes: equal time constants, complex, repeated and zero
eigenvalues need no cases. Inputs that change from step to step are taken as constant over it and enter through b
(Rotter & Diesmann 1999).
"""

from __future__ import annotations

import sympy

from eqneuro.numerics.rules import Propagator
from eqneuro.numerics.symbols import symbol
from eqneuro.numerics.system import Step, System

ORDER = 1
"""In general, through inputs that are frozen over a step; a constant input leaves no error at all."""


def step(system: System) -> Step:
    """One step; what it reads of P and Q is filled in by the engine."""
    size = len(system.variables)
    matrix = system.jacobian()
    inputs = system.at(tuple(sympy.Integer(0) for _ in system.variables))
    linked = _reachable([[entry != 0 for entry in row] for row in matrix])
    transition, response = (
        tuple(
            tuple(symbol(f"{letter}{system.number}[{i},{j}]") if linked[i][j] else None for j in range(size))
            for i in range(size)
        )
        for letter in "PQ"
    )
    values = []
    for i in range(size):
        value = sympy.Integer(0)
        for j, variable in enumerate(system.variables):
            entry = transition[i][j]
            if entry is not None:
                value += entry * variable
            weight = response[i][j]
            if weight is not None and inputs[j] != 0:
                value += weight * inputs[j]
        values.append(value)
    propagator = Propagator(tuple(x.name for x in system.variables), tuple(map(tuple, matrix)), transition, response)
    return Step((), tuple(values), propagator, order=ORDER)


def _reachable(linked: list[list[bool]]) -> list[list[bool]]:
    """Where exp(A) can differ from zero: the paths through A's entries, and the diagonal."""
    size = len(linked)
    closure = [[linked[i][j] or i == j for j in range(size)] for i in range(size)]
    for k in range(size):
        for i in range(size):
            for j in range(size):
                closure[i][j] = closure[i][j] or (closure[i][k] and closure[k][j])
    return closure
