"""Where the scheduler notes how long its instructions take, and what they did (templates/profile.c.j2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import allocate

(
    EVERY, IS_FIXED, LENGTH, STRIDE, SEEN, TIMED, WINDOW, DUE, LOOP, IN_TIMED, OWN, READING, CALLS,
    WAITING, WAITING_SEEN, WAITING_TIMED, WAITING_THREADS,
) = range(17)  # fmt: skip
"""Places of a sheet's numbers."""
SAMPLES = 2048
"""Timed steps of which the times and the spikes of neurons are kept one by one: the last ones."""
COUNTER_WIDTH = 10


class Counting(IntEnum):
    """How the events of an instruction are counted after a timed step."""

    NOTHING = 0
    LEARNT = 1
    GROWN = 2
    LISTED = 3
    PUBLISHED = 4
    DELIVERED = 5
    RETURNED = 6


Counter = tuple[Counting, tuple[int | NDArray[np.generic] | None, ...]]
"""How, and the arrays and numbers that it takes, in the order that templates/profile_events.h.j2 gives."""
UNCOUNTED: Counter = (Counting.NOTHING, ())


@dataclass(frozen=True)
class Reading:
    """What a sheet tells.

    ``wall`` are the seconds of each instruction as all threads together see them, and behind the last one those of the
    ends of steps: they sum to ``loop``, the seconds of all steps. ``spent`` are those of each thread, shape (threads,
    instructions + 1). ``events`` are counted in timed steps, and stand for all; what recordings hold is known without.
    ``wall_error`` and ``events_error`` are standard errors, of which threads are taken to err alike.
    """

    steps: int
    timed: int
    every: int
    loop: float
    own: float
    calls: float
    wall: NDArray[np.float64]
    spent: NDArray[np.float64]
    events: NDArray[np.float64]
    wall_error: NDArray[np.float64]
    events_error: NDArray[np.float64]


