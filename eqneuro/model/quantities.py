"""Numbers with units: in text, where `20*ms` stands, and as pint's quantities, given from Python.

A model has units if one of its parameters or variables carries one: a number times a unit in the value of a parameter,
in an initial value or a bound, the flag ``unit=``, or a quantity of pint. Then names that the model does not define are
units in all its text; without, nothing is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import numpy as np

from eqneuro.language.evaluate import Unknown, evaluate
from eqneuro.language.rewrite import is_number
from eqneuro.language.syntax import Binary, Call, Draw, Expr, Flag, Name, Number, Quantity, Span, Unary
from eqneuro.model.units import BASES, PLAIN, Dimension, Unit, converted, find_unit

IsUnit = Callable[[str], bool]

BITS = 4096
"""Of numerator or denominator of a number that is converted exactly; what is longer is computed as it is written."""


def carries_unit(expr: Expr, is_unit: IsUnit) -> bool:
    """Whether a number times a unit stands somewhere in it."""
    return any(
        isinstance(node, Quantity)
        or (isinstance(node, Binary) and node.operator in "*/" and _is_number_with_unit(_factors(node), is_unit))
        for node in expr.walk()
    )


def flags_carry_unit(flags: Iterable[Flag], is_unit: IsUnit) -> bool:
    """Whether a bound or an initial value does, or the flag ``unit=`` stands."""
    return any(flag.name == "unit" or (flag.value is not None and carries_unit(flag.value, is_unit)) for flag in flags)


def _factors(expr: Expr) -> list[Expr]:
    if isinstance(expr, Binary) and expr.operator in "*/":
        return _factors(expr.left) + _factors(expr.right)
    return _factors(expr.operand) if isinstance(expr, Unary) and expr.operator != "not" else [expr]


def _is_number_with_unit(factors: list[Expr], is_unit: IsUnit) -> bool:
    has_unit = any(isinstance(part, Name) and is_unit(part.id) for part in map(_root, factors))
    return has_unit and any(isinstance(part, Number | Draw) for part in factors)


def _root(expr: Expr) -> Expr:
    """What a power or a square root is of."""
    if isinstance(expr, Binary) and expr.operator == "^":
        return _root(expr.left)
    if isinstance(expr, Call) and expr.function == "sqrt" and len(expr.arguments) == 1:
        return _root(expr.arguments[0])
    return expr


def read_unit(expr: Expr, is_unit: IsUnit) -> Unit | None:
    """The number with its unit that an expression of numbers and units is; None where anything else stands in it."""
    match expr:
        case Quantity():
            return Unit(Fraction(repr(expr.value)), Dimension(expr.dimension))
        case Number() if not isinstance(expr.value, bool) and math.isfinite(expr.value):
            return Unit(Fraction(repr(expr.value)), PLAIN)
        case Name() if is_unit(expr.id):
            return find_unit(expr.id)
        case Unary(operator="-" | "+"):
            inner = read_unit(expr.operand, is_unit)
            return inner and Unit(-inner.scale if expr.operator == "-" else inner.scale, inner.dimension)
        case Binary(operator="*" | "/"):
            left, right = read_unit(expr.left, is_unit), read_unit(expr.right, is_unit)
            if left is None or right is None or (expr.operator == "/" and not right.scale):
                return None
            return _bounded(left * right if expr.operator == "*" else left / right)
        case Binary(operator="^") | Call(function="sqrt", arguments=(_,)):
            base = read_unit(expr.left if isinstance(expr, Binary) else expr.arguments[0], is_unit)
            exponent = exponent_of(expr.right) if isinstance(expr, Binary) else Fraction(1, 2)
            return None if base is None or exponent is None else _power(base, exponent)
    return None


def _bounded(unit: Unit) -> Unit | None:
    return unit if max(_bits(unit.scale)) <= BITS else None


def _bits(number: Fraction) -> tuple[int, int]:
    return number.numerator.bit_length(), number.denominator.bit_length()


def _power(base: Unit, exponent: Fraction) -> Unit | None:
    if base.scale <= 0 or abs(exponent) * max(_bits(base.scale)) > BITS:
        return None
    try:
        return base**exponent
    except (OverflowError, ZeroDivisionError):  # a root of what has no double
        return None


def exponent_of(expr: Expr) -> Fraction | None:
    """An exponent that is a number, as a fraction; None where it is none."""
    try:
        value = evaluate(expr, {})
    except Unknown:
        return None
    return Fraction(float(value)).limit_denominator(1000) if np.isfinite(value) else None


def in_plain_numbers(expr: Expr, is_unit: IsUnit) -> Expr | None:
    """What is computed in place of a product of numbers and units; None where the expression is none."""
    if not any(isinstance(node, Quantity) or (isinstance(node, Name) and is_unit(node.id)) for node in expr.walk()):
        return None
    unit = read_unit(expr, is_unit)
    if unit is None:
        return None
    return signed_number(float(unit.scale), expr.span)


def signed_number(value: float, span: Span) -> Expr:
    """A number as the parser would make it."""
    return Unary("-", Number(-value, span=span), span=span) if value < 0.0 else Number(value, span=span)


def without_ones(expr: Expr) -> Expr:
    """A product or quotient whose factor 1, from a unit that eqneuro counts in, is left out."""
    if isinstance(expr, Binary) and expr.operator in "*/":
        if is_number(expr.right, 1):
            return expr.left
        if expr.operator == "*" and is_number(expr.left, 1):
            return expr.right
    return expr


# -- quantities of Python --

OF_PINT = {
    "[length]": Dimension.of(length=1),
    "[time]": Dimension.of(time=1),
    "[current]": Dimension.of(current=1),
    "[temperature]": Dimension.of(temperature=1),
    "[substance]": Dimension.of(amount=1),
    "[mass]": Dimension.of(potential=1, current=1, time=3, length=-2),
}
"""pint's dimensions; a mass is V·A·s³/m²."""
IN_PINT = {name: unit for name, (unit, _) in BASES.items()} | {"length": "um"}
"""pint's names of the units that eqneuro counts in, but for the length."""


