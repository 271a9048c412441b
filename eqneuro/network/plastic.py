"""Synapses that change while the network runs: which kernels they need, and the arrays that these read and write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.codegen.layout import KernelLayout
from eqneuro.codegen.requests import NeighbourAttribute, SynapseRequest
from eqneuro.connectivity.memory import WIDEST_NARROW
from eqneuro.engine.buffers import allocate, padded
from eqneuro.language.syntax import Attribute, Binary, Draw, Expr, GlobalOperation, InputSum, Name
from eqneuro.model.models import AssignmentEquation, SynapseModel
from eqneuro.model.traces import DRIVEN, Side
from eqneuro.network.between import array_of
from eqneuro.network.store import GLOBAL_LENGTH
from eqneuro.network.waiting import Waiting, gather

if TYPE_CHECKING:
    from eqneuro.network.projection import Projection
    from eqneuro.network.traces import Traces

Array = NDArray[Any]

FIRST_STREAM = 1 << 19
"""Projections number their streams of random numbers from here on, populations from 0."""
LOCALITY_PARTS = {"global": "global", "semiglobal": "row", "local": "learn"}


def is_plain(model: SynapseModel) -> bool:
    """Whether nothing changes: each spike adds to its target, or each synapse contributes its `psp`."""
    if model.equations or model.post_spike or model.pre_axon_spike:
        return False
    if model.psp is not None and (model.pre_spike or not _is_simple(model.psp)):
        return False
    return len(model.pre_spike) <= 1 and all(_is_increment(statement) for statement in model.pre_spike)


def _is_increment(statement: AssignmentEquation) -> bool:
    value, target = statement.value, Name("g_target")
    return (
        statement.variable == "g_target"
        and isinstance(value, Binary)
        and value.operator == "+"
        and value.left == target
        and target not in value.right.walk()
        and not (statement.bounds or statement.conditions)
        and _is_simple(value)
    )


def _is_simple(expr: Expr) -> bool:
    """Whether it reads nothing but attributes of the synapse and its neurons, constants and the time."""
    return not any(
        isinstance(node, Draw | GlobalOperation | InputSum)
        or (isinstance(node, Name) and node.id in ("t_pre", "t_post", "d"))
        or (isinstance(node, Attribute) and node.name.startswith("g_"))
        for node in expr.walk()
    )


def _needs_loop(projection: Projection, psp: Expr) -> bool:
    """Whether `psp` has a kernel of its own: for what the plain one can't read, as a delayed value that all share."""
    if projection._shared_weights() is not None or projection._filters() is not None:
        return False  # only the plain kernels know where these look their weights up
    shared = {a.name for a in projection._pre_population.model.variables if a.locality == "global"}
    is_late = not isinstance(projection._delay, int) or projection._delay > 1
    return not _is_simple(psp) or (is_late and any(f.name in shared for f in projection.model.pre_attributes))


def parts_of(projection: Projection) -> tuple[str, ...]:
    """The kernels that a projection needs beside, or instead of, its plain transmission, in the order of a step."""
    model = projection.model
    continues = model.psp is not None and (projection._is_event_based() or _needs_loop(projection, model.psp))
    if is_plain(model) and not continues:
        return ()
    parts = []
    if projection._is_event_based():
        if projection._pre_population.model.is_spiking and (model.pre_spike or model.psp is None):
            parts.append("deliver")
        if model.pre_axon_spike:
            parts.append("deliver_axon")
    if continues:
        parts.append("transmit")
    driven = DRIVEN if projection._is_event_based() else ()
    stepped = {e.variable for e in model.equations if getattr(e, "method", None) not in driven}
    localities = {a.locality for a in model.variables if a.name in stepped}
    parts += [part for locality, part in LOCALITY_PARTS.items() if locality in localities]
    if model.post_spike:
        parts.append("post")
    return tuple(parts)


def is_serial(model: SynapseModel) -> bool:
    """Whether events change a number that all synapses share: then one thread runs them all, in order."""
    shared = {a.name for a in model.variables if a.locality == "global"}
    events = (*model.pre_spike, *model.pre_axon_spike, *model.post_spike)
    driven = (e.variable for e in model.equations if getattr(e, "method", None) in DRIVEN)
    return bool(shared & {*(s.variable for s in events), *(driven if model.is_spiking else ())})


