"""sympy expressions as C text: exact constants, in double or float."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import sympy

from eqneuro.numerics.relative import Exprel, PerExprel

CONDITIONS: dict[str, str] = {
    "Less": "{} < {}",
    "LessEqual": "{} <= {}",
    "Greater": "{} > {}",
    "GreaterEqual": "{} >= {}",
    "Equal": "{} == {}",
    "NotEqual": "{} != {}",
}
"""Comparisons of `numerics.symbols`; their operands are numbers."""

CLASSIFIERS: dict[str, str] = {"IsNan": "isnan({})", "IsFinite": "isfinite({})"}

C_FUNCTIONS: dict[str, str] = {"exp": "exp", "log": "log", "Abs": "fabs"}
"""sympy's own functions."""

SMOOTH = frozenset({"exp", "Exprel", "PerExprel"})
"""Functions without jumps: x / 5 in their arguments may be 0.2 x, which differs in the last bit but is faster."""

NO_NUMBERS = (sympy.nan, sympy.zoo, sympy.I)
"""What sympy makes of 0/0, of 1/0 and of the root of a negative number."""

UNARY, PRODUCT, SUM, COMPARISON, LOGICAL, TERNARY = 6, 5, 4, 3, 2, 1
ATOM = 7


class CPrinter:
    """Writes expressions for one precision and one table of symbols.

    Parameters
    ----------
    symbols
        What each symbol is called in C.
    real
        ``double`` or ``float``: literals and functions get the suffix that keeps the arithmetic in that type.
    """

    def __init__(self, symbols: Mapping[sympy.Symbol, str], real: str = "double") -> None:
        self._symbols = symbols
        self._suffix = "f" if real == "float" else ""
        self._is_smooth = False

    def number(self, expr: sympy.Expr) -> str:
        """The expression where a number is wanted."""
        return self._print(expr)[0]

    def condition(self, expr: sympy.Expr) -> str:
        """The expression where a truth value is wanted."""
        return self._truth(expr)[0]

    def _literal(self, value: float) -> str:
        if math.isinf(value):
            return "INFINITY" if value > 0 else "-INFINITY"
        if math.isnan(value):
            return "NAN"
        text = repr(float(value))
        return (text if "e" in text or "." in text else text + ".0") + self._suffix

    def _print(self, expr: sympy.Expr) -> tuple[str, int]:
        expr = _without_division(expr)
        if isinstance(expr, sympy.Symbol):
            return self._symbols[expr], ATOM
        if isinstance(expr, sympy.Rational) and not isinstance(expr, sympy.Integer):
            return self._ratio(expr)
        if expr.is_Number or isinstance(expr, sympy.NumberSymbol) or expr in NO_NUMBERS:
            return self._constant(expr)
        if expr.is_Add:
            return self._sum(expr)
        if expr.is_Mul:
            return self._product(expr)
        if expr.is_Pow:
            return self._power(expr.base, expr.exp)
        return self._function(expr)

    def _constant(self, expr: sympy.Expr) -> tuple[str, int]:
        value = math.nan if expr in NO_NUMBERS else float(expr)
        text = self._literal(value)
        return text, UNARY if text.startswith("-") else ATOM

    def _ratio(self, expr: sympy.Rational) -> tuple[str, int]:
        if expr.q & (expr.q - 1) == 0 and abs(expr.p) < 2**53:
            return self._constant(sympy.Float(float(expr)))
        return f"{self._literal(float(expr.p))} / {self._literal(float(expr.q))}", PRODUCT

    def _wrapped(self, expr: sympy.Expr, floor: int) -> str:
        text, precedence = self._print(expr)
        return text if precedence >= floor else f"({text})"

    def _sum(self, expr: sympy.Expr) -> tuple[str, int]:
        terms = sorted(expr.args, key=lambda term: (_is_negative(term), term.is_Number))
        text = self._wrapped(terms[0], SUM)
        for term in terms[1:]:
            if _is_negative(term):
                text += f" - {self._wrapped(-term, PRODUCT)}"
            else:
                text += f" + {self._wrapped(term, SUM)}"
        return text, SUM

    def _product(self, expr: sympy.Expr) -> tuple[str, int]:
        coefficient, factors = expr.as_coeff_mul()
        factors = tuple(_without_division(factor) for factor in factors)
        if coefficient.is_negative and coefficient != -1:
            text = self._wrapped(-expr, PRODUCT)
            return f"-{text}", UNARY if "/" not in text and "*" not in text else PRODUCT
        above = [f for f in factors if not _is_divisor(f) and not (f.is_Float and float(f) == 1.0)]
        below = [1 / f for f in factors if _is_divisor(f)]
        if coefficient == -1:
            sign = "-"
        else:
            sign = ""
            is_dyadic = not isinstance(coefficient, sympy.Rational) or coefficient.q & (coefficient.q - 1) == 0
            if not is_dyadic and self._is_smooth and not below:
                coefficient = sympy.Float(float(coefficient))
            elif not is_dyadic:
                below.insert(0, sympy.Integer(coefficient.q))
                coefficient = sympy.Integer(coefficient.p)
            if coefficient != 1 or not above:
                above.insert(0, coefficient)
        text = " * ".join(self._wrapped(f, PRODUCT if k == 0 else UNARY) for k, f in enumerate(above)) or self._literal(
            1
        )
        if len(below) == 1:
            text += f" / {self._wrapped(below[0], UNARY)}"
        elif below:
            text += " / (" + " * ".join(self._wrapped(f, UNARY) for f in below) + ")"
        return sign + text, PRODUCT

    def _power(self, base: sympy.Expr, exponent: sympy.Expr) -> tuple[str, int]:
        if exponent.is_number and _is_negative(exponent):
            return f"{self._literal(1)} / {self._wrapped(base**-exponent, UNARY)}", PRODUCT
        if isinstance(exponent, sympy.Integer) and 2 <= exponent <= 8:
            name = {2: "square", 3: "cube"}.get(int(exponent), f"power{exponent}")
            return f"{name}{self._suffix}({self._print(base)[0]})", ATOM
        if exponent == sympy.S.Half or (exponent.is_Float and float(exponent) == 0.5):
            return f"sqrt{self._suffix}({self._print(base)[0]})", ATOM
        return f"pow{self._suffix}({self._print(base)[0]}, {self._print(exponent)[0]})", ATOM

    def _function(self, expr: sympy.Expr) -> tuple[str, int]:
        name = type(expr).__name__
        if name == "Ite":
            test, then, otherwise = expr.args
            arms = f"{self._wrapped(then, TERNARY + 1)} : {self._wrapped(otherwise, TERNARY)}"
            return f"{self._operand(test, TERNARY + 1)} ? {arms}", TERNARY
        if is_condition(expr):
            return f"{self._operand(expr, TERNARY + 1)} ? {self._literal(1)} : {self._literal(0)}", TERNARY
        form: Callable[..., str] | None = getattr(type(expr), "c_form", None)
        arguments = self._arguments(expr, is_smooth=name in SMOOTH)
        if form is not None:
            return form(arguments, self._suffix), ATOM
        if name not in C_FUNCTIONS:
            raise TypeError(f"no C form for {name}")
        return f"{C_FUNCTIONS[name]}{self._suffix}({', '.join(arguments)})", ATOM

    def _arguments(self, expr: sympy.Expr, *, is_smooth: bool) -> list[str]:
        before, self._is_smooth = self._is_smooth, is_smooth
        arguments = [self._print(argument)[0] for argument in expr.args]
        self._is_smooth = before
        return arguments

    def _operand(self, expr: sympy.Expr, floor: int) -> str:
        text, precedence = self._truth(expr)
        return text if precedence >= floor else f"({text})"

    def _truth(self, expr: sympy.Expr) -> tuple[str, int]:
        name = type(expr).__name__
        if name in CONDITIONS:
            return CONDITIONS[name].format(*(self._wrapped(a, COMPARISON + 1) for a in expr.args)), COMPARISON
        if name in CLASSIFIERS:
            return CLASSIFIERS[name].format(self._print(expr.args[0])[0]), ATOM
        if name in ("And_", "Or_"):
            joiner = " & " if name == "And_" else " | "  # no short circuit: both sides are free of side effects
            return joiner.join(f"({self._truth(a)[0]})" for a in expr.args), LOGICAL
        if name == "Not_":
            return f"!({self._truth(expr.args[0])[0]})", UNARY
        if expr.is_Number:
            return ("1" if expr != 0 else "0"), ATOM
        return f"{self._wrapped(expr, COMPARISON + 1)} != {self._literal(0)}", COMPARISON


def is_condition(expr: sympy.Expr) -> bool:
    """Whether the expression is a truth value by itself."""
    name = type(expr).__name__
    return name in CONDITIONS or name in CLASSIFIERS or name in ("And_", "Or_", "Not_")


def _is_negative(expr: sympy.Expr) -> bool:
    return bool(expr.as_coeff_Mul()[0].is_negative)


def _without_division(factor: sympy.Expr) -> sympy.Expr:
    """1/exprel(x) as one function, which divides once."""
    is_inverse = factor.is_Pow and factor.exp == -1 and isinstance(factor.base, Exprel)
    return PerExprel(*factor.base.args) if is_inverse else factor


def _is_divisor(factor: sympy.Expr) -> bool:
    return bool(factor.is_Pow and factor.exp.is_number and factor.exp.is_negative)
