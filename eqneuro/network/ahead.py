"""Spikes whose delays differ, handed out when they happen: inputs of the steps to come, by target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from eqneuro.engine._engine import Engine
from eqneuro.engine.buffers import allocate, padded, power_of_two
from eqneuro.engine.program import table_of
from eqneuro.language.syntax import Binary, Call, Compare, Conditional, Logical, Name, Number, Unary
from eqneuro.model.contribution import contribution
from eqneuro.network.configuration import TICK
from eqneuro.network.delays import Delays
from eqneuro.network.plastic import is_plain
from eqneuro.network.waiting import COUNTS_APART

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.projection import Projection

PLAIN = Name | Number | Unary | Binary | Call | Compare | Conditional | Logical
"""Parts of an expression that have one value as long as the attributes of the synapse have."""
RATE = 5.0
"""Hz: spikes of a neuron for which the two ways are compared: those of a run would decide how it rounds."""
NEAR, MIDDLE = 2**21, 2**25
"""Bytes of synapses up to which they are found in a near cache, or in some cache."""
LOOK, ADD = (12.0, 22.0, 40.0), (1.5, 1.5, 2.5)
"""ns for the part of a row that one delay brings, and for each synapse in it, by where rows are."""
SMALL, LARGEST = 2**20, 2**25
"""Bytes of inputs to come up to which they stay in a near cache, and of which there may be no more."""
HAND_OUT = (2.5, 4.0)
"""ns for a synapse where they are near, and else."""
TAKE = 0.075
"""ns a byte of the inputs of a step."""
WORTH = 0.8
"""Of the time by delay that the other way must not take longer than."""
NARROWEST = (("uint8_t", 2**8 - 1), ("uint16_t", 2**16 - 1))
"""C types of delays, and the longest that each holds."""


def ahead_of(projection: Projection, delays: Delays) -> str:
    """The C type of delays where spikes are handed out when they happen, else nothing.

    What they bring must be known then: it must not depend on the step in which they arrive.
    """
    steps, synapses = delays.steps, projection._built.synapses
    if isinstance(steps, int) or not synapses or not projection._is_event_based() or not is_plain(projection.model):
        return ""
    pre, post = projection._pre_population, projection._post_population
    is_special = projection._shared_weights() is not None or projection._filters() is not None
    if pre._is_timed or post._is_timed or is_special or projection.model.psp is not None:
        return ""
    known = {attribute.name for attribute in projection.model.attributes}
    expr, _ = contribution(projection.model, events=True)
    if not all(isinstance(node, PLAIN) and (not isinstance(node, Name) or node.id in known) for node in expr.walk()):
        return ""
    if not _is_quicker(projection, delays):
        return ""
    return next((c_type for c_type, longest in NARROWEST if delays.longest <= longest), "")


def _is_quicker(projection: Projection, delays: Delays) -> bool:
    """Whether it takes less time than to look, in each step, at what each delay brings of each spike under way.

    Short parts of rows are scattered in memory, which is what that takes time for; the other way adds all inputs of a
    step, however few there are.
    """
    real, size = np.dtype(projection._net._real).itemsize, projection._post_population.size
    synapses, often = projection._built.synapses, RATE * projection._net.dt / 1000.0
    looks = projection._pre_population.size * often * (delays.longest - delays.shortest + 1)
    stored = synapses * (2 + real * len(projection._varying()))
    place = int(stored > NEAR) + int(stored > MIDDLE)
    by_delay = looks * LOOK[place] + synapses * often * ADD[place]
    to_come = power_of_two(delays.longest) * size * real
    ahead = TAKE * size * real + synapses * often * HAND_OUT[int(to_come > SMALL)]
    return to_come <= LARGEST and ahead < WORTH * by_delay


class InputsAhead:
    """What spikes have brought already for the steps to come, of all neurons of a population, for one target.

    Parameters
    ----------
    size
        Neurons of the population.
    longest
        The longest delay in steps.
    ranges
        How many threads share the neurons.
    real
        The type of inputs.
    """

    def __init__(self, size: int, longest: int, ranges: int, real: DTypeLike) -> None:
        self.longest, self.slots, self.width = longest, power_of_two(longest), padded(size)
        self.rows = allocate(self.slots * self.width, real)
        self.until = allocate(ranges * COUNTS_APART, np.int64)

    def empty(self) -> None:
        """Nothing is to come."""
        self.rows[:] = 0.0
        self.until[:] = -1

    def drop(self, step: int) -> None:
        """What comes in a step that is over."""
        first = step % self.slots * self.width
        self.rows[first : first + self.width] = 0.0


class Ahead:
    """The inputs to come of a network, and the kernels that hand out spikes to them.

    All of them follow from the spikes that are under way and from what synapses hold. They are worked out from these
    where either has changed otherwise than by a run: then weights count as they are when spikes arrive.

    Parameters
    ----------
    ranges
        How many threads share the neurons of each population.
    """

    def __init__(self, network: Network, ranges: int) -> None:
        self._network, self._ranges = network, ranges
        self._projections = [p for p in network._projections if p._connectivity and p._hands_out(p._delays)]
        self.inputs: dict[tuple[int, str], InputsAhead] = {}
        for projection in network._projections:
            projection._inputs_ahead = None
        longest: dict[tuple[int, str], int] = {}
        for projection in self._projections:
            key = _key(projection)
            longest[key] = max(projection._longest, longest.get(key, 1))
        for projection in self._projections:
            key = _key(projection)
            if key not in self.inputs:
                size = projection._post_population.size
                self.inputs[key] = InputsAhead(size, longest[key], ranges, network._real)
            projection._inputs_ahead = self.inputs[key]
        self._last = {_key(projection): projection for projection in self._projections}
        self._kernels: list[tuple[int, NDArray[np.uint64], Sequence[Any]]] = []
        self._known: tuple[int, ...] | None = None

    def add(self, number: int, buffers: Sequence[Any]) -> None:
        """A kernel that hands out spikes, in the order in which they do so."""
        self._kernels.append((number, table_of(buffers), buffers))

    def taken(self, projection: Projection) -> InputsAhead | None:
        """The inputs to come that a projection is the last one to add to."""
        return projection._inputs_ahead if self._last[_key(projection)] is projection else None

    def catch_up(self, engine: Engine) -> None:
        """Works them out for the next step, unless they are known from the last run."""
        if not self._kernels or self._known == self._state():
            return
        for inputs in self.inputs.values():
            inputs.empty()
        if not any(p._pre_population._outputs["spike"].ring_count.any() for p in self._projections):
            return
        clock, tick = self._network._clock.copy(), int(self._network._clock[TICK])
        longest = max(inputs.longest for inputs in self.inputs.values())
        for step in range(tick - longest + 1, tick):
            clock[TICK] = step
            for number, table, _ in self._kernels:
                engine.call(table, number, clock, self._network.dt, self._ranges)
            for inputs in self.inputs.values():
                inputs.drop(step)

    def note(self) -> None:
        """After a run, which has kept them up to date."""
        self._known = self._state()

    def _state(self) -> tuple[int, ...]:
        """What they follow from: the step, how often values were set, how often spikes under way were dropped."""
        outputs = [p._pre_population._outputs["spike"].cleared for p in self._projections]
        return int(self._network._clock[TICK]), *(p._writes for p in self._projections), *outputs


def _key(projection: Projection) -> tuple[int, str]:
    return projection._post_population._number, projection.target
