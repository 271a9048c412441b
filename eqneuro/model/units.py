"""Units by name, and the algebra of dimensions.

Where a model has units, all values are converted once, when it is made, to a coherent set in which no equation needs a
factor: ms, mV, pA and what follows from them (nS, pF, GΩ, fC); K; and for densities and concentrations 10 µm and fmol,
so that µF/cm², mS/cm², µA/cm² and mM are counted in themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

BASES = {
    "time": ("ms", Fraction(1, 10**3)),
    "potential": ("mV", Fraction(1, 10**3)),
    "current": ("pA", Fraction(1, 10**12)),
    "length": ("(10*um)", Fraction(1, 10**5)),
    "temperature": ("K", Fraction(1)),
    "amount": ("fmol", Fraction(1, 10**15)),
}
"""Dimensions: the unit that eqneuro counts them in, and what that is in SI units."""
COMMON = ("ms", "mV", "pA", "nA", "nS", "uS", "pF", "nF", "uF", "Hz", "MOhm", "um", "cm", "mM", "s", "us", "V", "A")
"""Units that are suggested before all others."""


@dataclass(frozen=True)
class Dimension:
    """A product of powers, in the order of their names: of `BASES`, and of unknowns, whose names begin with ``?``."""

    powers: tuple[tuple[str, Fraction], ...] = ()

    @classmethod
    def of(cls, **powers: int) -> Dimension:
        """The dimension with these powers."""
        return cls(tuple(sorted((name, Fraction(power)) for name, power in powers.items() if power)))

    @classmethod
    def unknown(cls, name: str) -> Dimension:
        """One that is to be found out."""
        return cls(((f"?{name}", Fraction(1)),))

    @property
    def is_plain(self) -> bool:
        """Whether it is that of a number."""
        return not self.powers

    @property
    def unknowns(self) -> list[str]:
        """What is not known of it."""
        return [name for name, _ in self.powers if name.startswith("?")]

    def __mul__(self, other: Dimension) -> Dimension:
        powers = dict(self.powers)
        for name, power in other.powers:
            powers[name] = powers.get(name, Fraction(0)) + power
        return Dimension(tuple(sorted((name, power) for name, power in powers.items() if power)))

    def __truediv__(self, other: Dimension) -> Dimension:
        return self * other**-1

    def __pow__(self, exponent: Fraction | int) -> Dimension:
        return Dimension(tuple((name, power * exponent) for name, power in self.powers)) if exponent else PLAIN

    def __str__(self) -> str:
        return describe(self)


@dataclass(frozen=True)
class Unit:
    """``scale`` is how much of eqneuro's unit it is: nF are 1000 (pF)."""

    scale: Fraction
    dimension: Dimension

    def __mul__(self, other: Unit) -> Unit:
        return Unit(self.scale * other.scale, self.dimension * other.dimension)

    def __truediv__(self, other: Unit) -> Unit:
        return Unit(self.scale / other.scale, self.dimension / other.dimension)

    def __pow__(self, exponent: Fraction | int) -> Unit:
        return Unit(Fraction(self.scale**exponent), self.dimension**exponent)


PLAIN = Dimension()
TIME = Dimension.of(time=1)
POTENTIAL = Dimension.of(potential=1)
CURRENT = Dimension.of(current=1)
CONDUCTANCE = CURRENT / POTENTIAL
CHARGE = CURRENT * TIME
CAPACITANCE = CHARGE / POTENTIAL
LENGTH = Dimension.of(length=1)
AMOUNT = Dimension.of(amount=1)

