"""White noise: x' = f + Σ g·ξ by Euler and Maruyama, with Milstein's term where g depends on x.

The increment of ξ over a step has standard deviation √h: g·√h·N, and ½·g·g'·h·(N² − 1) more makes the strong order 1 for
noise that enters each equation through its own variable (Milstein 1974). ``xi`` is a source of each equation by itself;
``xi_NAME`` is one source for all equations of a neuron that name it.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from eqneuro.numerics.rules import Draw
from eqneuro.numerics.symbols import DT, symbol


@dataclass(frozen=True)
class Noise:
    """What the sources add to the new value of one variable."""

    term: sympy.Expr
    draws: tuple[Draw, ...]


class NonlinearNoise(ValueError):
    """A right side in which ξ occurs other than as g·ξ."""


def is_source(name: str) -> bool:
    """Whether a name is white noise."""
    return name == "xi" or name.startswith("xi_")


def split_noise(variable: sympy.Symbol, right: sympy.Expr) -> tuple[sympy.Expr, Noise]:
    """The deterministic part of a right side, and what the noise adds over a step."""
    term = sympy.Integer(0)
    draws = []
    for source in sorted((s for s in right.free_symbols if is_source(s.name)), key=lambda s: s.name):
        strength = right.diff(source)
        if source in strength.free_symbols:
            raise NonlinearNoise(source.name)
        name = f"noise:{variable.name}" if source.name == "xi" else f"noise:{source.name}"
        normal = symbol(name)
        draws.append(Draw(normal, "Normal", (sympy.Integer(0), sympy.Integer(1))))
        term += strength * sympy.sqrt(DT) * normal
        slope = strength.diff(variable)
        if slope != 0:
            term += strength * slope * DT * (normal**2 - 1) / 2
        right = right.xreplace({source: sympy.Integer(0)})
    return right, Noise(term, tuple(draws))
