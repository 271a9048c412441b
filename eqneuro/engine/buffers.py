"""Arrays that C reads and writes: aligned, and padded to whole SIMD blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

LANES = 32
"""Neurons are padded to whole groups (templates/prelude.h.j2): the last ones take the same vector functions."""
ALIGNMENT = 64
BLOCK = 256
"""Neurons that an update loop, random numbers and reductions take together."""


def padded(size: int) -> int:
    """The size of an array with one entry a neuron."""
    return -(-size // LANES) * LANES


def allocate(length: int, dtype: DTypeLike) -> NDArray[Any]:
    """A zeroed array that starts at a cache line."""
    kind = np.dtype(dtype)
    raw = np.zeros(length * kind.itemsize + ALIGNMENT, dtype=np.uint8)
    offset = -raw.ctypes.data % ALIGNMENT
    return raw[offset : offset + length * kind.itemsize].view(kind)


def power_of_two(least: int) -> int:
    """The smallest power of two that is at least ``least``."""
    return 1 << max(0, least - 1).bit_length()


class Ring:
    """The past of a variable: one row for the start of each step.

    ``slots`` is a power of two; the row of step n stands in slot n mod slots.
    """

    def __init__(self, length: int, dtype: DTypeLike, slots: int) -> None:
        self.length = length
        self.slots = power_of_two(slots)
        self.rows = allocate(self.slots * length, dtype).reshape(self.slots, length)

    def fill(self, values: NDArray[Any]) -> None:
        """Every row the same: what was before time 0."""
        self.rows[:] = values

    def grow(self, slots: int, tick: int) -> bool:
        """Makes room for at least ``slots`` rows; the past stays where later steps look for it."""
        if slots <= self.slots:
            return False
        old, before = self.rows, self.slots
        self.slots = power_of_two(slots)
        self.rows = allocate(self.slots * self.length, old.dtype).reshape(self.slots, self.length)
        self.rows[:] = old[(tick - before) % before]  # older than what was kept: the oldest that is known
        for age in range(before):
            self.rows[(tick - age) % self.slots] = old[(tick - age) % before]
        return True
