"""Text to syntax tree: one function for each kind of text a model holds."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterator
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from eqneuro.language.builder import Builder
from eqneuro.language.errors import EquationError
from eqneuro.language.limits import Measure
from eqneuro.language.lines import Piece, split_statements
from eqneuro.language.mistakes import SHAPES, explain
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import (
    Assignment,
    Attribute,
    Condition,
    Declaration,
    Derivative,
    Draw,
    Expr,
    Flag,
    FunctionDefinition,
    Name,
    Ode,
    Span,
)  # fmt: skip

if TYPE_CHECKING:
    from lark import Lark

DERIVATIVE = re.compile(r"\bd[A-Za-z_]\w*\s*/\s*dt\b")
STARTS = ["equation", "declaration", "function", "condition", "expr"]


def parse_declarations(source: SourceText) -> list[Declaration]:
    """The lines of a `parameters` text."""
    found = []
    for piece in split_statements(source):
        ode = DERIVATIVE.search(piece.text)
        if ode:
            span = Span(piece.start + ode.start(), piece.start + ode.end())
            raise EquationError("an ODE can't stand", source, span, "Write it in `equations`.")
        name, value, flags = _parse("declaration", piece, source)
        found.append(Declaration(name.id, value, flags, source=source, span=_whole(piece), name_span=name.span))
    return found


def parse_equations(source: SourceText, names: Collection[str] = ()) -> list[Ode | Assignment]:
    """The lines of an `equations` text, of `reset` or of an event.

    ``names`` are known to be no derivatives: with a parameter ``delta``, ``delta/dt`` is a division.
    """
    pieces = list(split_statements(source))
    known = set(names) | {m[1] for piece in pieces if (m := re.match(r"\s*([A-Za-z_]\w*)\s*[-+*/]?=(?!=)", piece.text))}
    return [_equation(piece, source, known) for piece in pieces]


def parse_functions(source: SourceText) -> list[FunctionDefinition]:
    """The lines of a `functions` text."""
    found = []
    for piece in split_statements(source):
        name, arguments, body = _parse("function", piece, source)
        seen: set[str] = set()
        for argument in arguments:
            if argument.id in seen:
                raise EquationError(f"argument {argument.id!r} stands twice", source, argument.span)
            seen.add(argument.id)
        names = tuple(argument.id for argument in arguments)
        found.append(FunctionDefinition(name.id, names, body, source=source, span=_whole(piece), name_span=name.span))
    return found


def parse_condition(source: SourceText) -> Condition:
    """The text of `spike`, `stop_condition`, `pruning`, …: one condition with its flags."""
    return _single(source, "condition", "condition", "Join conditions by `and`, `or`.")


def parse_value(source: SourceText) -> Condition:
    """The text of `psp` or `refractory`: one expression, whose flags are read so that they can be refused."""
    return _single(source, "expression", "expr", "")


def _single(source: SourceText, what: str, shape: str, hint: str) -> Condition:
    pieces = list(split_statements(source))
    if not pieces:
        raise EquationError("the text is empty", source, Span(0, max(1, len(source.text))))
    if len(pieces) > 1:
        raise EquationError(f"more than one {what}", source, _whole(pieces[1]), hint)
    expr, flags = _parse("condition", pieces[0], source, shape=shape)
    return Condition(expr, flags, source=source, span=_whole(pieces[0]))


def parse_expression(source: SourceText) -> Expr:
    """A text that is one expression."""
    pieces = list(split_statements(source))
    if len(pieces) != 1:
        raise EquationError("one expression is expected", source, Span(0, max(1, len(source.text))))
    expr: Expr = _parse("expr", pieces[0], source)
    return expr


def _whole(piece: Piece) -> Span:
    return Span(piece.start, piece.start + len(piece.text))


def _equation(piece: Piece, source: SourceText, names: Collection[str]) -> Ode | Assignment:
    left, operator, right, flags = _parse("equation", piece, source, names)
    left_odes, right_odes = ([n for n in side.walk() if isinstance(n, Derivative)] for side in (left, right))
    derivatives = left_odes + right_odes
    if not derivatives:
        if not isinstance(left, Name):
            raise _left_side(left, source)
        return Assignment(left.id, operator, right, flags, source=source, span=_whole(piece), name_span=left.span)
    if len(derivatives) > 1:
        hint = "Each gradient has an equation of its own, and stands in it once."
        raise EquationError(f"a second gradient d{derivatives[1].name}/dt", source, derivatives[1].span, hint)
    if operator != "=":
        span = derivatives[0].span
        raise EquationError(f"a gradient can't stand beside '{operator}'", source, span, "Write the ODE with '='.")
    return Ode(derivatives[0].name, left, right, flags, source=source, span=_whole(piece))


def _left_side(left: Expr, source: SourceText) -> EquationError:
    if isinstance(left, Attribute):
        hint = "An event changes the synapse's own variables, w and g_target."
        return EquationError(f"a synapse can't change {left.owner}.{left.name}", source, left.span, hint)
    hint = SHAPES["equation"]
    text = source.text[left.span.start : left.span.stop]
    if re.search(r"\bd\s*\(.*\)\s*/\s*dt\b|\bd\w+\s*/\s*d\w+", text):
        hint = "A gradient is taken by time, of a name: dNAME/dt."
    return EquationError("the left side is neither a name nor holds a gradient", source, left.span, hint)


_LOCK = threading.Lock()


def _parse(start: str, piece: Piece, source: SourceText, names: Collection[str] = (), shape: str = "") -> Any:
    from lark import UnexpectedInput
    from lark.exceptions import VisitError

    with _LOCK:
        lark, builder = _parser()
        builder.begin(source, piece.start, names)
        try:
            result = lark.parse(piece.text, start=start)
        except VisitError as error:
            raise error.orig_exc from None
        except UnexpectedInput as error:
            raise explain(error, shape or start, piece, source) from None
    for expr in _expressions(result):
        Measure().check(expr, source)
        _check_draws(expr, source)
    return result


def _check_draws(expr: Expr, source: SourceText) -> None:
    """Numbers that a distribution can't have are refused; names have their values later.

    Functions among its arguments have definitions that are parsed when they are first computed, so this waits until
    the parser is free.
    """
    from eqneuro.language.evaluate import Unknown, evaluate

    for node in expr.walk():
        if not isinstance(node, Draw):
            continue
        try:
            evaluate(node, {}, lambda distribution: 0.0)
        except Unknown:
            continue
        except ValueError as error:
            raise EquationError(str(error), source, node.span) from None


def _expressions(result: Any) -> Iterator[Expr]:
    if isinstance(result, Expr):
        yield result
    elif isinstance(result, tuple):
        for item in result:
            yield from _expressions(item)
    elif isinstance(result, Flag) and result.value is not None:
        yield result.value


@cache
def _parser() -> tuple[Lark, Builder]:
    import lark

    from eqneuro.paths import cache_directory

    builder = Builder()
    grammar = resources.files("eqneuro.language").joinpath("grammar.lark").read_text()
    options: dict[str, Any] = {"parser": "lalr", "start": STARTS, "keep_all_tokens": True, "transformer": builder}
    try:
        folder = cache_directory()
        folder.mkdir(parents=True, exist_ok=True)
        tables = str(folder / f"grammar-lark{lark.__version__}.tables")
        return lark.Lark(grammar, cache=tables, **options), builder
    except OSError:  # no folder to write to: the tables are made anew, in some hundredths of a second
        return lark.Lark(grammar, **options), builder
