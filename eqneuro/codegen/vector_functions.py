"""Loops over neurons become vectors: of how many numbers, and with whose functions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from eqneuro.codegen.render import VECTOR_FUNCTIONS

QUICK = re.compile(r"\b(exp|exprel|per_exprel)\(")
"""Functions of which there are vector functions of our own, in double precision: templates/vector_functions.h.j2."""
HEAVY = re.compile(rf"\b(?:quick_)?(?:{'|'.join(VECTOR_FUNCTIONS)}|pow|exprel|per_exprel|log1prel|sinh?c|tanhc)f?\(")
"""Functions that take longer than all other arithmetic."""
MANY = 4
"""With so many of them in a kernel, wide vectors outweigh what they cost elsewhere, even where processors are slower
with them: others are WIDE_WHERE_FREE (templates/prelude.h.j2)."""
HELD = re.compile(r"(\w+) = active \? (\w+) : \1;")
"""What a refractory neuron keeps."""
SUM = "total += "
"""Begins the line with the sum that is not finite where a variable is not."""


def is_wide(lines: Sequence[str]) -> bool:
    """Whether a loop calls so many functions that it takes vectors of 512 bits."""
    return sum(len(HEAVY.findall(line)) for line in lines if not _is_comment(line)) >= MANY


def quickly(lines: list[str]) -> list[str]:
    """The lines with our own vector functions, unless a call may become part of a choice.

    Compilers move a call into the branch that uses it, and make vectors of branches with calls of the C library alone.
    What refractory neurons would become is wanted in any case once the sum that tells of NaN is of that: it is not
    finite where what they keep is not.
    """
    code = [line for line in lines if not _is_comment(line)]
    if not any(map(QUICK.search, code)):
        return lines
    held = {m[1]: m[2] for m in map(HELD.fullmatch, code) if m}
    summed = {name for line in code if line.startswith(SUM) for name in re.findall(r"\w+", line)}
    if any("?" in line and not HELD.fullmatch(line) for line in code) or not held.keys() <= summed:
        return lines
    return [line if _is_comment(line) else _quick(line, held) for line in lines]


def _quick(line: str, held: Mapping[str, str]) -> str:
    if line.startswith(SUM):
        return re.sub(r"\w+", lambda name: held.get(name[0], name[0]), line)
    return QUICK.sub(r"quick_\1(", line)


def _is_comment(line: str) -> bool:
    return line.startswith("/*")
