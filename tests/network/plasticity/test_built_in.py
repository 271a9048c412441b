"""Built-in synapses in running networks against their recursions in numpy and the laws they are known for."""

import numpy as np
import pytest

from eqneuro import (
    BCM,
    IBCM,
    STDP,
    STP,
    Covariance,
    Hebb,
    Network,
    Neuron,
    Oja,
    SpikeSourceArray,
    STDPNearest,
    STDPSymmetric,
    STDPWeightDependent,
)

DT = 0.5
RNG = np.random.default_rng(8)
PRE = np.sort(RNG.choice(np.arange(1, 400), 40, replace=False))
POST = np.sort(RNG.choice(np.arange(1, 400), 45, replace=False))
"""Steps of the spikes."""


def follow(synapse, pre, post, steps, weight=0.5, dt=DT):
    """The weight after each step of a synapse between neurons that spike in the given steps, and what it brought."""
    net = Network(dt=dt)
    source = net.create(SpikeSourceArray([[n * dt for n in pre]]))
    driver = net.create(SpikeSourceArray([[(n - 1) * dt for n in post]]))
    sink = net.create(1, Neuron(equations="v = g_drive + 0.0*g_exc", spike="v > 0.5"))
    net.connect(driver, sink, "drive").all_to_all(1.0)
    projection = net.connect(source, sink, "exc", synapse).all_to_all(weight)
    monitor, inputs = net.monitor(projection, "w"), net.monitor(sink, "g_exc")
    net.simulate(steps * dt)
    return monitor.get("w")[:, 0, 0], inputs.get("g_exc")[:, 0]


def paired(pre, post, steps, weight, on_pre, on_post, decay):
    """Events in the order of a step: those of spikes of the step before, then those of post-synaptic ones."""
    w, x, y, rows = weight, 0.0, 0.0, []
    for n in range(steps):
        if n - 1 in pre:
            w, x = on_pre(w, x, y)
        x, y = x * decay[0], y * decay[1]
        if n in post:
            w, y = on_post(w, x, y)
        rows.append(w)
    return np.array(rows)


STDPS = {
    "all to all": (
        STDP(tau_plus=12.0, tau_minus=18.0, A_plus=0.1, A_minus=0.12, w_min=0.1, w_max=0.9),
        lambda w, x, y: (np.clip(w - y, 0.1, 0.9), x + 0.09),
        lambda w, x, y: (np.clip(w + x, 0.1, 0.9), y + 0.108),
    ),
    "nearest": (
        STDPNearest(tau_plus=12.0, tau_minus=18.0, A_plus=0.1, A_minus=0.12, w_min=0.1, w_max=0.9),
        lambda w, x, y: (np.clip(w - y, 0.1, 0.9), 0.09),
        lambda w, x, y: (np.clip(w + x, 0.1, 0.9), 0.108),
    ),
    "symmetric": (
        STDPSymmetric(tau=12.0, A=0.1, rho_0=20.0, w_max=0.9),
        lambda w, x, y: (np.clip(w + y - 2 * 0.02 * 12.0 * 0.09, 0.0, 0.9), x + 0.09),
        lambda w, x, y: (np.clip(w + x, 0.0, 0.9), y + 0.09),
    ),
    "weight-dependent": (
        STDPWeightDependent(12.0, 18.0, A_plus=0.1, A_minus=0.12, mu_plus=0.5, mu_minus=2.0, w_max=0.9),
        lambda w, x, y: (np.clip(w - y * (w / 0.9) ** 2, 0.0, 0.9), x + 0.09),
        lambda w, x, y: (np.clip(w + x * (1 - w / 0.9) ** 0.5, 0.0, 0.9), y + 0.108),
    ),
}


@pytest.mark.parametrize("name", STDPS)
def test_plasticity_by_the_times_of_spikes_follows_its_recursion(name):
    synapse, on_pre, on_post = STDPS[name]
    weights, brought = follow(synapse, PRE, POST, 420)
    decay = np.exp(-DT / 12.0), np.exp(-DT / (12.0 if name == "symmetric" else 18.0))
    expected = paired(set(PRE), set(POST), 420, 0.5, on_pre, on_post, decay)
    np.testing.assert_allclose(weights, expected, rtol=1e-9)
    assert np.ptp(expected) > 0.2
    before = np.concatenate([[0.5], expected[:-1]])
    np.testing.assert_allclose(brought[PRE + 1], before[PRE + 1], rtol=1e-9)


@pytest.mark.parametrize("rule", [STDP, STDPNearest])
def test_the_window_of_a_pair_of_spikes_has_its_closed_form(rule):
    """With a delay of one step, a spike arrives a step after it was emitted: that is where Δt counts from."""
    lags = np.array([-60, -21, -8, -2, 0, 1, 2, 9, 33, 70])
    changes = []
    for lag in lags:
        weights, _ = follow(rule(15.0, 30.0, A_plus=0.01, A_minus=0.02, w_max=2.0), [100], [101 + lag], 190, weight=1.0)
        changes.append(weights[-1] - 1.0)
    # a spike acts on a trace at the beginning of its step or at the end of it: the other's decay covers what is between
    after, before = lags >= 0, lags < 0
    expected = np.where(after, 0.02 * np.exp(-(lags + 1) * DT / 15.0), 0.0)
    expected[before] = -0.04 * np.exp((lags[before] + 1) * DT / 30.0)
    np.testing.assert_allclose(changes, expected, rtol=1e-9)


