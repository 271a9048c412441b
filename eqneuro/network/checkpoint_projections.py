"""Projections in files: which neurons are connected, what the synapses hold, and how they learn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from eqneuro.connectivity.matrix import Connectivity
from eqneuro.model.traces import Side
from eqneuro.network.checkpoint_format import Arrays, Part, encoded
from eqneuro.network.checkpoint_models import (
    check_attributes,
    check_equations,
    describe_attributes,
    describe_equations,
)
from eqneuro.network.checkpoint_populations import Restore
from eqneuro.network.configuration import TICK
from eqneuro.network.delays import LONGEST, Delays
from eqneuro.network.store import dtype_of
from eqneuro.network.structural import Schedule
from eqneuro.network.traces import take

if TYPE_CHECKING:
    from eqneuro.network.projection import Projection
    from eqneuro.network.traces import Traces

KINDS = {"float": "f", "int": "i", "bool": "b"}
STRUCTURAL = ("pruning", "creating")
UPDATED = ("updated", "updated_rows")
SIDES: tuple[Side, Side] = ("pre", "post")


# -- saving -----------------------------------------------------------------------------------------------------------


def describe_projection(projection: Projection) -> tuple[dict[str, Any], Arrays]:
    """The header and the arrays of a projection; synapses stand in the user's order.

    Raises
    ------
    RuntimeError
        If no connector was called.
    """
    projection._check_connected()
    tick = int(projection._net._clock[TICK])
    arrays = _describe_synapses(projection, tick) if projection._has_own_synapses else {}
    arrays |= {f"more/{name}": array for name, array in projection._more_state().items()}
    return _header(projection, projection._plastic.since - tick), arrays


def _describe_synapses(projection: Projection, tick: int) -> Arrays:
    built, plastic, rows = projection._built, projection._plastic, projection._spike_rows
    arrays: Arrays = {"post_ranks": built.post_ranks, "row_start": built.row_start, "pre_ranks": built.pre_ranks}
    arrays |= {f"attributes/{encoded(name)}": values for name, values in projection._values.items()}
    arrays |= describe_delays(projection._delays)[1]
    if plastic.traces is not None or plastic._updated is not None:
        arrays["updated"] = plastic.in_own_order(None if rows is None else rows.position).astype(np.int64) - tick
    if plastic._updated_rows is not None:
        arrays["updated_rows"] = plastic._updated_rows.astype(np.int64) - tick
    if plastic.traces is not None:
        arrays |= _describe_traces(plastic.traces, tick)
    arrays["updated_all"] = plastic.updated_all.astype(np.int64) - tick
    return arrays


def _describe_traces(traces: Traces, tick: int) -> Arrays:
    """What is kept with neurons: from the values of synapses alone a network would go on with other rounding."""
    arrays = {f"traces/{encoded(name)}": traces.held(name) for name in traces.sides}
    events = {side: traces.times(side).astype(np.int64) - tick for side in traces.updated}
    return arrays | {f"events/{side}": times for side, times in events.items()}


def describe_delays(delays: Delays) -> tuple[dict[str, Any], Arrays]:
    """Entries of the header, None where there is one for each synapse, which is then among the arrays."""
    both: dict[str, Any] = {"delay": delays.steps, "early": delays.early}
    arrays = {name: x for name, x in both.items() if not isinstance(x, int | float)}
    if "delay" in arrays:
        arrays["delay"] = arrays["delay"].astype(np.uint32)
    return {name: None if name in arrays else x for name, x in both.items()}, arrays


def _header(projection: Projection, since: int) -> dict[str, Any]:
    return {
        "name": projection.name,
        "kind": type(projection).__name__,
        "pre": projection._pre_population.name,
        "post": projection._post_population.name,
        "target": projection.target,
        "sizes": [projection._built.pre_size, projection._built.post_size],
        "synapses": projection.nb_synapses,
        "attributes": describe_attributes(projection.model.attributes),
        "equations": describe_equations(projection.model),
        "one_value_for_all": sorted(projection._shared),
        **({} if projection._plastic.traces is None else {"traces": projection._plastic.traces.sides}),
        **describe_delays(projection._delays)[0],
        "learning": [int(x) for x in projection._plastic.learning],
        "since": since,
        "pruning": _times(projection._pruning),
        "creating": _times(projection._creating),
    }


def _times(schedule: Schedule | None) -> list[int] | None:
    return None if schedule is None else [schedule.period, schedule.start]


# -- loading ----------------------------------------------------------------------------------------------------------


def plan_projection(projection: Projection, part: Part, *, strict: bool) -> Restore:
    """Checks that a part of a file fits a projection, of the same ends and equations where ``strict``; gives what
    writes it. Synapses become those of the file, whichever there were.

    Raises
    ------
    ValueError
        If anything does not fit; nothing has been changed then.
    """
    owner = f"projection {projection.name!r}"
    pre, post, header = projection._pre_population, projection._post_population, part.header
    if header["sizes"] != [pre.size, post.size]:
        here = f"{pre.size} pre- and {post.size} post-synaptic neurons"
        part.refuse(f"{owner} stands between {here}, in the file {header['sizes'][0]} and {header['sizes'][1]}")
    if strict and [header["pre"], header["post"], header["target"]] != [pre.name, post.name, projection.target]:
        there = f"from {header['pre']!r} to {header['post']!r}, target {header['target']!r}"
        part.refuse(f"{owner} leads in the file {there}")
    check_attributes(part, owner, projection.model.attributes)
    if strict:
        check_equations(part, owner, projection.model)
    is_same_kind = header["kind"] == type(projection).__name__
    if not is_same_kind:
        part.refuse(f"{owner} is a {type(projection).__name__}, in the file a {header['kind']}")
    connectivity = projection._connectivity
    if projection._has_own_synapses:
        connectivity = _connectivity(projection, part, owner)
        _check_values(projection, part, owner, connectivity)
    elif connectivity is None or connectivity.synapses != header["synapses"]:
        part.refuse(f"{owner} has {header['synapses']} synapses in the file, which its connector has to make")
    more = {name: part.arrays[key] for name, key in part.below("more").items()}
    take = projection._plan_more(replace(part, arrays=more))

    def restore(shift: int) -> None:
        learns, period, start = header["learning"]
        projection._plastic.learning[:] = (learns, period, start + shift)
        projection._plastic.since = header["since"] + int(projection._net._clock[TICK])
        if projection._has_own_synapses:
            _restore(projection, part, connectivity, shift)
        take(shift)
        projection._net._note_change(structural=True)

    return restore


def _connectivity(projection: Projection, part: Part, owner: str) -> Connectivity:
    """The connectivity of the file; the present one where it is the same."""
    pre_size, post_size = part.header["sizes"]
    post, pre = part.array("post_ranks", "u", (None,)), part.array("pre_ranks", "u", (None,))
    start = part.array("row_start", "i", (len(post) + 1,))
    if start[0] != 0 or start[-1] != len(pre) or (np.diff(start) < 0).any():
        part.refuse(f"the rows of {owner} are not in order in it")
    inside = np.ones(len(pre), dtype=np.bool_)
    inside[start[start < len(pre)]] = False  # the first synapse of a row follows none
    if (np.diff(post.astype(np.int64)) <= 0).any() or (np.diff(pre.astype(np.int64))[inside[1:]] <= 0).any():
        part.refuse(f"the ranks of {owner} are not in order in it")
    if (post >= post_size).any() or (pre >= pre_size).any():
        part.refuse(f"{owner} has synapses in it with neurons that there are not")
    present = projection._connectivity
    given = Connectivity(post.astype(np.uint32), start.astype(np.int64), pre.astype(np.uint32), pre_size, post_size)
    return present if present is not None and _are_equal(present, given) else given


def _are_equal(one: Connectivity, other: Connectivity) -> bool:
    return (
        np.array_equal(one.post_ranks, other.post_ranks)
        and np.array_equal(one.row_start, other.row_start)
        and np.array_equal(one.pre_ranks, other.pre_ranks)
    )


def _check_values(projection: Projection, part: Part, owner: str, found: Connectivity) -> None:
    counts = {"local": found.synapses, "semiglobal": len(found.post_ranks), "global": 1}
    shared = part.header["one_value_for_all"]
    for attribute in projection.model.attributes:
        name = attribute.name
        is_single = name in shared and attribute.locality == "local" and attribute.is_parameter
        is_present = found is projection._connectivity
        count = 1 if is_single else projection._count(attribute) if is_present else counts[attribute.locality]
        values = part.array(f"attributes/{encoded(name)}", KINDS[attribute.type], (count,))
        if values.dtype != dtype_of(attribute.type, projection._net._real):
            part.refuse(f"{name!r} of {owner} holds {values.dtype} numbers")
    if part.header["delay"] is None:
        delays = part.array("delay", "u", (found.synapses,))
        if (delays < 1).any() or (delays > LONGEST).any():
            part.refuse(f"a delay of {owner} is no number of steps in it")
    elif not 1 <= part.header["delay"] <= LONGEST:
        part.refuse(f"the delay of {owner} is no number of steps in it")
    if part.header["early"] is None:
        early = part.array("early", "f", (found.synapses,))
        if not ((early >= 0.0) & (early < 1.0)).all():
            part.refuse(f"a delay of {owner} has no part of a step in it")
    elif not 0.0 <= part.header["early"] < 1.0:
        part.refuse(f"the delay of {owner} has no part of a step in it")
    periods = [part.header["learning"][1], *(times[0] for name in STRUCTURAL if (times := part.header[name]))]
    if min(periods) < 1:
        part.refuse(f"a period of {owner} is no number of steps in it")
    for key, length in (("updated", found.synapses), ("updated_rows", found.post_size), ("updated_all", 1)):
        if key in part.arrays or key == "updated_all":
            part.array(key, "i", (length,))
    _check_traces(projection, part, owner)


def _check_traces(projection: Projection, part: Part, owner: str) -> None:
    """Files of versions that kept traces with synapses have none."""
    sizes = dict(zip(SIDES, part.header["sizes"], strict=True))
    for name, side in part.header.get("traces", {}).items():
        if side not in sizes:
            part.refuse(f"a trace of {owner} belongs to no neurons in it")
        values = part.array(f"traces/{encoded(name)}", "f", (sizes[side],))
        if values.dtype != projection._net._real:
            part.refuse(f"the trace {name!r} of {owner} holds {values.dtype} numbers")
    for side in SIDES if part.header.get("traces") else ():
        part.array(f"events/{side}", "i", (sizes[side],))


def _restore(projection: Projection, part: Part, found: Connectivity | None, shift: int) -> None:
    """Writes everything; nothing here may fail."""
    net, header, plastic = projection._net, part.header, projection._plastic
    tick, is_new = int(net._clock[TICK]), found is not projection._connectivity
    plastic.traces = None
    if projection._connectivity is not None:
        projection._keep_initial()
        projection._leave_rows()
        if is_new:
            projection._keep_original()
    projection._connectivity = found
    for attribute in projection.model.attributes:
        values, held = part.arrays[f"attributes/{encoded(attribute.name)}"], projection._held
        current = held.get(attribute.name)
        if current is not None and current.shape == values.shape and not is_new:
            current[:] = values
        else:
            held[attribute.name] = values.copy()
    projection._shared = set(header["one_value_for_all"])
    projection._ordered, projection._spread, projection._is_ahead = {}, {}, False
    delays = Delays(
        part.arrays["delay"].astype(np.uint32) if header["delay"] is None else header["delay"],
        part.arrays["early"].astype(float) if header["early"] is None else header["early"],
    )
    projection._delays = delays.narrowed() if projection._is_event_based() else delays
    updated, rows = ((part.arrays[k] + tick).astype(np.int32) if k in part.arrays else None for k in UPDATED)
    plastic.replace(updated)
    plastic._updated_rows = rows
    plastic.updated_all[:] = part.arrays["updated_all"] + tick
    if header.get("traces"):
        traces = {name: part.arrays[f"traces/{encoded(name)}"] for name in header["traces"]}
        take(projection, header["traces"], traces, {side: part.arrays[f"events/{side}"] + tick for side in SIDES})
    for name in STRUCTURAL:
        times = header[name]
        setattr(projection, f"_{name}", None if times is None else Schedule(times[0], times[1] + shift))
    if is_new and projection._is_kept:  # what else was kept for `reset` belongs to other synapses
        projection._saved, projection._saved_delays = {}, None
        projection._keep_initial()
