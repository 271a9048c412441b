"""Removable singularities: x/(1 − e⁻ˣ) and its kin are written so that they are finite and accurate at their point.

A function f with f(0) = 0 and f'(0) ≠ 0 over (or under) a multiple of its own argument is f(x)/x, which C computes without
cancellation: (eˣ − 1)/x = `exprel`, log(1 + x)/x, sin(x)/x, sinh(x)/x, tanh(x)/x. The rates of Hodgkin and Huxley are
r·u/(1 − e⁻ᵘ) = r/exprel(−u) with u linear in the membrane potential.
"""

from __future__ import annotations

import sympy

from eqneuro.numerics.symbols import Exprel, Log1prel, Relative, Sinc, Sinhc, Tanhc

ODD: dict[type[sympy.Function], type[Relative]] = {sympy.sin: Sinc, sympy.sinh: Sinhc, sympy.tanh: Tanhc}


def remove_singularities(expr: sympy.Expr) -> sympy.Expr:
    """The expression with every removable singularity it can recognise removed."""
    if expr.is_Atom:
        return expr
    arguments = [remove_singularities(argument) for argument in expr.args]
    rebuilt = expr.func(*arguments) if any(a is not b for a, b in zip(arguments, expr.args, strict=True)) else expr
    return _mend(rebuilt) if rebuilt.is_Mul else rebuilt


def _mend(product: sympy.Expr) -> sympy.Expr:
    """Pairs each factor that vanishes like its argument with one that is a multiple of that argument."""
    factors = list(product.args)
    for place, factor in enumerate(factors):
        base, exponent = factor.as_base_exp()
        if not (exponent.is_Integer and exponent != 0):
            continue
        found = _vanishing(base)
        if found is None:
            continue
        scale, argument, relative = found
        sign = 1 if exponent > 0 else -1
        partner = _find_partner(factors, place, argument, -sign)
        if partner is None:
            continue
        other, ratio, rest = partner
        # base**sign * (ratio * argument)**-sign = (scale * relative(argument) / ratio)**sign
        mended = (scale * relative(argument) / ratio) ** sign * rest * base ** (exponent - sign)
        remaining = [f for k, f in enumerate(factors) if k not in (place, other)]
        return _mend_again(sympy.Mul(mended, *remaining))
    return product


def _mend_again(expr: sympy.Expr) -> sympy.Expr:
    return _mend(expr) if expr.is_Mul else expr


def _vanishing(base: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr, type[Relative]] | None:
    """``base = scale · f(argument)`` with f(0) = 0, as (scale, argument, f(x)/x)."""
    kind = type(base)
    if kind in ODD:
        return sympy.Integer(1), base.args[0], ODD[kind]
    if kind is sympy.log:
        argument = base.args[0] - 1
        return (sympy.Integer(1), argument, Log1prel) if argument.is_Add or argument.is_Symbol else None
    if base.is_Add and len(base.args) == 2:
        return _difference(*base.args)
    return None


def _difference(first: sympy.Expr, second: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr, type[Relative]] | None:
    """c·eᵃ − c·eᵇ = c·eᵇ·(eᵃ⁻ᵇ − 1)."""
    (c1, a), (c2, b) = _exponential(first), _exponential(second)
    if c1 is None or c2 is None or c1 + c2 != 0 or (a == 0 and b == 0):
        return None
    if a == 0:
        c1, a, b = c2, b, a
    return c1 * sympy.exp(b), a - b, Exprel


def _exponential(term: sympy.Expr) -> tuple[sympy.Expr | None, sympy.Expr]:
    coefficient, rest = term.as_coeff_Mul()
    if rest == 1:
        return coefficient, sympy.Integer(0)
    return (coefficient, rest.args[0]) if isinstance(rest, sympy.exp) else (None, sympy.Integer(0))


def _find_partner(
    factors: list[sympy.Expr], place: int, argument: sympy.Expr, sign: int
) -> tuple[int, sympy.Expr, sympy.Expr] | None:
    """Another factor that holds a multiple of ``argument`` to a power of this sign: (place, ratio, what is left of it)."""
    for other, factor in enumerate(factors):
        if other == place:
            continue
        base, exponent = factor.as_base_exp()
        if not (exponent.is_Integer and exponent * sign > 0):
            continue
        ratio = _ratio(base, argument)
        if ratio is not None:
            return other, ratio, base ** (exponent - sign)
    return None


def _ratio(first: sympy.Expr, second: sympy.Expr) -> sympy.Expr | None:
    """first/second where it is the same number wherever they stand: both linear with the same root."""
    if first == second:
        return sympy.Integer(1)
    plain = first / second
    if not _shared(plain, first, second):
        return plain
    for variable in sorted(first.free_symbols & second.free_symbols, key=lambda s: s.name):
        n1, u1 = first.diff(variable), second.diff(variable)
        if n1 == 0 or u1 == 0 or variable in n1.free_symbols | u1.free_symbols:
            continue
        n0, u0 = (e.xreplace({variable: sympy.Integer(0)}) for e in (first, second))
        left, right = sympy.expand(n1 * u0), sympy.expand(n0 * u1)
        if left == right or _close(left, right):
            return n1 / u1
    return None


def _shared(ratio: sympy.Expr, first: sympy.Expr, second: sympy.Expr) -> bool:
    """Whether something that varies in both is left in their ratio."""
    return bool(ratio.free_symbols & first.free_symbols & second.free_symbols)


def _close(left: sympy.Expr, right: sympy.Expr) -> bool:
    if not (left.is_Number and right.is_Number):
        difference = sympy.simplify(left - right)
        return bool(difference == 0)
    return abs(float(left) - float(right)) <= 1e-13 * max(abs(float(left)), abs(float(right)))
