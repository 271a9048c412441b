"""White noise through the compiled code: variances, correlations and means within their standard errors."""

import numpy as np
import pytest
from scipy.linalg import expm, solve_continuous_lyapunov

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


FILTERED = """
    dx/dt = -x/tau + sigma*xi_c : exact
    dy/dt = (x - y)/tau_y : exact
    dz/dt = -z/tau_z - 0.5*xi_c + 0.3*xi : exact
    r = x
"""


@pytest.mark.parametrize("dtype", ["double", "float"])
@pytest.mark.parametrize("dt", [0.5, 12.5])
def test_coupled_ornstein_uhlenbeck_processes_have_their_covariances_whatever_the_step(dt, dtype):
    """Stationary covariance by Lyapunov's equation, S(t) = exp(A·t)·S between times; tau differs between two halves."""
    net = Network(dt=dt, seed=12, precision=dtype)
    pop = net.create(2 * NEURONS, Neuron("tau = 10.0\ntau_y = 4.0\ntau_z = 25.0\nsigma = 0.7", FILTERED))
    taus = np.repeat([10.0, 3.0], NEURONS)
    pop.tau = taus
    net.simulate(400.0)
    before = np.array([pop.x, pop.y, pop.z], dtype=float)
    net.simulate(12.5)
    after = np.array([pop.x, pop.y, pop.z], dtype=float)
    for tau in (10.0, 3.0):
        chosen = taus == tau
        matrix = np.array([[-1.0 / tau, 0.0, 0.0], [0.25, -0.25, 0.0], [0.0, 0.0, -0.04]])
        strength = np.array([[0.7, 0.0], [0.0, 0.0], [-0.5, 0.3]])
        stationary = solve_continuous_lyapunov(matrix, -strength @ strength.T)
        spread = np.sqrt(np.diag(stationary))
        for one, other, lag in ((before, before, 0.0), (after, before, 12.5)):
            expected = expm(lag * matrix) @ stationary
            found = one[:, chosen] @ other[:, chosen].T / NEURONS
            errors = np.abs(found - expected) / np.outer(spread, spread)
            assert errors.max() < DEVIATIONS * np.sqrt(2.0 / NEURONS)


def test_coupled_noise_of_a_whole_population_and_of_changed_parameters():
    """Global equations have propagators of their own; a new strength is heeded at once, as a new time constant is."""
    net = Network(dt=1.0, seed=4)
    neuron = Neuron(
        "tau = 5.0 : population\nsigma = 1.0 : population",
        "dx/dt = -x/tau + sigma*xi : exact, population\ndy/dt = x - y : exact, population\nr = x",
    )
    pop = net.create(1, neuron)
    monitor = net.monitor(pop, ["x", "y"])
    net.simulate(20_000.0)
    pop.sigma, pop.tau = 3.0, 2.0
    net.simulate(20_000.0)
    x, y = monitor.get("x"), monitor.get("y")
    for part, tau, sigma in ((slice(0, 20_000), 5.0, 1.0), (slice(20_100, None), 2.0, 3.0)):
        matrix = np.array([[-1.0 / tau, 0.0], [1.0, -1.0]])
        stationary = solve_continuous_lyapunov(matrix, -np.diag([sigma**2, 0.0]))
        independent = 20_000 / (2.0 * tau + 2.0)  # steps that do not know of each other
        for values, variance in ((x[part], stationary[0, 0]), (y[part], stationary[1, 1])):
            assert values.var() == pytest.approx(variance, rel=DEVIATIONS * np.sqrt(2.0 / independent))


def test_exact_noise_of_finer_steps_follows_the_same_path():
    """The kicks take the increments of their sources: networks of different steps agree ever better, in order 1."""
    ends, most = [], 32
    counts = (2, 4, 8, 32)
    for count in counts:
        net = Network(dt=most / count / 8.0, seed=2)
        net._refinement = most // count, most // counts[0]
        pop = net.create(
            2000,
            Neuron(
                equations=FILTERED.replace("tau_y", "4.0").replace("tau_z", "25.0"),
                parameters="tau = 10.0 : population\nsigma = 0.7 : population",
            ),
        )
        net.simulate(8.0)
        ends.append(np.array([pop.x, pop.y, pop.z]))
    distances = [np.abs(end - ends[-1]).mean(axis=1) for end in ends[:-1]]
    slopes = -np.polyfit(np.log(counts[:-1]), np.log(distances), 1)[0]
    np.testing.assert_allclose(slopes, 1.0, atol=0.15)
