"""Midpoint: x(t+h) = x + h·f(x + h/2·f(x, t), t + h/2). Order 2 (Runge 1895)."""

from __future__ import annotations

from eqneuro.numerics.rules import Let
from eqneuro.numerics.symbols import DT
from eqneuro.numerics.system import Step, System

ORDER = 2


def step(system: System) -> Step:
    """One step."""
    middle = [system.temporary("middle", x) for x in system.variables]
    lets = tuple(Let(m, x + DT / 2 * f) for m, x, f in zip(middle, system.variables, system.rights, strict=True))
    slopes = system.within(tuple(middle), DT / 2)
    return Step(lets, tuple(x + DT * f for x, f in zip(system.variables, slopes, strict=True)), order=ORDER)
