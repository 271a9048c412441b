"""Backward Euler of the whole system: X = x + h·f(X, t + h), from the old state, which white noise kicks.

Where the iterations end without a solution, the explicit step is taken.
"""

from __future__ import annotations

import numpy as np

from eqneuro.reference import newton
from eqneuro.reference.methods import explicit
from eqneuro.reference.system import System, Values


def step(system: System) -> Values:
    """The new values."""
    h, kicks = system.dt, system.kicks or [0.0 for _ in system.names]
    begin = newton.stacked(system, [x + kick for x, kick in zip(system.start, kicks, strict=True)])
    new, found = newton.solve(system, begin, h, h, begin)
    others = [e + kick for e, kick in zip(explicit.step(system), kicks, strict=True)]
    return [np.where(found, x, other) for x, other in zip(new, others, strict=True)]
