"""The same networks on more and more threads: how much faster they get, and whether they find the same rates."""

from __future__ import annotations

import dataclasses
import os
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.suite.collection import NETWORKS, Item, items, unknown
from benchmarks.suite.protocol import Case, Run
from benchmarks.suite.results import Record, Results, spread
from benchmarks.suite.sessions import named

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
TWO = 0.97
"""Two threads must not be slower than one: the median may be so far below 1, which is noise."""
MORE = 0.95
"""Nothing is wanted of more threads; where their median is below this, the page says that they are slower."""
EXPLAINED = f"""Seconds on one thread, and how many times as fast more threads are: each run beside that of the same
seed on one thread. Medians of a network's rounds, and the lowest and the highest where there are several. Networks try
more threads while they run, and stay on fewer where these are faster (`net.explain()` tells): a short run pays for
that. Two threads must not be slower than one: a median below {TWO:g}, which is more than noise, stays behind. Of more
threads nothing is wanted; "slower" are those whose median is below {MORE:g}, and they are told there too. "Finds"
compares what was found, which is rates and the like. That all spikes and variables are the same bit for bit on 1 to 4
threads is tested by `tests/end_to_end/test_every_benchmark.py`, of these networks or smaller ones.
"""
"""What the table shows."""


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


def section(results: Results, folder: Path, notes: Mapping[str, str], numbers: Mapping[str, int]) -> str:
    """A table: seconds on one thread, how many times as fast more are, what explains that; a picture in the folder."""
    if not results.runs:
        return "Nothing measured yet: `python -m benchmarks threads`."
    machine = ", ".join(results.facts[name] for name in ("CPU", "compiler") if name in results.facts)
    counts = sorted({int(run["threads"]) for run in results.runs})
    heads = ["network", "rounds", "one thread (s)", *(f"{count} threads" for count in counts[1:]), "finds", "session"]
    lines = [
        f"Simulation by the clock on the wall; the last session was on {machine}.",
        EXPLAINED,
        "| " + " | ".join(heads) + " |",
        "| --- " * len(heads) + "|",
    ]
    lines += [_row(name, runs, counts, named(runs, numbers)) for name in OF if (runs := _runs(results, name))]
    draw(results, folder)
    lines.append("")
    lines += [f"- {name}: {notes[f'threads:{name}']}" for name in OF if f"threads:{name}" in notes]
    return "\n".join([*lines, "", "![Simulation against threads](images/performance/threads.png)"])


def behind(results: Results, notes: Mapping[str, str]) -> Iterator[str]:
    """Networks that more threads make slower, with what explains that; in bold where two of them do."""
    for name in OF:
        runs = _runs(results, name)
        slow = [count for count in COUNTS[1:] if is_slower(_times_as_fast(runs, count), count)]
        if slow:
            times = {count: spread(_times_as_fast(runs, count)) for count in slow}
            wanted = {2: f" [≥ {TWO:g}] **NOT**"}
            told = ", ".join(f"{times[count]} on {count}{wanted.get(count, '')}" for count in slow)
            title = f"**Threads, {name}**" if 2 in slow else f"Threads, {name}"
            yield f"- {title}: times as fast as on one: {told}. {notes.get(f'threads:{name}', 'Not explained yet.')}"


def is_slower(times: Sequence[float], count: int) -> bool:
    """Whether so many threads are slower than one, by more than noise; where nothing was measured they are not."""
    return bool(times) and statistics.median(times) < (TWO if count == 2 else MORE)


def draw(results: Results, folder: Path) -> None:
    """Seconds of simulation against threads, log–log; dashed, what would be in proportion."""
    import matplotlib.pyplot as plt

    with plt.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure, axes = plt.subplots(figsize=(5.6, 3.6), layout="constrained")
        for name in OF:
            runs = _runs(results, name)
            counts = sorted({int(run["threads"]) for run in runs})
            seconds = [statistics.median(_seconds(runs, count).values()) for count in counts]
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


def _row(name: str, runs: list[Record], counts: list[int], sessions: str) -> str:
    rounds = {sum(run["threads"] == count for run in runs) for count in counts} - {0}
    cells = [_cell(runs, count) for count in counts[1:]]
    by_seed: dict[object, set[str]] = {}
    for run in runs:
        by_seed.setdefault(run["seed"], set()).add(repr(run["found"]))
    same = "the same on all" if all(len(found) == 1 for found in by_seed.values()) else "**NOT the same**"
    first = spread(list(_seconds(runs, 1).values()))
    return (
        f"| {name} | {' – '.join(map(str, sorted({min(rounds), max(rounds)})))} | {first} | "
        + " | ".join(cells)
        + f" | {same} | {sessions} |"
    )


def _cell(runs: list[Record], count: int) -> str:
    """How many times as fast as one so many threads are; what is wanted of two, and whether that holds."""
    times = _times_as_fast(runs, count)
    if times and count == 2:
        return f"{spread(times)}, [≥ {TWO:g}] " + ("**NOT**" if is_slower(times, count) else "holds")
    return spread(times) + (", slower" if is_slower(times, count) else "")


def _runs(results: Results, name: str) -> list[Record]:
    """Of a network, on any number of threads."""
    return [run for run in results.runs if run["case"].startswith(f"{name} on ")]


def _seconds(runs: Iterable[Record], count: int) -> dict[tuple[str, int], float]:
    """Simulation on so many threads, by the clock on the wall: by session and seed."""
    return {(run["session"], run["seed"]): run["seconds"]["simulate"] for run in runs if run["threads"] == count}


def _times_as_fast(runs: list[Record], count: int) -> list[float]:
    """Than one thread with the same seed, one value a round."""
    one, more = _seconds(runs, 1), _seconds(runs, count)
    return [one[key] / more[key] for key in sorted(one.keys() & more.keys())]


def chosen(only: list[str]) -> list[Item]:
    """The cases that this machine can run, of all networks or of some: ``"coba:4,000"``.

    Raises
    ------
    LookupError
        If there is no such network.
    """
    for name in only:
        if name not in OF:
            raise LookupError(unknown(name, OF))
    return [item for item in items(networks=["threads"]) if fits(item.case) and item.case.options["of"] in (only or OF)]
