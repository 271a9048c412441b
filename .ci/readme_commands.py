"""Prints the commands of the first code blocks of a README, one a line, as a reader would type them.

    python readme_commands.py README.md 2

A block holds one command. A prompt in front of it and comments are left out; a line that ends in a backslash goes on.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_BLOCK = re.compile(r"^(?P<fence>`{3,}|~{3,})[^\n]*\n(?P<text>.*?)^(?P=fence)`*~*[ \t]*$", re.MULTILINE | re.DOTALL)


def commands(readme: str, count: int) -> list[str]:
    """The commands of the first ``count`` blocks.

    Raises
    ------
    ValueError
        If there are fewer blocks, or one of them holds no command or several.
    """
    blocks = [match["text"] for match in _BLOCK.finditer(readme)][:count]
    if len(blocks) < count:
        raise ValueError(f"the README has {len(blocks)} code blocks, {count} are needed")
    return [_only_command(block) for block in blocks]


def _only_command(block: str) -> str:
    lines = block.replace("\\\n", " ").splitlines()
    typed = [re.sub(r"^\$ +", "", line.strip()) for line in lines if line.strip() and not line.strip().startswith("#")]
    if len(typed) != 1:
        raise ValueError(f"a block at the top of the README should hold one command, not {len(typed)}: {block!r}")
    return typed[0]


if __name__ == "__main__":
    try:
        print(*commands(Path(sys.argv[1]).read_text(encoding="utf-8"), int(sys.argv[2])), sep="\n")
    except (OSError, ValueError) as trouble:
        sys.exit(str(trouble))
