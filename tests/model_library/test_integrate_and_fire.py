"""Leaky integrate-and-fire neurons against closed forms and SciPy."""

import numpy as np
import pytest

from eqneuro import LIF, IF_cond_alpha, IF_cond_exp, IF_curr_alpha, IF_curr_exp, Network

V_REST, CM, TAU_M, TAU_SYN, E_E, E_I = -65.0, 1.0, 20.0, 5.0, 0.0, -70.0
FOUR = [IF_curr_exp, IF_cond_exp, IF_curr_alpha, IF_cond_alpha]


def right_side(model, current):
    """v, g_exc, g_inh, alpha_exc, alpha_inh with the default parameters; alpha is e·(t/τ)·exp(−t/τ)."""
    is_alpha, is_current = "alpha" in model.__name__, "curr" in model.__name__

    def right(t, y):
        v, g_e, g_i, a_e, a_i = y
        e, i = (a_e, a_i) if is_alpha else (g_e, g_i)
        drive = e - i if is_current else e * (E_E - v) + i * (E_I - v)
        rise = [(np.e * g_e - a_e) / TAU_SYN, (np.e * g_i - a_i) / TAU_SYN]
        return [(V_REST - v) / TAU_M + (drive + current) / CM, -g_e / TAU_SYN, -g_i / TAU_SYN, *rise]

    return right


def test_lapicque_neuron_charges_like_a_capacitor_with_a_leak(simulate):
    currents = np.array([-50.0, 60.0, 140.0])
    traces, spikes = simulate(LIF(), 100.0, 0.1, ["v"], size=3, I=currents)
    t = 0.1 * np.arange(1, 1001)[:, None]
    np.testing.assert_allclose(traces["v"], -65.0 + currents / 10.0 * (1 - np.exp(-t / 20.0)), rtol=1e-12)
    assert all(len(train) == 0 for train in spikes)


@pytest.mark.parametrize("refractory", [0.0, 2.0, 5.0])
def test_lapicque_neuron_fires_at_the_textbook_rate(simulate, refractory):
    dt = 0.1
    currents = np.array([151.0, 170.0, 250.0, 600.0, 2000.0])
    _, spikes = simulate(LIF(tau_refrac=refractory), 1000.0, dt, size=5, I=currents)
    for current, train in zip(currents, spikes, strict=True):
        height = current / 10.0  # R·I in mV; VT − VL is 15 mV
        interval = refractory + 20.0 * np.log(height / (height - 15.0))
        assert len(train) > 5
        gaps = np.diff(train) * dt
        assert ((gaps >= interval - 1e-9) & (gaps <= interval + dt + 1e-9)).all()


def test_lapicque_neuron_is_silent_up_to_its_rheobase(simulate):
    _, spikes = simulate(LIF(), 2000.0, 0.1, size=2, I=[150.0, 150.5])
    assert [len(train) > 0 for train in spikes] == [False, True]


def test_lapicque_neuron_takes_any_synaptic_current(simulate):
    neuron = LIF(current="g_exc*(0.0 - v)")
    traces, _ = simulate(neuron, 0.1, 0.1, ["v"], g_exc=3.0)
    rate, rest = (10.0 + 3.0) / 200.0, -650.0 / 13.0
    assert traces["v"][0, 0] == pytest.approx(rest + (-65.0 - rest) * np.exp(-rate * 0.1), rel=1e-12)


@pytest.mark.parametrize("model", FOUR)
def test_pynn_neurons_converge_to_scipy_below_threshold(solve, order_of, model):
    weights = dict(g_exc=0.8, g_inh=0.5) if "curr" in model.__name__ else dict(g_exc=0.02, g_inh=0.03)
    start = [V_REST, weights["g_exc"], weights["g_inh"], 0.0, 0.0]
    trajectory, _ = solve(right_side(model, 0.3), start, 8.0)
    order = order_of(model(i_offset=0.3), trajectory(np.array([8.0]))[0, 0], 8.0, 0.1, **weights)
    assert order == pytest.approx(1.0, abs=0.2)  # inputs are held over each step


