"""The page about specific projections runs as it stands, and its links lead somewhere."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import eqneuro
from eqneuro.network import images
from eqneuro.network.specific import convolution, diagonal, hybrid, pooling, shared
from eqneuro.recording import bold

PAGE = Path(__file__).parents[3] / "docs" / "specific.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_code_gives_what_the_page_shows() -> None:
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    names: dict[str, object] = {}
    said: list[str] = []
    fences = list(re.finditer(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL))
    for fence in fences:
        test = parser.get_doctest(fence[1], names, PAGE.name, str(PAGE), TEXT.count("\n", 0, fence.start()) + 1)
        runner.run(test, clear_globs=False, out=said.append)
        names = test.globs
    assert len(fences) > 8
    assert not said, "".join(said)


def test_its_links_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for target in re.findall(r"\]\(([^)]*)\)", TEXT):
        page, _, anchor = target.partition("#")
        assert not page or (PAGE.parent / page).exists(), target
        assert page or anchor in anchors, target


def test_it_names_every_class_and_model() -> None:
    homes = [part for part in eqneuro._HOMES if "network.specific" in part or part.endswith((".balloon", ".images"))]
    for name in " ".join("".join(eqneuro._HOMES[home]) for home in homes).split():
        assert name in TEXT, name


@pytest.mark.parametrize("module", [convolution, pooling, shared, diagonal, hybrid, images, bold])
def test_examples_of_the_docstrings_run(module: object) -> None:
    tests = doctest.DocTestFinder().find(module, module.__name__)
    results = [doctest.DocTestRunner().run(test) for test in tests if test.examples]
    assert results
    assert not any(result.failed for result in results)
