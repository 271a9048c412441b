"""Plans the kernels of a population: which buffers they read, what runs once a step and what for every neuron."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import sympy

from eqneuro.codegen.body import GLOBAL_STREAMS, STOP_STREAMS, Body, StopBody
from eqneuro.codegen.lanes import LaneWriter, iterates
from eqneuro.codegen.layout import KernelLayout, PropagatorLayout
from eqneuro.codegen.plan import EventPlan, KernelPlan
from eqneuro.codegen.requests import PopulationRequest, StopRequest
from eqneuro.codegen.scan import Scan
from eqneuro.codegen.vector_functions import HEAVY, is_wide, quickly
from eqneuro.codegen.watch import by_highest, sum_up
from eqneuro.codegen.writer import LoopWriter
from eqneuro.language.syntax import is_condition
from eqneuro.numerics import select
from eqneuro.numerics.error_control import INNER
from eqneuro.numerics.rules import Let, Propagator, Store, UpdateRule


def plan_population(request: PopulationRequest, name: str, real: str, method: str) -> tuple[KernelPlan, ...]:
    """The update of the neurons, and where the model has them: the global equations and the propagators' matrices."""
    rules = select.neuron_rules(request.model, method, request.staged, smooth=request.smooth)
    title = f"Population of {request.model.name or 'neurons'}"
    update = plan_update(request, [r for r in rules if not r.is_global], f"update_{name}", title, real)
    return (update, *plan_shared(request, rules, name, title, real))


def plan_shared(
    request: PopulationRequest, rules: Sequence[UpdateRule], name: str, title: str, real: str
) -> tuple[KernelPlan, ...]:
    """What stands beside the update of the neurons, wherever their spikes happen."""
    shared = [r for r in rules if r.is_global]
    plans = [plan_globals(request, shared, f"update_{name}_globals", title, real)] if shared else []
    return (*plans, *plan_coefficients(request, rules, name, title, real))


def plan_update(
    request: PopulationRequest, rules: Sequence[UpdateRule], function: str, title: str, real: str
) -> KernelPlan:
    """The loop over the neurons, and the scan for spikes."""
    model = request.model
    body = Body(request, real)
    propagators = [body.add_propagator(k, p) for k, p in number_propagators(rules)]
    active = _plan_refractory(request, body)
    body.add_neuron_rules(rules, frozen_unless=active)
    fired = []
    events = [event for event in (model.spike, model.axon_spike) if event is not None]
    for number, event in enumerate(events):
        expr, draws, delayed = select.translate(event.condition)
        body.add_draws(draws)
        body.add_delayed(delayed)
        fired.append(body.resolve(expr))
        if len(events) > 1 or not _can_replay(request, body, fired[-1]):
            text = f"any |= fired_{number}[i - block] = " + _both(active, body.body_condition(fired[-1])) + ";"
            body.block_lines.append(f"lane fired_{number}[BLOCK];")
            body.ending.append(text)
        else:
            body.ending.append(f"any |= {_both(active, body.body_condition(fired[-1]))};")
    checked = state_variables(rules, body)
    if checked:
        body.ending.append(f"total += {' + '.join(body.value_of(name) for name in checked)};")
    for name in request.inputs:
        if name.startswith("g_"):
            body.clear_input(name)
    event_plans = tuple(_plan_event(request, body, number, condition, active) for number, condition in enumerate(fired))
    writer = LaneWriter(body) if iterates(body.code) else None
    lines, invariants = writer.write(checked) if writer else LoopWriter(body).finish()
    lines, highest = by_highest(sum_up(quickly(lines)))
    declarations, moments = _part_by_time(body.scope.declarations)
    return KernelPlan(
        template="population.c.j2",
        function=function,
        title=title,
        equations=tuple(text for rule in rules for text in rule.texts),
        declarations=declarations,
        moments=moments,
        body=tuple(lines),
        invariants=tuple(invariants),
        block_lines=tuple(body.block_lines),
        events=event_plans,
        highest=highest,
        checks=tuple(body.pointer_of(name) for name in checked),
        is_wide=is_wide(lines),
        single=() if writer else _held_by_one(body, lines, event_plans),
        stages=writer.stages if writer else (),
        lanes=writer.lanes if writer else (),
        layout=KernelLayout(
            function=function,
            slots=tuple(body.scope.slots),
            propagators=tuple(propagators),
            rings=tuple(body.past.rings),
            slopes=tuple(body.past.slopes),
            sums=tuple(body.past.sums),
            reductions=tuple(body.reductions),
            events=len(events),
            checked=tuple(checked),
        ),
    )


