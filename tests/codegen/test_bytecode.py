"""The code of templates that an installation keeps: taken where it fits, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest

from eqneuro.codegen import bytecode, render


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the code of all templates, and an environment that is made anew."""
    file = render.compile_templates(tmp_path)
    monkeypatch.setattr(render, "installed_directory", lambda: tmp_path)
    render.environment.cache_clear()
    yield file
    render.environment.cache_clear()


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the templates that jinja2 compiles."""
    names: list[str] = []
    compile_ = jinja2.Environment.compile

    def noted(self, source, name=None, filename=None, *more, **other):
        names.append(name)
        return compile_(self, source, name, filename, *more, **other)

    monkeypatch.setattr(jinja2.Environment, "compile", noted)
    return names


def shared_text() -> str:
    return render.render_shared.__wrapped__("double")


def test_templates_of_an_installation_are_not_compiled_again(installed: Path, compiled: list[str]) -> None:
    found = shared_text()
    assert compiled == []
    installed.unlink()
    render.environment.cache_clear()
    assert shared_text() == found
    assert "shared.c.j2" in compiled


def test_every_template_is_kept(installed: Path) -> None:
    kept = bytecode.read(installed.parent, render.OPTIONS)
    assert set(kept) == {file.name for file in render.templates_directory().glob("*.j2")}


def test_template_with_another_source_is_compiled(
    installed: Path, compiled: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tmp_path / "templates"
    changed.mkdir()
    for file in render.templates_directory().glob("*.j2"):
        changed.joinpath(file.name).write_text(file.read_text())
    with changed.joinpath("runtime.c.j2").open("a") as runtime:
        runtime.write("\n/* changed */\n")
    monkeypatch.setattr(render, "templates_directory", lambda: changed)
    assert "/* changed */" in shared_text()
    assert compiled == ["runtime.c.j2"]


@pytest.mark.parametrize("left", [0, 100, -1])
def test_file_that_is_not_whole_is_left_alone(left: int, installed: Path, compiled: list[str]) -> None:
    installed.write_bytes(installed.read_bytes()[:left])
    assert "eqneuro_run" in shared_text()
    assert "shared.c.j2" in compiled


def test_code_for_another_jinja2_or_other_options_is_left_alone(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bytecode.read(installed.parent, render.OPTIONS | {"trim_blocks": False}) == {}
    monkeypatch.setattr(jinja2, "__version__", "0.1")
    assert bytecode.read(installed.parent, render.OPTIONS) == {}
