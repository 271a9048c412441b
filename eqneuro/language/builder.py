# ruff: noqa: D102  grammar.lark says what each rule is
"""Makes the syntax tree while lark reads a statement."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from eqneuro.language.distributions import DISTRIBUTIONS, OPTIONAL_ARGUMENTS
from eqneuro.language.errors import EquationError
from eqneuro.language.functions import FUNCTIONS, GLOBAL_OPERATIONS, KEYWORDS
from eqneuro.language.limits import NAME_LENGTH, NUMBER_LENGTH
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import (
    Attribute,
    Binary,
    Call,
    Compare,
    Conditional,
    Derivative,
    Draw,
    Expr,
    Flag,
    GlobalOperation,
    InputSum,
    Logical,
    Name,
    Number,
    Span,
    Unary,
)  # fmt: skip


def given(flags: list[Any]) -> tuple[Flag, ...]:
    """The flags of a statement, of which lark makes a list with one entry, or with None."""
    return flags[0] if flags and flags[0] is not None else ()


class Builder:
    """Makes the syntax tree while lark reduces its rules: one method a rule, which gets all tokens and subtrees."""

    def begin(self, source: SourceText, base: int, names: Collection[str]) -> None:
        """Where the text that follows stands, and which names are no derivatives."""
        self._source = source
        self._base = base
        self._names = names
        self._outer: dict[int, tuple[Expr, Span]] = {}

    def _span(self, children: list[Any]) -> Span:
        return Span(self._extent(children[0]).start, self._extent(children[-1]).stop)

    def _extent(self, child: Any) -> Span:
        """The place of a token or tree, with the brackets around it."""
        if not hasattr(child, "span"):
            return Span(self._base + child.start_pos, self._base + child.end_pos)
        known = self._outer.get(id(child))
        span: Span = known[1] if known else child.span
        return span

    def _refuse(self, message: str, span: Span, hint: str = "") -> EquationError:
        return EquationError(message, self._source, span, hint)

    def _check_length(self, name: str, span: Span) -> None:
        if len(name) > NAME_LENGTH:
            raise self._refuse(f"name of {len(name):,} characters", Span(span.start, span.start + 1))

    # -- statements -------------------------------------------------------------------------------------------------

    def equation(self, children: list[Any]) -> Any:
        left, operator, right, *flags = children
        return left, str(operator), right, given(flags)

    def declaration(self, children: list[Any]) -> Any:
        name, _, value, *flags = children
        return self.name([name]), value, given(flags)

    def function(self, children: list[Any]) -> Any:
        name, *arguments = (self.name([c]) for c in children[:-2] if getattr(c, "type", "") == "NAME")
        return name, arguments, children[-1]

    def condition(self, children: list[Any]) -> Any:
        expr, *flags = children
        return expr, given(flags)

    def flags(self, children: list[Any]) -> tuple[Flag, ...]:
        return tuple(child for child in children if isinstance(child, Flag))

    def flag(self, children: list[Any]) -> Flag:
        self._check_length(str(children[0]), self._span(children[:1]))
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
        self._check_length(name, span)
        if name in KEYWORDS:
            raise self._refuse(f"{name!r} is a word of the language and can't be a name", span)
        return Name(name, span=span)

    def micro(self, children: list[Any]) -> Name:
        return Name(f"u{str(children[0])[1:]}", span=self._span(children))

    def derivative(self, children: list[Any]) -> Expr:
        text, span = str(children[0]), self._span(children)
        whole = text.split("/")[0].strip()
        self._check_length(whole, span)
        if whole in self._names and whole[1:] not in self._names:
            stop = span.start + len(whole)
            time = Name("dt", span=Span(span.stop - 2, span.stop))
            return Binary("/", Name(whole, span=Span(span.start, stop)), time, span=span)
        return Derivative(whole[1:], span=span)

    def attribute(self, children: list[Any]) -> Expr:
        owner, name = self.name(children[:1]).id, self.name(children[2:3]).id
        if owner not in ("pre", "post"):
            hint = "Only 'pre.' and 'post.' can stand before a dot, in a synapse."
            raise self._refuse(f"{owner!r} has no attributes", self._span(children), hint)
        return Attribute(owner, name, span=self._span(children))  # type: ignore[arg-type]

    def attribute_call(self, children: list[Any]) -> Expr:
        owner, name = self.name(children[:1]).id, self.name(children[2:3]).id
        arguments = [child for child in children[4:-1] if isinstance(child, Expr | tuple)]
        if owner not in ("pre", "post") or name != "sum":
            hint = "Only pre.sum(TARGET) and post.sum(TARGET) can be called."
            if owner not in ("pre", "post") and name in FUNCTIONS:
                hint = f"Functions stand by themselves: {name}({', '.join(FUNCTIONS[name].arguments)})."
            raise self._refuse(f"'{owner}.{name}' is not a function", self._span(children[:3]), hint)
        target = self._target(arguments, self._span(children))
        return InputSum(target, owner, span=self._span(children))  # type: ignore[arg-type]

    def _target(self, arguments: list[Any], span: Span) -> str | None:
        if not arguments:
            return None
        if len(arguments) > 1 or not isinstance(arguments[0], Name):
            hint = "sum(TARGET) adds what the synapses of one target bring; sum() those of all."
            raise self._refuse("sum takes the name of one target", span, hint)
        return arguments[0].id

    def bracket(self, children: list[Any]) -> Expr:
        inner: Expr = children[1]
        self._outer[id(inner)] = inner, self._span(children)
        return inner

    def keyword(self, children: list[Any]) -> tuple[Any, Expr]:
        return children[0], children[2]

    def argument(self, children: list[Any]) -> Any:
        return children[0]

    def call(self, children: list[Any]) -> Expr:
        name, span = self.name(children[:1]).id, self._span(children)
        name_span = self._span(children[:1])
        items = [c for c in children[2:-1] if isinstance(c, Expr | tuple)]
        if name in DISTRIBUTIONS:
            return self._draw(name, items, span, name_span)
        for item in items:
            if isinstance(item, tuple):
                raise self._refuse(f"{name} takes no named arguments", self._span([item[0]]))
        arguments: tuple[Expr, ...] = tuple(item for item in items if isinstance(item, Expr))
        if name == "sum":
            return InputSum(self._target(items, span), span=span)
        if name in GLOBAL_OPERATIONS and len(arguments) == 1 and isinstance(arguments[0], Name | Attribute):
            return GlobalOperation(name, arguments[0], span=span)  # type: ignore[arg-type]
        if name == "ite" and len(arguments) == 3:
            return Conditional(*arguments, span=span)
        return Call(name, arguments, span=span, name_span=name_span)

    def _draw(self, name: str, items: list[Any], span: Span, name_span: Span) -> Expr:
        kind = DISTRIBUTIONS[name]
        names = [*kind.arguments, *(["min", "max"] if kind.clips else [])]
        shape = f"It is {name}({', '.join(names)})."
        values: dict[str, Expr] = {}
        for position, item in enumerate(items):
            if isinstance(item, tuple):
                key, value, place = str(item[0]), item[1], self._span([item[0]])
            elif position < len(names):
                key, value, place = names[position], item, item.span
            else:
                raise self._refuse(f"{name} takes {len(names)} arguments at most", item.span, shape)
            if key not in names:
                raise self._refuse(f"{name} has no argument {key!r}", place, shape)
            if key in values:
                raise self._refuse(f"argument {key!r} is given twice", place, shape)
            values[key] = value
        optional = OPTIONAL_ARGUMENTS.get(name, ())
        for argument, default in zip(kind.arguments[len(kind.arguments) - len(optional) :], optional, strict=True):
            values.setdefault(argument, default)
        missing = [n for n in kind.arguments if n not in values]
        if missing:
            raise self._refuse(f"{name} lacks {' and '.join(missing)}", name_span, shape)
        arguments = tuple(values[n] for n in kind.arguments)
        low, high = (values.get("min"), values.get("max")) if kind.clips else (None, None)
        return Draw(name, arguments, low, high, span=span)
