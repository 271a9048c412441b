"""The program of one step, in the order that docs/language.md gives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.codegen.layout import KernelLayout
from eqneuro.engine.buffers import allocate, padded
from eqneuro.engine.program import Program
from eqneuro.network.access import neuron_access, synapse_access
from eqneuro.network.ahead import Ahead
from eqneuro.network.between import buffers_of, make_rows
from eqneuro.network.binding import population_buffers, projection_buffers
from eqneuro.network.listing import choose_lists, see_who_reads_times
from eqneuro.network.output import SpikeOutput
from eqneuro.network.plastic import is_serial, synapse_buffers
from eqneuro.network.ranges import Ranges
from eqneuro.network.requests import KernelSet
from eqneuro.network.room import make_room
from eqneuro.network.under_way import warn_of_spikes_under_way
from eqneuro.recording.recorders import RowRecorder, SpikeRecorder

if TYPE_CHECKING:
    from eqneuro.compiler import CompiledNetwork
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection

TRANSMITTING = ("catch_up", "deliver", "deliver_axon", "transmit")
SYNAPTIC = ("projection", *TRANSMITTING, "global", "row", "learn", "post")
"""Kernels of a projection."""
REDUCTIONS = {"mean": 0, "min": 1, "max": 2, "norm1": 3, "norm2": 4}
Arriving = tuple[tuple[int, int], tuple[SpikeOutput, int], tuple[list[Any], str]]
"""Spikes that a projection delivers within steps: its kernel and the place of its buffers; to whose spikes it listens,
and how many steps back; the buffers, and how they are used.
"""


class Assembly:
    """Writes the program of a network.

    Parameters
    ----------
    network
        The network; its buffers are grown where delays ask for it.
    compiled, kernels
        The library and which of its kernels each object uses.
    ranges
        How the neurons are shared out: as many threads can run the program as there are ranges.
    stops
        Populations whose stop condition is looked at, in the order of the flags.
    """

    def __init__(
        self,
        network: Network,
        compiled: CompiledNetwork,
        kernels: KernelSet,
        ranges: Ranges,
        stops: Sequence[Population] = (),
    ) -> None:
        self.network = network
        self.compiled = compiled
        self.kernels = kernels
        self.stopped = allocate(max(1, len(stops)), np.int64)
        self.ranges = ranges
        self.program = Program(compiled.functions, len(ranges.cost), [self.stopped])
        self.ahead = Ahead(network, self.program.threads)
        self.catching_up: list[tuple[Projection, int, list[Any]]] = []
        self._arriving: dict[int, list[Arriving]] = {}
        self._make_room()
        choose_lists(network, self.program.threads)
        see_who_reads_times(network, self._synaptic_layouts)
        self._transmit()
        self._keep_sums()
        self._record(early=True)
        self._update()
        self._publish()
        self._reduce()
        self._learn()
        self._record(early=False)
        self._look_at_stops(stops)
        self._go_ahead()
        for projection in network._projections:
            projection._forget_positions()

    def layouts(self, kind: str, number: int) -> tuple[KernelLayout, ...]:
        """The kernels of an object."""
        index = self.kernels.index(kind, number)
        return () if index is None else self.compiled.layouts[index]

    # -- room for what is under way ------------------------------------------------------------------------------------

    def _make_room(self) -> None:
        tick = int(self.network._clock[1])
        leaving: dict[int, list[Projection]] = {population._number: [] for population in self.network._populations}
        for projection in self.network._projections:
            if projection._connectivity is not None:
                warn_of_spikes_under_way(projection)
                leaving[projection._pre_population._number].append(projection)
                self._make_reductions(projection)
        for population in self.network._populations:
            own = [x for kind in ("population", "stop") for x in self.layouts(kind, population._number)]
            variables = {v for layout in own for v in layout.rings}
            longest = population._longest_own_delay() if variables else 1
            spikes = max((projection._longest for projection in leaving[population._number]), default=0)
            for projection in leaving[population._number]:
                for layout in self._synaptic_layouts(projection):
                    variables |= {projection._source_of(name) for name in layout.rings}
            make_room(
                population,
                tick,
                past=variables | self._read_as_post(population),
                slopes={v for layout in own for v in layout.slopes},
                sums={name for layout in own for name in layout.sums},
                longest=max(longest, spikes),
                spikes=spikes,
            )
            make_rows(population, [(p, x) for p in leaving[population._number] for x in self._synaptic_layouts(p)])

    def _read_as_post(self, population: Population) -> set[str]:
        """What synapses read of the last step of their post-synaptic neurons."""
        arriving = [p for p in self.network._projections if p._post_population is population and p._connectivity]
        slots = [slot for p in arriving for layout in self._synaptic_layouts(p) for slot in layout.slots]
        return {slot.key.partition(":")[2] for slot in slots if slot.key.startswith("post_ring:")}

    def _synaptic_layouts(self, projection: Projection) -> list[KernelLayout]:
        return [x for kind in SYNAPTIC for x in self.layouts(kind, projection._number)]

    def _make_reductions(self, projection: Projection) -> None:
        """Global operations that synapses read: ``mean(pre.r)``."""
        sides = {"(pre.": projection._pre_population, "(post.": projection._post_population}
        for slot in (slot for layout in self._synaptic_layouts(projection) for slot in layout.slots):
            kind, _, name = slot.key.partition(":")
            for mark, population in sides.items():
                if kind == "reduction" and mark in name:
                    population._reduction(name.replace(mark, "("))

    def _boundaries(self, projection: Projection) -> NDArray[np.int64]:
        """The ranges of post-synaptic neurons whose synapses each thread runs; the first one all, where it must."""
        boundaries = self.ranges.boundaries(projection._post_population).copy()
        if is_serial(projection.model):
            boundaries[1:] = boundaries[-1]
        return boundaries

    def _everything(self, length: int) -> list[tuple[int, int]]:
        """An array that the first thread handles alone."""
        return [(0, length)] + [(0, 0)] * (self.program.threads - 1)

    # -- the phases of a step ------------------------------------------------------------------------------------------

    def _transmit(self) -> None:
        """Histories are kept, sums emptied, and all projections add what they bring; a disabled population gets
        nothing.
        """
        for population in self.network._populations:
            spans = self.ranges.spans(population)
            self.program.owner = population, ""
            for name, ring in population._rings.items():
                array = population._recordable(name)
                numbers = np.array([array.itemsize, ring.length, ring.slots], dtype=np.int64)
                places = spans if population._is_local(name) else self._everything(ring.length)
                self.program.add("keep_history", [numbers, array, ring.rows], places)
            for ring in population._slopes.values() if not population._enabled else ():  # at rest
                numbers = np.array([ring.rows.itemsize, ring.length, ring.slots], dtype=np.int64)
                self.program.add("keep_history", [numbers, np.zeros_like(ring.rows[0]), ring.rows], spans)
            self._read_between(population, after_update=False)
            for name, array in population._inputs.items():
                if name.startswith("sum(") and population._enabled:
                    self.program.add("clear_sums", [None, array], spans)
        for population in self.network._populations:
            self.program.owner = population, ""
            for function, buffers in population._observations() if population._enabled else ():
                self.program.add_serial(function, buffers)
        for projection in sorted(self.network._projections, key=lambda p: not p._assigns()):
            if projection._connectivity is not None and projection._post_population._enabled:
                self._transmit_projection(projection)

    def _read_between(self, population: Population, *, after_update: bool) -> None:
        """What projections read between grid points; each thread reads the rows of its own neurons."""
        for key in population._between:
            if key[-1] == after_update:
                places = self._everything(population._rings[key[0]].length)
                places = self.ranges.spans(population) if population._is_local(key[0]) else places
                self.program.add("read_between", buffers_of(population, key), places)

    def _transmit_projection(self, projection: Projection) -> None:
        boundaries = self._boundaries(projection)
        self.program.owner = projection, ""
        for layout in self.layouts("projection", projection._number):
            buffers = projection_buffers(projection, layout, boundaries)
            access = synapse_access(projection, "", layout)
            if projection._is_event_based() and projection._post_population._is_timed:
                self._expect(projection, layout, buffers, access)
                continue
            spans = self._synaptic_spans(projection, by_range=projection._is_event_based())
            self.program.add(layout.function, buffers, spans, access)
            if projection._inputs_ahead is not None:
                self.ahead.add(self.program.number(layout.function), buffers)
                self._take_inputs(projection)
        self._run_synapses(projection, TRANSMITTING)

    def _take_inputs(self, projection: Projection) -> None:
        """Behind the last of those who add to them, the inputs of the step."""
        inputs, population = self.ahead.taken(projection), projection._post_population
        if inputs is not None:
            edges = self.ranges.boundaries(population)
            numbers = np.array([inputs.slots, inputs.width], dtype=np.int64)
            array = population._input_of_target(projection.target)
            self.program.owner = population, ""
            self.program.add("take_inputs", [numbers, edges, inputs.until, inputs.rows, array], _by_range(edges))

    def _expect(self, projection: Projection, layout: KernelLayout, buffers: list[Any], access: str) -> None:
        """Spikes are delivered at their times within the step, by the kernel of the neurons that they reach."""
        source = self.program.number(layout.function), self.program.place(buffers)
        _, _, shortest, longest, *_ = buffers[0].tolist()  # as the kernel reads them
        heard = projection._pre_population._outputs["spike"], longest - shortest + 1
        self._arriving.setdefault(projection._post_population._number, []).append((source, heard, (buffers, access)))

    def _synaptic_spans(self, projection: Projection, *, by_range: bool) -> list[tuple[int, int]]:
        """What each thread gets: its range of post-synaptic neurons, unless that has no synapses, or its rows."""
        edges = np.searchsorted(projection._built.post_ranks, self._boundaries(projection))
        if by_range:
            return _by_range(edges)
        return [(int(a), int(b)) for a, b in pairwise(edges)]

    def _run_synapses(self, projection: Projection, parts: Sequence[str]) -> None:
        boundaries = self._boundaries(projection)
        for part in parts:
            self.program.owner = projection, part
            for layout in self.layouts(part, projection._number):
                buffers = synapse_buffers(projection, part, layout, boundaries)
                access = synapse_access(projection, part, layout)
                if part == "catch_up":
                    self.catching_up.append((projection, self.program.number(layout.function), buffers))
                if part == "global":
                    self.program.add_serial(layout.function, buffers, access=access)
                    continue
                by_range = projection._is_event_based() and part != "row"
                spans = self._synaptic_spans(projection, by_range=by_range)
                self.program.add(layout.function, buffers, spans, access)

    def _keep_sums(self) -> None:
        """Inputs that stages read at their own times are kept for the next steps."""
        for population in self.network._populations:
            self.program.owner = population, ""
            for name, ring in population._sums.items():
                numbers = np.array([ring.length, ring.slots], dtype=np.int64)
                buffers = [numbers, population._sums_start, population._input(name), ring.rows]
                self.program.add("keep_sums", buffers, self.ranges.spans(population))

    def _learn(self) -> None:
        """Synaptic equations, then what post-synaptic spikes do; synapses of a disabled population rest."""
        learning = [p for p in self.network._projections if p._connectivity is not None and p._post_population._enabled]
        for parts in (("global", "row", "learn"), ("post",)):
            for projection in learning:
                self._run_synapses(projection, parts)

    def _update(self) -> None:
        for population in self.network._populations:
            if not population._enabled:
                continue
            self.program.owner = population, ""
            for function, buffers, is_shared in population._playback():
                if is_shared:
                    self.program.add(function, buffers, self.ranges.spans(population))
                else:
                    self.program.add_serial(function, buffers)
            self._update_neurons(population)

    def _update_neurons(self, population: Population) -> None:
        layouts = [x for x in self.layouts("population", population._number) if x.function.startswith("update_")]
        arriving = self._arriving.get(population._number, [])
        for layout in reversed(layouts):  # global variables first: their kernel is planned after the neurons'
            if layout is layouts[0] and population._is_timed:
                sources, outputs = [x for x, _, _ in arriving], [x for _, x, _ in arriving]
                edges = self.ranges.boundaries(population)
                population._moments.expect(self.program.next_place, sources, outputs, edges)
            buffers = population_buffers(population, layout)
            access = neuron_access(population, layout)
            if layout is layouts[0]:
                called = [used for _, _, used in arriving]
                self.program.add(layout.function, buffers, self.ranges.spans(population), access, called)
            else:
                self.program.add_serial(layout.function, buffers, access=access)

    def _go_ahead(self) -> None:
        """A population that is alone, and of which only spikes are recorded, needs no other kernel without them."""
        layouts = [x for p in self.network._populations for x in self.layouts("population", p._number)]
        updates = [x.function for x in layouts if x.function.startswith("update_")]
        if len(updates) == 1:
            self.program.go_ahead(updates[0])

    def _publish(self) -> None:
        """The threads' lists of spikes become one."""
        for population in self.network._populations:
            starts = population._list_starts([b for b, e in self.ranges.spans(population) if b < e])
            for event, output in population._outputs.items():
                if output.is_direct:
                    continue
                self.program.owner = population, event
                numbers = np.array([output.width, output.slots, len(starts), output.most], dtype=np.int64)
                places = np.array(starts, dtype=np.int64)
                buffers = [numbers, places, output.count, output.spiked, output.ring, output.ring_count]
                if output.ring_at is None:
                    self._add_somewhere("publish_spikes", buffers, population._number)
                else:
                    moments = [output.spiked_at, output.ring_at]
                    self._add_somewhere("publish_timed_spikes", [*buffers, *moments], population._number)

    def _add_somewhere(self, function: str, buffers: list[Any], number: int, end: int = 1) -> None:
        """A serial kernel, given to the threads in turn."""
        threads = self.program.threads
        self.program.add(function, buffers, [(0, end if k == number % threads else 0) for k in range(threads)])

    def _reduce(self) -> None:
        for population in self.network._populations:
            self.program.owner = population, ""
            self._read_between(population, after_update=True)
            if population._window is not None:
                output = population._outputs["spike"]
                numbers = np.array([output.width, output.slots, population._window_steps()], dtype=np.int64)
                rates = [numbers, output.ring, output.ring_count, population._rates(), population._inside]
                self._add_somewhere("measure_rate", rates, population._number, end=padded(population.size))
            for decoder in population._decoders.values():
                decoded = decoder.buffers(population._outputs["spike"])
                self._add_somewhere("measure_rate", decoded, population._number, end=padded(population.size))
            for name, result in population._reductions.items():
                operation, variable = name[:-1].split("(")
                array = population._recordable(variable)
                self.program.owner = population, name
                kind = {"f": 0, "i": 1, "b": 2}[array.dtype.kind]
                numbers = np.array([population.size, REDUCTIONS[operation], kind], dtype=np.int64)
                self._add_somewhere("reduce", [numbers, array, result], population._number)

    def _record(self, *, early: bool) -> None:
        """Inputs are recorded as the neurons read them, before the update; all else at the end of the step."""
        for count, monitor in enumerate(self.network._monitors):
            for name, recorder in monitor._recorders.items():
                self.program.owner = monitor, name
                if isinstance(recorder, RowRecorder) and monitor._is_early(name) == early:
                    self._add_somewhere("record_row", recorder.buffers(), count)
                elif isinstance(recorder, SpikeRecorder) and not early:
                    output = monitor._output(name)
                    function = "record_spikes" if output.ring_at is None else "record_timed_spikes"
                    collector = monitor._spiking._number  # whose thread has made one list of all
                    self._add_somewhere(function, recorder.buffers(output), collector)

    def _look_at_stops(self, stops: Sequence[Population]) -> None:
        for place, population in enumerate(stops):
            [layout] = self.layouts("stop", population._number)
            self.program.owner = population, ""
            population._verdict = self.stopped[place : place + 1]
            access = neuron_access(population, layout)
            self.program.add_serial(layout.function, population_buffers(population, layout), access=access)


def _by_range(edges: NDArray[np.int64]) -> list[tuple[int, int]]:
    """The range of each thread, unless there is nothing in it."""
    return [(thread, thread + int(a < b)) for thread, (a, b) in enumerate(pairwise(edges))]
