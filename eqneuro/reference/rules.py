"""Equations in the order of their running: assignments, and systems of neighbouring ODEs with the methods they get."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from eqneuro.language.functions import is_noise
from eqneuro.language.syntax import Expr, Name
from eqneuro.model.linear import linear_form
from eqneuro.model.models import AssignmentEquation, Bound, Equation, ModelAttribute, OdeEquation
from eqneuro.reference.draws import Streams
from eqneuro.reference.dual import plain, seed, slopes_of
from eqneuro.reference.evaluate import Leaf, evaluate
from eqneuro.reference.kicks import SharedNoise, shared_noise
from eqneuro.reference.methods import METHODS
from eqneuro.reference.methods.rk45 import TOLERANCES as USUAL
from eqneuro.reference.state import typed
from eqneuro.reference.system import System, exprel, shifted

Choose = Callable[[Sequence[OdeEquation], Collection[str]], Sequence[str]]
"""Which method each of some neighbouring equations gets, given the names of what does not change within a run."""
Normal = Callable[[str], Any]
"""The standard normal number of a source of white noise."""
INNER = "inner:"
"""In front of a variable: the length of the last internal step of the equations that it is the first of."""
HEUN = ("explicit", "heun")
"""Methods that take noise in Stratonovich's sense by means."""
Results = list[tuple[str, Any]]
"""New values by the names of variables."""


@dataclass(frozen=True)
class Assignment:
    """One line that sets a variable."""

    equation: AssignmentEquation
    kind: str

    @property
    def variables(self) -> tuple[str, ...]:
        """What it sets."""
        return (self.equation.variable,)

    @property
    def order(self) -> int:
        """No order: it is no step in time."""
        return 0

    def count_draws(self, streams: Streams) -> None:
        """Gives its draws their streams."""
        streams.add(self.equation.value)
        for bound in self.equation.bounds:
            streams.add(bound.value)

    def run(self, leaf: Leaf, dt: Any, normal: Normal) -> Results:
        """The new value."""
        value = plain(evaluate(self.equation.value, leaf))
        return [(self.equation.variable, typed(bounded(value, self.equation.bounds, leaf), self.kind))]

    def read(self) -> set[str]:
        """Names that it reads."""
        return names_in([self.equation.value, *(bound.value for bound in self.equation.bounds)])


