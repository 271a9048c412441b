"""The classical method of Runge and Kutta: x + h/6·(k₁ + 2k₂ + 2k₃ + k₄)."""

from __future__ import annotations

from eqneuro.reference.system import System, Values


def step(system: System) -> Values:
    """The new values."""
    x, h = system.start, system.dt

    def moved(slopes: Values, by: float) -> Values:
        return [a + by * h * k for a, k in zip(x, slopes, strict=True)]

    k1 = system.stage(x)
    k2 = system.stage(moved(k1, 0.5), h / 2.0)
    k3 = system.stage(moved(k2, 0.5), h / 2.0)
    k4 = system.stage(moved(k3, 1.0), h)
    return [a + h * (p + 2.0 * q + 2.0 * r + s) / 6.0 for a, p, q, r, s in zip(x, k1, k2, k3, k4, strict=True)]
