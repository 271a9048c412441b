"""Programs in C by hand: how they are compiled, and what they answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.suite import reference
from eqneuro.build import cpu


@pytest.fixture
def gathers_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu, "has_quick_gathers", lambda: False)


def test_an_answer_is_seconds_and_what_was_found() -> None:
    assert reference.read_answer("0.25 20.5 0.7\n", ["rate", "weight"]) == (0.25, {"rate": 20.5, "weight": 0.7})


def test_values_without_names_are_numbered() -> None:
    assert reference.read_answer("0.25\n20.5 0.7\n", ["rate"]) == (0.25, {"value 0": 20.5, "value 1": 0.7})
    assert reference.read_answer("0.25", []) == (0.25, {})


def test_an_answer_that_is_no_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="could not convert"):
        reference.read_answer("no memory", ["rate"])


@pytest.mark.usefixtures("gathers_slowly")
def test_flags_are_those_of_the_command_in_the_comment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "SOURCES", tmp_path)
    source = "/* A network by hand.\n *\n * gcc -O3 -march=native -ffast-math -o some some.c -lm && ./some SIZE */\n"
    (tmp_path / "some.c").write_text(source)
    assert reference.flags("some") == ["-O3", "-march=native", "-ffast-math"]
    monkeypatch.setattr(cpu, "has_quick_gathers", lambda: True)
    assert reference.flags("some") == ["-O3", "-march=native", "-ffast-math", "-mtune=sapphirerapids"]


def test_a_program_that_does_not_say_how_it_is_compiled_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "SOURCES", tmp_path)
    (tmp_path / "some.c").write_text("int main(void) { return 0; }\n")
    with pytest.raises(ValueError, match="does not say how it is compiled"):
        reference.flags("some")


@pytest.mark.usefixtures("gathers_slowly")
@pytest.mark.parametrize("program", sorted(reference.SOURCES.glob("*.c")), ids=lambda path: path.stem)
def test_every_program_says_how_it_is_compiled(program: Path) -> None:
    assert reference.flags(program.stem)[0].startswith("-O")