def is_quantity(value: object) -> bool:
    """Whether a value is a quantity of pint, which is not imported for that."""
    return all(hasattr(value, name) for name in ("to_base_units", "dimensionality", "magnitude"))


def dimension_of(quantity: Any) -> Dimension:
    """The dimension of a quantity.

    Raises
    ------
    ValueError
        If it has one that eqneuro does not know.
    """
    dimension = PLAIN
    for name, power in quantity.dimensionality.items():
        if name not in OF_PINT:
            raise ValueError(f"{quantity} has the dimension {name}, which eqneuro does not know")
        dimension *= OF_PINT[name] ** Fraction(power).limit_denominator(1000)
    return dimension


def magnitude_of(quantity: Any) -> Any:
    """The magnitude in eqneuro's units: a float, or an array of them."""
    powers = dimension_of(quantity).powers
    target = "*".join(f"{IN_PINT[name]}**({power})" for name, power in powers) or "dimensionless"
    kind = type(quantity)
    one, nothing = (float(kind(value, quantity.units).to(target).magnitude) for value in (1.0, 0.0))
    lengths = float(10 ** -next((power for name, power in powers if name == "length"), Fraction(0)))
    if nothing:  # degrees Celsius, which begin elsewhere
        return quantity.to(target).magnitude * lengths
    factor = float(f"{one * lengths:.13g}")  # pint's own factors are rounded more than once
    if np.ndim(quantity.magnitude):
        return np.asarray(quantity.magnitude, dtype=float) * factor
    return converted(float(quantity.magnitude), Fraction(repr(factor)))


def quantity_expression(quantity: Any) -> Quantity:
    """A quantity of Python as an expression.

    Raises
    ------
    ValueError
        If it is not one finite number.
    """
    if np.ndim(quantity.magnitude) or not math.isfinite(float(quantity.magnitude)):
        raise ValueError(f"{quantity} is not one finite number with a unit")
    return Quantity(magnitude_of(quantity), dimension_of(quantity).powers)
