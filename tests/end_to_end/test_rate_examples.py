"""Numbers of the examples with rates: step response, transfer functions, logic, learning, estimates of firing rates."""

from __future__ import annotations

import numpy as np
import pytest

# -- rate neuron -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dt", [0.1, 1.0, 5.0])
def test_step_response_is_the_exponential_whatever_the_step(example, dt):
    taus, begin, level = [3.0, 10.0, 40.0], 20.0, 2.0 * 0.5
    time, v = example("rate_neuron").step_response(taus, begin, height=2.0, weight=0.5, duration=150.0, dt=dt)
    # the input is seen one step after it began: a rate takes dt to travel through a projection
    expected = [[level * (1.0 - np.exp(-max(t - begin - dt, 0.0) / tau)) for tau in taus] for t in time]
    np.testing.assert_allclose(v, expected, rtol=0.0, atol=1e-12)


def test_transfer_functions_are_what_they_are_called(example):
    potentials = np.linspace(-4.0, 4.0, 101)
    rates = example("rate_neuron").sweep(potentials)
    expected = {
        "rectifier": np.maximum(potentials, 0.0),
        "piecewise linear": np.clip(potentials, -0.5, 1.5),
        "logistic": 1.0 / (1.0 + np.exp(-potentials)),
        "tanh": np.tanh(potentials),
    }
    assert rates.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(rates[name], values, rtol=1e-13, atol=1e-13, err_msg=name)


# -- McCulloch and Pitts -----------------------------------------------------------------------------------------------


def test_gates_and_two_layers_have_the_truth_tables_of_logic(example):
    module = example("mcculloch_pitts")
    bits = module.PATTERNS.astype(bool)
    assert sorted(map(tuple, bits)) == [(False, False), (False, True), (True, False), (True, True)]
    x, y = bits.T
    assert module.gate("AND", module.PATTERNS).tolist() == (x & y).tolist()
    assert module.gate("OR", module.PATTERNS).tolist() == (x | y).tolist()
    assert module.gate("NAND", module.PATTERNS).tolist() == (~(x & y)).tolist()
    assert module.xor(module.PATTERNS).tolist() == (x ^ y).tolist()


@pytest.mark.parametrize("name", ["AND", "OR", "NAND"])
def test_gate_changes_its_mind_at_the_hyperplane(example, name):
    module = example("mcculloch_pitts")
    weights, bias = (np.array(part) for part in module.GATES[name])
    x = np.linspace(-0.5, 1.5, 25)
    on_line = np.stack([x, module.hyperplane(weights, bias, x)], axis=1)
    np.testing.assert_allclose(on_line @ weights + bias, 0.0, atol=1e-12)
    normal = weights / np.linalg.norm(weights)
    assert (module.gate(name, on_line + 1e-6 * normal) == 1.0).all()
    assert (module.gate(name, on_line - 1e-6 * normal) == 0.0).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_perceptron_separates_with_no_more_mistakes_than_its_theorem_allows(example, seed):
    module, margin = example("mcculloch_pitts"), 0.05
    points, classes = module.separable_data(60, margin, seed)
    layer, mistakes = module.learn_perceptron(points, classes)
    assert mistakes[-1] == 0
    assert layer.answer(points).tolist() == classes.tolist()
    # Novikoff: (R/gamma)^2 mistakes at most, the bias being the weight of a constant input of 1, and the margin that of
    # the line 0.6 x + 0.8 y = 0.1 by which the classes are made
    separator = np.array([0.6, 0.8, -0.1])
    inputs = np.column_stack([points, np.ones(len(points))])
    gamma = np.min((2.0 * classes - 1.0) * (inputs @ separator)) / np.linalg.norm(separator)
    assert gamma > 0.0
    assert 0 < sum(mistakes) <= np.max(np.sum(inputs**2, axis=1)) / gamma**2


