"""A slow interpreter of one projection: dictionaries and loops, in the order in which a step is described.

It is given what the two populations did (spikes and the values of their variables at the end of each step) and says
what the synapses hold after each step, and what each post-synaptic neuron received.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from reference_methods import advance, linear, nodes, plain
from scipy.linalg import expm

from eqneuro import Synapse
from eqneuro.language.evaluate import evaluate
from eqneuro.language.syntax import Attribute, GlobalOperation, InputSum, Name
from eqneuro.model.models import AssignmentEquation, Equation, OdeEquation

REDUCTIONS: dict[str, Callable[[Any], Any]] = {
    "mean": np.mean,
    "min": np.min,
    "max": np.max,
    "norm1": lambda x: np.abs(x).sum(),
    "norm2": lambda x: np.sqrt((x * x).sum()),
}
DRIVEN = ("event-driven", "exact")


@dataclass
class Traces:
    """What a population did: values at the end of each step, shape (steps, size), before the first one, and spikes."""

    size: int
    initial: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    spikes: list[set[int]] = field(default_factory=list)
    axon_spikes: list[set[int]] = field(default_factory=list)

    def at(self, name: str, step: int) -> Any:
        """All neurons' values at the end of a step."""
        if step >= 0:
            return np.asarray(self.values[name][step], dtype=float)
        return np.broadcast_to(np.asarray(self.initial.get(name, 0.0), dtype=float), (self.size,))

    def last_spike(self, rank: int, step: int) -> int | None:
        """The last step up to this one in which a neuron spiked."""
        return next((n for n in range(step, -1, -1) if rank in self.spikes[n]), None)


