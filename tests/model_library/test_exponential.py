"""Adaptive exponential integrate-and-fire neurons against SciPy, and the firing patterns of Naud et al. (2008)."""

import numpy as np
import pytest

from eqneuro import AdEx, EIF_cond_alpha_isfa_ista, EIF_cond_exp_isfa_ista

NAMES = ("C", "gL", "EL", "VT", "DeltaT", "a", "tau_w", "b", "v_reset", "I")
PATTERNS = {
    "tonic": (200.0, 10.0, -70.0, -50.0, 2.0, 2.0, 30.0, 0.0, -58.0, 500.0),
    "adapting": (200.0, 12.0, -70.0, -50.0, 2.0, 2.0, 300.0, 60.0, -58.0, 500.0),
    "initial burst": (130.0, 18.0, -58.0, -50.0, 2.0, 4.0, 150.0, 120.0, -50.0, 400.0),
    "bursting": (200.0, 10.0, -58.0, -50.0, 2.0, 2.0, 120.0, 100.0, -46.0, 210.0),
    "transient": (100.0, 10.0, -65.0, -50.0, 2.0, 10.0, 90.0, 100.0, -47.0, 180.0),
    "delayed": (200.0, 12.0, -70.0, -50.0, 2.0, -10.0, 300.0, 0.0, -58.0, 300.0),
}
"""Table 1 of the paper, in the order of NAMES."""


def pattern(name):
    return dict(zip(NAMES, PATTERNS[name], strict=True))


def adex_right(C, gL, EL, VT, DeltaT, a, tau_w, I, **_):
    def right(t, y):
        v, w = y
        return [(-gL * (v - EL) + gL * DeltaT * np.exp((v - VT) / DeltaT) + I - w) / C, (a * (v - EL) - w) / tau_w]

    return right


def eif_right(is_alpha, current):
    def right(t, y):
        v, w, g_e, g_i, a_e, a_i = y
        e, i = (a_e, a_i) if is_alpha else (g_e, g_i)
        total = e * (0.0 - v) + i * (-80.0 - v) + current
        dv = (-70.6 - v + 2.0 * np.exp((v + 50.4) / 2.0)) / 9.3667 + (total - w) / 0.281
        dw = (4.0 * (v + 70.6) / 1000.0 - w) / 144.0
        return [dv, dw, -g_e / 5.0, -g_i / 5.0, (np.e * g_e - a_e) / 5.0, (np.e * g_i - a_i) / 5.0]

    return right


def test_adex_converges_to_scipy_with_the_order_of_its_method(solve, order_of):
    values = dict(pattern("adapting"), I=240.0)
    right = adex_right(**values)
    trajectory, _ = solve(right, [-70.0, 0.0], 16.0)
    assert order_of(AdEx(**values), trajectory(np.array([16.0]))[0, 0], 16.0, 0.8) == pytest.approx(4.0, abs=0.3)


@pytest.mark.parametrize("name", PATTERNS)
def test_adex_spikes_when_scipy_says_so(simulate, solve, name):
    values, dt, duration = pattern(name), 0.002, 300.0

    def reset(y):
        return [values["v_reset"], y[1] + values["b"]]

    # beyond −30 mV the solution is infinite within a microsecond, which SciPy can't follow
    _, wanted = solve(adex_right(**values), [values["EL"], 0.0], duration, lambda y: y[0] + 30.0, reset)
    trains = {}
    for step in (dt, 2 * dt):
        _, [train] = simulate(AdEx(**values, v_spike=-30.0), duration, step)
        assert len(train) == len(wanted) > 0
        trains[step] = (train + 1) * step
    # the only error of first order is the end of the step that each spike waits for: twice the step shows its size
    slack = 3 * np.abs(trains[2 * dt] - trains[dt]).max() + 2 * dt
    assert slack < 2.0
    assert np.abs(trains[dt] - wanted).max() < slack


@pytest.fixture
def gaps_of(simulate):
    def _gaps(name, duration=500.0):
        _, [train] = simulate(AdEx(**pattern(name)), duration, 0.01)
        return np.diff(train) * 0.01, train * 0.01

    return _gaps


def test_adex_shows_the_firing_patterns_of_the_paper(gaps_of):
    gaps, _ = gaps_of("tonic")
    assert np.ptp(gaps[15:]) < 0.05
    gaps, _ = gaps_of("adapting")
    assert (np.diff(gaps) > -0.02).all()
    assert gaps[-1] > 2 * gaps[0]
    gaps, _ = gaps_of("initial burst")
    assert gaps[0] < 0.25 * gaps[-1]
    assert np.ptp(gaps[-3:]) < 0.1 * gaps[-1]
    gaps, _ = gaps_of("bursting", 1500.0)
    assert np.sum(gaps > 5 * np.median(gaps)) > 3  # bursts, and pauses between them
    _, times = gaps_of("transient", 1500.0)
    assert 0 < len(times) < 5
    assert times[-1] < 100.0
    gaps, times = gaps_of("delayed", 1500.0)
    assert times[0] > 2 * gaps[-1]
    assert gaps[-1] < gaps[0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("slope", [2.0, 0.5, 0.01])
def test_adex_never_overflows_at_the_spike(simulate, slope, dtype):
    neuron = AdEx(DeltaT=slope, I=5000.0, v_spike=100.0, tau_w=20.0)
    traces, [train] = simulate(neuron, 100.0, 0.1, ["v", "w"], dtype=dtype)
    v, w = traces["v"][:, 0], traces["w"][:, 0]
    assert len(train) > 10
    assert np.isfinite(v).all()
    assert v.max() <= 100.0
    np.testing.assert_array_equal(v[train], dtype(-70.6))
    # w grows by b, and within the step by no more than a·(v_spike − EL)/tau_w·dt
    jumps = w[train] - w[train - 1] - 80.5
    assert (jumps <= 4.0 * (100.0 + 70.6) / 20.0 * 0.1 + 1e-3).all()
    assert (jumps >= -w.max() / 20.0 * 0.1 - 1e-3).all()


@pytest.mark.parametrize("model", [EIF_cond_exp_isfa_ista, EIF_cond_alpha_isfa_ista])
def test_pynn_neurons_converge_to_scipy_below_threshold(solve, order_of, model):
    start = [-70.6, 0.0, 0.01, 0.02, 0.0, 0.0]
    trajectory, _ = solve(eif_right("alpha" in model.__name__, 0.2), start, 8.0)
    order = order_of(model(i_offset=0.2), trajectory(np.array([8.0]))[0, 0], 8.0, 0.05, g_exc=0.01, g_inh=0.02)
    assert order == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize("model", [EIF_cond_exp_isfa_ista, EIF_cond_alpha_isfa_ista])
def test_pynn_neurons_spike_when_scipy_says_so(simulate, solve, model):
    def reset(y):
        return [-70.6, y[1] + 0.0805, *y[2:]]

    _, wanted = solve(eif_right(False, 1.0), [-70.6, 0, 0, 0, 0, 0], 100.0, lambda y: y[0] + 40.0, reset)
    trains = {}
    for dt in (0.01, 0.005):
        _, [train] = simulate(model(i_offset=1.0, tau_refrac=0.0), 100.0, dt)
        assert len(train) == len(wanted) > 3
        trains[dt] = (train + 1) * dt
    # errors of first order: what remains at half the step is as much as halving it took away
    slack = 1.5 * np.abs(trains[0.01] - trains[0.005]) + 0.01
    assert (np.abs(trains[0.005] - wanted) < slack).all()
    assert slack.max() < 1.0
