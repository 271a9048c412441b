"""``python -m benchmarks`` with ``run``, ``report``, ``growth`` and ``threads``: arguments, and what is done when."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import options
from benchmarks.suite import measure, sessions, threads
from benchmarks.suite.collection import NETWORKS, SIMULATORS, Item, items
from benchmarks.suite.launch import Launcher
from benchmarks.suite.results import Results

RESULTS = Path(__file__).parent / "results"


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser("run", help="measure networks on several simulators, which take turns")
    run.add_argument("--only", nargs="+", default=[], metavar="NETWORK[:CASE]", help=f"of {', '.join(NETWORKS)}")
    run.add_argument("--simulators", nargs="+", choices=SIMULATORS, metavar="NAME")
    run.add_argument("--peers", type=Path, metavar="DIR", help="folder for environments of peers; without it, no peers")
    run.add_argument(
        "--work", type=Path, metavar="DIR", help="folder for what simulators compile; else a temporary one"
    )
    run.add_argument(
        "--threads", type=options.at_least_one, default=1, help="of a simulator, where a case does not say"
    )
    run.add_argument("--milliseconds", type=options.above_zero, help="of model time, instead of what a case says")
    run.add_argument("--timeout", type=options.above_zero, default=3600.0, help="seconds a run may take")
    _add_session(run, repeats=5, name="table")
    run.add_argument(
        "--quick", action="store_true", help="small versions of eqneuro and C; fails if eqneuro is too slow"
    )
    run.set_defaults(do=run_command, parser=run)
    report = commands.add_parser("report", help="write docs/performance.md from what was measured")
    report.add_argument("--name", default="table", help="of the file in benchmarks/results")
    report.set_defaults(do=report_command, parser=report)
    adopt = commands.add_parser("adopt", help="take over runs from another file, measured on another machine")
    adopt.add_argument("file", type=Path)
    adopt.add_argument("--name", default="table", help="of the file in benchmarks/results that they come into")
    adopt.set_defaults(do=adopt_command, parser=adopt)
    growth = commands.add_parser("growth", help="measure eqneuro against neurons, synapses, rate and delay")
    growth.add_argument("--only", nargs="+", default=[], metavar="growing[:CASE]", help="instead of all cases")
    _add_session(growth, repeats=3, name="growth")
    growth.set_defaults(do=growth_command, parser=growth)
    several = commands.add_parser(
        "threads", help="measure eqneuro on 1, 2, 4 … threads, as many as there are processors"
    )
    several.add_argument("--only", nargs="+", default=[], metavar="NETWORK:CASE", help=f"of {', '.join(threads.OF)}")
    _add_session(several, repeats=3, name="threads")
    several.set_defaults(do=threads_command, parser=several)


def _add_session(command: argparse.ArgumentParser, *, repeats: int, name: str) -> None:
    """What all commands that measure in sessions take."""
    command.add_argument("--repeats", type=options.at_least_one, default=repeats, help="rounds, each with another seed")
    core = "that runs are pinned to, or the last one"
    command.add_argument("--core", type=options.core, default=last_core(), help=core)
    command.add_argument("--name", default=name, help="of the file in benchmarks/results")
    command.add_argument("--resume", action="store_true", help="go on with the last session, where it was interrupted")


def run_command(arguments: argparse.Namespace) -> int:
    chosen, simulators = chosen_runs(arguments)
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as scratch:
        folder = arguments.peers and arguments.peers.absolute()
        launcher = Launcher(
            (arguments.work or Path(scratch)).absolute(), folder, cores(arguments.core), arguments.timeout
        )
        path = Path(scratch) / "quick.json" if arguments.quick else RESULTS / f"{arguments.name}.json"
        results, plan = prepare(path, chosen, simulators, arguments)
        if not arguments.quick:
            results.facts |= measure.facts(simulators, folder)
        errors = measure.measure(plan, launcher, results, quick=arguments.quick, milliseconds=arguments.milliseconds)
        if arguments.quick:
            errors.extend(measure.too_slow(plan, results))
    for error in errors:
        measure.tell(f"ERROR {error}")
    return 1 if errors else 0


def chosen_runs(arguments: argparse.Namespace) -> tuple[list[Item], list[str]]:
    """Cases and simulators; ends the program where what was asked for cannot be run."""
    chosen = known(arguments, lambda: list(items(arguments.only)))
    reason = options.wrong_simulators(arguments, chosen)
    if reason:
        arguments.parser.error(reason)
    if not arguments.quick:
        simulators = arguments.simulators or SIMULATORS
        return chosen, list(dict.fromkeys(["eqneuro", *simulators]))  # which ratios need in the same round
    quick = [item for item in chosen if item.case.quick]
    if not quick:
        every = ", ".join(repr(item.name) for item in items() if item.case.quick)
        arguments.parser.error(f"none of these cases has a small version; those that have: {every}")
    return quick, ["eqneuro", "c"]


def known(arguments: argparse.Namespace, choose: Callable[[], list[Item]]) -> list[Item]:
    """What was chosen; ends the program where there is no such case, or none that this machine can run."""
    try:
        chosen = choose()
    except LookupError as error:
        arguments.parser.error(str(error))
    if not chosen:
        arguments.parser.error("this machine has too little memory for these cases")
    return chosen


def prepare(
    path: Path, chosen: list[Item], simulators: list[str], arguments: argparse.Namespace
) -> tuple[Results, measure.Plan]:
    """The results so far, with a new session or the last one, and what is to be run."""
    results = Results.load(path)
    if arguments.resume and results.sessions:
        session = list(results.sessions)[-1]
    else:
        session, about = sessions.new_session(["python", "-m", "benchmarks", *sys.argv[1:]])
        results.sessions[session] = about
    threads = getattr(arguments, "threads", 1)
    return results, measure.Plan(tuple(chosen), tuple(simulators), arguments.repeats, threads, session)


def report_command(arguments: argparse.Namespace) -> int:
    from benchmarks.suite import report

    if not (RESULTS / f"{arguments.name}.json").exists():  # else the page would be written with nothing on it
        arguments.parser.error(f"no results {arguments.name!r} in {RESULTS}")
    page = report.write(RESULTS / f"{arguments.name}.json", RESULTS / "growth.json", RESULTS / "threads.json")
    print(page)
    return 0


def adopt_command(arguments: argparse.Namespace) -> int:
    if not arguments.file.exists():  # else nothing would be adopted, and nobody told
        arguments.parser.error(f"no file {arguments.file}")
    other, results = (loaded(path, arguments.parser) for path in (arguments.file, RESULTS / f"{arguments.name}.json"))
    for item in results.adopt(other, list(items())):
        print(item.name)
    results.save()
    return 0


def loaded(path: Path, parser: argparse.ArgumentParser) -> Results:
    """What a file holds; ends the program where that is something else than results."""
    try:
        return Results.load(path)
    except OSError as error:
        parser.error(f"{path} can't be read: {error.strerror}")
    except (ValueError, LookupError, TypeError):  # no JSON, or with other things in it
        parser.error(f"{path} holds no results of benchmarks")


def growth_command(arguments: argparse.Namespace) -> int:
    return _measure_alone(arguments, known(arguments, lambda: list(items(arguments.only, ["growing"]))))


def threads_command(arguments: argparse.Namespace) -> int:
    return _measure_alone(arguments, known(arguments, lambda: threads.chosen(arguments.only)))


def _measure_alone(arguments: argparse.Namespace, chosen: list[Item]) -> int:
    """Cases that nobody else runs."""
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as scratch:
        launcher = Launcher(Path(scratch), None, cores(arguments.core))
        results, plan = prepare(RESULTS / f"{arguments.name}.json", chosen, ["eqneuro"], arguments)
        results.facts |= measure.facts((), None)
        errors = measure.measure(plan, launcher, results)
    for error in errors:
        measure.tell(f"ERROR {error}")
    return 1 if errors else 0


def cores(first: int) -> tuple[int, ...]:
    """The one that single threads run on, then the others."""
    there = sorted(os.sched_getaffinity(0), reverse=True) if hasattr(os, "sched_getaffinity") else [first]
    return (first, *(core for core in there if core != first))


def last_core() -> int:
    return max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
