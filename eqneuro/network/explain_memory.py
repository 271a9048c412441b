"""Which arrays the objects of a network hold, and how many bytes each has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eqneuro.network.output import SpikeOutput
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection
    from eqneuro.recording.monitor import Monitor


@dataclass(frozen=True)
class ArrayNote:
    """One array, or a few that belong together: its name, what kind of thing it is, and its bytes."""

    name: str
    kind: str
    bytes: int


def population_arrays(population: Population) -> tuple[ArrayNote, ...]:
    """The arrays of a population."""
    return _complete(list(_population_arrays(population)), population._nbytes())


def projection_arrays(projection: Projection) -> tuple[ArrayNote, ...]:
    """The arrays of a projection."""
    return _complete(list(_projection_arrays(projection)), projection._nbytes())


def monitor_arrays(monitor: Monitor) -> tuple[ArrayNote, ...]:
    """What a monitor has recorded, and the room it has for more."""
    return tuple(ArrayNote(name, "recording", recorder.nbytes) for name, recorder in monitor._recorders.items())


def _complete(known: list[ArrayNote], total: int) -> tuple[ArrayNote, ...]:
    """With what special kinds of objects hold beside the usual arrays."""
    rest = total - sum(note.bytes for note in known)
    return (*known, ArrayNote("others", "others", rest)) if rest > 0 else tuple(known)


def _population_arrays(population: Population) -> Iterator[ArrayNote]:
    store = population._store
    for name, array in store.arrays.items():
        yield ArrayNote(name, "parameters" if store.attributes[name].is_parameter else "state", array.nbytes)
    for name, array in population._inputs.items():
        yield ArrayNote(name, "inputs", array.nbytes)
    for name, ring in population._rings.items():
        yield ArrayNote(f"past of {name}", "past values", ring.rows.nbytes)
    for name, ring in population._slopes.items():
        yield ArrayNote(f"past slope of {name}", "past values", ring.rows.nbytes)
    for name, ring in population._sums.items():
        yield ArrayNote(f"past of {name}", "past values", ring.rows.nbytes)
    for name, array in population._inner.items():
        yield ArrayNote(f"internal steps of {name}", "state", array.nbytes)
    for event, output in population._outputs.items():
        yield from _spike_arrays(event, output)
    yield ArrayNote("time of the last spike", "spikes", population._t_last.nbytes)
    yield ArrayNote("end of refractoriness", "spikes", population._refractory_until.nbytes)
    yield ArrayNote("moments within the step", "spikes", population._moments.nbytes)
    for name, array in population._reductions.items():
        yield ArrayNote(name, "global operations", array.nbytes)
    for name, decoder in population._decoders.items():
        yield ArrayNote(f"rate of {name}", "rates", decoder.nbytes)


def _spike_arrays(event: str, output: SpikeOutput) -> Iterator[ArrayNote]:
    yield ArrayNote(f"{event}s of this step", "spikes", output.spiked.nbytes + output.count.nbytes)
    yield ArrayNote(f"{event}s under way", "spikes", output.ring.nbytes + output.ring_count.nbytes)
    if output.spiked_at is not None and output.ring_at is not None:
        yield ArrayNote(f"moments of {event}s", "spikes", output.spiked_at.nbytes + output.ring_at.nbytes)


def _projection_arrays(projection: Projection) -> Iterator[ArrayNote]:
    if not projection._has_own_synapses:
        return  # what it holds is of its kind: "others"
    built, rows, plastic = projection._built, projection._spike_rows, projection._plastic
    sources = built.nbytes - built.post_ranks.nbytes - built.row_start.nbytes  # ranks, or the bits they were drawn as
    yield ArrayNote("pre-synaptic ranks", "indices", sources)
    yield ArrayNote("post-synaptic ranks", "indices", built.post_ranks.nbytes)
    yield ArrayNote("beginnings of dendrites", "indices", built.row_start.nbytes)
    if rows is not None:
        for name, array in (
            ("targets of spikes", rows.target),
            ("beginnings of rows", rows.start),
            ("places of synapses", rows.position),
            ("parts of rows by delay", rows.part_start),
            ("delays in rows", rows.late),
        ):
            if array is not None:
                yield ArrayNote(name, "indices", array.nbytes)
    if plastic._slots is not None:
        yield ArrayNote("index by post-synaptic neuron", "post index", plastic._slots.nbytes)
    for name, values in projection._held.items():
        orders = (values, projection._ordered.get(name), projection._spread.get(name))
        kind = "weights" if name == "w" else "synaptic values"
        yield ArrayNote(name, kind, _bytes(orders))
    if projection._delays.nbytes:
        yield ArrayNote("delays", "delays", projection._delays.nbytes)
    updates = _bytes((plastic._updated, plastic._updated_rows))
    if updates:
        yield ArrayNote("times of the last update", "synaptic values", updates)
    if plastic.traces is not None:
        yield ArrayNote("traces kept with neurons", "synaptic values", plastic.traces.nbytes)


def _bytes(arrays: tuple[Any, ...]) -> int:
    """Of the different arrays among some, which may be missing."""
    return sum(array.nbytes for array in {id(a): a for a in arrays if a is not None}.values())
