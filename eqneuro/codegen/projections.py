"""Plans the kernels of projections: what one synapse contributes, by spikes or continuously, from which buffers."""

from __future__ import annotations

import re

import sympy

from eqneuro.codegen.cprinter import CPrinter
from eqneuro.codegen.layout import KernelLayout
from eqneuro.codegen.plan import TransmissionPlan
from eqneuro.codegen.render import VECTOR_FUNCTIONS
from eqneuro.codegen.requests import NeighbourAttribute, ProjectionRequest
from eqneuro.codegen.scope import Scope
from eqneuro.codegen.simplify import Invariants
from eqneuro.model.contribution import contribution
from eqneuro.numerics.select import translate

C_TYPES = {"float": "real", "int": "lane", "bool": "uint8_t"}
TEMPLATE_WORDS = (
    "number ring ring_count row_start target input part_start delays range delay slot count spikes k row part first s"
    " source post_rank j total extreme value width total_0 total_1 total_2 total_3"
    " who part_of first_of last_of batch m coming upcoming are_many start_of run low high middle to near"
    " reach ahead is_far own_place is_source begins rest gap shift rows lowest"
    " late until sent mask"
).split()
"""Identifiers that the templates of projections use."""
SUMMED_SPIKES = (("sum:source", "uint8_t"), ("sum:first", "int64_t"))
"""Buffers of one sum for all: which neurons are sources; where the targets of each range begin."""
SUMMED_RATES = (("sum:own", "int64_t"), ("sum:first", "int64_t"))
"""The same: each row's own place among the sources, or -1; how many sources there are."""
RUNS_OF_RATES = tuple((f"run:{name}", "int64_t") for name in ("gap", "low", "high", "first"))
"""Buffers of rows that are runs: where each leaves out a neuron, between which places those beside it do; the first
neuron of all.
"""
BY_SYNAPSE = re.compile(r"\b(\w+)\[s\]")
"""Arrays that C reads at the synapse s."""
BY_TARGET = re.compile(rf"target\[s\]|\b(?:{'|'.join(VECTOR_FUNCTIONS)}|pow|atan2)f?\(")
"""What keeps a row from being the same in vectors: values of targets, functions that round otherwise there."""

BY_POST = re.compile(r"\bj\b")
"""What a post-synaptic neuron has for itself."""


def plan_projection(request: ProjectionRequest, name: str, real: str) -> TransmissionPlan:
    """The kernel of a projection's transmission."""
    return TransmissionPlanner(request, name, real).plan()


def _pairs(request: ProjectionRequest, value: str) -> str:
    """Whether one sum serves all post-synaptic neurons: from all to all, with one weight and one delay."""
    own = [name for name in BY_SYNAPSE.findall(value) if name != "source"]
    is_one = not (own or BY_POST.search(value) or request.timed_post or request.delays == "array")
    can_part = request.events or request.model.operation in ("sum", "mean")
    return request.pairs if is_one and (request.pairs != "others" or can_part) else ""


def _template(request: ProjectionRequest, pairs: str) -> str:
    if request.timed_post:
        return "spike_rows.c.j2"
    if request.ahead:
        return "spike_ahead.c.j2"
    if pairs:
        return "spike_sum.c.j2" if request.events else "rate_sum.c.j2"
    if request.runs:
        return "rate_runs.c.j2"
    return "spike_projection.c.j2" if request.events else "rate_projection.c.j2"