def test_delta_rule_arrives_at_least_squares(example):
    module = example("mcculloch_pitts")
    points, classes = module.separable_data()
    layer, errors = module.learn_delta(points, classes, epochs=400)
    inputs = np.column_stack([points, np.ones(len(points))])
    best, residual, _, _ = np.linalg.lstsq(inputs, classes, rcond=None)
    assert [*layer.projection.w[0], layer.unit.b[0]] == pytest.approx(best, abs=1e-8)
    assert errors[-1] == pytest.approx(residual[0] / len(points), abs=1e-12)
    assert (np.diff(errors) <= 1e-15).all()  # each epoch is a step down


# -- firing rate -------------------------------------------------------------------------------------------------------

BINS, DT, NUMBER, WINDOW = 10.0, 0.5, 2000, 50.0


@pytest.fixture(scope="module")
def rates():
    from .conftest import load

    return load("firing_rate").record(number=NUMBER, duration=1500.0, dt=DT, bins=BINS, window=WINDOW, seed=1)


def expected_rate(steps):
    """Rate (Hz) in each step: 15 before the stimulus at 500 ms, then 15 + 60 exp(-(t - 500)/150)."""
    time = steps * DT
    return 15.0 + np.where(time >= 500.0, 60.0 * np.exp(-np.maximum(time - 500.0, 0.0) / 150.0), 0.0)


def test_histogram_is_the_drive_within_its_standard_error(rates):
    per_bin = round(BINS / DT)
    chance = expected_rate(np.arange(3000)).reshape(-1, per_bin) * DT / 1000.0
    counts = rates["by histogram"] * NUMBER * BINS / 1000.0
    mean, variance = NUMBER * chance.sum(axis=1), NUMBER * (chance * (1.0 - chance)).sum(axis=1)
    z = (counts - mean) / np.sqrt(variance)
    assert abs(z).max() < 4.5
    assert 0.6 < np.mean(z**2) < 1.4  # 150 bins: the mean of z^2 is 1 ± 0.12
    for part in (slice(0, 50), slice(50, 80), slice(80, 150)):  # all spikes before the stimulus, soon and late after it
        assert abs(counts[part].sum() - mean[part].sum()) < 4.0 * np.sqrt(variance[part].sum())


def test_window_counts_the_last_steps_and_divides_by_all_of_them(rates):
    span = round(WINDOW / DT)
    chance = np.concatenate([np.zeros(span - 1), expected_rate(np.arange(3000)) * DT / 1000.0])
    # the window includes the present step; before the run began nothing fired
    expected = NUMBER * np.convolve(chance, np.ones(span), mode="valid")
    found = rates["by window"] * NUMBER * WINDOW / 1000.0
    z = (found - expected) / np.sqrt(expected)
    assert abs(z[5:]).max() < 5.0


def test_intervals_give_the_drive_where_it_is_steady(rates):
    # over 300 ms away from the ends and from the stimulus; N neurons give about N T r independent intervals, each
    # weighing 1: the mean of 1/ISI over time is the number of intervals, so its error is that of a count
    steady = (rates["times"] >= 100.0) & (rates["times"] < 400.0)
    found = rates["by intervals"][steady].mean()
    error = np.sqrt(15.0 / (NUMBER * 0.3))
    assert found == pytest.approx(15.0, abs=4.0 * error)
    by_count = rates["by histogram"][(rates["bin centres"] > 100.0) & (rates["bin centres"] < 400.0)].mean()
    assert found == pytest.approx(by_count, abs=4.0 * error)


def test_intervals_foresee_the_stimulus_and_the_window_lags(rates):
    def mean(name, begin, end):
        inside = (rates["times"] >= begin) & (rates["times"] < end)
        return rates[name][inside].mean()

    assert mean("by intervals", 480.0, 500.0) > 17.0 > mean("by window", 480.0, 500.0)
    assert mean("by window", 500.0, 510.0) < 30.0 < 55.0 < mean("by window", 545.0, 555.0)


def test_raster_holds_every_spike_that_the_histogram_counts(rates):
    assert len(rates["spike times"]) == round(rates["by histogram"].sum() * NUMBER * BINS / 1000.0)
    assert rates["ranks"].max() < NUMBER
