"""A system of neighbouring ODEs that share a method, as every method's `step` takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqneuro.language.syntax import Delayed, Expr, InputSum, Name
from eqneuro.reference.dual import Value, add, plain, seed, slopes_of
from eqneuro.reference.evaluate import Leaf, evaluate

Values = list[Any]
MOMENTS = (0.0, 1 / 3, 2 / 3, 1.0)
"""Parts of a step at which what is late is known to stages that have times of their own."""


@dataclass(frozen=True)
class System:
    """x' = f(x, t): ``rights`` are the right sides, ``leaf`` the state before the step.

    ``dt`` is the step in ms, a number or one for each place; ``kicks`` what white noise adds over it.
    """

    names: tuple[str, ...]
    rights: tuple[Expr, ...]
    leaf: Leaf
    dt: Any
    kicks: Values | None = None
    has_stages: bool = False
    """Whether inputs are read at the times of stages."""
    ceilings: tuple[Expr | None, ...] = ()
    """Thresholds at which spikes reset the variables, where they do."""
    tolerances: tuple[tuple[float, float], ...] = ()
    """Relative and absolute ones of the variables, for methods that control their error; empty for the usual ones."""
    kept: Any = None
    """What such a method kept in the last step, 0 or NaN where that was nothing; None where nothing is kept."""

    @property
    def start(self) -> Values:
        """The old values."""
        return [plain(self.leaf(Name(name))) for name in self.names]

    def slopes(self, values: Values, shift: Any = 0.0) -> Values:
        """f at other values, and at time t + shift."""
        leaf = self._at(dict(zip(self.names, values, strict=True)), shift)
        return [plain(evaluate(right, leaf)) for right in self.rights]

    def stage(self, values: Values, shift: Any = 0.0) -> Values:
        """f at a place within the step, where no variable is beyond the threshold at which a spike resets it."""
        held = list(values)
        for k, limit in enumerate(self.ceilings):
            if limit is not None:
                most = plain(evaluate(limit, self.leaf))
                held[k] = np.where(most < held[k], most, held[k])
        return self.slopes(held, shift)

    def jacobian(self, values: Values, shift: Any = 0.0) -> list[Values]:
        """∂fᵢ/∂xⱼ there."""
        table = {name: seed(name, value) for name, value in zip(self.names, values, strict=True)}
        leaf = self._at(table, shift)
        found = [slopes_of(evaluate(right, leaf)) for right in self.rights]
        return [[row.get(name, np.float64(0.0)) for name in self.names] for row in found]

    def _at(self, values: dict[str, Value], shift: Any) -> Leaf:
        part = 0.0 if np.ndim(shift) == 0 and shift == 0.0 else shift / self.dt
        return shifted(self.leaf, values, shift, part, has_stages=self.has_stages)

    def rates(self, values: Values, shift: Any = 0.0) -> Values:
        """∂fᵢ/∂xᵢ there."""
        return [row[k] for k, row in enumerate(self.jacobian(values, shift))]


def shifted(
    leaf: Leaf, values: dict[str, Value], shift: Any = 0.0, part: Any = 0.0, *, has_stages: bool = False
) -> Leaf:
    """The same leaves, but for some variables, and at another time: ``shift`` ms later, which is a part of the step.

    ``has_stages`` says whether inputs are read at that time, too, where they are known there. Where each place has a
    time of its own, what is late lies on the cubic through its values at four moments of the step.
    """
    later = getattr(leaf, "later", None)

    def changed(expr: Expr) -> Value:
        if later is not None and (isinstance(expr, Delayed) or (has_stages and isinstance(expr, InputSum))):
            if np.ndim(part) == 0:
                return later(expr, float(part))
            return sum(w * later(expr, node) for w, node in zip(lagrange(MOMENTS, part), MOMENTS, strict=True))
        if isinstance(expr, Name):
            if expr.id in values:
                return values[expr.id]
            if expr.id == "t":
                return add(leaf(expr), shift)
        return leaf(expr)

    return changed


def lagrange(nodes: Sequence[float], place: Any) -> list[Any]:
    """Weights of values at some nodes for the polynomial through them."""
    return [np.prod([(place - m) / (n - m) for m in nodes if m != n], axis=0) for n in nodes]


def exprel(x: Any) -> Any:
    """(eˣ − 1)/x, 1 at 0."""
    x = np.asarray(x, dtype=float)
    return np.where(x == 0.0, 1.0, np.expm1(x) / np.where(x == 0.0, 1.0, x))
