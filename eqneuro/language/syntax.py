"""The syntax tree of the equation language: what the parser makes and everything after it reads.

Nodes are frozen and compare by meaning: spans and sources point back at the user's text for error messages and take no
part in equality, hashing or ``repr``, so that ``repr`` of a node is a canonical form that caches may hash.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from eqneuro.language.source import SourceText


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of character offsets into a `SourceText`."""

    start: int
    stop: int


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a place in the user's text."""

    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Expr(Node):
    """An expression."""

    def children(self) -> Iterator[Expr]:
        """The expressions directly below this one, from left to right."""
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, Expr):
                yield value
            elif isinstance(value, tuple):
                yield from (item for item in value if isinstance(item, Expr))

    def walk(self) -> Iterator[Expr]:
        """This expression and all below it, parents first, from left to right."""
        stack: list[Expr] = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(list(node.children())))


@dataclass(frozen=True, slots=True)
class Number(Expr):
    """A literal: ``3`` is an int, ``3.0`` a float, ``True`` a bool."""

    value: int | float | bool


@dataclass(frozen=True, slots=True)
class Quantity(Expr):
    """A number with a dimension, given from Python, in eqneuro's units; a checked model holds the number alone."""

    value: float
    dimension: tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Name(Expr):
    """A parameter, variable, constant, ``t``, ``dt``, ``t_last``, ``pi``, ``w``, ``g_exc``, ``xi`` …"""

    id: str

    @property
    def label(self) -> str:
        """What values are found under."""
        return self.id


@dataclass(frozen=True, slots=True)
class Attribute(Expr):
    """``pre.x`` or ``post.x`` in a synapse."""

    owner: Literal["pre", "post"]
    name: str

    @property
    def label(self) -> str:
        """What values are found under: ``pre.x``."""
        return f"{self.owner}.{self.name}"


@dataclass(frozen=True, slots=True)
class InputSum(Expr):
    """``sum(exc)``, ``sum()`` (target None: all targets), ``pre.sum(exc)``, ``post.sum(exc)``."""

    target: str | None
    owner: Literal["pre", "post"] | None = None

    @property
    def label(self) -> str:
        """What values are found under: ``sum(exc)``, ``post.sum(exc)``."""
        return f"{f'{self.owner}.' if self.owner else ''}sum({self.target or ''})"


@dataclass(frozen=True, slots=True)
class GlobalOperation(Expr):
    """``mean(v)``, ``norm2(pre.r)`` …: one number for a whole population, of the last step."""

    operation: Literal["mean", "min", "max", "norm1", "norm2"]
    argument: Name | Attribute

    @property
    def label(self) -> str:
        """What values are found under: ``mean(v)``, ``mean(pre.r)``."""
        return f"{self.operation}({self.argument.label})"


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """A call of a registered function or of one of the user's; ``name_span`` covers the name alone."""

    function: str
    arguments: tuple[Expr, ...]
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Draw(Expr):
    """A random number, drawn anew at each evaluation: two equal nodes are two draws.

    ``arguments`` are the distribution's own, in its order; ``minimum`` and ``maximum`` clip.
    """

    distribution: str
    arguments: tuple[Expr, ...]
    minimum: Expr | None = None
    maximum: Expr | None = None


@dataclass(frozen=True, slots=True)
class Delayed(Expr):
    """``v(t - d)``: the neuron's own variable, d ms ago."""

    name: str
    delay: Expr


@dataclass(frozen=True, slots=True)
class Derivative(Expr):
    """``dNAME/dt``."""

    name: str


@dataclass(frozen=True, slots=True)
class Unary(Expr):
    """``-x``, ``+x`` or ``not x``."""

    operator: Literal["-", "+", "not"]
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary(Expr):
    """Arithmetic; ``**`` is read as ``^``."""

    operator: Literal["+", "-", "*", "/", "^"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Compare(Expr):
    """A comparison, 1 or 0 where a number is wanted; ``is`` is read as ``==``, ``is not`` as ``!=``."""

    operator: Literal["<", "<=", ">", ">=", "==", "!="]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Logical(Expr):
    """``a and b``, ``a or b``."""

    operator: Literal["and", "or"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Conditional(Expr):
    """``if test: then else: otherwise`` and ``ite(test, then, otherwise)``."""

    test: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Flag(Node):
    """One entry behind the colon: ``init=0.0`` has a value, ``exponential`` has none."""

    name: str
    value: Expr | None


@dataclass(frozen=True, slots=True)
class Statement(Node):
    """One line of the user's text; ``source`` is the text it stands in."""

    source: SourceText = field(compare=False, repr=False, kw_only=True)

    @property
    def text(self) -> str:
        """The statement as the user typed it, on one line, without its flags' surroundings changed."""
        return " ".join(self.source.text[self.span.start : self.span.stop].split())


@dataclass(frozen=True, slots=True)
class Declaration(Statement):
    """``tau = 10.0 : population``."""

    name: str
    value: Expr
    flags: tuple[Flag, ...] = ()
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Ode(Statement):
    """An equation that holds ``dNAME/dt`` once, as it was written: left = right."""

    name: str
    left: Expr
    right: Expr
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment(Statement):
    """``NAME = value`` and its augmented forms."""

    name: str
    operator: Literal["=", "+=", "-=", "*=", "/="]
    value: Expr
    flags: tuple[Flag, ...] = ()
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Statement):
    """``f(x, y) = body``."""

    name: str
    arguments: tuple[str, ...]
    body: Expr
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Condition(Statement):
    """The text of `spike`, `stop_condition`, `pruning`, …: an expression and its flags."""

    expr: Expr
    flags: tuple[Flag, ...] = ()


def is_condition(expr: Expr) -> bool:
    """Whether an expression is a truth value rather than a number."""
    return isinstance(expr, Compare | Logical) or (isinstance(expr, Unary) and expr.operator == "not")
