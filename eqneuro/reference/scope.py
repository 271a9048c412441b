"""What the leaves of a tree stand for: names looked up, draws made once a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eqneuro.language.syntax import (
    Attribute,
    Delayed,
    Draw,
    Expr,
    GlobalOperation,
    InputSum,
    Name,
)  # fmt: skip
from eqneuro.reference.draws import Sampler, Streams, draw
from eqneuro.reference.dual import Value, plain
from eqneuro.reference.evaluate import evaluate


class Scope:
    """The leaves of one kernel in one step.

    Parameters
    ----------
    name
        Gives the value of a name: ``v``, ``pre.r``, ``sum(exc)``, ``mean(v)`` …
    past
        Gives the value of a variable some ms before the time that comes a part of the step after its beginning.
    streams, sampler
        Where random numbers come from.
    input_at
        Gives an input at such a time, None where it is held over the step.
    """

    def __init__(
        self,
        name: Callable[[str], Any],
        past: Callable[[str, Any, float], Any] | None,
        streams: Streams,
        sampler: Callable[[], Sampler],
        input_at: Callable[[str, float], Any] | None = None,
    ) -> None:
        self._name, self._past, self._streams, self._make_sampler = name, past, streams, sampler
        self._input_at = input_at
        self._drawn: dict[int | str, Any] = {}

    def __call__(self, expr: Expr) -> Value:
        """The value of a leaf."""
        match expr:
            case Name() | Attribute() | InputSum() | GlobalOperation():
                return self._name(expr.label)
            case Draw():
                return self._draw(expr)
            case Delayed():
                assert self._past is not None
                return self._past(expr.name, plain(evaluate(expr.delay, self)), 0.0)
        raise TypeError(f"{type(expr).__name__} is no leaf of an expression")

    def later(self, expr: Delayed | InputSum, part: float) -> Value:
        """The value of the past, or of an input, a part of the step after its beginning."""
        if isinstance(expr, Delayed):
            assert self._past is not None
            return self._past(expr.name, plain(evaluate(expr.delay, self)), part)
        found = None if self._input_at is None else self._input_at(expr.label, part)
        return self(expr) if found is None else found

    def _draw(self, expr: Draw) -> Any:
        if id(expr) not in self._drawn:
            self._drawn[id(expr)] = draw(expr, self._streams.of(id(expr)), self._make_sampler(), self)
        return self._drawn[id(expr)]

    def normal(self, source: str) -> Any:
        """The standard normal number of a source of white noise."""
        if source not in self._drawn:
            self._drawn[source] = self._make_sampler().normal(self._streams.of(source))
        return self._drawn[source]
