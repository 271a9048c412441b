"""The page about reports runs as it stands."""

import doctest
import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "report.md"


def test_the_code_gives_what_the_page_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names, said = {}, []
    fences = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for fence in fences:
        test = doctest.DocTestParser().get_doctest(fence, names, PAGE.name, str(PAGE), 0)
        doctest.DocTestRunner().run(test, clear_globs=False, out=said.append)
        names = test.globs
    assert len(fences) == 3
    assert not said, "".join(said)
