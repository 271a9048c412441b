"""x + h·f(x, t)."""

from __future__ import annotations

from eqneuro.reference.system import System, Values


def step(system: System) -> Values:
    """The new values."""
    x, h = system.start, system.dt
    return [a + h * f for a, f in zip(x, system.slopes(x), strict=True)]
