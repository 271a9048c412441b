"""The page on units shows what its code prints."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from eqneuro.language.errors import EquationError

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "units.md").read_text(encoding="utf-8")


def shown_by(code, names):
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            exec(code, names)
    except EquationError as error:
        said.write(f"EquationError: {error}\n")
    return said.getvalue()


@pytest.mark.usefixtures("nothing_declared")
def test_the_code_prints_what_the_page_shows():
    pairs = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(pairs) == PAGE.count("```python") == 3
    names = {}
    for code, shown in pairs:
        assert shown_by(code, names) == shown


def test_the_table_of_units_is_what_the_code_knows():
    from eqneuro.model.units import SYMBOLS

    table = PAGE[PAGE.index("## How they are written") :]
    rows = re.findall(r"^\| [a-z].*\| (.*) \|$", table[: table.index("Prefixes")], re.MULTILINE)
    listed = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(listed) == sorted({*SYMBOLS, "cm"} - {"ohm"})


def test_the_page_is_found_from_others():
    for page in ("docs/index.md", "docs/language.md", "README.md"):
        assert "units.md" in (ROOT / page).read_text(encoding="utf-8"), page
