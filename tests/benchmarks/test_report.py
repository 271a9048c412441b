"""The page that is written from files of results."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.suite import report
from benchmarks.suite.results import Results

from .records import COBA, MICROCIRCUIT, grown, on, results, run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the page is written, with a note on one row."""
    monkeypatch.setattr(report, "DOCS", tmp_path)
    monkeypatch.setattr(report, "NOTES", tmp_path / "notes.toml")
    (tmp_path / "notes.toml").write_text('"coba:4,000" = "Half of it is arithmetic."\n', encoding="utf-8")
    return tmp_path


def write(folder: Path, held: Results, kept: Results | None = None, shared: Results | None = None) -> str:
    paths = []
    for name, one in {"table": held, "growth": kept or results(), "threads": shared or results()}.items():
        one.path = folder / f"{name}.json"
        one.save()
        paths.append(one.path)
    return report.write(*paths).read_text(encoding="utf-8")


def measured() -> Results:
    """Two rounds: Brian2 is 5 and 6 times slower, ANNarchy twice, NEST is not there, C takes 0.8 of the time."""
    times = {"eqneuro": (1.0, 2.0), "brian2": (5.0, 12.0), "annarchy": (2.0, 4.0), "c": (0.8, 1.6)}
    runs = [run(name, seconds, k) for name, both in times.items() for k, seconds in enumerate(both, 1)]
    return results(*runs, missing={COBA.name: {"nest": "not installed; pip: no matching distribution"}})


def line(page: str, begin: str) -> str:
    [found] = [line for line in page.splitlines() if line.startswith(begin)]
    return found


def test_a_row_has_ratios_with_their_spreads_and_whether_they_hold(folder: Path) -> None:
    cells = line(write(folder, measured()), "| COBA, 4,000 | simulate |").split(" | ")
    assert cells[2] == "5.50 (5.00 – 6.00), [≥ 4] holds"
    assert cells[3] == "2.00 (2.00 – 2.00), [≥ 3.5] **NOT**"
    assert cells[5] == "1.25 (1.25 – 1.25), [≤ 1.3] holds"  # 1 / 0.8
    assert cells[6] == "1"  # the session: there are no columns of NEST and GeNN
    assert cells[-1] == "Half of it is arithmetic. |"


def test_what_does_not_hold_stays_behind_with_its_note(folder: Path) -> None:
    behind = write(folder, measured()).split("## What stays behind\n\n")[1].split("\n\n## Growth")[0]
    shown = "2.00 (2.00 – 2.00), [≥ 3.5] **NOT**"
    assert behind == f"- **COBA, 4,000**, simulate, beside ANNarchy: {shown}. Half of it is arithmetic."


def test_rows_of_growth_stay_behind_too(folder: Path) -> None:
    page = write(folder, results(run("eqneuro", 1.0)), grown({1: 1.0, 3: 9.0, 10: 1.0}))
    behind = page.split("## What stays behind\n\n")[1].split("\n\n## Growth")[0]
    assert behind.startswith("- **Growth, spikes of a source (Hz)**, seconds of simulation: a point lies ")
    assert "None." not in behind


def test_nothing_stays_behind_where_all_holds(folder: Path) -> None:
    page = write(folder, results(run("eqneuro", 1.0), run("brian2", 5.0)), grown({1: 1.0, 3: 1.0, 10: 1.0}))
    assert "## What stays behind\n\nNone.\n" in page
    assert "| 3 of 3 | " in page


def test_a_simulator_that_is_not_there_has_its_reason_among_the_medians(folder: Path) -> None:
    held = measured()
    held.runs.append(run("nest", 9.0, session="older", item=MICROCIRCUIT, threads=2))
    held.sessions["older"] = dict(date="1 April 2026", command="python -m benchmarks run")
    page = write(folder, held)
    assert line(page, "| COBA, 4,000 | NEST |").endswith("| not installed; pip: no matching distribution |")
    assert " | does not run | " in line(page, "| COBA, 4,000 | simulate |")
    assert line(page, "| COBA, 4,000 | eqneuro |").endswith(
        "| 1.5 (1 – 2) | 1.5 (1 – 2) | 100 (100 – 100) | 1 | rate 20 ± 0 |"
    )


