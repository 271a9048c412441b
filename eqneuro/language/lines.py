"""Cuts a text into statements: a line or what stands between semicolons; open brackets and conditionals run on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from eqneuro.language.errors import EquationError
from eqneuro.language.limits import BRACKET_DEPTH, STATEMENT_LENGTH, STATEMENTS, check_length
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Span

CONTINUES = re.compile(r"(?:[-+*/^=<>:,(]|\b(?:and|or|not|is|if|else))$")
"""Ends of a line that can't be the end of a statement."""

CONDITIONAL = "A conditional is written `if CONDITION: EXPRESSION else: EXPRESSION`."


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
    brackets: list[Span] = []
    conditionals: list[Span] = []
    start = line = count = 0
    ending = ""  # of the last line that is not blank
    for match in re.finditer(r"[();\n]|\b(?:if|else)\b(?!\s*=)", text):
        token, offset = match[0], match.start()
        here = Span(offset, match.end())
        if token == "\n":
            ending = text[max(line, start) : offset].rstrip()[-8:] or ending
            line = offset + 1
        if token == "(":
            brackets.append(here)
            if len(brackets) > BRACKET_DEPTH:
                message = f"brackets are nested more than {BRACKET_DEPTH} levels deep"
                raise EquationError(message, source, here, "Split the expression into several lines.")
        elif token == ")":
            if not brackets:
                raise EquationError("')' without '('", source, here)
            brackets.pop()
        elif token == "if":
            conditionals.append(here)
        elif token == "else":
            if not conditionals:
                raise EquationError("'else' without 'if'", source, here, CONDITIONAL)
            conditionals.pop()
        elif not brackets and not conditionals and not (token == "\n" and CONTINUES.search(ending)):
            count += 1
            yield from _piece(source, text, start, offset, count)
            start, ending = offset + 1, ""
    if brackets:
        raise EquationError("'(' is never closed", source, brackets[-1])
    if conditionals:
        raise EquationError("'if' without 'else'", source, conditionals[-1], CONDITIONAL)
    yield from _piece(source, text, start, len(text), count + 1)


def _piece(source: SourceText, text: str, start: int, stop: int, count: int) -> Iterator[Piece]:
    statement = text[start:stop]
    if not statement.strip():
        return
    start += len(statement) - len(statement.lstrip())
    statement = statement.strip()
    if len(statement) > STATEMENT_LENGTH:
        message = f"statement of {len(statement):,} characters is longer than {STATEMENT_LENGTH:,}"
        raise EquationError(message, source, Span(start, start + 1))
    if count > STATEMENTS:
        raise EquationError(f"text holds more than {STATEMENTS:,} statements", source, Span(start, start + 1))
    yield Piece(start, statement)
