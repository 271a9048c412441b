"""How synapses were made: connectors leave a note of their name and arguments on the projection."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np

from eqneuro.language.distributions import Distribution
from eqneuro.network.quantities import plain_arguments

IGNORED = frozenset(["self", "storage_format", "storage_order", "force_multiple_weights"])
"""Arguments that change nothing."""

Connector = TypeVar("Connector", bound=Callable[..., Any])


@dataclass(frozen=True)
class ConnectorCall:
    """The connector that made the synapses of a projection, and its arguments with their defaults.

    Numbers, texts and distributions stand as they were given; arrays, matrices and functions by a short description, so
    that nothing large is kept.
    """

    name: str
    arguments: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(f'{name}={value}' for name, value in self.arguments.items())})"


def remembered(connector: Connector) -> Connector:
    """A connector that notes its call once it has succeeded; of connectors that call others, the outermost counts."""
    signature = inspect.signature(connector)

    @functools.wraps(connector)
    def call(self: Any, *arguments: Any, **named: Any) -> Any:
        arguments, named = plain_arguments(self, signature, arguments, named)
        made = connector(self, *arguments, **named)
        bound = signature.bind(self, *arguments, **named)
        bound.apply_defaults()
        given: dict[str, Any] = {}
        for name, value in bound.arguments.items():
            is_rest = signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD
            given.update(value if is_rest else {name: value})
        kept = {name: describe(value) for name, value in given.items() if name not in IGNORED}
        self._connector_call = ConnectorCall(connector.__name__, kept)
        return made

    return cast("Connector", call)


def describe(value: Any) -> Any:
    """An argument as it may be kept: what is small stands for itself, anything else for its kind and shape."""
    if value is None or isinstance(value, bool | int | float | str | Distribution):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    if hasattr(value, "tocsc"):
        return f"sparse matrix {tuple(value.shape)}"
    try:
        shape = _shape_of(value)
    except ValueError:  # lists of different lengths
        shape = (len(value),)
    return f"array {shape}" if shape else str(value)


def _shape_of(value: Any) -> tuple[int, ...]:
    """That of the array which lists would make; rows are looked at one by one, so that it need not be made."""
    if not isinstance(value, list | tuple) or not (value and isinstance(value[0], list | tuple | np.ndarray)):
        return np.shape(value)
    shapes = {np.shape(row) for row in value}
    return (len(value), *(shapes.pop() if len(shapes) == 1 else ()))
