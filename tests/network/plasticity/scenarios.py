"""Two populations that do something predictable, many synapses between them, and the comparison with the reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from reference import Reference, Traces
from scipy.sparse import csr_matrix

from eqneuro import Network, Neuron, Synapse

DT = 0.5
PRE_SIZE, POST_SIZE = 4, 3
SHARED = """
    phase += inc : init=0.0
    x = sin(0.7*t + a) : init=0.25
    k = k + 1 : int, init=2
    big = cos(0.3*t) : population
"""
READABLE = ("x", "k", "big", "a", "c")
"""What synapses of these scenarios may read of a neuron."""


@dataclass
class Case:
    """One synapse and how it connects.

    ``missing`` are pairs (post, pre) without synapse; delays are in steps, one number or shape (post, pre).
    """

    synapse: Synapse
    weights: Any = None
    delays: Any = 1
    missing: frozenset[tuple[int, int]] = frozenset()
    values: dict[str, Any] = field(default_factory=dict)

    def pairs(self, post: int, pre: int) -> list[tuple[int, int]]:
        return [(j, i) for j in range(post) for i in range(pre) if (j, i) not in self.missing]


def neurons(targets: Sequence[str], *, spiking: bool) -> Neuron:
    form = "g_{}" if spiking else "sum({})"
    total = " + ".join(form.format(t) for t in targets) or "0.0"
    return Neuron(
        parameters="inc = 0.2\na = 0.0\nc = 1.5 : population",
        equations=f"{SHARED}\nr = 0.5 + 0.5*cos(0.9*t + 2.0*a) : init=0.125\nseen = {total}",
        spike="phase >= 1.0" if spiking else None,
        reset="phase -= 1.0" if spiking else None,
        axon_spike="x > 0.6" if spiking else None,
    )


def default_weights(post: int, pre: int) -> Any:
    return 0.3 + 0.1 * np.arange(post * pre).reshape(post, pre)


class Scenario:
    """A network with one projection for each case, each with a target of its own.

    ``memory`` is for how many steps the past is kept at least.
    """

    def __init__(
        self,
        cases: Sequence[Case],
        *,
        spiking: bool = True,
        threads: int = 1,
        dtype: Any = np.float64,
        sizes: tuple[int, int] = (PRE_SIZE, POST_SIZE),
        same: bool = False,
        dt: float = DT,
        memory: int = 1,
    ) -> None:
        self.cases, self.spiking, self.dt = list(cases), spiking, dt
        self.net = net = Network(dt=dt, num_threads=threads, dtype=dtype, seed=3)
        targets = [f"t{k}" for k in range(len(cases))]
        self.post = net.create(sizes[1], neurons(targets, spiking=spiking))
        self.pre = self.post if same else net.create(sizes[0], neurons([], spiking=spiking))
        for number, population in enumerate((self.pre, self.post)):
            count = np.arange(population.size)
            population.inc = 0.17 + 0.09 * count / max(1, population.size - 1) + 0.05 * number
            population.a = 0.8 * count + 0.4 * number
        self.projections = []
        for target, case in zip(targets, cases, strict=True):
            projection = net.connect(self.pre, self.post, target, case.synapse)
            connect(projection, case, self.post.size, self.pre.size, dt)
            for name, value in case.values.items():
                setattr(projection, name, value)
            self.projections.append(projection)
        # another projection, which brings nothing, looks back this far
        keeper = Synapse(psp="w*(pre.r + pre.x + pre.big)") if not spiking else Synapse(psp="w*pre.x*pre.big")
        for synapse in (keeper, *([Synapse(pre_spike="g_target += w")] if spiking else [])):
            if memory > 1:
                net.connect(self.pre, self.post, "t0", synapse).all_to_all(0.0, delays=memory * dt)
        form = "g_{}" if spiking else "sum({})"
        self.inputs = net.monitor(self.post, [form.format(t) for t in targets])
        self.monitors = [net.monitor(p, monitored(spiking=spiking)) for p in (self.pre, self.post)]

    def run(self, steps: int, changes: Changes | None = None) -> list[dict[str, Any]]:
        """What each projection's attributes are after each step: shape (steps, number of values).

        ``changes`` are made before their steps.
        """
        held: list[dict[str, list[Any]]] = [{name: [] for name in p.attributes} for p in self.projections]
        self.net.compile()
        for n in range(steps):
            for change in (changes or {}).get(n, ()):
                for projection in self.projections:
                    change.make(projection, self.dt)
            self.net.step()
            for projection, seen in zip(self.projections, held, strict=True):
                for name in projection.attributes:
                    seen[name].append(flat(projection, name))
        return [{name: np.array(rows) for name, rows in seen.items()} for seen in held]

    def traces(self) -> tuple[Traces, Traces]:
        """What the populations did."""
        found = []
        for population, monitor in zip((self.pre, self.post), self.monitors, strict=True):
            data = monitor.get(keep=True)
            steps = len(data["x"])
            values = {
                name: np.broadcast_to(np.reshape(data[name], (steps, -1)), (steps, population.size))
                for name in ("x", "k", "big", "r")
            }
            for name in ("a", "c"):
                values[name] = np.broadcast_to(getattr(population, name), (steps, population.size))
            initial = {"x": 0.25, "k": 2, "r": 0.125, "big": 0.0, "a": population.a, "c": population.c}
            trains = [by_step(data.get(kind, {}), steps) for kind in ("spike", "axon_spike")]
            found.append(Traces(population.size, initial, values, *trains))
        received = self.inputs.get(keep=True)
        for name, rows in received.items():
            found[1].values[name] = rows
        return found[0], found[1]

    def references(self, steps: int, changes: Changes | None = None) -> list[Reference]:
        """The interpreter's account of each projection, given what the populations did in a run."""
        pre, post = self.traces()
        found = []
        for case in self.cases:
            reference = Reference(
                case.synapse,
                case.pairs(self.post.size, self.pre.size),
                pre,
                post,
                self.dt,
                weights=chosen(case, self.post.size, self.pre.size),
                delays=steps_of(case, self.post.size, self.pre.size),
                spiking=self.spiking,
                values=case.values,
            )
            moments = sorted({0, steps, *(changes or {})})
            for first, last in pairwise(moments):
                for change in (changes or {}).get(first, ()):
                    change.retell(reference, first)
                reference.run(last - first, first)
            found.append(reference)
        return found


