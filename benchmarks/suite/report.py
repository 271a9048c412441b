"""``python -m benchmarks report``: docs/performance.md from the files of results; nothing but notes is typed in."""

from __future__ import annotations

import inspect
import statistics
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.suite import growth, threads
from benchmarks.suite.collection import SIMULATORS, TITLES, Item, items
from benchmarks.suite.protocol import Wanted
from benchmarks.suite.results import SLOW, Ratio, Record, Results, disagreements, of_seeds, spread
from benchmarks.suite.sessions import listed, named, numbered

DOCS = Path(__file__).parent.parent.parent / "docs"
NOTES = Path(__file__).parent.parent / "results" / "notes.toml"
"""What explains a row that is behind: ``"network:case" = "text"``."""
NAMES = {
    "coba": "COBA",
    "cuba": "CUBA",
    "brunel": "Brunel",
    "hh_coba": "Hodgkin–Huxley COBA",
    "izhikevich": "Izhikevich",
    "stdp": "STDP",
    "rate_network": "rate network",
    "reservoir": "reservoir",
    "single_neuron": "single neuron",
    "short_calls": "short calls",
    "building": "building",
    "neighbours": "neighbours",
    "compiling": "compiling",
    "microcircuit": "microcircuit",
}
COLUMNS = ("brian2", "annarchy", "nest", "genn")
OTHERS = ("numpy", "scipy", "reservoirpy")


def write(path: Path, growth_path: Path, threads_path: Path) -> Path:
    """The page, and its pictures beside it."""
    results, grown, shared = Results.load(path), Results.load(growth_path), Results.load(threads_path)
    page = DOCS / "performance.md"
    notes = tomllib.loads(NOTES.read_text(encoding="utf-8")) if NOTES.exists() else {}
    page.write_text(text(results, grown, shared, notes), encoding="utf-8")
    return page


def text(results: Results, grown: Results, shared: Results, notes: Mapping[str, str]) -> str:
    """The page."""
    facts = "\n".join(f"- {TITLES.get(name, name)}: {told}" for name, told in results.facts.items())
    files = (results, grown, shared)
    sessions, (own, growing, threaded) = "\n".join(listed(files, results.facts)), numbered(files)
    slower = threads.behind(shared, notes)
    behind = "\n".join([*behind_rows(results, notes), *growth.behind(grown, notes), *slower]) or "None."
    pictures = DOCS / "images" / "performance"
    return f"""# Speed

Made by `python -m benchmarks report` from the raw values in `benchmarks/results`, which these sessions measured:

{sessions}

The machine, where no other one is told:

{facts}

The column "session" of each table names those sessions, by their numbers, that the values of a row are from; in the
table of medians there is a row for each simulator. Machines of one kind, as they are rented, are not told apart.

A ratio is taken within a round: each simulator runs once, on the same core, with another seed each round. The table has
the median of the rounds, with the lowest and the highest; what is wanted is in brackets. Times of simulations are CPU
seconds where there is one thread. A ratio is how many times faster eqneuro is, but for C: how many times the time of
the program written by hand eqneuro takes, in CPU seconds of all its threads, since the program has one. Cores of a
rented machine are shared with others at times, which slows arithmetic more than waiting for memory: a row says before
or after how many of its runs the core made less than {SLOW:.0%} of the dependent additions that it made at best
(`benchmarks/reference/clock.c`), where that was measured.

{chr(10).join(grid(results, notes, own))}

Activity must agree between simulators within four standard errors and a few per cent that methods differ by; each
session begins with the same seeds, so that a seed counts once, however many sessions ran it:
{agreement(results, notes)}

## What stays behind

{behind}

## Growth

{growth.section(grown, pictures, notes, growing)}

## Threads

{threads.section(shared, pictures, notes, threaded)}

## Medians and spreads

Medians of the rounds, and the lowest and the highest: seconds (CPU seconds of building and simulation where there is
one thread), the whole process by the clock on the wall, MiB at peak. `compile` is told with caches empty, and with what
an earlier run left there. What a simulator finds is told as the mean over its seeds, with the standard error.

{chr(10).join(medians(results, own))}

## What the networks are

{chr(10).join(descriptions())}
"""


def grid(results: Results, notes: Mapping[str, str], numbers: Mapping[str, int]) -> Iterator[str]:
    """The table: a row for each case and phase of which something is wanted or that was measured."""
    columns = [name for name in COLUMNS if any(run["simulator"] == name for run in results.runs)]
    heads = [
        "benchmark",
        "of",
        *(TITLES[name] for name in columns),
        "others",
        TITLES["c"],
        "session",
        "slow core",
        "note",
    ]
    yield "| " + " | ".join(heads) + " |"
    yield "| " + " | ".join("---" for _ in heads) + " |"
    for item in items():
        if runs := results.of(item):
            for wanted in item.wanted() or (Wanted({}),):
                beside = [cell(results, item, wanted, name) for name in columns]
                others = ", ".join(
                    f"{TITLES[name]} {shown}" for name in OTHERS if (shown := cell(results, item, wanted, name)) != "–"
                )
                limits = "; ".join(told for told, _ in limits_of(results, item, wanted))
                note = "; ".join(filter(None, [limits, notes.get(item.name, "")]))
                own, slow = cell(results, item, wanted, "c"), results.disturbed(item)
                shared = "–" if slow is None else f"{slow[0]} of {slow[1]}"
                cells = [title(item), wanted.phase, *beside, others or "–", own, named(runs, numbers), shared, note]
                yield "| " + " | ".join(cells) + " |"


