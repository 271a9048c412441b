"""The same networks on more and more threads: how much faster they get, and that they find the same, bit for bit."""

from __future__ import annotations

import dataclasses
import os
import statistics
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

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


def section(results: Results, folder: Path, notes: Mapping[str, str]) -> str:
    """A table: seconds on one thread, how many times as fast more are, what explains that; a picture in the folder."""
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
    draw(results, folder)
    lines.append("")
    lines += [f"- {name}: {notes[f'threads:{name}']}" for name in OF if f"threads:{name}" in notes]
    return "\n".join([*lines, "", "![Simulation against threads](images/performance/threads.png)"])


def draw(results: Results, folder: Path) -> None:
    """Seconds of simulation against threads, log–log; dashed, what would be in proportion."""
    import matplotlib.pyplot as plt

    with plt.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure, axes = plt.subplots(figsize=(5.6, 3.6), layout="constrained")
        for name in OF:
            runs = [run for run in results.runs if run["case"].startswith(f"{name} on ")]
            counts = sorted({int(run["threads"]) for run in runs})
            seconds = [_median(runs, count) for count in counts]
            if counts and counts[0] == 1:
                [line] = axes.loglog(counts, seconds, "o-", ms=4, lw=1.2, label=name)
                ideal = [seconds[0] / count for count in counts]
                axes.loglog(counts, ideal, "--", lw=0.6, color=line.get_color(), alpha=0.5)
        every = sorted({int(run["threads"]) for run in results.runs})
        axes.set_xticks(every, [str(count) for count in every], minor=False)
        axes.minorticks_off()
        axes.set(xlabel="threads", ylabel="seconds of simulation")
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8)
        folder.mkdir(parents=True, exist_ok=True)
        figure.savefig(folder / "threads.png", dpi=130)
        plt.close(figure)


def _row(name: str, runs: list[Mapping[str, object]], counts: list[int]) -> str:
    have, first = {run["threads"] for run in runs}, _median(runs, 1)
    cells = [f"{first / _median(runs, count):.2f}" if count in have else "–" for count in counts[1:]]
    by_seed: dict[object, set[str]] = {}
    for run in runs:
        by_seed.setdefault(run["seed"], set()).add(repr(run["found"]))
    same = "the same on all" if all(len(found) == 1 for found in by_seed.values()) else "**NOT the same**"
    return f"| {name} | {first:.3g} | " + " | ".join(cells) + f" | {same} |"


def _median(runs: Iterable[Mapping[str, object]], count: int) -> float:
    """Seconds of simulation on so many threads, by the clock on the wall."""
    found = [value({**run, "threads": 0}, "simulate") for run in runs if run["threads"] == count]
    return statistics.median(seconds for seconds in found if seconds is not None)


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