PREFIXES = {"f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9}
LONG_PREFIXES = {"femto": "f", "pico": "p", "nano": "n", "micro": "u", "milli": "m", "": "", "kilo": "k", "mega": "M",
                 "giga": "G"}  # fmt: skip
SYMBOLS = {
    "s": TIME, "Hz": TIME**-1, "V": POTENTIAL, "A": CURRENT, "S": CONDUCTANCE, "Ohm": CONDUCTANCE**-1,
    "ohm": CONDUCTANCE**-1, "F": CAPACITANCE, "C": CHARGE, "J": CHARGE * POTENTIAL, "W": CURRENT * POTENTIAL,
    "m": LENGTH, "K": Dimension.of(temperature=1), "mol": AMOUNT, "M": AMOUNT / LENGTH**3,
}  # fmt: skip
"""Units that take prefixes."""
LONG_NAMES = {
    "second": "s", "hertz": "Hz", "volt": "V", "ampere": "A", "amp": "A", "siemens": "S", "farad": "F", "coulomb": "C",
    "joule": "J", "watt": "W", "meter": "m", "metre": "m", "kelvin": "K", "mole": "mol", "molar": "M", "ohm": "ohm",
}  # fmt: skip
SIZES = {"M": Fraction(10**3)}
"""What a unit is in SI units, where it is not 1 of them."""


def find_unit(name: str) -> Unit | None:
    """The unit of this name: an SI prefix and a symbol, or both written out (``millivolt``)."""
    return _table().get(name)


@cache
def _table() -> dict[str, Unit]:
    table = {f"{prefix}{symbol}": _unit(symbol, power) for symbol in SYMBOLS for prefix, power in PREFIXES.items()}
    table |= {"cm": _unit("m", -2), "centimeter": _unit("m", -2), "centimetre": _unit("m", -2)}
    for name, symbol in LONG_NAMES.items():
        table |= {f"{long}{name}": table[f"{short}{symbol}"] for long, short in LONG_PREFIXES.items()}
    return table


def _unit(symbol: str, power: int) -> Unit:
    dimension = SYMBOLS[symbol]
    scale = SIZES.get(symbol, Fraction(1)) * Fraction(10) ** power
    for name, exponent in dimension.powers:
        scale /= BASES[name][1] ** int(exponent)
    return Unit(scale, dimension)


def suggest_unit(name: str) -> str:
    """A sentence that names the unit that was most likely meant; empty if none is near."""
    from eqneuro.language.names import is_slip

    words = {"msec": "ms", "sec": "s", "millisec": "ms", "usec": "us", "mho": "S", "Hertz": "Hz", "volts": "V"}
    if name in words:
        return f"Did you mean {words[name]!r}?"
    near = (unit for unit in (*COMMON, *_table()) if is_slip(name, unit) or name in (f"{unit}s", f"{unit}s".lower()))
    found = next(near, None)
    return f"Did you mean {found!r}?" if found else ""


NAMED = {
    CONDUCTANCE: "nS", CONDUCTANCE**-1: "GOhm", CAPACITANCE: "pF", CHARGE: "fC", AMOUNT / LENGTH**3: "mM",
    CURRENT / LENGTH**2: "uA/cm^2", CONDUCTANCE / LENGTH**2: "mS/cm^2", CAPACITANCE / LENGTH**2: "uF/cm^2",
}  # fmt: skip
"""Coherent units with a name of their own."""


def unit_name(dimension: Dimension) -> str:
    """The unit that eqneuro counts a dimension in, as it is written in a model; empty for plain numbers."""
    if dimension in NAMED:
        return NAMED[dimension]
    for known, name in NAMED.items() if len(dimension.powers) > 2 else ():
        for base in (TIME, POTENTIAL, CURRENT):
            for factor, joined in ((base, f"{name}*{_product(base)}"), (base**-1, f"{name}/{_product(base)}")):
                if dimension == known * factor and "/" not in name:
                    return joined
    return _product(dimension)


def _product(dimension: Dimension) -> str:
    order = list(BASES)
    powers = sorted(dimension.powers, key=lambda item: order.index(item[0]) if item[0] in order else len(order))
    powers.sort(key=lambda item: item[0] != "potential")  # mV*ms, not ms*mV
    above = [_power(name, power) for name, power in powers if power > 0]
    below = [_power(name, -power) for name, power in powers if power < 0]
    if not below:
        return "*".join(above)
    divisor = below[0] if len(below) == 1 else f"({'*'.join(below)})"
    return f"{'*'.join(above) or '1'}/{divisor}"


def _power(name: str, power: Fraction) -> str:
    base = f"[{name[1:]}]" if name.startswith("?") else BASES[name][0]
    if power == 1:
        return base
    return f"{base}^{power}" if power.denominator == 1 else f"{base}^({power})"


def describe(dimension: Dimension) -> str:
    """A dimension in a sentence, as what is added or compared."""
    return unit_name(dimension) or "a plain number"


def describe_value(dimension: Dimension) -> str:
    """A dimension in a sentence, as what a value is: ``in mV``."""
    return "a plain number" if dimension.is_plain else f"in {describe(dimension)}"


def names() -> Iterator[str]:
    """All names of units."""
    yield from _table()


def converted(value: float, scale: Fraction) -> float:
    """The value times the scale, rounded once: 0.07 µF are 70000 pF, as the digits say."""
    return float(Fraction(repr(value)) * scale)
