"""Commands as they are kept with the runs that they measured."""

from __future__ import annotations

import shlex

import pytest

from benchmarks.suite.collection import items
from benchmarks.suite.sessions import quoted, recorded
from benchmarks.suite.threads import OF


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
