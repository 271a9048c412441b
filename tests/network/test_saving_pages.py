"""The pages on saving and on parallel runs run as they stand, and their links lead somewhere."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["saving.md", "parallel.md"])
def test_the_code_gives_what_the_page_shows(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (DOCS / page).read_text(encoding="utf-8")
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    names: dict[str, object] = {}
    said: list[str] = []
    fences = list(re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    for fence in fences:
        test = parser.get_doctest(fence[1], names, page, page, text.count("\n", 0, fence.start()) + 1)
        runner.run(test, clear_globs=False, out=said.append)
        names = test.globs
    assert len(fences) >= 5
    assert not said, "".join(said)


@pytest.mark.parametrize("page", ["saving.md", "parallel.md"])
def test_every_page_is_found_from_the_first_one(page: str) -> None:
    assert f"({page})" in (DOCS / "index.md").read_text(encoding="utf-8")
