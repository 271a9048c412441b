"""Values of the past: ``v(t - d)``."""

from __future__ import annotations

from collections.abc import Collection

from eqneuro.language.errors import EquationError
from eqneuro.language.evaluate import Unknown, evaluate
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import (
    Attribute,
    Binary,
    Call,
    Delayed,
    Draw,
    Expr,
    GlobalOperation,
    InputSum,
    Name,
)  # fmt: skip

CHANGING = (Attribute, Delayed, Draw, GlobalOperation, InputSum)


def delay_of(call: Call, source: SourceText) -> Expr:
    """The d of ``v(t - d)``, where a variable is called like a function."""
    name = call.function
    argument = call.arguments[0] if len(call.arguments) == 1 else None
    if isinstance(argument, Binary) and argument.operator == "-" and argument.left == Name("t"):
        return argument.right
    if argument == Name("t"):
        hint = f"That is {name!r} itself; a value of the past is {name}(t - d), with d in ms."
        raise EquationError(f"past value of {name!r} without delay", source, call.span, hint)
    hint = f"A product is written with `*`; a value of the past is {name}(t - d), with d in ms."
    raise EquationError(f"variable {name!r} called like a function", source, call.name_span, hint)


def past_value(call: Call, delay: Expr, source: SourceText, constants: Collection[str]) -> Delayed:
    """``v(t - d)`` with its delay resolved; ``constants`` are the names that keep their value."""
    for part in delay.walk():
        changes = part.id not in constants if isinstance(part, Name) else isinstance(part, CHANGING)
        if changes:
            hint = "A delay is a number or made of parameters, in ms."
            raise EquationError("delay that changes from step to step", source, part.span, hint)
    try:
        is_negative = evaluate(delay, {}) < 0.0
    except Unknown:  # a parameter: its value is known only later
        is_negative = False
    if is_negative:
        hint = f"{call.function}(t - d) is the value d ms ago."
        raise EquationError("negative delay", source, delay.span, hint)
    return Delayed(call.function, delay, span=call.span)
