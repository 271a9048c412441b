"""The spikes of a population: lists that the kernels fill, and the short past that projections and monitors read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import allocate, padded, power_of_two


class SpikeOutput:
    """Lists by range of the present step, and a ring with the spikes of the last ``slots`` steps.

    A range that begins with neuron i writes its list from ``spiked[i]`` on, and its length to ``count[i // 2]``, on a
    cache line that no other range has.

    A row of the ring holds the ranks that spiked in one step, in ascending order; ``ring_count`` says how many. Where
    spikes happen within steps, ``ring_at`` holds how many ms into the step, and a neuron may stand up to ``most`` times
    in a row; elsewhere it is None, and ``most`` is 1.

    Where ``is_direct``, the only list is the row of the ring: nobody has to put it there. Not so where ``is_played``:
    kernels that play given spikes fill lists. ``times_are_read`` says whether synapses read, in each step, when neurons
    spiked last.
    """

    def __init__(self, size: int, most: int = 1, *, timed: bool = False) -> None:
        self.size = size
        self.most = most
        self.slots = 2
        self.is_direct = self.is_played = self.times_are_read = False
        self.count = allocate(padded(size) // 2, np.int64)  # LENGTH_AT of templates/prelude.h.j2
        self.ring_count = allocate(self.slots, np.int64)
        self.cleared = 0
        """How often what was under way was dropped."""
        self.ring_at: NDArray[np.float64] | None = None
        self.spiked_at: NDArray[np.float64] | None = None
        self.spiked = allocate(padded(size) * most, np.uint32)
        self.ring = np.empty((self.slots, self.width), dtype=np.uint32)
        if timed:
            self.spiked_at = np.empty(len(self.spiked))
            self.ring_at = np.empty(self.ring.shape)

    @property
    def width(self) -> int:
        """Room of a row of the ring."""
        return self.size * self.most

    def lists(self) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
        """Lists that kernels write to, their lengths, and where those of a step are: a mask of ticks, and room."""
        if self.is_direct:
            return self.ring, self.ring_count, np.array([self.slots - 1, self.width], dtype=np.int64)
        return self.spiked, self.count, np.zeros(2, dtype=np.int64)

    def grow(self, slots: int, tick: int) -> bool:
        """Room for the spikes of at least ``slots`` steps; those under way stay."""
        if slots <= self.slots:
            return False
        self._move(power_of_two(slots), tick)
        return True

    def widen(self, most: int, tick: int) -> None:
        """Room for at least so many spikes of a neuron in one step; those under way stay."""
        if most > self.most:
            self.most = most
            self.spiked = allocate(padded(self.size) * most, np.uint32)
            if self.spiked_at is not None:
                self.spiked_at = np.empty(len(self.spiked))
            self._move(self.slots, tick)

    def _move(self, slots: int, tick: int) -> None:
        """The ring in arrays of other sizes."""
        counts = allocate(slots, np.int64)
        ring = self._moved(self.ring, slots, tick)
        ring_at = None if self.ring_at is None else self._moved(self.ring_at, slots, tick)
        for step in range(tick - self.slots, tick):
            counts[step % slots] = self.ring_count[step % self.slots]
        self.slots, self.ring_count, self.ring, self.ring_at = slots, counts, ring, ring_at

    def _moved(self, old: NDArray[Any], slots: int, tick: int) -> NDArray[Any]:
        moved = np.empty((slots, self.width), dtype=old.dtype)
        for step in range(tick - len(old), tick):
            count = self.ring_count[step % len(old)]
            moved[step % slots, :count] = old[step % len(old), :count]
        return moved

    def last(self, age: int, tick: int) -> NDArray[np.int64]:
        """How often each neuron spiked ``age`` steps before the step ``tick``, shape (size,)."""
        row = (tick - age) % self.slots
        return np.bincount(self.ring[row, : self.ring_count[row]], minlength=self.size)

    def clear(self) -> None:
        """Drops what is under way."""
        self.cleared += 1
        self.ring_count[:] = 0
        self.count[:] = 0

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        moments = [array.nbytes for array in (self.spiked_at, self.ring_at) if array is not None]
        return self.spiked.nbytes + self.count.nbytes + self.ring.nbytes + self.ring_count.nbytes + sum(moments)
