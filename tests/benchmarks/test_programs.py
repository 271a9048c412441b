"""Programs of their own, ``python -m benchmarks.NAME``: what they say of options, and errors of what they measure."""

from __future__ import annotations

import shlex

import numpy as np
import pytest

from benchmarks import connectors, parameters, profiling, startup

from .mistakes import told_in_one_line

PROGRAMS = {"connectors": connectors, "parameters": parameters, "profiling": profiling, "startup": startup}


def start(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, *rest = shlex.split(words)
    monkeypatch.setattr("sys.argv", [name, *rest])
    PROGRAMS[name].main()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("connectors --small --threads 0 all_to_all", "argument --threads: must be 1 at least, not 0"),
        ("connectors one_to_two", "no connector 'one_to_two'; there are 'all_to_all', "),
        ("parameters --repeats 0", "argument --repeats: must be 1 at least, not 0"),
        ("profiling --pairs 0", "argument --pairs: must be 3 at least, not 0"),
        ("profiling --pairs 2", "argument --pairs: must be 3 at least, not 2"),
        ("profiling --pairs x", "argument --pairs: 'x' is not a whole number"),
        ("startup --repeats 0", "argument --repeats: must be 1 at least, not 0"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    words: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = told_in_one_line(lambda: start(words, monkeypatch), capsys)
    assert line.startswith(f"python -m benchmarks.{words.split()[0]}: error: {told}")


@pytest.mark.parametrize("name", PROGRAMS)
def test_help_runs_nothing(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        start(f"{name} --help", monkeypatch)
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: python -m benchmarks.{name} [-h]")
    undescribed = [line for line in said.splitlines() if line.startswith("  --") and len(line.split()) < 3]
    assert undescribed == []


def test_standard_error_is_how_much_medians_of_repetitions_differ() -> None:
    random = np.random.default_rng(2)
    times = 1.0 + 0.02 * random.normal(size=(200, 49))
    ratios = times[:, 1::2] / (0.5 * (times[:, :-1:2] + times[:, 2::2]))
    errors = [profiling.error_of_median(some) for some in ratios[:40]]
    assert np.mean(errors) == pytest.approx(np.std(np.median(ratios, axis=1)), rel=0.2)
    assert profiling.error_of_median(ratios[0]) == errors[0]


def test_row_of_a_profile_tells_median_error_and_middle_half() -> None:
    ratios = np.array([1.00, 1.01, 1.02, 1.03, 1.04])
    name, overhead, error, middle, timed = profiling.row("one", ratios, 0.5).strip("| ").split(" | ")
    assert (name, overhead, middle, timed) == ("one", "2.00 %", "1.00 %", "50.00 %")
    assert 0.3 < float(error.removesuffix(" %")) < 1.2
