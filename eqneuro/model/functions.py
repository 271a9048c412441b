"""The user's own functions: checked, with those above written out, and known to all models once added."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from eqneuro.language.distributions import DISTRIBUTIONS
from eqneuro.language.errors import EquationError
from eqneuro.language.functions import GLOBAL_OPERATIONS
from eqneuro.language.names import suggest
from eqneuro.language.parser import parse_functions
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import (
    Attribute,
    Call,
    Derivative,
    FunctionDefinition,
    GlobalOperation,
    InputSum,
    Name,
    Span,
)  # fmt: skip
from eqneuro.model.inlining import ADDED_FUNCTIONS
from eqneuro.model.resolve import DECLARED_CONSTANTS, Resolver

WORDS = frozenset(["sum", "ite", *(set(GLOBAL_OPERATIONS) - {"min", "max"}), *DISTRIBUTIONS])
"""Names that are called, but are no functions of the registry."""


def add_function(function: str) -> None:
    """Adds functions to the language: equations that are written from now on may call them.

    Parameters
    ----------
    function
        ``"f(x, y) = EXPRESSION"``, one a line. It sees its arguments and the constants of the networks.

    Raises
    ------
    EquationError
        If the text can't be understood.

    Examples
    --------
    >>> from eqneuro import Neuron, add_function
    >>> add_function("softplus(x) = log(1.0 + exp(x))")
    >>> neuron = Neuron(equations="r = softplus(sum(exc))")
    """
    if not isinstance(function, str):
        raise TypeError(f"add_function takes a text such as 'f(x) = x^2', not {type(function).__name__}")
    source = SourceText(function, "add_function")
    definitions = parse_functions(source)
    if not definitions:
        raise EquationError("no function is defined", source, Span(0, 1), "A function is `f(x, y) = EXPRESSION`.")
    ADDED_FUNCTIONS.update(resolve_functions(definitions))


def resolve_functions(
    definitions: Iterable[FunctionDefinition], is_unit: Callable[[str], bool] | None = None
) -> dict[str, FunctionDefinition]:
    """The functions of one text, each checked and with those above it written out; ``is_unit`` as in a `Resolver`.

    Raises
    ------
    EquationError
        If one sees names that are not its arguments, calls itself, or is defined twice.
    """
    known: dict[str, FunctionDefinition] = {}
    for definition in definitions:
        source = definition.source
        if definition.name in known:
            raise EquationError(f"function {definition.name!r} is defined twice", source, definition.name_span)
        if definition.name in WORDS:
            message = f"{definition.name!r} is a word of the language and can't be defined"
            raise EquationError(message, source, definition.name_span)
        units = None if is_unit is None else partial(_is_unit_beside, definition.arguments, is_unit)
        _check_body(definition, units)
        resolver = Resolver(frozenset(), frozenset(definition.arguments), known, is_unit=units)
        body = resolver.resolve(definition.body, source)
        known[definition.name] = FunctionDefinition(
            definition.name,
            definition.arguments,
            body,
            source=source,
            span=definition.span,
            name_span=definition.name_span,
        )
    return known


def _is_unit_beside(arguments: tuple[str, ...], is_unit: Callable[[str], bool], name: str) -> bool:
    return name not in arguments and is_unit(name)


def _check_body(definition: FunctionDefinition, is_unit: Callable[[str], bool] | None) -> None:
    source = definition.source
    for node in definition.body.walk():
        if isinstance(node, Call) and node.function == definition.name:
            message = f"function {node.function!r} calls itself"
            raise EquationError(message, source, node.name_span, "A function may call those that stand above it.")
        if isinstance(node, Name) and is_unit is not None and is_unit(node.id):
            continue
        if isinstance(node, Name) and node.id not in (*definition.arguments, "pi", *DECLARED_CONSTANTS):
            hint = suggest(node.id, definition.arguments)
            hint = hint or f"A function sees its arguments and constants only: make {node.id!r} an argument."
            raise EquationError(f"unknown name {node.id!r}", source, node.span, hint)
        if isinstance(node, InputSum | GlobalOperation | Attribute | Derivative):
            hint = "Hand the value over as an argument."
            raise EquationError("a function sees its arguments only", source, node.span, hint)
