"""Stacks of small matrices in double-double arithmetic: about 32 digits, each number the sum of two doubles.

A sum and a product of two doubles are split exactly into what a double holds and what it rounds away (Knuth's and
Dekker's transformations; Hida, Li & Bailey 2001). The axis of the stack is the last one, so that numpy's inner loops
run over matrices and not over their few columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SPLITTER = 2.0**27 + 1.0
"""Dekker's: it parts a double of 53 bits into two of 26 bits each, whose products are exact."""


def two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """a + b as a double, and what that rounds away."""
    total = a + b
    back = total - a
    return total, (a - (total - back)) + (b - back)


def _split(a: Floats) -> tuple[Floats, Floats]:
    large = SPLITTER * a
    high = large - (large - a)
    return high, a - high


def two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """a·b as a double, and what that rounds away."""
    product = a * b
    (a_high, a_low), (b_high, b_low) = _split(a), _split(b)
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


@dataclass(frozen=True)
class DoubleDouble:
    """Numbers ``high + low``, low at most half a unit in the last place of high."""

    high: Floats
    low: Floats

    @classmethod
    def product(cls, a: Floats, b: Floats) -> DoubleDouble:
        """a·b of doubles, exactly."""
        return cls(*two_product(a, b))

    def __add__(self, other: DoubleDouble) -> DoubleDouble:
        total, rest = two_sum(self.high, other.high)
        return _normal(total, rest + (self.low + other.low))

    def __truediv__(self, number: float) -> DoubleDouble:
        quotient = self.high / number
        product, rest = two_product(quotient, np.float64(number))  # type: ignore[arg-type]
        return _normal(quotient, ((self.high - product) - rest + self.low) / number)

    def scaled(self, exponents: NDArray[np.intp] | int) -> DoubleDouble:
        """Times powers of two, exactly."""
        return DoubleDouble(np.ldexp(self.high, exponents), np.ldexp(self.low, exponents))

    def __matmul__(self, other: DoubleDouble) -> DoubleDouble:
        """Products of matrices, shapes (n, n, stack); entries that are 0 in the whole stack cost nothing."""
        high, low = np.zeros_like(other.high), np.zeros_like(other.high)
        left_used, right_used = (np.asarray(x.high.any(axis=-1)) for x in (self, other))
        for k in range(self.high.shape[1]):
            rows, columns = np.flatnonzero(left_used[:, k]), np.flatnonzero(right_used[k])
            left, left_low = self.high[rows, k, None], self.low[rows, k, None]
            right, right_low = other.high[None, k, columns], other.low[None, k, columns]
            product, lost = two_product(left, right)
            place = np.ix_(rows, columns)
            high[place], rounded = two_sum(high[place], product)
            low[place] += rounded + (lost + (left * right_low + left_low * right))
        return _normal(high, low)

    def __getitem__(self, part: NDArray[np.intp]) -> DoubleDouble:
        """The matrices of these places in the stack."""
        return DoubleDouble(self.high[..., part], self.low[..., part])

    def __setitem__(self, part: NDArray[np.intp], value: DoubleDouble) -> None:
        self.high[..., part], self.low[..., part] = value.high, value.low


def _normal(high: Floats, low: Floats) -> DoubleDouble:
    total = high + low
    return DoubleDouble(total, low - (total - high))
