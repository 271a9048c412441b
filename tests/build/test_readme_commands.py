"""The two commands on top of README.md, as `.ci/run` reads them."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
commands: Callable[[str, int], list[str]] = runpy.run_path(str(ROOT / ".ci" / "readme_commands.py"))["commands"]

INSTALL, TEST = "pip install . && eqneuro demo", "pip install '.[test]' && pytest"


@pytest.mark.parametrize(
    "readme",
    [
        f"# eqneuro\n\n```sh\n{INSTALL}\n```\n\n```sh\n{TEST}\n```\n\n```python\nimport eqneuro\n```\n",
        f"Text `pip` text\n```\n{INSTALL}\n```\nand\n\n~~~bash\n{TEST}\n~~~\n",
        f"```console\n$ {INSTALL}\n```\n````sh\n# the tests\n{TEST}\n````\n",
        f"```sh\n\n  {INSTALL}  \n\n```\n```sh\npip install '.[test]' \\\n  && pytest\n```",
    ],
)
def test_first_two_blocks_are_the_commands(readme: str) -> None:
    assert [" ".join(command.split()) for command in commands(readme, 2)] == [INSTALL, TEST]


def test_a_readme_without_the_blocks_is_refused() -> None:
    with pytest.raises(ValueError, match="the README has 1 code blocks, 2 are needed"):
        commands(f"# eqneuro\n```sh\n{INSTALL}\n```\n", 2)


@pytest.mark.parametrize("block", ["pip install .\neqneuro demo\n", "\n", "# only a comment\n"])
def test_a_block_with_no_command_or_several_is_refused(block: str) -> None:
    with pytest.raises(ValueError, match="should hold one command"):
        commands(f"```sh\n{block}```\n", 1)
