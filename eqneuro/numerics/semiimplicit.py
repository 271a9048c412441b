"""Linearly implicit Euler, each equation in its own variable: x(t+h) = x + h·f/(1 − h·∂f/∂x), f at t + h. Order 1.

The other variables of the system keep their old values; where the equation is linear in its own variable this is
backward Euler of that equation alone, else one step of Newton's iterations (Rosenbrock 1963, with one stage).
"""

from __future__ import annotations

from eqneuro.numerics.symbols import DT
from eqneuro.numerics.system import Step, System

ORDER = 1


def step(system: System) -> Step:
    """One step."""
    later = System(system.variables, system.at(system.variables, DT), system.number)
    rates = later.own_rates()
    values = tuple(
        x + DT * right / (1 - DT * rate) for x, right, rate in zip(later.variables, later.rights, rates, strict=True)
    )
    return Step((), values, order=ORDER)
