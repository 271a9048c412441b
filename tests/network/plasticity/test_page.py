"""The examples of docs/synapses.md print what the page says."""

import contextlib
import io
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "synapses.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_of_the_page_prints_what_it_says(example):
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(example, "docs/synapses.md", "exec"), {})
    expected = re.findall(r"^print\(.*\)  # (.*)$", example, flags=re.MULTILINE)
    assert expected
    assert output.getvalue().splitlines() == expected


def test_the_links_of_the_page_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (DOCS / target).exists(), target
