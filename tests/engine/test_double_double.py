"""Numbers of two doubles against exact fractions."""

from fractions import Fraction

import numpy as np
from hypothesis import given, strategies as st

from eqneuro.engine.double_double import DoubleDouble, two_product, two_sum

DIGITS = Fraction(1, 2**100)

numbers = st.floats(-1e60, 1e60).filter(lambda x: x == 0.0 or abs(x) > 1e-60)


def exactly(x, place=()):
    return Fraction(float(x.high[place])) + Fraction(float(x.low[place]))


@given(numbers, numbers)
def test_sum_and_product_of_doubles_lose_nothing(a, b):
    for operation, expected in ((two_sum, Fraction(a) + Fraction(b)), (two_product, Fraction(a) * Fraction(b))):
        value, rest = operation(np.float64(a), np.float64(b))
        assert Fraction(float(value)) + Fraction(float(rest)) == expected


def random_matrices(rng, n, stack):
    high = rng.normal(size=(n, n, stack)) * 10.0 ** rng.integers(-8, 8, (n, n, 1))
    return DoubleDouble(high, high * rng.uniform(-1.0, 1.0, high.shape) * 2.0**-54)


def test_products_and_sums_of_matrices_have_thirty_digits():
    rng = np.random.default_rng(0)
    for n in (1, 2, 5):
        A, B = (random_matrices(rng, n, 4) for _ in range(2))
        A.high[0, -1, 1:], A.low[0, -1, 1:] = 0.0, 0.0
        product, total = A @ B, A + B
        for i, j, k in np.ndindex(n, n, 4):
            terms = [exactly(A, (i, m, k)) * exactly(B, (m, j, k)) for m in range(n)]
            assert abs(exactly(product, (i, j, k)) - sum(terms)) <= DIGITS * sum(map(abs, terms))
            terms = [exactly(A, (i, j, k)), exactly(B, (i, j, k))]
            assert abs(exactly(total, (i, j, k)) - sum(terms)) <= DIGITS * sum(map(abs, terms))


def test_entries_that_are_zero_everywhere_change_nothing():
    rng = np.random.default_rng(1)
    A, B = (random_matrices(rng, 3, 2) for _ in range(2))
    for x in (A, B):
        x.high[np.tril_indices(3, -1)] = x.low[np.tril_indices(3, -1)] = 0.0
    product = A @ B
    assert not product.high[np.tril_indices(3, -1)].any()
    for k in range(2):
        one = DoubleDouble(A.high[..., [k]], A.low[..., [k]]) @ DoubleDouble(B.high[..., [k]], B.low[..., [k]])
        np.testing.assert_array_equal(one.high[..., 0], product.high[..., k])
        np.testing.assert_array_equal(one.low[..., 0], product.low[..., k])


@given(numbers, st.integers(1, 40))
def test_division_by_a_whole_number_and_powers_of_two(a, number):
    x = DoubleDouble.product(np.array([a]), np.array([1.0 / 3.0]))
    assert abs(exactly(x / number, 0) * number - exactly(x, 0)) <= DIGITS * abs(exactly(x, 0))
    assert exactly(x.scaled(-7), 0) * 128 == exactly(x, 0)
