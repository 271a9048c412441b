"""Finds the user's own file and line of a string: looked for only when an error is raised."""

from __future__ import annotations

import ast
import linecache
import sys
from pathlib import Path
from types import FrameType

from eqneuro.language.source import Origin

PACKAGE = str(Path(__file__).resolve().parent.parent)


def find_origin(text: str) -> Origin | None:
    """Where ``text`` stands as a literal in the file of the nearest caller outside eqneuro, if it does."""
    frame: FrameType | None = sys._getframe(1)
    for _ in range(60):
        if frame is None:
            return None
        filename = frame.f_code.co_filename
        if not filename.startswith((PACKAGE, "<")) and "site-packages" not in filename:
            line = _find(text, filename, frame.f_lineno)
            if line is not None:
                return Origin(filename, line)
        frame = frame.f_back
    return None


def _find(text: str, filename: str, near: int) -> int | None:
    lines = linecache.getlines(filename)
    if not lines or len(lines) > 20_000 or len(text) > 20_000:
        return None
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError, RecursionError):
        return None
    found = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip() == text.strip()
    ]
    return min(found, key=lambda line: abs(line - near), default=None)
