"""The program of a network: which kernel runs on which buffers, in which order, on which range of each thread."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine._engine import Engine
from eqneuro.engine.access import FIXED, Segment, Touches, everywhere, touches

REPORT_LENGTH = 8
NOT_FINITE, PAUSE = 1, 2
"""Bits of the first entry of a report."""

LONE = -2
"""In front of a program: its first kernel is of a lone population, and may go ahead of the others."""
LISTENERS = ("publish_spikes", "record_spikes")
"""Kernels that have nothing to do in a step without events."""

Span = tuple[int, int]
Buffers = Sequence[NDArray[Any] | None]


@dataclass(frozen=True)
class Call:
    """An instruction as its reader knows it; ``owner`` is the object whose kernel it is, and what it works on."""

    function: str
    buffers: tuple[NDArray[Any] | None, ...]
    ranges: tuple[Span, ...]
    owner: tuple[Any, str]


class Program:
    """Instructions and the table of buffers they read.

    Parameters
    ----------
    functions
        Names of the library's kernels, in the order of its table.
    threads
        How many threads run it.
    looked_at
        What all threads look at between two steps: which of the conditions hold that end a run.
    """

    def __init__(self, functions: Sequence[str], threads: int, looked_at: Sequence[NDArray[Any]] = ()) -> None:
        self._number = {name: k for k, name in enumerate(functions)}
        self.threads = threads
        self._addresses: list[int] = []
        self._instructions: list[list[int]] = []
        self._kept: list[NDArray[Any]] = []
        self.owner: tuple[Any, str] = (None, "")
        """Of the kernels that are added next: an object of the network, and which part of it where it has several."""
        self.calls: list[Call | None] = []
        """For each instruction what it is; None for a barrier."""
        self._segment = Segment()
        self._segment.add(everywhere(looked_at))

    def add(
        self,
        function: str,
        buffers: Buffers,
        ranges: Sequence[Span],
        access: str = "",
        called: Sequence[tuple[Buffers, str]] = (),
    ) -> None:
        """A kernel over a range for each thread, behind a barrier if one is needed.

        Parameters
        ----------
        access
            How each buffer is used: `eqneuro.engine.access`.
        called
            Buffers of the kernels that it calls, and how these use them.
        """
        if self.threads > 1:
            self._wait_before(touches([(buffers, access or FIXED.get(function, "")), *called], ranges))
        flat = [edge for span in ranges for edge in span]
        self._instructions.append([self._number[function], self._place(buffers), *flat])
        self.calls.append(Call(function, tuple(buffers), tuple(ranges), self.owner))

    def add_serial(self, function: str, buffers: Buffers, end: int = 1, access: str = "") -> None:
        """A kernel that the first thread runs alone, over what belongs to all."""
        self.add(function, buffers, [(0, end)] + [(0, 0)] * (self.threads - 1), access.lower())

    def _wait_before(self, new: Touches) -> None:
        """All threads wait for each other where something since the last barrier must be over before this begins."""
        if self._segment.is_disturbed_by(new):
            self._instructions.append([-1, 0] + [0, 0] * self.threads)
            self.calls.append(None)
            self._segment = Segment()
        self._segment.add(new)

    def place(self, buffers: Buffers) -> int:
        """Buffers of a kernel that another one calls; where they begin in the table."""
        return self._place(buffers)

    def number(self, function: str) -> int:
        """The number of a kernel in the library's table."""
        return self._number[function]

    @property
    def next_place(self) -> int:
        """Where the buffers of the next instruction begin in the table."""
        return len(self._addresses)

    def go_ahead(self, function: str) -> None:
        """Lets a kernel do many steps at once, up to an event, if beside it stands only what looks at events."""
        kernels = [call.function for call in self.calls if call is not None]
        if self.threads == 1 and kernels.count(function) == 1 and set(kernels) <= {function, *LISTENERS}:
            self._instructions.insert(0, [LONE, 0, 0, 0])
            self.calls.insert(0, None)

    def _place(self, buffers: Buffers) -> int:
        offset = len(self._addresses)
        for buffer in buffers:
            self._addresses.append(0 if buffer is None else buffer.ctypes.data)
            if buffer is not None:
                assert buffer.flags.c_contiguous, "C reads arrays without gaps"
                self._kept.append(buffer)
        return offset

    def table(self) -> NDArray[np.uint64]:
        """Addresses of all buffers."""
        return np.array(self._addresses or [0], dtype=np.uint64)

    def instructions(self) -> NDArray[np.int64]:
        """Shape (instructions, 2 + 2·threads)."""
        return np.array(self._instructions or [[-1, 0] + [0, 0] * self.threads], dtype=np.int64)


def load_engine(library: Path) -> Engine:
    """An engine for a compiled network: each network has its own, which learns how long its steps take."""
    return Engine(*_entry_points(library))


@cache
def _entry_points(library: Path) -> list[int | None]:
    handle = ctypes.CDLL(str(library))
    _HANDLES.append(handle)
    return [ctypes.cast(getattr(handle, name), ctypes.c_void_p).value for name in ("eqneuro_run", "eqneuro_call")]


_HANDLES: list[ctypes.CDLL] = []


def table_of(buffers: Buffers) -> NDArray[np.uint64]:
    """Addresses of some buffers, for one kernel called by itself."""
    return np.array([0 if b is None else b.ctypes.data for b in buffers], dtype=np.uint64)
