"""The closed solution of x' = a·x + b over the time Δ since the last event: x·e^{aΔ} + b·Δ·exprel(a·Δ).

For synapses, whose equations then cost nothing between events. A trace that feeds another one, y' = d·y beside x' =
a·x + c·y, adds c·y·(e^{aΔ} − e^{dΔ})/(a − d), written as c·y·Δ·e^{dΔ}·exprel((a − d)·Δ): equal time constants need no
case.
"""

from __future__ import annotations

import sympy

from eqneuro.numerics.relative import Exprel
from eqneuro.numerics.symbols import symbol
from eqneuro.numerics.system import ZERO, Step, System

ORDER = 1
ELAPSED = symbol("time:elapsed")
"""The time in ms since the variables were last brought up to date."""


class TooCoupled(ValueError):
    """A chain of equations that has no closed solution of this form; ``place`` tells where it begins."""

    def __init__(self, place: int) -> None:
        self.place = place
        super().__init__(place)


def step(system: System) -> Step:
    """The state brought up to date."""
    matrix = system.jacobian()
    inputs = system.at(tuple(ZERO for _ in system.variables))
    sources = [[j for j, entry in enumerate(row) if j != i and entry != 0] for i, row in enumerate(matrix)]
    values = []
    for i, variable in enumerate(system.variables):
        rate = matrix[i][i]
        value = variable * sympy.exp(rate * ELAPSED) + inputs[i] * ELAPSED * Exprel(rate * ELAPSED)
        for j in sources[i]:
            if sources[j] or inputs[j] != 0:
                raise TooCoupled(i)
            fed = ELAPSED * sympy.exp(matrix[j][j] * ELAPSED) * Exprel((rate - matrix[j][j]) * ELAPSED)
            value += matrix[i][j] * system.variables[j] * fed
        values.append(value)
    return Step((), tuple(values), order=ORDER)
