"""COBA, CUBA and the pulse-coupled network: published rates, and the same spikes as NumPy, spike by spike."""

from __future__ import annotations

import numpy as np
import pytest

SEEDS = range(10)


def test_coba_fires_at_its_published_rate_and_irregularly_for_every_seed(example):
    found = [example("coba").run(4000, seed, duration=1000.0) for seed in SEEDS]
    rates = np.array([run["rate"] for run in found])
    assert rates.min() > 18.0
    assert rates.max() < 24.0
    assert min(run["variation"].mean() for run in found) > 0.7
    assert rates.std() > 0.0  # seeds differ


def test_cuba_fires_at_its_published_rate(example):
    found = [example("cuba").run(4000, seed, duration=1000.0) for seed in SEEDS]
    rates = np.array([run["rate"] for run in found])
    error = rates.std(ddof=1) / np.sqrt(len(rates))
    assert 5.3 < rates.mean() < 6.2
    assert error < 0.15  # ten networks fix the mean well enough for that to say something
    # left alone a neuron fires every 5 + 20 ln((El - Vr)/(El - Vt)) ms: inhibition holds the network far below that
    assert rates.max() < 0.5 * 1000.0 / (5.0 + 20.0 * np.log((-49.0 + 60.0) / (-49.0 + 50.0)))


def replay(net, steps, update, threshold, reset, rest):
    """Runs a network of ``steps`` steps in NumPy from its initial state and its weights; spikes as {rank: [steps]}."""
    cells = net.get_population("cells")
    size = cells.size
    excitatory, inhibitory = (projection.connectivity_matrix() for projection in net.get_projections())
    v, g_exc, g_inh = cells.v.copy(), cells.g_exc.copy(), cells.g_inh.copy()
    fired, free = np.zeros(size, dtype=bool), np.zeros(size, dtype=int)
    trains = {rank: [] for rank in range(size)}
    for step in range(steps):
        g_exc += excitatory @ fired[: excitatory.shape[1]]
        g_inh += inhibitory @ fired[excitatory.shape[1] :]
        new = update(v, g_exc, g_inh)
        v = np.where(step >= free, new, v)
        g_exc, g_inh = g_exc * np.exp(-0.1 / 5.0), g_inh * np.exp(-0.1 / 10.0)
        fired = (v > threshold) & (step >= free)
        v[fired] = reset
        free[fired] = step + 1 + rest
        for rank in np.flatnonzero(fired):
            trains[rank].append(step)
    return trains, v


def coba_update(v, g_exc, g_inh):
    """Exponential Euler: v' = a v + b with the conductances held over the step of 0.1 ms."""
    a = -(1.0 + g_exc + g_inh) / 20.0
    b = (-60.0 + g_exc * 0.0 + g_inh * -80.0 + 20.0) / 20.0
    return v + np.expm1(a * 0.1) / a * (a * v + b)


def cuba_update(v, g_exc, g_inh):
    """The solution of all three linear equations over 0.1 ms: each current decays while the membrane sums it up."""

    def share(tau):
        return tau / (tau - 20.0) * (np.exp(-0.1 / tau) - np.exp(-0.1 / 20.0))

    return -49.0 + (v + 49.0) * np.exp(-0.1 / 20.0) + g_exc * share(5.0) - g_inh * share(10.0)


@pytest.mark.parametrize(("name", "update"), [("coba", coba_update), ("cuba", cuba_update)])
def test_every_spike_of_a_small_network_is_where_numpy_has_it(example, name, update):
    net = example(name).build(size=500, seed=3)
    cells = net.get_population("cells")
    monitor = net.monitor(cells, "spike")
    net.compile()  # distributions are drawn
    expected, v = replay(net, 1000, update, threshold=-50.0, reset=-60.0, rest=50)
    net.simulate(100.0)
    spikes = monitor.get("spike")
    assert sum(map(len, expected.values())) > 300
    assert spikes == expected
    np.testing.assert_allclose(cells.v, v, rtol=0.0, atol=1e-6)


def program_of_2003(weights, cells, steps, current):
    """The published program, line by line; ``current(step)`` is the input from the thalamus."""
    a, b, c, d = (np.array(getattr(cells, name)) for name in "abcd")
    v = np.full(len(a), -65.0)
    u = b * v
    firings = []
    for step in range(steps):
        fired = np.flatnonzero(v >= 30.0)
        firings.extend((step - 1, rank) for rank in fired.tolist())  # they spiked at the end of the step before
        v[fired] = c[fired]
        u[fired] += d[fired]
        total = current(step) + weights[:, fired].sum(axis=1)
        v += 0.5 * (0.04 * v**2 + 5.0 * v + 140.0 - u + total)
        v += 0.5 * (0.04 * v**2 + 5.0 * v + 140.0 - u + total)
        u += a * (b * v - u)
    return firings


