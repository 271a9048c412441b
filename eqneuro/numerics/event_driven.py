"""The closed solution of x' = a·x + b over the time since the last event: x + Δ·exprel(a·Δ)·(a·x + b).

For synapses, whose equations then cost nothing between events. ``elapsed`` is that time in ms; a synapse that has never seen
an event has waited for ever, and lies at its fixed point −b/a where a < 0.
"""

from __future__ import annotations

from eqneuro.numerics.symbols import Exprel, symbol
from eqneuro.numerics.system import Step, System

ORDER = 1
ELAPSED = symbol("elapsed")


def step(system: System) -> Step:
    """The state brought up to date."""
    values = []
    for variable, right in zip(system.variables, system.rights, strict=True):
        rate = right.diff(variable)
        values.append(variable + ELAPSED * Exprel(rate * ELAPSED) * right)
    return Step((), tuple(values), order=ORDER)
