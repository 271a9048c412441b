"""``python -m benchmarks run``: networks on eqneuro, its peers and by hand in C; ``report`` writes the page on speed;
``growth``: how eqneuro's time and memory grow; ``figures``: what networks do and how fast eqneuro starts;
``accuracy``: how far each method is from the exact solution, and what it costs.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Sequence
from pathlib import Path

try:
    import eqneuro.engine  # noqa: F401 -- the sources beside this folder come first, compiled or not
except ImportError as error:
    reason = str(error).partition(". ")[0]  # what follows is advice for those who do not want these sources
    advice = "here it takes pip install -e '.[test]' (benchmarks/README.md)"
    print(f"python -m benchmarks: error: {reason}; {advice}", file=sys.stderr)
    sys.exit(2)

from benchmarks import commands, figures, options, peers
from benchmarks.figures import Figure

DOCS = Path(__file__).parent.parent / "docs"
HEADINGS = ("what", "median", "lowest – highest", "wanted", "holds", "note")


def main() -> int:
    parser = options.Parser(prog="python -m benchmarks", description=__doc__)
    added = parser.add_subparsers(dest="command", required=True)
    commands.add_commands(added)
    command = added.add_parser("figures", help="measure activity and starts, and print the page")
    command.add_argument("--repeats", type=options.at_least_one, default=5, help="how often each start is measured")
    command.add_argument("--write", action="store_true", help="write docs/figures.md too")
    command.set_defaults(do=write_figures)
    command = added.add_parser("accuracy", help="measure errors and cost of every method")
    command.add_argument("--peers", type=Path, metavar="DIR", help="folder for environments of Brian2 and NEST")
    command.add_argument("--write", action="store_true", help="write docs/accuracy.md and its pictures too")
    command.set_defaults(do=write_accuracy)
    arguments = parser.parse_args()
    if getattr(arguments, "peers", None):
        arguments.peers = arguments.peers.absolute()
    return int(arguments.do(arguments))


def write_figures(arguments: argparse.Namespace) -> int:
    """The page on activity and starts."""
    active, starts = list(figures.activity_figures()), figures.start_figures(arguments.repeats)
    text = page(active, starts, peers.machine(), arguments.repeats)
    print(text)
    if arguments.write:
        (DOCS / "figures.md").write_text(text, encoding="utf-8")
    return 0 if all(figure.verdict != "NO" for figure in [*active, *starts]) else 1


def write_accuracy(arguments: argparse.Namespace) -> int:
    """The page on accuracy."""
    from benchmarks.accuracy import collect, page, pictures

    folder = arguments.peers
    results = collect.collect(folder)
    facts = peers.machine() | ({name: peers.version(name, folder) for name in ("Brian2", "NEST")} if folder else {})
    text = page.page(results, facts)
    print(text)
    if arguments.write:
        place = DOCS / "images" / "accuracy"
        place.mkdir(parents=True, exist_ok=True)
        for name, runs in results.items():
            pictures.draw(page.TITLES[name], runs, place / f"{name}.png")
        (DOCS / "accuracy.md").write_text(text, encoding="utf-8")
    return 0


def page(active: Sequence[Figure], starts: Sequence[Figure], facts: dict[str, str], repeats: int) -> str:
    """The page of the documentation."""
    what = "\n".join(f"- {name}: {value}" for name, value in facts.items())
    return f"""# Activity and starts

Made by `python -m benchmarks figures --write` on {datetime.date.today():%d %B %Y}; nothing here is typed in. What
networks of papers do, and how long it takes until a first network runs. How fast networks are then, beside other
simulators and C by hand, is on another page: [Speed](performance.md).

{what}

## Activity

The median and the range of ten seeds, where there are several values.

{table(active)}

- **COBA** and **CUBA** are the benchmarks 1 and 2 of Brette et al. (2007, J. Comput. Neurosci. 23:349): 4,000 neurons,
  80 synapses each, dt = 0.1 ms, a delay of one step; all spikes are recorded. COBA has a constant drive of 20 mV, since
  most networks fall silent within a second without one. Rates and CV are those of the second half of 1 s.
- **Hodgkin–Huxley** is the axon of 1952 with a constant current, beside SciPy's `DOP853` with a tolerance of 1e-10.

## Starts

Each was measured {repeats} times, one of each in turn, so that what disturbs one disturbs all; the table has the median
and the range. Times are wall-clock seconds in a new process: on a busy or virtual machine single ones are twice as long
as on a quiet one.

{table(starts)}

- Scripts include the start of Python.
- "Without imports" means that sympy, jinja2 and the modules of eqneuro that write code were imported before. They are
  part of `compile cold` on the page [Speed](performance.md), whose `import` is less than here: what measures it has
  imported a part of eqneuro already.
"""


def table(rows: Sequence[Figure]) -> str:
    cells = [figure.cells() for figure in rows]
    kept = [k for k, name in enumerate(HEADINGS) if any(row[k] for row in cells)]
    lines = [HEADINGS, tuple("---" for _ in HEADINGS), *cells]
    return "\n".join("| " + " | ".join(line[k] for k in kept) + " |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
