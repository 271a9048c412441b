"""Text to syntax tree: one function for each kind of text a model holds."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Collection, Iterator
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from eqneuro.language.distributions import DISTRIBUTIONS, OPTIONAL_ARGUMENTS
from eqneuro.language.errors import EquationError
from eqneuro.language.functions import GLOBAL_OPERATIONS, KEYWORDS
from eqneuro.language.limits import NUMBER_LENGTH, check_depth
from eqneuro.language.lines import Piece, split_statements
from eqneuro.language.mistakes import explain
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import (
    Assignment,
    Attribute,
    Binary,
    Call,
    Compare,
    Condition,
    Conditional,
    Declaration,
    Derivative,
    Draw,
    Expr,
    Flag,
    FunctionDefinition,
    GlobalOperation,
    InputSum,
    Logical,
    Name,
    Number,
    Ode,
    Span,
    Unary,
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
            raise EquationError("an ODE can't stand among parameters", source, span, "Write it in `equations`.")
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
        found.append(
            FunctionDefinition(name.id, tuple(a.id for a in arguments), body, source=source, span=_whole(piece))
        )
    return found


def parse_condition(source: SourceText, what: str) -> Condition:
    """The text of `spike`, `refractory`, `stop_condition`, …: one expression with its flags."""
    pieces = list(split_statements(source))
    if not pieces:
        raise EquationError(f"{what} is empty", source, Span(0, max(1, len(source.text))))
    if len(pieces) > 1:
        raise EquationError(f"{what} takes one condition", source, _whole(pieces[1]), "Join conditions by `and`, `or`.")
    expr, flags = _parse("condition", pieces[0], source)
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
            hint = "An equation is `NAME = EXPRESSION`, or holds one gradient `dNAME/dt`."
            raise EquationError("the left side is neither a name nor holds a gradient", source, left.span, hint)
        return Assignment(left.id, operator, right, flags, source=source, span=_whole(piece), name_span=left.span)
    if len(derivatives) > 1:
        names_found = " and ".join(f"d{d.name}/dt" for d in derivatives[:2])
        hint = "Write one equation for each gradient."
        raise EquationError(f"two gradients in one equation: {names_found}", source, derivatives[1].span, hint)
    if operator != "=":
        span = derivatives[0].span
        raise EquationError(f"a gradient can't stand beside '{operator}'", source, span, "Write the ODE with '='.")
    return Ode(derivatives[0].name, left, right, flags, source=source, span=_whole(piece))


_LOCK = threading.Lock()


def _parse(start: str, piece: Piece, source: SourceText, names: Collection[str] = ()) -> Any:
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
            raise explain(error, start, piece, source) from None
    for expr in _expressions(result):
        check_depth(expr, source)
    return result


def _expressions(result: Any) -> Iterator[Expr]:
    if isinstance(result, Expr):
        yield result
    elif isinstance(result, tuple):
        for item in result:
            yield from _expressions(item)
    elif isinstance(result, Flag) and result.value is not None:
        yield result.value


def _given(flags: list[Any]) -> tuple[Flag, ...]:
    return flags[0] if flags and flags[0] is not None else ()


@cache
def _parser() -> tuple[Lark, _Builder]:
    import lark

    from eqneuro.paths import cache_directory

    builder = _Builder()
    grammar = resources.files("eqneuro.language").joinpath("grammar.lark").read_text()
    options: dict[str, Any] = {"parser": "lalr", "start": STARTS, "keep_all_tokens": True, "transformer": builder}
    try:
        folder = cache_directory()
        folder.mkdir(parents=True, exist_ok=True)
        tables = str(folder / f"grammar-lark{lark.__version__}.tables")
        return lark.Lark(grammar, cache=tables, **options), builder
    except OSError:  # no folder to write to: the tables are made anew, in some hundredths of a second
        return lark.Lark(grammar, **options), builder


class _Builder:
    """Makes the syntax tree while lark reduces its rules: one method a rule, which gets all tokens and subtrees."""

    def begin(self, source: SourceText, base: int, names: Collection[str]) -> None:
        """Where the text that follows stands, and which names are no derivatives."""
        self._source = source
        self._base = base
        self._names = names

    def _span(self, children: list[Any]) -> Span:
        first, last = children[0], children[-1]
        start = first.span.start if hasattr(first, "span") else self._base + first.start_pos
        stop = last.span.stop if hasattr(last, "span") else self._base + last.end_pos
        return Span(start, stop)

    def _refuse(self, message: str, span: Span, hint: str = "") -> EquationError:
        return EquationError(message, self._source, span, hint)

    # -- statements -------------------------------------------------------------------------------------------------

    def equation(self, children: list[Any]) -> Any:
        left, operator, right, *flags = children
        return left, str(operator), right, _given(flags)

    def declaration(self, children: list[Any]) -> Any:
        name, _, value, *flags = children
        return self.name([name]), value, _given(flags)

    def function(self, children: list[Any]) -> Any:
        name, *arguments = (self.name([c]) for c in children[:-2] if getattr(c, "type", "") == "NAME")
        return name, arguments, children[-1]

    def condition(self, children: list[Any]) -> Any:
        expr, *flags = children
        return expr, _given(flags)

    def flags(self, children: list[Any]) -> tuple[Flag, ...]:
        return tuple(child for child in children if isinstance(child, Flag))

    def flag(self, children: list[Any]) -> Flag:
        value = next((child for child in children[1:] if isinstance(child, Expr)), None)
        return Flag(str(children[0]), value, span=self._span(children[:1]))

    def bare_flag(self, children: list[Any]) -> Flag:
        return Flag(str(children[0]), None, span=self._span(children))

    # -- operators --------------------------------------------------------------------------------------------------

    def conditional(self, children: list[Any]) -> Expr:
        _, test, _, then, _, _, otherwise = children
        return Conditional(test, then, otherwise, span=self._span(children))

    def disjunction(self, children: list[Any]) -> Expr:
        return Logical("or", children[0], children[2], span=self._span(children))

    def conjunction(self, children: list[Any]) -> Expr:
        return Logical("and", children[0], children[2], span=self._span(children))

    def inversion(self, children: list[Any]) -> Expr:
        return Unary("not", children[1], span=self._span(children))

    def comparison(self, children: list[Any]) -> Expr:
        return Compare(str(children[1]), children[0], children[2], span=self._span(children))  # type: ignore[arg-type]

    def same(self, children: list[Any]) -> Expr:
        return Compare("==", children[0], children[2], span=self._span(children))

    def different(self, children: list[Any]) -> Expr:
        return Compare("!=", children[0], children[3], span=self._span(children))

    def add(self, children: list[Any]) -> Expr:
        return Binary("+", children[0], children[2], span=self._span(children))

    def subtract(self, children: list[Any]) -> Expr:
        return Binary("-", children[0], children[2], span=self._span(children))

    def multiply(self, children: list[Any]) -> Expr:
        return Binary("*", children[0], children[2], span=self._span(children))

    def divide(self, children: list[Any]) -> Expr:
        return Binary("/", children[0], children[2], span=self._span(children))

    def raised(self, children: list[Any]) -> Expr:
        return Binary("^", children[0], children[2], span=self._span(children))

    def minus(self, children: list[Any]) -> Expr:
        return Unary("-", children[1], span=self._span(children))

    def plus(self, children: list[Any]) -> Expr:
        return Unary("+", children[1], span=self._span(children))

    # -- atoms ------------------------------------------------------------------------------------------------------

    def number(self, children: list[Any]) -> Expr:
        text, span = str(children[0]), self._span(children)
        if len(text) > NUMBER_LENGTH:
            raise self._refuse(f"number of {len(text)} characters", Span(span.start, span.start + 1))
        value = int(text) if text.isdigit() else float(text)
        if not math.isfinite(value) or abs(value) > 1e308:
            raise self._refuse(f"number {text} is too large for a double", span)
        return Number(value, span=span)

    def true(self, children: list[Any]) -> Expr:
        return Number(True, span=self._span(children))

    def false(self, children: list[Any]) -> Expr:
        return Number(False, span=self._span(children))

    def name(self, children: list[Any]) -> Name:
        name, span = str(children[0]), self._span(children)
        if name in KEYWORDS:
            raise self._refuse(f"{name!r} is a word of the language and can't be a name", span)
        return Name(name, span=span)

    def derivative(self, children: list[Any]) -> Expr:
        text, span = str(children[0]), self._span(children)
        whole = text.split("/")[0].strip()
        if whole in self._names and whole[1:] not in self._names:
            stop = span.start + len(whole)
            time = Name("dt", span=Span(span.stop - 2, span.stop))
            return Binary("/", Name(whole, span=Span(span.start, stop)), time, span=span)
        return Derivative(whole[1:], span=span)

    def attribute(self, children: list[Any]) -> Expr:
        owner, name = str(children[0]), str(children[2])
        if owner not in ("pre", "post"):
            hint = "Only 'pre.' and 'post.' can stand before a dot, in a synapse."
            raise self._refuse(f"{owner!r} has no attributes", self._span(children), hint)
        return Attribute(owner, name, span=self._span(children))  # type: ignore[arg-type]

    def attribute_call(self, children: list[Any]) -> Expr:
        owner, name = str(children[0]), str(children[2])
        if owner not in ("pre", "post") or name != "sum":
            hint = "Only pre.sum(TARGET) and post.sum(TARGET) can be called."
            raise self._refuse(f"{owner}.{name} is not a function", self._span(children[:3]), hint)
        target = str(children[4]) if len(children) > 5 and children[4] is not None else None
        return InputSum(target, owner, span=self._span(children))  # type: ignore[arg-type]

    def bracket(self, children: list[Any]) -> Expr:
        inner: Expr = children[1]
        return inner

    def keyword(self, children: list[Any]) -> tuple[Any, Expr]:
        return children[0], children[2]

    def argument(self, children: list[Any]) -> Any:
        return children[0]

    def call(self, children: list[Any]) -> Expr:
        name, span = str(children[0]), self._span(children)
        name_span = self._span(children[:1])
        given = [c for c in children[2:-1] if isinstance(c, Expr | tuple)]
        if name in DISTRIBUTIONS:
            return self._draw(name, given, span, name_span)
        for item in given:
            if isinstance(item, tuple):
                place = Span(self._base + item[0].start_pos, self._base + item[0].end_pos)
                raise self._refuse(f"function {name!r} takes no named arguments", place)
        arguments: tuple[Expr, ...] = tuple(given)
        if name == "sum":
            return self._sum(arguments, span)
        if name in GLOBAL_OPERATIONS and len(arguments) == 1 and isinstance(arguments[0], Name | Attribute):
            return GlobalOperation(name, arguments[0], span=span)  # type: ignore[arg-type]
        if name == "ite" and len(arguments) == 3:
            return Conditional(*arguments, span=span)
        return Call(name, arguments, span=span, name_span=name_span)

    def _sum(self, arguments: tuple[Expr, ...], span: Span) -> Expr:
        if not arguments:
            return InputSum(None, span=span)
        if len(arguments) > 1 or not isinstance(arguments[0], Name):
            hint = "sum(TARGET) adds what the synapses of one target bring; sum() those of all."
            raise self._refuse("sum takes the name of one target", span, hint)
        return InputSum(arguments[0].id, span=span)

    def _draw(self, name: str, given: list[Any], span: Span, name_span: Span) -> Expr:
        kind = DISTRIBUTIONS[name]
        names = [*kind.arguments, *(["min", "max"] if kind.clips else [])]
        values: dict[str, Expr] = {}
        for position, item in enumerate(given):
            key = str(item[0]) if isinstance(item, tuple) else names[position] if position < len(names) else ""
            place = (
                Span(self._base + item[0].start_pos, self._base + item[0].end_pos)
                if isinstance(item, tuple)
                else item.span
            )
            if key not in names or key in values:
                what = f"argument {key!r} is given twice" if key in values else f"{name} has no such argument"
                raise self._refuse(what, place, f"It is {name}({', '.join(names)}).")
            values[key] = item[1] if isinstance(item, tuple) else item
        missing = [n for n in kind.arguments if n not in values]
        optional = OPTIONAL_ARGUMENTS.get(name, ())
        for argument, value in zip(kind.arguments[len(kind.arguments) - len(optional) :], optional, strict=True):
            if argument in missing:
                values[argument] = value
                missing.remove(argument)
        if missing:
            raise self._refuse(f"{name} lacks {' and '.join(missing)}", name_span, f"It is {name}({', '.join(names)}).")
        arguments = tuple(values[n] for n in kind.arguments)
        low, high = (values.get("min"), values.get("max")) if kind.clips else (None, None)
        return Draw(name, arguments, low, high, span=span)
