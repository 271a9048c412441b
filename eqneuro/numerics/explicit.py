"""Forward Euler: x(t+h) = x + h·f(x, t). Order 1; stable where |1 + hλ| ≤ 1."""

from __future__ import annotations

from eqneuro.numerics.system import Step, System, euler

ORDER = 1


def step(system: System) -> Step:
    """One step."""
    return Step((), euler(system))
