"""``python -m benchmarks figures`` writes docs/figures.md; commands that pages name are commands that there are."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest

import benchmarks.__main__ as program
from benchmarks import figures, startup
from benchmarks.activity import Activity
from benchmarks.suite.collection import items

DOCS = program.DOCS
FACT = re.compile(r"- [^*\"]+: .+")
COMMAND = re.compile(r"python -m benchmarks [a-z][^`]*")


def start(command: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["benchmarks", *shlex.split(command)[3:]])
    return program.main()


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the command on the page writes where nothing is measured: each value is 1."""
    found = dict(
        measure_activity=lambda _: Activity([1.0], [1.0]),
        mean_variation=lambda *_: 1.0,
        axon_spikes=lambda _: [],
        reference_axon_spikes=lambda _: [1.0],
    )
    monkeypatch.setattr(figures, "activity", SimpleNamespace(**found))
    monkeypatch.setattr(figures, "networks", MagicMock())
    monkeypatch.setattr(startup, "fresh", lambda *_: (1.0, 2.0, "none"))
    monkeypatch.setattr(program, "DOCS", tmp_path)
    [command] = COMMAND.findall((DOCS / "figures.md").read_text(encoding="utf-8"))
    start(command, monkeypatch)
    return (tmp_path / "figures.md").read_text(encoding="utf-8")


def test_the_page_is_what_its_command_writes_but_for_what_was_measured(written: str) -> None:
    page = (DOCS / "figures.md").read_text(encoding="utf-8")
    assert page.startswith("# Activity and starts\n")
    assert list(lasting(page)) == list(lasting(written))
    assert list(rows(page)) == list(rows(written))


def lasting(page: str) -> Iterator[str]:
    """Its lines without tables, the machine, and the date."""
    for line in page.splitlines():
        if not line.startswith("|") and not FACT.fullmatch(line):
            yield re.sub(r"on \d\d \w+ \d{4};", "on a day;", line)


def rows(page: str) -> Iterator[tuple[str, str]]:
    """What is in its tables, and what is wanted of it."""
    heads: list[str] = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if not line.startswith("|"):
            heads = []
        elif not heads:
            heads = cells
        else:
            yield cells[1], cells[heads.index("wanted")]


def test_a_figure_that_is_not_as_it_should_be_is_told(written: str) -> None:
    assert "| COBA, rate over ten seeds | 1 Hz | 1 – 1 | 18–24 | NO |" in written
    assert "| COBA compiled, nothing cached, without imports | 1 s | 1 – 1 | ≤ 1 | yes |" in written


def commands() -> Iterator[Any]:
    """Those on the pages of the documentation, but for the page on speed: it tells what was once run."""
    for path in sorted([*DOCS.glob("*.md"), *DOCS.glob("decisions/*.md")]):
        if path.name != "performance.md":
            for found in COMMAND.findall(path.read_text(encoding="utf-8")):
                yield pytest.param(" ".join(found.split()), id=f"{path.stem}: {' '.join(found.split())}")


@pytest.mark.parametrize("command", list(commands()))
def test_a_command_on_a_page_is_one_that_there_is(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parse = argparse.ArgumentParser.parse_args
    understood: list[argparse.Namespace] = []

    def do(arguments: argparse.Namespace) -> int:
        understood.append(arguments)
        return 0

    def parse_only(self: argparse.ArgumentParser) -> argparse.Namespace:
        return argparse.Namespace(**{**vars(parse(self)), "do": do})

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_only)
    assert start(command, monkeypatch) == 0
    [arguments] = understood
    if arguments.command == "run":
        assert list(items(arguments.only))
