"""The page about extensions runs as it stands."""

import doctest
import inspect
import re
from pathlib import Path

import pytest

import eqneuro as ann

PAGE = Path(__file__).parents[2] / "docs" / "extensions.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_code_gives_what_the_page_shows(tmp_path, monkeypatch):
    pytest.importorskip("tensorboardX", reason="the extra `tensorboard` is not installed")
    monkeypatch.chdir(tmp_path)
    (fence,) = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    test = doctest.DocTestParser().get_doctest(fence, {}, PAGE.name, str(PAGE), 0)
    said = []
    doctest.DocTestRunner().run(test, out=said.append)
    assert not said, "".join(said)
    assert list((tmp_path / "runs" / "first").rglob("*tfevents*"))


def test_the_page_names_every_method_of_a_logger():
    for name, _ in inspect.getmembers(ann.Logger, inspect.isfunction):
        assert name.startswith("_") or f"`{name}(" in TEXT, name
