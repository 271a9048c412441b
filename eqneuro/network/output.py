"""The spikes of a population: lists that the kernels fill, and the short past that projections and monitors read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import BLOCK, allocate, padded, power_of_two


class SpikeOutput:
    """Lists by thread of the present step, and a ring with the spikes of the last ``slots`` steps.

    A row of the ring holds the ranks that spiked in one step, in ascending order; ``ring_count`` says how many.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.slots = 2
        self.spiked = np.empty(padded(size), dtype=np.uint32)
        self.count = allocate(-(-padded(size) // BLOCK), np.int64)
        self.ring = np.empty((self.slots, size), dtype=np.uint32)
        self.ring_count = allocate(self.slots, np.int64)

    def grow(self, slots: int, tick: int) -> bool:
        """Room for the spikes of at least ``slots`` steps; those under way stay."""
        if slots <= self.slots:
            return False
        old, counts, before = self.ring, self.ring_count, self.slots
        self.slots = power_of_two(slots)
        self.ring = np.empty((self.slots, self.size), dtype=np.uint32)
        self.ring_count = allocate(self.slots, np.int64)
        for step in range(tick - before, tick):
            count = counts[step % before]
            self.ring[step % self.slots, :count] = old[step % before, :count]
            self.ring_count[step % self.slots] = count
        return True

    def last(self, age: int, tick: int) -> NDArray[np.int64]:
        """How often each neuron spiked ``age`` steps before the step ``tick``, shape (size,)."""
        row = (tick - age) % self.slots
        return np.bincount(self.ring[row, : self.ring_count[row]], minlength=self.size)

    def clear(self) -> None:
        """Drops what is under way."""
        self.ring_count[:] = 0
        self.count[:] = 0

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.spiked.nbytes + self.count.nbytes + self.ring.nbytes + self.ring_count.nbytes
