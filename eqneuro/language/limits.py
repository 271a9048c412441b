"""How large a text may be: hostile or broken text is refused before it costs time or stack."""

from __future__ import annotations

from eqneuro.language.errors import EquationError
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Expr, Span

TEXT_LENGTH = 200_000
STATEMENT_LENGTH = 20_000
BRACKET_DEPTH = 60
EXPRESSION_DEPTH = 200
NUMBER_LENGTH = 40


def check_length(source: SourceText) -> None:
    """Refuses a text that no person wrote."""
    if len(source.text) > TEXT_LENGTH:
        stop = source.text.find("\n")
        span = Span(0, min(stop if stop > 0 else 1, 40))
        raise EquationError(
            f"text of {len(source.text):,} characters is longer than {TEXT_LENGTH:,}", shorten(source), span
        )


def check_depth(expr: Expr, source: SourceText) -> None:
    """Refuses an expression whose tree is deeper than what is safe to walk."""
    stack = [(expr, 1)]
    while stack:
        node, depth = stack.pop()
        if depth > EXPRESSION_DEPTH:
            message = f"expression is nested more than {EXPRESSION_DEPTH} levels deep"
            raise EquationError(message, source, node.span, "Split it into several lines.")
        stack.extend((child, depth + 1) for child in node.children())


def shorten(source: SourceText) -> SourceText:
    """The first characters of a text that is too long to be shown."""
    return SourceText(source.text[:60] + " …", source.where, source.origin)
