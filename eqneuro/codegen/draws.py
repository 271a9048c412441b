"""Random numbers of a rule: which stream fills which buffer, and how a standard number becomes the distribution's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import sympy

from eqneuro.numerics import symbols as functions
from eqneuro.numerics.rules import Draw

COUNTS, PLACE = "counts", "place"
"""Symbols of what a draw needs beside a number of its stream: the table of counts, the stream itself."""


@dataclass(frozen=True)
class Stream:
    """One standard random number a neuron and step: ``kind`` is ``uniform``, ``normal``, or ``noise``: a white one.

    Or ``count``, a Poisson number, where all neurons have the same ``mean``.
    """

    symbol: sympy.Symbol
    kind: str
    number: int
    mean: sympy.Expr | None = None


class Rejection(sympy.Function):  # type: ignore[misc]
    """A draw that takes a varying number of uniform numbers: arguments are the stream and the distribution's."""

    draw_kind: ClassVar[str]

    @classmethod
    def c_form(cls, arguments: list[str], suffix: str) -> str:
        """The call in C; the text of the stream names the index of the neuron or synapse, too."""
        text = f"draw_{cls.draw_kind}(now, {', '.join(arguments)})"
        return f"(real){text}" if suffix else text


class GammaDraw(Rejection):
    """Shape alpha, scale 1."""

    draw_kind = "gamma"


class PoissonDraw(Rejection):
    """Mean λ; the arguments are the table of its counts, a uniform number, the stream for large means, and λ."""

    draw_kind = "count"


class BinomialDraw(Rejection):
    """Trials n, probability p."""

    draw_kind = "binomial"


def expand_draw(draw: Draw, number: int, *, is_shared: bool = False) -> tuple[sympy.Expr, Stream | None]:
    """The draw as an expression of a standard number, and the stream that gives it (None for rejection methods).

    ``is_shared`` says that its arguments are the same for all neurons of a loop, and known before it.
    """
    value, stream = _counted(draw, number) if is_shared and draw.distribution == "Poisson" else _standard(draw, number)
    if draw.minimum is not None:
        value = functions.Maximum(value, draw.minimum)
    if draw.maximum is not None:
        value = functions.Minimum(value, draw.maximum)
    return value, stream


def _counted(draw: Draw, number: int) -> tuple[sympy.Expr, Stream]:
    symbol = sympy.Symbol(f"random:{number}", real=True)
    return symbol, Stream(symbol, "count", number, draw.arguments[0])


def _standard(draw: Draw, number: int) -> tuple[sympy.Expr, Stream | None]:
    a = draw.arguments
    symbol = sympy.Symbol(f"random:{number}", real=True)
    uniform, normal = Stream(symbol, "uniform", number), Stream(symbol, "normal", number)
    match draw.distribution:
        case "Uniform":
            return a[0] + (a[1] - a[0]) * symbol, uniform
        case "DiscreteUniform":
            least = sympy.ceiling(a[0]) if a[0].is_Number else functions.Ceiling(a[0])
            most = sympy.floor(a[1]) if a[1].is_Number else functions.Floor(a[1])
            # least stands outside of Floor: rounded together with it, the number could become most + 1
            return least + functions.Floor((most - least + 1) * symbol), uniform
        case "Noise":
            return symbol, Stream(symbol, "noise", number)
        case "Normal":
            return a[0] + a[1] * symbol, normal
        case "LogNormal":
            return sympy.exp(a[0] + a[1] * symbol), normal
        case "Exponential":
            return -sympy.log(1 - symbol) / a[0], uniform
        case "Bernoulli":
            return functions.Ite(functions.Less(symbol, a[0]), sympy.Integer(1), sympy.Integer(0)), uniform
        case "Gamma":
            return GammaDraw(symbol, a[0]) * (a[1] if len(a) > 1 else 1), None
        case "Poisson":
            table, place = (sympy.Symbol(f"{word}:{number}", real=True) for word in (COUNTS, PLACE))
            return PoissonDraw(table, symbol, place, a[0]), uniform
        case "Binomial":
            return BinomialDraw(symbol, a[0], a[1]), None
    raise TypeError(f"no generator for {draw.distribution}")
