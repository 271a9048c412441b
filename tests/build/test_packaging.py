"""What is shipped: the metadata, the files beside the code, and where they are found."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

import eqneuro
from eqneuro.codegen.render import templates_directory
from eqneuro.paths import cache_directory

ROOT = Path(__file__).parents[2]


def test_templates_and_grammar_are_found_where_eqneuro_is_installed() -> None:
    shipped = {file.name for file in (ROOT / "templates").glob("*.j2")}
    assert shipped
    assert {file.name for file in templates_directory().glob("*.j2")} == shipped
    assert resources.files("eqneuro.language").joinpath("grammar.lark").is_file()


def test_every_folder_with_python_files_is_a_package() -> None:
    """Folders without ``__init__.py`` are not found by setuptools, and miss in the wheel only."""
    folders = {file.parent for file in (ROOT / "eqneuro").rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_every_file_that_is_not_python_is_listed_to_be_shipped() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    shipped = {
        file
        for package, patterns in listed.items()
        if package != "eqneuro.templates"
        for pattern in patterns
        for file in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    built = {".py", ".pyx", ".pyi", ".pyc", ".so", ".c", ".o", ".templates"}
    beside = {file for file in (ROOT / "eqneuro").rglob("*") if file.is_file() and file.suffix not in built}
    assert beside <= shipped


def test_version_is_the_newest_one_of_the_changelog() -> None:
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert headings[0] == "Unreleased"
    released = headings[1] if len(headings) > 1 else None
    assert released in (None, eqneuro.__version__)


def test_cache_directory_is_the_users_unless_the_variable_names_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from platformdirs import user_cache_path

    monkeypatch.delenv("EQNEURO_CACHE_DIR", raising=False)
    assert cache_directory() == user_cache_path("eqneuro", appauthor=False)
    monkeypatch.setenv("EQNEURO_CACHE_DIR", str(tmp_path))
    assert cache_directory() == tmp_path
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EQNEURO_CACHE_DIR", "~/mine")
    assert cache_directory() == tmp_path / "mine"
