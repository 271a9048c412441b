"""Which arrays a compiled kernel gets: the slots of its layout looked up in the objects it works for."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.codegen.layout import KernelLayout
from eqneuro.connectivity.matrix import SpikeRows, Targets, starts_of
from eqneuro.connectivity.memory import WIDEST_NARROW
from eqneuro.engine.buffers import padded
from eqneuro.network.between import array_of
from eqneuro.network.pairs import gaps_of, pairs_of
from eqneuro.network.store import GLOBAL_LENGTH

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection

Array = NDArray[Any]
LISTED, RUNS, DENSE_ROWS = range(3)
"""How the targets of rows stand, as templates/prelude.h.j2 has it."""


def population_buffers(population: Population, layout: KernelLayout) -> list[Array | None]:
    """The buffers of a kernel over the neurons of a population."""
    return [_of_population(population, layout, slot.key) for slot in layout.slots]


def _of_population(population: Population, layout: KernelLayout, key: str) -> Array | None:
    kind, _, name = key.partition(":")
    match kind:
        case "numbers":
            rings = [population._rings[variable].slots for variable in layout.rings]
            return np.array([population.size, padded(population.size), population._number, *rings], dtype=np.int64)
        case "attribute":
            return population._store.arrays[name]
        case "input":
            return population._input(name)
        case "t_last":
            return population._t_last
        case "inner":
            return population._inner_steps(name)
        case "refractory_until" | "refractory_rest":
            is_tick = kind == "refractory_until"
            return population._refractory_until if is_tick else population._moments.refractory_rest
        case "reduction":
            return population._reduction(name)
        case "constant":
            return constant_array(population._net, name)
        case "propagator" | "matrix" | "strength":
            return population._linear.array(key)
        case "ring":
            return population._rings[name].rows
        case "slopes":
            return population._slopes[name].rows
        case "past_start":
            return population._past_start
        case "sums":
            return population._sums[name].rows
        case "spiked" | "count" | "place":
            return population._outputs[name].lists()[("spiked", "count", "place").index(kind)]
        case "spiked_at":
            return population._outputs[name].spiked_at
        case "done" | "fired" | "arriving" | "arrivals" | "boundary":
            return population._moments.array(kind)
        case "verdict":
            return population._verdict
    raise KeyError(key)


def constant_array(network: Network, name: str) -> Array:
    """What kernels read of a constant."""
    for constant in network._constants:
        if constant.name == name:
            array: Array = constant.array
            return array
    raise KeyError(name)


def projection_buffers(
    projection: Projection, layout: KernelLayout, boundaries: NDArray[np.int64]
) -> list[Array | None]:
    """The buffers of a kernel over synapses; ``boundaries`` are the post-synaptic ranges of the threads."""
    is_sum = any(slot.key == "sum:first" for slot in layout.slots)
    if projection._is_event_based():
        fixed = _event_sum_buffers(projection, boundaries) if is_sum else _row_buffers(projection, boundaries)
    else:
        fixed = _continuous_buffers(projection) | (_continuous_sum_buffers(projection) if is_sum else {})
        fixed |= _run_buffers(projection) if any(slot.key == "run:first" for slot in layout.slots) else {}
    return [fixed[s.key] if s.key in fixed else _of_projection(projection, s.key) for s in layout.slots]


def _row_buffers(projection: Projection, boundaries: NDArray[np.int64]) -> dict[str, Array | None]:
    rows = projection._rows_for_spikes(boundaries)
    size = projection._pre_population.size
    if rows.late is not None:
        return _ahead_buffers(projection, rows)
    return _event_buffers(
        projection, rows, LISTED if not rows.are_runs() else DENSE_ROWS if rows.are_dense(size) else RUNS
    )


def _ahead_buffers(projection: Projection, rows: SpikeRows) -> dict[str, Array | None]:
    """Spikes are looked at in the step after they happened, as if all delays were of one step."""
    inputs = projection._inputs_ahead
    assert inputs is not None
    fixed = _event_buffers(projection, replace(rows, shortest=1, longest=1), LISTED)
    numbers = np.concatenate([fixed["numbers"], [inputs.slots, inputs.width]])
    return fixed | {"numbers": numbers, "late": rows.late, "ahead:inputs": inputs.rows, "ahead:until": inputs.until}


def _event_buffers(projection: Projection, rows: SpikeRows, form: int) -> dict[str, Array | None]:
    pre = projection._pre_population
    output = pre._outputs["spike"]
    numbers = [pre.size, output.slots, rows.shortest, rows.longest, output.width, rows.target.itemsize, form]
    return {
        "numbers": np.array(numbers, dtype=np.int64),
        "spike_at": output.ring_at,
        "spike_ring": output.ring,
        "spike_count": output.ring_count,
        "row_start": rows.start,
        "rank": rows.target,
        "input": projection._post_population._input_of_target(projection.target),
        "delay": rows.part_start,
    }


def _continuous_buffers(projection: Projection) -> dict[str, Array | None]:
    pre, built = projection._pre_population, projection._built
    slots = max((ring.slots for ring in pre._rings.values()), default=1)
    constant = projection._delay if isinstance(projection._delay, int) else 0
    filters = projection._filters()
    shape = [] if filters is None else [len(filters["offset"]), int(filters["filter_of"].max()) + 1]
    return {
        "numbers": np.array([padded(pre.size), slots, constant, *shape, GLOBAL_LENGTH], dtype=np.int64),
        "post_rank": built.post_ranks,
        "rings": None,
        "row_start": built.row_start,
        "rank": None if built.is_dense and filters is None else projection._narrow_pre_ranks(),
        "input": projection._post_population._input_of_target(projection.target),
        "delay": None if isinstance(projection._delay, int) else projection._delay,
    }


def _continuous_sum_buffers(projection: Projection) -> dict[str, Array | None]:
    """What all neurons get is one sum."""
    pairs = pairs_of(projection)
    assert pairs is not None
    narrow = projection._built.pre_size <= WIDEST_NARROW
    count = np.array([len(pairs.pre)], dtype=np.int64)
    return {"rank": pairs.pre.astype(np.uint16 if narrow else np.uint32), "sum:own": pairs.own, "sum:first": count}


def _run_buffers(projection: Projection) -> dict[str, Array | None]:
    """Rows hold neurons one after the other: no list of them is read."""
    pairs = pairs_of(projection)
    assert pairs is not None
    gap, low, high = gaps_of(pairs, projection._built.row_start)
    first = pairs.pre[:1].astype(np.int64)
    return {"rank": None, "run:gap": gap, "run:low": low, "run:high": high, "run:first": first}


def _event_sum_buffers(projection: Projection, boundaries: NDArray[np.int64]) -> dict[str, Array | None]:
    """One row holds all targets of a range; how long rows would be is what `net.profile()` counts by."""
    built, pairs, delay = projection._built, pairs_of(projection), projection._delay
    assert pairs is not None
    assert isinstance(delay, int)
    first = np.searchsorted(built.post_ranks, boundaries).astype(np.int64)
    is_source = np.zeros(built.pre_size, dtype=np.uint8)
    is_source[pairs.pre] = 1
    lengths = np.diff(first)[:, None] * is_source.astype(np.int64)
    for row, (begin, end) in enumerate(itertools.pairwise(first.tolist())):
        own = pairs.own[begin:end]
        lengths[row, pairs.pre[own[own >= 0]]] -= 1
    narrow = built.post_size <= WIDEST_NARROW
    targets: Targets = built.post_ranks.astype(np.uint16) if narrow else built.post_ranks
    rows = SpikeRows(starts_of(lengths.ravel()), targets, None, None, delay, delay)
    return _event_buffers(projection, rows, LISTED) | {"sum:source": is_source, "sum:first": first}


def _of_projection(projection: Projection, key: str) -> Array | None:
    kind, _, name = key.partition(":")
    match kind:
        case "attribute":
            if projection._is_event_based() and name in projection._varying():
                return projection._in_spike_order(name)
            return projection._values[name]
        case "semiglobal":
            return projection._by_post_rank(name)
        case "filter":
            filters = projection._filters()
            assert filters is not None
            return filters[name]
        case "shared_weights" | "place":
            shared = projection._shared_weights()
            assert shared is not None
            return shared[kind == "place"]
        case "pre":
            return projection._pre_population._recordable(projection._source_of(name))
        case "post":
            return projection._post_population._recordable(name)
        case "ring":
            return projection._pre_population._rings[projection._source_of(name)].rows
        case "constant":
            return constant_array(projection._net, name)
        case "reduction":
            return reduction_of(projection, name)
        case "early" | "slopes" | "past_start" | "between":
            return array_of(projection, key)
    raise KeyError(key)


def reduction_of(projection: Projection, name: str) -> Array:
    """What kernels read of an operation over a population: ``mean(pre.r)``."""
    operation, _, inside = name[:-1].partition("(")
    owner, _, variable = inside.partition(".")
    population = projection._pre_population if owner == "pre" else projection._post_population
    found: Array = population._reduction(f"{operation}({variable})")
    return found
