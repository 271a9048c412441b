"""How large a text may be: hostile or broken text is refused before it costs time or stack."""

from __future__ import annotations

from eqneuro.language.errors import EquationError
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Expr, Span

TEXT_LENGTH = 100_000
STATEMENTS = 2_000
STATEMENT_LENGTH = 20_000
BRACKET_DEPTH = 60
EXPRESSION_DEPTH = 150
NODES = 5_000
NUMBER_LENGTH = 40
NAME_LENGTH = 100


def check_length(source: SourceText) -> None:
    """Refuses a text that no person wrote."""
    if len(source.text) > TEXT_LENGTH:
        message = f"text of {len(source.text):,} characters is longer than {TEXT_LENGTH:,}"
        raise EquationError(message, source, Span(0, 1))


class Measure:
    """Counts the parts of expressions; a subtree that stands in several places is walked once, but counts each time.

    So the size of what functions grow to is known before anything walks it.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[Expr, int, int]] = {}  # holds the node, so that its id stays taken

    def check(self, expr: Expr, source: SourceText) -> None:
        """Refuses an expression that is too deep to be walked safely, or too large."""
        nodes, depth = self._measure(expr)
        if depth > EXPRESSION_DEPTH:
            message = f"expression is more than {EXPRESSION_DEPTH} operations deep"
            raise EquationError(message, source, expr.span, "Split it into several lines.")
        if nodes > NODES:
            message = f"expression has more than {NODES:,} parts"
            raise EquationError(message, source, expr.span, "Split it into several lines.")

    def _measure(self, expr: Expr) -> tuple[int, int]:
        stack = [expr]
        while stack:
            node = stack[-1]
            if id(node) in self._known:
                stack.pop()
                continue
            below = [self._known.get(id(child)) for child in node.children()]
            if None in below:
                stack.extend(child for child in node.children() if id(child) not in self._known)
                continue
            nodes = 1 + sum(entry[1] for entry in below if entry)
            depth = 1 + max((entry[2] for entry in below if entry), default=0)
            self._known[id(node)] = (node, min(nodes, 2 * NODES), depth)
        return self._known[id(expr)][1:]
