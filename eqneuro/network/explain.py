"""What a network does: methods and why, the order of a step, memory, threads."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection
    from eqneuro.numerics.rules import UpdateRule

STEP_ORDER = (
    "spikes that arrive now run pre_spike",
    "psp: weighted sums and continuous transmission, from the values of the step before",
    "inputs are recorded",
    "random numbers are drawn",
    "neurons: global equations, local equations, bounds, spike conditions, resets",
    "spikes enter the delay queues; global operations",
    "synaptic equations: of the projection, of each post-synaptic neuron, of each synapse",
    "neurons that spiked run post_spike",
    "synapses are pruned and created",
    "everything else is recorded",
    "t grows by dt",
)


@dataclass(frozen=True)
class EquationNote:
    """One equation: its text, its method, why, and the order of the method (0 for an assignment)."""

    variable: str
    text: str
    method: str
    reason: str
    order: int


@dataclass(frozen=True)
class ObjectNote:
    """One population or projection."""

    name: str
    kind: str
    size: int
    equations: tuple[EquationNote, ...]
    bytes: int
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """What `Network.explain` gives: text when printed, a table in notebooks, a dict by `to_dict`."""

    dt: float
    precision: str
    threads: int
    seed: int
    step: tuple[str, ...]
    objects: tuple[ObjectNote, ...]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain dicts, lists and numbers."""
        return asdict(self)

    @property
    def bytes(self) -> int:
        """Bytes of all arrays."""
        return sum(item.bytes for item in self.objects)

    def __str__(self) -> str:
        lines = [
            f"dt = {self.dt:g} ms, {self.precision} precision, {_count(self.threads, 'thread')}, seed {self.seed}",
            f"memory: {_megabytes(self.bytes)}",
        ]
        for item in self.objects:
            lines += ["", f"{item.kind} {item.name!r}: {item.size:,}, {_megabytes(item.bytes)}"]
            for equation in item.equations:
                lines.append(f"  {equation.text}")
                if equation.order:
                    lines.append(f"      {equation.method}, order {equation.order}: {equation.reason}")
            lines += [f"  {remark}" for remark in item.remarks]
        lines += ["", "one step:", *(f"  {k}. {text}" for k, text in enumerate(self.step, start=1))]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = []
        for item in self.objects:
            title = html.escape(f"{item.kind} {item.name}: {item.size:,}, {_megabytes(item.bytes)}")
            rows.append(f"<tr><th colspan=3 style='text-align:left'>{title}</th></tr>")
            for e in item.equations:
                cells = (e.text, e.method if e.order else "", e.reason)
                rows.append(
                    "<tr>" + "".join(f"<td style='text-align:left'>{html.escape(c)}</td>" for c in cells) + "</tr>"
                )
        head = str(self).splitlines()[0]
        return f"<p>{html.escape(head)}</p><table>{''.join(rows)}</table>"

    __repr__ = __str__


def explain_network(network: Network) -> Explanation:
    """The explanation of a network as it is now."""
    populations = [_explain_population(p, network._method) for p in network._populations]
    projections = [_explain_projection(p, network._method) for p in network._projections if p._connectivity is not None]
    return Explanation(
        dt=network.dt,
        precision="double" if np.dtype(network._real).itemsize == 8 else "single",
        threads=network._num_threads,
        seed=network.seed,
        step=STEP_ORDER,
        objects=(*populations, *projections),
    )


def _notes(rules: Iterable[UpdateRule]) -> tuple[EquationNote, ...]:
    return tuple(
        EquationNote(choice.variable, text, choice.method, choice.reason, choice.order)
        for rule in rules
        for choice, text in zip(rule.choices, rule.texts, strict=True)
    )


def _explain_population(population: Population, method: str) -> ObjectNote:
    from eqneuro.numerics.select import neuron_rules

    notes = _notes(neuron_rules(population.model, method))
    remarks = []
    varying = population._store.varying()
    if varying:
        remarks.append(f"one value for each neuron: {', '.join(varying)}")
    if not population.enabled:
        remarks.append("disabled")
    return ObjectNote(population.name, "population", population.size, notes, population._nbytes(), tuple(remarks))


def _explain_projection(projection: Projection, method: str) -> ObjectNote:
    from eqneuro.numerics.select import event_driven_rules, synapse_rules

    model = projection.model
    rules = [*synapse_rules(model, method), *event_driven_rules(model)] if model.equations else []
    single = [name for name in projection.attributes if projection._is_single(name)]
    remarks = [
        f"{projection._pre_population.name!r} to {projection._post_population.name!r}, target {projection.target!r}",
        "rows by pre-synaptic neuron" if projection._is_event_based() else "rows by post-synaptic neuron",
    ]
    if single:
        remarks.append(f"one value for all synapses: {', '.join(single)}")
    shortest, longest = projection._shortest, projection._longest
    dt = projection._net.dt
    span = f"{shortest * dt:g} ms" if shortest == longest else f"{shortest * dt:g} to {longest * dt:g} ms"
    remarks.append(f"delays: {span}")
    if model.variables:
        remarks.append(_learning(projection))
    return ObjectNote(
        projection.name, "projection", projection.nb_synapses, _notes(rules), projection._nbytes(), tuple(remarks)
    )


def _learning(projection: Projection) -> str:
    enabled, period, _ = (int(value) for value in projection._plastic.learning)
    if not enabled:
        return "learning is off"
    return "learns in every step" if period == 1 else f"learns every {period * projection._net.dt:g} ms"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.2f} MiB" if size >= 10_000 else f"{size:,} bytes"
