"""The one error that wrong text gets."""

from __future__ import annotations

from typing import Any

from eqneuro.language.origin import find_origin
from eqneuro.language.source import Origin, SourceText
from eqneuro.language.syntax import Span


class EquationError(ValueError):
    """Text that can't be understood: shows the line with a caret under the characters that are wrong.

    Parameters
    ----------
    problem
        One clause without a full stop: ``unknown name 'tua'``.
    source
        The text it stands in.
    span
        The characters that are wrong.
    hint
        A sentence that helps: ``Did you mean 'tau'?``
    """

    def __init__(self, problem: str, source: SourceText, span: Span, hint: str = "") -> None:
        self.problem = problem
        self.source = source
        self.span = span
        self.hint = hint
        self.origin: Origin | None = find_origin(source.text, source.line_number(span.start))
        """The user's own file, and the line in it, where they can be found."""
        super().__init__(problem)

    def __str__(self) -> str:
        lines = [f"{self.problem} in {self.source.where}", self.source.show(self.span)]
        if self.hint:
            lines.append(self.hint)
        if self.origin is not None:
            lines.append(f'File "{self.origin.filename}", line {self.origin.line}')
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        state = {"origin": self.origin}  # found in the process that read the text
        return type(self), (self.problem, self.source, self.span, self.hint), state


EquationError.__module__ = "eqneuro"  # its public name, which tracebacks show