@dataclass
class Change:
    """What the user does in the midst of a run, in steps: attributes, delays, whether synapses learn and how often."""

    values: dict[str, Any] = field(default_factory=dict)
    delays: Any = None
    learning: bool | None = None
    period: int = 1
    offset: int | None = None

    def make(self, projection: Any, dt: float) -> None:
        """Does so."""
        for name, value in self.values.items():
            setattr(projection, name, value if np.ndim(value) == 0 else nested(projection, value))
        if self.delays is not None:
            projection.delay = self.delays * dt if np.ndim(self.delays) == 0 else nested(projection, self.delays * dt)
        if self.learning:
            offset = None if self.offset is None else self.offset * dt
            projection.enable_learning(self.period * dt, offset)
        elif self.learning is not None:
            projection.disable_learning()

    def retell(self, reference: Reference, now: int) -> None:
        """Tells the interpreter of it."""
        for name, value in self.values.items():
            reference.put_all(name, value if np.ndim(value) == 0 else [value[pair] for pair in reference.pairs])
        if self.delays is not None:
            steps = self.delays
            reference.set_delays(steps if np.ndim(steps) == 0 else [steps[pair] for pair in reference.pairs])
        if self.learning:
            reference.enable_learning(now, self.period, self.offset)
        elif self.learning is not None:
            reference.disable_learning()


Changes = Mapping[int, Sequence[Change]]