def test_neighbours_alone_make_a_difference_where_spikes_come_in_bursts():
    burst = [10, 12, 14]
    near, _ = follow(STDPNearest(A_plus=0.1), burst, [20], 30)
    every, _ = follow(STDP(A_plus=0.1), burst, [20], 30)
    lags = (20 - np.array(burst)) * DT
    assert near[-1] - 0.5 == pytest.approx(0.1 * np.exp(-lags[-1] / 20.0), rel=1e-9)
    assert every[-1] - 0.5 == pytest.approx(0.1 * np.exp(-lags / 20.0).sum(), rel=1e-9)


def test_the_symmetric_rule_holds_still_at_its_rate():
    """With one pre-synaptic spike, a regular post-synaptic train of rate ρ₀ all around it brings what it costs."""
    gap, centre, tau = 20, 4000, 10.0  # post-synaptic spikes every 10 ms: 100 Hz
    post = range(centre % gap + gap // 2, 2 * centre, gap)
    weights, _ = follow(STDPSymmetric(tau=tau, A=0.01, rho_0=100.0), [centre - 1], post, 2 * centre)
    decay = np.exp(-DT / tau)
    train = np.array(list(post))
    early, late = train[train < centre], train[train >= centre]
    window = (decay ** (centre - early - 1)).sum() + (decay ** (late - centre + 1)).sum()
    assert weights[-1] - 0.5 == pytest.approx(0.01 * (window - 2 * 0.1 * tau), rel=1e-6)
    assert window == pytest.approx(2 * 0.1 * tau, rel=0.05)  # the sum is the integral but for the grid


@pytest.mark.parametrize("rate", [5.0, 20.0, 50.0])
@pytest.mark.parametrize(("tau_rec", "tau_facil", "use"), [(800.0, 1.0, 0.5), (130.0, 530.0, 0.1), (100.0, 50.0, 0.2)])
def test_regular_trains_bring_a_synapse_to_the_steady_state_of_tsodyks_and_markram(rate, tau_rec, tau_facil, use):
    gap = round(1000.0 / rate / DT)
    spikes = np.arange(1, 300) * gap
    _, brought = follow(STP(tau_rec, tau_facil, use), spikes, [], spikes[-1] + 2, weight=1.5)
    psps = brought[spikes + 1]
    facilitation, recovery = np.exp(-gap * DT / tau_facil), np.exp(-gap * DT / tau_rec)
    u = use / (1 - (1 - use) * facilitation)
    x = (1 - recovery) / (1 - (1 - u) * recovery)
    assert psps[-1] == pytest.approx(1.5 * u * x, rel=1e-6)
    assert psps[0] == pytest.approx(1.5 * use, rel=1e-9)


def rates(synapse, steps=30, weight=0.3):
    """Weights of a plastic projection between changing rates, and the rates that the rule saw."""
    net = Network(dt=1.0)
    pre = net.create(4, Neuron(parameters="k = 1.0", equations="r = 0.6 + 0.5*sin(k*t)"))
    post = net.create(2, Neuron(parameters="k = 1.0", equations="r = sum(exc)*(1.0 + 0.2*cos(k*t))"))
    pre.k, post.k = [0.7, 1.3, 1.9, 0.2], [0.5, 1.1]
    projection = net.connect(pre, post, "exc", synapse).all_to_all(weight)
    monitors = [net.monitor(pre, "r"), net.monitor(post, "r"), net.monitor(projection, "w")]
    net.simulate(float(steps))
    return [monitor.get(name) for monitor, name in zip(monitors, ("r", "r", "w"), strict=True)]


def hebb(w, x, y, state):
    return w + 0.02 * np.outer(y, x)


def oja(w, x, y, state):
    return w + 0.02 * (np.outer(y, x) - 2.0 * (y**2)[:, None] * w)


def ibcm(w, x, y, state):
    state += -np.expm1(-1 / 20.0) * (y**2 - state)
    return np.maximum(w + 0.02 * np.outer(y * (y - state), x), 0.0)


def bcm(w, x, y, state):
    state += -np.expm1(-1 / 20.0) * (y - state)
    return np.maximum(w + 0.02 * (np.outer(y * (y - state**2 / 1.5), x) - 0.1 * w), 0.0)


def covariance(w, x, y, state):
    return w + 0.02 * np.outer(y - y.mean(), x - x.mean())


@pytest.mark.parametrize(
    ("synapse", "rule"),
    [
        (Hebb(eta=0.02), hebb),
        (Oja(eta=0.02, alpha=2.0), oja),
        (IBCM(eta=0.02, tau=20.0), ibcm),
        (BCM(eta=0.02, tau=20.0, c_0=1.5, epsilon=0.1), bcm),
        (Covariance(eta=0.02), covariance),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_rate_coded_rules_follow_their_recursions(synapse, rule):
    x, y, weights = rates(synapse)
    w, state = np.full((2, 4), 0.3), np.zeros(2)
    for n in range(len(x)):
        w = rule(w, x[n], y[n], state)
        np.testing.assert_allclose(weights[n], w, rtol=1e-9, atol=1e-14)
    assert np.ptp(weights[-1]) > 1e-3
