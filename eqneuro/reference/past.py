"""The past as neurons' equations read it: at the times of a method's stages, on the grid and between grid points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eqneuro.language.syntax import Delayed
from eqneuro.reference.rules import Assignment, Rule
from eqneuro.reference.state import Array, Instant, Neurons
from eqneuro.reference.system import lagrange

SUMS = 4
"""So many weighted sums are known to stages, that of the present step too."""


def keeps_slope(rules: Sequence[Rule]) -> list[str]:
    """Variables whose past some equation reads, and whose slopes are kept: no noise, a method of order 2 at least."""
    read: set[str] = set()
    for rule in rules:
        sides = [rule.equation.value] if isinstance(rule, Assignment) else [e.right for e in rule.equations]
        read |= {node.name for side in sides for node in side.walk() if isinstance(node, Delayed)}
    return [name for rule in rules if not isinstance(rule, Assignment) for name in rule.smooth if name in read]


class Histories:
    """Reads what a population was."""

    def __init__(self, neurons: Neurons, rules: Sequence[Rule]) -> None:
        self.neurons = neurons
        self._writers = {name: place for place, rule in enumerate(rules) for name in rule.variables}
        self._assigned = {name for rule in rules if isinstance(rule, Assignment) for name in rule.variables}
        self._orders = [rule.order for rule in rules]
        self._floats = {a.name for a in neurons.model.attributes if a.type == "float"}

    def values(self, variable: str, delay: Any, part: float, reader: int | None, now: Instant) -> Array:
        """A variable of all neurons, ``part`` of a step after the start of the step, less its delay.

        ``reader`` is the place of the rule that reads it, None for conditions and resets.
        """
        size = self.neurons.size
        delays = np.broadcast_to(np.asarray(delay, dtype=float), (size,))
        if variable not in self._floats:
            steps = np.floor(delays / now.dt + 0.5).astype(int)
            rows = self.neurons.past[variable]
            return np.array([float(rows.at(now.tick - steps[i])[i]) for i in range(size)])
        path = _Path(self.neurons, variable, now, self._kind(variable, part, reader))
        return np.array([path.at(i, part - _in_steps(float(delays[i]), now.dt)) for i in range(size)])

    def _kind(self, variable: str, part: float, reader: int | None) -> str:
        """What lies between grid points; the slope of the present is known once its equation has run."""
        if reader is None:
            return "line"
        if variable in self.neurons.slopes:
            writer = self._writers[variable]
            return "curve" if writer < reader or (writer == reader and part != 0.0) else "open"
        return "points" if variable in self._assigned and self._orders[reader] >= 3 else "line"

    def input_at(self, name: str, part: float, now: Instant) -> Any:
        """An input at the time of a stage, None where it is held: the sums of a step are those of its end."""
        if name not in self.neurons.staged:
            return None
        if name == "sum()":
            return sum(self.input_at(own, part, now) for own in self.neurons.sums)
        last = [np.array(self.neurons.sums[name].at(now.tick - age), dtype=float) for age in range(SUMS)]
        if part in (0.0, 1.0):
            return last[1 - int(part)]
        return sum(w * row for w, row in zip(lagrange(range(SUMS), 1.0 - part), last, strict=True))


def _in_steps(delay: float, dt: float) -> float:
    """A delay in steps, whole where it is so but for rounding."""
    steps = delay / dt
    nearest = float(np.floor(steps + 0.5))
    return nearest if abs(steps - nearest) <= 1e-9 + 4.5e-16 * steps else steps


def on_path(u: float, a: float, b: float, left: float | None = None, right: float | None = None) -> float:
    """A part ``u`` of the way from ``a`` to ``b``: on the cubic with the slopes (over the whole way) at both ends
    (Hermite), on the parabola where only that on the left is known, on a straight line without slopes.
    """
    if left is None:
        return a + u * (b - a)
    if right is None:
        return a + left * u + (b - a - left) * u * u
    return a + u * u * (3.0 - 2.0 * u) * (b - a) + left * u * (1.0 - u) ** 2 - right * u * u * (1.0 - u)


class _Path:
    """The path of a variable through the grid points, place 0 being the start of this step."""

    def __init__(self, neurons: Neurons, variable: str, now: Instant, kind: str) -> None:
        self._rows, self._slopes = neurons.past[variable], neurons.slopes.get(variable)
        self._now, self._kind = now, kind
        self._start = int(neurons.past_start[0]) - now.tick

    def _x(self, i: int, place: int) -> float:
        return float(self._rows.at(self._now.tick + place)[i])

    def _slope(self, i: int, place: int) -> float:
        """Over a whole step."""
        assert self._slopes is not None
        return float(self._slopes.at(self._now.tick + place)[i]) * self._now.dt

    def at(self, i: int, place: float) -> float:
        """The value of a neuron."""
        if place > 0.0:  # ahead of what is known
            place = place if self._kind == "curve" else 0.0
            return self._x(i, 0) + (place * self._slope(i, 0) if place else 0.0)
        low = int(np.floor(place))
        u = place - low
        if u == 0.0 or low < self._start:
            return self._x(i, low)
        if self._kind == "points":
            first = min(max(low - 1, self._start), -3)
            nodes = range(first, first + 4)
            return float(sum(w * self._x(i, n) for w, n in zip(lagrange(nodes, place), nodes, strict=True)))
        a, b = self._x(i, low), self._x(i, low + 1)
        if self._kind == "line":
            return on_path(u, a, b)
        is_open = self._kind == "open" and low == -1
        return on_path(u, a, b, self._slope(i, low), None if is_open else self._slope(i, low + 1))
