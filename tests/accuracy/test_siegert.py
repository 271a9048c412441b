"""Rates of integrate-and-fire neurons with white noise against Siegert's integral; the long runs are a benchmark."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erf

BENCHMARK = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "siegert.py"))
CASES, STEPS = BENCHMARK["CASES"], (0.4, 0.1, 0.025)
TAU, THRESHOLD, RESET, REFRACTORY = (BENCHMARK[name] for name in ("TAU", "THRESHOLD", "RESET", "REFRACTORY"))
siegert, simulate, extrapolate = (BENCHMARK[name] for name in ("siegert", "simulate", "extrapolate"))


@pytest.mark.parametrize(("mu", "sigma"), CASES)
def test_siegerts_rate_is_the_integral_as_it_is_written(mu, sigma):
    if mu < 25.0:  # where the integrand's factors are neither huge nor tiny
        total, _ = quad(lambda x: np.exp(x * x) * (1.0 + erf(x)), (RESET - mu) / sigma, (THRESHOLD - mu) / sigma)
        assert siegert(mu, sigma) == pytest.approx(1000.0 / (REFRACTORY + TAU * np.sqrt(np.pi) * total), rel=1e-7)
    else:  # little noise: the neuron without any
        quiet = REFRACTORY + TAU * np.log((mu - RESET) / (mu - THRESHOLD))
        assert siegert(mu, sigma) == pytest.approx(1000.0 / quiet, rel=0.02)


@pytest.mark.parametrize(("mu", "sigma"), CASES)
def test_rates_extrapolated_to_no_step_are_siegerts(mu, sigma):
    rates = simulate(mu, sigma, STEPS, neurons=600, duration=1000.0)
    mean, error = extrapolate(rates, STEPS)
    assert error < 0.02 * mean
    assert abs(mean - siegert(mu, sigma)) < 2.0 * error


def test_a_step_raises_the_threshold_by_what_the_theory_of_random_walks_says():
    """ζ(½)/√(2π) = −0.5826 standard deviations of the noise of a step, as far as a finite step shows it."""
    mu, sigma, step = 20.0, 5.0, 0.05
    [rates] = simulate(mu, sigma, (step,), neurons=2000, duration=1000.0)
    shifted = 0.5826 * sigma * np.sqrt(step / TAU)
    total, _ = quad(lambda x: np.exp(x * x) * (1.0 + erf(x)), (RESET - mu) / sigma, (THRESHOLD + shifted - mu) / sigma)
    expected = 1000.0 / (REFRACTORY + TAU * np.sqrt(np.pi) * total)
    error = rates.std(ddof=1) / np.sqrt(len(rates))
    assert abs(rates.mean() - expected) < 4.5 * error
    assert abs(rates.mean() - siegert(mu, sigma)) > 4.5 * error
