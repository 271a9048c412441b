"""What a network does: methods and why, how large its step may be, the order of a step, memory, threads."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from eqneuro.model.models import NeuronModel, OdeEquation, SynapseModel
from eqneuro.network import explain_steps
from eqneuro.network.between import names_read, smooth_of
from eqneuro.network.explain_memory import ArrayNote, monitor_arrays, population_arrays, projection_arrays
from eqneuro.network.explain_steps import RunNote, SystemNote, held_over_steps
from eqneuro.network.explain_text import as_html, as_text
from eqneuro.network.plastic import parts_of
from eqneuro.network.requests import staged_of
from eqneuro.network.short_delays import short_delay
from eqneuro.network.telling import plain
from eqneuro.network.traces import foreseen
from eqneuro.network.waiting import LONG, waits
from eqneuro.numerics.choice import WITH_STAGES

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection
    from eqneuro.numerics.rules import UpdateRule


@dataclass(frozen=True)
class EquationNote:
    """One equation: its text, its method, why, and the order of the method (0 for an assignment).

    ``held`` are the things it reads that change, and that the method holds over a step: through them the order is 1.
    ``is_exact`` says that nothing is left to the method's error.
    """

    variable: str
    text: str
    method: str
    reason: str
    order: int
    held: tuple[str, ...] = ()
    is_exact: bool = False


@dataclass(frozen=True)
class ObjectNote:
    """One population, projection or monitor.

    ``updates`` says in which order its variables are brought to the end of a step; ``along_run`` is None where no step
    is too large, or where nobody asked.
    """

    name: str
    kind: str
    size: int
    equations: tuple[EquationNote, ...]
    bytes: int
    remarks: tuple[str, ...]
    systems: tuple[SystemNote, ...] = ()
    along_run: RunNote | None = None
    updates: tuple[str, ...] = ()
    arrays: tuple[ArrayNote, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """What `Network.explain` gives: text when printed, tables in notebooks, a dict by `to_dict`.

    The neurons are shared out in ``ranges``, of which the dearest is expected to cost ``unevenness`` times the mean.
    ``largest_dt`` is the largest step in ms at which all systems are stable, at the present state and along the runs of
    their own; None where there is no limit.
    """

    dt: float
    precision: str
    threads: int
    seed: int
    time: float
    step: tuple[str, ...]
    objects: tuple[ObjectNote, ...]
    details: bool = False
    threads_in_use: int | None = None
    seconds_per_step: dict[int, float] = field(default_factory=dict)
    ranges: int = 1
    unevenness: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain dicts, lists and numbers, which JSON can hold."""
        found = plain(asdict(self))
        return dict(found, bytes=self.bytes, largest_dt=self.largest_dt)

    @property
    def bytes(self) -> int:
        """Bytes of all arrays."""
        return sum(item.bytes for item in self.objects)

    @property
    def largest_dt(self) -> float | None:
        """The largest stable step in ms."""
        return explain_steps.least_limit(note for item in self.objects for note in (*item.systems, item.along_run))

    def __str__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)

    __repr__ = __str__


def explain_network(network: Network, *, details: bool, duration: float) -> Explanation:
    """The explanation of a network as it is now; arguments as of `Network.explain`."""
    populations = [_explain_population(p, network._method, duration) for p in network._populations]
    projections = [_explain_projection(p, network._method) for p in network._projections if p._connectivity is not None]
    monitors = [_explain_monitor(monitor) for monitor in network._monitors]
    choice = network._runner.threads if network._runner and network._num_threads > 1 else None
    division = network._runner.division if network._runner else None
    return Explanation(
        dt=network.dt,
        precision="double" if np.dtype(network._real).itemsize == 8 else "single",
        threads=network._num_threads,
        seed=network.seed,
        time=network.time,
        step=tuple(_steps(network)),
        objects=(*populations, *projections, *monitors),
        details=details,
        threads_in_use=None if choice is None or not choice.seconds else choice.used,
        seconds_per_step={} if choice is None else dict(sorted((choice.compared or choice.seconds).items())),
        ranges=1 if division is None else len(division.cost),
        unevenness=1.0 if division is None else division.unevenness,
    )


# -- equations --------------------------------------------------------------------------------------------------------


