"""The user's text, with the places in it."""

from __future__ import annotations

from dataclasses import dataclass

from eqneuro.language.syntax import Span

SHOWN = 100
"""Characters of a long line that are shown."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in the user's own file."""

    filename: str
    line: int


@dataclass(frozen=True, slots=True)
class SourceText:
    """One string of equations, declarations, …; ``where`` says what it is: ``equations of Neuron 'LIF'``."""

    text: str
    where: str

    def line_number(self, offset: int) -> int:
        """The 1-based line that holds the character at ``offset``."""
        return self.text.count("\n", 0, offset) + 1

    def show(self, span: Span) -> str:
        """The line of ``span`` as the user typed it, with its number, and a caret under each character of the span."""
        start = self.text.rfind("\n", 0, span.start) + 1
        stop = self.text.find("\n", start)
        line = self.text[start : len(self.text) if stop < 0 else stop].rstrip("\r")
        begin, end = span.start - start, max(span.start - start + 1, min(span.stop - start, len(line)))
        if len(line) > SHOWN:  # the part of it that matters
            first = max(0, begin - SHOWN // 4)
            before = "… " * (first > 0)
            line = before + line[first : first + SHOWN] + " …" * (first + SHOWN < len(line))
            begin, end = begin - first + len(before), min(end - first + len(before), len(line))
        margin = f"  {self.line_number(span.start)} | "
        indent = "".join("\t" if c == "\t" else " " for c in line[:begin])
        shown = "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in line)
        return f"{(margin + shown).rstrip()}\n{' ' * len(margin)}{indent}{'^' * (end - begin)}"
