"""Reports in Markdown, with tables and formulas as GitHub, Jupyter, pandoc and MkDocs read them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eqneuro.reporting.document import Block, Code, Document, Equations, Formula, Paragraph, Piece, Section, Table

SPECIAL = re.compile(r"([\\`*_\[\]<>|$#~])")


def write_markdown(document: Document, *, standalone: bool) -> str:
    """The text of a report; a title only where it stands alone."""
    lines: list[str] = []
    if standalone:
        byline = ", ".join(_escape(part) for part in (document.author, document.date) if part)
        lines += [f"# {_escape(document.title)}", "", *([byline, ""] if byline else [])]
    for section in document.sections:
        lines += _section(section, 2)
    return "\n".join(lines).rstrip() + "\n"


def _section(section: Section, level: int) -> Iterator[str]:
    yield f"{'#' * level} {_escape(section.title)}"
    yield ""
    for block in section.blocks:
        yield from _block(block)
        yield ""
    for part in section.parts:
        yield from _section(part, level + 1)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield "".join(map(_piece, block.pieces))
    elif isinstance(block, Equations):
        yield f"{_escape(block.title)}:"
        for line in block.lines:  # each by itself: line breaks in formulas are not understood everywhere
            yield from ("", "$$", line.replace("&=", "=").replace(r"&\leftarrow", r"\leftarrow"), "$$")
    else:
        yield from _table(block)


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(map(_escape, table.header))} |"
    yield f"|{' --- |' * len(table.header)}"
    for row in table.rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(piece: Piece) -> str:
    return f"`{piece.text.replace('|', chr(92) + '|')}`" if isinstance(piece, Code) else _piece(piece)


def _piece(piece: Piece) -> str:
    if isinstance(piece, Formula):
        return f"${piece.latex}$"
    return f"`{piece.text}`" if isinstance(piece, Code) else _escape(piece)


def _escape(text: str) -> str:
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
