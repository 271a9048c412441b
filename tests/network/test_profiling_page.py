"""The page on profiles shows what its code prints."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FITTED = "scan  cells", "scan  inputs"
"""Rows that are there where times are steady enough to tell them."""


def rows(text: str) -> set[str]:
    """What the rows of a table are called: their first two columns, which two spaces or more stand between."""
    lines = text.split("\n\n")[1].splitlines()[1:]
    return {"  ".join(re.split(r"\s{2,}", line)[:2]) for line in lines} - set(FITTED)


def test_the_code_prints_the_rows_that_the_page_shows() -> None:
    text = (ROOT / "docs" / "profiling.md").read_text(encoding="utf-8")
    [(code, shown)] = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(code, {})
    assert len(rows(shown)) > 8
    assert rows(said.getvalue()) == rows(shown)
    heads = [part.splitlines()[-1].split("(")[0] for part in (shown, said.getvalue())]
    assert heads[0] == heads[1] == "the machine "


def test_the_page_is_found_from_others() -> None:
    for page in ("docs/index.md", "docs/networks.md", "README.md"):
        assert "profiling.md" in (ROOT / page).read_text(encoding="utf-8"), page
