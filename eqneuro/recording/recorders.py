"""What kernels write recordings into: rows of a variable, or steps and ranks of spikes, in chunks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import allocate

CHUNK_BYTES = 16 * 1024 * 1024
"""A chunk holds as much as a run needs, up to this."""
FEWEST_BYTES = 4096
"""And no less than this, so that many short runs seldom wait for room."""
FEWEST_ROWS = 16
PIECE_BYTES = 4 * 1024 * 1024
"""numpy asks the system for large pages where an array has so many bytes: writing into new ones costs a third."""


class Shelf:
    """Copies of arrays of one type, side by side in large pieces of memory."""

    def __init__(self) -> None:
        self._free: NDArray[Any] = np.empty(0)

    def keep(self, array: NDArray[Any]) -> NDArray[Any]:
        """A copy."""
        if len(array) > len(self._free):
            self._free = np.empty(max(len(array), PIECE_BYTES // array.itemsize), dtype=array.dtype)
        copy, self._free = self._free[: len(array)], self._free[len(array) :]
        copy[:] = array
        return copy


class RowRecorder:
    """Rows of one variable; ``settings`` are the monitor's: enabled, start, period, offset (steps).

    `attach` says what is recorded. Where a parameter gets one value a neuron in the middle of a recording, rows become
    wider and the older ones are repeated when they are read.
    """

    def __init__(self, settings: NDArray[np.int64]) -> None:
        self.settings = settings
        self.filled = allocate(1, np.int64)
        self.width = 0
        self._array = self._buffer = np.empty((0, 0))
        self._ranks: NDArray[np.int64] | None = None
        self._chunks: list[NDArray[Any]] = []

    def attach(self, array: NDArray[Any], ranks: NDArray[np.int64] | None, width: int) -> None:
        """What is recorded: entries ``ranks`` of an array, or its first ``width`` ones where None."""
        self._array, self._ranks = array, ranks
        if width != self.width or array.dtype != self._buffer.dtype:
            self._flush()
            self.width = width
            self._buffer = np.empty((0, width), dtype=array.dtype)

    @property
    def row_bytes(self) -> int:
        """Bytes of a row."""
        return self.width * self._array.itemsize

    def prepare(self, steps: int) -> bool:
        """Makes room for a run of so many steps; whether buffers have moved."""
        rows = steps // max(1, int(self.settings[2])) + 2
        if len(self._buffer) - int(self.filled[0]) >= min(rows, FEWEST_ROWS):
            return False
        most = max(FEWEST_ROWS, CHUNK_BYTES // max(1, self.row_bytes))
        least = max(FEWEST_ROWS, FEWEST_BYTES // max(1, self.row_bytes), 2 * len(self._buffer))
        self._flush()
        self._buffer = np.empty((min(max(rows + 1, least), most), self.width), dtype=self._array.dtype)
        return True

    def _flush(self) -> None:
        count = int(self.filled[0])
        if count:
            self._chunks.append(self._buffer[:count].copy() if count < len(self._buffer) // 2 else self._buffer[:count])
        self._buffer = self._buffer[:0]
        self.filled[0] = 0

    def buffers(self) -> list[NDArray[Any] | None]:
        """What the kernel `record_row` takes."""
        self._numbers = np.array(
            [self._array.itemsize, self.width, len(self._buffer), int(self._ranks is not None)], dtype=np.int64
        )
        return [self._numbers, self.settings, self._ranks, self._array, self._buffer, self.filled]

    def rows(self) -> NDArray[Any]:
        """All rows so far, shape (rows, width)."""
        parts = [*self._chunks, self._buffer[: int(self.filled[0])]]
        wide = [
            np.broadcast_to(part, (len(part), self.width)) if part.shape[1] < self.width else part for part in parts
        ]
        return np.concatenate(wide) if len(wide) > 1 else wide[0].copy()

    def clear(self) -> None:
        """Forgets all rows."""
        self._chunks.clear()
        self.filled[0] = 0

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self._buffer.nbytes + sum(chunk.nbytes for chunk in self._chunks)


class SpikeRecorder:
    """Steps and ranks of spikes; ``wanted`` marks who is recorded, None for all.

    Where spikes happen within steps, so many ms (``offsets``) after their beginnings.

    Parameters
    ----------
    room
        Spikes that one step may have.
    size
        Neurons of the population.
    ranks
        Who is recorded, None for all.
    settings
        Those of the monitor.
    timed
        Whether spikes happen within steps.
    """

    def __init__(
        self, room: int, size: int, ranks: NDArray[np.int64] | None, settings: NDArray[np.int64], *, timed: bool = False
    ) -> None:
        self.room = room
        self.settings = settings
        self.wanted: NDArray[np.uint8] | None = None
        if ranks is not None:
            self.wanted = np.zeros(size, dtype=np.uint8)
            self.wanted[ranks] = 1
        self.filled = allocate(1, np.int64)
        self._chunks: list[Spikes] = []
        self._shelves = Shelf(), Shelf(), Shelf()
        self._capacity = 0
        self._steps = np.empty(0, dtype=np.int64)
        self._ranks = np.empty(0, dtype=np.int32)
        self._offsets = np.empty(0) if timed else None

    def prepare(self, steps: int) -> bool:
        """Room for at least two steps in which every neuron spikes; whether buffers have moved.

        They move but once: what fills them is copied, since a program that knows of other buffers costs more than that.
        """
        if self._capacity - int(self.filled[0]) >= 2 * self.room:
            return False
        self._flush()
        if self._capacity:
            return False
        self._capacity = max(4 * self.room, 65_536)
        self._steps = np.empty(self._capacity, dtype=np.int64)
        self._ranks = np.empty(self._capacity, dtype=np.int32)
        if self._offsets is not None:
            self._offsets = np.empty(self._capacity)
        return True

    def _flush(self) -> None:
        if self.filled[0]:
            steps, ranks, offsets = self._present()
            kept = None if offsets is None else self._shelves[2].keep(offsets)
            self._chunks.append((self._shelves[0].keep(steps), self._shelves[1].keep(ranks), kept))
        self.filled[0] = 0

    def _present(self) -> Spikes:
        count = int(self.filled[0])
        return self._steps[:count], self._ranks[:count], None if self._offsets is None else self._offsets[:count]

    def buffers(self, output: Any) -> list[NDArray[Any] | None]:
        """What the kernel `record_spikes`, or `record_timed_spikes`, takes; ``output`` is where the spikes are."""
        self._numbers = np.array(
            [output.width, output.slots, self._capacity, int(self.wanted is not None)], dtype=np.int64
        )
        found = [self._numbers, self.settings, self.wanted, output.ring, output.ring_count]
        found += [self._steps, self._ranks, self.filled]
        return found if self._offsets is None else [*found, output.ring_at, self._offsets]

    def events(self, dt: float) -> tuple[NDArray[Any], NDArray[np.int32]]:
        """Steps and ranks of all spikes so far, in the order in which they happened; ``dt`` is the step in ms."""
        parts = [*self._chunks, self._present()]
        steps, ranks = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
        offsets = [p[2] for p in parts if p[2] is not None]
        return (steps + np.concatenate(offsets) / dt if offsets else steps), ranks

    def clear(self) -> None:
        """Forgets all spikes."""
        self._chunks.clear()
        self.filled[0] = 0

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        held = [(self._steps, self._ranks, self._offsets), *self._chunks]
        return sum(array.nbytes for part in held for array in part if array is not None)


Spikes = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64] | None]
"""Steps, ranks and, where spikes happen within steps, ms after the beginnings of these."""
Recorder = RowRecorder | SpikeRecorder
