"""What a compiler complains of, told in terms of the model whose C it was."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

_POSITION = re.compile(r"^[^:\n]+:(\d+):(\d+): (?:fatal error|internal compiler error|error): (.*)$", re.MULTILINE)
_HEADER = re.compile(r"error: '?([\w/.]+\.h)'?(?:: No such file or directory| file not found)")
_UNDEFINED = re.compile(r"undefined (?:reference to|symbol:?) [`']?(\w+)")
_MODEL = re.compile(r"/\* ((?:Population|Projection|Stop condition)\b[^:*\n]*)")

REPORT = "Please report this with the equations of the model: generated code should always compile."


def describe_failure(messages: str, source: str, command: Sequence[str], code: int = 1) -> str:
    """The first error with the line of C it stands in and the model it belongs to.

    Parameters
    ----------
    messages
        What the compiler said.
    source
        The C text it was given.
    command
        How it was started.
    code
        What it ended with; negative for a signal.
    """
    position = _POSITION.search(messages)
    header, undefined = _HEADER.search(messages), _UNDEFINED.search(messages)
    if header is not None:
        return (
            f"the C compiler {command[0]!r} lacks the headers of the C library ({header[1]} is not found): install "
            "them (Debian: `apt-get install libc6-dev`), or use the compiler that `pip install ziglang` "
            "brings, by EQNEURO_CC='python -m ziglang cc'."
        )
    if position is not None and 0 < int(position[1]) <= len(source.splitlines()):
        return _point_at(int(position[1]), int(position[2]), position[3], source)
    if undefined is not None:
        return _point_at_use(undefined[1], source)
    ended = "ended well but made no library" if code == 0 else f"failed with exit status {code}"
    if code < 0:
        ended = f"was ended by signal {-code}"
    said = messages.strip()[-2000:] or "It said nothing."
    return f"the C compiler {ended}:\n{said}\n(command: {shlex.join(command)})"


def _point_at(number: int, column: int, sentence: str, source: str) -> str:
    lines = source.splitlines()
    shown = lines[number - 1]
    caret = "".join("\t" if c == "\t" else " " for c in shown[: column - 1]) + "^"
    return (
        f"the C compiler refused the code of {_model_at(number, lines)}: {sentence}\n  {number} | {shown}\n"
        f"  {' ' * len(str(number))} | {caret}\n{REPORT}"
    )


def _point_at_use(name: str, source: str) -> str:
    """The place that calls a function which no library has: the last one, since declarations come first."""
    used = list(re.finditer(rf"\b{name}\s*\(", source))
    if not used:
        return f"no C library has the function {name!r}, which the network needs.\n{REPORT}"
    before = source[: used[-1].start()]
    column = used[-1].start() - before.rfind("\n")
    return _point_at(before.count("\n") + 1, column, f"no C library has the function {name!r}", source)


def _model_at(number: int, lines: list[str]) -> str:
    """The model in whose part of the text a line stands: the last comment at the left margin names it."""
    for line in reversed(lines[:number]):
        if line.startswith("/* "):
            named = _MODEL.match(line)
            return named[1].strip() if named else "the part that all networks share"
    return "the part that all networks share"