@dataclass(frozen=True)
class Odes:
    """A system of neighbouring ODEs; ``rights`` are without the noise, whose strengths stand by source."""

    equations: tuple[OdeEquation, ...]
    methods: tuple[str, ...]
    rights: tuple[Expr, ...]
    strengths: tuple[dict[str, Expr], ...]
    stratonovich: tuple[bool, ...]
    ceilings: tuple[Expr | None, ...]
    remembers: bool
    """Whether methods keep numbers of their own from step to step."""
    shared: tuple[SharedNoise, ...]
    """Exact equations that are kicked together."""

    @property
    def variables(self) -> tuple[str, ...]:
        """What it brings forward."""
        return tuple(equation.variable for equation in self.equations)

    @property
    def order(self) -> int:
        """The highest of its methods' orders."""
        return max(METHODS[name].order for name in self.methods)

    @property
    def smooth(self) -> tuple[str, ...]:
        """Variables whose slopes can be kept: those of methods of order 2 and more, without noise."""
        known = zip(self.variables, self.methods, self.strengths, strict=True)
        return tuple(name for name, method, noise in known if METHODS[method].order > 1 and not noise)

    @property
    def kept(self) -> str | None:
        """Under what name a method keeps something from step to step: after the first of its variables."""
        pairs = zip(self.methods, self.variables, strict=True)
        return next((INNER + name for method, name in pairs if self.remembers and METHODS[method].keeps), None)

    def count_draws(self, streams: Streams) -> None:
        """Gives its draws, then its sources of noise, their streams."""
        for equation in self.equations:
            streams.add(equation.right)
        for equation in self.equations:
            for bound in equation.bounds:
                streams.add(bound.value)
        for row in self.strengths:
            for source in row:
                streams.add_noise(source)
        for group in self.shared:
            for source in group.more:
                streams.add_noise(source)

    def run(self, leaf: Leaf, dt: Any, normal: Normal) -> Results:
        """The new values, each method with its share of the system, all from the same old state."""
        new: dict[int, Any] = {}
        kept: Results = []
        for name in dict.fromkeys(self.methods):
            members = [k for k, own in enumerate(self.methods) if own == name]
            values = self._step(name, members, leaf, dt, normal)
            kept += [(self.kept, value) for value in values[len(members) :] if self.kept]
            new |= zip(members, values, strict=False)
        return [*((e.variable, bounded(new[k], e.bounds, leaf)) for k, e in enumerate(self.equations)), *kept]

    def _step(self, name: str, members: list[int], leaf: Leaf, dt: Any, normal: Normal) -> list[Any]:
        method = METHODS[name]
        if name in HEUN and any(self.stratonovich[k] and not self._is_additive(k) for k in members):
            return self._means(name, members, leaf, dt, normal)
        system = System(
            tuple(self.variables[k] for k in members),
            tuple(self.rights[k] for k in members),
            leaf,
            dt,
            has_stages=method.has_stages,
            ceilings=tuple(self.ceilings[k] for k in members),
            tolerances=tuple(self._tolerances(k) for k in members),
            kept=plain(leaf(Name(self.kept))) if method.keeps and self.kept else None,
        )
        if not any(self.strengths[k] for k in members):
            return method.step(system)
        rates = system.rates(system.start) if method.decays else [None for _ in members]
        kicks = {k: self._kick(k, rate, leaf, dt, normal) for k, rate in zip(members, rates, strict=True)}
        if name == "exact":
            for group in self.shared:
                kicks |= zip(group.places, group.kicks(system, members, self.strengths, normal), strict=True)
        if method.carries_noise:
            return method.step(replace(system, kicks=[kicks[k] for k in members]))
        values = method.step(system)
        return [*(value + kicks[k] for k, value in zip(members, values, strict=False)), *values[len(members) :]]

    def _tolerances(self, place: int) -> tuple[float, float]:
        """Relative and absolute, as the equation says, else as ever."""
        own = self.equations[place]
        pairs = zip((own.relative_tolerance, own.absolute_tolerance), USUAL, strict=True)
        relative, absolute = (usual if given is None else given for given, usual in pairs)
        return relative, absolute

    def _kick(self, place: int, rate: Any, leaf: Leaf, dt: Any, normal: Normal) -> Any:
        """What white noise adds: g·√h·N, Milstein's terms where g depends on the state; where the variable decays and g
        does not, the variance that has gathered in the step."""
        own = self.strengths[place]
        is_additive = self._is_additive(place)
        spread = np.sqrt(dt * exprel(2.0 * rate * dt)) if is_additive and rate is not None else np.sqrt(dt)
        total: Any = 0.0
        for second, strength in own.items():
            total = total + plain(evaluate(strength, leaf)) * spread * normal(second)
            for first, slope in ({} if is_additive else self._slopes(strength, leaf)).items():
                mean = float(first == second and not self.stratonovich[place])
                total = total + slope * dt * (normal(first) * normal(second) - mean) / 2.0
        return total

    def _is_additive(self, place: int) -> bool:
        """Whether the noise of an equation does not depend on the state."""
        return not names_in(list(self.strengths[place].values())) & set(self.variables)

    def _means(self, name: str, members: list[int], leaf: Leaf, dt: Any, normal: Normal) -> list[Any]:
        """Heun's method for Stratonovich's sense: slopes and strengths at both ends of a step by Euler and Maruyama."""

        def at(part: float, table: dict[str, Any]) -> Callable[[int, Expr], Any]:
            def value(place: int, expr: Expr) -> Any:
                has_stages = METHODS[self.methods[place]].has_stages
                return plain(evaluate(expr, shifted(leaf, table, part * dt, part, has_stages=has_stages)))

            return value

        here = at(0.0, {})
        places = range(len(self.variables))
        slopes = [here(k, self.rights[k]) for k in places]
        noise = [
            sum((here(k, g) * np.sqrt(dt) * normal(source) for source, g in self.strengths[k].items()), np.float64(0.0))
            for k in places
        ]
        old = [plain(leaf(Name(name))) for name in self.variables]
        ends = [x + dt * f + kick for x, f, kick in zip(old, slopes, noise, strict=True)]
        there = at(1.0, dict(zip(self.variables, ends, strict=True)))
        new = []
        for k in members:
            drift = slopes[k] if name == "explicit" else (slopes[k] + there(k, self.rights[k])) / 2.0
            if self.stratonovich[k] and not self._is_additive(k):
                later = (there(k, g) * np.sqrt(dt) * normal(source) for source, g in self.strengths[k].items())
                kick = (noise[k] + sum(later, np.float64(0.0))) / 2.0
            else:
                kick = self._kick(k, None, leaf, dt, normal)
            new.append(old[k] + dt * drift + kick)
        return new

    def _slopes(self, strength: Expr, leaf: Leaf) -> dict[str, Any]:
        """For each source j, Σₖ Gₖⱼ·∂/∂xₖ of a strength."""
        table = {name: seed(name, leaf(Name(name))) for name in self.variables}
        gradient = slopes_of(evaluate(strength, shifted(leaf, table)))
        found: dict[str, Any] = {}
        for name, row in zip(self.variables, self.strengths, strict=True):
            for source, own in row.items() if name in gradient else ():
                found[source] = found.get(source, 0.0) + plain(evaluate(own, leaf)) * gradient[name]
        return found

    def slope(self, place: int, leaf: Leaf) -> Any:
        """The right side of an equation at the start of the step; 0 where the variable rests at one of its bounds."""
        equation = self.equations[place]
        there = shifted(leaf, {}, has_stages=METHODS[self.methods[place]].has_stages)
        value = plain(evaluate(self.rights[place], there))
        x = plain(leaf(Name(equation.variable)))
        for bound in equation.bounds:
            limit = plain(evaluate(bound.value, leaf))
            rests = (x <= limit) & (value < 0.0) if bound.side == "min" else (x >= limit) & (value > 0.0)
            value = np.where(rests, 0.0, value)
        return value

    def read(self) -> set[str]:
        """Names that it reads."""
        return names_in([*(e.right for e in self.equations), *(b.value for e in self.equations for b in e.bounds)])


