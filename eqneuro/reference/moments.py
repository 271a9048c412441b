"""Neurons that spike within steps (docs/spike-times.md): brought from event to event, one after the other.

All neurons go over the whole step at first. One over its threshold then, that something has reached, or whose
refractory time ends in the step, is put back and goes through the step in parts; where its condition holds at the end
of a part, the moment is looked for at which it came to hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from eqneuro.language.syntax import Compare
from eqneuro.model.ceilings import ceilings
from eqneuro.reference.dual import plain
from eqneuro.reference.evaluate import evaluate, holds
from eqneuro.reference.neurons import NotFinite, Population
from eqneuro.reference.rules import Choose
from eqneuro.reference.scope import Scope
from eqneuro.reference.state import Array, Instant, Neurons, store

MOST_SPIKES = 4
"""Of one neuron in one step; a further one waits for the next step."""
SMALLEST = float(np.finfo(float).tiny)
WIDTH = float(np.finfo(float).eps)
"""Of the length of a part: how closely a moment is looked for."""
ROUNDS = 200


@dataclass(frozen=True)
class Arrival:
    """A spike that arrives ``at`` ms into the step: whom it reaches, and what it does there."""

    at: float
    posts: Sequence[int]
    deliver: Callable[[], None]


@dataclass
class Part(Instant):
    """A part of a step: ``dt`` is its length, ``time`` its beginning in ms."""

    begin: float = 0.0

    @property
    def time(self) -> float:
        """In ms."""
        return self.begin


class TimedPopulation(Population):
    """Neurons whose spikes happen within steps."""

    def __init__(self, neurons: Neurons, choose: Choose) -> None:
        super().__init__(neurons, choose)
        self._alone = [Population(_alone(neurons, i), choose) for i in range(neurons.size)]
        self._runs_off = bool(ceilings(neurons.model))

    def update(self, now: Instant, arrivals: Iterable[Arrival] = ()) -> list[NotFinite]:
        """Equations, spikes and resets; tells of state variables that became no number."""
        neurons = self.neurons
        if not neurons.has_equations:
            return []
        found = self._update_shared(now)
        self._done, self._fired = np.zeros(neurons.size), np.zeros(neurons.size, dtype=int)
        self._spikes: list[tuple[int, float]] = []
        for arrival in sorted(arrivals, key=lambda arrival: arrival.at):
            for j in arrival.posts:
                if self._done[j] < arrival.at:
                    self._carry(j, arrival.at, now)
            arrival.deliver()
        old = {name: array.copy() for name, array in self._state_arrays(neurons).items()}
        scope = self._scope(now, self._streams)
        active = self._active(scope, now)
        for rule in self.local:
            self._run(rule, scope, now, active)
        for i in np.flatnonzero((self._done > 0.0) | self._is_to_be_looked_at(scope, active, now)).tolist():
            for name, array in self._state_arrays(neurons).items():
                array[i] = old[name][i]
            self._carry(i, now.dt, now)
        for name, array in neurons.inputs.items():
            if name.startswith("g_"):
                array[:] = 0
        ranks, moments = (
            (list(column) for column in zip(*sorted(self._spikes), strict=True)) if self._spikes else ([], [])
        )
        neurons.outputs["spike"].put(now.tick, np.array(ranks, dtype=np.int64), np.array(moments))
        return found + self._not_finite()

    @staticmethod
    def _state_arrays(neurons: Neurons) -> dict[str, Array]:
        """What a neuron is put back to: variables, inputs, what methods keep."""
        variables = {a.name for a in neurons.model.variables if a.locality == "local"}
        own = {name: array for name, array in neurons.values.items() if name in variables}
        inner = {name: array for name, array in neurons.inner.items() if name.partition(":")[2] in variables}
        return own | dict(neurons.inputs) | inner

    def _is_to_be_looked_at(self, scope: Scope, active: Any, now: Instant) -> Any:
        """Neurons over their threshold, and those whose refractory time ends within the step."""
        neurons = self.neurons
        [event] = self._events()
        crossed = holds(event.condition, scope)
        for variable in ceilings(neurons.model):
            crossed = crossed | ~np.isfinite(neurons.values[variable])
        if neurons.refractory is None:
            return crossed
        return (active & crossed) | ((neurons.refractory_until == now.tick) & (neurons.refractory_rest > 0.0))

    # -- one neuron ---------------------------------------------------------------------------------------------------

    def _carry(self, i: int, to: float, now: Instant) -> None:
        """Neuron i from where it is to another moment of the step, with its spikes in between."""
        own, begin, last_spike = self._alone[i], float(self._done[i]), -1.0
        self._done[i] = to
        while begin < to:
            rest = self._rest(i, begin, now)
            if rest > begin:
                end = min(rest, to)
                self._advance(own, now, begin, end - begin, active=False)
                begin = end
                continue
            kept = {name: array.copy() for name, array in self._state_arrays(own.neurons).items()}
            before = self._excess(own, now, begin)
            self._advance(own, now, begin, to - begin)
            after = self._excess(own, now, to)
            if not after > 0.0 or self._fired[i] == MOST_SPIKES:
                return
            if before > 0.0 and last_spike == begin:  # its reset left it there: it has spiked in this step
                self._fired[i] = MOST_SPIKES
                return

            def put_back(kept: dict[str, Array] = kept) -> None:
                for name, array in self._state_arrays(own.neurons).items():
                    array[:] = kept[name]

            def excess_at(length: float, begin: float = begin) -> float:
                put_back()
                self._advance(own, now, begin, length)
                return self._excess(own, now, begin + length)

            passed = 0.0 if before > 0.0 else crossing(excess_at, to - begin, before, after)
            put_back()
            if passed > 0.0:
                self._advance(own, now, begin, passed)
                begin = min(begin + passed, to)
            self._spikes.append((i, begin))
            self._fired[i] += 1
            last_spike = begin
            self._fire(i, now, begin)

    def _rest(self, i: int, begin: float, now: Instant) -> float:
        """Until which moment of the step a neuron is refractory, ``begin`` where it is not."""
        neurons = self.neurons
        if neurons.refractory is None or neurons.refractory_until[i] < now.tick:
            return begin
        return float(neurons.refractory_rest[i]) if neurons.refractory_until[i] == now.tick else now.dt

    def _part(self, now: Instant, begin: float, length: float) -> Part:
        return Part(now.step, now.seed, now.epoch, now.tick, length, now.time + begin)

    def _advance(self, own: Population, now: Instant, begin: float, length: float, *, active: bool = True) -> None:
        """All equations of a neuron over a part of the step."""
        part = self._part(now, begin, length)
        scope = own._scope(part, own._streams)
        for rule in own.local:
            own._run(rule, scope, part, active)

    def _excess(self, own: Population, now: Instant, at: float) -> float:
        """By how much a neuron is over its threshold: positive where its condition holds, and nowhere else."""
        scope = own._scope(self._part(now, at, now.dt), own._streams)
        condition = self._events()[0].condition
        is_over = bool(holds(condition, scope).all())
        if not isinstance(condition, Compare) or condition.operator not in (">", ">=", "<", "<="):
            return 1.0 if is_over else -1.0
        sides = condition.left, condition.right
        larger, smaller = (float(np.ravel(plain(evaluate(side, scope)))[0]) for side in sides)
        distance = larger - smaller if condition.operator.startswith(">") else smaller - larger
        if is_over:
            return max(distance, SMALLEST)
        if np.isnan(distance):
            return np.inf if self._runs_off else 0.0  # an upstroke that left all numbers behind has crossed
        return min(distance, 0.0)

    def _fire(self, i: int, now: Instant, at: float) -> None:
        """The reset, the time of the spike, the end of the refractory time."""
        own, neurons = self._alone[i], self.neurons
        scope = own._scope(self._part(now, at, now.dt), own._streams, in_blocks=False)
        for statement in own._resets[0]:
            for name, value in statement.run(scope, now.dt, scope.normal):
                store(own.neurons.values[name] if name in own.neurons.values else own.neurons.inputs[name], value)
        neurons.t_last[i] = now.time + at
        if neurons.refractory is not None:
            over = at + float(np.ravel(plain(evaluate(neurons.refractory, scope)))[0])
            steps = np.floor(over / now.dt)
            neurons.refractory_until[i] = now.tick + int(steps)
            neurons.refractory_rest[i] = max(over - steps * now.dt, 0.0)


def _alone(neurons: Neurons, i: int) -> Neurons:
    """One neuron of a population, a view."""

    def own(arrays: Any) -> dict[str, Array]:
        return {name: array if len(array) == 1 else array[i : i + 1] for name, array in arrays.items()}

    return replace(
        neurons,
        first=i,
        size=1,
        values=own(neurons.values),
        inputs=own(neurons.inputs),
        inner=own(neurons.inner),
        t_last=neurons.t_last[i : i + 1],
    )


def crossing(function: Callable[[float], float], length: float, before: float, after: float) -> float:
    """Where a function comes to be positive between 0 and ``length``, as closely as can be: a moment at which it is so.

    By inverse quadratic interpolation where the last three points let that be safe, else by halves (Chandrupatla 1997).
    """
    points = [(length, after), (0.0, before), (0.0, before)]
    """The newest one, the one on the other side of the crossing, and the one that was replaced."""
    guess = 0.5 * length
    for _ in range(ROUNDS):
        (a, at_a), (b, at_b), _ = points
        if abs(a - b) <= 2.0 * WIDTH * length:
            break
        value = function(guess)
        if (value > 0.0) == (at_a > 0.0):
            points = [(guess, value), (b, at_b), (a, at_a)]
        else:
            points = [(guess, value), (a, at_a), (b, at_b)]
        guess = _following(points, WIDTH * length)
    (a, at_a), (b, _), _ = points
    return a if at_a > 0.0 else b


def _following(points: Sequence[tuple[float, float]], width: float) -> float:
    """Where to look next: inside of the bracket, at least ``width`` from either end."""
    (a, at_a), (b, at_b), (c, at_c) = ((np.float64(x), np.float64(value)) for x, value in points)
    least = width / abs(b - a)
    xi, phi = (a - b) / (c - b), (at_a - at_b) / (at_c - at_b)
    part = np.float64(0.5)
    if phi**2 < xi and (1.0 - phi) ** 2 < 1.0 - xi:
        part = at_a / (at_b - at_a) * at_c / (at_b - at_c)
        part += (c - a) / (b - a) * at_a / (at_c - at_a) * at_b / (at_c - at_b)
    part = np.fmax(least, np.fmin(part, 1.0 - least))
    return float(a + part * (b - a))
