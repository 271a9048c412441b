"""Sessions as the page lists them: numbers, machines, and commands as they are kept."""

from __future__ import annotations

import shlex

import pytest

from benchmarks.suite.collection import items
from benchmarks.suite.sessions import cache_sizes, elsewhere, listed, named, numbered, quoted, recorded
from benchmarks.suite.threads import OF

from .records import CUBA, on, results, run

FACTS = {"CPU": "Some, 2 cores, load 0.5 at the time", "compiler": "gcc 12", "caches": "L1 48 KiB, L2 2048 KiB"}
MACHINE = "Some, 2 cores, gcc 12, L1 48 KiB, L2 2048 KiB"


def test_a_recorded_command_can_be_typed_again() -> None:
    words = ["python", "-m", "benchmarks", "run", "--only", "coba:4,000, exponential Euler", "stdp", "--repeats", "3"]
    assert recorded(words).endswith("--only 'coba:4,000, exponential Euler' stdp --repeats 3")
    assert shlex.split(recorded(words)) == words


def test_folders_are_not_recorded() -> None:
    words = ["run", "--peers", "/home/me/my peers", "--work=/tmp/work", "--repeats", "3"]
    assert recorded(words) == "run --peers DIR --work=DIR --repeats 3"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "--only coba stdp:10,000 to 100, 10 s cuba:4,000 --core 1",
            "--only coba 'stdp:10,000 to 100, 10 s' cuba:4,000 --core 1",
        ),
        (
            "--core 1 --only coba:4,000, exponential Euler brunel",
            "--core 1 --only 'coba:4,000, exponential Euler' brunel",
        ),
        ("--only growing:neurons 300,000 growing:rate 1", "--only 'growing:neurons 300,000' 'growing:rate 1'"),
        ("--only unequal:100,000 with 5,000 hubs coba:4,000", "--only 'unequal:100,000 with 5,000 hubs' coba:4,000"),
    ],
)
def test_cases_of_an_old_command_are_quoted(old: str, new: str) -> None:
    assert quoted(f"python -m benchmarks run {old}") == f"python -m benchmarks run {new}"


@pytest.mark.parametrize(
    "command",
    [
        "python -m benchmarks run --peers DIR --repeats 5",
        "python -m benchmarks run --only coba cuba",
        "python -m benchmarks run --only 'stdp:1,000 to 1, 100 s' coba",
        "python -m benchmarks run --only stdp:2,000 to 1, 100 s",  # a case that is no more
        "python -m benchmarks run --only",
    ],
)
def test_other_commands_are_left_as_they_are(command: str) -> None:
    assert quoted(command) == command


def test_each_case_is_put_together_from_its_words() -> None:
    names = [item.name for networks in (["growing"], ["stdp", "coba", "microcircuit"]) for item in items([], networks)]
    names += OF
    assert shlex.split(quoted("run --only " + " ".join(names) + " --core 1"))[2:-2] == names


@pytest.mark.parametrize(
    ("about", "processors", "told"),
    [
        ({"machine": MACHINE}, 1, ""),
        (
            {"machine": MACHINE.replace("12", "13")},
            1,
            ", on another machine (Some, 2 cores, gcc 13, L1 48 KiB, L2 2048 KiB)",
        ),
        ({"caches": "L1 48 KiB, L2 2048 KiB"}, 1, ""),
        ({"caches": "L1 48 KiB, L2 1024 KiB"}, 1, ", on another machine (L1 48 KiB, L2 1024 KiB)"),
        ({}, 4, ", on another machine (4 processors or more, nothing else was recorded)"),
        ({}, 2, ", on a machine that was not recorded"),
    ],
)
def test_a_machine_is_told_where_it_is_not_that_of_the_page(about: dict[str, str], processors: int, told: str) -> None:
    assert elsewhere(about, FACTS, processors) == told


def test_sessions_of_all_files_are_compared_with_the_machine_of_the_page() -> None:
    # the second file has facts of its own, by which its session was at home
    table, shared = results(run("eqneuro", 1.0), facts=FACTS), results(on(1, 2.0), on(4, 1.0), facts={"CPU": "Other"})
    here, there = listed([table, shared], table.facts)
    assert here == "1. 1 May 2026, on a machine that was not recorded: `python -m benchmarks run`"
    assert there.startswith("2. 1 May 2026, on another machine (4 processors or more, nothing else was recorded): `")


def test_sessions_of_which_runs_are_left_have_numbers_through_all_files() -> None:
    table = results(run("eqneuro", 1.0, session="first"), run("eqneuro", 1.0, session="second", item=CUBA))
    table.sessions = {"forgotten": dict(date="1 April 2026", command="x"), **table.sessions}
    numbers = numbered([table, results(), results(run("eqneuro", 1.0, session="first"))])
    assert numbers == [{"first": 1, "second": 2}, {}, {"first": 3}]
    assert named(table.runs, numbers[0]) == "1, 2"
    assert named(table.of(CUBA), numbers[0]) == "2"


def test_caches_are_read_from_what_was_recorded() -> None:
    assert cache_sizes({"machine": MACHINE}) == {"L1": 48 * 1024, "L2": 2048 * 1024}
    assert cache_sizes({"caches": "L2 1 KiB"}) == {"L2": 1024}
    assert cache_sizes({}) == {}
