"""The user's text, with the places in it."""

from __future__ import annotations

from dataclasses import dataclass

from eqneuro.language.syntax import Span


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a string stands in the user's own file: its first line (1-based)."""

    filename: str
    line: int


@dataclass(frozen=True, slots=True)
class SourceText:
    """One string of equations, declarations, …; ``where`` says what it is: ``equations of Neuron 'LIF'``."""

    text: str
    where: str
    origin: Origin | None = None

    def line_number(self, offset: int) -> int:
        """The 1-based line that holds the character at ``offset``."""
        return self.text.count("\n", 0, offset) + 1

    def show(self, span: Span) -> str:
        """The line of ``span`` as the user typed it, its number before it and a caret under each character of the span."""
        start = self.text.rfind("\n", 0, span.start) + 1
        stop = self.text.find("\n", start)
        line = self.text[start : len(self.text) if stop < 0 else stop]
        margin = f"  {self.line_number(span.start)} | "
        width = max(1, min(span.stop, start + len(line)) - span.start)
        indent = "".join("\t" if c == "\t" else " " for c in line[: span.start - start])
        shown = "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in line)
        return f"{margin}{shown}\n{' ' * len(margin)}{indent}{'^' * width}"