class Sheet:
    """The times of a program's instructions.

    Parameters
    ----------
    counters
        One for each instruction.
    threads
        The most that run it.
    every
        One step of so many is timed; chosen while it runs, where None, so that what is measured is hardly disturbed.
    """

    def __init__(self, counters: Sequence[Counter], threads: int, every: int | None = None) -> None:
        length = len(counters)
        stride = -(-(length + 2) // 8) * 8  # threads write on cache lines of their own
        self.threads, self.length, self.stride = threads, length, stride
        self._kept = counters
        self.numbers = allocate(24, np.int64)
        self.numbers[[EVERY, IS_FIXED, LENGTH, STRIDE]] = every or 1, every is not None, length, stride
        self.seconds = np.zeros(1)
        """Of all calls, written by the engine; beside the ticks of the same calls they say how long a tick is."""
        self._lists = [k for k, (how, _) in enumerate(counters) if how is Counting.LISTED]
        by_thread = threads * stride
        self._step, self._ticks, self._events, self._held = (allocate(by_thread, np.int64) for _ in range(4))
        self._spent, self._counted, self._wall = (allocate(size, float) for size in (by_thread, stride, stride))
        self._squares, self._unsure = (allocate(size * by_thread, float) for size in (3, 2))
        self._samples = np.zeros((max(1, len(self._lists)), threads, SAMPLES, 3), dtype=np.int64)
        self._counters = np.array([_entries(how, needs) for how, needs in counters] or [[0] * COUNTER_WIDTH], np.int64)
        arrays = (
            self.numbers, self._counters, self._step, self._ticks, self._events, self._spent, self._counted, self._wall,
            self._held, self._samples, self._squares, self._unsure,
        )  # fmt: skip
        self.table = np.array([array.ctypes.data for array in arrays], dtype=np.uint64)

    def read(self) -> Reading:
        """What is known so far."""
        numbers, length = self.numbers.tolist(), self.length
        spent, events = self._by_thread(self._spent)[:, : length + 1].copy(), self._counted[:length].copy()
        unsure = self._by_thread(self._unsure)[:, : length + 1].copy()
        wall = self._wall[: length + 1].copy()
        if numbers[WAITING_TIMED]:  # what C has not shared out yet
            threads = numbers[WAITING_THREADS]
            more, counted, more_unsure = self._waiting(threads, numbers[WAITING_SEEN], numbers[WAITING_TIMED])
            spent[:threads] += more
            wall += more.sum(axis=0) / threads
            events += counted[:, :length].sum(axis=0)
            unsure[:threads] += more_unsure
        errors = np.sqrt(unsure).sum(axis=0)
        tick = self._seconds_of_a_tick()
        unseen = numbers[LOOP] / wall.sum() if wall.sum() else 0.0  # steps of which none was timed are like the others
        return Reading(
            steps=numbers[SEEN],
            timed=numbers[TIMED],
            every=numbers[EVERY],
            loop=numbers[LOOP] * tick,
            own=numbers[OWN] * tick,
            calls=float(self.seconds[0]),
            wall=wall * (tick * unseen),
            spent=spent * (tick * unseen),
            events=events,
            wall_error=errors[:, 0] * (tick * unseen) / max(1, numbers[WAITING_THREADS]),
            events_error=errors[:length, 1],
        )

    def _by_thread(self, array: NDArray[Any]) -> NDArray[Any]:
        """Entries of each thread and instruction."""
        return array.reshape(self.threads, self.stride, *([-1] if array.size > self.threads * self.stride else []))

    def _waiting(self, threads: int, seen: int, timed: int) -> tuple[NDArray[np.float64], ...]:
        """As `share_out` of templates/profile_shares.c.j2: ticks and events of all steps, and their variances."""
        every = slice(None, self.length + 1)
        ticks, events, squares = (
            self._by_thread(array)[:threads] for array in (self._ticks, self._events, self._squares)
        )
        whole, of_steps = ticks[:, every].sum(axis=1, keepdims=True), squares[:, self.length + 1, :1]
        ticks, events, squares = ticks[:, every], events[:, every], squares[:, every]
        part, scale = ticks / np.maximum(whole, 1), int(self.numbers[WAITING]) / np.maximum(whole, 1)
        off = squares[..., 0] - 2.0 * part * squares[..., 1] + part**2 * of_steps if timed > 1 else squares[..., 0]
        unsure = [
            (scale * timed / seen) ** 2 * _variance(0.0 * part, off, timed, seen),
            _variance(events, squares[..., 2], timed, seen),
        ]
        return scale * ticks, events * (seen / timed), np.stack(unsure, axis=-1)

    def samples(self) -> dict[int, NDArray[np.float64]]:
        """For each instruction that lists spikes: seconds, spikes and the number of threads of the last timed steps.

        Shape (threads, steps, 3); 0 seconds where a thread was not in use.
        """
        count = min(int(self.numbers[TIMED]), SAMPLES)
        scales = np.array([self._seconds_of_a_tick(), 1.0, 1.0])
        return {k: rows[:, :count] * scales for k, rows in zip(self._lists, self._samples, strict=False)}

    def _seconds_of_a_tick(self) -> float:
        return float(self.seconds[0]) / max(1, int(self.numbers[CALLS]))


def _variance(sums: NDArray[Any], squares: NDArray[Any], timed: int, seen: int) -> NDArray[np.float64]:
    """Of a sum over all steps that is estimated from those that were drawn."""
    apart = (squares - sums**2.0 / timed) / (timed - 1) if timed > 1 else squares
    found: NDArray[np.float64] = seen * (seen - timed) * np.maximum(apart, 0.0) / timed
    return found


def _entries(how: Counting, needs: Sequence[int | NDArray[np.generic] | None]) -> list[int]:
    numbers = [0 if x is None else x if isinstance(x, int) else x.ctypes.data for x in needs]
    return [how, *numbers, *[0] * (COUNTER_WIDTH - 1 - len(numbers))]