def _part_by_time(declarations: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Declarations that stay true from step to step, and those that tell of the present one."""
    steady, moments, told = [], [], r"\bnow\b(?!->dt)"
    for line in declarations:
        if re.search(told, line):
            moments.append(line)
            told += rf"|\b{re.split(r'[ *]', line.partition(' =')[0])[-1]}\b"
        else:
            steady.append(line)
    return tuple(steady), tuple(moments)


OWN_ENTRY = re.compile(r"(const )?(\w+) \*restrict const (\w+) = b\[")
"""The declaration of an array."""


def _held_by_one(body: Body, lines: Sequence[str], events: Sequence[EventPlan]) -> tuple[tuple[str, str, bool], ...]:
    """The arrays of which a neuron without neighbours can keep its entry in registers: C type, name, whether only read.

    None where anything comes from the past, or from libraries, which round otherwise in vectors: the values of a neuron
    are the same whether others are beside it or not.
    """
    code = [*lines, *(line for event in events for line in (*event.loads, *event.lines))]
    past = (*body.past.rings, *body.past.slopes, *body.past.sums, *body.reductions)
    if body.block_lines or past or any(HEAVY.search(line) for line in code):
        return ()
    lists = set(re.findall(r"\w+", " ".join(line for event in events for line in event.listing)))
    found = (OWN_ENTRY.match(line) for line in body.scope.declarations)
    return tuple((m[2], m[3], bool(m[1])) for m in found if m and m[3] not in lists)


def _both(active: str | None, condition: str) -> str:
    return f"{active} & ({condition})" if active else condition


def _plan_refractory(request: PopulationRequest, body: Body) -> str | None:
    """Declares what decides whether a neuron is active; the C condition, None where neurons are never refractory."""
    if request.refractory is None or request.model.spike is None:
        return None
    body.decided.append("active")
    if is_condition(request.refractory):
        expr, draws, delayed = select.translate(request.refractory)
        body.add_draws(draws)
        body.add_delayed(delayed)
        body.opening.append(f"const lane active = !({body.body_condition(body.resolve(expr))});")
        return "active"
    pointer = body.scope.pointer("refractory_until", "lane", "refractory_until", const=False)
    body.opening.append(f"const lane active = {pointer}[i] <= (lane)now->tick;")
    body.scan_active = f"{pointer}[i] <= (lane)now->tick"
    return "active"


def _can_replay(request: PopulationRequest, body: Body, condition: sympy.Expr) -> bool:
    """Whether the arrays alone decide who spikes once the loop is over: not where a condition froze neurons before."""
    is_frozen = request.refractory is not None and is_condition(request.refractory) and request.model.spike is not None
    return not is_frozen and body.can_replay(condition)


def _plan_event(
    request: PopulationRequest, body: Body, number: int, condition: sympy.Expr, active: str | None
) -> EventPlan:
    """What runs where the condition holds: the reset, the time of the spike, the refractory time."""
    model = request.model
    is_axon = number == 1 or model.spike is None
    event = model.axon_spike if is_axon else model.spike
    assert event is not None
    suffix = "_axon" if is_axon else ""
    key = "axon_spike" if is_axon else "spike"
    lists = body.scope.pointer(f"spiked:{key}", "uint32_t", f"spiked{suffix}", const=False)
    lengths = body.scope.pointer(f"count:{key}", "int64_t", f"spike_count{suffix}", const=False)
    place = body.scope.pointer(f"place:{key}", "int64_t", f"place{suffix}", const=True)  # a mask of ticks, a room
    listed, length, slot = (body.scope.names.allocate(f"{name}{suffix}") for name in ("listed", "length", "slot"))
    listing = (
        f"const int64_t {slot} = now->tick & {place}[0];",
        f"uint32_t *restrict const {listed} = {lists} + {slot} * {place}[1] + begin;",
        f"int64_t *restrict const {length} = {lengths} + {slot} + LENGTH_AT(begin);",
    )
    counter = body.scope.names.allocate(f"spikes{suffix}")
    rule = select.event_rule(event.reset, {a.name: a.type for a in model.attributes})
    scan = Scan(body, [rule] if event.reset else [])
    lines = list(scan.lines)
    if not is_axon:
        last = body.scope.pointer("t_last", "real", "all_t_last", const=False)
        lines.append(f"{last}[i] = (real)now->time;")
        if request.refractory is not None and not is_condition(request.refractory):
            expr, draws, _ = select.translate(request.refractory)
            body.add_draws(draws)
            until = body.scope.pointer("refractory_until", "lane", "refractory_until", const=False)
            time = scan.number(body.resolve(expr))
            lines.append(f"{until}[i] = (lane)(now->tick + 1 + (int64_t)floor({time} / now->dt + 0.5));")
    if (model.spike is None or model.axon_spike is None) and _can_replay(request, body, condition):
        text = scan.condition(condition)
        if active:
            text = f"({body.scan_active}) & ({text})"
    else:  # the loop has looked already: what the lines need is read where the event is
        text = f"fired_{number}[i - block]"
        return EventPlan(text, (), (*scan.loads, *lines), counter, listed, length, listing)
    return EventPlan(text, tuple(scan.loads), tuple(lines), counter, listed, length, listing)


def state_variables(rules: Sequence[UpdateRule], body: Body) -> list[str]:
    """Variables that carry their value from step to step: a NaN in one of them never heals."""
    names = []
    for rule in rules:
        for name in rule.variables:
            own = sympy.Symbol(name, real=True)
            values = [s.value for s in rule.statements if isinstance(s, Let | Store)]
            accumulates = any(own in value.free_symbols and value != own for value in values)
            is_assigned = rule.choices[0].method == "assignment"
            if (not is_assigned or accumulates) and body.is_real(name) and name not in names:
                names.append(name)
        kept = [s.symbol.name for s in rule.statements if isinstance(s, Store)]
        names += [name for name in kept if name.startswith(INNER)]
    return names


def plan_globals(
    request: PopulationRequest, rules: Sequence[UpdateRule], function: str, title: str, real: str
) -> KernelPlan:
    """The equations of global variables, once a step."""
    body = Body(request, real, alone=True, first_stream=GLOBAL_STREAMS)
    propagators = [body.add_propagator(k, p) for k, p in number_propagators(rules)]
    body.add_neuron_rules(rules, frozen_unless=None)
    checked = state_variables(rules, body)
    lines, invariants = LoopWriter(body).finish()
    return KernelPlan(
        template="globals.c.j2",
        function=function,
        title=title,
        equations=tuple(text for rule in rules for text in rule.texts),
        declarations=tuple(body.scope.declarations),
        body=(*body.block_lines, *invariants, *lines),
        checks=tuple(body.pointer_of(name) for name in checked),
        layout=KernelLayout(
            function=function,
            slots=tuple(body.scope.slots),
            propagators=tuple(propagators),
            rings=tuple(body.past.rings),
            slopes=tuple(body.past.slopes),
            reductions=tuple(body.reductions),
            checked=tuple(checked),
        ),
    )


def plan_coefficients(
    request: PopulationRequest, rules: Sequence[UpdateRule], name: str, title: str, real: str
) -> tuple[KernelPlan, ...]:
    """One kernel for each linear system, which evaluates its matrix where parameters have changed."""
    return tuple(
        _plan_matrix(request, propagator, number, f"coefficients_{name}_{number}", title, real)
        for number, propagator in number_propagators(rules)
    )


def number_propagators(rules: Sequence[UpdateRule]) -> list[tuple[int, Propagator]]:
    """The linear systems of some rules, each with the number that its buffers carry."""
    first = 100 if rules and rules[0].is_global else 0
    chosen = [p for rule in rules if rule.is_global == bool(first) for p in rule.propagators]
    numbered = list(enumerate(chosen, start=first))
    if first:
        numbered += list(enumerate([p for rule in rules if not rule.is_global for p in rule.propagators]))
    return numbered


def _plan_matrix(
    request: PopulationRequest, propagator: Propagator, number: int, function: str, title: str, real: str
) -> KernelPlan:
    body = Body(request, "double")
    statements = []
    for i, row in enumerate(propagator.matrix):
        for j, entry in enumerate(row):
            statements.append((f"matrix:{number}:{i}:{j}", entry))
    for kick in propagator.kicks:
        for i, row in zip(kick.members, kick.strengths, strict=True):
            statements += [(f"strength:{number}:{i}:{j}", entry) for j, entry in enumerate(row)]
    local = body.any_varying([entry for _, entry in statements])
    lines = body.write_matrix(statements, local=local)
    size = len(propagator.variables)
    layout = PropagatorLayout(
        number,
        size,
        local,
        tuple(tuple(s is not None for s in row) for row in propagator.transition),
        tuple(tuple(s is not None for s in row) for row in propagator.response),
        tuple(kick.shape for kick in propagator.kicks),
    )
    return KernelPlan(
        template="coefficients.c.j2",
        function=function,
        title=title,
        equations=(),
        declarations=tuple(body.scope.declarations),
        body=tuple(lines),
        layout=KernelLayout(function=function, slots=tuple(body.scope.slots), propagators=(layout,)),
    )


def plan_stop(request: StopRequest, name: str, real: str) -> KernelPlan:
    """The stop condition, looked at after each step."""
    body = StopBody(request.population, real, first_stream=STOP_STREAMS)
    expr, draws, delayed = select.translate(request.condition)
    body.add_draws(draws)
    body.add_delayed(delayed)
    verdict = body.scope.pointer("verdict", "int64_t", "verdict", const=False)
    scan = Scan(body, [])
    condition = scan.condition(body.resolve(expr))
    plan = KernelPlan(
        template="stop.c.j2",
        function=f"stop_{name}",
        title=f"Stop condition of {request.population.model.name or 'neurons'}",
        equations=(),
        declarations=tuple(body.scope.declarations),
        body=tuple(scan.loads),
        condition=condition,
        verdict=verdict,
        require_all=request.require_all,
        layout=KernelLayout(function=f"stop_{name}", slots=(), rings=tuple(body.past.rings)),
    )
    return replace(plan, layout=replace(plan.layout, slots=tuple(body.scope.slots)))
