"""What names mean in synapses: their own attributes, their neurons' now or some time ago, times and delays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from eqneuro.reference.state import Array, Instant, Synapses, as_numbers

ALL = np.zeros(1, dtype=np.int64)


@dataclass(frozen=True)
class Places:
    """Some synapses: their numbers, their pre- and post-synaptic neurons."""

    s: Array
    i: Array
    j: Array

    @classmethod
    def of_synapses(cls, synapses: Synapses, chosen: Array) -> Places:
        """Those with the given numbers."""
        return cls(chosen, synapses.pre_ranks[chosen], synapses.post_of[chosen])

    @classmethod
    def of_rows(cls, synapses: Synapses) -> Places:
        """No synapses, but each post-synaptic neuron that has some."""
        return cls(ALL, ALL, synapses.post_ranks)

    @classmethod
    def of_all(cls) -> Places:
        """What is one for the whole projection."""
        return cls(ALL, ALL, ALL)

    def of(self, locality: str, length: int) -> Array:
        """Which entries of an attribute's array are meant."""
        if locality == "semiglobal":
            return self.j
        return self.s if locality == "local" and length != 1 else ALL


@dataclass(frozen=True)
class Reader:
    """Names as one part of the synapses reads them in a step; ``dt`` is the step of that part."""

    synapses: Synapses
    part: str
    places: Places
    now: Instant
    dt: float

    def name(self, wanted: str) -> Any:
        """The value of a name."""
        synapses, places = self.synapses, self.places
        owner, dot, attribute = wanted.partition(".")
        if "(" in wanted and wanted in synapses.reductions:
            return as_numbers(synapses.reductions[wanted])
        if dot:
            return self._pre(attribute) if owner == "pre" else self._post(attribute)
        for known in synapses.model.attributes:
            if known.name == wanted:
                array = synapses.own(wanted)
                return as_numbers(array[places.of(known.locality, len(array))])
        match wanted:
            case "t":
                return np.float64(self.now.time)
            case "dt":
                return np.float64(self.dt)
            case "d":
                return synapses.delays[places.s] * self.now.dt
            case "t_pre":
                return as_numbers(synapses.sender.t_last[places.i])
            case "t_post":
                return as_numbers(synapses.receiver.t_last[places.j])
            case "g_target":
                return as_numbers(synapses.target[places.j])
        return as_numbers(synapses.receiver.constants[wanted])

    def _post(self, name: str) -> Any:
        """What is just being summed up is read as it was in the last step."""
        if self.part == "psp" and name.startswith("sum("):
            return as_numbers(self.synapses.post_past[name].at(self.now.tick)[self.places.j])
        array = self.synapses.post[name]
        return as_numbers(array[self.places.j] if len(array) > 1 or self.synapses.receiver.size == 1 else array)

    def _pre(self, name: str) -> Any:
        """Continuous values arrive with the synapse's delay; at an event neurons are read as they are."""
        synapses, places = self.synapses, self.places
        is_input = name.startswith(("sum(", "g_"))
        age: Any = None
        if name in synapses.fixed:
            age = None
        elif self.part == "psp":
            age = synapses.delays[places.s] - 1
        elif self.part == "learn" and not synapses.is_event_based:
            age = synapses.delays[places.s] - 2  # neurons have been updated since the row of this step
        elif self.part in ("pre", "axon") and is_input:
            age = np.zeros(len(places.s), dtype=np.int64)
        present = synapses.pre[name]
        index = places.i if len(present) > 1 or synapses.sender.size == 1 else np.zeros(len(places.i), dtype=np.int64)
        if age is None:
            return as_numbers(present[index])
        past = synapses.pre_past[name]
        values = [present[i] if a < 0 else past.at(self.now.tick - int(a))[i] for i, a in zip(index, age, strict=True)]
        return np.array(values, dtype=np.float64)
