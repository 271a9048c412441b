"""What names mean in synapses: their own attributes, their neurons' now or some time ago, times and delays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from eqneuro.reference.past import on_path
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
                return (synapses.delays[places.s] - synapses.early[places.s]) * self.now.dt
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
        early = synapses.early[places.s] if self.part in ("psp", "learn") else np.zeros(len(places.s))
        path = _Path(synapses, name, self.now, after_update=self.part == "learn")
        values = [path.at(int(i), -int(a), float(u)) for i, a, u in zip(index, age, early, strict=True)]
        return np.array(values, dtype=np.float64)


class _Path:
    """A variable of pre-synaptic neurons through the grid points: place 0 is the start of this step, 1 what is there
    once the neurons have been updated.
    """

    def __init__(self, synapses: Synapses, name: str, now: Instant, *, after_update: bool) -> None:
        self._past, self._slopes, self._now = synapses.pre_past[name], synapses.pre_slopes.get(name), now
        self._present, self._first = synapses.pre[name], int(synapses.past_start[0]) - now.tick
        self._known = 0 if after_update else -1
        """The last place whose slope is known."""

    def _x(self, i: int, place: int) -> float:
        return float(self._present[i] if place > 0 else self._past.at(self._now.tick + place)[i])

    def _slope(self, i: int, place: int) -> float:
        """Over a whole step."""
        assert self._slopes is not None
        return float(self._slopes.at(self._now.tick + place)[i]) * self._now.dt

    def at(self, i: int, place: int, u: float) -> float:
        """The value of a neuron a part of a step after a place; whole numbers and truth values jump in the middle."""
        if self._present.dtype.kind != "f":
            return self._x(i, place + (u > 0.5))
        if u == 0.0 or place < self._first:
            return self._x(i, place)
        a, b = self._x(i, place), self._x(i, place + 1)
        if self._slopes is None:
            return on_path(u, a, b)
        return on_path(u, a, b, self._slope(i, place), self._slope(i, place + 1) if place < self._known else None)