def test_machines_of_all_files_are_told_beside_that_of_the_page(folder: Path) -> None:
    table, shared = measured(), results(on(1, 2.0), on(2, 1.0), facts={"CPU": "Any, 16 cores"})
    table.facts = {"CPU": "Any, 2 cores, load 1.0 at the time"}
    table.sessions["now"]["machine"], shared.sessions["now"]["machine"] = "Any, 2 cores", "Any, 16 cores"
    page = write(folder, table, shared=shared)
    assert line(page, "1. ").startswith("1. 1 May 2026: `")
    assert line(page, "2. ").startswith("2. 1 May 2026, on another machine (Any, 16 cores): `")
    assert "the last session was on Any, 16 cores." in page


def test_rows_name_the_sessions_that_their_values_are_from(folder: Path) -> None:
    held = measured()
    held.runs += [run(name, 1.0, k, session="later") for name in ("eqneuro", "nest") for k in (1, 2)]
    held.sessions["later"] = dict(date="2 May 2026", command="python -m benchmarks run --only coba:4,000")
    page = write(folder, held, grown({1: 1.0, 3: 1.0, 10: 1.0}), results(on(1, 2.0), on(2, 1.0)))
    assert [one[:3] for one in page.splitlines() if "`python -m benchmarks run" in one] == ["1. ", "2. ", "3. ", "4. "]
    assert line(page, "| COBA, 4,000 | simulate |").split(" | ")[7] == "1, 2"
    for name, sessions in {"eqneuro": "1, 2", "Brian2 C++": "1", "NEST": "2"}.items():
        assert line(page, f"| COBA, 4,000 | {name} |").endswith(f" | {sessions} | rate 20 ± 0 |")
    assert line(page, "| spikes of a source (Hz): ").endswith(" | 3 |")
    assert line(page, "| coba:4,000 |").endswith(" | 4 |")


def test_the_error_of_what_was_found_is_that_of_distinct_seeds(folder: Path) -> None:
    # variance 1 of 3 seeds: 1 / sqrt(3), of whatever number of sessions
    runs = [run("eqneuro", 1.0, k, found={"rate": 18.0 + k}, session=session) for session in "ab" for k in (1, 2, 3)]
    assert line(write(folder, results(*runs)), "| COBA, 4,000 | eqneuro |").endswith(" | 1, 2 | rate 20 ± 0.58 |")


def test_threads_that_are_slower_stay_behind_too(folder: Path) -> None:
    page = write(folder, results(run("eqneuro", 1.0)), shared=results(on(1, 0.9), on(2, 1.0), on(4, 2.0)))
    behind = page.split("## What stays behind\n\n")[1].split("\n\n## Growth")[0]
    assert behind == (
        "- **Threads, coba:4,000**: times as fast as on one: 0.9 on 2 [≥ 0.97] **NOT**, 0.45 on 4. Not explained yet."
    )


def test_a_limit_that_does_not_hold_is_told(folder: Path) -> None:
    page = write(folder, results(run("eqneuro", 14.0, item=MICROCIRCUIT, threads=2)))
    assert "- **microcircuit, scale 1.0**: simulate 7 s [≤ 6] **NOT**. Not explained yet." in page
    assert "memory 100 MiB [≤ 6144] holds |" in line(page, "| microcircuit, scale 1.0 | simulate |")


def test_sessions_are_told_with_commands_that_can_be_typed(folder: Path) -> None:
    held = measured()
    held.sessions["now"]["command"] = "python -m benchmarks run --only coba:4,000 stdp:1,000 to 1, 100 s --core 1"
    held.sessions["unused"] = dict(date="2 May 2026", command="python -m benchmarks run --core 7")
    page = write(folder, held, shared=results(on(1, 2.0), on(2, 1.0)))
    assert "`python -m benchmarks run --only coba:4,000 'stdp:1,000 to 1, 100 s' --core 1`" in page
    assert "--core 7" not in page
    assert "| coba:4,000 | 1 | 2 | 2, [≥ 0.97] holds | the same on all | 2 |" in page
    assert "they do in all rows." in page


def test_models_that_disagree_are_told(folder: Path) -> None:
    rates = {"eqneuro": 20.0, "brian2": 30.0}
    runs = [run(name, 1.0, k, found={"rate": rate + 0.1 * k}) for name, rate in rates.items() for k in (1, 2, 3)]
    assert "- coba:4,000, brian2: rate 20.2 and 30.2 differ by more than " in write(folder, results(*runs))
