"""Heun: x(t+h) = x + h/2·(f(x, t) + f(x + h·f(x, t), t + h)). Order 2 (Heun 1900)."""

from __future__ import annotations

from eqneuro.numerics.rules import Let
from eqneuro.numerics.symbols import DT
from eqneuro.numerics.system import Step, System

ORDER = 2


def step(system: System) -> Step:
    """One step."""
    slopes = [system.temporary("slope", x) for x in system.variables]
    lets = tuple(Let(k, f) for k, f in zip(slopes, system.rights, strict=True))
    ends = system.within(tuple(x + DT * k for x, k in zip(system.variables, slopes, strict=True)), DT)
    values = tuple(x + DT / 2 * (k + f) for x, k, f in zip(system.variables, slopes, ends, strict=True))
    return Step(lets, values, order=ORDER)
