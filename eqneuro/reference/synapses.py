"""What synapses do in a step: spikes delivered, contributions summed up, learning, post-synaptic spikes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from eqneuro.language.source import SourceText
from eqneuro.language.syntax import NOWHERE, Attribute, Binary, Expr, Name
from eqneuro.model.models import AssignmentEquation, Equation, OdeEquation
from eqneuro.reference.draws import Sampler, Streams
from eqneuro.reference.dual import plain
from eqneuro.reference.evaluate import evaluate
from eqneuro.reference.moments import Arrival
from eqneuro.reference.reading import Places, Reader
from eqneuro.reference.rules import Assignment, Choose, Odes, Rule, names_in, rules_of
from eqneuro.reference.scope import Scope
from eqneuro.reference.state import Instant, Synapses, as_numbers, store

STREAMS = {name: 512 * k for k, name in enumerate(("pre", "axon", "psp", "learn", "post", "global", "semiglobal"))}
"""Where the streams of random numbers of each part of a projection begin."""
DRIVEN = ("event-driven", "exact")
"""Flags of equations that are brought up to date at events; the second is the old spelling."""
DEFAULT_PSP = Binary("*", Name("w"), Attribute("pre", "r"))


@dataclass(frozen=True)
class Part:
    """One of the things that synapses do: its rules, which of them rest where the post-synaptic neuron has spiked, and
    the event-driven equations that are brought up to date before."""

    name: str
    rules: tuple[Rule, ...]
    rests: tuple[bool, ...]
    driven: tuple[Odes, ...]
    streams: Streams
    shares: bool
    """Whether it changes what several synapses share: these are then run one after the other."""


class Projection:
    """The synapses of a projection, and how they run."""

    def __init__(self, synapses: Synapses, choose: Choose) -> None:
        self.synapses = synapses
        self._choose = choose
        model = synapses.model
        self._attributes = {a.name: a for a in model.attributes}
        self._constants = model.unchanging
        self._driven = self._event_driven() if synapses.is_event_based else ()
        self._by_pre = self._grouped_by_pre()
        self._by_post = [np.flatnonzero(synapses.post_of == j) for j in range(synapses.receiver.size)]
        self.parts = {part.name: part for part in self._make_parts()}

    # -- what there is to do ------------------------------------------------------------------------------------------

    def _event_driven(self) -> tuple[Odes, ...]:
        model = self.synapses.model
        chosen = [e for e in model.equations if isinstance(e, OdeEquation) and e.method in DRIVEN]
        rules = rules_of(chosen, model.attributes, self._constants, lambda run, _: ["event-driven"] * len(run))
        return tuple(rule for rule in rules if isinstance(rule, Odes))

    def _grouped_by_pre(self) -> list[dict[int, Any]]:
        """For each pre-synaptic neuron its synapses by delay, those of each in the order of post-synaptic neurons."""
        synapses = self.synapses
        groups: list[dict[int, Any]] = [{} for _ in range(synapses.sender.size)]
        for s, (i, delay) in enumerate(zip(synapses.pre_ranks.tolist(), synapses.delays.tolist(), strict=True)):
            groups[i].setdefault(delay, []).append(s)
        return [{delay: np.array(places) for delay, places in group.items()} for group in groups]

    def _make_parts(self) -> Iterator[Part]:
        synapses, model = self.synapses, self.synapses.model
        if synapses.is_event_based:
            if synapses.sender.model.is_spiking and (model.pre_spike or model.psp is None):
                yield self._event("pre", model.pre_spike, brings_weight=model.psp is None)
            if model.pre_axon_spike:
                yield self._event("axon", model.pre_axon_spike)
            if model.post_spike:
                yield self._event("post", model.post_spike)
        if model.psp is not None or not synapses.is_event_based:
            yield self._psp(model.psp or DEFAULT_PSP)
        yield from self._learning()

    def _event(self, name: str, statements: Sequence[AssignmentEquation], *, brings_weight: bool = False) -> Part:
        """What the target gets comes first, from the values before the event; by default a spike brings w."""
        brought = [s for s in statements if s.variable == "g_target"]
        if not brought and brings_weight:
            text = "g_target += w"
            value = Binary("+", Name("g_target"), Name("w"))
            brought = [AssignmentEquation("g_target", value, (), text, SourceText(text, "synapse"), NOWHERE)]
        ordered = [*brought, *(s for s in statements if s.variable != "g_target")]
        kinds = {name: a.type for name, a in self._attributes.items()}
        rules = tuple(Assignment(s, kinds.get(s.variable, "float")) for s in ordered)
        return self._part(name, rules, tuple("unless_post" in s.conditions for s in ordered), self._driven)

    def _psp(self, expr: Expr) -> Part:
        """The contribution is no statement: it is read by `transmit`."""
        statement = AssignmentEquation("psp", expr, (), "psp", SourceText("psp", "synapse"), NOWHERE)
        return self._part("psp", (Assignment(statement, "float"),), (False,), self._read_by(names_in([expr])))

    def _learning(self) -> Iterator[Part]:
        model, is_event_based = self.synapses.model, self.synapses.is_event_based
        equations: list[Equation] = list(model.equations)
        if is_event_based:
            equations = [e for e in equations if getattr(e, "method", None) not in DRIVEN]

        def choose(run: Sequence[OdeEquation], constants: Any) -> list[str]:
            chosen = self._choose(run, constants)
            return ["event-driven" if e.method in DRIVEN else m for e, m in zip(run, chosen, strict=True)]

        rules = rules_of(equations, model.attributes, self._constants, choose)
        for name, locality in (("global", "global"), ("semiglobal", "semiglobal"), ("learn", "local")):
            own = tuple(r for r in rules if self._attributes[r.variables[0]].locality == locality)
            if own:
                read = {word for rule in own for word in rule.read()}
                yield self._part(name, own, (False,) * len(own), self._read_by(read))

    def _read_by(self, names: set[str]) -> tuple[Odes, ...]:
        """Event-driven equations whose variables are read, with all others of their locality: these share one clock."""
        chosen = {self._locality(rule) for rule in self._driven if names & set(rule.variables)}
        return tuple(rule for rule in self._driven if self._locality(rule) in chosen)

    def _locality(self, rule: Rule) -> str:
        return self._attributes[rule.variables[0]].locality

    def _part(self, name: str, rules: tuple[Rule, ...], rests: tuple[bool, ...], driven: tuple[Odes, ...]) -> Part:
        streams = Streams(STREAMS[name])
        for rule in (*driven, *rules):
            rule.count_draws(streams)
        written = {variable for rule in (*driven, *rules) for variable in rule.variables}
        shares = any(v in self._attributes and self._attributes[v].locality != "local" for v in written)
        return Part(name, rules, rests, driven, streams, shares)

    # -- what is done -------------------------------------------------------------------------------------------------

    def deliver(self, now: Instant) -> None:
        """Spikes that arrive, shortest delays first, then in the order of ranks; then continuous contributions."""
        sender = self.synapses.sender
        for name, output in (("pre", "spike"), ("axon", "axon_spike")):
            if name not in self.parts or self.synapses.receiver.is_timed:
                continue
            for delay in sorted({d for group in self._by_pre for d in group}):
                for i in sender.outputs[output].at(now.tick - delay).tolist():
                    self._at_event(self.parts[name], self._by_pre[i].get(delay), now, now.tick)
        if "psp" in self.parts:
            self._transmit(self.parts["psp"], now)

    def arrivals(self, now: Instant) -> Iterator[Arrival]:
        """Spikes that arrive within the step, for neurons that take them at their times."""
        if "pre" not in self.parts:
            return
        output = self.synapses.sender.outputs["spike"]
        for delay in sorted({d for group in self._by_pre for d in group}):
            tick = now.tick - delay
            for i, at in zip(output.at(tick).tolist(), output.moments_at(tick).tolist(), strict=True):
                chosen = self._by_pre[i].get(delay)
                if chosen is not None:
                    posts = self.synapses.post_of[chosen].tolist()
                    yield Arrival(at, posts, partial(self._at_event, self.parts["pre"], chosen, now, now.tick))

    def after_post_spikes(self, now: Instant) -> None:
        """`post_spike` for the neurons that spiked in this step."""
        if "post" in self.parts:
            for j in self.synapses.receiver.outputs["spike"].at(now.tick).tolist():
                self._at_event(self.parts["post"], self._by_post[j], now, now.tick + 1)

    def _at_event(self, part: Part, chosen: Any, now: Instant, clock: int) -> None:
        """The statements of an event at some synapses of one neuron: together, unless they share what they change."""
        if chosen is None or not len(chosen):
            return
        posts = self.synapses.post_of[chosen]
        meet = len(np.unique(posts)) < len(posts) and any("g_target" in rule.variables for rule in part.rules)
        alone = part.shares or meet
        for places in [chosen[k : k + 1] for k in range(len(chosen))] if alone else [chosen]:
            self._run(part, Places.of_synapses(self.synapses, places), now, clock)

    def _run(self, part: Part, places: Places, now: Instant, clock: int) -> None:
        """Event-driven variables are brought up to date; then the rules run in order."""
        synapses = self.synapses
        scope = self._scope(part, places, now)
        for locality in dict.fromkeys(self._locality(rule) for rule in part.driven):
            updated, index = self._clock_of(locality, places)
            elapsed = (clock - updated[index].astype(np.float64)) * now.dt
            for rule in part.driven:
                if self._locality(rule) == locality:
                    for name, value in rule.run(scope, elapsed, scope.normal):
                        self._put(name, value, places, True)
            updated[index] = clock
        awake: Any = True
        if any(part.rests):
            awake = synapses.receiver.t_last[places.j] != synapses.receiver.t_last.dtype.type((now.step - 1) * now.dt)
        for each, rests in zip(part.rules, part.rests, strict=True):
            for name, value in each.run(scope, self._step_of(part, now), scope.normal):
                held = name == "w" and synapses.is_event_based and not synapses.learning[0]
                self._put(name, value, places, awake if rests and not held else not held)

    def _step_of(self, part: Part, now: Instant) -> float:
        """With a learning period, that is the step of what learns."""
        return now.dt * int(self.synapses.learning[1]) if part.name in ("learn", "semiglobal", "global") else now.dt

    def _scope(self, part: Part, places: Places, now: Instant) -> Scope:
        synapses = self.synapses
        reader = Reader(synapses, part.name, places, now, self._step_of(part, now))
        index = {"global": np.zeros(1, dtype=np.int64), "semiglobal": places.j}.get(part.name, places.s)
        return Scope(reader.name, None, part.streams, lambda: Sampler(now, synapses.identity, index, in_blocks=False))

    def _clock_of(self, locality: str, places: Places) -> tuple[Any, Any]:
        """When event-driven variables of a locality were last brought up to date, and which entries are meant."""
        synapses = self.synapses
        if locality == "global":
            return synapses.updated_all, np.zeros(1, dtype=np.int64)
        if locality == "semiglobal":
            return synapses.updated_rows, places.j
        return synapses.updated, places.s

    def _put(self, name: str, value: Any, places: Places, where: Any) -> None:
        """New values of a variable at some places."""
        if name == "g_target":
            array, index = self.synapses.target, places.j
        else:
            array = self.synapses.own(name)
            index = places.of(self._attributes[name].locality, len(array))
        held = array[index]
        store(held, value, where)
        array[index] = held

    def learn(self, now: Instant) -> None:
        """Synaptic equations: global ones, those of post-synaptic neurons, those of synapses."""
        synapses = self.synapses
        learns, period, start = (int(x) for x in synapses.learning)
        if not (learns or synapses.is_event_based) or (now.step - start) % period != 0:
            return
        whole = Places.of_synapses(synapses, np.arange(len(synapses.pre_ranks)))
        rows = Places.of_rows(synapses)
        for name, places in (("global", Places.of_all()), ("semiglobal", rows), ("learn", whole)):
            if name in self.parts:
                self._run(self.parts[name], places, now, now.tick)

    # -- continuous contributions -------------------------------------------------------------------------------------

    def _transmit(self, part: Part, now: Instant) -> None:
        synapses, model = self.synapses, self.synapses.model
        if synapses.windows is not None:
            self._look_through_windows(part, now)
            return
        places = Places.of_synapses(synapses, np.arange(len(synapses.pre_ranks)))
        if part.driven:
            self._run(Part(part.name, (), (), part.driven, part.streams, True), places, now, now.tick)
        scope = self._scope(part, places, now)
        [rule] = part.rules
        [(_, value)] = rule.run(scope, now.dt, scope.normal)
        values = np.broadcast_to(value, (len(places.s),))
        for row, j in enumerate(synapses.post_ranks.tolist()):
            own = values[int(synapses.row_start[row]) : int(synapses.row_start[row + 1])]
            self._add(j, join(own, model.operation))

    def _add(self, j: int, total: float) -> None:
        target = self.synapses.target
        where = np.arange(len(target)) == j
        store(target, total if self.synapses.assigns else as_numbers(target) + total, where)

    def _look_through_windows(self, part: Part, now: Instant) -> None:
        """Each post-synaptic neuron sees a window; what lies outside has a value of its own."""
        synapses, windows = self.synapses, self.synapses.windows
        assert windows is not None
        [rule] = part.rules
        assert isinstance(rule, Assignment)
        for j in range(len(windows.seen)):
            seen = windows.seen[j]
            places = Places(np.zeros(len(seen), dtype=np.int64), np.maximum(seen, 0), np.full(len(seen), j))
            reader = Reader(synapses, part.name, places, now, now.dt)

            def name(wanted: str, seen: Any = seen, j: int = j, reader: Reader = reader) -> Any:
                if wanted == "w":
                    return as_numbers(windows.weights)[windows.weight_of[j]]
                value = reader.name(wanted)
                is_fixed = wanted.partition(".")[2] in synapses.fixed or np.size(value) == 1 < len(seen)
                if wanted.startswith("pre.") and not is_fixed:
                    return np.where(seen < 0, as_numbers(windows.outside), value)
                return value

            scope = Scope(name, None, part.streams, _no_draws)
            values = np.broadcast_to(plain(evaluate(rule.equation.value, scope)), (len(seen),))
            self._add(j, join(values, synapses.model.operation))


def _no_draws() -> Sampler:
    raise ValueError("filters hold no random numbers")  # they were refused when they were made


JOINS: dict[str, Callable[[Any], float]] = {
    "sum": lambda values: float(np.sum(values)),
    "mean": lambda values: float(np.sum(values) / len(values)),
    "max": lambda values: float(np.fmax.reduce(values, initial=-np.inf)),
    "min": lambda values: float(np.fmin.reduce(values, initial=np.inf)),
}


def join(values: Any, operation: str) -> float:
    """What many synapses bring together; a NaN is never the largest nor the smallest."""
    return JOINS[operation](values)
