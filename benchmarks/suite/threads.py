"""The same networks on more and more threads: how much faster they get, and that they find the same, bit for bit."""

from __future__ import annotations

import dataclasses
import os
import statistics
from collections.abc import Iterator, Mapping

from benchmarks.suite.collection import NETWORKS, Item, items
from benchmarks.suite.protocol import Case, Run
from benchmarks.suite.results import Results, value

COUNTS = (1, 2, 4, 8, 16)
OF = (
    "coba:4,000",
    "coba:40,000",
    "brunel:12,500",
    "stdp:10,000 to 100, 10 s",
    "rate_network:4,000 dense",
    "microcircuit:scale 1.0",
    "unequal:100,000 with 5,000 hubs",
)
KNOWN = (*NETWORKS, "unequal")
GIBIBYTES = {"microcircuit:scale 1.0": 8.0}
"""What a network needs: it is left out on a machine with less."""


def _cases() -> Iterator[Case]:
    for of in items(OF, KNOWN):
        for threads in COUNTS:
            options = dict(of.case.options) | dict(of=of.name, threads=threads)
            yield dataclasses.replace(of.case, name=f"{of.name} on {threads}", options=options, quick=0.0)


CASES = tuple(_cases())


def fits(case: Case) -> bool:
    """Whether this machine has as many processors, and the memory."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return case.options["threads"] <= processors and GIBIBYTES.get(case.options["of"], 0.0) <= memory


def eqneuro(run: Run) -> Mapping[str, float]:
    [of] = items([run.case.options["of"]], KNOWN)
    return of.module.eqneuro(dataclasses.replace(run, case=dataclasses.replace(of.case, duration=run.case.duration)))


def section(results: Results, notes: Mapping[str, str]) -> str:
    """A table: seconds on one thread, how many times as fast more are, and what explains that."""
    if not results.runs:
        return "Nothing measured yet: `python -m benchmarks threads`."
    machine = ", ".join(results.facts[name] for name in ("CPU", "compiler") if name in results.facts)
    rounds = max(run["round"] for run in results.runs)
    counts = sorted({int(run["threads"]) for run in results.runs})
    lines = [
        f"Simulation by the clock on the wall, medians of {rounds} rounds, on {machine}.",
        "Networks that are too small for more threads stay on fewer by themselves (`net.explain()` tells).",
        "",
        "| network | one thread (s) | " + " | ".join(f"{count} threads" for count in counts[1:]) + " | finds |",
        "| --- " * (len(counts) + 2) + "|",
    ]
    for name in OF:
        runs = [run for run in results.runs if run["case"].startswith(f"{name} on ")]
        if runs:
            lines.append(_row(name, runs, counts))
    lines.append("")
    lines += [f"- {name}: {notes[f'threads:{name}']}" for name in OF if f"threads:{name}" in notes]
    return "\n".join(lines)


def _row(name: str, runs: list[Mapping[str, object]], counts: list[int]) -> str:
    times = {count: [_seconds(run) for run in runs if run["threads"] == count] for count in counts}
    first = statistics.median(times[1])
    cells = [f"{first / statistics.median(found):.2f}" if found else "–" for found in map(times.get, counts[1:])]
    by_seed: dict[object, set[str]] = {}
    for run in runs:
        by_seed.setdefault(run["seed"], set()).add(repr(run["found"]))
    same = "the same on all" if all(len(found) == 1 for found in by_seed.values()) else "**NOT the same**"
    return f"| {name} | {first:.3g} | " + " | ".join(cells) + f" | {same} |"


def _seconds(run: Mapping[str, object]) -> float:
    found = value({**run, "threads": 0}, "simulate")
    assert found is not None
    return found


def chosen(only: list[str]) -> list[Item]:
    """The cases that this machine can run, of all networks or of some: ``"coba:4,000"``.

    Raises
    ------
    LookupError
        If there is no such network.
    """
    unknown = [name for name in only if name not in OF]
    if unknown:
        raise LookupError(f"no network {unknown[0]!r}; there are: {', '.join(OF)}")
    return [item for item in items(networks=["threads"]) if fits(item.case) and item.case.options["of"] in (only or OF)]
