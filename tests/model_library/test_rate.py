"""Rate-coded neurons against their closed forms."""

import numpy as np
import pytest

from eqneuro import InputArray, LeakyIntegrator, McCullochPitts, Network, Normal, Reservoir


@pytest.mark.parametrize("dt", [0.1, 1.0, 5.0])
def test_leaky_integrator_answers_a_step_exactly_whatever_the_step_size(simulate, dt):
    baselines = np.array([2.0, -1.0, 0.25])
    traces, _ = simulate(LeakyIntegrator(tau=20.0, T=0.5), 100.0, dt, ["v", "r"], size=3, B=baselines)
    t = dt * np.arange(1, round(100.0 / dt) + 1)[:, None]
    v = baselines * (1 - np.exp(-t / 20.0))
    np.testing.assert_allclose(traces["v"], v, rtol=1e-12)
    np.testing.assert_allclose(traces["r"], np.maximum(v - 0.5, 0.0), rtol=1e-12, atol=1e-14)


def test_leaky_integrator_weighs_excitation_against_inhibition():
    net = Network(dt=1.0)
    sources = net.create(InputArray(2))
    unit = net.create(1, LeakyIntegrator())
    net.connect(sources, unit, "exc").from_matrix(np.array([[0.5, 2.0]]))
    net.connect(sources, unit, "inh").from_matrix(np.array([[1.0, 0.25]]))
    net.compile()
    sources.r = [2.0, 3.0]
    net.simulate(300.0)
    assert unit.v[0] == pytest.approx(0.5 * 2 + 2.0 * 3 - 1.0 * 2 - 0.25 * 3, rel=1e-10)


def test_leaky_integrator_takes_its_input_and_noise_as_text(simulate):
    neuron = LeakyIntegrator(sum="sum(a)*sum(b)", noise="Uniform(-1.0, 1.0)")
    assert neuron.model.targets == ("a", "b")
    count, dt, tau = 5000, 1.0, 10.0
    traces, _ = simulate(LeakyIntegrator(tau=tau, B=3.0, noise="Uniform(-1.0, 1.0)"), 100.0, dt, ["v"], size=count)
    last, decay = traces["v"][-1], np.exp(-dt / tau)
    # an autoregressive process: v ← decay·v + (1 − decay)·(3 + uniform)
    variance = (1 - decay) ** 2 / 3.0 / (1 - decay**2)
    assert abs(last.mean() - 3.0) < 4 * np.sqrt(variance / count)
    assert abs(last.var() / variance - 1) < 4 * np.sqrt(2.0 / count)


def test_white_noise_of_a_leaky_integrator_does_not_depend_on_the_step(simulate):
    count, tau, sigma = 5000, 10.0, 2.0
    for dt in (0.1, 1.0):
        traces, _ = simulate(LeakyIntegrator(tau=tau, noise=f"{sigma}*xi"), 60.0, dt, ["v"], size=count)
        expected = sigma**2 / (2.0 * tau)  # of the Ornstein–Uhlenbeck process tau·dv + v·dt = sigma·dW
        bias = dt / tau  # the noise is added at the end of each step
        assert abs(traces["v"][-1].var() / expected - 1) < 4 * np.sqrt(2.0 / count) + bias


def table(network_of):
    """The outputs for the four pairs of bits."""
    outputs = []
    for bits in ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)):
        net = Network(dt=1.0)
        source = net.create(InputArray(2))
        unit = network_of(net, source)
        net.compile()
        source.r = bits
        net.simulate(4.0)
        outputs.append(float(unit.r[0]))
    return outputs


@pytest.mark.parametrize(
    ("name", "weight", "bias", "expected"),
    [("AND", 1.0, -1.5, [0, 0, 0, 1]), ("OR", 1.0, -0.5, [0, 1, 1, 1]), ("NAND", -1.0, 1.5, [1, 1, 1, 0])],
)
def test_one_artificial_neuron_computes_each_separable_function(name, weight, bias, expected):
    def build(net, source):
        unit = net.create(1, McCullochPitts(b=bias))
        net.connect(source, unit, "exc").all_to_all(weight)
        return unit

    assert table(build) == expected, name


