"""The table of networks on more and more threads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.suite import threads

from .records import on, results


def row(folder: Path, *runs: dict[str, Any]) -> str:
    [line] = [line for line in section(folder, *runs).splitlines() if line.startswith("| coba:4,000")]
    return line


def section(folder: Path, *runs: dict[str, Any], **notes: str) -> str:
    return threads.section(results(*runs), folder, notes, {"now": 1, "another": 2})


def test_a_run_is_told_beside_that_of_the_same_seed_on_one_thread(tmp_path: Path) -> None:
    runs = [on(1, 2.0, 1), on(1, 6.0, 2), on(1, 3.0, 3), on(2, 1.0, 1), on(2, 2.0, 2), on(2, 3.0, 3)]
    assert row(tmp_path, *runs) == "| coba:4,000 | 3 | 3 (2 – 6) | 2 (1 – 3), [≥ 0.97] holds | the same on all | 1 |"
    assert (tmp_path / "threads.png").exists()


def test_each_network_has_its_own_rounds(tmp_path: Path) -> None:
    runs = [on(1, 2.0, 1), on(1, 2.0, 2), on(2, 1.0, 1)]
    others = [on(1, 9.0, 1, of="brunel:12,500"), on(4, 3.0, 1, of="brunel:12,500")]
    text = section(tmp_path, *runs, *others, **{"threads:coba:4,000": "Too small."})
    assert "| coba:4,000 | 1 – 2 | 2 (2 – 2) | 2, [≥ 0.97] holds | – | the same on all | 1 |" in text
    assert "| brunel:12,500 | 1 | 9 | – | 3 | the same on all | 1 |" in text
    assert "- coba:4,000: Too small." in text


def test_runs_of_different_sessions_are_not_compared(tmp_path: Path) -> None:
    assert "| 2 | – | the same on all | 1, 2 |" in row(tmp_path, on(1, 2.0), on(2, 1.0, session="another"))


def test_other_results_on_more_threads_are_told(tmp_path: Path) -> None:
    assert row(tmp_path, on(1, 2.0), on(2, 1.0, found={"rate": 1.5})).endswith("| **NOT the same** | 1 |")


def test_two_threads_must_not_be_slower_than_one(tmp_path: Path) -> None:
    # medians of 0.96 and 0.975: the one is behind, the other one may be noise
    slow = [on(1, 0.96, 1), on(2, 1.0, 1), on(1, 0.9, 2), on(2, 1.0, 2), on(1, 2.0, 3), on(2, 1.0, 3)]
    noisy = [on(1, 0.975, of="brunel:12,500"), on(2, 1.0, of="brunel:12,500")]
    assert " | 0.96 (0.9 – 2), [≥ 0.97] **NOT** | " in row(tmp_path, *slow)
    [told] = threads.behind(results(*slow, *noisy), {"threads:coba:4,000": "Too small."})
    assert told == (
        "- **Threads, coba:4,000**: times as fast as on one: 0.96 (0.9 – 2) on 2 [≥ 0.97] **NOT**. Too small."
    )


def test_more_threads_that_are_slower_than_one_are_told_without_a_verdict(tmp_path: Path) -> None:
    runs = [on(1, 1.0), on(2, 1.0), on(4, 1.0 / 0.81), on(8, 1.0 / 0.94), on(16, 1.0 / 0.96)]
    assert "| 1, [≥ 0.97] holds | 0.81, slower | 0.94, slower | 0.96 | the same" in row(tmp_path, *runs)
    [told] = threads.behind(results(*runs), {})
    assert told == "- Threads, coba:4,000: times as fast as on one: 0.81 on 4, 0.94 on 8. Not explained yet."


def test_the_text_says_what_is_compared(tmp_path: Path) -> None:
    text = section(tmp_path, on(1, 2.0), on(2, 1.0))
    assert "which is rates" in text
    assert "`tests/end_to_end/test_every_benchmark.py`" in text
    assert (Path(__file__).parents[1] / "end_to_end" / "test_every_benchmark.py").exists()


def test_nothing_is_told_of_what_was_not_measured(tmp_path: Path) -> None:
    assert "Nothing measured yet" in section(tmp_path)
    assert not list(threads.behind(results(), {}))


def test_a_network_that_is_not_known_is_refused_with_those_near_it() -> None:
    with pytest.raises(LookupError, match="no case 'coba:4000'; near it: 'coba:4,000', 'coba:40,000'"):
        threads.chosen(["coba:4000"])