@pytest.mark.parametrize("model", FOUR)
def test_pynn_neurons_spike_when_scipy_says_so(simulate, solve, model):
    def reset(y):
        return [-65.0, *y[1:]]

    _, wanted = solve(right_side(model, 1.5), [V_REST, 0, 0, 0, 0], 100.0, lambda y: y[0] + 50.0, reset)
    dt = 0.01
    _, [train] = simulate(model(i_offset=1.5), 100.0, dt)
    assert len(train) == len(wanted) > 5
    late = (train + 1) * dt - wanted
    # the equation is solved exactly here: each spike waits for the end of its step, at most, and delays the later ones
    assert ((late >= -1e-9) & (late <= dt * (1 + np.arange(len(wanted))) + 1e-9)).all()


@pytest.mark.parametrize("model", [IF_curr_exp, IF_cond_exp])
def test_conductances_decay_exactly_whatever_the_step(simulate, model):
    for dt in (0.1, 1.0):
        neuron = model(tau_syn_E=3.0, tau_syn_I=7.0)
        traces, _ = simulate(neuron, 20.0, dt, ["g_exc", "g_inh"], g_exc=0.01, g_inh=0.02)
        t = dt * np.arange(round(20.0 / dt))  # inputs are recorded as a step finds them
        np.testing.assert_allclose(traces["g_exc"][:, 0], 0.01 * np.exp(-t / 3.0), rtol=1e-12)
        np.testing.assert_allclose(traces["g_inh"][:, 0], 0.02 * np.exp(-t / 7.0), rtol=1e-12)


@pytest.mark.parametrize("model", [IF_curr_alpha, IF_cond_alpha])
def test_alpha_functions_peak_at_the_weight_after_their_time_constant(simulate, model):
    dt, tau, weight = 0.1, 4.0, 0.01
    traces, _ = simulate(model(tau_syn_E=tau), 20.0, dt, ["alpha_exc"], g_exc=weight)
    t = dt * np.arange(1, 201)
    alpha = traces["alpha_exc"][:, 0]
    h = dt / tau
    # holding g over a step and taking it half a step late multiplies the alpha function by 2·sinh(h/2)/h
    expected = weight * t / tau * np.exp(1 - t / tau) * 2 * np.sinh(h / 2) / h
    np.testing.assert_allclose(alpha, expected, rtol=1e-10)
    assert t[alpha.argmax()] == pytest.approx(tau)
    assert alpha.max() == pytest.approx(weight, rel=h**2 / 20)


def test_a_postsynaptic_potential_has_the_height_and_time_of_the_closed_form():
    dt, weight, delay = 0.01, 0.1, 1.5
    net = Network(dt=dt)
    source = net.create(1, LIF(VL=0.0, VT=-1.0, VR=0.0, tau_refrac=1000.0))  # one spike, in the first step
    cell = net.create(1, IF_curr_exp())
    net.connect(source, cell, "exc").all_to_all(weight, delays=delay)
    monitor = net.monitor(cell, "v")
    net.simulate(60.0)
    v = monitor.get("v")[:, 0] - V_REST
    peak = TAU_M * TAU_SYN / (TAU_M - TAU_SYN) * np.log(TAU_M / TAU_SYN)
    scale = weight / CM * TAU_M * TAU_SYN / (TAU_M - TAU_SYN)
    height = scale * (np.exp(-peak / TAU_M) - np.exp(-peak / TAU_SYN))
    assert v[: round(delay / dt)].max() == 0.0
    assert abs((v.argmax() + 1) * dt - delay - peak) < 2 * dt
    assert v.max() == pytest.approx(height, rel=dt / TAU_SYN)  # the current is held over each step


@pytest.mark.parametrize("model", FOUR)
def test_the_refractory_time_caps_the_rate(simulate, model):
    _, [train] = simulate(model(tau_refrac=4.0, i_offset=1e6), 100.0, 0.1)
    assert (np.diff(train) == 41).all()  # 40 steps frozen, one to fire
    assert len(train) == pytest.approx(100.0 / 4.1, abs=1)


def test_parameters_may_differ_between_neurons(simulate):
    _, spikes = simulate(IF_curr_exp(), 300.0, 0.1, size=3, i_offset=[0.7, 0.8, 1.6], tau_m=[20.0, 20.0, 10.0])
    first = {1: 20.0 * np.log(16.0 / (16.0 - 15.0)), 2: 10.0 * np.log(16.0 / (16.0 - 15.0))}
    assert len(spikes[0]) == 0
    for rank, time in first.items():
        assert spikes[rank][0] == int(np.floor(time / 0.1))
