"""The text of a connection string read and checked: names, calls, what it may not hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from eqneuro.language.errors import EquationError
from eqneuro.language.evaluate import is_truth
from eqneuro.language.functions import FUNCTIONS
from eqneuro.language.limits import Measure
from eqneuro.language.names import FUNCTION_SYNONYMS, suggest
from eqneuro.language.parser import parse_value
from eqneuro.language.rewrite import map_children
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import (
    Attribute,
    Binary,
    Call,
    Delayed,
    Derivative,
    Draw,
    Expr,
    FunctionDefinition,
    GlobalOperation,
    InputSum,
    Name,
    Span,
)  # fmt: skip
from eqneuro.model.inlining import ADDED_FUNCTIONS, check_count, write_out

DIMENSIONS = {"x": 1, "y": 2, "z": 3}
KNOWN = "It may read i, j, d, N_pre, N_post, x_pre, x_post, … and pre.NAME, post.NAME."


def read_connection_text(
    source: SourceText,
    words: Collection[str],
    constants: Collection[str],
    attributes: Mapping[str, Collection[str]],
    *,
    is_condition: bool,
) -> Expr:
    """The expression of a connection string, with ``pre.NAME`` as a name and functions of the user's written out.

    Parameters
    ----------
    words
        Names that mean something about the pair.
    constants
        Those of the network; a word comes first.
    attributes
        What may stand behind ``pre`` and ``post``.
    is_condition
        Whether it has to be true or false.

    Raises
    ------
    EquationError
        For anything that is wrong.
    """
    if not isinstance(source.text, str):
        raise TypeError(f"{source.where} must be a text, not {type(source.text).__name__}")
    expr = _Checker(source, frozenset(words), frozenset(constants), attributes).check(_parse(source))
    Measure().check(expr, source)
    if is_condition and not is_truth(expr):
        raise EquationError("no comparison", source, expr.span, "A condition compares: `i != j and d < 3`.")
    return expr


def _parse(source: SourceText) -> Expr:
    """Reads the text; ``%``, which equations don't have, binds as ``/`` does, so it is read as one and told apart."""
    remainders = [match.end() - 1 for match in re.finditer(r"(?m)^[^#\n]*?%|(?<=%)[^#\n%]*%", source.text)]
    try:
        condition = parse_value(SourceText(source.text.replace("%", "/"), source.where))
    except EquationError as error:
        problem = error.problem if "/" in source.text else error.problem.replace("'/'", "'%'")
        raise EquationError(problem, source, error.span, error.hint) from None
    for flag in condition.flags:
        raise EquationError(f"flag {flag.name!r}", source, flag.span, "A connection string takes no flags.")
    return _told_apart(condition.expr, remainders)


def _told_apart(expr: Expr, remainders: list[int]) -> Expr:
    """``x / y`` with the sign ``%`` between its sides is x − y·⌊x/y⌋, which has the sign of y, as in Python."""
    if isinstance(expr, Binary) and expr.operator == "/":
        between = range(expr.left.span.stop, expr.right.span.start)
        left, right = _told_apart(expr.left, remainders), _told_apart(expr.right, remainders)
        quotient = Binary("/", left, right, span=expr.span)
        if not any(place in between for place in remainders):
            return quotient
        whole = Call("floor", (quotient,), span=expr.span, name_span=expr.span)
        return Binary("-", left, Binary("*", right, whole, span=expr.span), span=expr.span)
    return map_children(expr, lambda child: _told_apart(child, remainders))


class _Checker:
    def __init__(
        self,
        source: SourceText,
        words: frozenset[str],
        constants: frozenset[str],
        attributes: Mapping[str, Collection[str]],
    ) -> None:
        self._source = source
        self._words = words
        self._names = words | constants
        self._attributes = attributes

    def _refuse(self, problem: str, span: Span, hint: str) -> EquationError:
        return EquationError(problem, self._source, span, hint)

    def check(self, expr: Expr) -> Expr:
        """The expression with all names known."""
        match expr:
            case Name():
                return self._name(expr)
            case Attribute():
                return self._attribute(expr)
            case Call():
                return self._call(expr)
            case Draw():
                hint = "`distance_probability` takes the probability itself, and draws."
                raise self._refuse("random numbers in a connection string", expr.span, hint)
            case InputSum() | GlobalOperation() | Derivative() | Delayed():
                raise self._refuse("this can't stand in a connection string", expr.span, KNOWN)
        return map_children(expr, self.check)

    def _name(self, node: Name) -> Expr:
        name = node.id
        if name in self._names:
            return node
        axis, _, side = name.partition("_")
        if axis in DIMENSIONS and side in ("pre", "post"):
            hint = f"{name} needs {DIMENSIONS[axis]} dimensions, and the {side}-synaptic population has fewer."
            raise self._refuse(f"unknown name {name!r}", node.span, hint)
        raise self._refuse(f"unknown name {name!r}", node.span, suggest(name, self._names) or KNOWN)

    def _attribute(self, node: Attribute) -> Expr:
        known = self._attributes[node.owner]
        if node.name not in known:
            hint = suggest(node.name, known) or (f"It has {', '.join(sorted(known))}." if known else "It has none.")
            problem = f"the {node.owner}-synaptic population has no attribute {node.name!r}"
            raise self._refuse(f"{problem}, read", node.span, hint)
        return Name(f"{node.owner}.{node.name}", span=node.span)

    def _call(self, node: Call) -> Expr:
        name = node.function
        definition = ADDED_FUNCTIONS.get(name)
        if definition is None and name not in FUNCTIONS:
            meant = FUNCTION_SYNONYMS.get(name)
            known = {*FUNCTIONS, *ADDED_FUNCTIONS, "ite"}
            hint = f"Did you mean {meant}?" if meant else suggest(name, known) or "Define it by add_function."
            raise self._refuse(f"unknown function {name!r}", node.name_span, hint)
        arguments = tuple(map(self.check, node.arguments))
        check_count(node, definition.arguments if definition else FUNCTIONS[name].arguments, self._source)
        if definition is None:
            return Call(name, arguments, span=node.span, name_span=node.name_span)
        self._check_constants(definition, node)
        return write_out(definition, node, arguments)

    def _check_constants(self, definition: FunctionDefinition, call: Call) -> None:
        """What a function of the user's reads beside its arguments are constants, also where they are called `d`."""
        for node in definition.body.walk():
            if not isinstance(node, Name) or node.id in (*definition.arguments, "pi"):
                continue
            if node.id in self._words or node.id not in self._names:
                problem = f"function {definition.name!r} reads the constant {node.id!r}, which is unknown here"
                hint = f"Make {node.id!r} an argument of {definition.name!r}."
                raise self._refuse(f"{problem}, called", call.name_span, hint)
