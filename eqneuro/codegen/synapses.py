"""Statements over synapses: which buffer a name means in a loop over the synapses of a row."""

from __future__ import annotations

import sympy

from eqneuro.codegen.binder import temporary_name
from eqneuro.codegen.draws import Stream
from eqneuro.codegen.projections import declare_path, early_of
from eqneuro.codegen.requests import NeighbourAttribute, SynapseRequest
from eqneuro.codegen.scope import Array
from eqneuro.codegen.statements import C_TYPES, Statements
from eqneuro.numerics.event_driven import ELAPSED

PARTS = ("deliver", "deliver_axon", "transmit", "learn", "post", "global", "row", "catch_up")
EVENTS = ("deliver", "deliver_axon", "post", "catch_up")
"""Those that run at events."""
STREAMS_A_PART = 512
"""Each kernel of a projection has its own streams of random numbers."""

ELAPSED_BY_LOCALITY = {"local": ELAPSED.name, "semiglobal": "time:elapsed_row", "global": "time:elapsed_all"}
"""The time since event-driven variables were brought up to date: those of a synapse, a post-synaptic neuron, all."""
ELAPSED_BY_END = {"own": "time:elapsed_own", "other": "time:elapsed_other"}
"""The same of traces that are kept with the neuron whose event it is, or with the one at the other end."""
PRESENT = "present:"
"""Begins the symbols of traces of the other end as they are now."""
PLACES = {"pre": "own + i", "post": "j"}
"""Where traces of a side stand; of pre-synaptic neurons, each range of post-synaptic ones has traces of its own."""

STRUCTURE = (
    "number ring ring_count row_start target source input part_start delay_of learning boundary post_start post_slot"
    " post_source position updated range delay slot count spikes k row part first last s q i j clock elapsed learns low"
    " high fired delays post_rank steps input joined elapsed_row elapsed_all updated_row updated_all"
    " ahead passed passed_row passed_all who part_of first_of last_of batch m coming upcoming are_many start_of"
).split()
"""Identifiers that the templates of synapses use."""
TRACES = (
    "own fresh pending all_fresh are_near block most oldest stride shift place start stop n passed_own elapsed_own"
    " passed_other elapsed_other updated_pre updated_post column_step waiting_mode waiting_count waiting_tick"
    " waiting_place waiting_seen came places targets from times next after all kept rows mode line width"
).split()
"""Further ones, where traces are kept with neurons."""


