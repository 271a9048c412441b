"""The page about connectors runs as it stands, and names every connector there is."""

import doctest
import inspect
import re
from pathlib import Path

from eqneuro import Projection

PAGE = Path(__file__).parents[2] / "docs" / "connectors.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_code_gives_what_the_page_shows():
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    names, said = {}, []
    fences = list(re.finditer(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL))
    for fence in fences:
        line = TEXT.count("\n", 0, fence.start()) + 1
        test = parser.get_doctest(fence[1], names, PAGE.name, str(PAGE), line)
        runner.run(test, clear_globs=False, out=said.append)
        names = test.globs
    assert len(fences) > 10
    assert not said, "".join(said)


def test_its_links_lead_somewhere():
    headings = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for target in re.findall(r"\]\(([^)]*)\)", TEXT):
        page, _, anchor = target.partition("#")
        assert not page or (PAGE.parent / page).exists(), target
        assert page or anchor in anchors, target


def test_it_names_every_connector():
    for name, method in inspect.getmembers(Projection, inspect.isfunction):
        is_connector = not name.startswith("_") and str(inspect.signature(method).return_annotation) == "Self"
        assert not is_connector or f"`{name}" in TEXT, name
    for name in inspect.signature(Projection.where).parameters:
        assert name == "self" or f"`{name}" in TEXT or f" {name}" in TEXT, name
