"""What a report is made of, whatever format it is written in."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Code:
    """Text in a fixed-width font."""

    text: str


@dataclass(frozen=True)
class Formula:
    """LaTeX within a line."""

    latex: str


Piece = str | Code | Formula
"""What stands in a line or a cell; a str is plain text."""


@dataclass(frozen=True)
class Paragraph:
    """Some text."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Equations:
    """Equations below each other; each line holds one ``&`` where it is aligned. ``title`` says when they hold."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table; all rows are as long as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[Piece, ...], ...]


Block = Paragraph | Equations | Table


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it."""

    title: str
    blocks: tuple[Block, ...] = ()
    parts: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Document:
    """A whole report."""

    title: str
    author: str
    date: str
    sections: tuple[Section, ...] = field(default=())
