"""Watching a network while it runs: sheets for its programs, and what they tell summed up by object."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from math import hypot
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.sheet import UNCOUNTED, Reading, Sheet
from eqneuro.network.profile_notes import OTHER, Note, describe

if TYPE_CHECKING:
    from eqneuro.network.assembly import Assembly
    from eqneuro.network.network import Network
    from eqneuro.network.profile import Profile
    from eqneuro.network.runner import Runner

Key = tuple[str, str, str, str]
"""Phase, object, part and what is counted."""
WAITING: Key = (OTHER, "threads", "waiting for each other", "step")
BETWEEN: Key = (OTHER, "steps", "from one to the next", "step")

ON_RUN: list[Callable[[Network, int], None]] = []
"""Are told of each network that is about to run, and of the steps: `eqneuro bench` finds a script's networks so."""

MANY = 8
"""Sheets of programs that are over, at most, until they are read."""


@dataclass
class Tally:
    """What is known of one kernel: seconds as all threads see them, seconds of each thread, events, bytes.

    ``wall_error``, ``events_error`` and ``spikes_error`` are standard errors.
    """

    wall: float = 0.0
    spent: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))
    events: float = 0.0
    bytes: float = 0.0
    spikes: float = 0.0
    samples: list[NDArray[np.float64]] = field(default_factory=list)
    wall_error: float = 0.0
    events_error: float = 0.0
    spikes_error: float = 0.0

    def add(
        self, wall: float, spent: NDArray[np.float64], events: float = 0.0, moved: float = 0.0, wall_error: float = 0.0
    ) -> None:
        """One more instruction, or the same one of another program."""
        if len(spent) > len(self.spent):
            self.spent = np.pad(self.spent, (0, len(spent) - len(self.spent)))
        self.spent[: len(spent)] += spent
        self.wall += wall
        self.events += events
        self.bytes += moved
        self.wall_error = hypot(self.wall_error, wall_error)

    def join(self, other: Tally) -> None:
        """The same kernel, watched by another."""
        self.add(other.wall, other.spent, other.events, other.bytes, other.wall_error)
        self.events_error = hypot(self.events_error, other.events_error)
        self.spikes += other.spikes
        self.spikes_error = hypot(self.spikes_error, other.spikes_error)
        self.samples += other.samples


@dataclass
class Totals:
    """Of some programs."""

    steps: int = 0
    timed: int = 0
    every: int = 1
    loop: float = 0.0
    own: float = 0.0
    tallies: dict[Key, Tally] = field(default_factory=dict)

    def of(self, key: Key) -> Tally:
        """The tally of a kernel, new where there was none."""
        return self.tallies.setdefault(key, Tally())

    def join(self, other: Totals) -> None:
        """Those of other programs."""
        self.steps += other.steps
        self.timed += other.timed
        self.loop += other.loop
        self.own += other.own
        for key, tally in other.tallies.items():
            self.of(key).join(tally)


class Watch:
    """Gives the runner a sheet for each program, and collects what they tell.

    Parameters
    ----------
    every
        As of `Network.profile`.
    """

    def __init__(self, every: int | None) -> None:
        self.every = every
        self.seconds = 0.0
        """Of all runs, with what Python does before and after the steps."""
        self.threads = 1
        self.outer: Watch | None = None
        """Which of the same network was there before: it gets what this one was told, once this one is over."""
        self._done = Totals()
        self._before, self._seconds_before = Totals(), 0.0
        """What was watched before it was begun anew within another one."""
        self._over: list[tuple[Sheet, list[Note | None]]] = []
        self._program: Any = None
        self._sheet: Sheet | None = None
        self._notes: list[Note | None] = []

    def sheet(self, assembly: Assembly, made_for: tuple[Runner, int, Any]) -> Sheet:
        """Where the program of an assembly notes its times.

        Two programs that one runner has made for the same revision of its network, and for the same stop conditions,
        differ in where recordings go, and in nothing that is noted.
        """
        program = (*made_for, assembly.program.threads)
        if self._sheet is None or program != self._program:
            self.close()
            layouts = {x.function: x for group in assembly.compiled.layouts for x in group}
            self._notes = [None if call is None else describe(call, layouts) for call in assembly.program.calls]
            threads = assembly.program.threads
            counters = [UNCOUNTED if note is None else note.counter for note in self._notes]
            self._sheet = Sheet(counters, threads, self.every)
            self._program, self.threads = program, max(self.threads, threads)
            runner, _, _ = made_for
            runner.engine.slice_steps = 1  # or many steps are timed before it is known what that costs
        return self._sheet

    def close(self) -> None:
        """The present program is over; what its sheet tells is read when it is asked for, or when there are many."""
        if self._sheet is not None:
            self._over.append((self._sheet, self._notes))
        self._sheet = self._program = None
        if len(self._over) >= MANY:
            self._read()

    def begin(self, network: Network) -> None:
        """Watches the network from now on.

        Raises
        ------
        RuntimeError
            If it does so already.
        """
        outer = network._watch
        while outer is not None:
            if outer is self:
                raise RuntimeError("the network is being profiled already, by this profile")
            outer = outer.outer
        self.outer = network._watch
        if self.outer is not None:  # it gets what is watched from now on, and that alone
            self._before, self._done = self.totals(), Totals()
            self._seconds_before = self.seconds
        network._watch = self

    def begin_around(self, network: Network) -> None:
        """Watches it, too, while another one does."""
        inner = network._watch
        while inner is not None and inner.outer is not None:
            inner = inner.outer
        if inner is None:
            network._watch = self
        else:
            inner.outer = self

    def end(self, network: Network) -> None:
        """The network is no longer watched; whoever watched it before goes on."""
        self.close()
        network._watch = self.outer
        if self.outer is not None:
            self._read()
            self.outer._done.join(self._done)
            self.outer.seconds += self.seconds - self._seconds_before
            self.outer.threads = max(self.outer.threads, self.threads)
            self._done, self._before = self.totals(), Totals()

    def _read(self) -> None:
        for sheet, notes in self._over:
            _collect(self._done, sheet, notes)
        self._over.clear()

    def totals(self) -> Totals:
        """All that is known so far."""
        self._read()
        found = deepcopy(self._before)
        found.join(self._done)
        if self._sheet is not None:
            _collect(found, self._sheet, self._notes)
        return found


