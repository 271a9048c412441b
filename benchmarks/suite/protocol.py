"""What a network's file says of itself, and how the functions in it tell how long their phases took."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PHASES = ("import", "build", "compile", "simulate")
"""Simulator imported; populations and synapses made; code written and compiled; steps run (after one that is not timed,
where a simulator makes its synapses only then)."""


@dataclass(frozen=True)
class Case:
    """A network at one size: ``name`` as in the table, what the functions get, and how long to simulate (ms).

    ``quick`` is how long (ms) the small version simulates, which has this case only if that is not 0. Options that the
    runner reads: ``reference``, words that the program in C gets after size, milliseconds and seed; ``threads``, how
    many there are; ``cold``, whether every run compiles anew, not only the first one; ``without``, simulators that are
    left out.
    """

    name: str
    size: int
    duration: float
    options: Mapping[str, Any] = field(default_factory=dict)
    quick: float = 0.0


@dataclass(frozen=True)
class Wanted:
    """The table's targets of a network: so many times faster than a peer, and at most so many times the time of C.

    ``phase`` is one of `PHASES`, or "memory" or "script"; ``limits`` are absolute: seconds of a phase, MiB of "memory".
    """

    faster: Mapping[str, float]
    reference: float | None = None
    phase: str = "simulate"
    limits: Mapping[str, float] = field(default_factory=dict)


@dataclass
class Run:
    """One run by one simulator; phases are added up under their names, in seconds of wall clock and of CPU."""

    simulator: str
    case: Case
    seed: int
    threads: int
    folder: Path
    seconds: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Times what is done inside."""
        wall, cpu = time.perf_counter(), cpu_seconds()
        yield
        self.add(name, time.perf_counter() - wall, cpu_seconds() - cpu)

    def add(self, name: str, wall: float, cpu: float | None = None) -> None:
        """Time that a simulator has measured itself."""
        self.seconds[name] = self.seconds.get(name, 0.0) + wall
        self.cpu[name] = self.cpu.get(name, 0.0) + (wall if cpu is None else cpu)


Simulate = Callable[[Run], Mapping[str, float]]
"""Builds and simulates; gives what must agree between simulators within noise, such as ``{"rate": 20.1}`` in Hz.

Where a simulator cannot run a case, `NotImplementedError` says why."""


def cpu_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def peak_memory() -> float:
    """MiB, of this process or of one that it started, whichever is larger."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024.0
