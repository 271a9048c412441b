"""Linearly implicit Euler, each equation in its own variable: x(t+h) = x + h·f/(1 − h·∂f/∂x). Order 1.

The other variables of the system keep their old values; where the equation is linear in its own variable this is backward
Euler of that equation alone, else one step of Newton's iterations (Rosenbrock 1963, with one stage).
"""

from __future__ import annotations

from eqneuro.numerics.symbols import DT
from eqneuro.numerics.system import Step, System

ORDER = 1


def step(system: System) -> Step:
    """One step."""
    values = []
    for variable, right in zip(system.variables, system.rights, strict=True):
        values.append(variable + DT * right / (1 - DT * right.diff(variable)))
    return Step((), tuple(values), order=ORDER)
