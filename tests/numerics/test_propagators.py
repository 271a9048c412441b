"""exp(A·dt) and its integral against mpmath, entry by entry."""

import mpmath
import numpy as np
import pytest
from scipy.linalg import expm

from eqneuro.engine.propagators import BLOCK, propagate


def exactly(A, h):
    """P and Q with 60 digits."""
    n = len(A)
    with mpmath.workdps(60):
        M = mpmath.zeros(2 * n)
        for i in range(n):
            M[i, n + i] = mpmath.mpf(h)
            for j in range(n):
                M[i, j] = mpmath.mpf(float(A[i][j])) * mpmath.mpf(h)
        E = mpmath.expm(M)
        return [[[E[i, j + k] for j in range(n)] for i in range(n)] for k in (0, n)]


def relative_error(got, exact):
    errors = [0.0]
    for x, y in zip(np.ravel(got), [entry for row in exact for entry in row], strict=True):
        if abs(y) > 1e-290:
            errors.append(float(abs((mpmath.mpf(float(x)) - y) / y)))
        else:
            assert abs(x) <= 1e-290
    return max(errors)


HARD = {
    "equal": ([[-0.1, 0.1], [0.0, -0.1]], 0.1),
    "nearly equal": ([[-0.1, 0.1], [0.0, -0.1 * (1 + 1e-14)]], 0.1),
    "fast beside slow": ([[-1e6, 1.0], [1.0, -1.0]], 1.0),
    "fast drives slow": ([[-1e6, 0.0], [1.0, -1e-2]], 1.0),
    "slow drives fast": ([[-1e-2, 0.0], [1.0, -1e6]], 1.0),
    "large coupling": ([[-1.0, 1e6], [0.0, -1.0]], 0.1),
    "nilpotent": ([[0.0, 1.0], [0.0, 0.0]], 0.1),
    "zero": ([[0.0, 0.0], [0.0, 0.0]], 0.1),
    "rotation": ([[0.0, 1.0], [-1.0, 0.0]], 0.1),
    "fast rotation": ([[0.0, 1e3], [-1e3, 0.0]], 0.1),
    "damped rotation": ([[-0.1, 5.0], [-5.0, -0.1]], 1.0),
    "growth": ([[3.0, 1.0], [2.0, 1.0]], 5.0),
    "exchange": ([[-1e3, 1e3], [1.0, -1.0]], 1.0),
    "chain with one fast link": (np.diag([-0.1, -0.2, -0.1, -0.1, -3e3]) + np.diag([0.1] * 4, -1), 0.1),
    "long step": ([[-1.0, 0.3], [0.2, -2.0]], 40.0),
    "one": ([[-1e-9]], 0.1),
    "singular one": ([[0.0]], 0.1),
}


@pytest.mark.parametrize("name", HARD)
def test_entries_are_accurate_to_twelve_digits(name):
    A, h = HARD[name]
    P, Q = propagate(np.array(A, dtype=float), h)
    exact_P, exact_Q = exactly(A, h)
    assert relative_error(P, exact_P) < 1e-12
    assert relative_error(Q, exact_Q) < 1e-12


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_random_matrices_agree_with_scipy(size):
    rng = np.random.default_rng(size)
    for scale in (1e-3, 1.0, 30.0):
        A = scale * rng.normal(size=(size, size))
        M = np.zeros((2 * size, 2 * size))
        M[:size, :size], M[:size, size:] = A, np.eye(size)
        E = expm(0.7 * M)
        P, Q = propagate(A, 0.7)
        np.testing.assert_allclose(P, E[:size, :size], rtol=1e-9, atol=1e-12 * np.abs(E).max())
        np.testing.assert_allclose(Q, E[:size, size:], rtol=1e-9, atol=1e-12 * np.abs(E).max())


def test_stack_gives_each_matrix_what_it_gets_alone():
    rng = np.random.default_rng(2)
    stack = rng.normal(size=(BLOCK + 7, 2, 2)) * 10.0 ** rng.integers(-6, 3, size=(BLOCK + 7, 1, 1))
    P, Q = propagate(stack, 0.1)
    for k in (0, 1, BLOCK - 1, BLOCK, BLOCK + 6):
        alone = propagate(stack[k], 0.1)
        np.testing.assert_array_equal(P[k], alone[0])
        np.testing.assert_array_equal(Q[k], alone[1])


def test_shape_of_the_stack_is_kept():
    A = np.zeros((2, 3, 4, 4))
    P, Q = propagate(A, 0.1)
    assert P.shape == Q.shape == A.shape
    np.testing.assert_array_equal(P, np.broadcast_to(np.eye(4), A.shape))


def test_equal_matrices_get_equal_results():
    A = np.array([[-0.3, 1.0], [0.0, -2.0]])
    P, _ = propagate(np.broadcast_to(A, (5000, 2, 2)), 0.1)
    np.testing.assert_array_equal(P, np.broadcast_to(propagate(A, 0.1)[0], P.shape))


def test_diagonal_matrices_agree_with_coupled_ones_of_vanishing_coupling():
    rates = np.array([-1e5, -1.0, 0.0, 2.0])
    diagonal = propagate(np.diag(rates), 0.3)
    coupled = propagate(np.diag(rates) + 1e-300 * np.ones((4, 4)), 0.3)
    for first, second in zip(diagonal, coupled, strict=True):
        np.testing.assert_allclose(np.diag(first), np.diag(second), rtol=1e-13, atol=1e-300)


def test_matrix_that_is_not_finite_gives_nan_and_leaves_the_others_alone():
    stack = np.array([[[-1.0, 0.5], [0.0, -1.0]], [[np.nan, 0.0], [0.0, -1.0]], [[-np.inf, 1.0], [0.0, -1.0]]])
    P, Q = propagate(stack, 0.1)
    assert np.isnan(P[1:]).all()
    assert np.isnan(Q[1:]).all()
    np.testing.assert_array_equal(P[0], propagate(stack[0], 0.1)[0])


def test_semigroup_property_holds_over_many_steps():
    rng = np.random.default_rng(3)
    A = rng.normal(size=(3, 3)) - 2.0 * np.eye(3)
    one, _ = propagate(A, 0.05)
    whole, _ = propagate(A, 5.0)
    np.testing.assert_allclose(np.linalg.matrix_power(one, 100), whole, rtol=1e-10, atol=1e-18)