class TransmissionPlanner:
    """Plans one kernel of transmission: which buffer each name of the contribution means."""

    _global_length = "number[3]"

    def __init__(self, request: ProjectionRequest, name: str, real: str) -> None:
        self.request = request
        self.name = name
        self.real = real
        self.scope = Scope(real)
        self.outer: list[str] = []
        self._attributes = {a.name: a for a in request.model.attributes}
        self._neighbours = {f"pre.{n.name}": n for n in request.pre} | {f"post.{n.name}": n for n in request.post}

    def plan(self) -> TransmissionPlan:
        """The kernel."""
        request = self.request
        expr, text = contribution(request.model, events=request.events)
        value, draws, _ = translate(expr)
        if draws:
            raise NotImplementedError("random numbers in synapses are not available yet")
        for word in TEMPLATE_WORDS:
            self.scope.names.allocate(word)
        if request.events:
            for key, c_type in (("spike_ring", "uint32_t"), ("spike_count", "int64_t")):
                self.scope.slot(key, c_type)
        else:
            self.scope.slot("post_rank", "uint32_t")
            self.scope.slot("rings", "real")
        for key, c_type in (
            ("row_start", "int64_t"),
            ("rank", request.index),
            ("input", "real"),
            ("delay", "uint32_t"),
        ):
            self.scope.slot(key, c_type)
        if request.timed_post:
            self.scope.slot("spike_at", "double")
        invariants = Invariants(lambda s: not self._varies(s))
        hoisted = invariants.hoist(value)
        before = self._print_invariants(invariants)
        printed = CPrinter(PlannerNames(self, narrow=True), self.real).number(hoisted)
        pairs = _pairs(request, printed)
        if pairs:
            for key, c_type in SUMMED_SPIKES if request.events else SUMMED_RATES:
                self.scope.slot(key, c_type)
        for key, c_type in RUNS_OF_RATES if request.runs else ():
            self.scope.slot(key, c_type)
        if request.ahead:
            for key, c_type in (("late", request.ahead), ("ahead:inputs", "real"), ("ahead:until", "int64_t")):
                self.scope.slot(key, c_type)
        kind = "deliver" if request.events else "transmit"
        return TransmissionPlan(
            template=_template(request, pairs),
            function=f"{kind}_{self.name}",
            title=f"Projection with {request.model.name or 'synapses'}",
            equations=(text,),
            declarations=tuple(self.scope.declarations),
            invariants=tuple(before),
            outer=tuple(self.outer),
            value=printed,
            index=request.index,
            delays=request.delays,
            dense=request.dense and not request.events,
            pairs=pairs,
            ahead=request.ahead,
            operation=request.model.operation,
            assigns=request.assigns,
            timed_pre=request.timed_pre,
            runs=request.events and request.delays != "array" and not BY_TARGET.search(printed),
            streams=tuple(name for name in dict.fromkeys(BY_SYNAPSE.findall(printed)) if name != "target"),
            layout=KernelLayout(
                function=f"{kind}_{self.name}",
                slots=tuple(self.scope.slots),
                rings=tuple(self._ring_names()),
            ),
        )

    def _ring_names(self) -> list[str]:
        return [n.name for n in self.request.pre if self._is_past(f"pre.{n.name}", n)]

    def _is_past(self, name: str, neighbour: NeighbourAttribute) -> bool:
        """Whether a name is read of the past; sums are being added up, and known from the beginning of the step."""
        request = self.request
        if request.events or not name.startswith("pre."):
            return False
        changes = neighbour.varies or not neighbour.is_parameter
        return name.startswith("pre.sum(") or (request.delays != "none" and changes)

    def _varies(self, symbol_: sympy.Symbol) -> bool:
        name = symbol_.name
        if name in self._neighbours:
            neighbour = self._neighbours[name]
            return neighbour.varies or (self.request.delays == "array" and self._is_past(name, neighbour))
        if name == "d":
            return self.request.delays == "array"
        return name in self.request.varying or name in self.request.semiglobal

    def bind(self, symbol_: sympy.Symbol) -> str:
        """The C text of a symbol inside the loop over synapses."""
        scope, name = self.scope, symbol_.name
        if symbol_ in scope.text:
            return scope.text[symbol_]
        if name in ("t", "dt"):
            scope.moment(symbol_, *(("time", "t") if name == "t" else ("dt", "h")))
        elif name in self._neighbours:
            self._bind_neighbour(symbol_)
        elif name == "w" and self.request.gathered:
            place = scope.pointer("place", "uint32_t", "place", const=True)
            scope.text[symbol_] = f"{scope.pointer('shared_weights', 'real', 'all_w', const=True)}[{place}[s]]"
        elif name in self.request.varying:
            pointer = scope.pointer(
                f"attribute:{name}", C_TYPES[self._attributes[name].type], f"all_{name}", const=True
            )
            scope.text[symbol_] = self._cast(pointer, C_TYPES[self._attributes[name].type], "s")
        elif name in self.request.semiglobal:
            c_type = C_TYPES[self._attributes[name].type]
            pointer = scope.pointer(f"semiglobal:{name}", c_type, f"all_{name}", const=True)
            scope.text[symbol_] = self._cast(pointer, c_type, "target[s]" if self.request.events else "j")
        elif name in self._attributes:
            scope.scalar(symbol_, f"attribute:{name}", C_TYPES[self._attributes[name].type], name)
        elif name == "d":
            steps = "(double)delay[s]" if self.request.delays == "array" else "(double)number[2]"
            steps = f"({steps} - {early_of(self.scope, self.request.delays)})" if self.request.between else steps
            scope.text[symbol_] = f"((real)({steps} * now->dt))"
        elif "(" in name:
            scope.scalar(symbol_, f"reduction:{name}", "real", name)
        else:
            scope.scalar(symbol_, f"constant:{name}", "double", name)
        return scope.text[symbol_]

    def _cast(self, pointer: str, c_type: str, index: str) -> str:
        return f"{pointer}[{index}]" if c_type == "real" else f"(real){pointer}[{index}]"

    def _bind_neighbour(self, symbol_: sympy.Symbol) -> None:
        scope, request = self.scope, self.request
        owner, _, name = symbol_.name.partition(".")
        neighbour = self._neighbours[symbol_.name]
        key = f"{owner}:{name}"
        is_past = self._is_past(symbol_.name, neighbour)
        if not neighbour.varies and not is_past:
            scope.scalar(symbol_, key, neighbour.c_type, f"{owner}_{name}")
            return
        if owner == "post":
            pointer = scope.pointer(key, neighbour.c_type, f"post_{name}", const=True)
            index = "target[s]" if request.events else "j"
            scope.text[symbol_] = self._cast(pointer, neighbour.c_type, index)
        elif request.events:
            pointer = scope.pointer(key, neighbour.c_type, f"pre_{name}", const=True)
            scope.text[symbol_] = self._cast(pointer, neighbour.c_type, "i")
        else:
            self._bind_source(symbol_, neighbour, is_past=is_past)

    def _bind_source(self, symbol_: sympy.Symbol, neighbour: NeighbourAttribute, *, is_past: bool) -> None:
        scope, c_type, wanted = self.scope, neighbour.c_type, plain_name(neighbour.name)
        index = "s - first" if self.request.dense else "s - first + shift" if self.request.runs else "source[s]"
        index = index if neighbour.varies else "0"
        if not is_past:
            pointer = scope.pointer(f"pre:{neighbour.name}", c_type, f"pre_{wanted}", const=True)
            scope.text[symbol_] = self._cast(pointer, c_type, index)
        elif self.request.delays == "array" and self.request.between:
            scope.text[symbol_] = self._on_path(neighbour, index)
        elif self.request.delays == "array":
            ring = scope.pointer(f"ring:{neighbour.name}", c_type, f"history_of_{wanted}", const=True)
            row = f"((now->tick - (int64_t)delay[s] + 1) & (number[1] - 1)) * {self._length(neighbour)}"
            scope.text[symbol_] = self._cast(ring, c_type, f"{row} + {index}")
        else:
            scope.text[symbol_] = self._cast(self._past_row(neighbour, f"pre_{wanted}"), c_type, index)

    def _on_path(self, neighbour: NeighbourAttribute, index: str) -> str:
        """What each synapse reads between grid points; of whole numbers and truth values, the nearest one."""
        row, length = "now->tick - (int64_t)delay[s] + 1", self._length(neighbour)
        early = early_of(self.scope, self.request.delays)
        if neighbour.c_type != "real":
            label = f"history_of_{plain_name(neighbour.name)}"
            ring = self.scope.pointer(f"ring:{neighbour.name}", neighbour.c_type, label, const=True)
            item = f"(({row} + ({early} > 0.5)) & (number[1] - 1)) * {length} + {index}"
            return self._cast(ring, neighbour.c_type, item)
        path = declare_path(self.scope, neighbour.name, "number[1]", length)
        return f"past_on_path(&{path}, {row}, {early}, {index})"

    def _past_row(self, neighbour: NeighbourAttribute, wanted: str) -> str:
        """The row of a history that all synapses read, or what lies between two."""
        if self.request.between:
            return self.scope.pointer(f"between:{neighbour.name}", neighbour.c_type, wanted, const=True)
        c_type, label = neighbour.c_type, f"history_of_{plain_name(neighbour.name)}"
        ring = self.scope.pointer(f"ring:{neighbour.name}", c_type, label, const=True)
        local = self.scope.names.allocate(wanted)
        row = f"((now->tick - number[2] + 1) & (number[1] - 1)) * {self._length(neighbour)}"
        self.scope.declarations.append(f"const {c_type} *restrict const {local} = {ring} + {row};")
        return local

    def _length(self, neighbour: NeighbourAttribute) -> str:
        """Items of a row of a history."""
        return "number[0]" if neighbour.varies else self._global_length

    def _print_invariants(self, invariants: Invariants) -> list[str]:
        lines = []
        for number, (value, own) in enumerate(invariants.lines.items()):
            text = CPrinter(PlannerNames(self)).number(value)
            name = self.scope.names.allocate("factor" if number == 0 else f"factor_{number}")
            lines.append(f"const real {name} = {'(real)(' + text + ')' if self.real == 'float' else text};")
            self.scope.text[own] = name
        return lines


