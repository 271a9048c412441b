"""Parameters that are made of other parameters, in the order in which they get their values."""

from __future__ import annotations

from collections.abc import Sequence

from eqneuro.language.errors import EquationError
from eqneuro.language.syntax import Declaration, Name
from eqneuro.model.models import ModelAttribute


def in_order_of_values(
    parameters: Sequence[ModelAttribute], declarations: Sequence[Declaration]
) -> list[ModelAttribute]:
    """Each parameter after those that it is made of, otherwise in the order written.

    Raises
    ------
    EquationError
        If parameters are made of each other in a circle.
    """
    waiting = dict(zip((a.name for a in parameters), zip(parameters, declarations, strict=True), strict=True))
    ordered: list[ModelAttribute] = []
    while waiting:
        ready = next((a for a, _ in waiting.values() if not _awaited(a, waiting)), None)
        if ready is None:
            _refuse(next(iter(waiting.values())), waiting)
        else:
            ordered.append(ready)
            del waiting[ready.name]
    return ordered


Waiting = dict[str, tuple[ModelAttribute, Declaration]]


def _awaited(parameter: ModelAttribute, waiting: Waiting) -> list[Name]:
    """Where a parameter reads others that have no value yet."""
    return [node for node in parameter.init.walk() if isinstance(node, Name) and node.id in waiting]


def _refuse(first: tuple[ModelAttribute, Declaration], waiting: Waiting) -> None:
    parameter, declaration = first
    node = _awaited(parameter, waiting)[0]
    hint = "One of them needs a number of its own."
    message = f"parameter {parameter.name!r} depends on itself, by way of {node.id!r}"
    raise EquationError(message, declaration.source, node.span, hint)
