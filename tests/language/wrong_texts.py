"""Reads wrong_texts.txt, the table of wrong texts, and writes it as a page of the documentation.

python tests/language/wrong_texts.py > docs/errors.md
python tests/language/wrong_texts.py --accept    # rewrites the messages in the table: look at the difference
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("wrong_texts.txt")
NAMES = ["Creating", "Neuron", "Parameter", "Pruning", "Synapse", "Variable"]


@dataclass(frozen=True)
class Case:
    """Code that a user writes, and what is said to that."""

    code: str
    message: str


def read_table(text: str | None = None) -> list[str | Case]:
    """Headings and paragraphs as they stand, and cases."""
    blocks = re.split(r"\n{2,}", (text or TABLE.read_text(encoding="utf-8")).strip())
    return [_case(block) if block.startswith(">>> ") else block for block in blocks]


def _case(block: str) -> Case:
    lines = block.splitlines()
    code = [line for line in lines if line.startswith((">>> ", "... "))]
    return Case("\n".join(line[4:] for line in code), "\n".join(lines[len(code) :]))


def cases() -> Iterator[Case]:
    """The cases alone."""
    return (block for block in read_table() if isinstance(block, Case))


def message_of(code: str) -> str:
    """What Python shows for the code, without the traceback; empty where nothing is wrong."""
    from eqneuro.model.attributes import Creating, Parameter, Pruning, Variable
    from eqneuro.model.functions import add_function
    from eqneuro.model.neuron import Neuron
    from eqneuro.model.synapse import Synapse

    names = dict(
        Creating=Creating, Parameter=Parameter, Pruning=Pruning, Variable=Variable, Neuron=Neuron, Synapse=Synapse,
        add_function=add_function,
    )  # fmt: skip
    try:
        eval(code, names)
    except ValueError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def accept() -> str:
    """The table with the messages of today."""
    return "\n\n".join(_shown(block) if isinstance(block, Case) else block for block in read_table()) + "\n"


def _shown(case: Case) -> str:
    first, *others = case.code.splitlines()
    code = "\n".join([f">>> {first}", *(f"... {line}" for line in others)])
    return f"{code}\n{message_of(case.code)}"


def page() -> str:
    """The table in Markdown."""
    parts = []
    for block in read_table():
        if isinstance(block, Case):
            parts.append(f"```python\n{block.code}\n```\n\n```text\n{block.message}\n```")
        else:
            parts.append(block)
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--accept"]:
        TABLE.write_text(accept(), encoding="utf-8")
    else:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        sys.stdout.write(page())
