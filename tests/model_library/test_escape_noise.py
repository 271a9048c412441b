"""Generalised integrate-and-fire neurons: their escape rate, threshold and membrane against closed forms."""

import numpy as np
import pytest
from scipy import stats

from eqneuro import GIF_curr, GIF_curr_exp

BOTH = [GIF_curr, GIF_curr_exp]


@pytest.mark.parametrize("model", BOTH)
def test_at_the_threshold_without_adaptation_spikes_come_at_the_rate_c(simulate, model):
    # u rests at the threshold before and after each spike: intervals are geometric with p = 1 − exp(−c·dt)
    dt, rate = 0.5, 40.0
    neuron = model(u_r=-50.0, u_th=-50.0, I_ext=0.0, J_v=0.0, c=rate)
    _, spikes = simulate(neuron, 3000.0, dt, size=100)
    gaps = np.concatenate([np.diff(train) for train in spikes])
    chance = -np.expm1(-rate / 1000.0 * dt)
    edges = stats.geom(chance).ppf(np.linspace(0, 1, 21)[1:-1]).astype(int)
    # gaps that the end of the run may have cut short are left out by looking at the first third of the trains only
    early = np.concatenate([np.diff(train)[: max(0, np.searchsorted(train, 2000) - 1)] for train in spikes])
    law = np.diff([0.0, *stats.geom(chance).cdf(edges), 1.0])
    observed = np.bincount(np.searchsorted(edges, early), minlength=20)
    assert stats.chisquare(observed, law * len(early)).pvalue > 1e-3
    count = sum(len(train) for train in spikes)
    expected = 100 * 6000 * chance
    assert abs(count - expected) < 4 * np.sqrt(expected)
    assert gaps.min() == 1


def test_the_rate_grows_by_a_factor_e_over_delta_u(simulate):
    dt, heights = 0.1, np.array([-5.0, 0.0, 5.0])
    neuron = GIF_curr(u_r=-50.0, u_th=-50.0, J_v=0.0, delta_u=5.0, c=30.0, tau_m=1.0, C_m=250.0)
    # R = tau_m/C_m in GΩ: the current that holds u at the height; the membrane is fast beside the intervals
    traces, spikes = simulate(neuron, 4000.0, dt, ["hazard", "u"], size=3, I_ext=heights * 250.0, u=-50.0 + heights)
    for k, height in enumerate(heights):
        held = np.abs(traces["u"][:, k] + 50.0 - height) < 1e-9
        assert held.mean() > 0.1
        np.testing.assert_allclose(traces["hazard"][held, k], 0.03 * np.exp(height / 5.0), rtol=1e-8)
    assert len(spikes[0]) < len(spikes[1]) < len(spikes[2])


@pytest.mark.parametrize("model", BOTH)
def test_spikes_follow_the_escape_rate_whatever_it_does(simulate, model):
    """Between spikes the integral of the hazard is exponential with mean 1 (time rescaling)."""
    dt = 0.1
    traces, spikes = simulate(model(c=30.0), 4000.0, dt, ["hazard"], size=40)
    total = np.cumsum(traces["hazard"] * dt, axis=0)
    rescaled = np.concatenate([np.diff(total[train, k]) for k, train in enumerate(spikes)])
    assert len(rescaled) > 500
    assert stats.kstest(rescaled, "expon").pvalue > 1e-3


@pytest.mark.parametrize("model", BOTH)
def test_each_spike_raises_the_threshold_by_a_kernel_of_area_j(simulate, model):
    dt, tau, area = 0.2, 50.0, 200.0
    traces, [train] = simulate(model(tau_v=tau, J_v=area, c=50.0), 1000.0, dt, ["v"], seed=3)
    assert len(train) > 10
    t = dt * np.arange(1, 5001)
    since = np.clip(t[:, None] - dt * (train + 1)[None, :], 0.0, None)
    kernels = np.where(np.arange(5000)[:, None] >= train, area / tau * np.exp(-since / tau), 0.0)
    np.testing.assert_allclose(traces["v"][:, 0], -50.0 + kernels.sum(axis=1), rtol=1e-10)


@pytest.mark.parametrize("model", BOTH)
def test_the_membrane_relaxes_to_the_current_times_the_resistance(simulate, model):
    dt, current = 0.5, 200.0
    traces, [train] = simulate(model(c=0.0, I_ext=current), 100.0, dt, ["u", "R"])
    assert len(train) == 0
    np.testing.assert_allclose(traces["R"], 10.0 / 250.0)
    t = dt * np.arange(1, 201)
    np.testing.assert_allclose(traces["u"][:, 0], -65.0 + 8.0 * (1 - np.exp(-t / 10.0)), rtol=1e-12)


def test_the_default_current_drives_the_membrane_to_the_threshold_at_rest(simulate):
    traces, _ = simulate(GIF_curr(c=0.0), 400.0, 0.5, ["u", "v"])
    np.testing.assert_allclose(traces["u"][-1], traces["v"][-1], rtol=1e-12)


def test_an_input_of_one_step_carries_its_weight_as_charge(simulate):
    dt, weight = 0.01, 5000.0
    traces, _ = simulate(GIF_curr(c=0.0, I_ext=0.0), 1.0, dt, ["u"], g_exc=weight)
    t = dt * np.arange(100)  # the charge weight·dt over C, then the leak
    expected = -65.0 + weight * dt / 250.0 * np.exp(-t / 10.0)
    np.testing.assert_allclose(traces["u"][:, 0] + 65.0, expected + 65.0, rtol=dt / 10.0)


def test_exponential_currents_make_the_potential_of_the_closed_form(simulate):
    dt, weight, tau = 0.01, 100.0, 4.0
    neuron = GIF_curr_exp(c=0.0, I_ext=0.0, tau_g_exc=tau)
    traces, _ = simulate(neuron, 40.0, dt, ["u", "g_exc"], g_exc=weight)
    t = dt * np.arange(4001)
    np.testing.assert_allclose(traces["g_exc"][:, 0], weight * np.exp(-t[:-1] / tau), rtol=1e-11)
    u = weight / 250.0 * 10.0 * tau / (10.0 - tau) * (np.exp(-t[1:] / 10.0) - np.exp(-t[1:] / tau))
    # currents are held over each step: an error of first order
    np.testing.assert_allclose(traces["u"][:, 0] + 65.0, u, atol=u.max() * dt / tau)


@pytest.mark.parametrize("model", BOTH)
def test_the_refractory_time_holds_and_the_threshold_stands_still_in_it(simulate, model):
    dt = 0.5
    traces, [train] = simulate(model(refractory_period=3.0, c=1e6, J_v=0.0), 100.0, dt, ["u", "v"])
    assert (np.diff(train) == 7).all()
    neuron = model(refractory_period=3.0, c=1e9, tau_v=20.0, J_v=100.0)
    traces, [train] = simulate(neuron, 100.0, dt, ["v"])
    first = traces["v"][train[0] : train[0] + 7, 0]
    np.testing.assert_array_equal(first, first[0])


@pytest.mark.parametrize("model", BOTH)
def test_a_hazard_beyond_all_bounds_means_a_spike_in_each_step(simulate, model):
    _, [train] = simulate(model(u_r=1e6, delta_u=0.1, J_v=0.0), 10.0, 0.5)
    np.testing.assert_array_equal(train, np.arange(20))
