"""Plans the kernels of synapses that change: events, equations, and what they bring, each a loop over synapses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import sympy

from eqneuro.codegen.layout import KernelLayout
from eqneuro.codegen.plan import SynapsePlan
from eqneuro.codegen.projections import BY_SYNAPSE
from eqneuro.codegen.render import VECTOR_FUNCTIONS
from eqneuro.codegen.requests import SynapseRequest
from eqneuro.codegen.synapses import ELAPSED_BY_END, ELAPSED_BY_LOCALITY, EVENTS, SynapseStatements
from eqneuro.codegen.traces import SIDES, TraceWriter, clock_of, with_clocks
from eqneuro.codegen.writer import LoopWriter
from eqneuro.language.syntax import Binary, Call, Expr, Name
from eqneuro.model.models import AssignmentEquation
from eqneuro.numerics import select
from eqneuro.numerics.event_driven import ELAPSED
from eqneuro.numerics.rules import Iterate, RuleStatement, UpdateRule
from eqneuro.numerics.symbols import DT

TEMPLATES = {
    "deliver": "synapse_events.c.j2",
    "deliver_axon": "synapse_events.c.j2",
    "transmit": "synapse_rows.c.j2",
    "learn": "synapse_rows.c.j2",
    "post": "synapse_posts.c.j2",
    "global": "globals.c.j2",
    "row": "synapse_neurons.c.j2",
}
TEMPLATES_OF_TRACES = {
    "deliver": "trace_events.c.j2",
    "post": "trace_posts.c.j2",
    "catch_up": "trace_catch_up.c.j2",
}
"""Where traces are kept with neurons."""
TITLES = {
    "deliver": "pre_spike",
    "deliver_axon": "pre_axon_spike",
    "transmit": "psp",
    "learn": "equations",
    "post": "post_spike",
    "global": "equations of the whole projection",
    "row": "equations of each post-synaptic neuron",
    "catch_up": "post_spike, for rows that are read",
}
ONE_BY_ONE = '__asm__ volatile(""); /* no vectors: they round otherwise, and where they end depends on threads */'
"""A line that keeps a loop from being vectorised."""
LIBRARY = re.compile(rf"\b(?:{'|'.join(VECTOR_FUNCTIONS)}|pow|atan2)f?\(|\bdraw_")
"""Calls that have another rounding in vectorised loops."""
DECAY = re.compile(r"\bexp\((factor_\d+|factor) \* elapsed(_own|_other|)\)")
"""The decay of an event-driven variable of a synapse or a trace, where its rate is the same for all synapses."""
BY_ROW = re.compile(r"\b(\w+)\[own \+ i\]")
"""Arrays that C reads at the row i of a range."""
NEAR = re.compile(r"\bdecay\(")
"""A look-up that may miss."""
Decays = tuple[tuple[str, str], ...]
"""Tables of decays, and the rate of each."""
PLACES = {"local": ("", "s"), "semiglobal": ("_row", "j"), "global": ("_all", "0")}
"""How the arrays of the times of updates are called, and which entry of them is meant in the loop."""
LEARNING = {"learn": "local", "row": "semiglobal", "global": "global"}
"""The parts that run equations, and whose."""
LEARNS = "learns"
"""The C name of the flag without which a spiking synapse keeps its weight."""


def plan_synapses(request: SynapseRequest, name: str, real: str, method: str) -> SynapsePlan:
    """The kernel of one part of a synapse."""
    statements = SynapseStatements(request, real)
    rules, masks, driven = _rules(request, method)
    statements.written = {v for rule in rules for v in rule.variables}
    for locality in driven:
        if locality not in ELAPSED_BY_END:
            _keep_time(statements, request.part, locality)
    if not request.by_pre and ELAPSED in {s for rule in rules for x in rule.statements for s in _symbols(x)}:
        statements.opening.append(f"const real elapsed = (real){statements.bind(DT)};")
    if "alone" in masks:
        statements.require_last_post_spike()
    statements.add_rules(rules, lambda number, attribute: _mask(request, masks[number], attribute))
    own: list[str] = []
    other: list[str] = []
    if request.traces and request.part in EVENTS:
        own, other, lines, invariants = TraceWriter(statements).finish_all()
        own, other = with_clocks(request.part, own, other)
    else:
        lines, invariants = LoopWriter(statements).finish()
    if (request.by_pre or request.part == "row") and LIBRARY.search("\n".join(lines)):
        lines.insert(0, ONE_BY_ONE)
    decays: Decays = ()
    if request.part in EVENTS:
        [own, other, lines], decays = _look_up_decays(statements, [own, other, lines])
    near = [NEAR.sub("near_decay(", line) for line in other]
    for part in (own, other, near):
        if LIBRARY.search("\n".join(part)) or (part is not near and NEAR.search("\n".join(part))):
            part.insert(0, ONE_BY_ONE)
    code = [line for line in lines if not line.startswith("/*")]  # comments hold what the user wrote
    text = "\n".join([*code, *own, *other, *invariants, *statements.scope.declarations])
    by_synapse = tuple(dict.fromkeys(BY_SYNAPSE.findall(text)))
    title = f"{TITLES[request.part]} of {request.model.name or 'synapses'}"
    function = f"{request.part}_{name}"
    return SynapsePlan(
        template=(TEMPLATES_OF_TRACES if request.traces else TEMPLATES)[request.part],
        function=function,
        title=f"Projection: {title}",
        equations=tuple(dict.fromkeys(text for rule in rules for text in rule.texts if text)),
        declarations=(*_structure(statements, text), *statements.scope.declarations),
        invariants=tuple(invariants),
        body=tuple(lines),
        by_pre=request.by_pre,
        delays=request.delays,
        learns=request.part in LEARNING,
        always=request.by_pre,
        reads_pre=_reads_pre(text),
        index=request.index,
        checks=(),
        layout=KernelLayout(function=function, slots=tuple(statements.scope.slots), rings=_rings(statements)),
        operation=request.model.operation if request.part == "transmit" and not request.by_pre else "",
        dense=request.dense,
        decays=decays,
        scattered=by_synapse if request.part == "post" else (),
        streams=tuple(array for array in by_synapse if array != "target"),
        own=tuple(own),
        other=tuple(other),
        near=tuple(near),
        waits=request.waits,
        beside=tuple(dict.fromkeys(BY_ROW.findall("\n".join(other)))) if request.part == "catch_up" else (),
    )


def _look_up_decays(statements: SynapseStatements, parts: list[list[str]]) -> tuple[list[list[str]], Decays]:
    """Exponentials of one rate over the steps since the last event, read from a table: the same bits, once."""
    rates = dict.fromkeys(rate for lines in parts for line in lines for rate, _ in DECAY.findall(line))
    tables = {rate: statements.scope.names.allocate("decays") for rate in rates}

    def look_up(match: re.Match[str]) -> str:
        return f"decay({tables[match[1]]}, {match[1]}, passed{match[2]}, elapsed{match[2]})"

    known = [[DECAY.sub(look_up, line) for line in lines] for lines in parts]
    return known, tuple((table, rate) for rate, table in tables.items())


def _keep_time(statements: SynapseStatements, part: str, locality: str) -> None:
    """Event-driven variables of one locality: how long ago they were brought up to date, and that they are now."""
    suffix, place = PLACES[locality]
    place = "0" if statements.alone else place
    clock = clock_of(part)
    statements.opening.append(f"const int64_t passed{suffix} = {clock} - (int64_t)updated{suffix}[{place}];")
    statements.opening.append(f"const real elapsed{suffix} = (real)((double)passed{suffix} * now->dt);")
    statements.ending.append(f"updated{suffix}[{place}] = (int32_t)({clock});")


def _symbols(statement: RuleStatement) -> set[sympy.Symbol]:
    found: set[sympy.Symbol] = set() if isinstance(statement, Iterate) else statement.value.free_symbols
    return found


def _rings(statements: SynapseStatements) -> tuple[str, ...]:
    """Variables whose past is read: as it was, between grid points, so after the update of the neurons."""
    keys = (slot.key.partition(":") for slot in statements.scope.slots)
    return tuple(dict.fromkeys(name for kind, _, name in keys if kind in ("ring", "between", "later")))


def _structure(statements: SynapseStatements, text: str) -> list[str]:
    """Pointers that the templates and the lines of the loop use."""
    request, scope = statements.request, statements.scope
    keys = list(STRUCTURES[request.part])
    if request.delays != "array" and "part_start" in keys:
        keys.remove("part_start")
    if request.part in ("learn", "transmit") and not request.by_pre:
        keys.append("post_rank")
        if request.dense:
            keys.remove("rank")
    words = set(re.findall(r"\w+", text))
    keys += [word for word in CLOCKS if word in words]
    keys += [word for word in ("position", "delay_of") if word in words]
    if request.part == "transmit" and not request.by_pre:
        keys.append("input")
    if request.part == "post" and _reads_pre(text):
        keys.append("post_source")
    if request.traces and request.part != "catch_up":
        keys.append("column_step" if request.part == "post" else "boundary")
    if request.waits:
        keys += ["waiting_mode", "waiting_count", "waiting_tick", "waiting_place"]
    if LEARNS in words or request.part in LEARNING:
        keys.append("learning")
    lines = []
    for key in keys:
        c_type, name, const = POINTERS[key]
        c_type = c_type or request.index
        lines.append(f"{'const ' if const else ''}{c_type} *restrict const {name} = b[{scope.slot(key, c_type)}];")
    if LEARNS in words:
        lines.append(f"const lane {LEARNS} = learning[0] != 0;")
    return lines


def _reads_pre(text: str) -> bool:
    return "[i]" in text or " + i]" in text


CLOCKS = ("updated", "updated_row", "updated_all", "updated_pre", "updated_post")
"""When event-driven variables were last brought up to date."""
STRUCTURES = {
    "deliver": ("spike_ring", "spike_count", "row_start", "rank", "part_start"),
    "deliver_axon": ("spike_ring", "spike_count", "row_start", "rank", "part_start"),
    "transmit": ("row_start", "rank"),
    "learn": ("row_start", "rank"),
    "post": ("spike_ring", "spike_count", "boundary", "post_start", "post_slot"),
    "row": ("post_rank",),
    "global": (),
    "catch_up": ("spike_ring", "spike_count", "row_start", "boundary", "waiting_seen"),
}
"""What the template of each part reads of a projection's structure."""

