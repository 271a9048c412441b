"""Neurons with voltage-gated channels against SciPy, with the figures of the 1952 paper's membrane."""

from math import exp

import numpy as np
import pytest

from eqneuro import HH_cond_exp, HodgkinHuxley


def ratio(x, width):
    """x / (1 − exp(−x/width)), and its limit at 0."""
    return width if abs(x) < 1e-9 else x / -np.expm1(-x / width)


def rates(v, k_m=18.0):
    n = 0.01 * ratio(v + 60.0, 10.0), 0.125 * exp(-0.0125 * (v + 70.0))
    m = 0.1 * ratio(v + 45.0, 10.0), 4.0 * exp(-(v + 70.0) / k_m)
    h = 0.07 * exp(-0.05 * (v + 70.0)), 1.0 / (1.0 + exp(-0.1 * (v + 40.0)))
    return n, m, h


def squid(current, k_m=18.0):
    def right(t, y):
        v, n, m, h = y
        pairs = rates(v, k_m)
        ionic = 0.3 * (-59.387 - v) + 36.0 * n**4 * (-82.0 - v) + 120.0 * m**3 * h * (45.0 - v)
        return [ionic + current, *(a * (1 - x) - b * x for x, (a, b) in zip((n, m, h), pairs, strict=True))]

    return right


def at_rest(k_m=18.0):
    return [-70.0, *(a / (a + b) for a, b in rates(-70.0, k_m))]


@pytest.fixture
def axon(simulate):
    """The spike times of the axon under a step of current."""

    def _axon(current, k_m=18.0, dt=0.01):
        _, [train] = simulate(HodgkinHuxley(I=current, k_m=k_m), 500.0, dt)
        return (train + 1) * dt

    return _axon


def test_the_gates_begin_at_rest_and_the_membrane_stays_near_minus_seventy(simulate):
    traces, [train] = simulate(HodgkinHuxley(), 200.0, 0.01, ["v", "n", "m", "h"])
    assert len(train) == 0
    for k, name in enumerate("vnmh"):
        assert traces[name][0, 0] == pytest.approx(at_rest()[k], abs=1e-4)
        assert np.ptp(traces[name][-1000:]) < 1e-4
    assert traces["v"].min() > -70.1
    assert traces["v"].max() < -69.9


@pytest.mark.parametrize(("current", "count"), [(7.0, 30), (10.0, 35), (20.0, 44)])
def test_the_axon_fires_as_often_as_scipy_says_and_when(axon, solve, current, count):
    _, wanted = solve(squid(current), at_rest(), 500.0, lambda y: y[0])
    assert len(wanted) == count
    times = axon(current)
    assert len(times) == count
    assert np.abs(times - wanted).max() < 0.011  # the step that a crossing lies in


def test_the_threshold_of_a_step_lies_between_six_and_seven(axon):
    assert 1 <= len(axon(6.0)) <= 2
    assert len(axon(7.0)) > 20


def test_a_strong_current_blocks_the_axon(axon, solve):
    trajectory, wanted = solve(squid(60.0), at_rest(), 500.0, lambda y: y[0])
    times = axon(60.0)
    assert len(times) == len(wanted) <= 3
    assert np.abs(times - wanted).max() < 0.011
    late = trajectory(np.linspace(450.0, 500.0, 2000))[:, 0]
    assert -10.0 < late.max() < 0.0  # it goes on oscillating, too weakly for a spike


@pytest.mark.parametrize("current", [5.0, 10.0, 20.0, 40.0, 80.0])
def test_with_eighty_in_place_of_eighteen_the_axon_fires_once_at_most(axon, current):
    assert len(axon(current, k_m=80.0)) <= 1


def test_with_eighty_in_place_of_eighteen_scipy_agrees(axon, solve):
    for current in (10.0, 40.0):
        _, wanted = solve(squid(current, 80.0), at_rest(80.0), 500.0, lambda y: y[0])
        assert len(axon(current, k_m=80.0)) == len(wanted)