def nested(projection: Any, matrix: Any) -> list[list[float]]:
    """The entries of a matrix (post, pre) for the synapses that there are."""
    return [
        [float(matrix[j, i]) for i in row] for j, row in zip(projection.post_ranks, projection.pre_ranks, strict=True)
    ]


def monitored(*, spiking: bool) -> list[str]:
    return ["x", "k", "big", "r", *(["spike", "axon_spike"] if spiking else [])]


def by_step(trains: dict[int, list[int]], steps: int) -> list[set[int]]:
    found: list[set[int]] = [set() for _ in range(steps)]
    for rank, train in trains.items():
        for n in train:
            found[n].add(rank)
    return found


def chosen(case: Case, post: int, pre: int) -> Any:
    weights = default_weights(post, pre) if case.weights is None else case.weights
    return np.array([np.broadcast_to(weights, (post, pre))[pair] for pair in case.pairs(post, pre)])


def steps_of(case: Case, post: int, pre: int) -> Any:
    return np.array([np.broadcast_to(case.delays, (post, pre))[pair] for pair in case.pairs(post, pre)])


def connect(projection: Any, case: Case, post: int, pre: int, dt: float) -> None:
    pairs = case.pairs(post, pre)
    rows, columns = np.array(pairs).T
    matrix = csr_matrix((chosen(case, post, pre), (columns, rows)), shape=(pre, post))
    delays = steps_of(case, post, pre) * dt
    projection.from_sparse(matrix, delays=float(delays[0]) if np.ndim(case.delays) == 0 else delays)


def flat(projection: Any, name: str) -> Any:
    """An attribute as one row of numbers, one for each place that it has."""
    value = getattr(projection, name)
    kind = next(a for a in projection.model.attributes if a.name == name)
    if kind.locality == "local" and not isinstance(value, list):
        value = [value] * projection.nb_synapses
    if isinstance(value, list) and value and isinstance(value[0], list):
        value = [x for row in value for x in row]
    return np.atleast_1d(np.array(value, dtype=float))


def compare(
    cases: Sequence[Case], steps: int = 40, rtol: float = 1e-9, changes: Changes | None = None, **options: Any
) -> Scenario:
    """Runs all cases in one network and asserts that each synapse holds what the reference says after every step."""
    scenario = Scenario(cases, **options)
    held = scenario.run(steps, changes)
    check(scenario, held, scenario.references(steps, changes), rtol)
    return scenario


def check(scenario: Scenario, held: list[dict[str, Any]], references: list[Reference], rtol: float = 1e-9) -> None:
    """Asserts that all cases agree; those that don't are told together."""
    received = list(scenario.inputs.get(keep=True).values())
    wrong = []
    for number, (case, found, reference) in enumerate(zip(scenario.cases, held, references, strict=True)):
        pairs = {name: (rows, np.array(reference.after[name])) for name, rows in found.items()}
        pairs["input"] = received[number], np.array(reference.received)
        for name, (rows, expected) in pairs.items():
            problem = difference(rows, expected, rtol)
            if problem:
                wrong.append(f"case {number}, {describe(case.synapse)}: {name} {problem}")
    assert not wrong, "\n".join(wrong)


def difference(rows: Any, expected: Any, rtol: float) -> str:
    """Where two recordings differ first, in words."""
    if rows.shape != expected.shape:
        return f"has shape {rows.shape}, not {expected.shape}"
    far = ~np.isclose(rows, expected, rtol=rtol, atol=1e-3 * rtol, equal_nan=True)
    if not far.any():
        return ""
    step, place = np.argwhere(far)[0]
    return f"is {rows[step, place]} in step {step} at place {place}, not {expected[step, place]}"


def describe(synapse: Synapse) -> str:
    model = synapse.model
    events = [s.text for s in (*model.pre_spike, *model.pre_axon_spike, *model.post_spike)]
    return "; ".join([*(e.text for e in model.equations), f"psp={model.psp_text}", *events])