def all_weights(net):
    """Weights of the published program: columns are pre-synaptic neurons, inhibition is negative."""
    excitation, inhibition = net.get_projection("excitation"), net.get_projection("inhibition")
    return np.hstack([excitation.connectivity_matrix(), -inhibition.connectivity_matrix()])


def test_pulse_coupled_neurons_have_the_parameters_of_the_published_program(example):
    cells = example("izhikevich_network").build(size=1000, seed=2).get_population("cells")
    a, b, c, d, noise = (np.asarray(getattr(cells, name)) for name in ("a", "b", "c", "d", "noise"))
    q = np.sqrt((c[:800] + 65.0) / 15.0)  # the random number of each excitatory neuron, and of each inhibitory one
    r = (a[800:] - 0.02) / 0.08
    np.testing.assert_allclose(d[:800], 8.0 - 6.0 * q**2, atol=1e-12)
    np.testing.assert_allclose(b[800:], 0.25 - 0.05 * r, atol=1e-12)
    assert (set(a[:800]), set(b[:800]), set(noise[:800])) == ({0.02}, {0.2}, {5.0})
    assert (set(c[800:]), set(d[800:]), set(noise[800:])) == ({-65.0}, {2.0}, {2.0})
    for drawn in (q, r):  # uniform in (0, 1): mean 1/2 with a standard deviation of 1/sqrt(12) each
        assert drawn.min() >= 0.0
        assert drawn.max() <= 1.0
        assert drawn.mean() == pytest.approx(0.5, abs=4.0 / np.sqrt(12.0 * len(drawn)))


def test_pulse_coupled_network_without_noise_spikes_as_the_published_program(example):
    net = example("izhikevich_network").build(size=200, seed=5)
    cells = net.get_population("cells")
    drive = np.random.default_rng(5).uniform(0.0, 12.0, 200)
    cells.noise, cells.drive = 0.0, drive
    monitor = net.monitor(cells, "spike")
    net.simulate(199.0)
    found = sorted((step, rank) for rank, train in monitor.get("spike").items() for step in train)
    expected = program_of_2003(all_weights(net), cells, 200, lambda step: drive)
    assert len(expected) > 500
    assert found == sorted(expected)


def test_pulse_coupled_network_fires_as_often_as_the_published_program(example):
    module = example("izhikevich_network")
    ours, theirs = [], []
    for seed in range(8):
        ours.append(module.run(1000, seed, duration=1000.0)["rate"])
        net = module.build(1000, seed=100 + seed)
        rng = np.random.default_rng(seed)
        scale = np.repeat([5.0, 2.0], [800, 200])
        current = lambda step: scale * rng.standard_normal(1000)  # noqa: B023, E731
        cells = net.get_population("cells")
        theirs.append(len(program_of_2003(all_weights(net), cells, 1001, current)) / 1000.0)
    error = np.sqrt(np.var(ours, ddof=1) / 8 + np.var(theirs, ddof=1) / 8)
    assert np.mean(ours) == pytest.approx(np.mean(theirs), abs=4.0 * error)
    assert error < 0.25
    assert 5.0 < np.mean(ours) < 10.0


def test_pulse_coupled_network_has_an_alpha_and_a_gamma_rhythm(example):
    module = example("izhikevich_network")
    firing = module.run(1000, seed=1, duration=10000.0)["firing"]
    frequencies, power = module.spectrum(firing)
    # independent neurons would have the flat spectrum of a Poisson process, whose variance is its mean
    flat = firing.mean()
    alpha = power[(frequencies >= 6.0) & (frequencies <= 13.0)].max()
    gamma = power[(frequencies >= 28.0) & (frequencies <= 60.0)].max()
    between = power[(frequencies >= 12.0) & (frequencies <= 16.0)].min()
    fast = power[frequencies >= 200.0].mean()
    assert alpha > 20.0 * flat
    assert gamma > 10.0 * flat
    assert between < 0.6 * min(alpha, gamma)
    assert fast == pytest.approx(flat, rel=0.25)


def test_power_of_independent_spikes_is_their_mean_number(example):
    firing = np.random.default_rng(0).poisson(7.0, 20000)
    _, power = example("izhikevich_network").spectrum(firing)
    # 79 half-overlapping windows: 6 % for one frequency, less for the mean over 248 of them
    assert power[2:-1].mean() == pytest.approx(7.0, rel=0.03)
