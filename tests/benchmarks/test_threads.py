"""The table of networks on more and more threads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.suite import threads

from .records import on, results


def row(folder: Path, *runs: dict[str, Any]) -> str:
    [line] = [
        line for line in threads.section(results(*runs), folder, {}).splitlines() if line.startswith("| coba:4,000")
    ]
    return line


def test_a_run_is_told_beside_that_of_the_same_seed_on_one_thread(tmp_path: Path) -> None:
    runs = [on(1, 2.0, 1), on(1, 6.0, 2), on(1, 3.0, 3), on(2, 1.0, 1), on(2, 2.0, 2), on(2, 3.0, 3)]
    assert row(tmp_path, *runs) == "| coba:4,000 | 3 | 3 (2 – 6) | 2 (1 – 3) | the same on all |"
    assert (tmp_path / "threads.png").exists()


def test_each_network_has_its_own_rounds(tmp_path: Path) -> None:
    runs = [on(1, 2.0, 1), on(1, 2.0, 2), on(2, 1.0, 1)]
    others = [on(1, 9.0, 1, of="brunel:12,500"), on(4, 3.0, 1, of="brunel:12,500")]
    text = threads.section(results(*runs, *others), tmp_path, {"threads:coba:4,000": "Too small."})
    assert "| coba:4,000 | 1 – 2 | 2 (2 – 2) | 2 | – | the same on all |" in text
    assert "| brunel:12,500 | 1 | 9 | – | 3 | the same on all |" in text
    assert "- coba:4,000: Too small." in text


def test_runs_of_different_sessions_are_not_compared(tmp_path: Path) -> None:
    assert "| 2 | – | the same on all |" in row(tmp_path, on(1, 2.0), on(2, 1.0, session="another"))


def test_other_results_on_more_threads_are_told(tmp_path: Path) -> None:
    assert row(tmp_path, on(1, 2.0), on(2, 1.0, found={"rate": 1.5})).endswith("| **NOT the same** |")


def test_nothing_is_told_of_what_was_not_measured(tmp_path: Path) -> None:
    assert "Nothing measured yet" in threads.section(results(), tmp_path, {})


def test_a_network_that_is_not_known_is_refused_with_those_near_it() -> None:
    with pytest.raises(LookupError, match="no case 'coba:4000'; near it: 'coba:4,000', 'coba:40,000'"):
        threads.chosen(["coba:4000"])