POINTERS = {
    "spike_ring": ("uint32_t", "ring", True),
    "spike_count": ("int64_t", "ring_count", True),
    "row_start": ("int64_t", "row_start", True),
    "rank": ("", "target", True),
    "part_start": ("uint32_t", "part_start", True),
    "boundary": ("int64_t", "boundary", True),
    "post_rank": ("uint32_t", "post_rank", True),
    "post_start": ("int64_t", "post_start", True),
    "post_slot": ("uint32_t", "post_slot", True),
    "post_source": ("uint32_t", "post_source", True),
    "learning": ("int64_t", "learning", True),
    "updated": ("int32_t", "updated", False),
    "updated_row": ("int32_t", "updated_row", False),
    "updated_all": ("int32_t", "updated_all", False),
    "updated_pre": ("int32_t", "updated_pre", False),
    "updated_post": ("int32_t", "updated_post", False),
    "column_step": ("int64_t", "column_step", True),
    "waiting_mode": ("int64_t", "waiting_mode", True),
    "waiting_count": ("int64_t", "waiting_count", False),
    "waiting_tick": ("int32_t", "waiting_tick", False),
    "waiting_place": ("uint32_t", "waiting_place", False),
    "waiting_seen": ("int32_t", "waiting_seen", False),
    "input": ("real", "input", False),
    "position": ("uint32_t", "position", True),
    "delay_of": ("uint32_t", "delay_of", True),
}
"""Buffers of a projection's structure: C type (empty: that of ranks), name in the templates, whether only read."""


