"""The one error that wrong text gets."""

from __future__ import annotations

from eqneuro.language.origin import find_origin
from eqneuro.language.source import SourceText
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
        lines = [f"{problem} in {source.where}", source.show(span)]
        if hint:
            lines.append(hint)
        origin = source.origin or find_origin(source.text)
        if origin is not None:
            lines.append(f"({origin.filename}, line {origin.line + source.line_number(span.start) - 1})")
        super().__init__("\n".join(lines))
