"""Populations in files: their attributes and everything under way, counted back from the moment of saving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.codegen.layout import KEPT_SUMS
from eqneuro.engine.buffers import Ring, padded
from eqneuro.language.syntax import Name
from eqneuro.network.checkpoint_format import Arrays, Part, encoded
from eqneuro.network.checkpoint_models import (
    check_attributes,
    check_equations,
    describe_attributes,
    describe_equations,
)
from eqneuro.network.configuration import TICK
from eqneuro.network.output import SpikeOutput
from eqneuro.network.refractory import TIME

if TYPE_CHECKING:
    from eqneuro.network.population import Population

Restore = Callable[[int], None]
"""Writes what was checked; is told by how many steps the present time is later than that of the file."""


# -- saving -----------------------------------------------------------------------------------------------------------


def describe_population(population: Population) -> tuple[dict[str, Any], Arrays]:
    """The header and the arrays of a population."""
    store, tick, size = population._store, int(population._net._clock[TICK]), population.size
    if not store.saved:
        population._initialise()  # what follows from constants and parameters that were set meanwhile
    arrays: Arrays = {"t_last": population._t_last[:size]}
    arrays["refractory_left"] = np.maximum(population._refractory_until[:size].astype(np.int64) - tick, 0)
    if population._is_timed:
        is_over = population._refractory_until[:size] < tick
        arrays["refractory_rest"] = np.where(is_over, 0.0, population._moments.refractory_rest[:size])
    for name, array in store.arrays.items():
        arrays[f"attributes/{encoded(name)}"] = array[:size] if name in store.local else array[0]
    for name, array in population._inputs.items():
        arrays[f"inputs/{encoded(name)}"] = array[:size]
    for name, array in population._inner.items():
        arrays[f"inner/{encoded(name)}"] = array[:size]
    for name, array in population._reductions.items():
        arrays[f"reductions/{encoded(name)}"] = array[0]
    for name, output in population._outputs.items():
        counts, ranks = _spikes(output, tick)
        arrays |= {f"spikes/{name}/count": counts, f"spikes/{name}/rank": ranks}
        if output.ring_at is not None:
            arrays[f"spikes/{name}/moment"] = _under_way(output, output.ring_at, tick)
    for name, ring in population._rings.items() if population._is_past_known else ():
        rows = (tick - 1 - np.arange(ring.slots)) % ring.slots
        arrays[f"past/{encoded(name)}"] = ring.rows[rows, : size if population._is_local(name) else 1]
    for name, ring in population._slopes.items() if population._is_past_known else ():
        arrays[f"slopes/{encoded(name)}"] = ring.rows[(tick - 1 - np.arange(ring.slots)) % ring.slots, :size]
    for name, ring in population._sums.items() if population._is_past_known else ():
        arrays[f"sums/{encoded(name)}"] = ring.rows[(tick - 1 - np.arange(ring.slots)) % ring.slots, :size]
    if population._is_past_known:
        arrays["past_steps"] = np.asarray(tick - population._past_start[0])
    if population._rate is not None:
        arrays |= {"rate": population._rate[:size], "rate_inside": population._inside[:size]}
    for name, decoder in population._decoders.items():
        arrays |= {f"decoders/{encoded(name)}": np.stack([decoder.rate[:size], decoder.inside[:size]])}
    arrays |= {f"more/{name}": array for name, array in population._more_state().items()}
    return _header(population), arrays


def _header(population: Population) -> dict[str, Any]:
    refractory = population._refractory
    return {
        "name": population.name,
        "kind": type(population).__name__,
        "geometry": list(population.geometry),
        "attributes": describe_attributes(population.model.attributes),
        "equations": describe_equations(population.model),
        "refractory": refractory.id if isinstance(refractory, Name) else None,
        "one_value_each": list(population._varying),
        "window": population._window,
        "window_counted": population._counted,
        "enabled": population.enabled,
    }


def _spikes(output: SpikeOutput, tick: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """How many neurons spiked one step ago, two …; and who."""
    rows = (tick - 1 - np.arange(output.slots)) % output.slots
    return output.ring_count[rows].copy(), _under_way(output, output.ring, tick)


def _under_way(output: SpikeOutput, ring: NDArray[Any], tick: int) -> NDArray[Any]:
    """What a ring holds of the spikes one step ago, two …"""
    rows = (tick - 1 - np.arange(output.slots)) % output.slots
    return np.concatenate([ring[row, : output.ring_count[row]] for row in rows])


# -- loading ----------------------------------------------------------------------------------------------------------


def plan_population(population: Population, part: Part, *, strict: bool) -> Restore:
    """Checks that a part of a file fits a population, of the same equations where ``strict``; gives what writes it.

    Raises
    ------
    ValueError
        If anything does not fit; nothing has been changed then.
    """
    owner = f"population {population.name!r}"
    for projection in population._net._projections:
        if projection._connectivity is not None:
            projection._check_connected()  # rates that it decodes are counted from now on
    if part.header["geometry"] != list(population.geometry):
        part.refuse(f"{owner} has the geometry {population.geometry}, in the file {tuple(part.header['geometry'])}")
    check_attributes(part, owner, population.model.attributes)
    if strict:
        check_equations(part, owner, population.model)
    _check_values(population, part, owner)
    _check_spikes(population, part)
    _check_names(population, part, owner)
    is_same_kind = part.header["kind"] == type(population).__name__
    if strict and not is_same_kind:
        part.refuse(f"{owner} is a {type(population).__name__}, in the file a {part.header['kind']}")
    more = {name: part.arrays[key] for name, key in part.below("more").items()}
    take = population._plan_more(replace(part, arrays=more)) if is_same_kind else None
    return lambda shift: _restore(population, part, shift, take)


def _check_values(population: Population, part: Part, owner: str) -> None:
    size, real = population.size, np.dtype(population._net._real)
    known = {a.name: a for a in population.model.attributes}
    for name, key in part.below("attributes").items():
        if name not in known and name != "refractory":
            part.refuse(f"{owner} has no attribute {name!r}")
        attribute = known.get(name, TIME)
        kind = {"float": "f", "int": "i", "bool": "b"}[attribute.type]
        shapes = [(size,)] if attribute.locality != "global" else [(), (size,)] if attribute.is_parameter else [()]
        found = part.array(key, kind, *shapes)
        if kind == "f" and found.dtype != real:
            part.refuse(f"{name!r} of {owner} holds {found.dtype} numbers")
    for name in known:
        part.array(f"attributes/{encoded(name)}", "fib", (), (size,))
    source = part.header["refractory"]
    if source is not None and f"attributes/{encoded(source)}" not in part.arrays:
        part.refuse(f"{owner} has no attribute {source!r}, which gives the refractory time in the file")
    part.array("t_last", "f", (size,))
    part.array("refractory_left", "i", (size,))
    if population._is_timed:
        part.array("refractory_rest", "f", (size,))
    if part.header["window"] is not None or "rate" in part.arrays:
        part.array("rate", "f", (size,))
        part.array("rate_inside", "f", (size,))


def _check_spikes(population: Population, part: Part) -> None:
    for name, output in population._outputs.items():
        counts = part.array(f"spikes/{name}/count", "i", (None,))
        ranks = part.array(f"spikes/{name}/rank", "u", (None,))
        is_timed = f"spikes/{name}/moment" in part.arrays
        if is_timed != (output.ring_at is not None):
            there, here = ("interpolated", "on the grid") if is_timed else ("on the grid", "interpolated")
            part.refuse(f"spike times of population {population.name!r} are {there} in it, and {here} in this network")
        if is_timed:
            part.array(f"spikes/{name}/moment", "f", (len(ranks),))
        most = len(ranks) if is_timed else population.size
        if (counts < 0).any() or (counts > most).any() or counts.sum() != len(ranks):
            part.refuse(f"spikes of population {population.name!r} are not counted right in it")
        if (ranks >= population.size).any():
            part.refuse(f"population {population.name!r} has no neuron {int(ranks.max())}, which spiked in the file")


def _check_names(population: Population, part: Part, owner: str) -> None:
    """Inputs and the past are those of names that the population has."""
    for name, key in part.below("inputs").items():
        part.array(key, "f", (population.size,))
        if name in population._store.attributes or not _is_readable(population, name):
            part.refuse(f"{owner} has no input {name!r}")
    for name, key in part.below("inner").items():
        part.array(key, "f", (population.size,))
        if name not in population.variables:
            part.refuse(f"{owner} has no variable {name!r}, whose internal steps are in the file")
    for name, key in part.below("past").items():
        found = part.array(key, "fib", (None, population.size), (None, 1))
        if not _is_readable(population, name):
            part.refuse(f"{owner} has no {name!r}, whose past is in the file")
        if len(found) == 0:
            part.refuse(f"the past of {name!r} is empty in it")
    for name, key in part.below("slopes").items():
        part.array(key, "f", (None, population.size))
        if f"past/{encoded(name)}" not in part.arrays:
            part.refuse(f"the slopes of {name!r} of {owner} are in it, but not its past")
    for name, key in part.below("sums").items():
        part.array(key, "f", (KEPT_SUMS, population.size))
        if name in population._store.attributes or not _is_readable(population, name):
            part.refuse(f"{owner} has no input {name!r}")
    if "past_steps" in part.arrays:
        part.array("past_steps", "i", ())
    for key in part.below("reductions").values():
        part.array(key, "f", ())
    for name, key in part.below("decoders").items():
        part.array(key, "f", (2, population.size))
        if name not in population._decoders:
            part.refuse(f"nothing decodes {name!r} of {owner}, as in the file")


def _is_readable(population: Population, name: str) -> bool:
    try:
        population._recordable(name)
    except ValueError:
        return False
    return True


def _restore(population: Population, part: Part, shift: int, take: Restore | None) -> None:
    """Writes everything; nothing here may fail."""
    net = population._net
    tick = int(net._clock[TICK])
    population._keep_initial()
    _put_attributes(population, part)
    _fill(population._t_last, part.arrays["t_last"] + shift * net.dt if shift else part.arrays["t_last"])
    _fill(population._refractory_until, part.arrays["refractory_left"] + tick)
    if "refractory_rest" in part.arrays:
        _fill(population._moments.refractory_rest, part.arrays["refractory_rest"])
    for array in (*population._inputs.values(), *population._reductions.values(), *population._inner.values()):
        array[:] = 0
    for name, key in part.below("inputs").items():
        _fill(population._input(name), part.arrays[key])
    for name, key in part.below("inner").items():
        _fill(population._inner_steps(name), part.arrays[key])
    for name, key in part.below("reductions").items():
        population._reduction(name)[:] = part.arrays[key]
    for name, output in population._outputs.items():
        counts, ranks = part.arrays[f"spikes/{name}/count"], part.arrays[f"spikes/{name}/rank"]
        _put_spikes(output, counts, ranks, part.arrays.get(f"spikes/{name}/moment"), tick)
    _put_past(population, part, tick)
    population._window, population._counted = part.header["window"], part.header["window_counted"]
    if "rate" in part.arrays:
        population._rates()[: population.size] = part.arrays["rate"]
        population._inside[: population.size] = part.arrays["rate_inside"]
    for name, decoder in population._decoders.items():
        found = part.arrays.get(f"decoders/{encoded(name)}")
        decoder.clear()
        decoder._is_known = found is not None
        if found is not None:
            decoder.rate[: population.size], decoder.inside[: population.size] = found
    population._enabled = part.header["enabled"]
    if take is not None:
        take(shift)
    net._note_change(structural=True)


def _fill(array: NDArray[Any], values: NDArray[Any]) -> None:
    """Values of all neurons; what pads the array does as the last neuron."""
    array[: len(values)] = values
    array[len(values) :] = values[-1]


def _put_attributes(population: Population, part: Part) -> None:
    store = population._store
    values = {name: part.arrays[key] for name, key in part.below("attributes").items()}
    if "refractory" in values and "refractory" not in store.attributes:
        store.add(replace(TIME))
        population._has_own_refractory = True
    for name, value in values.items():
        if value.ndim and name not in store.local:
            store._split(name)
        if value.ndim:
            _fill(store.arrays[name], value)
        else:
            store.arrays[name][:] = value
        store.touched.add(name)
    source = part.header["refractory"]
    population._follow(population.model.refractory if source is None else Name(source))
    population._varying = tuple(name for name in part.header["one_value_each"] if name in store.local)


def _put_spikes(
    output: SpikeOutput,
    counts: NDArray[np.int64],
    ranks: NDArray[np.uint32],
    moments: NDArray[np.float64] | None,
    tick: int,
) -> None:
    output.grow(len(counts), tick)
    output.widen(-(-int(counts.max(initial=0)) // output.size), tick)
    output.clear()
    ends = np.cumsum(counts)
    for age, (count, end) in enumerate(zip(counts, ends, strict=True), start=1):
        row = (tick - age) % output.slots
        output.ring[row, :count] = ranks[end - count : end]
        if output.ring_at is not None and moments is not None:
            output.ring_at[row, :count] = moments[end - count : end]
        output.ring_count[row] = count


def _put_past(population: Population, part: Part, tick: int) -> None:
    found = {name: part.arrays[key] for name, key in part.below("past").items()}
    slots = max([*(len(rows) for rows in found.values()), *(ring.slots for ring in population._rings.values()), 1])
    population._rings = {}
    population._is_past_known = "past_steps" in part.arrays or bool(found)
    for name, rows in found.items():
        array = population._recordable(name)
        ring = population._rings[name] = Ring(len(array), array.dtype, slots)
        width = rows.shape[1] if population._is_local(name) else 1
        for age in range(1, ring.slots + 1):  # older than what was kept: the oldest that is known
            _fill(ring.rows[(tick - age) % ring.slots], rows[min(age, len(rows)) - 1, :width])
    population._sums = {}
    for name, key in part.below("sums").items():
        ring = population._sums[name] = Ring(padded(population.size), population._net._real, KEPT_SUMS)
        for age, row in enumerate(part.arrays[key], start=1):
            _fill(ring.rows[(tick - age) % ring.slots], row)
    population._sums_start[0] = -1  # known already
    population._past_start[0] = tick - int(part.arrays.get("past_steps", slots))
    population._slopes = {}
    for name, key in part.below("slopes").items():
        rows, values = part.arrays[key], population._rings[name]
        ring = population._slopes[name] = Ring(values.length, values.rows.dtype, slots)
        for age, row in enumerate(rows[: ring.slots], start=1):
            _fill(ring.rows[(tick - age) % ring.slots], row)