def _rules(request: SynapseRequest, method: str) -> tuple[list[UpdateRule], list[str], list[str]]:
    """The rules of one part in the order of their running, the condition of each, and the localities of those that are
    event-driven.
    """
    model, part = request.model, request.part
    if part in LEARNING:
        locality = {a.name: a.locality for a in model.attributes}
        rules = select.synapse_rules(model, method, events=request.by_pre)
        rules = tuple(rule for rule in rules if locality[rule.variables[0]] == LEARNING[part])
        masks = [""] * len(rules)
    else:
        statements = _statements(request)
        types = {a.name: a.type for a in model.attributes}
        rules = tuple(select.event_rule([statement], types) for statement in statements)
        masks = ["alone" if "unless_post" in s.conditions else "" for s in statements]
    driven = _driven_rules(request, rules)
    return [*(r for _, r in driven), *rules], [""] * len(driven) + masks, list(dict.fromkeys(x for x, _ in driven))


def _driven_rules(request: SynapseRequest, rules: Sequence[UpdateRule]) -> list[tuple[str, UpdateRule]]:
    """What brings event-driven variables up to date, each with its locality: before events, and where they are read."""
    model, part = request.model, request.part
    if not request.by_pre:
        return []
    locality = {a.name: a.locality for a in model.attributes}
    traces = dict(request.traces)
    beside = replace(model, equations=tuple(e for e in model.equations if e.variable not in traces))
    found = [(str(locality[rule.variables[0]]), rule) for rule in select.event_driven_rules(beside)]
    for end, side in zip(("own", "other"), SIDES[part] if traces else (), strict=False):
        if part == "catch_up" and end == "own":
            continue
        kept = replace(model, equations=tuple(e for e in model.equations if traces.get(e.variable) == side))
        found += [(end, rule) for rule in select.event_driven_rules(kept)]
    if part in LEARNING or part == "transmit":
        read = {symbol.name for rule in rules for statement in rule.statements for symbol in _symbols(statement)}
        read |= {s.name for r in rules for x in r.statements if isinstance(x, Iterate) for s in _inside(x)}
        due = {place for place, rule in found if read & set(rule.variables)}  # one clock for all of a locality
        found = [(place, rule) for place, rule in found if place in due]
    return [(place, _timed(rule, place)) for place, rule in found]


