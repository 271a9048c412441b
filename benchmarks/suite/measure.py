"""``python -m benchmarks run``: simulators take turns, one run each a round, every round another seed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import peers
from benchmarks.suite.collection import Item
from benchmarks.suite.launch import Launcher, RefusedError, RunError
from benchmarks.suite.results import Results, disagreements

QUICK_LIMIT = 1.6
"""Times the time of C, at most, in the small version."""


@dataclass(frozen=True)
class Plan:
    """What is run."""

    items: tuple[Item, ...]
    simulators: tuple[str, ...]
    repeats: int
    threads: int
    session: str

    def threads_of(self, item: Item) -> int:
        return max(item.threads, self.threads)


@dataclass(frozen=True)
class Turn:
    """One run that is to be made."""

    item: Item
    simulator: str
    round: int
    is_cold: bool


def turns(plan: Plan, launcher: Launcher, results: Results) -> Iterator[Turn]:
    """Simulators in turn; who begins changes with the round. What the session has run already is left out."""
    for item in plan.items:
        names = [name for name in item.simulators(plan.simulators) if launcher.can_run(name)]
        have = {(run["simulator"], run["round"]) for run in results.of(item) if run["session"] == plan.session}
        for round_ in range(1, plan.repeats + 1):
            shift = (round_ - 1) % max(len(names), 1)
            for name in (*names[shift:], *names[:shift]) if round_ > 1 else names:
                if (name, round_) not in have:
                    yield Turn(item, name, round_, round_ == 1 or bool(item.case.options.get("cold")))


def measure(
    plan: Plan, launcher: Launcher, results: Results, *, quick: bool = False, milliseconds: float | None = None
) -> list[str]:
    """Runs what is planned, keeps each result at once, and gives the errors: one line each."""
    planned, errors, begin = list(turns(plan, launcher, results)), [], time.perf_counter()
    begun: set[str] = set()
    for number, turn in enumerate(planned, 1):
        item, where = turn.item, results.missing.setdefault(turn.item.name, {})
        if turn.round > 1 and turn.simulator in where:
            continue
        threads = plan.threads_of(item)
        duration = milliseconds or (item.case.quick if quick else item.case.duration)
        tell(f"[{number}/{len(planned)}, {time.perf_counter() - begin:.0f} s] {item.name}, {turn.simulator}", end=": ")
        try:
            told = launcher.run(item, turn.simulator, turn.round, threads, cold=turn.is_cold, duration=duration)
        except (RunError, RefusedError) as error:
            where[turn.simulator] = str(error)
            tell(f"{error}")
            if isinstance(error, RunError):
                errors.append(f"{item.name}, {turn.simulator}: {error}")
            continue
        where.pop(turn.simulator, None)
        if item.name not in begun:  # what is older is kept until there is something newer
            begun.add(item.name)
            names = [name for name in item.simulators(plan.simulators) if launcher.can_run(name)]
            results.begin(item, names, plan.session)
        record = dict(network=item.network, case=item.case.name, simulator=turn.simulator, session=plan.session)
        record |= dict(round=turn.round, seed=turn.round, milliseconds=duration, is_cold=turn.is_cold)
        results.runs.append({**record, "threads": 1 if turn.simulator == "c" else threads, **told})
        results.save()
        phases = ", ".join(f"{name} {seconds:.3g} s" for name, seconds in told["cpu"].items())
        tell(f"{phases}; " + ", ".join(f"{name} {found:.4g}" for name, found in told["found"].items()))
    if begun:  # else there is nothing to keep but reasons, which were told
        results.save()
    for item in plan.items:
        errors.extend(f"{item.name}, {what}" for what in disagreements(item, results.of(item)))
    return errors


def too_slow(plan: Plan, results: Results, limit: float = QUICK_LIMIT) -> Iterator[str]:
    """Cases that take more than so many times the time of C, in the median of the rounds."""
    for item in plan.items:
        ratio = results.ratio(item, "c", "simulate")
        if ratio is None:
            yield f"{item.name}: no run of C beside one of eqneuro"
            continue
        times, spread = 1.0 / ratio.median, f"{1.0 / ratio.highest:.2f} – {1.0 / ratio.lowest:.2f}"
        seconds = results.median(item, "c", "simulate")
        tell(f"{item.name}: {times:.2f} times the time of C ({spread}), which takes {seconds:.3g} s")
        if times > limit:
            yield f"{item.name}: {times:.2f} times the time of C, more than {limit:g}"


def facts(simulators: Sequence[str], folder: Path | None) -> dict[str, str]:
    """The machine, and versions of the peers that were run."""
    found = peers.machine()
    for name in simulators:
        if folder is not None and name in peers.PACKAGES:
            found[name] = peers.version(name, folder)
    return found


def tell(text: str, end: str = "\n") -> None:
    print(text, end=end, file=sys.stderr, flush=True)
