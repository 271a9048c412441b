"""White noise through the compiled code: variances, correlations and means within their standard errors."""

import numpy as np
import pytest

from eqneuro import Network, Neuron

NEURONS = 20_000
DEVIATIONS = 4.5
"""Standard errors: a test of a right program fails once in 150,000 seeds; the seed is fixed."""


def assert_variance(values, expected):
    error = expected * np.sqrt(2.0 / len(values))
    assert abs(np.var(values) - expected) < DEVIATIONS * error


@pytest.mark.parametrize("dt", [0.1, 2.0])
def test_ornstein_uhlenbeck_variance_and_autocorrelation_by_the_exact_method(dt):
    """τ x' = −x + σ√(2τ)·ξ: variance σ², autocorrelation exp(−t/τ), whatever the step."""
    tau, sigma = 4.0, 3.0
    net = Network(dt=dt, seed=11)
    neuron = Neuron(
        f"tau = {tau} : population\nsigma = {sigma} : population",
        "tau*dx/dt = -x + sigma*sqrt(2*tau)*xi : exact\nr = x",
    )
    pop = net.create(NEURONS, neuron)
    net.simulate(10 * tau)
    before = np.array(pop.x)
    net.simulate(tau)
    after = np.array(pop.x)
    assert_variance(before, sigma**2)
    correlation = np.corrcoef(before, after)[0, 1]
    assert correlation == pytest.approx(np.exp(-1.0), abs=DEVIATIONS / np.sqrt(NEURONS))


def test_variance_of_each_method_is_that_of_its_recursion():
    """x' = −x/τ + ξ with h = τ/4: a step multiplies the variance by a² and adds b²."""
    h, tau = 1.0, 4.0
    z = h / tau
    recursions = {
        "explicit": (1 - z, h),
        "implicit": (1 / (1 + z), h / (1 + z) ** 2),
        "exact": (np.exp(-z), tau / 2 * (1 - np.exp(-2 * z))),
        "exponential": (np.exp(-z), tau / 2 * (1 - np.exp(-2 * z))),
        "rk4": (1 - z + z**2 / 2 - z**3 / 6 + z**4 / 24, h),
    }
    net = Network(dt=h, seed=5)
    pops = {
        m: net.create(NEURONS, Neuron("tau = 4.0 : population", f"dx/dt = -x/tau + xi : {m}\nr = x"))
        for m in recursions
    }
    net.simulate(60.0)
    for m, (factor, added) in recursions.items():
        assert_variance(np.array(pops[m].x), added / (1 - factor**2))


def test_geometric_brownian_motion_has_the_right_mean_and_logarithm():
    mu, s, end = 0.2, 0.5, 1.0
    net = Network(dt=0.01, seed=3)
    pop = net.create(NEURONS, Neuron(equations=f"dx/dt = {mu}*x + {s}*x*xi : init=1.0, explicit\nr = x"))
    net.simulate(end)
    x = np.array(pop.x)
    spread = np.sqrt(np.exp(2 * mu * end) * (np.exp(s**2 * end) - 1.0))
    assert abs(x.mean() - np.exp(mu * end)) < DEVIATIONS * spread / np.sqrt(NEURONS)
    assert abs(np.log(x).mean() - (mu - s**2 / 2) * end) < DEVIATIONS * s / np.sqrt(NEURONS) + 0.002
    assert_variance(np.log(x), s**2 * end)


def test_named_source_is_shared_and_plain_ones_are_independent():
    net = Network(dt=0.5, seed=8)
    equations = "dx/dt = xi_a\ndy/dt = -2.0*xi_a\nz = x\ndu/dt = xi_a\ndp/dt = xi\ndq/dt = xi\nr = x"
    pop = net.create(NEURONS, Neuron(equations=equations))
    net.simulate(10.0)
    x, y, u, p, q = (np.array(getattr(pop, name)) for name in "xyupq")
    np.testing.assert_allclose(y, -2.0 * x, rtol=1e-12)
    np.testing.assert_allclose(u, x, rtol=1e-12)  # across the assignment that splits the systems
    assert_variance(x, 10.0)
    assert_variance(p, 10.0)
    for first, second in ((p, q), (p, x)):
        assert abs(np.corrcoef(first, second)[0, 1]) < DEVIATIONS / np.sqrt(NEURONS)