class Reference:
    """The synapses of one projection.

    Parameters
    ----------
    pairs
        (post, pre) of each synapse, in the user's order.
    delays
        In steps, one a synapse.
    """

    def __init__(
        self,
        synapse: Synapse,
        pairs: Sequence[tuple[int, int]],
        pre: Traces,
        post: Traces,
        dt: float,
        *,
        weights: Any = 1.0,
        delays: Any = 1,
        spiking: bool = True,
        values: dict[str, Any] | None = None,
    ) -> None:
        self.model, self.pairs, self.pre, self.post, self.dt = synapse.model, list(pairs), pre, post, dt
        self.delays = np.broadcast_to(np.asarray(delays), (len(self.pairs),))
        self.events = spiking and (self.model.is_spiking or self.model.psp is None)
        self.learns, self.period, self.origin = True, 1, 0
        self.kind = {a.name: a for a in self.model.attributes}
        self.state: dict[str, Any] = {}
        self.rows = sorted({j for j, _ in self.pairs})
        for attribute in self.model.attributes:
            start = weights if attribute.name == "w" else evaluate(attribute.init, self._numbers())
            self.put_all(attribute.name, start)
        for name, value in (values or {}).items():
            self.put_all(name, value)
        self.updated: dict[tuple[str, int], int] = {}
        self.received: list[Any] = []
        self.after: dict[str, list[Any]] = {a.name: [] for a in self.model.attributes}

    def _numbers(self) -> dict[str, Any]:
        return {name: np.ravel(x)[0] for name, x in self.state.items()}

    def put_all(self, name: str, value: Any) -> None:
        """Values in the user's order, one for each synapse, post-synaptic neuron with synapses, or one."""
        place = self.kind[name].locality
        count = {"local": len(self.pairs), "semiglobal": len(self.rows), "global": 1}[place]
        given = np.broadcast_to(np.asarray(value, dtype=float), (count,)).copy()
        if place == "semiglobal":
            spread = np.zeros(self.post.size)
            spread[self.rows] = given
            given = spread
        self.state[name] = given

    def _index(self, name: str, s: int) -> int:
        return {"local": s, "semiglobal": self.pairs[s][0], "global": 0}[self.kind[name].locality]

    # -- what the user does --------------------------------------------------------------------------------------------

    def set_delays(self, steps: Any) -> None:
        """Other delays, in steps."""
        self.delays = np.broadcast_to(np.asarray(steps), (len(self.pairs),))

    def enable_learning(self, now: int, period: int = 1, offset: int | None = None) -> None:
        """As of a projection, in steps."""
        self.learns, self.period, self.origin = True, period, 0 if offset is None else now + offset

    def disable_learning(self) -> None:
        """As of a projection."""
        self.learns = False

    # -- the order of a step -------------------------------------------------------------------------------------------

    def run(self, steps: int, first: int = 0) -> Reference:
        """Steps from ``first`` on; what is held after each is kept in ``after``, what was received in ``received``."""
        for n in range(first, first + steps):
            self.input = np.zeros(self.post.size)
            if self.events:
                self._pre_events(n, self.pre.spikes, self._brought("pre_spike"))
                self._pre_events(n, self.pre.axon_spikes, self._brought("pre_axon_spike"))
            self._transmit(n)
            self._equations(n)
            if self.events:
                self._post_events(n)
            self.received.append(self.input)
            for name, values in self.after.items():
                held = self.state[name].copy()
                values.append(held[self.rows] if self.kind[name].locality == "semiglobal" else held)
        return self

    def _brought(self, what: str) -> list[AssignmentEquation]:
        """Statements on the target first; a spike brings w where nothing is said of the target."""
        statements = list(getattr(self.model, what))
        first = [s for s in statements if s.variable == "g_target"]
        if not first and what == "pre_spike" and self.model.psp is None:
            first = list(Synapse(pre_spike="g_target += w").model.pre_spike)
        return first + [s for s in statements if s.variable != "g_target"]

    def _pre_events(self, n: int, spikes: list[set[int]], statements: list[AssignmentEquation]) -> None:
        if not statements:
            return
        arriving = [
            (int(self.delays[s]), i, j, s)
            for s, (j, i) in enumerate(self.pairs)
            if n >= self.delays[s] and i in spikes[n - int(self.delays[s])]
        ]
        for _, _, _, s in sorted(arriving):
            self._event(n, s, statements, moment=n, seen=n - 1)

    def _post_events(self, n: int) -> None:
        if not self.model.post_spike:
            return
        for j in sorted(self.post.spikes[n]):
            for s in [s for s, pair in enumerate(self.pairs) if pair[0] == j]:
                self._event(n, s, list(self.model.post_spike), moment=n + 1, seen=n)

    def _event(self, n: int, s: int, statements: list[AssignmentEquation], moment: int, seen: int) -> None:
        """``moment`` is the step at whose beginning it happens, ``seen`` the last step that neurons have ended."""
        self._bring_up_to_date(self.driven, n, s, moment)
        for statement in statements:
            alone = n == 0 or self.pairs[s][0] not in self.post.spikes[n - 1]
            if "unless_post" in statement.conditions and not alone:
                continue
            names = self._names(statement, s, n, seen, seen)
            value = self._bounded(evaluate(plain(statement.value), names), statement, names)
            self._store(statement.variable, value, s, n)

    @property
    def driven(self) -> list[Equation]:
        """The equations that are brought up to date at events."""
        return [e for e in self.model.equations if self.events and getattr(e, "method", None) in DRIVEN]

    def _bring_up_to_date(self, equations: Sequence[Equation], n: int, s: int, moment: int) -> None:
        """To the beginning of the step ``moment``; each locality has its own time of the last update."""
        for place in ("local", "semiglobal", "global"):
            own = [e for e in equations if self.kind[e.variable].locality == place]
            if own:
                key = place, self._index(own[0].variable, s)
                self._relax(own, s, n, (moment - self.updated.get(key, 0)) * self.dt)
                self.updated[key] = moment

    def _refresh(self, readers: Sequence[Any], n: int, s: int) -> None:
        """Event-driven variables that other equations read are brought up to date for them."""
        read = {node.id for reader in readers for node in nodes(reader) if isinstance(node, Name)}
        places = {self.kind[e.variable].locality for e in self.driven if e.variable in read}
        self._bring_up_to_date([e for e in self.driven if self.kind[e.variable].locality in places], n, s, n)

    def _transmit(self, n: int) -> None:
        if self.model.psp is None and self.events:
            return
        psp = self.model.psp or Synapse(psp="w * pre.r").model.psp
        assert psp is not None
        contributions: dict[int, list[float]] = {}
        for s, (j, _) in enumerate(self.pairs):
            self._refresh([psp], n, s)
            names = self._names(psp, s, n, n - int(self.delays[s]), n - 1)
            contributions.setdefault(j, []).append(float(evaluate(plain(psp), names)))
        for j, values in contributions.items():
            joined = {"sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min}[self.model.operation]
            self.input[j] += joined(values)

    def _equations(self, n: int) -> None:
        """Those of the projection, of post-synaptic neurons, of synapses."""
        if (n - self.origin) % self.period != 0 or not (self.events or self.learns):
            return
        chosen = [e for e in self.model.equations if not (self.events and getattr(e, "method", None) in DRIVEN)]
        first_of_row = {j: s for s, (j, _) in reversed(list(enumerate(self.pairs)))}
        for locality, synapses in (
            ("global", [0]),
            ("semiglobal", [first_of_row[j] for j in self.rows]),
            ("local", list(range(len(self.pairs)))),
        ):
            own = [e for e in chosen if self.kind[e.variable].locality == locality]
            for s in synapses:
                seen = n if self.events or locality != "local" else n - int(self.delays[s]) + 1
                self._refresh(own, n, s)
                for system in self._systems(own):
                    self._update(system, s, n, seen)

    def _systems(self, equations: Sequence[Equation]) -> Iterator[list[Equation]]:
        """Neighbouring ODEs belong together."""
        run: list[Equation] = []
        for equation in equations:
            if run and not (isinstance(equation, OdeEquation) and isinstance(run[-1], OdeEquation)):
                yield run
                run = []
            run.append(equation)
        if run:
            yield run

    # -- equations -----------------------------------------------------------------------------------------------------

    def _update(self, system: list[Equation], s: int, n: int, seen: int) -> None:
        h = self.dt * self.period
        if isinstance(system[0], AssignmentEquation):
            names = self._names(system[0], s, n, seen, n) | {"dt": h}
            value = evaluate(plain(system[0].value), names)
            self._store(system[0].variable, self._bounded(value, system[0], names), s, n)
            return
        odes = [e for e in system if isinstance(e, OdeEquation)]
        names = self._names(odes, s, n, seen, n) | {"dt": h}
        fresh = advance(odes, names, h)
        values = [self._bounded(x, e, names) for x, e in zip(fresh, odes, strict=True)]
        for equation, value in zip(odes, values, strict=True):
            self._store(equation.variable, value, s, n)

    def _relax(self, system: list[Equation], s: int, n: int, elapsed: float) -> None:
        odes = [e for e in system if isinstance(e, OdeEquation)]
        names = self._names(odes, s, n, n - 1, n - 1)
        matrix, offset, state = linear(odes, names)
        size = len(odes)
        augmented = np.zeros((size + 1, size + 1))
        augmented[:size, :size], augmented[:size, size] = matrix, offset
        fresh = (expm(augmented * elapsed) @ [*state, 1.0])[:size]
        for equation, value in zip(odes, fresh, strict=True):
            self._store(equation.variable, self._bounded(value, equation, names), s, n)

    def _bounded(self, value: Any, statement: Equation, names: dict[str, Any]) -> Any:
        for bound in statement.bounds:
            limit = evaluate(plain(bound.value), names)
            value = max(value, limit) if bound.side == "min" else min(value, limit)
        return value

    def _store(self, name: str, value: Any, s: int, n: int) -> None:
        if name == "g_target":
            self.input[self.pairs[s][0]] = value
            return
        if name == "w" and self.events and not self.learns:
            return
        value = {"float": float, "int": np.trunc, "bool": bool}[self.kind[name].type](value)
        self.state[name][self._index(name, s)] = value

    # -- names ---------------------------------------------------------------------------------------------------------

    def _names(self, what: Any, s: int, n: int, seen_pre: int, seen: int) -> dict[str, Any]:
        """Values of all names: neurons as they were at the end of the steps ``seen_pre`` and ``seen``."""
        j, i = self.pairs[s]
        names: dict[str, Any] = {name: self.state[name][self._index(name, s)] for name in self.state}
        names |= {"t": n * self.dt, "dt": self.dt, "d": self.delays[s] * self.dt, "g_target": self.input[j]}
        for name, side, rank in (("t_pre", self.pre, i), ("t_post", self.post, j)):
            last = side.last_spike(rank, seen) if side.spikes else None
            names[name] = -np.inf if last is None else last * self.dt
        for node in nodes(what):
            if isinstance(node, Attribute | InputSum):
                inner = node.name if isinstance(node, Attribute) else f"sum({node.target})"
                side, rank, step = (self.pre, i, seen_pre) if node.owner == "pre" else (self.post, j, seen)
                names[f"{node.owner}.{inner}"] = side.at(inner, step)[rank]
            elif isinstance(node, GlobalOperation):
                assert isinstance(node.argument, Attribute)
                side = self.pre if node.argument.owner == "pre" else self.post
                text = f"{node.operation}({node.argument.owner}.{node.argument.name})"
                names[text] = REDUCTIONS[node.operation](side.at(node.argument.name, seen)) if seen >= 0 else 0.0
        return names