def early_of(scope: Scope, delays: str) -> str:
    """The part of a step by which a delay is shorter than its whole steps."""
    pointer = scope.pointer("early", "double", "early", const=True)
    return f"{pointer}[{'s' if delays == 'array' else '0'}]"


def declare_path(scope: Scope, name: str, slots: str, length: str, *, after_update: bool = False) -> str:
    """Declares where a pre-synaptic variable is read between grid points; gives the name of the structure."""
    plain = plain_name(name)
    history = scope.pointer(f"ring:{name}", "real", f"history_of_{plain}", const=True)
    slopes = scope.pointer(f"slopes:{name}", "real", f"slopes_of_{plain}", const=True)
    present = scope.pointer(f"pre:{name}", "real", f"present_{plain}", const=True) if after_update else "NULL"
    start = scope.pointer("past_start", "int64_t", "past_start", const=True)
    path = scope.names.allocate(f"path_of_{plain}")
    known = f"now->tick{'' if after_update else ' - 1'}"
    values = f"now, {history}, {slopes}, {present}, {start}[0], {slots}, {length}, {known}"
    scope.declarations.append(f"const past_path {path} = {{{values}}};")
    return path


def plain_name(name: str) -> str:
    """What a C name can be made of: ``sum_exc`` for ``sum(exc)``."""
    return name.replace("(", "_").replace(")", "")


class PlannerNames(dict[sympy.Symbol, str]):
    """A table of symbols that binds what it is asked for."""

    def __init__(self, planner: TransmissionPlanner, *, narrow: bool = False) -> None:
        super().__init__()
        self._planner = planner
        self._narrow = narrow

    def __missing__(self, key: sympy.Symbol) -> str:
        text = self._planner.bind(key)
        return self._planner.scope.narrow(key) if self._narrow else text
