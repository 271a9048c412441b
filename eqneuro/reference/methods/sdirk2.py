"""Two implicit stages with γ = 1 − 1/√2 (Alexander 1977): X₁ = x + γh·f(X₁, t + γh), and
X₂ = x + (1 − γ)/γ·(X₁ − x) + γh·f(X₂, t + h) = x(t+h).

White noise kicks the old state; where a stage has no solution, the explicit step is taken.
"""

from __future__ import annotations

import numpy as np

from eqneuro.reference import newton
from eqneuro.reference.methods import explicit
from eqneuro.reference.system import System, Values

GAMMA = 1.0 - 1.0 / np.sqrt(2.0)


def step(system: System) -> Values:
    """The new values."""
    h, kicks = system.dt, system.kicks or [0.0 for _ in system.names]
    begin = newton.stacked(system, [x + kick for x, kick in zip(system.start, kicks, strict=True)])
    middle, is_middle = newton.solve(system, begin, GAMMA * h, GAMMA * h, begin)
    base = np.where(is_middle, begin + (1.0 - GAMMA) / GAMMA * (middle - begin), np.nan)
    new, found = newton.solve(system, base, GAMMA * h, h, middle)
    others = [e + kick for e, kick in zip(explicit.step(system), kicks, strict=True)]
    return [np.where(found, x, other) for x, other in zip(new, others, strict=True)]
