"""Izhikevich's neuron against SciPy, and the cortical classes of the 2003 paper."""

import numpy as np
import pytest

from eqneuro import Izhikevich

CLASSES = {
    "regular spiking": (0.02, 0.2, -65.0, 8.0),
    "intrinsically bursting": (0.02, 0.2, -55.0, 4.0),
    "chattering": (0.02, 0.2, -50.0, 2.0),
    "fast spiking": (0.1, 0.2, -65.0, 2.0),
    "low-threshold spiking": (0.02, 0.25, -65.0, 2.0),
}


def right_side(a, b, current):
    return lambda t, y: [0.04 * y[0] ** 2 + 5 * y[0] + 140 - y[1] + current, a * (b * y[0] - y[1])]


@pytest.mark.parametrize("name", CLASSES)
def test_each_class_spikes_when_scipy_says_so(simulate, solve, name):
    a, b, c, d = CLASSES[name]
    duration = 100.0
    _, wanted = solve(right_side(a, b, 10.0), [c, b * c], duration, lambda y: y[0] - 30.0, lambda y: [c, y[1] + d])
    trains = {}
    for dt in (0.002, 0.001):
        _, [train] = simulate(Izhikevich(a, b, c, d, i_offset=10.0), duration, dt)
        assert len(train) == len(wanted) > 2
        trains[dt] = (train + 1) * dt
    # errors of first order: what remains at half the step is as much as halving it took away
    slack = 1.5 * np.abs(trains[0.002] - trains[0.001]) + 0.002
    assert (np.abs(trains[0.001] - wanted) < slack).all()
    assert slack.max() < 2.0


def test_it_converges_to_scipy_with_the_order_of_its_method(solve, order_of):
    trajectory, _ = solve(right_side(0.02, 0.2, 0.5), [-65.0, -13.0], 8.0)
    neuron = Izhikevich(i_offset=0.5)
    assert order_of(neuron, trajectory(np.array([8.0]))[0, 0], 8.0, 0.05) == pytest.approx(1.0, abs=0.1)


def test_the_classes_differ_as_the_paper_says(simulate):
    def gaps(name):
        _, [train] = simulate(Izhikevich(*CLASSES[name], i_offset=10.0), 500.0, 0.05)
        return np.diff(train) * 0.05

    regular, bursting, chattering, fast = (gaps(n) for n in list(CLASSES)[:4])
    assert regular[-1] > 1.5 * regular[0]  # adaptation
    assert bursting[0] < 0.3 * bursting[-1]  # one burst at first, then single spikes
    assert np.ptp(bursting[-3:]) < 1.0
    assert np.sum(chattering > 5 * np.median(chattering)) > 3  # bursts again and again
    assert fast[-1] < 0.4 * regular[-1]
    assert np.ptp(fast[-10:]) < 0.1 * fast[-1]  # no adaptation


def test_it_begins_at_its_reset_with_the_recovery_that_belongs_to_it(simulate):
    dt = 0.1
    traces, _ = simulate(Izhikevich(b=0.25, c=-60.0), dt, dt, ["v", "u"])
    assert traces["v"][0, 0] == pytest.approx(-60.0 + dt * (0.04 * 3600 - 300 + 140 + 15.0), rel=1e-12)
    assert traces["u"][0, 0] == pytest.approx(-15.0, rel=1e-12)


def test_its_noise_has_the_standard_deviation_asked_for(simulate):
    count, sd, dt = 20_000, 4.0, 0.5
    traces, _ = simulate(Izhikevich(noise=sd, i_offset=1.0), dt, dt, ["I", "v"], size=count)
    current = traces["I"][0]
    assert abs(current.mean() - 1.0) < 4 * sd / np.sqrt(count)
    assert abs(current.std() / sd - 1) < 4 / np.sqrt(2 * count)
    silent = -65.0 + dt * (0.04 * 65**2 - 5 * 65 + 140 + 13)
    np.testing.assert_allclose(traces["v"][0], silent + dt * current, rtol=1e-12)


def test_its_conductance_is_what_the_user_writes(simulate):
    neuron = Izhikevich(conductance="g_ampa*(0.0 - v)")
    assert neuron.model.targets == ("ampa",)
    traces, _ = simulate(neuron, 0.1, 0.1, ["I"], g_ampa=0.2)
    assert traces["I"][0, 0] == pytest.approx(0.2 * 65.0, rel=1e-12)


def test_input_acts_for_one_step(simulate):
    traces, _ = simulate(Izhikevich(), 0.3, 0.1, ["I"], g_exc=5.0, g_inh=2.0)
    np.testing.assert_array_equal(traces["I"][:, 0], [3.0, 0.0, 0.0])
