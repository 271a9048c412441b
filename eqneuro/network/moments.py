"""What a population whose spikes happen within steps keeps beside its attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import allocate, padded
from eqneuro.network.output import SpikeOutput

ARRIVAL = np.dtype([("at", "f8"), ("order", "i8"), ("where", "i4", 2), ("rank", "u4"), ("unused", "u4")])
"""What the kernels know of a spike that arrives."""
HEAD = 3
"""Numbers in front of the list of projections: the kernel's place, how many they are, the room of each range."""


class Moments:
    """Moments within the present step, in ms from its beginning.

    ``refractory_rest`` is when the refractory time ends, in the step that `PopulationState._refractory_until` names;
    between steps all else is without meaning.
    """

    def __init__(self, size: int, real: type) -> None:
        length = padded(size)
        self.refractory_rest = allocate(length, np.float64)
        self._arrays: dict[str, NDArray[Any]] = {
            "done": allocate(length, np.float64),
            "fired": allocate(length, np.int64 if np.dtype(real).itemsize == 8 else np.int32),
            "arriving": np.zeros(HEAD, dtype=np.int64),
            "arrivals": np.empty(0, dtype=ARRIVAL),
            "boundary": np.zeros(2, dtype=np.int64),
        }

    def array(self, name: str) -> NDArray[Any]:
        """The array of a slot."""
        return self._arrays[name]

    def expect(
        self,
        place: int,
        sources: Sequence[tuple[int, int]],
        outputs: Sequence[tuple[SpikeOutput, int]],
        boundaries: NDArray[np.int64],
    ) -> None:
        """Says who sends spikes.

        Parameters
        ----------
        place
            Of the buffers of the population's kernel in the table.
        sources
            For each projection the number of its kernel, and the place of its buffers.
        outputs
            What each of them listens to, and how many steps back at a time.
        boundaries
            First neurons of the threads' ranges, and the end.
        """
        room = sum(output.width * delays for output, delays in outputs)
        self._arrays["arriving"] = np.array([place, len(sources), room, *np.ravel(sources)], dtype=np.int64)
        self._arrays["arrivals"] = np.empty(room * (len(boundaries) - 1), dtype=ARRIVAL)
        self._arrays["boundary"] = boundaries

    def clear(self) -> None:
        """As before the first step."""
        self.refractory_rest[:] = 0.0

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.refractory_rest.nbytes + sum(array.nbytes for array in self._arrays.values())
