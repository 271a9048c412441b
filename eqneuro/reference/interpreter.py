"""The order of a step (docs/language.md): what arrives, neurons, their spikes, global operations, learning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from eqneuro.reference.moments import TimedPopulation
from eqneuro.reference.neurons import NotFinite, Population
from eqneuro.reference.rules import Choose
from eqneuro.reference.state import Array, Instant, Neurons, Synapses, as_numbers
from eqneuro.reference.synapses import Projection

OPERATIONS: dict[str, Callable[[Any], Any]] = {
    "mean": np.mean,
    "min": np.min,
    "max": np.max,
    "norm1": lambda values: np.sum(np.abs(values)),
    "norm2": lambda values: np.sqrt(np.sum(values * values)),
}
Action = Callable[[Instant], None]
"""Something that is done in a step beside equations: a schedule that is followed, a row that is recorded."""


class Interpreter:
    """Runs the steps of a network.

    Parameters
    ----------
    neurons, synapses
        What there is; projections in the order in which they bring what they bring.
    choose
        Which method neighbouring equations of neurons, and of synapses, get.
    observe, play, measure, record_early, record_late
        What else is done: before synapses, before the neurons (one list for each population), after them, as monitors
        record.
    """

    def __init__(
        self,
        neurons: Sequence[Neurons],
        synapses: Sequence[Synapses],
        choose: tuple[Choose, Choose],
        *,
        observe: Sequence[Action] = (),
        play: Sequence[Sequence[Action]] = (),
        measure: Sequence[Action] = (),
        record_early: Sequence[Action] = (),
        record_late: Sequence[Action] = (),
    ) -> None:
        kinds = [TimedPopulation if each.is_timed else Population for each in neurons]
        self.populations = [kind(each, choose[0]) for kind, each in zip(kinds, neurons, strict=True)]
        self.projections = [Projection(each, choose[1]) for each in synapses]
        self._observe, self._play, self._measure = observe, play, measure
        self._record_early, self._record_late = record_early, record_late

    def step(self, now: Instant) -> list[NotFinite]:
        """One step; tells of state variables that became no number in it."""
        with np.errstate(all="ignore"):
            return self._step(now)

    def _step(self, now: Instant) -> list[NotFinite]:
        self._begin(now)
        for action in self._observe:
            action(now)
        for projection in self.projections:
            if projection.synapses.receiver.is_enabled:
                projection.deliver(now)
        self._keep_sums(now)
        for action in self._record_early:
            action(now)
        found = self._update(now)
        for action in self._measure:
            action(now)
        for population in self.populations:
            _reduce(population.neurons)
        learning = [p for p in self.projections_in_order if p.synapses.receiver.is_enabled]
        for projection in learning:
            projection.learn(now)
        for projection in learning:
            projection.after_post_spikes(now)
        for action in self._record_late:
            action(now)
        return found

    @property
    def projections_in_order(self) -> list[Projection]:
        """In the order of their making."""
        return sorted(self.projections, key=lambda projection: projection.synapses.identity)

    def _begin(self, now: Instant) -> None:
        """The past gets the row of this step; sums are emptied."""
        for population in self.populations:
            neurons = population.neurons
            for name, past in neurons.past.items():
                past.at(now.tick)[:] = neurons.present[name]
            for past in neurons.slopes.values() if not neurons.is_enabled else ():
                past.at(now.tick)[:] = 0
            for name, array in neurons.inputs.items() if neurons.is_enabled else ():
                if name.startswith("sum("):
                    array[:] = 0

    def _keep_sums(self, now: Instant) -> None:
        """Inputs that stages read at their own times; in the first step those before were the same."""
        for population in self.populations:
            neurons = population.neurons
            for name, past in neurons.sums.items():
                ages = range(len(past.rows)) if now.tick == int(neurons.sums_start[0]) else range(1)
                for age in ages:
                    past.at(now.tick - age)[:] = neurons.inputs[name]

    def _update(self, now: Instant) -> list[NotFinite]:
        found: list[NotFinite] = []
        for k, population in enumerate(self.populations):
            neurons = population.neurons
            for output in neurons.outputs.values():
                output.put(now.tick, np.empty(0, dtype=np.int64))
            if neurons.is_enabled:
                for action in self._play[k] if self._play else ():
                    action(now)
                if isinstance(population, TimedPopulation):
                    arriving = [p for p in self.projections if p.synapses.receiver is neurons]
                    found += population.update(now, (each for p in arriving for each in p.arrivals(now)))
                else:
                    found += population.update(now)
        return found

    def stopped(self, chosen: Sequence[tuple[int, bool]], now: Instant) -> list[bool]:
        """Whether the stop conditions of some populations hold, for all of their neurons or for one."""
        with np.errstate(all="ignore"):
            holding = [(self.populations[number].stops(now), require_all) for number, require_all in chosen]
        return [bool(where.all() if require_all else where.any()) for where, require_all in holding]


def _reduce(neurons: Neurons) -> None:
    """Global operations, over what the neurons hold now."""
    for name, result in neurons.reductions.items():
        operation, _, variable = name[:-1].partition("(")
        values: Array = as_numbers(neurons.present[variable])[: neurons.size]
        result[:] = OPERATIONS[operation](values)