def _collect(totals: Totals, sheet: Sheet, notes: list[Note | None]) -> None:
    reading, samples = sheet.read(), sheet.samples()
    totals.steps += reading.steps
    totals.timed += reading.timed
    totals.every = reading.every
    totals.loop += reading.loop
    totals.own += reading.own
    for k, note in enumerate(notes):
        wall, spent, error = reading.wall[k], reading.spent[:, k], reading.wall_error[k]
        if note is None:
            totals.of(WAITING).add(wall, spent, wall_error=error)
            continue
        tally = totals.of((note.phase, note.name, note.part, note.unit))
        events, events_error = _events(note, reading, k)
        tally.add(wall, spent, events, note.traffic.total(events, reading.steps), error)
        tally.events_error = hypot(tally.events_error, events_error)
        if k in samples:
            tally.spikes += reading.events[k]
            tally.spikes_error = hypot(tally.spikes_error, reading.events_error[k])
            tally.samples.append(samples[k])
    last = WAITING if sheet.threads > 1 else BETWEEN
    totals.of(last).add(reading.wall[-1], reading.spent[:, -1], float(reading.steps), wall_error=reading.wall_error[-1])


def _events(note: Note, reading: Reading, k: int) -> tuple[float, float]:
    """Items of each step, or what was counted, and its error; neurons count by steps, and have their spikes beside."""
    how, _ = note.counter
    if how.name in ("NOTHING", "LISTED"):
        return float(note.items * reading.steps), 0.0
    return float(note.items * reading.events[k]), float(note.items * reading.events_error[k])


class Profiling:
    """Profiles a network."""

    _watch: Watch | None = None

    def profile(self: Any, duration: float | None = None, *, every: int | None = None) -> Profile:
        """Measures where the time of the network's steps goes.

        Parameters
        ----------
        duration
            Runs the network for so many ms, as `simulate` does, and gives the profile of that. Without it the profile
            is a context: it measures all that the network runs inside of it.
        every
            One step of so many is timed and its events counted; 1: all are, and the counts are exact. Where None, as
            many are timed as cost less than a hundredth of the time.

        Returns
        -------
        The profile: a table when printed, one in notebooks, a picture by `plot`, a dict by `to_dict`.

        Raises
        ------
        ValueError
            If ``every`` is no positive whole number, or the duration makes no sense.
        NotImplementedError
            If the network was compiled for the reference backend.
        RuntimeError
            If the network is being profiled already by the same profile; another one may be open, and measures what
            this one does.

        Examples
        --------
        >>> from eqneuro import IF_curr_exp, Network
        >>> net = Network(dt=0.1, seed=1)
        >>> cells = net.create(100, IF_curr_exp(i_offset=1.0), name="cells")
        >>> with net.profile() as profile:
        ...     net.simulate(100.0)
        >>> profile.steps, profile.of("update", "cells").count
        (1000, 100000.0)
        >>> abs(sum(profile.phases.values()) - profile.seconds) < 1e-9
        True
        """
        from eqneuro.network.profile import Profile

        if every is not None and (isinstance(every, bool) or not isinstance(every, int) or every < 1):
            raise ValueError(f"every must be a positive whole number of steps, not {every!r}")
        made = Profile(self, every)
        if duration is not None:
            with made:
                self.simulate(duration)
        return made


def refuse_reference(network: Network) -> None:
    """Says so where there is no profile.

    Raises
    ------
    NotImplementedError
        If the network was compiled for the reference backend.
    """
    if network._options.get("backend") == "reference":
        raise NotImplementedError("the reference backend has no profile: compile with the default backend")