def _notes(
    rules: Iterable[UpdateRule],
    model: NeuronModel | SynapseModel,
    staged: Collection[str] = (),
    silent: Collection[str] = (),
) -> tuple[EquationNote, ...]:
    """``staged`` are inputs that stages of a method read at their own times; nothing reaches the ``silent`` ones."""
    found = [
        EquationNote(choice.variable, text, choice.method, choice.reason, choice.order)
        for rule in rules
        for choice, text in zip(rule.choices, rule.texts, strict=True)
    ]
    methods = {note.variable: note.method for note in found if note.order}
    odes = {e.variable: e for e in model.equations if isinstance(e, OdeEquation)}
    return tuple(_with_exactness(note, model, odes.get(note.variable), methods, staged, silent) for note in found)


def _with_exactness(
    note: EquationNote,
    model: NeuronModel | SynapseModel,
    equation: OdeEquation | None,
    methods: dict[str, str],
    staged: Collection[str],
    silent: Collection[str],
) -> EquationNote:
    if equation is None:
        return note
    followed = {*silent, *(staged if note.method in WITH_STAGES else ())}
    held = tuple(name for name in held_over_steps(model, equation, methods) if name not in followed)
    return replace(note, held=held, is_exact=not held and note.method in explain_steps.CARRYING)


def _updates(rules: Iterable[UpdateRule], model: NeuronModel | SynapseModel) -> tuple[str, ...]:
    """Systems and assignments in their order, and what follows."""
    found = []
    for rule in rules:
        names = ", ".join(rule.variables)
        found.append(f"{names} together" if len(rule.variables) > 1 else names)
    events = [model.spike, model.axon_spike] if isinstance(model, NeuronModel) else []
    for event in events:
        if event is not None:
            reset = ", ".join(dict.fromkeys(a.variable for a in event.reset))
            found.append(f"spike, which resets {reset}" if reset else "spike")
    return tuple(found)


# -- objects ----------------------------------------------------------------------------------------------------------


def _explain_population(population: Population, method: str, duration: float) -> ObjectNote:
    from eqneuro.numerics.select import neuron_rules

    staged = staged_of(population)
    rules = neuron_rules(population.model, method, staged, smooth=smooth_of(population))
    remarks = []
    short = short_delay(population)
    if short is not None:
        remarks.append(f"past values of {short:g} ms are extrapolated within the step, of order 2: dt is longer")
    varying = population._store.varying()
    if varying:
        remarks.append(f"one value for each neuron: {', '.join(varying)}")
    if not population.enabled:
        remarks.append("disabled")
    systems, run = explain_steps.population_systems(population, method, duration)
    if population.model.is_spiking and systems:
        remarks.append(_spike_times(population))
    return ObjectNote(
        population.name,
        "population",
        population.size,
        _notes(rules, population.model, staged, _silent(population)),
        population._nbytes(),
        tuple(remarks),
        systems,
        run,
        _updates(rules, population.model),
        population_arrays(population),
    )


def _silent(population: Population) -> set[str]:
    """Inputs without equation that no projection reaches: they are 0 all the time."""
    reached = {p.target for p in population._net._projections if p._post_population is population}
    unreached = set(population.model.targets) - reached
    names = {f"g_{target}" for target in unreached} | {f"sum({target})" for target in unreached}
    return names - {a.name for a in population.model.variables}


def _spike_times(population: Population) -> str:
    if population._is_timed:
        return "spikes happen within steps, where the condition comes true"
    return "spikes happen at the ends of steps: their times are right to dt"