def test_the_axon_converges_to_scipy_with_the_order_of_its_method(solve, order_of):
    trajectory, _ = solve(squid(1.0), at_rest(), 4.0)
    order = order_of(HodgkinHuxley(I=1.0), trajectory(np.array([4.0]))[0, 0], 4.0, 0.08)
    assert order == pytest.approx(4.0, abs=0.4)


def test_an_action_potential_is_one_spike(simulate):
    traces, [train] = simulate(HodgkinHuxley(I=10.0), 100.0, 0.01, ["v"])
    v = np.concatenate([[-70.0], traces["v"][:, 0]])
    crossings = np.flatnonzero((v[1:] > 0.0) & (v[:-1] <= 0.0))
    np.testing.assert_array_equal(train, crossings)
    assert np.sum(v > 0.0) > 20 * len(train)


@pytest.mark.parametrize("v", [-60.0, -45.0])
def test_the_rates_have_no_gap_where_their_formula_is_zero_by_zero(simulate, v):
    dt = 0.01
    traces, _ = simulate(HodgkinHuxley(), dt, dt, ["n", "m"], v=v)
    near, _ = simulate(HodgkinHuxley(), dt, dt, ["n", "m"], v=v + 1e-6)
    for name in ("n", "m"):
        assert traces[name][0, 0] == pytest.approx(near[name][0, 0], abs=1e-8)


def traub(current):
    def right(t, y):
        v, n, m, h = y
        x = v + 63.0
        an, bn = 0.032 * ratio(x - 15.0, 5.0), 0.5 * exp((10.0 - x) / 40.0)
        am, bm = 0.32 * ratio(x - 13.0, 4.0), 0.28 * ratio(40.0 - x, 5.0)
        ah, bh = 0.128 * exp((17.0 - x) / 18.0), 4.0 / (1.0 + exp((40.0 - x) / 5.0))
        ionic = 0.01 * (-65.0 - v) + 6.0 * n**4 * (-90.0 - v) + 20.0 * m**3 * h * (50.0 - v)
        gates = zip((n, m, h), ((an, bn), (am, bm), (ah, bh)), strict=True)
        return [(ionic + current) / 0.2, *(a * (1 - y) - b * y for y, (a, b) in gates)]

    return right


@pytest.mark.parametrize("current", [0.2, 0.5, 1.0])
def test_the_cortical_cell_spikes_when_scipy_says_so(simulate, solve, current):
    _, wanted = solve(traub(current), [-65.0, 0.0, 0.0, 1.0], 100.0, lambda y: y[0])
    trains = {}
    for dt in (0.004, 0.002):
        _, [train] = simulate(HH_cond_exp(i_offset=current), 100.0, dt)
        assert len(train) == len(wanted) > 2
        trains[dt] = (train + 1) * dt
    # errors of first order: what remains at half the step is as much as halving it took away
    slack = 1.5 * np.abs(trains[0.004] - trains[0.002]) + 0.004
    assert (np.abs(trains[0.002] - wanted) < slack).all()
    assert slack.max() < 0.5


def test_the_cortical_cell_converges_to_scipy_with_the_order_of_its_method(solve, order_of):
    trajectory, _ = solve(traub(0.1), [-65.0, 0.0, 0.0, 1.0], 4.0)
    order = order_of(HH_cond_exp(i_offset=0.1), trajectory(np.array([4.0]))[0, 0], 4.0, 0.01)
    assert order == pytest.approx(1.0, abs=0.2)


def test_the_conductances_of_the_cortical_cell_decay_exactly(simulate):
    traces, _ = simulate(HH_cond_exp(), 5.0, 0.1, ["g_exc", "g_inh"], g_exc=0.02, g_inh=0.03)
    t = 0.1 * np.arange(50)
    np.testing.assert_allclose(traces["g_exc"][:, 0], 0.02 * np.exp(-t / 0.2), rtol=1e-11)
    np.testing.assert_allclose(traces["g_inh"][:, 0], 0.03 * np.exp(-t / 2.0), rtol=1e-11)
