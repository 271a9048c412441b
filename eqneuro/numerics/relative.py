"""f(x)/x where f vanishes at 0: functions that stand where a formula would be 0/0, with slopes that do not cancel."""

from __future__ import annotations

from typing import ClassVar

import sympy

from eqneuro.numerics import elementary
from eqneuro.numerics.symbols import Absolute, Ite, Less


class Relative(sympy.Function):  # type: ignore[misc]
    """f(x)/x for a function with f(0) = 0 and f'(0) = 1, continued by its limit at 0.

    ``c_name`` computes it without cancellation, ``series`` are the coefficients of its derivative at 0.
    """

    c_name: ClassVar[str]
    series: ClassVar[tuple[sympy.Rational, ...]]

    @classmethod
    def eval(cls, x: sympy.Expr) -> sympy.Expr | None:
        """1 at 0."""
        return sympy.Integer(1) if x == 0 else None

    def _eval_is_real(self) -> bool:
        return True

    @classmethod
    def c_form(cls, arguments: list[str], suffix: str) -> str:
        """The call in C."""
        return f"{cls.c_name}{suffix}({arguments[0]})"

    @staticmethod
    def slope(x: sympy.Expr) -> sympy.Expr:
        """f'(x)."""
        raise NotImplementedError

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """(f'(x) − f(x)/x)/x, and its series where that cancels."""
        [x] = self.args
        near = sympy.Add(*(c * x**k for k, c in enumerate(self.series)))
        return Ite(Less(Absolute(x), NEAR_ZERO), near, (self.slope(x) - self) / x)


NEAR_ZERO = sympy.Float(0.01)


def _ratios(*pairs: tuple[int, int]) -> tuple[sympy.Rational, ...]:
    return tuple(sympy.Rational(p, q) for p, q in pairs)


class Exprel(Relative):
    """(eˣ − 1)/x."""

    c_name = "exprel"
    series = _ratios((1, 2), (1, 3), (1, 8), (1, 30), (1, 144), (1, 840))
    slope = staticmethod(sympy.exp)


class PerExprel(sympy.Function):  # type: ignore[misc]
    """x/(eˣ − 1): what 1/exprel(x) is printed as."""

    @classmethod
    def c_form(cls, arguments: list[str], suffix: str) -> str:
        """The call in C."""
        return f"per_exprel{suffix}({arguments[0]})"


class Log1prel(Relative):
    """log(1 + x)/x."""

    c_name = "log1prel"
    series = _ratios((-1, 2), (2, 3), (-3, 4), (4, 5), (-5, 6), (6, 7), (-7, 8))

    @staticmethod
    def slope(x: sympy.Expr) -> sympy.Expr:
        """1/(1 + x)."""
        return 1 / (1 + x)


class Sinc(Relative):
    """sin(x)/x."""

    c_name = "sinc"
    series = _ratios((0, 1), (-1, 3), (0, 1), (1, 30), (0, 1), (-1, 840))

    @staticmethod
    def slope(x: sympy.Expr) -> sympy.Expr:
        """cos(x)."""
        return elementary.Cos(x)


class Sinhc(Relative):
    """sinh(x)/x."""

    c_name = "sinhc"
    series = _ratios((0, 1), (1, 3), (0, 1), (1, 30), (0, 1), (1, 840))

    @staticmethod
    def slope(x: sympy.Expr) -> sympy.Expr:
        """cosh(x)."""
        return elementary.Cosh(x)


class Tanhc(Relative):
    """tanh(x)/x."""

    c_name = "tanhc"
    series = _ratios((0, 1), (-2, 3), (0, 1), (8, 15), (0, 1), (-34, 105))

    @staticmethod
    def slope(x: sympy.Expr) -> sympy.Expr:
        """1 − tanh²(x)."""
        return 1 - elementary.Tanh(x) ** 2
