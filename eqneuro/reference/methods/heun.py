"""x + h/2·(f(x, t) + f(x + h·f(x, t), t + h))."""

from __future__ import annotations

from eqneuro.reference.system import System, Values


def step(system: System) -> Values:
    """The new values."""
    x, h = system.start, system.dt
    first = system.slopes(x)
    second = system.stage([a + h * f for a, f in zip(x, first, strict=True)], h)
    return [a + h * (f + g) / 2.0 for a, f, g in zip(x, first, second, strict=True)]