def cell(results: Results, item: Item, wanted: Wanted, simulator: str) -> str:
    """Median, spread, what is wanted, and whether it holds."""
    if simulator == "c" and wanted.phase != "simulate":
        return "–"
    ratio = results.ratio(item, simulator, wanted.phase)
    if ratio is None:
        reason = results.missing.get(item.name, {}).get(simulator)
        return "does not run" if reason else "–"
    limit = wanted.reference if simulator == "c" else wanted.faster.get(simulator)
    if simulator == "c":
        shown = f"{1.0 / ratio.median:.2f} ({1.0 / ratio.highest:.2f} – {1.0 / ratio.lowest:.2f})"
        goal = "" if limit is None else f", [≤ {limit:g}]"
    else:
        shown = f"{ratio.median:.2f} ({ratio.lowest:.2f} – {ratio.highest:.2f})"
        goal = "" if limit is None else f", [≥ {limit:.3g}]"
    return shown + goal + ("" if limit is None else " holds" if holds(ratio, simulator, limit) else " **NOT**")


def holds(ratio: Ratio, simulator: str, limit: float) -> bool:
    return 1.0 / ratio.median <= limit if simulator == "c" else ratio.median >= limit


def limits_of(results: Results, item: Item, wanted: Wanted) -> Iterator[tuple[str, bool]]:
    """What is wanted of eqneuro alone."""
    for phase, limit in wanted.limits.items():
        found, unit = results.median(item, "eqneuro", phase), "MiB" if phase == "memory" else "s"
        if found is not None:
            verdict = "holds" if found <= limit else "**NOT**"
            yield f"{phase} {found:.3g} {unit} [≤ {limit:g}] {verdict}", found <= limit


def behind_rows(results: Results, notes: Mapping[str, str]) -> Iterator[str]:
    """What does not hold, with its note."""
    for item in items():
        for wanted in item.wanted():
            goals = {**wanted.faster, **({} if wanted.reference is None else {"c": wanted.reference})}
            for simulator, limit in goals.items():
                ratio = results.ratio(item, simulator, wanted.phase)
                if ratio is not None and not holds(ratio, simulator, limit):
                    shown = cell(results, item, wanted, simulator)
                    told = notes.get(item.name, "not explained yet: the profile and the next idea belong here.")
                    yield f"- **{title(item)}**, {wanted.phase}, beside {TITLES[simulator]}: {shown}. {told}"
            for told, is_kept in limits_of(results, item, wanted):
                if not is_kept:
                    yield f"- **{title(item)}**: {told}. {notes.get(item.name, 'Not explained yet.')}"


def agreement(results: Results, notes: Mapping[str, str]) -> str:
    """Whether all simulate the same networks, and why not where that is known."""
    wrong = []
    for item in items():
        for what in disagreements(item, results.of(item)):
            reason = notes.get(f"agreement:{item.name}, {what.partition(':')[0]}")
            wrong.append(f"- {item.name}, {what}" + (f": {reason}" if reason else ""))
    return "they do in all rows." if not wrong else "these do NOT:\n\n" + "\n".join(wrong)


def medians(results: Results, numbers: Mapping[str, int]) -> Iterator[str]:
    """A row for each case and simulator."""
    times = ("import", "build", "compile cold", "warm", "simulate", "process", "MiB")
    heads = ("benchmark", "simulator", *times, "session", "finds")
    yield "| " + " | ".join(heads) + " |"
    yield "| " + " | ".join("---" for _ in heads) + " |"
    for item in items():
        for name in SIMULATORS:
            runs = results.of(item, name)
            reason = results.missing.get(item.name, {}).get(name)
            if not runs and reason:
                yield f"| {title(item)} | {TITLES[name]} |" + " – |" * 8 + f" {reason} |"
            elif runs:
                phases = (
                    ("import", None), ("build", None), ("compile", True), ("compile", False), ("simulate", None),
                    ("script", None), ("memory", None),
                )  # fmt: skip
                shown = [spread(results.values(item, name, phase, is_cold=is_cold)) for phase, is_cold in phases]
                cells = [title(item), TITLES[name], *shown, named(runs, numbers), finds(runs)]
                yield "| " + " | ".join(cells) + " |"


def finds(runs: Sequence[Record]) -> str:
    """Means over seeds, with standard errors."""
    parts = []
    for name in runs[0]["found"]:
        values = of_seeds(runs, name)
        error = f" ± {statistics.stdev(values) / len(values) ** 0.5:.2g}" if len(values) > 1 else ""
        parts.append(f"{name} {statistics.mean(values):.4g}{error}")
    return ", ".join(parts)


def title(item: Item) -> str:
    return f"{NAMES[item.network]}, {item.case.name}"


def descriptions() -> Iterator[str]:
    """What the networks' files say of them."""
    for name, module in {item.network: item.module for item in items()}.items():
        first, *rest = inspect.cleandoc(module.__doc__ or "").split("\n\n")
        yield f"### {NAMES[name]}\n\n{first} " + " ".join(rest).replace("::", ":") + "\n"
