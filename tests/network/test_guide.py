"""The guide to networks runs as it stands, and names everything there is."""

from __future__ import annotations

import doctest
import inspect
import re
from pathlib import Path

import pytest

import eqneuro as ann

GUIDE = Path(__file__).parents[2] / "docs" / "networks.md"
TEXT = GUIDE.read_text(encoding="utf-8")


def test_the_code_gives_what_the_guide_shows() -> None:
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    names: dict[str, object] = {}
    said: list[str] = []
    fences = list(re.finditer(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL))
    for fence in fences:
        line = TEXT.count("\n", 0, fence.start()) + 1
        test = parser.get_doctest(fence[1], names, "networks.md", str(GUIDE), line)
        runner.run(test, clear_globs=False, out=said.append)
        names = test.globs
    assert len(fences) > 20
    assert not said, "".join(said)


def test_its_links_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for target in re.findall(r"\]\(([^)]*)\)", TEXT):
        page, _, anchor = target.partition("#")
        assert not page or (GUIDE.parent / page).exists(), target
        assert page or anchor in anchors, target


@pytest.mark.parametrize(
    "kind",
    [
        ann.InputArray,
        ann.TimedArray,
        ann.SpikeSourceArray,
        ann.PoissonPopulation,
        ann.TimedPoissonPopulation,
        ann.HomogeneousCorrelatedSpikeTrains,
    ],
)
def test_it_names_every_input(kind: type) -> None:
    assert f"`{kind.__name__}(" in TEXT


@pytest.mark.parametrize(
    "name",
    [
        "one_to_one",
        "all_to_all",
        "fixed_probability",
        "fixed_number_pre",
        "fixed_number_post",
        "from_matrix",
        "from_sparse",
    ],
)
def test_it_shows_every_connector_as_it_is_called(name: str) -> None:
    [shown] = re.findall(rf"`{name}\(([^)]*)\)`", TEXT)
    parameters = inspect.signature(getattr(ann.Projection, name)).parameters
    for part in shown.split(", "):
        argument, _, default = part.partition("=")
        assert argument in parameters
        assert not default or str(parameters[argument].default) == default
