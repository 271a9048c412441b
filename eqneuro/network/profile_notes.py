"""What the instructions of a program are to a reader of a profile: phase, object, what is counted, bytes moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.codegen.layout import KernelLayout
from eqneuro.engine.program import Call
from eqneuro.engine.sheet import UNCOUNTED, Counter, Counting

Array = NDArray[Any]
Buffers = Mapping[str, Array]

UPDATE, SCAN, DELIVERY, PLASTICITY, RECORDING, OTHER = "update", "scan", "delivery", "plasticity", "recording", "other"
PHASES = (UPDATE, SCAN, DELIVERY, PLASTICITY, RECORDING, OTHER)
NEURON_STEP, EVENT, SPIKE, VALUE = "neuron-step", "event", "spike", "value"
"""What is counted: neurons in each step, synapses that spikes reach (or that are run in each step), spikes, values."""


@dataclass(frozen=True)
class Traffic:
    """Bytes that a kernel reads and writes, each counted once a step.

    ``each`` are those of every event: entries of arrays that are run through. ``shared`` are entries that many events
    may have in common, as the inputs of post-synaptic neurons: bytes of one, and how many there are.
    """

    each: float = 0.0
    step: float = 0.0
    shared: tuple[tuple[int, int], ...] = ()

    def total(self, events: float, steps: int) -> float:
        """Bytes of some steps in which there were so many events."""
        mean = events / max(1, steps)
        return events * self.each + steps * (self.step + sum(size * min(mean, count) for size, count in self.shared))


@dataclass(frozen=True)
class Note:
    """One instruction. ``items`` happen in each step; where the scheduler counts, so many for each that it counts."""

    phase: str
    name: str
    part: str
    unit: str
    items: float
    counter: Counter
    traffic: Traffic
    ranges: int
    """How many threads may share it."""


def describe(call: Call, layouts: Mapping[str, KernelLayout]) -> Note:
    """The note of an instruction.

    Parameters
    ----------
    call
        What the assembly has added.
    layouts
        Those of the kernels that were made for this network, by function.
    """
    owner, part = call.owner
    ranges = sum(begin < end for begin, end in call.ranges)
    if call.function not in layouts:
        phase, title, unit, items, counter, traffic = _fixed(call, part)
    else:
        layout = layouts[call.function]
        arrays = {slot.key: b for slot, b in zip(layout.slots, call.buffers, strict=True) if b is not None}
        kind = call.function.partition("_")[0]
        if kind in ("update", "stop"):
            phase, title, unit, items, counter, traffic = _neurons(call, kind, owner, arrays)
        else:
            phase, title = SYNAPTIC.get(part or kind, (OTHER, call.function))
            if part == "transmit" and owner._is_event_based():
                title = "psp"  # beside what its spikes bring
            unit, items, counter, traffic = _synapses(part or kind, owner, arrays, is_plain=not part)
    return Note(phase, owner.name, title, unit, items, counter, traffic, ranges)


# -- kernels that are the same in every network ---------------------------------------------------------------------

FIXED = {
    "clear_sums": (OTHER, "inputs emptied", NEURON_STEP),
    "take_inputs": (DELIVERY, "inputs of a step", NEURON_STEP),
    "keep_sums": (OTHER, "inputs kept", NEURON_STEP),
    "keep_history": (OTHER, "history", NEURON_STEP),
    "read_between": (OTHER, "values between grid points", NEURON_STEP),
    "observe_mean": (OTHER, "mean observed", NEURON_STEP),
    "spike_source": (UPDATE, "", SPIKE),
    "timed_spike_source": (UPDATE, "", SPIKE),
    "poisson_source": (UPDATE, "", NEURON_STEP),
    "timed_array": (UPDATE, "schedule", NEURON_STEP),
    "publish_spikes": (SCAN, "spikes collected", SPIKE),
    "publish_timed_spikes": (SCAN, "spikes collected", SPIKE),
    "measure_rate": (OTHER, "rate in a window", NEURON_STEP),
    "reduce": (OTHER, "", NEURON_STEP),
    "record_row": (RECORDING, "", VALUE),
    "record_spikes": (RECORDING, "", SPIKE),
    "record_timed_spikes": (RECORDING, "", SPIKE),
}
"""Phase, what is done, and what is counted; what the kernel works on is said by the assembly where it is empty."""
TIMED_SPIKE, PLAIN_SPIKE = 12, 4
"""Bytes of a spike in a list: its rank, and its moment within the step."""


def _fixed(call: Call, part: str) -> tuple[str, str, str, float, Counter, Traffic]:
    phase, title, unit = FIXED.get(call.function, (OTHER, call.function, NEURON_STEP))
    title, b = title or part, call.buffers
    spike = TIMED_SPIKE if "timed" in call.function else PLAIN_SPIKE
    items = float(sum(end - begin for begin, end in call.ranges))
    match call.function:
        case "clear_sums":
            return phase, title, unit, items, UNCOUNTED, Traffic(each=_size(b[1]))
        case "take_inputs":  # those of a step and of neurons are read, added, and written
            return phase, title, unit, float(_number(b[1], -1)), UNCOUNTED, Traffic(each=4 * _size(b[3]))
        case "keep_history":
            return phase, title, unit, items, UNCOUNTED, Traffic(each=2 * _size(b[1]))
        case "keep_sums":
            return phase, title, unit, items, UNCOUNTED, Traffic(each=2 * _size(b[2]))
        case "timed_array":
            return phase, title, unit, items, UNCOUNTED, Traffic(each=2 * _size(b[1]))
        case "measure_rate":
            return phase, title, unit, items, UNCOUNTED, Traffic(each=2 * _size(b[3]))
        case "reduce" | "observe_mean":
            return phase, title, unit, float(_number(b[0], 0)), UNCOUNTED, Traffic(each=_size(b[1]))
        case "poisson_source":
            moved = 2.0 * (0 if b[3] is None else b[3].nbytes)
            return phase, title, unit, float(_number(b[0], 0)), (Counting.LISTED, (b[5], b[7])), Traffic(step=moved)
        case "spike_source" | "timed_spike_source":
            return phase, title, unit, 1.0, (Counting.PUBLISHED, (b[5], 1)), Traffic(each=8 + 4 + spike)
        case "publish_spikes" | "publish_timed_spikes":
            counter = Counting.PUBLISHED, (b[5], _number(b[0], 1))
            return phase, title, unit, 1.0, counter, Traffic(each=2 * spike)
        case "record_row":
            width = _number(b[0], 1)
            return phase, title, unit, float(width), (Counting.GROWN, (b[5],)), Traffic(each=2 * _number(b[0], 0))
        case "record_spikes" | "record_timed_spikes":
            return phase, title, unit, 1.0, (Counting.GROWN, (b[7],)), Traffic(each=spike + 8 + spike)
    return phase, title, unit, items, UNCOUNTED, Traffic()


def _size(array: Array | None) -> int:
    return 0 if array is None else array.itemsize


def _number(array: Array | None, place: int) -> int:
    assert array is not None
    return int(array[place])


# -- neurons --------------------------------------------------------------------------------------------------------

READ = ("attribute", "input", "refractory_until", "refractory_rest", "propagator")
"""Slots of which each neuron may have an entry of its own."""


NO_RING = np.zeros(2, dtype=np.int64)
"""Where lists are not rows of a ring."""


def _neurons(call: Call, kind: str, owner: Any, arrays: Buffers) -> tuple[str, str, str, float, Counter, Traffic]:
    if kind == "stop":
        return OTHER, "stop condition", NEURON_STEP, float(owner.size), UNCOUNTED, _neuron_traffic(owner, arrays)
    if call.function.endswith("_globals"):
        return UPDATE, "global variables", VALUE, 1.0, UNCOUNTED, Traffic()
    lists = [key.partition(":")[2] for key in arrays if key.startswith("count:")]
    counter: Counter = UNCOUNTED
    if lists:
        counter = Counting.LISTED, (arrays[f"count:{lists[0]}"], arrays.get(f"place:{lists[0]}", NO_RING))
    return UPDATE, "", NEURON_STEP, float(owner.size), counter, _neuron_traffic(owner, arrays)


def _neuron_traffic(owner: Any, arrays: Buffers) -> Traffic:
    """Parameters are read, variables are read and written, of histories one row is read."""
    variables = {a.name for a in owner.model.variables}
    step = 0
    for key, array in arrays.items():
        kind, _, name = key.partition(":")
        if kind in ("ring", "sums", "slopes"):
            step += array[0].nbytes
        elif kind in READ and array.size >= owner.size:
            step += array.nbytes * (2 if kind == "attribute" and name in variables else 1)
    return Traffic(step=float(step))


# -- synapses -------------------------------------------------------------------------------------------------------

SYNAPTIC = {
    "deliver": (DELIVERY, ""),
    "deliver_axon": (DELIVERY, "axon spikes"),
    "transmit": (DELIVERY, ""),
    "filter": (DELIVERY, ""),
    "global": (PLASTICITY, "equations of all"),
    "row": (PLASTICITY, "equations by neuron"),
    "learn": (PLASTICITY, "equations"),
    "post": (PLASTICITY, "post_spike"),
    "catch_up": (PLASTICITY, "post_spike, when rows are read"),
}
"""Phase and title by part of a projection; a kernel of plain transmission has no part, but its function begins so."""
STREAMED = ("rank", "late", "position", "delay_of", "place", "updated", "post_slot", "post_source")
"""Slots of which each synapse has an entry of its own, beside its attributes."""
TARGETS = ("input", "post", "post_ring", "t_post", "semiglobal", "updated_row", "trace_now")
"""Slots of which each post-synaptic neuron has an entry."""
SOURCES = ("pre", "ring", "t_pre", "trace_now")
WRITTEN = ("input", "updated", "updated_row")


def _synapses(kind: str, owner: Any, arrays: Buffers, *, is_plain: bool) -> tuple[str, float, Counter, Traffic]:
    if kind in ("row", "global"):
        always = int(owner._is_event_based())
        counter: Counter = Counting.LEARNT, (arrays["learning"], always, None, 1)
        unit = NEURON_STEP if kind == "row" else VALUE
        return unit, 1.0, counter, Traffic(each=float(sum(_bytes(owner, arrays, TARGETS, 0))))
    if kind == "filter":
        rows, places = len(arrays["filter:filter_of"]), _number(arrays["numbers"], 3)
        real, size = np.dtype(owner._net._real).itemsize, int(owner._built.pre_size)
        return EVENT, float(rows * places), UNCOUNTED, Traffic(shared=((real, size), (2 * real, rows)))
    if kind == "post" and "waiting_count" in arrays:  # the spikes are noted, mostly
        slots = int(arrays["numbers"][1])
        return SPIKE, 1.0, (Counting.PUBLISHED, (arrays["spike_count"], slots)), Traffic(each=12.0)
    if kind == "catch_up":
        arrays = {**arrays, **_post_synaptic(owner)}
    by_pre = owner._is_event_based()
    streamed = float(sum(_bytes(owner, arrays, (*STREAMED, "attribute"), owner._built.synapses)))
    counter, items = _events(kind, arrays, owner._built.synapses, by_pre=by_pre, is_plain=is_plain)
    neighbours = TARGETS if by_pre and kind != "post" else SOURCES
    size = owner._built.post_size if neighbours is TARGETS else owner._built.pre_size
    shared = tuple((each, size) for each in _bytes(owner, arrays, neighbours, 0))
    return EVENT, items, counter, Traffic(each=streamed, shared=shared)


def _post_synaptic(owner: Any) -> Buffers:
    """Arrays that tell how many synapses post-synaptic spikes bring to those who wait for them."""
    output, number = owner._post_population._outputs["spike"], owner._post_population.size
    numbers = np.array([number, output.slots, 0, 0, 0], dtype=np.int64)
    start = owner._plastic.post_index()[0]
    return {"numbers": numbers, "spike_ring": output.ring, "spike_count": output.ring_count, "post_start": start}


def _events(kind: str, arrays: Buffers, synapses: int, *, by_pre: bool, is_plain: bool) -> tuple[Counter, float]:
    """How a kernel's events are counted; where all synapses are run in each step, how many there are."""
    numbers = arrays["numbers"].tolist()
    if kind.startswith("deliver"):
        size, slots = numbers[:2]
        shortest, longest, room = numbers[2:5] if is_plain else (*numbers[3:5], size)
        ring, count, start = (arrays[key] for key in ("spike_ring", "spike_count", "row_start"))
        parts = arrays.get("delay" if is_plain else "part_start")
        return (Counting.DELIVERED, (ring, count, start, parts, size, slots, shortest, longest, room)), 1.0
    if kind in ("post", "catch_up"):
        needed = [arrays[key] for key in ("spike_ring", "spike_count", "post_start", "boundary")]
        return (Counting.RETURNED, (*needed, *numbers[:2])), 1.0
    if kind == "learn":
        rows = numbers[0] if by_pre else 1
        return (Counting.LEARNT, (arrays["learning"], int(by_pre), arrays["row_start"], rows)), 1.0
    return UNCOUNTED, float(synapses)


def _reads_ranks(owner: Any, arrays: Buffers) -> bool:
    """Whether a kernel looks at the targets of each row of a dense matrix."""
    return owner._is_event_based() and not any(key.startswith("trace:") for key in arrays)


def _bytes(owner: Any, arrays: Buffers, kinds: Iterable[str], synapses: int) -> list[int]:
    """Bytes of an entry of each array of some kinds, twice where it is written too; attributes only if all have one."""
    changing = {a.name for a in owner.model.variables}
    found = []
    for key, array in arrays.items():
        kind, _, name = key.partition(":")
        if kind not in kinds or (kind == "attribute" and array.size < synapses):
            continue
        if kind == "rank" and ("sum:first" in arrays or (owner._built.is_dense and not _reads_ranks(owner, arrays))):
            continue
        is_written = kind in WRITTEN or (kind in ("attribute", "semiglobal") and name in changing)
        found.append(array.itemsize * (2 if is_written else 1))
    return found
