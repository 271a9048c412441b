"""Numbers that know their derivatives: forward differentiation, one rule a function.

Every operation takes plain numbers and arrays as well. A derivative that is left out of ``slopes`` is zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Value = Any
"""A number, an array of one for each neuron or synapse, or a `Dual` of these."""


@dataclass(frozen=True)
class Dual:
    """A value and its partial derivatives by name."""

    value: Any
    slopes: dict[str, Any]


def plain(x: Value) -> Any:
    """The value without derivatives."""
    return x.value if isinstance(x, Dual) else x


def slopes_of(x: Value) -> dict[str, Any]:
    """The derivatives; none of what is constant."""
    return x.slopes if isinstance(x, Dual) else {}


def seed(name: str, value: Any) -> Dual:
    """A variable by which is differentiated."""
    return Dual(plain(value), {name: np.float64(1.0)})


def chain(value: Any, *parts: tuple[Value, Callable[[], Any]]) -> Value:
    """A value whose derivative is the sum of each operand's derivative times the factor given for it."""
    slopes: dict[str, Any] = {}
    for operand, factor in parts:
        if not isinstance(operand, Dual):
            continue
        by = factor()
        for name, slope in operand.slopes.items():
            slopes[name] = slopes.get(name, 0.0) + by * slope
    return Dual(value, slopes) if slopes else value


def add(x: Value, y: Value) -> Value:
    """x + y."""
    if _are_plain(x, y):
        return x + y
    return chain(plain(x) + plain(y), (x, lambda: 1.0), (y, lambda: 1.0))


def subtract(x: Value, y: Value) -> Value:
    """x − y."""
    if _are_plain(x, y):
        return x - y
    return chain(plain(x) - plain(y), (x, lambda: 1.0), (y, lambda: -1.0))


def multiply(x: Value, y: Value) -> Value:
    """x · y."""
    if _are_plain(x, y):
        return x * y
    return chain(plain(x) * plain(y), (x, lambda: plain(y)), (y, lambda: plain(x)))


def divide(x: Value, y: Value) -> Value:
    """x / y."""
    a, b = plain(x), plain(y)
    value = np.true_divide(a, b)
    if _are_plain(x, y):
        return value
    return chain(value, (x, lambda: 1.0 / b), (y, lambda: -a / (b * b)))


def power(x: Value, y: Value) -> Value:
    """C's pow."""
    a, b = plain(x), plain(y)
    value = np.float_power(a, b)
    if _are_plain(x, y):
        return value

    def by_base() -> Any:
        return np.where(np.asarray(b) == 0.0, 0.0, b * np.float_power(a, np.asarray(b) - 1.0))

    return chain(value, (x, by_base), (y, lambda: value * np.log(a)))


def negate(x: Value) -> Value:
    """−x."""
    return chain(-x.value, (x, lambda: -1.0)) if isinstance(x, Dual) else -x


def _are_plain(x: Value, y: Value) -> bool:
    """Whether neither has derivatives: most values haven't."""
    return not (isinstance(x, Dual) or isinstance(y, Dual))


def choose(test: Any, then: Value, otherwise: Value) -> Value:
    """One of two values, with its derivatives; the test itself has none."""
    value = np.where(test, plain(then), plain(otherwise))
    first, second = slopes_of(then), slopes_of(otherwise)
    slopes = {k: np.where(test, first.get(k, 0.0), second.get(k, 0.0)) for k in [*first, *second]}
    return Dual(value, slopes) if slopes else value


def _d_abs(x: Any) -> Any:
    return np.where(x < 0.0, -1.0, 1.0)


SLOPES: dict[str, tuple[Callable[..., Any], ...]] = {
    "exp": (np.exp,),
    "log": (lambda x: 1.0 / x,),
    "sqrt": (lambda x: 0.5 / np.sqrt(x),),
    "sin": (np.cos,),
    "cos": (lambda x: -np.sin(x),),
    "tan": (lambda x: 1.0 + np.tan(x) ** 2,),
    "asin": (lambda x: 1.0 / np.sqrt(1.0 - x * x),),
    "acos": (lambda x: -1.0 / np.sqrt(1.0 - x * x),),
    "atan": (lambda x: 1.0 / (1.0 + x * x),),
    "sinh": (np.cosh,),
    "cosh": (np.sinh,),
    "tanh": (lambda x: 1.0 - np.tanh(x) ** 2,),
    "abs": (_d_abs,),
    "fabs": (_d_abs,),
    "atan2": (lambda y, x: x / (x * x + y * y), lambda y, x: -y / (x * x + y * y)),
}
"""Partial derivatives of the functions that the registry has in no other way."""


def apply(function: Callable[..., Any], slopes: tuple[Callable[..., Any], ...], arguments: list[Value]) -> Value:
    """A function with its partial derivatives; without these, it is constant but for jumps."""
    values = [plain(argument) for argument in arguments]
    found = np.asarray(function(*values))
    value = found if found.dtype.kind == "f" else found.astype(np.float64)
    if not any(isinstance(argument, Dual) for argument in arguments):
        return value
    parts = [(argument, lambda slope=slope: slope(*values)) for argument, slope in zip(arguments, slopes, strict=False)]
    return chain(value, *parts)
