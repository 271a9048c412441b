"""x' = a·x + b with a and b frozen over the step: x + h·exprel(a·h)·f(x, t)."""

from __future__ import annotations

from eqneuro.reference.system import System, Values, exprel


def step(system: System) -> Values:
    """The new values, each equation by itself."""
    x, h = system.start, system.dt
    slopes, rates = system.slopes(x), system.rates(x)
    return [p + h * exprel(a * h) * f for p, f, a in zip(x, slopes, rates, strict=True)]