def _explain_projection(projection: Projection, method: str) -> ObjectNote:
    from eqneuro.numerics.select import event_driven_rules, synapse_rules

    model = projection.model
    of_steps = synapse_rules(model, method) if model.equations else []
    rules = [*of_steps, *event_driven_rules(model)] if model.equations else []
    single = [name for name in projection.attributes if projection._is_single(name)]
    remarks = [
        f"{projection._pre_population.name!r} to {projection._post_population.name!r}, target {projection.target!r}",
        "rows by pre-synaptic neuron" if projection._is_event_based() else "rows by post-synaptic neuron",
    ]
    if projection._connectivity is not None and projection._hands_out(projection._delays):
        remarks.append("spikes are handed out when they happen, to the inputs of the steps in which they arrive")
    traces = foreseen(projection)
    for side in ("pre", "post"):
        names = [name for name, its in traces.items() if its == side]
        if names:
            remarks.append(f"kept once for each {side}-synaptic neuron: {', '.join(names)}")
    if waits(projection, parts_of(projection), traces):
        remarks.append(f"post-synaptic spikes wait for the next spike of each row, in runs of {LONG:,} steps or more")
    if single:
        remarks.append(f"one value for all synapses: {', '.join(single)}")
    remarks += _delays(projection)
    if model.variables:
        remarks.append(_learning(projection, at_spikes=not of_steps))
    return ObjectNote(
        projection.name,
        "projection",
        projection.nb_synapses,
        _notes(rules, model),
        projection._nbytes(),
        tuple(remarks),
        explain_steps.projection_systems(projection, method),
        None,
        _updates(rules, model),
        projection_arrays(projection),
    )


def _delays(projection: Projection) -> list[str]:
    from eqneuro.numerics.delayed import slope_of
    from eqneuro.numerics.rules import Store
    from eqneuro.numerics.select import neuron_rules

    found = np.atleast_1d(projection._delays_in_ms)
    shortest, longest = found.min(initial=np.inf), found.max(initial=0.0)
    if not len(found):
        return []
    span = f"{shortest:g} ms" if shortest == longest else f"{shortest:g} to {longest:g} ms"
    if not projection._delays.are_between:
        return [f"delays: {span}"]
    read, pre = names_read(projection), projection._pre_population
    rules = neuron_rules(pre.model, projection._net._method, smooth=smooth_of(pre))
    stored = {s.symbol for rule in rules for s in rule.statements if isinstance(s, Store)}
    curved = [name for name in read if slope_of(name) in stored]
    lines = [name for name in read if name not in curved]
    how = [f"{', '.join(names)} on {what}" for names, what in ((curved, "cubics"), (lines, "straight lines")) if names]
    return [f"delays: {span} ({', '.join(how)})"]


def _learning(projection: Projection, *, at_spikes: bool) -> str:
    enabled, period, _ = (int(value) for value in projection._plastic.learning)
    if not enabled:
        return "learning is off"
    if at_spikes:
        return "learns when spikes arrive" + (", and at post-synaptic ones" if projection.model.post_spike else "")
    return "learns in every step" if period == 1 else f"learns every {period * projection._net.dt:g} ms"


def _explain_monitor(monitor: Any) -> ObjectNote:
    arrays = monitor_arrays(monitor)
    watched = getattr(monitor.object, "name", "") or type(monitor.object).__name__
    remarks = (f"records {', '.join(monitor.variables) or 'nothing'} of {watched!r}",)
    return ObjectNote(monitor.name, "monitor", len(arrays), (), monitor._nbytes(), remarks, arrays=arrays)


# -- the order of a step ----------------------------------------------------------------------------------------------


def _steps(network: Network) -> Iterable[str]:
    """What happens in one step, in order; what this network has not is left out."""
    projections = [p for p in network._projections if p._connectivity is not None]
    populations, models = network._populations, [p.model for p in projections]
    by_spikes = [p for p in projections if p._is_event_based()]
    early = [name for m in network._monitors for name in m._recorders if name.startswith(("g_", "sum("))]
    odes_of_synapses = [m for m in models if m.equations]
    if by_spikes:
        yield "spikes that arrive now run pre_spike"
    if len(by_spikes) < len(projections) or any(m.psp is not None for m in models):
        yield "psp: weighted sums and continuous transmission, from the values of the step before"
    if early:
        yield "inputs are recorded"
    if populations:
        yield "neurons: random numbers, global equations, local equations, bounds; then spikes and resets"
        yield (
            "spikes enter the delay queues; global operations"
            if any(p.model.is_spiking for p in populations)
            else "values enter the delay queues; global operations"
        )
    if odes_of_synapses:
        yield "synaptic equations: of the projection, of each post-synaptic neuron, of each synapse"
    if any(m.post_spike for m in models):
        yield "neurons that spiked run post_spike"
    if any(m.pruning is not None or m.creating is not None for m in models):
        yield "synapses are pruned and created"
    if network._monitors:
        yield "everything else is recorded"
    yield "t grows by dt"
