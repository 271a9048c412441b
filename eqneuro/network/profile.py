"""Profiles: where the time of a network's steps went."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from eqneuro.engine.bandwidth import CACHE_BYTES, MEMORY_BYTES, memory_bandwidth
from eqneuro.network.profile_notes import OTHER, PHASES, SCAN, SPIKE, UPDATE
from eqneuro.network.profile_scan import seconds_of_a_spike
from eqneuro.network.profile_text import as_html, as_text
from eqneuro.network.profiling import WAITING, Key, Tally, Watch, refuse_reference
from eqneuro.network.telling import plain

if TYPE_CHECKING:
    from eqneuro.network.network import Network

MOST_OF_UPDATE = 0.9
"""What spikes may take of the kernel that updates neurons, at most."""


@dataclass(frozen=True)
class ProfileRow:
    """One kernel of one population, projection or monitor, or a part of it.

    Attributes
    ----------
    phase
        ``"update"``, ``"scan"``, ``"delivery"``, ``"plasticity"``, ``"recording"`` or ``"other"``.
    name, part
        The name of the object, and which of its kernels it is where there are several.
    seconds
        Of the run, as all threads together see them: the mean of the threads.
    share
        The same as a part of the whole.
    count, unit
        What it did: neuron-steps, events (spikes times synapses, or synapses times steps), spikes, values, steps.
    nanoseconds
        Of one thread for each of these; None where there were none.
    bytes
        That it read and wrote, computed from its arrays and the count; each entry of an array counts once a step.
    bandwidth
        Bytes a second of one thread; None where nothing is computed.
    seconds_error, count_error
        Standard errors: not all steps were timed, and counted. 0 where nothing was drawn.
    """

    phase: str
    name: str
    part: str
    seconds: float
    share: float
    count: float
    unit: str
    nanoseconds: float | None
    bytes: float
    bandwidth: float | None
    seconds_error: float = 0.0
    count_error: float = 0.0


@dataclass(frozen=True)
class ThreadRow:
    """One thread: seconds in kernels, seconds of waiting for others, and those in which it was not in use."""

    busy: float
    waiting: float
    unused: float


class Profile:
    """What `Network.profile` gives: a context, then a table when printed, a picture by `plot`, a dict by `to_dict`."""

    def __init__(self, network: Network, every: int | None = None) -> None:
        refuse_reference(network)
        self._network = network
        self._watch = Watch(every)

    def __enter__(self) -> Self:
        """Measures all that the network runs from now on."""
        refuse_reference(self._network)
        self._watch.begin(self._network)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops."""
        self._watch.end(self._network)
        if kind is None:
            refuse_reference(self._network)

    # -- what was measured --------------------------------------------------------------------------------------------

    @property
    def steps(self) -> int:
        """How many steps were run."""
        return self._watch.totals().steps

    @property
    def timed_steps(self) -> int:
        """In how many of them each kernel was timed."""
        return self._watch.totals().timed

    @property
    def seconds(self) -> float:
        """Of all runs; compiling and callbacks are not among them."""
        return self._watch.seconds

    @property
    def own_seconds(self) -> float:
        """What the profile itself took of them: stamps and counting."""
        return self._watch.totals().own

    @property
    def threads(self) -> tuple[ThreadRow, ...]:
        """What each thread did while steps were run."""
        totals = self._watch.totals()
        waiting, spent = np.zeros(self._watch.threads), np.zeros(self._watch.threads)
        for key, tally in totals.tallies.items():
            into = waiting if key == WAITING else spent
            into[: len(tally.spent)] += tally.spent[: len(into)]
        unused = np.maximum(0.0, totals.loop - waiting - spent)
        return tuple(ThreadRow(*map(float, row)) for row in zip(spent, waiting, unused, strict=True))

    @property
    def rows(self) -> tuple[ProfileRow, ...]:
        """All kernels by phase, the longest first; their seconds sum to those of the whole."""
        totals = self._watch.totals()
        found: list[ProfileRow] = []
        for key, tally in totals.tallies.items():
            found += self._split(key, tally)
        rest = max(0.0, self.seconds - totals.loop)
        found.append(self._row((OTHER, "runs", "before and after their steps", "step"), Tally(rest, np.array([rest]))))
        kept = [row for row in found if row.seconds > 0.0 or row.count]
        return tuple(sorted(kept, key=lambda row: (PHASES.index(row.phase), -row.seconds)))

    @property
    def phases(self) -> dict[str, float]:
        """Seconds of each phase."""
        rows = self.rows
        return {phase: sum(row.seconds for row in rows if row.phase == phase) for phase in PHASES}

    def of(self, phase: str, name: str, part: str = "") -> ProfileRow:
        """The row of a kernel.

        Raises
        ------
        KeyError
            If there is none.
        """
        for row in self.rows:
            if (row.phase, row.name, row.part) == (phase, name, part):
                return row
        words = f"no kernel of {name!r} in phase {phase!r}{f', {part!r}' if part else ''}"
        raise KeyError(f"{words}; there are: {'; '.join(_place(row) for row in self.rows)}")

    def _split(self, key: Key, tally: Tally) -> list[ProfileRow]:
        """A row, or two where spikes have a part in an update that can be told."""
        busy = float(tally.spent.sum())
        cost = max((seconds_of_a_spike(samples) for samples in tally.samples), default=0.0)
        if not cost or not busy or key[0] != UPDATE:
            return [self._row(key, tally)]
        part = min(MOST_OF_UPDATE, cost * tally.spikes / busy)
        scan = (SCAN, key[1], key[2], SPIKE)
        spikes = Tally(part * tally.wall, part * tally.spent, tally.spikes)
        spikes.wall_error, spikes.events_error = part * tally.wall_error, tally.spikes_error
        rest = Tally((1.0 - part) * tally.wall, (1.0 - part) * tally.spent, tally.events, tally.bytes)
        rest.wall_error, rest.events_error = (1.0 - part) * tally.wall_error, tally.events_error
        return [self._row(key, rest), self._row(scan, spikes)]

    def _row(self, key: Key, tally: Tally) -> ProfileRow:
        phase, name, part, unit = key
        wall, busy, count, moved = map(float, (tally.wall, tally.spent.sum(), tally.events, tally.bytes))
        share = wall / self.seconds if self.seconds else 0.0
        each = 1e9 * busy / count if count else None
        rate = moved / busy if moved and busy else None
        errors = float(tally.wall_error), float(tally.events_error)
        return ProfileRow(phase, name, part, wall, share, count, unit, each, moved, rate, *errors)

    # -- beside the machine -------------------------------------------------------------------------------------------

    @property
    def memory_bandwidth(self) -> float:
        """Bytes a second that the network's threads read and write together where no cache helps (triad, measured)."""
        return memory_bandwidth(self._watch.threads, MEMORY_BYTES)

    @property
    def cache_bandwidth(self) -> float:
        """The same in arrays that fit into a core's own cache."""
        return memory_bandwidth(self._watch.threads, CACHE_BYTES * self._watch.threads)

    # -- faces --------------------------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain dicts, lists and numbers, which JSON can hold."""
        totals = self._watch.totals()
        found = {
            "dt": self._network.dt,
            "steps": totals.steps,
            "timed_steps": totals.timed,
            "seconds": self.seconds,
            "own_seconds": totals.own,
            "memory_bandwidth": self.memory_bandwidth,
            "cache_bandwidth": self.cache_bandwidth,
            "phases": self.phases,
            "rows": [asdict(row) for row in self.rows],
            "threads": [asdict(row) for row in self.threads],
        }
        held: dict[str, Any] = plain(found)
        return held

    def plot(self, path: Any = None) -> Any:
        """A picture: the phases of the whole, and the longest kernels.

        Parameters
        ----------
        path
            Where it is written; nowhere where None.

        Returns
        -------
        The figure.
        """
        from eqneuro.network.profile_picture import draw

        figure = draw(self)
        if path is not None:
            figure.savefig(path, dpi=150)
        return figure

    def __str__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)

    __repr__ = __str__


def _place(row: ProfileRow) -> str:
    """What `Profile.of` takes for it."""
    return ", ".join(repr(word) for word in (row.phase, row.name, row.part) if word)
