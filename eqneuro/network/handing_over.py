"""A network as the reference interpreter takes it: its arrays, what is done beside equations, room for what is late."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eqneuro.language.syntax import Delayed, Expr, GlobalOperation
from eqneuro.model.models import NeuronModel, OdeEquation, SynapseModel
from eqneuro.network.between import smooth_of
from eqneuro.network.configuration import TICK
from eqneuro.network.output import SpikeOutput
from eqneuro.network.plastic import FIRST_STREAM
from eqneuro.network.requests import inputs_of, staged_of
from eqneuro.network.room import make_room
from eqneuro.numerics.choice import choose_methods
from eqneuro.recording.recorders import RowRecorder, SpikeRecorder
from eqneuro.reference import actions
from eqneuro.reference.interpreter import Interpreter
from eqneuro.reference.past import keeps_slope
from eqneuro.reference.rules import INNER, Choose, Odes, Rule, rules_of
from eqneuro.reference.state import Array, Neurons, Past, Spikes, Synapses, Windows

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection


def hand_over(network: Network) -> Interpreter:
    """An interpreter that works on the arrays of a network."""
    _make_room(network)
    neurons = [_neurons(population) for population in network._populations]
    connected = [p for p in network._projections if p._connectivity is not None]
    ordered = sorted(connected, key=lambda p: not p._assigns())
    outputs = [_output_of(each) for each in neurons]
    return Interpreter(
        neurons,
        [_synapses(projection, neurons) for projection in ordered],
        (_chooser(network, propagators=True), _chooser(network, propagators=False)),
        observe=[
            actions.observe_mean(buffers)
            for population in network._populations
            if population._enabled
            for _, buffers in population._observations()
        ],
        play=[list(_playback(p, each)) for p, each in zip(network._populations, neurons, strict=True)],
        measure=[action for p, each in zip(network._populations, outputs, strict=True) for action in _rates(p, each)],
        record_early=list(_recordings(network, neurons, early=True)),
        record_late=list(_recordings(network, neurons, early=False)),
    )


def _chooser(network: Network, *, propagators: bool) -> Choose:
    def choose(equations: Sequence[OdeEquation], constants: Collection[str]) -> list[str]:
        chosen = choose_methods(equations, network._method, constants, propagators=propagators)
        return [method for method, _ in chosen]

    return choose


def _make_room(network: Network) -> None:
    """Histories, spikes under way and global operations, as far as models read them."""
    tick = int(network._clock[TICK])
    past: dict[int, set[str]] = {population._number: set() for population in network._populations}
    longest: dict[int, int] = dict.fromkeys(past, 1)
    for projection in network._projections:
        if projection._connectivity is None:
            continue
        pre, post = projection._pre_population, projection._post_population
        past[pre._number] |= {projection._source_of(name) for name in _late_names(projection)}
        past[post._number] |= {f.name for f in projection.model.post_attributes if f.name.startswith("sum(")}
        longest[pre._number] = max(longest[pre._number], projection._longest)
        for name in _operations(expressions_of(projection.model)):
            population = pre if "(pre." in name else post
            population._reduction(name.replace("(pre.", "(").replace("(post.", "("))
    for population in network._populations:
        found = list(_expressions_of_population(population))
        own = {node.name for expr in found for node in expr.walk() if isinstance(node, Delayed)}
        for name in _operations(found):
            population._reduction(name)
        spikes = longest[population._number]
        make_room(
            population,
            tick,
            past=own | past[population._number],
            slopes=_slopes_of(population, own),
            sums=set(staged_of(population)) - {"sum()"},
            longest=max(spikes, population._longest_own_delay() if own else 1),
            spikes=spikes,
        )


def _slopes_of(population: Population, own: Collection[str]) -> list[str]:
    """Variables whose slopes are kept: for equations that read the past, for synapses that read between grid points."""
    rules, smooth = _rules_of(population), smooth_of(population)
    kept = keeps_slope(rules) if own else []
    for others in (rule.smooth for rule in rules if isinstance(rule, Odes)):
        kept += [name for name in others if name in smooth and name not in kept]
    return kept


def _rules_of(population: Population) -> list[Rule]:
    model, choose = population.model, _chooser(population._net, propagators=True)
    return rules_of(model.equations, model.attributes, model.unchanging, choose, remembers=True)


def _inner(population: Population) -> dict[str, Array]:
    """What methods keep from step to step: one number for each neuron, or for all."""
    found = {}
    for rule in _rules_of(population):
        if isinstance(rule, Odes) and rule.kept:
            length = population.size if population._is_local(rule.variables[0]) else 1
            found[rule.kept] = population._inner_steps(rule.kept.removeprefix(INNER))[:length]
    return found


def _late_names(projection: Projection) -> list[str]:
    """What is read of pre-synaptic neurons, but for what is one number for all of them that only the user changes."""
    names = [free.name for free in projection.model.pre_attributes]
    if projection.model.psp is None and not projection._is_event_based():
        names.append("r")
    return [name for name in names if name not in _fixed(projection)]


def _fixed(projection: Projection) -> frozenset[str]:
    pre = projection._pre_population
    return frozenset(a.name for a in pre.model.parameters if not pre._is_local(a.name))


def expressions_of(model: NeuronModel | SynapseModel) -> Iterator[Expr]:
    """All expressions of a model that are looked at in a step."""
    statements: list[Any] = list(model.equations)
    if isinstance(model, NeuronModel):
        events = [event for event in (model.spike, model.axon_spike) if event is not None]
        yield from (event.condition for event in events)
        statements += [statement for event in events for statement in event.reset]
    else:
        statements += [*model.pre_spike, *model.post_spike, *model.pre_axon_spike]
        if model.psp is not None:
            yield model.psp
    for statement in statements:
        yield statement.right if isinstance(statement, OdeEquation) else statement.value
        yield from (bound.value for bound in statement.bounds)


def _expressions_of_population(population: Population) -> Iterator[Expr]:
    yield from expressions_of(population.model)
    if population._refractory is not None:
        yield population._refractory
    if population._stop is not None:
        yield population._stop.expr


def _operations(found: Any) -> list[str]:
    """Global operations that expressions read: ``mean(v)``, ``mean(pre.r)``."""
    nodes = (node for expr in found for node in expr.walk())
    return list(dict.fromkeys(node.label for node in nodes if isinstance(node, GlobalOperation)))


def _seen(population: Population, name: str) -> Array:
    """An array of a population without its padding."""
    return population._recordable(name)[: population.size if population._is_local(name) else 1]


def _neurons(population: Population) -> Neurons:
    store, size, network = population._store, population.size, population._net
    read = {*population._rings, *(name[:-1].partition("(")[2] for name in population._reductions)}
    return Neurons(
        model=population.model,
        number=population._number,
        size=size,
        values={name: array[: size if name in store.local else 1] for name, array in store.arrays.items()},
        inputs={name: population._input(name)[:size] for name in inputs_of(population)},
        constants={constant.name: constant.array[:1] for constant in network._constants},
        t_last=population._t_last[:size],
        refractory_until=population._refractory_until[:size],
        refractory=population._refractory,
        outputs={name: _spikes(output) for name, output in population._outputs.items()},
        past={name: Past(ring.rows[:, : len(_seen(population, name))]) for name, ring in population._rings.items()},
        present={name: _seen(population, name) for name in read},
        slopes={name: Past(ring.rows[:, :size]) for name, ring in population._slopes.items()},
        past_start=population._past_start,
        sums={name: Past(ring.rows[:, :size]) for name, ring in population._sums.items()},
        sums_start=population._sums_start,
        staged=staged_of(population),
        reductions={name: array[:1] for name, array in population._reductions.items()},
        is_enabled=population._enabled,
        has_equations=population._generated_model() is not None,
        stop=None if population._stop is None else population._stop.expr,
        inner=_inner(population),
        is_timed=population._is_timed,
        refractory_rest=population._moments.refractory_rest[:size],
    )


def _spikes(output: SpikeOutput) -> Spikes:
    return Spikes(output.ring, output.ring_count, output.ring_at)


def _output_of(neurons: Neurons) -> Spikes | None:
    return neurons.outputs.get("spike")


def _synapses(projection: Projection, neurons: Sequence[Neurons]) -> Synapses:
    pre, post, built = projection._pre_population, projection._post_population, projection._built
    model, plastic = projection.model, projection._plastic
    semiglobal = {a.name for a in model.attributes if a.locality == "semiglobal"}
    sources = {name: projection._source_of(name) for name in {*(f.name for f in model.pre_attributes), "r"}}
    late = _late_names(projection)
    read = {name: source for name, source in sources.items() if name in late or name in _fixed(projection)}
    reductions = {}
    for name in _operations(expressions_of(model)):
        population = pre if "(pre." in name else post
        reductions[name] = population._reduction(name.replace("(pre.", "(").replace("(post.", "("))[:1]

    def own(name: str) -> Array:
        values: Array = projection._by_post_rank(name) if name in semiglobal else projection._values[name]
        return values

    windows = _windows(projection)
    delays = projection._delays
    return Synapses(
        model=model,
        identity=FIRST_STREAM + projection._number,
        sender=neurons[pre._number],
        receiver=neurons[post._number],
        target=post._input_of_target(projection.target)[: post.size],
        post_ranks=built.post_ranks.astype(np.int64),
        row_start=built.row_start,
        pre_ranks=built.pre_ranks.astype(np.int64),
        post_of=built.post_ranks[built.rows()].astype(np.int64),
        delays=np.broadcast_to(np.asarray(delays.steps, dtype=np.int64), (built.synapses,)),
        early=np.broadcast_to(np.asarray(delays.early, dtype=float), (built.synapses,)),
        own=own,
        pre={name: _seen(pre, source) for name, source in read.items()},
        post={free.name: _seen(post, free.name) for free in model.post_attributes},
        pre_past={name: Past(pre._rings[source].rows) for name, source in read.items() if name in late},
        pre_slopes={name: Past(pre._slopes[source].rows) for name, source in read.items() if source in pre._slopes},
        past_start=pre._past_start,
        post_past={name: Past(ring.rows) for name, ring in post._rings.items()},
        reductions=reductions,
        learning=plastic.learning,
        updated=plastic.updated,
        updated_rows=plastic.updated_rows,
        updated_all=plastic.updated_all,
        is_event_based=projection._is_event_based(),
        assigns=projection._assigns(),
        windows=windows,
        fixed=_fixed(projection),
    )


def _windows(projection: Projection) -> Windows | None:
    """Filters laid over the pre-synaptic population, written out: what each place of each window sees."""
    filters, shared = projection._filters(), projection._shared_weights()
    if filters is None or shared is None:
        return None
    corner, offset, over = (filters[name].astype(np.int64) for name in ("corner", "offset", "over_border"))
    seen = np.array([over[-1 - first] if first < 0 else first + offset for first in corner])
    weight_of = filters["filter_of"].astype(np.int64)[:, None] * len(offset) + np.arange(len(offset))
    return Windows(seen, weight_of, shared[0], filters["padding"])


def _playback(population: Population, neurons: Neurons) -> Iterator[actions.Action]:
    for function, arrays, _ in population._playback():
        match function:
            case "timed_array":
                yield actions.timed_array(arrays)
            case "spike_source":
                yield actions.spike_source(arrays, neurons.outputs["spike"])
            case "poisson_source":
                yield actions.poisson_source(arrays, neurons.outputs["spike"])
            case "timed_spike_source":
                yield actions.timed_spike_source(arrays, neurons.outputs["spike"])
            case _:
                raise ValueError(f"population {population.name!r} plays {function!r}, which the interpreter can't")


def _rates(population: Population, output: Spikes | None) -> Iterator[actions.Action]:
    if output is None:
        return
    if population._window is not None:
        rate, size = population._rates(), population.size
        yield actions.measure_rate(output, population._window_steps(), rate[:size], population._inside[:size])
    for decoder in population._decoders.values():
        size = decoder.size
        yield actions.measure_rate(output, decoder.steps, decoder.rate[:size], decoder.inside[:size])


def _recordings(network: Network, neurons: Sequence[Neurons], *, early: bool) -> Iterator[actions.Action]:
    for monitor in network._monitors:
        for name, recorder in monitor._recorders.items():
            if isinstance(recorder, RowRecorder) and monitor._is_early(name) == early:
                yield actions.record_row(recorder.buffers())
            elif isinstance(recorder, SpikeRecorder) and not early:
                output = monitor._output(name)
                events = recorder._steps, recorder._ranks, recorder.filled, recorder._offsets
                yield actions.record_spikes(recorder.settings, recorder.wanted, events, _spikes(output))
