"""The reference of the language runs as it stands, and lists what there is."""

import doctest
import re
from pathlib import Path

import numpy as np
import pytest

from eqneuro.language import limits
from eqneuro.language.distributions import DISTRIBUTIONS, OPTIONAL_ARGUMENTS
from eqneuro.language.functions import FUNCTIONS, RESERVED
from eqneuro.model.flags import ALL_FLAGS, METHODS
from eqneuro.model.resolve import ADDED_FUNCTIONS, DECLARED_CONSTANTS

PAGE = (Path(__file__).parent.parent.parent / "docs" / "language.md").read_text(encoding="utf-8")
FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def section(title):
    return re.search(rf"\n## {re.escape(title)}\n(.*?)(?=\n## |\Z)", PAGE, re.DOTALL)[1]


def first_cells(title):
    return [line.split(" | ")[0].removeprefix("| ") for line in section(title).splitlines() if line.startswith("| `")]


def quoted(cells):
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


@pytest.fixture
def _clean_registries():
    constants, functions = set(DECLARED_CONSTANTS), dict(ADDED_FUNCTIONS)
    yield
    DECLARED_CONSTANTS.clear()
    DECLARED_CONSTANTS.update(constants)
    ADDED_FUNCTIONS.clear()
    ADDED_FUNCTIONS.update(functions)


@pytest.mark.usefixtures("_clean_registries")
def test_the_code_of_the_page_runs_and_prints_what_it_says():
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    names = {}
    with np.printoptions(precision=8):
        for match in FENCE.finditer(PAGE):
            line = PAGE.count("\n", 0, match.start())
            test = parser.get_doctest(match[1], names, "language.md", "docs/language.md", line)
            runner.run(test, clear_globs=False)
            names = test.globs
    assert runner.summarize(verbose=False).failed == 0


def test_every_section_but_the_tables_has_an_example():
    titles = re.findall(r"\n## (.*)\n", PAGE)
    assert [title for title in titles if ">>>" not in section(title)] == ["One step, in order", "Limits"]


def test_the_table_of_functions_is_the_registry():
    listed = quoted(first_cells("Functions"))
    assert sorted(listed) == sorted(f"{name}({', '.join(entry.arguments)})" for name, entry in FUNCTIONS.items())


def test_the_table_of_flags_lists_all_flags():
    listed = [name.removesuffix("=…") for name in quoted(first_cells("Flags"))]
    assert sorted(listed) == sorted(ALL_FLAGS)


def test_the_table_of_methods_lists_all_methods():
    assert sorted(quoted(first_cells("Numerical methods"))) == sorted(METHODS)


def test_the_table_of_distributions_lists_all_with_their_arguments():
    listed = quoted(first_cells("Random numbers"))
    assert listed == [f"{name}({', '.join(kind.arguments)})" for name, kind in DISTRIBUTIONS.items()]
    clipped = re.search(r"named\. (.*) also take `min`", section("Random numbers"))[1]
    assert quoted([clipped]) == [name for name, kind in DISTRIBUTIONS.items() if kind.clips]
    assert set(OPTIONAL_ARGUMENTS) == {"Gamma"}


def test_the_words_of_the_language_are_listed():
    words = re.search(
        r"Only the words of this page are taken: (.*?) and names", section("Names of a neuron"), re.DOTALL
    )
    assert set(quoted([words[1]])) == set(RESERVED)


def test_the_limits_are_those_of_the_code():
    stated = {int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\d", section("Limits"))}
    assert stated == {
        limits.TEXT_LENGTH, limits.STATEMENTS, limits.STATEMENT_LENGTH, limits.BRACKET_DEPTH, limits.EXPRESSION_DEPTH,
        limits.NODES,
    }  # fmt: skip


def test_links_within_the_page_lead_to_its_sections():
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"\n## (.*)\n", PAGE)}
    assert set(re.findall(r"\(#([^)]*)\)", PAGE)) <= anchors