Rule = Assignment | Odes


def rules_of(
    equations: Sequence[Equation],
    attributes: Sequence[ModelAttribute],
    constants: Collection[str],
    choose: Choose,
    ceilings: Mapping[str, Expr] | None = None,
    *,
    remembers: bool = False,
) -> list[Rule]:
    """Equations in order, neighbouring ODEs of one locality as one system; ``ceilings`` are thresholds at which spikes
    reset variables, ``remembers`` says whether methods keep numbers of their own.
    """
    kinds = {attribute.name: attribute.type for attribute in attributes}
    places = {attribute.name: attribute.locality for attribute in attributes}
    rules: list[Rule] = []
    run: list[OdeEquation] = []
    for equation in [*equations, None]:
        ends = equation is None or isinstance(equation, AssignmentEquation)
        if run and (ends or (equation and places[run[0].variable] != places[equation.variable])):
            rules.append(_odes(run, choose(run, constants), constants, ceilings or {}, remembers=remembers))
            run = []
        if isinstance(equation, OdeEquation):
            run.append(equation)
        elif equation is not None:
            rules.append(Assignment(equation, kinds.get(equation.variable, "float")))
    return rules


def _odes(
    equations: Sequence[OdeEquation],
    methods: Sequence[str],
    constants: Collection[str],
    ceilings: Mapping[str, Expr],
    *,
    remembers: bool,
) -> Odes:
    rights, strengths = [], []
    for equation in equations:
        sources = sorted(name for name in names_in([equation.right]) if is_noise(name))
        form = linear_form(equation.right, sources)
        rights.append(form.rest if sources else equation.right)
        own = {f"xi of {equation.variable}" if s == "xi" else s: form.coefficients[s] for s in sources}
        strengths.append(own if sources else {})
    names = tuple(equation.variable for equation in equations)
    exact = [place for place, method in enumerate(methods) if method == "exact"]
    return Odes(
        tuple(equations),
        tuple(methods),
        tuple(rights),
        tuple(strengths),
        tuple("stratonovich" in equation.conditions for equation in equations),
        tuple(ceilings.get(name) for name in names),
        remembers,
        shared_noise(names, rights, strengths, exact, constants),
    )


def bounded(value: Any, bounds: Sequence[Bound], leaf: Leaf) -> Any:
    """A value with its bounds, in the order written; NaN stays."""
    for bound in bounds:
        limit = plain(evaluate(bound.value, leaf))
        value = np.where(limit > value if bound.side == "min" else limit < value, limit, value)
    return value


def names_in(expressions: Sequence[Expr]) -> set[str]:
    """Names that stand in expressions."""
    return {node.id for expr in expressions for node in expr.walk() if isinstance(node, Name)}
