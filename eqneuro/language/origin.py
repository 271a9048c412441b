"""Finds the user's own file and line of a string: looked for only when an error is raised."""

from __future__ import annotations

import ast
import linecache
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path
from types import FrameType

from eqneuro.language.source import Origin

PACKAGE = str(Path(__file__).resolve().parent.parent)
NOT_THE_USERS = tuple({PACKAGE, *(sysconfig.get_path(key) for key in ("stdlib", "purelib", "platlib")), "<"})
LONGEST = 20_000
"""Lines of a file and characters of a text that are worth the search."""


def find_origin(text: str, line: int) -> Origin | None:
    """Where line ``line`` of ``text`` stands, if the text is a literal in the file of a caller outside eqneuro."""
    frame: FrameType | None = sys._getframe(1)
    for _ in range(60):
        if frame is None or not text.strip() or len(text) > LONGEST:
            return None
        filename = frame.f_code.co_filename
        if not filename.startswith(NOT_THE_USERS):
            found = _find(text, line, filename, frame.f_lineno)
            if found is not None:
                return Origin(filename, found)
        frame = frame.f_back
    return None


def _find(text: str, line: int, filename: str, near: int) -> int | None:
    """The line of the file that holds line ``line`` of the text; the literal nearest to line ``near`` is taken."""
    lines = linecache.getlines(filename)
    wanted = _plain(text)
    found = [entry for entry in _literals(tuple(lines)) if entry[0] == wanted] if 0 < len(lines) <= LONGEST else []
    if not found:
        return None
    _, first, last = min(found, key=lambda entry: abs(entry[1] - near))
    typed = text.splitlines()[line - 1].strip() if line <= len(text.splitlines()) else ""
    holding = [number for number in range(first, last + 1) if typed and typed in lines[number - 1]]
    return min(holding, key=lambda number: abs(number - (first + line - 1)), default=first)


def _plain(text: str) -> tuple[str, ...]:
    """The text without what dedenting or stripping changes."""
    return tuple(line.strip() for line in text.strip().splitlines())


@lru_cache(maxsize=4)
def _literals(lines: tuple[str, ...]) -> list[tuple[tuple[str, ...], int, int]]:
    """All string literals of a file, with their first and last line."""
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [
        (_plain(node.value), node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
