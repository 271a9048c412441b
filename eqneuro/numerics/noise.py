"""White noise: x' = f + G·ξ, a kick of each variable over a step, of strong order 1.

The increment of ξ over a step has standard deviation √h, so additive noise (G does not depend on x) adds G·√h·N:
Euler and Maruyama, of strong order 1 there. Multiplicative noise, in Itô's sense, takes Milstein's terms as well
(Milstein 1974; Kloeden & Platen 1992, 10.3): with Lʲ = Σₖ Gₖⱼ·∂/∂xₖ,

    ½·Σⱼₗ (Lʲ Gᵢₗ)·(ΔWⱼ·ΔWₗ − δⱼₗ·h)

which has strong order 1 where Lʲ Gᵢₗ = Lˡ Gᵢⱼ: always for one source, for noise that enters each equation through its
own variable, and for several sources in proportion. (Elsewhere the order is ½: Lévy's areas would have to be drawn.)
In Stratonovich's sense δⱼₗ·h falls away; methods with a predictor take Heun's means instead (`stochastic_heun`).

``xi`` is a source of each equation by itself; ``xi_NAME`` is one source for all equations of a neuron that name it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sympy

from eqneuro.language.functions import is_noise
from eqneuro.numerics.relative import Exprel
from eqneuro.numerics.rules import Draw
from eqneuro.numerics.singularities import remove_singularities
from eqneuro.numerics.symbols import DT, symbol
from eqneuro.numerics.system import System, derivative

ZERO = sympy.Integer(0)


@dataclass(frozen=True)
class Noise:
    """The sources of a system: ``strengths[i][source]`` multiplies ``source``, a normal number, in equation i.

    ``stratonovich[i]`` tells in whose sense the noise of equation i is meant.
    """

    variables: tuple[sympy.Symbol, ...]
    strengths: tuple[dict[sympy.Symbol, sympy.Expr], ...]
    stratonovich: tuple[bool, ...]

    @property
    def draws(self) -> tuple[Draw, ...]:
        """The random numbers of a step."""
        sources = dict.fromkeys(source for row in self.strengths for source in row)
        return tuple(Draw(source, "Noise", ()) for source in sources)

    def is_additive(self, place: int) -> bool:
        """Whether the noise of an equation does not depend on the variables."""
        return not any(s.free_symbols & set(self.variables) for s in self.strengths[place].values())

    def needs_means(self, place: int) -> bool:
        """Whether Heun's means say something other than Euler and Maruyama."""
        return self.stratonovich[place] and not self.is_additive(place)

    def increment(self, place: int) -> sympy.Expr:
        """G·ΔW: the kick of Euler and Maruyama."""
        return sympy.Add(*(g * sympy.sqrt(DT) * source for source, g in self.strengths[place].items()))

    def kick(self, place: int) -> sympy.Expr:
        """What the noise adds to a variable over a step."""
        if self.is_additive(place):
            return self.increment(place)
        terms = []
        for second, strength in self.strengths[place].items():
            for first, slope in self._slopes(strength).items():
                mean = int(first == second and not self.stratonovich[place])
                terms.append(slope * DT * (first * second - mean) / 2)
        return sympy.Add(self.increment(place), *terms)

    def mean_kick(self, place: int, ends: tuple[sympy.Expr, ...]) -> sympy.Expr:
        """½·(G(x, t) + G(ends, t + h))·ΔW."""
        own = self.strengths[place]
        there = System(self.variables, tuple(own.values())).at(ends, DT)
        return sympy.Add(
            *(sympy.sqrt(DT) / 2 * (g + end) * source for (source, g), end in zip(own.items(), there, strict=True))
        )

    def decaying_kick(self, place: int, rate: sympy.Expr) -> sympy.Expr:
        """The same where x' = rate·x + … carries the noise on within the step: the variance is ∫₀ʰ exp(2·rate·s) ds.

        Additive noise of one equation is exact with it (Gillespie 1996): its stationary variance does not depend on
        the step.
        """
        if not self.is_additive(place):
            return self.kick(place)
        spread = sympy.sqrt(DT * Exprel(2 * rate * DT))
        return sympy.Add(*(strength * spread * source for source, strength in self.strengths[place].items()))

    def without_singularities(self) -> Noise:
        """The same with quotients such as x/(1 − e⁻ˣ) in forms that are finite."""
        rows = tuple({source: remove_singularities(g) for source, g in row.items()} for row in self.strengths)
        return replace(self, strengths=rows)

    def _slopes(self, strength: sympy.Expr) -> dict[sympy.Symbol, sympy.Expr]:
        """Lʲ of a strength, for each source j."""
        slopes: dict[sympy.Symbol, sympy.Expr] = {}
        for variable, row in zip(self.variables, self.strengths, strict=True):
            gradient = derivative(strength, variable)
            if gradient != 0:
                for source, own in row.items():
                    slopes[source] = slopes.get(source, ZERO) + own * gradient
        return slopes


class NonlinearNoise(ValueError):
    """A right side in which ξ occurs other than as g·ξ; ``place`` tells which."""

    def __init__(self, place: int, source: str) -> None:
        self.place = place
        super().__init__(source)


def split_noise(
    variables: Sequence[sympy.Symbol], rights: Sequence[sympy.Expr], stratonovich: Sequence[bool] | None = None
) -> tuple[tuple[sympy.Expr, ...], Noise]:
    """The deterministic parts of the right sides of a system, and its noise.

    Raises
    ------
    NonlinearNoise
        If a source does not stand as a factor.
    """
    quiet, strengths = [], []
    for place, (variable, right) in enumerate(zip(variables, rights, strict=True)):
        row: dict[sympy.Symbol, sympy.Expr] = {}
        sources = sorted((s for s in right.free_symbols if is_noise(s.name)), key=lambda s: s.name)
        for source in sources:
            strength = right.diff(source)
            if any(is_noise(s.name) for s in strength.free_symbols):
                raise NonlinearNoise(place, source.name)
            row[symbol(f"noise:{variable.name if source.name == 'xi' else source.name}")] = strength
        quiet.append(right.xreplace(dict.fromkeys(sources, ZERO)) if sources else right)
        strengths.append(row)
    senses = tuple(stratonovich) if stratonovich is not None else (False,) * len(variables)
    return tuple(quiet), Noise(tuple(variables), tuple(strengths), senses)
