"""Delays of rates that end between grid points: what is read there, and of which variables the slopes are kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.codegen.layout import KernelLayout
from eqneuro.engine.buffers import allocate
from eqneuro.model.models import OdeEquation

if TYPE_CHECKING:
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection

Array = NDArray[Any]

PHASES = {"between": False, "later": True}
"""Kinds of slots that hold what lies between two rows; whether it is read after the update of the neurons."""
Key = tuple[str, int, float, bool]
"""A variable, a delay in steps, how much of a step shorter it is, and whether it is read after the update."""


def names_read(projection: Projection) -> tuple[str, ...]:
    """The variables of pre-synaptic neurons that synapses read, as these call them."""
    names = [free.name for free in projection.model.pre_attributes]
    if projection.model.psp is None:
        names.append("r")
    return tuple(dict.fromkeys(projection._source_of(name) for name in names))


def smooth_of(population: Population) -> tuple[str, ...]:
    """Variables that some projection reads between grid points on a curve, if their method has slopes.

    What neurons with spikes hold is read on straight lines: it jumps, and it is held over the step.
    """
    if population.model.is_spiking:
        return ()
    local = {a.name for a in population.model.attributes if a.locality == "local"}
    steady = {e.variable for e in population.model.equations if isinstance(e, OdeEquation)} & local
    leaving = [p for p in population._net._projections if p._pre_population is population]
    read = {name for p in leaving if p._connectivity is not None and p._delays.are_between for name in names_read(p)}
    return tuple(sorted(read & steady))


def key_of(projection: Projection, slot: str) -> Key:
    """What stands in a slot."""
    kind, _, name = slot.partition(":")
    steps, early = projection._delays.steps, projection._delays.early
    assert isinstance(steps, int)
    assert isinstance(early, float)
    return projection._source_of(name), steps, early, PHASES[kind]


def make_rows(population: Population, leaving: Iterable[tuple[Projection, KernelLayout]]) -> None:
    """Arrays of what projections with one delay each read between the rows of histories."""
    slots = [(projection, slot.key) for projection, layout in leaving for slot in layout.slots]
    wanted = {key_of(p, key) for p, key in slots if key.partition(":")[0] in PHASES}
    kept, population._between = population._between, {}
    for key in sorted(wanted):
        ring = population._rings[key[0]]
        fits = key in kept and len(kept[key]) == ring.length
        population._between[key] = kept[key] if fits else allocate(ring.length, ring.rows.dtype)


def array_of(projection: Projection, slot: str) -> Array | None:
    """What a kernel over synapses gets in one of the slots that tell of values between grid points."""
    kind, _, name = slot.partition(":")
    population = projection._pre_population
    match kind:
        case "early":
            return np.atleast_1d(np.asarray(projection._delays.early, dtype=float))
        case "past_start":
            return population._past_start
        case "slopes":
            ring = population._slopes.get(projection._source_of(name))
            return None if ring is None else ring.rows
    return population._between[key_of(projection, slot)]


def buffers_of(population: Population, key: Key) -> list[Array | None]:
    """The buffers of the kernel that reads between two rows."""
    name, steps, early, after_update = key
    ring, slopes = population._rings[name], population._slopes.get(name)
    is_real = ring.rows.dtype.kind == "f"
    numbers = [ring.rows.itemsize, ring.length, ring.slots, steps, after_update, is_real]
    return [
        np.array(numbers, dtype=np.int64), np.array([early]), ring.rows, None if slopes is None else slopes.rows,
        population._recordable(name), population._past_start, population._between[key],
    ]  # fmt: skip
