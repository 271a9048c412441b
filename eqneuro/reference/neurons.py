"""One step of a population: global equations, local ones, spikes, resets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqneuro.language.syntax import Name, is_condition
from eqneuro.model.ceilings import ceilings
from eqneuro.model.models import AssignmentEquation, NeuronModel, OdeEquation, SpikeEvent
from eqneuro.reference.draws import Sampler, Streams
from eqneuro.reference.dual import plain
from eqneuro.reference.evaluate import evaluate, holds
from eqneuro.reference.past import Histories
from eqneuro.reference.rules import Assignment, Choose, Rule, names_in, rules_of
from eqneuro.reference.scope import Scope
from eqneuro.reference.state import Array, Instant, Neurons, as_numbers, store

LOCAL_STREAMS, GLOBAL_STREAMS, STOP_STREAMS = 0, 2048, 3072
"""Where the streams of the neurons' equations, of global ones and of the stop condition begin."""


@dataclass(frozen=True)
class NotFinite:
    """A state variable that is no number: its population's number, the neuron (None for a global one), its name."""

    population: int
    neuron: int | None
    variable: str


class Population:
    """The equations of a population, and how they run."""

    def __init__(self, neurons: Neurons, choose: Choose) -> None:
        self.neurons = neurons
        model = neurons.model
        is_local = {a.name: a.locality == "local" for a in model.attributes}
        held = {} if neurons.is_timed else ceilings(model)
        rules = rules_of(model.equations, model.attributes, model.unchanging, choose, held, remembers=True)
        self.local = [rule for rule in rules if is_local[rule.variables[0]]]
        self.shared = [rule for rule in rules if not is_local[rule.variables[0]]]
        self._kinds = {a.name: a.type for a in model.attributes}
        self._flagged = {e.variable for e in model.equations if "unless_refractory" in e.conditions}
        self._state = [_state_variables(rules, self._kinds) for rules in (self.shared, self.local)]
        self._histories = Histories(neurons, rules)
        self._places = {id(rule): place for place, rule in enumerate(rules)}
        self._reader: int | None = None
        self._count_draws()

    def _count_draws(self) -> None:
        """Streams in the order in which things stand: refractory condition, equations, spike conditions, then for each
        event its reset and the refractory time."""
        model, neurons = self.neurons.model, self.neurons
        self._streams, self._shared_streams = Streams(LOCAL_STREAMS), Streams(GLOBAL_STREAMS)
        self._stop_streams = Streams(STOP_STREAMS)
        for rule in self.shared:
            rule.count_draws(self._shared_streams)
        is_frozen = neurons.refractory is not None and model.spike is not None
        if is_frozen and neurons.refractory is not None and is_condition(neurons.refractory):
            self._streams.add(neurons.refractory)
        for rule in self.local:
            rule.count_draws(self._streams)
        for event in self._events():
            self._streams.add(event.condition)
        self._resets = []
        for event in self._events():
            statements = [Assignment(s, self._kinds.get(s.variable, "float")) for s in event.reset]
            for statement in statements:
                statement.count_draws(self._streams)
            if event is model.spike and is_frozen and neurons.refractory is not None:
                self._streams.add(neurons.refractory)
            self._resets.append(statements)
        if neurons.stop is not None:
            self._stop_streams.add(neurons.stop)

    def _events(self) -> list[SpikeEvent]:
        model: NeuronModel = self.neurons.model
        return [event for event in (model.spike, model.axon_spike) if event is not None]

    # -- leaves -------------------------------------------------------------------------------------------------------

    def _scope(self, now: Instant, streams: Streams, *, alone: bool = False, in_blocks: bool = True) -> Scope:
        neurons = self.neurons
        index = neurons.first + np.arange(1 if alone else neurons.size)

        def name(wanted: str) -> Any:
            if wanted in ("t", "dt"):
                return np.float64(now.time if wanted == "t" else now.dt)
            if wanted == "sum()":
                return self._all_inputs()
            if wanted == "t_last":
                return as_numbers(neurons.t_last)
            for known in (neurons.values, neurons.inputs, neurons.reductions, neurons.constants, neurons.inner):
                if wanted in known:
                    return as_numbers(known[wanted])
            raise KeyError(wanted)

        def past(variable: str, delay: Any, part: float) -> Any:
            return self._histories.values(variable, delay, part, self._reader, now)[index]

        def input_at(wanted: str, part: float) -> Any:
            return None if alone else self._histories.input_at(wanted, part, now)

        return Scope(
            name,
            past,
            streams,
            lambda: Sampler(now, neurons.number, index, in_blocks=in_blocks and not alone),
            input_at,
        )

    def _all_inputs(self) -> Any:
        neurons = self.neurons
        own = [f"g_{target}" for target in neurons.model.targets if f"g_{target}" in neurons.values]
        arrays = [*neurons.inputs.values(), *(neurons.values[name] for name in own if neurons.model.is_spiking)]
        return sum((as_numbers(array) for array in arrays), np.float64(0.0))

    # -- a step -------------------------------------------------------------------------------------------------------

    def update(self, now: Instant) -> list[NotFinite]:
        """Equations, spikes and resets; tells of state variables that became no number."""
        neurons = self.neurons
        if not neurons.has_equations:
            return []
        found = self._update_shared(now)
        scope = self._scope(now, self._streams)
        active = self._active(scope, now)
        for rule in self.local:
            self._run(rule, scope, now, active)
        fired = [np.broadcast_to(holds(event.condition, scope), (neurons.size,)) & active for event in self._events()]
        broken = self._not_finite()
        for name, array in neurons.inputs.items():
            if name.startswith("g_"):
                array[:] = 0
        for event, where, statements in zip(self._events(), fired, self._resets, strict=True):
            self._spike(event, where, statements, scope, now)
        return found + ([each for each in self._not_finite() if each in broken] if broken else [])

    def _update_shared(self, now: Instant) -> list[NotFinite]:
        """Global equations, and which of their variables became no number."""
        shared = self._scope(now, self._shared_streams, alone=True)
        for rule in self.shared:
            self._run(rule, shared, now, True)
        names = [name for name in self._state[0] if not np.isfinite(self._array(name)).all()]
        return [NotFinite(self.neurons.number, None, name) for name in names]

    def _not_finite(self) -> list[NotFinite]:
        """State variables of neurons that are no numbers now, neuron by neuron."""
        broken = {name: ~np.isfinite(self._array(name)) for name in self._state[1]}
        where = np.flatnonzero(np.any([*broken.values()], axis=0)) if broken else ()
        return [NotFinite(self.neurons.number, int(k), name) for k in where for name in broken if broken[name][k]]

    def _active(self, scope: Scope, now: Instant) -> Any:
        """Which neurons are not refractory."""
        neurons = self.neurons
        if neurons.refractory is None or neurons.model.spike is None:
            return np.ones(neurons.size, dtype=bool)
        if is_condition(neurons.refractory):
            return ~np.broadcast_to(holds(neurons.refractory, scope), (neurons.size,))
        return neurons.refractory_until <= now.tick

    def _keep_slopes(self, rule: Rule, scope: Scope, now: Instant, active: Any) -> None:
        """Slopes at the start of the step, where they are wanted; what is frozen has none."""
        for place, name in enumerate(rule.variables):
            if name in self.neurons.slopes and not isinstance(rule, Assignment):
                is_free = name.startswith("g_") and name not in self._flagged
                slope = rule.slope(place, scope)
                self.neurons.slopes[name].at(now.tick)[:] = slope if is_free else np.where(active, slope, 0.0)

    def _run(self, rule: Rule, scope: Scope, now: Instant, active: Any) -> None:
        """A rule; a frozen neuron keeps all but its conductances."""
        self._reader = self._places[id(rule)]
        self._keep_slopes(rule, scope, now, active)
        for name, value in rule.run(scope, now.dt, scope.normal):
            is_free = name.startswith("g_") and name not in self._flagged
            store(self._array(name), value, True if is_free else active)
        self._reader = None

    def _array(self, name: str) -> Array:
        """What holds a variable, or what a method keeps."""
        return self.neurons.inner[name] if name in self.neurons.inner else self.neurons.values[name]

    def _spike(
        self, event: SpikeEvent, where: Any, statements: Sequence[Assignment], scope: Scope, now: Instant
    ) -> None:
        """What runs where an event's condition holds."""
        neurons = self.neurons
        is_axon = event is not neurons.model.spike
        neurons.outputs["axon_spike" if is_axon else "spike"].put(now.tick, np.flatnonzero(where))
        if not where.any():
            return
        for statement in statements:
            for name, value in statement.run(scope, now.dt, scope.normal):
                store(neurons.values[name] if name in neurons.values else neurons.inputs[name], value, where)
        if is_axon:
            return
        neurons.t_last[where] = now.time
        if neurons.refractory is not None and not is_condition(neurons.refractory):
            time = np.broadcast_to(plain(evaluate(neurons.refractory, scope)), (neurons.size,))
            steps = np.floor(time / now.dt + 0.5)
            neurons.refractory_until[where] = now.tick + 1 + steps[where].astype(np.int64)

    def stops(self, now: Instant) -> Any:
        """Where the stop condition holds."""
        assert self.neurons.stop is not None
        scope = self._scope(now, self._stop_streams, in_blocks=False)
        return np.broadcast_to(holds(self.neurons.stop, scope), (self.neurons.size,))


def _state_variables(rules: Sequence[Rule], kinds: Mapping[str, str]) -> list[str]:
    """Variables that carry their value from step to step, and what methods keep."""
    found = []
    for rule in rules:
        for equation in [rule.equation] if isinstance(rule, Assignment) else rule.equations:
            name = equation.variable
            if kinds[name] == "float" and (isinstance(equation, OdeEquation) or _accumulates(equation)):
                found.append(name)
        if not isinstance(rule, Assignment) and rule.kept:
            found.append(rule.kept)
    return found


def _accumulates(equation: AssignmentEquation) -> bool:
    """Whether a variable is computed from itself, and not only held."""
    is_held = equation.value == Name(equation.variable) and not equation.bounds
    return not is_held and equation.variable in names_in([equation.value, *(b.value for b in equation.bounds)])