def _inside(loop: Iterate) -> set[sympy.Symbol]:
    values = (*(let.value for let in (*loop.unknowns, *loop.body, *loop.updates)), loop.residual)
    return {symbol for value in values for symbol in value.free_symbols}


def _timed(rule: UpdateRule, locality: str) -> UpdateRule:
    """The rule over the time that has passed for variables of a locality, or traces of an end."""
    name = ELAPSED_BY_END[locality] if locality in ELAPSED_BY_END else ELAPSED_BY_LOCALITY[locality]
    elapsed = {ELAPSED: sympy.Symbol(name, real=True)}
    statements = (replace(s, value=s.value.xreplace(elapsed)) for s in rule.statements if not isinstance(s, Iterate))
    return replace(rule, statements=tuple(statements))


def _statements(request: SynapseRequest) -> Sequence[AssignmentEquation]:
    """What runs at an event; or what a synapse contributes, which is joined with what others do."""
    model, target = request.model, Name("g_target")
    if request.part == "catch_up":
        return [s for s in model.post_spike if s.variable not in dict(request.traces)]
    if request.part != "transmit":
        attribute = {"deliver": "pre_spike", "deliver_axon": "pre_axon_spike", "post": "post_spike"}[request.part]
        return _ordered(getattr(model, attribute), request)
    assert model.psp is not None
    extreme = model.operation in ("max", "min")
    joined = Call(model.operation, (target, model.psp)) if extreme else Binary("+", target, model.psp)
    return [_assignment("g_target", joined, f"psp = {model.psp_text}")]


def _ordered(statements: Sequence[AssignmentEquation], request: SynapseRequest) -> list[AssignmentEquation]:
    """What the target gets comes first, from the values before the event; a spike brings w where nothing is said."""
    brought = [s for s in statements if s.variable == "g_target"]
    if not brought and request.part == "deliver" and request.model.psp is None:
        brought = [_assignment("g_target", Binary("+", Name("g_target"), Name("w")), "g_target += w")]
    return [*brought, *(s for s in statements if s.variable != "g_target")]


def _assignment(variable: str, value: Expr, text: str) -> AssignmentEquation:
    from eqneuro.language.source import SourceText
    from eqneuro.language.syntax import NOWHERE

    return AssignmentEquation(variable, value, (), text, SourceText(text, "synapse"), NOWHERE)


def _mask(request: SynapseRequest, condition: str, attribute: str) -> str:
    """Under which condition a statement stores: the weight of spiking synapses only while they learn."""
    parts = []
    if condition == "alone":
        parts.append("alone")
    if attribute == "w" and request.by_pre:
        parts.append(LEARNS)
    return " & ".join(parts)
