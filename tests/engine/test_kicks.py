"""Kicks of coupled noise: covariances against SciPy's exponentials, Lyapunov's equation and closed forms."""

import numpy as np
import pytest
from scipy.linalg import expm, solve_continuous_lyapunov

from eqneuro.engine.kicks import integrate_noise, kick_factor


def van_loan(matrix, strengths, dt):
    """C by one exponential of a matrix of twice the size (Van Loan 1978)."""
    size = len(matrix)
    block = np.block([[-matrix, strengths @ strengths.T], [np.zeros_like(matrix), matrix.T]])
    whole = expm(dt * block)
    return whole[size:, size:].T @ whole[:size, size:]


def random_systems(count, size, sources, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, size, size)), rng.normal(size=(count, size, sources))


@pytest.mark.parametrize(("size", "sources"), [(1, 1), (2, 1), (2, 2), (2, 3), (4, 2), (5, 5)])
@pytest.mark.parametrize("dt", [1e-3, 0.3, 2.0])
def test_covariance_is_that_of_van_loans_exponential(size, sources, dt):
    matrices, strengths = random_systems(20, size, sources)
    factors = kick_factor(matrices, strengths, dt)
    assert factors.shape == (20, size, max(size, sources))
    for matrix, strength, factor in zip(matrices, strengths, factors, strict=True):
        expected = van_loan(matrix, strength, dt)
        scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
        np.testing.assert_allclose(factor @ factor.T / scale, expected / scale, atol=1e-12)


@pytest.mark.parametrize("dt", [0.01, 1.0, 50.0])
def test_stationary_covariance_does_not_depend_on_the_step(dt):
    """S = P·S·Pᵀ + C for every step, S being the solution of A·S + S·Aᵀ = −G·Gᵀ."""
    matrices, strengths = random_systems(20, 3, 2, seed=1)
    for matrix, strength in zip(matrices, strengths, strict=True):
        stable = matrix - (0.2 + np.linalg.eigvals(matrix).real.max()) * np.eye(3)
        stationary = solve_continuous_lyapunov(stable, -strength @ strength.T)
        [factor] = kick_factor(stable[None], strength[None], dt)
        carried = expm(dt * stable) @ stationary @ expm(dt * stable).T
        np.testing.assert_allclose(carried + factor @ factor.T, stationary, atol=1e-10 * np.abs(stationary).max())


def test_integrated_noise_has_its_closed_form_down_to_the_smallest_steps():
    """x' = v, v' = ξ: variances h³/3 and h, covariance h²/2."""
    matrix, strength = np.array([[[0.0, 1.0], [0.0, 0.0]]]), np.array([[[0.0], [1.0]]])
    for dt in (1e-8, 1e-3, 1.0, 1e3):
        [factor] = kick_factor(matrix, strength, dt)
        expected = np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
        np.testing.assert_allclose(factor @ factor.T, expected, rtol=1e-12)


def test_stiff_systems_keep_their_slow_noise():
    """Rates of 10⁶ and 1, the fast one driving the slow one: variances in closed form."""
    fast, slow, dt = 1e6, 1.0, 0.5
    matrix, strength = np.array([[[-fast, 0.0], [1.0, -slow]]]), np.array([[[1.0, 0.0], [0.0, 1.0]]])
    [factor] = kick_factor(matrix, strength, dt)
    covariance = factor @ factor.T
    own = -np.expm1(-2.0 * slow * dt) / (2.0 * slow)
    passed_on = own / fast**2  # but for terms of order fast⁻³
    assert covariance[0, 0] == pytest.approx(0.5 / fast, rel=1e-9)
    assert covariance[1, 1] == pytest.approx(own + passed_on, rel=1e-9)
    assert np.isfinite(factor).all()


def test_numbers_of_the_sources_are_their_increments_but_for_the_order_two_and_a_half():
    matrices, strengths = random_systems(1, 3, 2, seed=3)
    distances = []
    steps = np.array([0.04, 0.02, 0.01])
    for dt in steps:
        [factor] = kick_factor(matrices, strengths, dt)
        _, mean = integrate_noise(matrices, strengths, dt)
        distances.append(np.abs(factor[:, :2] - mean[0] / np.sqrt(dt)).max())
    order = np.polyfit(np.log(steps), np.log(distances), 1)[0]
    assert order == pytest.approx(2.5, abs=0.15)


def test_one_equation_gets_its_closed_form():
    rates, strengths = np.array([-0.3, 0.0, 0.2, -1e4]), np.array([1.0, 2.0, -3.0, 4.0])
    factors = kick_factor(rates[:, None, None], strengths[:, None, None], 0.7)[:, 0, 0]
    rate = np.where(rates == 0.0, 1.0, rates)
    spread = np.sqrt(np.where(rates == 0.0, 0.7, np.expm1(2.0 * rate * 0.7) / (2.0 * rate)))
    np.testing.assert_allclose(factors, strengths * spread, rtol=1e-11)


def test_noise_of_strength_zero_is_none():
    matrices, strengths = random_systems(2, 3, 2)
    strengths[1] = 0.0
    factors = kick_factor(matrices, strengths, 0.1)
    assert np.isfinite(factors).all()
    assert not factors[1].any()


def test_entries_that_are_no_numbers_spoil_their_own_system_alone():
    matrices, strengths = random_systems(3, 2, 2)
    good = kick_factor(matrices, strengths, 0.1)
    matrices[1, 0, 0] = np.nan
    strengths[2, 0, 0] = np.inf
    factors = kick_factor(matrices, strengths, 0.1)
    np.testing.assert_allclose(factors[0], good[0], rtol=1e-12)
    assert np.isnan(factors[1:]).all()


def test_equal_systems_are_worked_out_once_with_the_same_result():
    matrices, strengths = random_systems(1, 2, 1)
    many = kick_factor(np.repeat(matrices, 5, axis=0), np.repeat(strengths, 5, axis=0), 0.1)
    np.testing.assert_array_equal(many, np.repeat(kick_factor(matrices, strengths, 0.1), 5, axis=0))
