"""The classical method of Runge and Kutta over the whole system. Order 4 (Kutta 1901)."""

from __future__ import annotations

import sympy

from eqneuro.numerics.rules import Let
from eqneuro.numerics.symbols import DT
from eqneuro.numerics.system import Step, System

ORDER = 4


def step(system: System) -> Step:
    """One step: k1 = f(x), k2 = f(x + h/2·k1), k3 = f(x + h/2·k2), k4 = f(x + h·k3); x + h/6·(k1 + 2k2 + 2k3 + k4)."""
    lets: list[Let] = []
    stages: list[tuple[sympy.Symbol, ...]] = []
    values = system.variables
    for name, shift in (("k1", 0), ("k2", DT / 2), ("k3", DT / 2), ("k4", DT)):
        if stages:
            values = tuple(x + shift * k for x, k in zip(system.variables, stages[-1], strict=True))
        stage = tuple(system.temporary(name, x) for x in system.variables)
        lets += [Let(k, f) for k, f in zip(stage, system.within(values, shift), strict=True)]
        stages.append(stage)
    new = tuple(
        x + DT / 6 * (k1 + 2 * k2 + 2 * k3 + k4) for x, k1, k2, k3, k4 in zip(system.variables, *stages, strict=True)
    )
    return Step(tuple(lets), new, order=ORDER)
