"""x + h·f(x + h/2·f(x, t), t + h/2)."""

from __future__ import annotations

from eqneuro.reference.system import System, Values


def step(system: System) -> Values:
    """The new values."""
    x, h = system.start, system.dt
    middle = [a + h / 2.0 * f for a, f in zip(x, system.slopes(x), strict=True)]
    return [a + h * f for a, f in zip(x, system.stage(middle, h / 2.0), strict=True)]
