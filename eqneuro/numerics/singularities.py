"""Removable singularities: x/(1 − e⁻ˣ) and its kin are written so that they are finite and accurate at their point.

A factor that vanishes like its argument, f(u) = u·f̂(u) with f̂(0) = 1, beside a power of a multiple of u is written
with f̂, which C computes without cancellation: (eᵘ − 1)/u = `exprel`, log(1 + u)/u, sin(u)/u, sinh(u)/u, tanh(u)/u.
The rates of Hodgkin and Huxley are r·u/(1 − e⁻ᵘ) = r/exprel(−u) with u linear in the membrane potential.

Whether two expressions are multiples of each other is decided by their roots, so it does not matter how they are
written: as (v − v₀)/k, as v/k − v₀/k, or with the offset folded into a factor of the exponential.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import sympy

from eqneuro.numerics import elementary
from eqneuro.numerics.relative import Exprel, Log1prel, Relative, Sinc, Sinhc, Tanhc
from eqneuro.numerics.symbols import Equal, Ite

ZERO, ONE, TWO = sympy.Integer(0), sympy.Integer(1), sympy.Integer(2)
SAME_ROOT = 1e-13
"""How far, relatively, two roots may lie apart: what rounding makes of decimal fractions."""


@dataclass(frozen=True)
class Vanishing:
    """``scale · (argument · relative(argument))**order``; a plain factor has no ``relative``."""

    argument: sympy.Expr
    relative: type[Relative] | None = None
    scale: sympy.Expr = ONE
    order: int = 1

    def regular(self, argument: sympy.Expr) -> sympy.Expr:
        """What is left of the factor once ``argument**order`` is taken out."""
        return self.scale * (ONE if self.relative is None else self.relative(argument)) ** self.order


def remove_singularities(expr: sympy.Expr) -> sympy.Expr:
    """The expression with every removable singularity it can recognise removed."""
    if expr.is_Atom:
        return expr
    arguments = [remove_singularities(argument) for argument in expr.args]
    changed = any(a is not b for a, b in zip(arguments, expr.args, strict=True))
    rebuilt = expr.func(*arguments) if changed else expr
    if rebuilt.is_Add:
        return _mend_sum(rebuilt)
    return _mend(rebuilt) if rebuilt.is_Mul else rebuilt


def _mend(product: sympy.Expr) -> sympy.Expr:
    """Takes the common root out of each factor that vanishes and a factor on the other side of the fraction line."""
    powers = [factor.as_base_exp() for factor in product.args]
    whole = [k for k, (_, exponent) in enumerate(powers) if exponent.is_Integer]
    above = [k for k in whole if powers[k][1] > 0]
    below = [k for k in whole if powers[k][1] < 0]
    if not above or not below:
        return product
    found = {k: _vanishing(powers[k][0]) for k in whole}
    for top in above:
        for bottom in below:
            if found[top] is None and found[bottom] is None:
                continue
            mended = _cancel(powers[top], powers[bottom], found[top], found[bottom])
            if mended is not None:
                rest = [factor for k, factor in enumerate(product.args) if k not in (top, bottom)]
                result = _merge_exponentials(sympy.Mul(mended, *rest))
                return _mend(result) if result.is_Mul else result
    return product


def _cancel(
    top: tuple[sympy.Expr, sympy.Expr],
    bottom: tuple[sympy.Expr, sympy.Expr],
    top_form: Vanishing | None,
    bottom_form: Vanishing | None,
) -> sympy.Expr | None:
    """top·bottom with the common root cancelled; None where they have none."""
    upper = top_form or Vanishing(top[0])
    lower = bottom_form or Vanishing(bottom[0])
    ratio = _ratio(upper.argument, lower.argument)
    if ratio is None:
        return None
    argument = lower.argument if lower.relative is None else upper.argument  # a plain factor says its root most exactly
    first, second = (argument, argument / ratio) if argument is upper.argument else (ratio * argument, argument)
    left_over = upper.order * top[1] + lower.order * bottom[1]
    return (
        upper.regular(first) ** top[1]
        * lower.regular(second) ** bottom[1]
        * ratio ** (upper.order * top[1])
        * second**left_over
    )


def _vanishing(base: sympy.Expr) -> Vanishing | None:
    """The factor as one that vanishes like its argument; None for one that is plain."""
    if isinstance(base, elementary.Sin):
        return Vanishing(base.args[0], Sinc)
    if isinstance(base, elementary.Sinh):
        return Vanishing(base.args[0], Sinhc)
    if isinstance(base, elementary.Tanh):
        return Vanishing(base.args[0], Tanhc)
    if isinstance(base, elementary.Tan):
        return Vanishing(base.args[0], Sinc, 1 / elementary.Cos(base.args[0]))
    if isinstance(base, elementary.Asin | elementary.Atan):
        argument = base.args[0]  # accurate as it stands, but for the point itself
        return Vanishing(argument, None, Ite(Equal(argument, ZERO), ONE, sympy.Mul(base, 1 / argument, evaluate=False)))
    if isinstance(base, sympy.log):
        argument = base.args[0] - 1
        return Vanishing(argument, Log1prel) if argument.free_symbols else None
    if base.is_Add and len(base.args) == 2:
        return _difference(*base.args)
    return None


def _difference(first: sympy.Expr, second: sympy.Expr) -> Vanishing | None:
    """c·eᵃ − c·eᵇ = c·eᵇ·(eᵃ⁻ᵇ − 1), and 1 − cos u = 2·sin²(u/2)."""
    for one, other in ((first, second), (second, first)):
        for kind, half, sign in ((elementary.Cos, Sinc, -1), (elementary.Cosh, Sinhc, 1)):
            factor, rest = _split(other, kind)
            if rest is not None and factor + one == 0:
                return Vanishing(rest / 2, half, 2 * sign * factor, order=2)
    (c, a), (d, b) = _exponential(first), _exponential(second)
    if a == b:
        return None
    if a == 0:
        (c, a), (d, b) = (d, b), (c, a)
    quotient = -c / d
    if not (quotient.is_Number and quotient > 0):
        return None
    shift = ZERO if float(quotient) == 1.0 else sympy.Float(math.log(quotient))
    if a + b == 0 and shift == 0:
        return Vanishing(a, Sinhc, 2 * c)
    return Vanishing(a - b + shift, Exprel, -d * sympy.exp(b))


def _split(term: sympy.Expr, kind: type[sympy.Function]) -> tuple[sympy.Expr, sympy.Expr | None]:
    """``factor · kind(argument)``."""
    parts = sympy.Mul.make_args(term)
    for part in parts:
        if isinstance(part, kind):
            return sympy.Mul(*(p for p in parts if p is not part)), part.args[0]
    return term, None


def _exponential(term: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """``c · e**a``; a power of a number is one as well."""
    factor, argument = _split(term, sympy.exp)
    if argument is not None:
        return factor, argument
    parts = sympy.Mul.make_args(term)
    for part in parts:
        if part.is_Pow and part.base.is_Number and part.base > 0 and part.exp.free_symbols:
            return sympy.Mul(*(p for p in parts if p is not part)), part.exp * sympy.Float(math.log(part.base))
    return term, ZERO


def _ratio(first: sympy.Expr, second: sympy.Expr) -> sympy.Expr | None:
    """first/second where that is the same number at their root: as it stands, or both linear with the same root."""
    if first == second:
        return ONE
    shared = first.free_symbols & second.free_symbols
    if not shared:
        return None
    plain = first / second
    if not plain.free_symbols & shared:
        return plain
    for variable in sorted(shared, key=lambda s: s.name):
        slopes = first.diff(variable), second.diff(variable)
        if 0 in slopes or any(variable in slope.free_symbols for slope in slopes):
            continue
        offsets = tuple(e.xreplace({variable: ZERO}) for e in (first, second))
        if _same(slopes[0] * offsets[1], offsets[0] * slopes[1]):
            return slopes[0] / slopes[1]
    return None


def _same(left: sympy.Expr, right: sympy.Expr) -> bool:
    """Whether two expressions agree for all values of their symbols, but for rounding: looked at for some values."""
    symbols = sorted(left.free_symbols | right.free_symbols, key=lambda s: s.name)
    for values in _probes(len(symbols)):
        table = dict(zip(symbols, values, strict=True))
        try:
            a, b = (float(e.xreplace(table)) for e in (left, right))
        except (TypeError, ValueError, OverflowError):  # a function that has no value there
            return False
        if not abs(a - b) <= SAME_ROOT * max(abs(a), abs(b)):
            return False
    return True


def _probes(count: int) -> Iterator[list[sympy.Expr]]:
    """Values without relations among them."""
    for turn in range(1 if count == 0 else 3):
        yield [sympy.Float(0.5 + math.fmod((turn + 1) * 0.7548776662466927 * (k + 1), 1.0)) for k in range(count)]


def _merge_exponentials(expr: sympy.Expr) -> sympy.Expr:
    """eᵘ/exprel(u) = 1/exprel(−u), which does not overflow."""
    if not expr.is_Mul:
        return expr
    for factor in expr.args:
        base, power = factor.as_base_exp()
        if not (isinstance(base, Exprel) and power.is_Integer):
            continue
        [u] = base.args
        for other in expr.args:
            if isinstance(other, sympy.exp) and _same_argument(other.args[0], -power * u):
                rest = [f for f in expr.args if f is not factor and f is not other]
                return sympy.Mul(Exprel(-u) ** power, *rest)
    return expr


def _same_argument(first: sympy.Expr, second: sympy.Expr) -> bool:
    return bool(first == second) or (first.free_symbols == second.free_symbols and _same(first, second))


def _mend_sum(total: sympy.Expr) -> sympy.Expr:
    """Terms over the same vanishing denominator are brought together: a/D + b/D is mended as (a + b)/D."""
    over: dict[sympy.Expr, dict[sympy.Expr, sympy.Expr]] = {}
    for term in total.args:
        parts = sympy.Mul.make_args(term)
        for factor in parts:
            if factor.is_Pow and factor.exp == -1 and _vanishing(factor.base) is not None:
                over.setdefault(factor, {})[term] = sympy.Mul(*(p for p in parts if p is not factor))
    for factor, numerators in over.items():
        if len(numerators) < 2:
            continue
        together = sympy.Add(*numerators.values()) * factor
        mended = _mend(together) if together.is_Mul else together
        if mended != together:
            rest = [term for term in total.args if term not in numerators]
            result = sympy.Add(mended, *rest)
            return _mend_sum(result) if result.is_Add else result
    return total
