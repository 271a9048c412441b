"""The raw values of all runs, kept as JSON, and what is computed from them: ratios within a round, medians, spreads."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.suite.collection import Item

SLOW = 0.85
"""A core that makes fewer than so many of the most additions a nanosecond of a session was shared or slowed down."""
Record = dict[str, Any]
"""A run: network, case, simulator, session, round, seed, threads, milliseconds, is_cold; what `launch` tells of it."""


@dataclass(frozen=True)
class Ratio:
    """How many times faster eqneuro is, one value a round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def lowest(self) -> float:
        return min(self.values)

    @property
    def highest(self) -> float:
        return max(self.values)


@dataclass
class Results:
    """A file of results; runs that could not be made are kept with the reason."""

    path: Path
    facts: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: list[Record] = field(default_factory=list)
    missing: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Results:
        """What the file holds, or nothing where there is none."""
        if not path.exists():
            return cls(path)
        held = json.loads(path.read_text(encoding="utf-8"))
        return cls(path, held["facts"], held["sessions"], held["runs"], held["missing"])

    def save(self) -> None:
        """At once or not at all, so that an interruption loses nothing."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        runs = ",\n".join(json.dumps(run, sort_keys=True) for run in self.runs)
        parts = {"facts": self.facts, "sessions": self.sessions, "missing": self.missing}
        head = ",\n".join(f"{json.dumps(name)}: {json.dumps(part, indent=1)}" for name, part in parts.items())
        partial = self.path.with_suffix(".partial")
        partial.write_text(f'{{\n{head},\n"runs": [\n{runs}\n]\n}}\n', encoding="utf-8")
        os.replace(partial, self.path)

    def of(self, item: Item, simulator: str | None = None) -> list[Record]:
        """Runs of a case, by one simulator or by all."""
        return [
            run
            for run in self.runs
            if (run["network"], run["case"]) == (item.network, item.case.name) and simulator in (None, run["simulator"])
        ]

    def used(self) -> list[str]:
        """The sessions of which runs are left."""
        left = {run["session"] for run in self.runs}
        return [session for session in self.sessions if session in left]

    def begin(self, item: Item, simulators: Sequence[str], session: str) -> None:
        """Forgets older runs of a case by these simulators, and those of eqneuro that then have none beside them."""
        others = [name for name in simulators if name != "eqneuro"] or ["eqneuro"]
        kept = [run for run in self.of(item) if run["session"] == session or run["simulator"] not in others]
        paired = {run["session"] for run in kept if run["simulator"] != "eqneuro"} | {session}
        kept = [run for run in kept if run["session"] in paired]
        here = {id(run) for run in self.of(item)} - {id(run) for run in kept}
        self.runs = [run for run in self.runs if id(run) not in here]

    def adopt(self, other: Results, items: Iterable[Item]) -> list[Item]:
        """Takes over all sessions of another file, in place of older runs; gives the cases that they ran."""
        taken = []
        for session, about in other.sessions.items():
            for item in items:
                runs = [run for run in other.of(item) if run["session"] == session]
                if runs:
                    self.begin(item, sorted({run["simulator"] for run in runs}), session)
                    self.runs.extend(runs)
                    self.sessions[session] = about
                    taken.append(item)
        return taken

    def ratio(self, item: Item, simulator: str, phase: str) -> Ratio | None:
        """Time (or memory) of a peer by that of eqneuro in the same round; None where no round has both.

        CPU seconds where they ran on different numbers of threads: C is one, whatever eqneuro has.
        """
        own = {(run["session"], run["round"]): run for run in self.of(item, "eqneuro")}
        found = []
        for run in self.of(item, simulator):
            beside = own.get((run["session"], run["round"]))
            if beside is None or (phase == "compile" and run["is_cold"] != beside["is_cold"]):
                continue
            is_cpu = run["threads"] != beside["threads"] or None
            theirs, ours = value(run, phase, is_cpu=is_cpu), value(beside, phase, is_cpu=is_cpu)
            if theirs is not None and ours:
                found.append(theirs / ours)
        return Ratio(tuple(found)) if found else None

    def disturbed(self, item: Item) -> tuple[int, int] | None:
        """Runs of a case before or after which the core was slow, and those of which that is known; None if of none."""
        best: dict[str, float] = {}
        for run in self.runs:
            best[run["session"]] = max(best.get(run["session"], 0.0), *run.get("clock", [0.0]))
        known = [run for run in self.of(item) if "clock" in run]
        slow = [run for run in known if min(run["clock"]) < SLOW * best[run["session"]]]
        return (len(slow), len(known)) if known else None

    def clocks(self, session: str) -> list[float]:
        """Additions a nanosecond before and after each run of a session."""
        return [clock for run in self.runs if run["session"] == session for clock in run.get("clock", [])]

    def median(self, item: Item, simulator: str, phase: str, *, is_cold: bool | None = None) -> float | None:
        found = self.values(item, simulator, phase, is_cold=is_cold)
        return statistics.median(found) if found else None

    def values(self, item: Item, simulator: str, phase: str, *, is_cold: bool | None = None) -> list[float]:
        """Of all rounds, or of those that began with empty caches, or not."""
        runs = [run for run in self.of(item, simulator) if is_cold in (None, run["is_cold"])]
        return [one for one in (value(run, phase) for run in runs) if one is not None]


def value(run: Record, phase: str, *, is_cpu: bool | None = None) -> float | None:
    """What a run took: CPU seconds on one thread, of wall clock on several, unless it is said; MiB of memory."""
    if phase in ("memory", "script"):
        return float(run[phase])
    is_cpu = run["threads"] == 1 if is_cpu is None else is_cpu
    times = run["cpu" if is_cpu and phase in ("simulate", "build") else "seconds"]
    return float(times[phase]) if phase in times else None


def spread(found: Sequence[float]) -> str:
    """A median, and in brackets the lowest and the highest where there are several."""
    if not found:
        return "–"
    middle, lowest, highest = (
        f"{one:.3g}" if one < 1000 else f"{one:.0f}" for one in (statistics.median(found), min(found), max(found))
    )
    return middle if len(found) == 1 else f"{middle} ({lowest} – {highest})"


def of_seeds(runs: Iterable[Record], name: str) -> list[float]:
    """What was found under a name, one value a seed: all sessions begin with the same seeds, and find the same again.

    Where runs of a seed differ, since the program changed from session to session, the value is their mean.
    """
    by: dict[int, list[float]] = {}
    for run in runs:
        if name in run["found"]:
            by.setdefault(run["seed"], []).append(run["found"][name])
    return [statistics.mean(values) for values in by.values()]


def disagreements(item: Item, runs: Iterable[Record]) -> Iterator[str]:
    """What differs between eqneuro and another by more than four standard errors and what the models may differ by.

    With fewer than three seeds of each the noise is not known, and nothing is said.
    """
    by: dict[str, list[Record]] = {}
    for run in runs:
        by.setdefault(run["simulator"], []).append(run)
    own = by.pop("eqneuro", [])
    for simulator, theirs in by.items():
        for name in own[0]["found"].keys() & theirs[0]["found"].keys() if own else ():
            first, second = of_seeds(own, name), of_seeds(theirs, name)
            if min(len(first), len(second)) < 3:
                continue
            apart = abs(statistics.mean(first) - statistics.mean(second))
            error = (statistics.variance(first) / len(first) + statistics.variance(second) / len(second)) ** 0.5
            allowed = 4.0 * error + item.tolerance(name) * abs(statistics.mean(first))
            if not apart <= allowed:
                means = f"{statistics.mean(first):.4g} and {statistics.mean(second):.4g}"
                yield f"{simulator}: {name} {means} differ by more than {allowed:.2g}"
