"""``python -m benchmarks figures``: one table of what eqneuro's networks do and how fast they run;
``python -m benchmarks accuracy``: how far each method is from the exact solution, and what it costs.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import figures, peers
from benchmarks.figures import Figure

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
HEADINGS = ("what", "median", "lowest – highest", "wanted", "holds", "note")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("figures", help="measure everything and print the table")
    command.add_argument("--repeats", type=int, default=5, help="how often each time is measured")
    command.add_argument("--peers", type=Path, metavar="DIR", help="folder for Brian2's environment and programs")
    command.add_argument("--core", type=int, default=figures.last_core(), help="the core that timed networks run on")
    command.add_argument("--write", action="store_true", help=f"write {PAGE.name} too")
    table_of_methods = commands.add_parser("accuracy", help="measure errors and cost of every method")
    table_of_methods.add_argument(
        "--peers", type=Path, metavar="DIR", help="folder for environments of Brian2 and NEST"
    )
    table_of_methods.add_argument("--write", action="store_true", help="write docs/accuracy.md and its pictures too")
    arguments = parser.parse_args()
    folder = arguments.peers and arguments.peers.absolute()
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    if arguments.command == "accuracy":
        return write_accuracy(folder, write=arguments.write)
    wanted, told = figures.speed_figures(arguments.repeats, folder, arguments.core)
    wanted = [*figures.activity_figures(), *wanted]
    facts = peers.machine() | ({"Brian2": peers.version("Brian2", folder)} if folder else {})
    text = page(wanted, told, facts, arguments.repeats)
    print(text)
    if arguments.write:
        PAGE.write_text(text, encoding="utf-8")
    return 0 if all(figure.verdict != "NO" for figure in wanted) else 1


def write_accuracy(folder: Path | None, *, write: bool) -> int:
    """The page on accuracy."""
    from benchmarks.accuracy import collect, page, pictures

    results = collect.collect(folder)
    facts = peers.machine() | ({name: peers.version(name, folder) for name in ("Brian2", "NEST")} if folder else {})
    text = page.page(results, facts)
    print(text)
    if write:
        place = PAGE.parent / "images" / "accuracy"
        place.mkdir(parents=True, exist_ok=True)
        for name, runs in results.items():
            pictures.draw(page.TITLES[name], runs, place / f"{name}.png")
        (PAGE.parent / "accuracy.md").write_text(text, encoding="utf-8")
    return 0


def page(wanted: Sequence[Figure], told: Sequence[Figure], facts: dict[str, str], repeats: int) -> str:
    """The page of the documentation."""
    what = "\n".join(f"- {name}: {value}" for name, value in facts.items())
    peer = " --peers DIR" if "Brian2" in facts else ""
    return f"""# Performance

Made by `python -m benchmarks figures{peer} --write` on {datetime.date.today():%d %B %Y}; nothing here is typed in.

{what}

Each time was measured {repeats} times, one of each in turn, so that what disturbs one disturbs all; the table has the
median and the range. Times of whole runs are CPU seconds of one thread on one core, which is also what Brian2 reports;
times of imports, compiling and scripts are wall-clock seconds in a new process. On a busy or virtual machine single
values vary by a third, and two threads that wait for each other may be slower than one: ratios of CPU seconds are what
counts.

## Figures

{table(wanted)}

## Beside them

{table(told)}

## What is compared

- **COBA** and **CUBA** are the benchmarks 1 and 2 of Brette et al. (2007, J. Comput. Neurosci. 23:349): 4,000 neurons,
  80 synapses each, dt = 0.1 ms, a delay of one step; all spikes are recorded. COBA has a constant drive of 20 mV, since
  most networks fall silent within a second without one. Rates and CV are those of the second half of 1 s.
- **Brian2** runs the same equations in C++ standalone mode, with its own compiler flags, in an environment of its own.
  `explicit` here is its `euler`, `exponential` its `exponential_euler`. Its time is that of its run alone.
- **C by hand** is `benchmarks/reference/coba.c`: one program that can do nothing else,
  `gcc {" ".join(peers.C_FLAGS)}`. It looks for no numbers that became NaN, and may fuse multiplications and additions,
  which eqneuro does not, so that the same network gives the same bits everywhere.
- Every repetition draws another network. Mean rates must agree within four standard errors, or no table is made.
- Scripts include the start of Python; "without imports" means that sympy and jinja2 were imported before.
"""


def table(rows: Sequence[Figure]) -> str:
    cells = [figure.cells() for figure in rows]
    kept = [k for k, name in enumerate(HEADINGS) if any(row[k] for row in cells)]
    lines = [HEADINGS, tuple("---" for _ in HEADINGS), *cells]
    return "\n".join("| " + " | ".join(line[k] for k in kept) + " |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
