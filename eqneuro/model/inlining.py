"""The user's functions written out where they are called."""

from __future__ import annotations

from eqneuro.language.errors import EquationError
from eqneuro.language.rewrite import substitute
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Call, Expr, FunctionDefinition

ADDED_FUNCTIONS: dict[str, FunctionDefinition] = {}
"""Functions of `add_function`: known to all models that are made after it."""


def check_count(call: Call, wanted: tuple[str, ...], source: SourceText) -> None:
    """Refuses a call with too few or too many arguments."""
    if len(call.arguments) != len(wanted):
        count = f"{len(wanted)} argument{'s' * (len(wanted) != 1)}"
        hint = f"It is {call.function}({', '.join(wanted)})."
        raise EquationError(f"{call.function} takes {count}, not {len(call.arguments)}", source, call.name_span, hint)


def write_out(definition: FunctionDefinition, call: Call, arguments: tuple[Expr, ...]) -> Expr:
    """The body of a function with the arguments of a call; what stands in the body points at the call."""
    return substitute(definition.body, dict(zip(definition.arguments, arguments, strict=True)), call.span)
