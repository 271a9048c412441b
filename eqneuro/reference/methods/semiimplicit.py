"""x + h·f/(1 − h·∂f/∂x), with f at time t + h: each equation in its own variable, all others as they were."""

from __future__ import annotations

from eqneuro.reference.system import System, Values


def step(system: System) -> Values:
    """The new values."""
    x, h = system.start, system.dt
    slopes, rates = system.slopes(x, h), system.rates(x, h)
    return [p + h * f / (1.0 - h * a) for p, f, a in zip(x, slopes, rates, strict=True)]
