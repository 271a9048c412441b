"""Numerical methods, one a file: `step` takes a `System` and gives the new values of its variables.

A new method is a file with its `step`, and a line here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from eqneuro.reference.methods import (
    exact,
    explicit,
    exponential,
    heun,
    implicit,
    midpoint,
    rk4,
    rk45,
    sdirk2,
    semiimplicit,
)  # fmt: skip
from eqneuro.reference.system import System, Values


@dataclass(frozen=True)
class Method:
    """How a step is made, and its order.

    ``carries_noise`` says that the values hold the kicks of white noise already, ``decays`` that additive noise is
    carried through the step as the variable is, ``has_stages`` that it looks at several times within the step,
    ``keeps`` that the last of what it gives is kept for its next step.
    """

    step: Callable[[System], Values]
    order: int = 1
    carries_noise: bool = False
    decays: bool = False
    has_stages: bool = False
    keeps: bool = False


METHODS: dict[str, Method] = {
    "explicit": Method(explicit.step),
    "midpoint": Method(midpoint.step, 2, has_stages=True),
    "heun": Method(heun.step, 2, has_stages=True),
    "rk4": Method(rk4.step, 4, has_stages=True),
    "rk45": Method(rk45.step, 5, has_stages=True, keeps=True),
    "exponential": Method(exponential.step, decays=True),
    "semiimplicit": Method(semiimplicit.step),
    "implicit": Method(implicit.step, carries_noise=True),
    "sdirk2": Method(sdirk2.step, 2, carries_noise=True, has_stages=True),
    "exact": Method(exact.step, decays=True),
    "event-driven": Method(exact.step),
}


def method_of(name: str) -> Method:
    """The method of this name."""
    return METHODS[name]
