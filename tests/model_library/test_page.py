"""docs/models.md says what the classes say, and its examples run."""

import ast
import contextlib
import inspect
import io
import re
from pathlib import Path

import pytest

from eqneuro.model.library import list_standard_neurons, list_standard_synapses

PAGE = (Path(__file__).parents[2] / "docs" / "models.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
EXAMPLES = [block for block in BLOCKS if "import" in block]


def shown() -> dict[str, dict[str, object]]:
    """The arguments of each model as the page shows them: each block without an import is one call."""
    calls = [ast.parse(block, mode="eval").body for block in BLOCKS if block not in EXAMPLES]
    return {call.func.id: {k.arg: ast.literal_eval(k.value) for k in call.keywords} for call in calls}


def test_the_page_shows_every_model_with_its_arguments_and_defaults():
    models = [*list_standard_neurons(), *list_standard_synapses()]
    signatures = {m.__name__: inspect.signature(m).parameters for m in models}
    assert shown() == {name: {k: p.default for k, p in found.items()} for name, found in signatures.items()}


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_of_the_page_prints_what_it_says(example):
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(example, "docs/models.md", "exec"), {})
    assert output.getvalue().splitlines() == re.findall(r"print\(.*\)  # (.*)", example)


def test_the_links_of_the_page_lead_somewhere():
    headings = {re.sub(r"[^\w-]", "", h.lower()) for h in re.findall(r"^#+ (.*)$", PAGE, flags=re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]*)\)", PAGE):
        if target.startswith("#"):
            assert target[1:] in headings, target
        else:
            assert (Path(__file__).parents[2] / "docs" / target).exists(), target
