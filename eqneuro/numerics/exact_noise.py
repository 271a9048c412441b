"""White noise of exact equations that are coupled: kicks with the covariance of the whole linear system.

A kick to one variable reaches, within the step, what reads it; and a source of several equations kicks them all. Such
equations share a covariance C = ∫₀ʰ exp(A·s)·G·Gᵀ·exp(Aᵀ·s) ds, and their kicks are F·N with F·Fᵀ = C, worked out
numerically (`engine.kicks`) wherever P and Q are. N holds the numbers of the sources, and more where these act on fewer
variables than they reach. An equation that shares nothing keeps its closed form (`Noise.decaying_kick`), and so do
those whose strengths change from step to step.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import sympy

from eqneuro.numerics.exact import reachable
from eqneuro.numerics.noise import Noise
from eqneuro.numerics.rules import Draw, Kicks
from eqneuro.numerics.symbols import symbol
from eqneuro.numerics.system import ZERO, Step, System


@dataclass(frozen=True)
class CoupledKicks:
    """The kicks of some of an exact system's variables: ``values`` by their places in it."""

    values: dict[int, sympy.Expr]
    kicks: tuple[Kicks, ...]
    draws: tuple[Draw, ...]

    def added_to(self, step: Step) -> Step:
        """The step that knows of F and of the random numbers; the values are the caller's to add."""
        if not self.kicks:
            return step
        assert step.propagator is not None
        return replace(step, propagator=replace(step.propagator, kicks=self.kicks), draws=self.draws)


def couple_kicks(system: System, noise: Noise, members: Sequence[int], constants: Collection[str]) -> CoupledKicks:
    """The kicks that exact equations share; ``members`` are their places in the system that the noise is of."""
    rows = [noise.strengths[k] if noise.is_additive(k) else {} for k in members]
    if not any(rows):
        return CoupledKicks({}, (), ())
    linked = reachable([[entry != 0 for entry in row] for row in system.jacobian()])
    values: dict[int, sympy.Expr] = {}
    kicks, draws = [], []
    for group in _groups(rows, linked):
        used = {s.name for place in group for g in rows[place].values() for s in g.free_symbols}
        if len(group) == 1 or not used <= set(constants):
            continue
        sources = list(dict.fromkeys(source for place in group for source in rows[place]))
        first = system.variables[group[0]].name
        more = [symbol(f"noise:{first}:{k}") for k in range(_independent([rows[p] for p in group]), len(group))]
        draws += [Draw(number, "Noise", ()) for number in more]
        numbers = sources + more
        factor = tuple(tuple(symbol(f"F{system.number}[{place},{k}]") for k in range(len(numbers))) for place in group)
        values |= {
            place: sympy.Add(*(f * number for f, number in zip(row, numbers, strict=True)))
            for place, row in zip(group, factor, strict=True)
        }
        strengths = tuple(tuple(rows[place].get(source, ZERO) for source in sources) for place in group)
        kicks.append(Kicks(tuple(group), strengths, factor))
    return CoupledKicks(values, tuple(kicks), tuple(draws))


def _independent(rows: Sequence[Collection[sympy.Symbol]]) -> int:
    """How many equations can have a source each, no two of them the same: the rank of G, but for special strengths."""
    owner: dict[sympy.Symbol, int] = {}

    def find(row: int, asked: set[sympy.Symbol]) -> bool:
        for source in rows[row]:
            if source not in asked:
                asked.add(source)
                if source not in owner or find(owner[source], asked):
                    owner[source] = row
                    return True
        return False

    return sum(find(row, set()) for row in range(len(rows)))


def _groups(rows: Sequence[dict[sympy.Symbol, sympy.Expr]], linked: Sequence[Sequence[bool]]) -> list[list[int]]:
    """Places that sources reach, directly or through others; those that a source joins stand together."""
    groups: list[tuple[set[int], set[sympy.Symbol]]] = []
    for place in range(len(rows)):
        sources = {s for other, row in enumerate(rows) if linked[place][other] for s in row}
        joined = [group for group in groups if group[1] & sources]
        groups = [group for group in groups if group not in joined]
        if sources:
            places = {place}.union(*(group[0] for group in joined))
            groups.append((places, sources.union(*(group[1] for group in joined))))
    return sorted(sorted(places) for places, _ in groups)
