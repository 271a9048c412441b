"""Cuts a text into statements: a line or what stands between semicolons; open brackets and conditionals run on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from eqneuro.language.errors import EquationError
from eqneuro.language.limits import BRACKET_DEPTH, STATEMENT_LENGTH, check_length, shorten
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Span

CONTINUES = re.compile(r"(?:[-+*/^=<>:,(]|\b(?:and|or|not|is|if|else))\s*$")
"""Ends of a line that can't be the end of a statement."""


@dataclass(frozen=True)
class Piece:
    """A statement: ``text`` has comments blanked out, so that its offsets are those of the source from ``start`` on."""

    start: int
    text: str


def split_statements(source: SourceText) -> Iterator[Piece]:
    """The statements of a text, one by one.

    Raises
    ------
    EquationError
        Where a bracket is not closed or not opened, a conditional has no ``else``, or the text is too large.
    """
    check_length(source)
    text = re.sub(r"#[^\n]*", lambda comment: " " * len(comment[0]), source.text)
    brackets: list[int] = []
    conditionals: list[int] = []
    start = 0
    for match in re.finditer(r"[();\n]|\b(?:if|else)\b", text):
        token, offset = match[0], match.start()
        if token == "(":
            brackets.append(offset)
            if len(brackets) > BRACKET_DEPTH:
                message = f"brackets are nested more than {BRACKET_DEPTH} levels deep"
                raise EquationError(message, *_window(source, offset), "Split the expression into several lines.")
        elif token == ")":
            if not brackets:
                raise EquationError("')' without '('", *_window(source, offset))
            brackets.pop()
        elif token == "if":
            conditionals.append(offset)
        elif token == "else":
            if not conditionals:
                raise EquationError("'else' without 'if'", source, Span(offset, offset + 4))
            conditionals.pop()
        elif not brackets and not conditionals and not (token == "\n" and CONTINUES.search(text, start, offset)):
            yield from _piece(source, text, start, offset)
            start = offset + 1
    if brackets:
        raise EquationError("'(' is never closed", *_window(source, brackets[-1]))
    if conditionals:
        hint = "A conditional is written `if CONDITION: EXPRESSION else: EXPRESSION`."
        raise EquationError("'if' without 'else'", source, Span(conditionals[-1], conditionals[-1] + 2), hint)
    yield from _piece(source, text, start, len(text))


def _piece(source: SourceText, text: str, start: int, stop: int) -> Iterator[Piece]:
    statement = text[start:stop]
    if not statement.strip():
        return
    if len(statement) > STATEMENT_LENGTH:
        message = f"statement of {len(statement):,} characters is longer than {STATEMENT_LENGTH:,}"
        raise EquationError(message, shorten(source) if start < 60 else source, Span(start, start + 1))
    skipped = len(statement) - len(statement.lstrip())
    yield Piece(start + skipped, statement.strip())


def _window(source: SourceText, offset: int) -> tuple[SourceText, Span]:
    """The source, or where its line is too long to be read, the part of it around the offset."""
    start = source.text.rfind("\n", 0, offset) + 1
    stop = source.text.find("\n", offset)
    stop = len(source.text) if stop < 0 else stop
    if stop - start <= 400:
        return source, Span(offset, offset + 1)
    begin = max(start, offset - 40)
    part = "\n" * source.text.count("\n", 0, offset) + source.text[begin : min(stop, offset + 40)]
    place = part.rfind("\n") + 1 + offset - begin
    return SourceText(part, source.where, source.origin), Span(place, place + 1)
