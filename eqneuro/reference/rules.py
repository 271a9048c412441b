"""Equations in the order of their running: assignments, and systems of neighbouring ODEs with the methods they get."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqneuro.language.functions import is_noise
from eqneuro.language.syntax import Expr, Name
from eqneuro.model.linear import linear_form
from eqneuro.model.models import AssignmentEquation, Bound, Equation, ModelAttribute, OdeEquation
from eqneuro.reference.draws import Streams
from eqneuro.reference.dual import plain, seed, slopes_of
from eqneuro.reference.evaluate import Leaf, evaluate
from eqneuro.reference.methods import method_of
from eqneuro.reference.state import typed
from eqneuro.reference.system import System, exprel, shifted

Choose = Callable[[Sequence[OdeEquation], Collection[str]], Sequence[str]]
"""Which method each of some neighbouring equations gets, given the names of what does not change within a run."""
Normal = Callable[[str], Any]
"""The standard normal number of a source of white noise."""
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

    @property
    def variables(self) -> tuple[str, ...]:
        """What it brings forward."""
        return tuple(equation.variable for equation in self.equations)

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

    def run(self, leaf: Leaf, dt: Any, normal: Normal) -> Results:
        """The new values, each method with its share of the system, all from the same old state."""
        new: dict[int, Any] = {}
        for name in dict.fromkeys(self.methods):
            members = [k for k, own in enumerate(self.methods) if own == name]
            new |= zip(members, self._step(name, members, leaf, dt, normal), strict=True)
        return [(e.variable, bounded(new[k], e.bounds, leaf)) for k, e in enumerate(self.equations)]

    def _step(self, name: str, members: list[int], leaf: Leaf, dt: Any, normal: Normal) -> list[Any]:
        method = method_of(name)
        system = System(tuple(self.variables[k] for k in members), tuple(self.rights[k] for k in members), leaf, dt)
        if not any(self.strengths[k] for k in members):
            return method.step(system)
        rates = system.rates(system.start) if method.decays else [None for _ in members]
        kicks = [self._kick(k, rate, leaf, dt, normal) for k, rate in zip(members, rates, strict=True)]
        if method.carries_noise:
            return method.step(System(system.names, system.rights, leaf, dt, kicks))
        return [value + kick for value, kick in zip(method.step(system), kicks, strict=True)]

    def _kick(self, place: int, rate: Any, leaf: Leaf, dt: Any, normal: Normal) -> Any:
        """What white noise adds: g·√h·N, Milstein's terms where g depends on the state; where the variable decays and g
        does not, the variance that has gathered in the step."""
        own = self.strengths[place]
        is_additive = not names_in(list(own.values())) & set(self.variables)
        spread = np.sqrt(dt * exprel(2.0 * rate * dt)) if is_additive and rate is not None else np.sqrt(dt)
        total: Any = 0.0
        for second, strength in own.items():
            total = total + plain(evaluate(strength, leaf)) * spread * normal(second)
            for first, slope in ({} if is_additive else self._slopes(strength, leaf)).items():
                total = total + slope * dt * (normal(first) * normal(second) - float(first == second)) / 2.0
        return total

    def _slopes(self, strength: Expr, leaf: Leaf) -> dict[str, Any]:
        """For each source j, Σₖ Gₖⱼ·∂/∂xₖ of a strength."""
        table = {name: seed(name, leaf(Name(name))) for name in self.variables}
        gradient = slopes_of(evaluate(strength, shifted(leaf, table)))
        found: dict[str, Any] = {}
        for name, row in zip(self.variables, self.strengths, strict=True):
            for source, own in row.items() if name in gradient else ():
                found[source] = found.get(source, 0.0) + plain(evaluate(own, leaf)) * gradient[name]
        return found

    def read(self) -> set[str]:
        """Names that it reads."""
        return names_in([*(e.right for e in self.equations), *(b.value for e in self.equations for b in e.bounds)])


Rule = Assignment | Odes


def rules_of(
    equations: Sequence[Equation], attributes: Sequence[ModelAttribute], constants: Collection[str], choose: Choose
) -> list[Rule]:
    """Equations in order, neighbouring ODEs of one locality as one system."""
    kinds = {attribute.name: attribute.type for attribute in attributes}
    places = {attribute.name: attribute.locality for attribute in attributes}
    rules: list[Rule] = []
    run: list[OdeEquation] = []
    for equation in [*equations, None]:
        ends = equation is None or isinstance(equation, AssignmentEquation)
        if run and (ends or (equation and places[run[0].variable] != places[equation.variable])):
            rules.append(_odes(run, choose(run, constants)))
            run = []
        if isinstance(equation, OdeEquation):
            run.append(equation)
        elif equation is not None:
            rules.append(Assignment(equation, kinds.get(equation.variable, "float")))
    return rules


def _odes(equations: Sequence[OdeEquation], methods: Sequence[str]) -> Odes:
    rights, strengths = [], []
    for equation in equations:
        sources = sorted(name for name in names_in([equation.right]) if is_noise(name))
        form = linear_form(equation.right, sources)
        rights.append(form.rest if sources else equation.right)
        own = {f"xi of {equation.variable}" if s == "xi" else s: form.coefficients[s] for s in sources}
        strengths.append(own if sources else {})
    return Odes(tuple(equations), tuple(methods), tuple(rights), tuple(strengths))


def bounded(value: Any, bounds: Sequence[Bound], leaf: Leaf) -> Any:
    """A value with its bounds, in the order written; NaN stays."""
    for bound in bounds:
        limit = plain(evaluate(bound.value, leaf))
        value = np.where(limit > value if bound.side == "min" else limit < value, limit, value)
    return value


def names_in(expressions: Sequence[Expr]) -> set[str]:
    """Names that stand in expressions."""
    return {node.id for expr in expressions for node in expr.walk() if isinstance(node, Name)}
