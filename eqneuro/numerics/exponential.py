"""Exponential Euler: x' = a·x + b with a and b frozen over the step, x(t+h) = x + (e^{ah} − 1)/a·(a·x + b).

Each equation by itself, linear in its own variable. Order 1 in general, exact where a and b are constant; stable for
every h where a < 0. Written as h·exprel(a·h)·f(x), which is safe at a → 0.
"""

from __future__ import annotations

from eqneuro.numerics.relative import Exprel
from eqneuro.numerics.symbols import DT
from eqneuro.numerics.system import Step, System

ORDER = 1


def step(system: System) -> Step:
    """One step."""
    rates = system.own_rates()
    values = tuple(
        x + DT * Exprel(rate * DT) * right
        for x, right, rate in zip(system.variables, system.rights, rates, strict=True)
    )
    return Step((), values, order=ORDER)