def request_of(
    projection: Projection,
    part: str,
    pre: tuple[NeighbourAttribute, ...],
    post: tuple[NeighbourAttribute, ...],
    *,
    waits: bool = False,
) -> SynapseRequest:
    """What one kernel of the synapses needs; where post-synaptic spikes ``wait``, there is one more."""
    built, events = projection._built, projection._is_event_based()
    is_late = not isinstance(projection._delay, int) or projection._delay > 1
    delays = "array" if not isinstance(projection._delay, int) else "constant" if events or is_late else "none"
    counted = built.post_size if events else built.pre_size
    traces = tuple(projection._plastic.kept.items()) if part in ("catch_up", "deliver", "post") else ()
    return SynapseRequest(
        model=projection.model,
        part=part,
        by_pre=events,
        varying=projection._varying(),
        delays=delays,
        index="uint16_t" if counted <= WIDEST_NARROW else "uint32_t",
        pre=pre,
        post=post,
        dense=built.is_dense and (not events or (part == "deliver" and bool(traces))),
        between=not events and projection._delays.are_between,
        traces=traces,
        waits=waits and part != "deliver",
    )


class PlasticState:
    """What kernels keep of synapses beside their attributes.

    ``learning`` holds whether they learn, every so many steps, counted from which step; ``updated`` when event-driven
    variables were last brought up to date, in ticks, in the order of the rows for spikes. ``kept`` are the variables
    that kernels keep with neurons, in ``traces`` once there are any, ``rates`` what their equations read.
    """

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self.learning = allocate(3, np.int64)
        self.learning[:] = (1, 1, 0)
        self._updated: NDArray[np.int32] | None = None
        self._slots: NDArray[np.uint32] | None = None
        self._updated_rows: NDArray[np.int32] | None = None
        self.updated_all = allocate(1, np.int32)
        self.since = 0
        self.traces: Traces | None = None
        self.waiting: Waiting | None = None
        self.kept: dict[str, Side] = {}
        self.rates: frozenset[str] = frozenset()

    def forget(self, tick: int) -> None:
        """Variables were set anew: from this tick on they evolve."""
        self.since = tick
        self.traces = None
        self.updated_all[:] = tick
        for held in (self._updated, self._updated_rows):
            if held is not None:
                held[:] = tick

    @property
    def updated(self) -> NDArray[np.int32]:
        """Ticks of the last update, one for each synapse in the order of the rows for spikes."""
        if self._updated is None:
            self._updated = np.full(max(1, self._projection._built.synapses), self.since, dtype=np.int32)
        return self._updated

    @property
    def updated_rows(self) -> NDArray[np.int32]:
        """Ticks of the last update of semiglobal variables, one for each post-synaptic neuron."""
        if self._updated_rows is None:
            self._updated_rows = np.full(self._projection._built.post_size, self.since, dtype=np.int32)
        return self._updated_rows

    def in_user_order(self, position: NDArray[Any]) -> None:
        """Before the rows for spikes are made anew."""
        self._slots = None
        if self._updated is not None:
            moved = np.empty_like(self._updated)
            moved[position] = self._updated
            self._updated = moved

    def in_spike_order(self, position: NDArray[Any]) -> None:
        """After they were."""
        if self._updated is not None:
            self._updated = self._updated[position]

    def in_own_order(self, position: NDArray[Any] | None) -> NDArray[np.int32]:
        """A copy of ``updated`` in the user's order; ``position`` is that of the rows for spikes, where they exist."""
        if self.traces is not None:
            from eqneuro.network.traces import event_times

            return event_times(self._projection)
        moved = self.updated[: self._projection._built.synapses].copy()
        if position is not None:
            moved[position] = self.updated[: len(moved)]
        return moved

    def replace(self, updated: NDArray[np.int32] | None) -> None:
        """The synapses have become others, which have their rows for spikes yet to come."""
        self._slots = self.waiting = None
        self._updated = updated if updated is None or len(updated) else np.full(1, self.since, dtype=np.int32)

    def post_index(self) -> tuple[Array, Array, Array]:
        """For each post-synaptic neuron where its synapses begin; their slots in the rows for spikes; their sources."""
        from eqneuro.connectivity import _turning

        built, threads = self._projection._built, self._projection._net._num_threads
        if self._slots is None:
            self._slots = _turning.slots_by_post(self._projection._positions(), threads)
        starts = _turning.starts_by_post(built.row_start, built.post_ranks, built.post_size)
        return starts, self._slots, built.pre_ranks

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        own = sum(array.nbytes for array in (self._updated, self._updated_rows, self._slots) if array is not None)
        return own + sum(held.nbytes for held in (self.traces, self.waiting) if held is not None)


def synapse_buffers(
    projection: Projection, part: str, layout: KernelLayout, boundaries: NDArray[np.int64]
) -> list[Array | None]:
    """The buffers of a kernel over synapses that change."""
    known = _Structure(projection, part, boundaries)
    return [known.array(slot.key) for slot in layout.slots]