def test_two_layers_compute_the_exclusive_or():
    def build(net, source):
        either = net.create(1, McCullochPitts(b=-0.5))
        both = net.create(1, McCullochPitts(b=-1.5))
        unit = net.create(1, McCullochPitts(b=-0.5))
        net.connect(source, either, "exc").all_to_all(1.0)
        net.connect(source, both, "exc").all_to_all(1.0)
        net.connect(either, unit, "exc").all_to_all(1.0)
        net.connect(both, unit, "inh").all_to_all(1.0)
        return unit

    assert table(build) == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("transfer", "function"),
    [
        ("heaviside", lambda x: np.where(x < 0, 0.0, 1.0)),
        ("sigmoid", lambda x: 1 / (1 + np.exp(-x))),
        ("tanh", np.tanh),
        ("relu", lambda x: np.maximum(x, 0)),
    ],
)
def test_artificial_neurons_take_any_transfer_function(simulate, transfer, function):
    x = np.linspace(-3.0, 3.0, 25)
    traces, _ = simulate(McCullochPitts(transfer=transfer), 1.0, 1.0, ["r"], size=25, b=x)
    np.testing.assert_allclose(traces["r"][0], function(x), rtol=1e-12, atol=1e-15)


def reservoir(gain, count=200, seed=2, **arguments):
    net = Network(dt=1.0, seed=seed)
    units = net.create(count, Reservoir(g=gain, **arguments))
    projection = net.connect(units, units, "exc").all_to_all(
        Normal(0.0, 1 / np.sqrt(count)), allow_self_connections=True
    )
    units.v = np.random.default_rng(seed).uniform(-1.0, 1.0, count)
    return net, units, projection


def test_a_reservoir_follows_its_equation():
    net, units, projection = reservoir(1.3, count=50)
    net.compile()
    weights = projection.connectivity_matrix()
    v = np.random.default_rng(2).uniform(-1.0, 1.0, 50)
    r = np.zeros(50)  # r is computed in the first step
    decay = np.exp(-1.0 / 10.0)
    for _ in range(20):
        v = decay * v + (1 - decay) * 1.3 * weights @ r
        r = np.tanh(v)
        net.simulate(1.0)
        np.testing.assert_allclose(units.r, r, rtol=1e-9, atol=1e-12)


def test_a_reservoir_dies_out_below_a_gain_of_one_and_lives_above_it():
    activity = {}
    for gain in (0.7, 1.8):
        net, units, _ = reservoir(gain)
        net.simulate(1000.0)
        activity[gain] = np.abs(units.r).max()
    assert activity[0.7] < 1e-6
    assert activity[1.8] > 0.5


def test_a_reservoir_above_a_gain_of_one_is_chaotic():
    distances = []
    for shift in (0.0, 1e-8):
        net, units, _ = reservoir(3.0)
        net.compile()
        units.v = units.v + shift
        net.simulate(3000.0)
        distances.append(np.array(units.r))
    assert np.abs(distances[0] - distances[1]).max() > 0.1


def test_a_reservoir_adds_its_input_and_noise():
    net = Network(dt=1.0, seed=1)
    source = net.create(InputArray(1))
    units = net.create(4000, Reservoir(noise="0.5*Normal(0.0, 1.0)"))
    net.connect(source, units, "in").all_to_all(2.0)
    net.compile()
    source.r = 0.25
    net.simulate(100.0)
    decay = np.exp(-0.1)
    variance = 0.25 * (1 - decay) ** 2 / (1 - decay**2)
    v = np.array(units.v)
    assert abs(v.mean() - 0.5) < 4 * np.sqrt(variance / 4000)
    assert abs(v.var() / variance - 1) < 4 * np.sqrt(2 / 4000)
