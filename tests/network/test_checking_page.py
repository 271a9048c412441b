"""The page on explaining and checking shows what its code prints."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NUMBER = re.compile(r"[-+]?\d[\d,]*(\.\d+)?(e[-+]\d+)?")


def shape(text: str) -> list[str]:
    """Lines without numbers and the width of columns: both may differ in the last digit from machine to machine."""
    return [" ".join(NUMBER.sub("#", line).split()) for line in text.strip().splitlines()]


def test_the_code_prints_what_the_page_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "examples")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    text = (ROOT / "docs" / "checking.md").read_text(encoding="utf-8")
    pairs = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(pairs) == text.count("```python") == 5
    names: dict[str, object] = {}
    for code, shown in pairs:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(code, names)
        assert shape(said.getvalue()) == shape(shown)


def test_the_page_is_found_from_others() -> None:
    for page in ("docs/index.md", "docs/methods.md", "docs/networks.md", "README.md"):
        assert "checking.md" in (ROOT / page).read_text(encoding="utf-8"), page
