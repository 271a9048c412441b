"""Rates read off spikes: how many fell into a sliding window, for each neuron."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import allocate, padded
from eqneuro.network.output import SpikeOutput


class Decoder:
    """The rate of each neuron of a population in Hz, over the last ``steps`` steps, the present one included."""

    def __init__(self, size: int, steps: int, real: type) -> None:
        self.size = size
        self.steps = steps
        self.rate = allocate(padded(size), real)
        self.inside = allocate(padded(size), real)
        self._is_known = False

    def count(self, output: SpikeOutput, tick: int) -> None:
        """Spikes within the window as the first run begins, as far as they are known."""
        if not self._is_known:
            ages = range(1, min(self.steps, output.slots) + 1)
            self.inside[: self.size] = sum(output.last(age, tick) for age in ages)
            self._is_known = True

    def clear(self) -> None:
        """No spikes."""
        self.rate[:] = 0
        self.inside[:] = 0

    def buffers(self, output: SpikeOutput) -> list[NDArray[Any] | None]:
        """What the kernel `measure_rate` takes."""
        self._numbers = np.array([output.width, output.slots, self.steps], dtype=np.int64)
        return [self._numbers, output.ring, output.ring_count, self.rate, self.inside]

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.rate.nbytes + self.inside.nbytes
