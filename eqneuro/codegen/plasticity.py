"""Plans the kernels of synapses that change: events, equations, and what they bring, each a loop over synapses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from eqneuro.codegen.layout import KernelLayout
from eqneuro.codegen.plan import SynapsePlan
from eqneuro.codegen.requests import SynapseRequest
from eqneuro.codegen.synapses import SynapseStatements
from eqneuro.codegen.writer import LoopWriter
from eqneuro.language.syntax import Binary, Name
from eqneuro.model.models import AssignmentEquation
from eqneuro.numerics import select
from eqneuro.numerics.rules import UpdateRule

TEMPLATES = {
    "deliver": "synapse_events.c.j2",
    "deliver_axon": "synapse_events.c.j2",
    "transmit": "synapse_rows.c.j2",
    "learn": "synapse_rows.c.j2",
    "post": "synapse_posts.c.j2",
    "global": "globals.c.j2",
    "row": "synapse_neurons.c.j2",
}
TITLES = {
    "deliver": "pre_spike",
    "deliver_axon": "pre_axon_spike",
    "transmit": "psp",
    "learn": "equations",
    "post": "post_spike",
    "global": "equations of the whole projection",
    "row": "equations of each post-synaptic neuron",
}
LEARNS = "learns"
"""The C name of the flag without which a spiking synapse keeps its weight."""


def plan_synapses(request: SynapseRequest, name: str, real: str, method: str) -> SynapsePlan:
    """The kernel of one part of a synapse."""
    statements = SynapseStatements(request, real)
    rules, masks, is_event_driven = _rules(request, method)
    statements.written = {v for rule in rules for v in rule.variables}
    if is_event_driven:
        clock = "now->tick + 1" if request.part == "post" else "now->tick"
        elapsed = f"const real elapsed = (real)((double)({clock} - (int64_t)updated[s]) * now->dt);"
        statements.opening.append(elapsed)
        statements.ending.append(f"updated[s] = (int32_t)({clock});")
    if "alone" in masks:
        statements.require_last_post_spike()
    statements.add_rules(rules, lambda number, attribute: _mask(request, masks[number], attribute))
    lines, invariants = LoopWriter(statements).finish()
    text = "\n".join([*lines, *invariants, *statements.scope.declarations])
    title = f"{TITLES[request.part]} of {request.model.name or 'synapses'}"
    function = f"{request.part}_{name}"
    return SynapsePlan(
        template=TEMPLATES[request.part],
        function=function,
        title=f"Projection: {title}",
        equations=tuple(dict.fromkeys(text for rule in rules for text in rule.texts if text)),
        declarations=(*_structure(statements, text), *statements.scope.declarations),
        invariants=tuple(invariants),
        body=tuple(lines),
        by_pre=request.by_pre,
        delays=request.delays,
        learns=request.part in ("learn", "row", "global"),
        always=request.by_pre,
        reads_pre=_reads_pre(text),
        index=request.index,
        checks=(),
        layout=KernelLayout(function=function, slots=tuple(statements.scope.slots), rings=_rings(statements)),
    )


def _rings(statements: SynapseStatements) -> tuple[str, ...]:
    return tuple(slot.key.partition(":")[2] for slot in statements.scope.slots if slot.key.startswith("ring:"))


def _structure(statements: SynapseStatements, text: str) -> list[str]:
    """Pointers that the templates and the lines of the loop use."""
    request, scope = statements.request, statements.scope
    keys = list(STRUCTURES[request.part])
    if request.delays != "array" and "part_start" in keys:
        keys.remove("part_start")
    if request.part in ("learn", "transmit") and not request.by_pre:
        keys.append("post_rank")
    words = set(re.findall(r"\w+", text))
    keys += [word for word in ("updated", "position", "delay_of") if word in words]
    if request.part == "post" and _reads_pre(text):
        keys.append("post_source")
    if LEARNS in words or request.part in ("learn", "row", "global"):
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


STRUCTURES = {
    "deliver": ("spike_ring", "spike_count", "row_start", "rank", "part_start"),
    "deliver_axon": ("spike_ring", "spike_count", "row_start", "rank", "part_start"),
    "transmit": ("row_start", "rank"),
    "learn": ("row_start", "rank"),
    "post": ("spike_ring", "spike_count", "boundary", "post_start", "post_slot"),
    "row": ("post_rank",),
    "global": (),
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
    "position": ("uint32_t", "position", True),
    "delay_of": ("uint32_t", "delay_of", True),
}
"""Buffers of a projection's structure: C type (empty: that of ranks), name in the templates, whether only read."""


def _rules(request: SynapseRequest, method: str) -> tuple[list[UpdateRule], list[str], bool]:
    """The rules of one part in the order of their running, the condition of each, and whether some are event-driven."""
    model = request.model
    types = {a.name: a.type for a in model.attributes}
    if request.part in ("learn", "row", "global"):
        wanted = {"learn": "local", "row": "semiglobal", "global": "global"}[request.part]
        locality = {a.name: a.locality for a in model.attributes}
        rules = [r for r in select.synapse_rules(model, method) if locality[r.variables[0]] == wanted]
        return rules, [""] * len(rules), False
    if request.part == "transmit":
        assert model.psp is not None
        whole = Binary("+", Name("g_target"), model.psp)
        statements: Sequence[AssignmentEquation] = [_assignment("g_target", whole, f"psp = {model.psp_text}")]
    else:
        attribute = {"deliver": "pre_spike", "deliver_axon": "pre_axon_spike", "post": "post_spike"}[request.part]
        statements = _ordered(getattr(model, attribute), request)
    driven = list(select.event_driven_rules(model)) if request.part != "transmit" else []
    events = [select.event_rule([statement], types) for statement in statements]
    masks = [""] * len(driven) + ["alone" if "unless_post" in s.conditions else "" for s in statements]
    return [*driven, *events], masks, bool(driven)


def _ordered(statements: Sequence[AssignmentEquation], request: SynapseRequest) -> list[AssignmentEquation]:
    """What the target gets comes first, from the values before the event; a spike brings w where nothing is said."""
    brought = [s for s in statements if s.variable == "g_target"]
    if not brought and request.part == "deliver" and request.model.psp is None:
        brought = [_assignment("g_target", Binary("+", Name("g_target"), Name("w")), "g_target += w")]
    return [*brought, *(s for s in statements if s.variable != "g_target")]


def _assignment(variable: str, value: Binary, text: str) -> AssignmentEquation:
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
