"""README and the guide: their code runs, their links lead somewhere, their first commands are the ones agreed on."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = ["README.md", "docs/index.md", "docs/getting-started.md"]


def blocks(document, language):
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / document).read_text(), re.MULTILINE | re.DOTALL)


def test_readme_begins_with_the_two_commands():
    fences = re.findall(r"^```\w*\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert fences[:2] == ["pip install . && eqneuro demo\n", "pip install '.[test]' && pytest\n"]


@pytest.mark.parametrize("document", ["README.md", "docs/getting-started.md"])
def test_code_runs_as_it_stands(document, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    found = blocks(document, "python")
    assert found
    for number, text in enumerate(found):
        exec(compile(text, f"{document}, block {number}", "exec"), names)
    assert list(tmp_path.glob("*.png"))
    plt.close("all")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_and_pictures_lead_to_files(document):
    targets = re.findall(r"\]\(([^)]+)\)", (ROOT / document).read_text())
    assert targets
    for target in targets:
        if not target.startswith(("http://", "https://")):
            assert ((ROOT / document).parent / target.split("#")[0]).exists(), target