class _Structure:
    """Looks up the slots of one kernel."""

    def __init__(self, projection: Projection, part: str, boundaries: NDArray[np.int64]) -> None:
        self.projection = projection
        self.part = part
        self.boundaries = boundaries
        self.by_pre = projection._is_event_based()
        self.rows = projection._rows_for_spikes(boundaries) if self.by_pre else None

    def array(self, key: str) -> Array | None:
        """The array of a slot."""
        kind, _, name = key.partition(":")
        projection, state = self.projection, self.projection._plastic
        match kind:
            case "numbers":
                return self._numbers()
            case "spike_ring" | "spike_count":
                output = self._output()
                ring: Array = output.ring if kind == "spike_ring" else output.ring_count
                return ring
            case "row_start":
                return projection._built.row_start if self.rows is None else self.rows.start
            case "rank":
                return projection._narrow_pre_ranks() if self.rows is None else self.rows.target
            case "part_start":
                return None if self.rows is None else self.rows.part_start
            case "boundary":
                return np.minimum(self.boundaries, self.projection._post_population.size)  # none of those that pad it
            case "post_rank":
                return projection._built.post_ranks
            case "post_start" | "post_slot" | "post_source":
                return state.post_index()[("post_start", "post_slot", "post_source").index(kind)]
            case "learning":
                return state.learning
            case "updated":
                return state.updated
            case "updated_pre" | "updated_post":
                return self._traces().updated["pre" if kind == "updated_pre" else "post"]
            case "trace":
                return self._traces().values[name]
            case "trace_now":
                return self._traces().now(name)
            case "column_step":
                from eqneuro.network.traces import column_steps

                return column_steps(projection, self.boundaries)
            case "waiting_mode" | "waiting_count" | "waiting_tick" | "waiting_place" | "waiting_seen":
                waiting: Array = getattr(gather(projection, self.boundaries), kind.removeprefix("waiting_"))
                return waiting
            case "updated_row" | "updated_all":
                return state.updated_rows if kind == "updated_row" else state.updated_all
            case "position":
                return projection._positions()
            case "delay_of":
                delays = projection._delay
                assert not isinstance(delays, int)
                return np.asarray(delays[projection._positions()] if self.by_pre else delays, dtype=np.uint32)
            case "early" | "slopes" | "past_start" | "between" | "later":
                return array_of(projection, key)
            case "t_pre":
                return projection._pre_population._t_last
            case "t_post":
                return projection._post_population._t_last
            case "reduction":
                from eqneuro.network.binding import reduction_of

                return reduction_of(projection, name)
        return self._value(kind, name)

    def _value(self, kind: str, name: str) -> Array:
        from eqneuro.network.binding import constant_array

        projection = self.projection
        match kind:
            case "attribute":
                is_own = self.by_pre and name in projection._varying()
                return projection._in_spike_order(name) if is_own else projection._values[name]
            case "semiglobal":
                return projection._by_post_rank(name)
            case "input":
                return projection._post_population._input_of_target(projection.target)
            case "pre":
                return projection._pre_population._recordable(name)
            case "post":
                return projection._post_population._recordable(name)
            case "ring":
                return projection._pre_population._rings[name].rows
            case "post_ring":
                return projection._post_population._rings[name].rows
            case "constant":
                return constant_array(projection._net, name)
        raise KeyError(f"{kind}:{name}")

    def _traces(self) -> Traces:
        from eqneuro.network.traces import gather

        return gather(self.projection, self.boundaries)

    def _output(self) -> Any:
        projection = self.projection
        if self.part == "post":
            return projection._post_population._outputs["spike"]
        return projection._pre_population._outputs["axon_spike" if self.part == "deliver_axon" else "spike"]

    def _numbers(self) -> Array:
        projection = self.projection
        identity = FIRST_STREAM + projection._number
        if self.part.startswith("deliver") or self.part == "catch_up":
            pre, output = projection._pre_population, self._output()
            assert self.rows is not None
            numbers = [pre.size, output.slots, identity, self.rows.shortest, self.rows.longest, *self._histories()]
        elif self.part == "post":
            post, output = projection._post_population, self._output()
            numbers = [post.size, output.slots, identity, projection._longest, projection._pre_population.size]
        else:
            size = projection._pre_population.size
            numbers = [size, 0, identity, projection._longest, *self._histories()]
        return np.array(numbers, dtype=np.int64)

    def _histories(self) -> list[int]:
        """Slots of the pre-synaptic histories; items of their rows, of those of global variables, of post-synaptic
        ones (which have a slot for the present step at least).
        """
        pre, post = self.projection._pre_population, self.projection._post_population
        slots = max((ring.slots for ring in pre._rings.values()), default=1)
        return [slots, padded(pre.size), GLOBAL_LENGTH, padded(post.size), self._post_slots()]

    def _post_slots(self) -> int:
        return max((ring.slots for ring in self.projection._post_population._rings.values()), default=1)
