"""``python -m benchmarks``: mistakes in its arguments, and what is left of a run in which nothing succeeds."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks import commands
from benchmarks.__main__ import main
from benchmarks.suite import launch, report
from benchmarks.suite.results import Results

from .mistakes import told_in_one_line
from .records import COBA, results, run

NEAR = "'coba:4,000', 'coba:40,000', 'cuba:4,000'"


class Machine(launch.Launcher):
    """Runs nothing: a run takes the seconds that are said of its simulator; those of which nothing is said fail."""

    takes: Mapping[str, float] = {}
    broken = ""
    started: list[str] = []  # noqa: RUF012 -- each test begins with another one

    def run(self, item: Any, simulator: str, *_: Any, **__: Any) -> dict[str, Any]:
        self.started.append(simulator)
        if simulator not in self.takes or item.network == self.broken:
            raise launch.RunError("exit status 1: no memory")
        told = run(simulator, self.takes[simulator])
        return {name: told[name] for name in ("cpu", "seconds", "memory", "script", "found")}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where results are kept; it is not there yet."""
    monkeypatch.setattr(commands, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(report, "DOCS", tmp_path / "docs")
    monkeypatch.setattr(commands, "Launcher", Machine)
    monkeypatch.setattr(Machine, "started", [])
    return tmp_path / "results"


def start(words: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["benchmarks", *shlex.split(words)])
    return main()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("run --only cobra", "run: error: no case 'cobra'; near it: 'coba', 'hh_coba', 'cuba'"),
        ("run --only coba coba:4000", f"run: error: no case 'coba:4000'; near it: {NEAR}"),
        ("run --quick --only coba:4000", f"run: error: no case 'coba:4000'; near it: {NEAR}"),
        ("run --only xyz", "run: error: no case 'xyz'; there are: 'coba', 'cuba', 'brunel', 'hh_coba',"),
        (
            "run --simulators brian2 --only coba",
            "run: error: no --peers DIR, the folder for environments of peers, for brian2",
        ),
        (
            "run --simulators c nest genn",
            "run: error: no --peers DIR, the folder for environments of peers, for nest and genn",
        ),
        ("run --simulators numpy scipy --only coba", "run: error: none of these cases is written for numpy or scipy"),
        ("run --simulators brain2", "run: error: argument --simulators: invalid choice: 'brain2'"),
        ("run --quick --simulators c", "run: error: --quick runs eqneuro and C: it takes no --simulators"),
        (
            "run --quick --only stdp",
            "run: error: none of these cases has a small version; those that have: 'coba:4,000'",
        ),
        ("run --repeats 0", "run: error: argument --repeats: must be 1 at least, not 0"),
        ("run --repeats few", "run: error: argument --repeats: 'few' is not a whole number"),
        ("run --threads -2", "run: error: argument --threads: must be 1 at least, not -2"),
        ("run --milliseconds 0", "run: error: argument --milliseconds: must be above 0, not 0"),
        ("run --milliseconds nan", "run: error: argument --milliseconds: must be above 0, not nan"),
        ("run --timeout -1", "run: error: argument --timeout: must be above 0, not -1"),
        ("run --core 4000", "run: error: argument --core: there is no core 4000 to run on"),
        ("run --core -1", "run: error: argument --core: there is no core -1 to run on"),
        ("run --repeat 3", "error: unrecognized arguments: --repeat 3"),
        ("growth --only growing:neurons,1000", "growth: error: no case 'growing:neurons,1000'; near it: "),
        ("growth --repeats 0", "growth: error: argument --repeats: must be 1 at least, not 0"),
        ("threads --only brunel:12500", "threads: error: no case 'brunel:12500'; near it: 'brunel:12,500'"),
        ("threads --core 4000", "threads: error: argument --core: there is no core 4000 to run on"),
        ("report --name none", "report: error: no results 'none' in "),
        ("figures --repeats 0", "figures: error: argument --repeats: must be 1 at least, not 0"),
        ("adopt /nowhere/at/all.json", "adopt: error: no file /nowhere/at/all.json"),
        ("adopt /", "adopt: error: / can't be read: Is a directory"),
        ("adopt pyproject.toml", "adopt: error: pyproject.toml holds no results of benchmarks"),
    ],
)
def test_a_mistake_is_told_in_one_line_before_anything_runs(
    words: str, told: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told in told_in_one_line(lambda: start(words, monkeypatch), capsys)
    assert Machine.started == []
    assert not folder.exists()


@pytest.mark.parametrize("held", ["{}", "[]", "3", '"facts"', "{"])
def test_other_json_is_not_adopted(
    held: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other.json").write_text(held, encoding="utf-8")
    line = told_in_one_line(lambda: start(f"adopt {tmp_path / 'other.json'}", monkeypatch), capsys)
    assert line.endswith("other.json holds no results of benchmarks\n")
    assert not folder.exists()


def test_runs_of_another_file_are_adopted(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results(run("eqneuro", 1.0, session="s"), run("c", 1.0, session="s"), path=tmp_path / "other.json").save()
    assert start(f"adopt {tmp_path / 'other.json'}", monkeypatch) == 0
    assert capsys.readouterr().out == f"{COBA.name}\n"
    assert len(Results.load(folder / "table.json").of(COBA)) == 2


@pytest.mark.parametrize("command", ["run", "growth", "threads"])
def test_help_of_sessions_tells_what_each_option_is(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        start(f"{command} --help", monkeypatch)
    said = " ".join(capsys.readouterr().out.split())
    for words in ("--repeats REPEATS rounds", "--core CORE that runs are pinned", "--resume go on with the last"):
        assert words in said


def test_a_run_in_which_nothing_succeeded_leaves_no_results(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start("run --only coba:4,000 --simulators c --repeats 2", monkeypatch) == 1
    assert Machine.started == ["eqneuro", "c"]  # what failed once is not tried again
    assert "ERROR coba:4,000, c: exit status 1: no memory" in capsys.readouterr().err
    assert not folder.exists()


def test_results_that_were_there_are_not_touched_by_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = results(run("eqneuro", 1.0, session="old"), run("c", 1.0, session="old"), path=folder / "table.json")
    held.save()
    before = held.path.read_bytes()
    assert start("run --only coba:4,000 --simulators c", monkeypatch) == 1
    assert held.path.read_bytes() == before


def test_older_runs_of_a_case_stay_until_it_has_newer_ones(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [cuba] = commands.items(["cuba:4,000"])
    old = [run(name, 1.0, session="old", item=item) for item in (COBA, cuba) for name in ("eqneuro", "c")]
    results(*old, path=folder / "table.json").save()
    monkeypatch.setattr(Machine, "takes", dict(eqneuro=1.0, c=1.0))
    monkeypatch.setattr(Machine, "broken", "cuba")
    assert start("run --only coba:4,000 cuba:4,000 --simulators c --repeats 1", monkeypatch) == 1
    kept = Results.load(folder / "table.json")
    assert {one["session"] for one in kept.of(cuba)} == {"old"}
    assert "old" not in {one["session"] for one in kept.of(COBA)}


def test_simulators_take_turns_and_their_command_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Machine, "takes", dict(eqneuro=1.0, c=1.0))
    words = "run --only 'coba:4,000' 'izhikevich:1,000' --simulators c --repeats 2 --milliseconds 5 --name mine"
    assert start(words, monkeypatch) == 0
    assert Machine.started == ["eqneuro", "c", "c", "eqneuro"] * 2
    held = json.loads((folder / "mine.json").read_text(encoding="utf-8"))
    [session] = held["sessions"].values()
    assert session["command"] == f"python -m benchmarks {words}".replace("'", "")
    assert {one["milliseconds"] for one in held["runs"]} == {5.0}


def test_without_peers_and_names_those_run_that_need_no_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Machine, "takes", dict(eqneuro=1.0, numpy=1.0, scipy=1.0, c=1.0))
    assert start("run --only 'rate_network:1,000 dense' --repeats 1", monkeypatch) == 0
    assert Machine.started == ["eqneuro", "numpy", "scipy", "c"]


def test_the_small_version_fails_where_c_is_much_faster(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Machine, "takes", dict(eqneuro=1.0, c=1.0))
    assert start("run --quick --only coba", monkeypatch) == 0
    monkeypatch.setattr(Machine, "takes", dict(eqneuro=1.0, c=0.5))
    assert start("run --quick --only coba", monkeypatch) == 1
    assert "ERROR coba:4,000: 2.00 times the time of C, more than 1.6" in capsys.readouterr().err
    assert not folder.exists()


def test_small_versions_are_few() -> None:
    """They are run after every change."""
    quick = {item.name: item.case.quick for item in commands.items() if item.case.quick}
    assert len(quick) < 10
    assert set(quick) >= {"coba:4,000", "brunel:12,500", "hh_coba:4,000", "rate_network:1,000 sparse"}