class SynapseStatements(Statements):
    """Plans the statements of one kernel over synapses.

    In the loop, ``s`` is the synapse, ``i`` its pre-synaptic and ``j`` its post-synaptic neuron; the kernel of global
    equations has no loop, that of semiglobal ones runs over ``j``.

    Parameters
    ----------
    request
        The synapses' kernel.
    real
        ``double`` or ``float``.
    """

    def __init__(self, request: SynapseRequest, real: str) -> None:
        first = STREAMS_A_PART * PARTS.index(request.part)
        super().__init__(real, alone=request.part == "global", first_stream=first)
        self.request = request
        self.written: set[str] = set()
        self._attributes = {a.name: a for a in request.model.attributes}
        self._neighbours = {f"pre.{n.name}": n for n in request.pre} | {f"post.{n.name}": n for n in request.post}
        self.traces = dict(request.traces)
        self.holds_bounds = request.part in EVENTS
        for word in [*STRUCTURE, *(TRACES if self.traces else ())]:
            self.scope.names.allocate(word)

    def _name_varies(self, symbol: sympy.Symbol) -> bool:
        name = symbol.name
        if name in self._neighbours:
            neighbour = self._neighbours[name]
            return neighbour.varies or (name.startswith("pre.") and self._lateness(neighbour) != "")
        if name in self._attributes:
            return name in (*self.request.varying, *self.written) or self._attributes[name].locality == "semiglobal"
        is_time = name in ELAPSED_BY_LOCALITY.values() or name in ELAPSED_BY_END.values()
        return name in ("t_pre", "t_post", "g_target", "d") or is_time or name.startswith(PRESENT)

    def _bind_name(self, symbol: sympy.Symbol) -> None:
        scope, name = self.scope, symbol.name
        if name == "t":
            scope.moment(symbol, "time", "t")
        elif name == "dt":
            self._bind_step(symbol)
        elif name in self._neighbours:
            self._bind_neighbour(symbol, self._neighbours[name])
        elif name in self._attributes:
            self._bind_attribute(symbol)
        elif name == "g_target" and self.request.part == "transmit" and not self.request.by_pre:
            scope.arrays[symbol] = Array("joined", "real", scope.names.allocate(name), "0")
            scope.text[symbol] = scope.arrays[symbol].value
        elif name == "g_target":
            scope.array(symbol, "input", "real", "g_target", const=False, index="j", restrict=not self._reads_inputs)
        elif name in ("t_pre", "t_post"):
            index = "i" if name == "t_pre" else "j"
            scope.array(symbol, name, "real", name, const=True, index=index)
        elif name == "d":
            self._bind_delay(symbol)
        elif name in ELAPSED_BY_LOCALITY.values() or name in ELAPSED_BY_END.values():
            scope.text[symbol] = name.partition(":")[2]
        elif name.startswith(PRESENT):
            trace = name.removeprefix(PRESENT)
            if self.request.part == "catch_up":
                local = scope.names.allocate(f"present_{trace}")
                scope.declarations.append(f"real all_{local}[CHUNK];")
                scope.arrays[symbol] = Array(f"all_{local}", "real", local, "m")
                scope.text[symbol] = local
                return
            place = PLACES[self.traces[trace]]
            scope.array(symbol, f"trace_now:{trace}", "real", f"present_{trace}", const=False, index=place)
        elif "(" in name:
            scope.scalar(symbol, f"reduction:{name}", "real", name)
        elif ":" in name:
            scope.text[symbol] = scope.names.allocate(temporary_name(name))
        else:
            scope.scalar(symbol, f"constant:{name}", "double", name)

    @property
    def _learns(self) -> bool:
        """Whether the kernel runs equations, whose step is the learning period."""
        return self.request.part in ("learn", "row", "global")

    def _bind_step(self, symbol: sympy.Symbol) -> None:
        """dt: where a rule learns with a period, that is its step."""
        scope = self.scope
        name = scope.names.allocate("h")
        scope.declarations.append(f"const double {name} = now->dt{' * (double)learning[1]' if self._learns else ''};")
        scope.text[symbol] = name
        scope.note_scalar(symbol)

    def _bind_attribute(self, symbol: sympy.Symbol) -> None:
        name = symbol.name
        attribute = self._attributes[name]
        c_type, const = C_TYPES[attribute.type], name not in self.written
        if name in self.traces:
            place = PLACES[self.traces[name]]
            self.scope.array(symbol, f"trace:{name}", c_type, name, const=const, index=place)
        elif attribute.locality == "semiglobal":
            self.scope.array(symbol, f"semiglobal:{name}", c_type, name, const=const, index="j")
        elif name in self.request.varying:
            self.scope.array(symbol, f"attribute:{name}", c_type, name, const=const, index="s")
        elif not const:
            self.scope.array(symbol, f"attribute:{name}", c_type, name, const=False, index="0")
        else:
            self.scope.scalar(symbol, f"attribute:{name}", c_type, name)

    def _bind_delay(self, symbol: sympy.Symbol) -> None:
        steps = "(double)delay_of[s]" if self.request.delays == "array" else "(double)number[3]"
        steps = f"({steps} - {early_of(self.scope, self.request.delays)})" if self.request.between else steps
        self.scope.text[symbol] = f"((real)({steps} * now->dt))"

    def _bind_neighbour(self, symbol: sympy.Symbol, neighbour: NeighbourAttribute) -> None:
        scope = self.scope
        owner, _, name = symbol.name.partition(".")
        wanted = f"{owner}_{name}".replace("(", "_").replace(")", "")
        if owner == "post" and self.request.part == "transmit" and name.startswith("sum("):  # being summed up just now
            row = f"(now->tick & (number[{self._ring_place + 4}] - 1)) * number[{self._ring_place + 3}]"
            scope.array(symbol, f"post_ring:{name}", neighbour.c_type, wanted, const=True, index=f"{row} + j")
            return
        late = self._lateness(neighbour) if owner == "pre" else ""
        if late and self.request.between:
            self._bind_between(symbol, neighbour, wanted)
        elif late:
            self._bind_past(symbol, neighbour, late, wanted)
        elif not neighbour.varies:
            scope.scalar(symbol, f"{owner}:{name}", neighbour.c_type, wanted)
        else:
            index, is_input = ("i", False) if owner == "pre" else ("j", name.startswith(("sum(", "g_")))
            key = f"{owner}:{name}"
            scope.array(symbol, key, neighbour.c_type, wanted, const=True, index=index, restrict=not is_input)

    @property
    def _reads_inputs(self) -> bool:
        """Whether inputs of the post-synaptic neuron are read, of which that of ``g_target`` may be one."""
        return any(neighbour.name.startswith(("sum(", "g_")) for neighbour in self.request.post)

    @property
    def _ring_place(self) -> int:
        """Where a kernel's numbers tell of histories: slots, items of a row, of one of a global variable; the same of
        post-synaptic ones: items, slots.
        """
        return 5 if self.request.part.startswith("deliver") else 4

    def _lateness(self, neighbour: NeighbourAttribute) -> str:
        """How many rows ago the history holds what is read of the pre-synaptic neuron, in C; empty for the present.

        The row of a step is what was there at its beginning. Rates and continuous values arrive with the synapse's
        delay; inputs are just being added up while spikes and values are passed on, maybe by another thread.
        """
        request = self.request
        is_input = neighbour.name.startswith(("sum(", "g_"))
        if neighbour.is_parameter and not neighbour.varies:
            return ""
        late = "(int64_t)delay_of[s]" if request.delays == "array" else "number[3]"
        if request.part == "transmit":
            return f"({late} - 1)" if request.delays != "none" else "0" if is_input else ""
        if request.part == "learn" and not request.by_pre and request.delays != "none":
            return f"({late} - 2)"
        return "0" if is_input and request.part.startswith("deliver") else ""

    def _bind_past(self, symbol: sympy.Symbol, neighbour: NeighbourAttribute, late: str, wanted: str) -> None:
        scope, place, name = self.scope, self._ring_place, neighbour.name
        item = f"number[{place + 1}] + i" if neighbour.varies else f"number[{place + 2}]"
        index = f"((now->tick - {late}) & (number[{place}] - 1)) * {item}"
        if self.request.part != "learn":
            scope.array(symbol, f"ring:{name}", neighbour.c_type, wanted, const=True, index=index)
            return
        # the neurons have just been updated: with the shortest delay, that is what is read
        past = scope.pointer(f"ring:{name}", neighbour.c_type, f"past_{wanted}", const=True)
        present = scope.pointer(f"pre:{name}", neighbour.c_type, f"all_{wanted}", const=True)
        local = scope.names.allocate(wanted)
        now = f"{present}[{'i' if neighbour.varies else '0'}]"
        self.opening.append(f"const real {local} = (real)({late} < 0 ? {now} : {past}[{index}]);")
        scope.text[symbol] = local

    def _bind_between(self, symbol: sympy.Symbol, neighbour: NeighbourAttribute, wanted: str) -> None:
        """A pre-synaptic value between grid points; of whole numbers and truth values, the nearest one."""
        scope, name, learns = self.scope, neighbour.name, self.request.part == "learn"
        index = "i" if neighbour.varies else "0"
        if self.request.delays != "array":
            key = f"{'later' if learns else 'between'}:{name}"
            scope.array(symbol, key, neighbour.c_type, wanted, const=True, index=index)
            return
        slots, length = f"number[{self._ring_place}]", f"number[{self._ring_place + (1 if neighbour.varies else 2)}]"
        row = f"now->tick - (int64_t)delay_of[s] + {2 if learns else 1}"
        if neighbour.c_type == "real":
            path = declare_path(scope, name, slots, length, after_update=learns)
            value = f"past_on_path(&{path}, {row}, {early_of(self.scope, self.request.delays)}, {index})"
        else:
            nearest = f"{row} + ({early_of(self.scope, self.request.delays)} > 0.5)"
            past = scope.pointer(f"ring:{name}", neighbour.c_type, f"past_{wanted}", const=True)
            value = f"(real){past}[(({nearest}) & ({slots} - 1)) * {length} + {index}]"
            if learns:
                present = scope.pointer(f"pre:{name}", neighbour.c_type, f"all_{wanted}", const=True)
                value = f"{nearest} > now->tick ? (real){present}[{index}] : {value}"
        local = scope.names.allocate(wanted)
        self.opening.append(f"const real {local} = {value};")
        scope.text[symbol] = local

    def require_last_post_spike(self) -> None:
        """Makes ``alone`` known: whether the post-synaptic neuron was silent in the step before."""
        self.scope.names.allocate("alone")
        pointer = self.scope.pointer("t_post", "real", "all_t_post", const=True)
        before = "(real)((double)(now->step - 1) * now->dt)"
        self.opening.append(f"const lane alone = {pointer}[j] != {before};")

    def _draw_place(self, number: int) -> str:
        index = {"global": "0", "row": "j"}.get(self.request.part, "position[s]" if self.request.by_pre else "s")
        return f"{self._stream_name()} + {number}, {index}"

    def _open_stream(self, stream: Stream) -> None:
        name = self.scope.names.allocate(f"random_{stream.number}")
        place = self._draw_place(stream.number)
        period = "learning[1]" if self._learns else "1"
        steps = f", {period}" if stream.kind == "noise" else ""
        self.opening.append(f"const real {name} = (real)draw_{stream.kind}(now, {place}{steps});")
        self.scope.text[stream.symbol] = name
