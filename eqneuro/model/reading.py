"""What the user passes as `parameters`, `equations`, …: strings, lists, dicts and objects become statements."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from eqneuro.language.distributions import Distribution
from eqneuro.language.errors import EquationError
from eqneuro.language.functions import KEYWORDS
from eqneuro.language.limits import NAME_LENGTH
from eqneuro.language.names import suggest
from eqneuro.language.parser import (
    parse_declarations,
    parse_equations,
    parse_expression,
    parse_functions,
)  # fmt: skip
from eqneuro.language.rewrite import substitute
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import (
    Assignment,
    Declaration,
    Expr,
    Flag,
    FunctionDefinition,
    Number,
    Ode,
    Span,
    Unary,
)  # fmt: skip
from eqneuro.model.attributes import Parameter, Value, Variable
from eqneuro.model.flags import METHODS
from eqneuro.model.quantities import is_quantity, quantity_expression

LARGEST = 1023
"""Bits of a whole number that has a double."""

Parameters = str | Sequence[str] | Mapping[str, "Value | Parameter"] | None
Equations = str | Variable | Sequence[str | Variable] | None
Texts = str | Sequence[str] | None


def read_parameters(given: Parameters, owner: str) -> list[Declaration]:
    """Declarations from a string, a list of strings or a dict.

    Raises
    ------
    EquationError
        For text that can't be read, and names that can't be declared.
    """
    where = f"parameters of {owner}"
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [_from_item(name, value, where) for name, value in given.items()]
    return [d for text in _texts(given, where) for d in parse_declarations(SourceText(text, where))]


def _from_item(name: object, value: Value | Parameter, where: str) -> Declaration:
    given = value.value if isinstance(value, Parameter) else value
    flags: tuple[Flag, ...] = (Flag("global", None),)
    if isinstance(value, Parameter):
        flags = (Flag(value.locality, None), Flag(value.type, None))
    elif isinstance(given, bool | np.bool_):
        flags = (Flag("global", None), Flag("bool", None))
    if isinstance(given, int) and given.bit_length() > LARGEST:
        raise ValueError(f"value of {name!r} in {where} is too large for a double")
    shown = str(name) if len(str(name)) <= NAME_LENGTH else f"{str(name)[:NAME_LENGTH]} …"
    source = SourceText(f"{shown} = {given if isinstance(given, str) else str(given)[:NAME_LENGTH]}", where)
    span = Span(0, max(1, len(shown)))
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or name != shown:
        raise EquationError(f"'{shown}' is not a name", source, span, "Names are made of a-z, A-Z, 0-9 and _.")
    if isinstance(given, str) and name not in KEYWORDS:
        return _from_pair(source, span, flags)
    expr = to_expression(given, f"value of {name!r} in {where}")
    return Declaration(name, expr, flags, source=source, span=Span(0, len(source.text)), name_span=span)


def _from_pair(source: SourceText, span: Span, flags: tuple[Flag, ...]) -> Declaration:
    """A declaration whose value is text."""
    declarations = parse_declarations(source)
    if len(declarations) != 1:
        raise EquationError("a value is one expression", source, span)
    [declaration] = declarations
    if declaration.flags:
        hint = "Write Parameter(VALUE, locality=…, type=…)."
        raise EquationError(f"flag {declaration.flags[0].name!r}", source, declaration.flags[0].span, hint)
    return replace(declaration, flags=flags)


def to_expression(value: object, where: str) -> Expr:
    """A number, a text or a distribution as an expression."""
    if isinstance(value, Distribution):
        return value.expression
    if is_quantity(value):
        return quantity_expression(value)
    if isinstance(value, bool | np.bool_):
        return Number(bool(value))
    if isinstance(value, int | float | np.integer | np.floating):
        number = int(value) if isinstance(value, int | np.integer) else float(value)
        if math.isnan(number):
            raise ValueError(f"{where} is not a number (NaN)")
        return Unary("-", Number(-number)) if number < 0 else Number(number)
    if isinstance(value, str):
        return parse_expression(SourceText(value, where))
    name = getattr(value, "name", None)  # a constant of a network stands for its name
    if isinstance(name, str) and hasattr(value, "set"):
        return parse_expression(SourceText(name, where))
    raise TypeError(f"{where} must be a number, a text or a distribution, not {type(value).__name__}")


def read_equations(given: Equations, owner: str, names: frozenset[str]) -> list[Ode | Assignment]:
    """Equations from a string, a list of strings, or `Variable` objects."""
    where = f"equations of {owner}"
    if given is None:
        return []
    items = given if isinstance(given, list | tuple) else [given]
    statements: list[Ode | Assignment] = []
    for item in items:
        if isinstance(item, Variable):
            statements += _from_variable(item, where, names)
        elif isinstance(item, str):
            statements += parse_equations(SourceText(item, where), names)
        else:
            raise TypeError(f"{where} must be strings or Variable objects, not {type(item).__name__}")
    return statements


def _from_variable(variable: Variable, where: str, names: frozenset[str]) -> list[Ode | Assignment]:
    statements = parse_equations(read_text(variable.equation, where), names)
    if len(statements) != 1:
        source = SourceText(variable.equation, where)
        raise EquationError("a Variable holds one equation", source, Span(0, max(1, len(variable.equation))))
    [statement] = statements
    whole = statement.span
    added = [
        Flag(key, substitute(to_expression(value, f"{key} of a Variable in {where}"), {}, whole), span=whole)
        for key, value in ((key, getattr(variable, key)) for key in ("init", "min", "max", "unit"))
        if value is not None
    ]
    if variable.method and variable.method not in METHODS:
        hint = suggest(variable.method, METHODS) or f"Known are {', '.join(METHODS)}."
        raise EquationError(f"unknown method {variable.method!r}", statement.source, whole, hint)
    added += [Flag(variable.method, None, span=whole)] if variable.method else []
    added += [Flag(variable.locality, None, span=whole)] if variable.locality != "local" else []
    added += [Flag(variable.type, None, span=whole)] if variable.type != "float" else []
    return [replace(statement, flags=(*statement.flags, *added))]


def read_event(given: Texts, what: str, owner: str) -> list[Assignment]:
    """The statements of `reset`, `pre_spike`, …: assignments only."""
    where = f"{what} of {owner}"
    statements: list[Assignment] = []
    for text in _texts(given, where) if given is not None else []:
        for statement in parse_equations(SourceText(text, where)):
            if isinstance(statement, Ode):
                hint = "Write it in `equations`; an event assigns values."
                raise EquationError("an ODE can't stand", statement.source, statement.span, hint)
            statements.append(statement)
    return statements


def read_functions(given: Texts, owner: str) -> list[FunctionDefinition]:
    """The user's own functions."""
    where = f"functions of {owner}"
    texts = _texts(given, where) if given is not None else []
    return [definition for text in texts for definition in parse_functions(SourceText(text, where))]


def read_text(given: object, where: str) -> SourceText:
    """A text that is one condition or expression."""
    if not isinstance(given, str):
        raise TypeError(f"{where} must be text, not {type(given).__name__}")
    return SourceText(given, where)


def _texts(given: object, where: str) -> list[str]:
    if isinstance(given, str):
        return [given]
    if isinstance(given, Sequence) and all(isinstance(item, str) for item in given):
        return list(given)
    raise TypeError(f"{where} must be text, not {type(given).__name__}")
