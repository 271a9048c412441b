"""Numbers of the examples of continuous and hybrid transmission, growth and BOLD, against closed forms and SciPy."""

from __future__ import annotations

import numpy as np
import pytest

# -- gap junctions -----------------------------------------------------------------------------------------------------


def test_two_cells_with_a_gap_junction_follow_their_closed_form(example):
    module = example("gap_junctions")
    for g in (0.1, 2.0):
        errors = []
        for dt in (0.2, 0.1):
            time, v = module.step(g, dt=dt)
            errors.append(np.abs(v - module.expected(g, time)).max())
        assert errors[1] < 1e-3 * module.CURRENT
        assert errors[0] / errors[1] > 1.8, "the error falls with the step"


def test_coupling_coefficient_is_that_of_two_resistors(example):
    module = example("gap_junctions")
    for g in (0.05, 0.5, 5.0):
        _, v = module.step(g, 500.0, 0.1)
        assert v[-1, 1] / v[-1, 0] == pytest.approx(g / (1.0 + g), rel=1e-6)


def test_spikes_bring_cells_into_step_that_alternate_without(example):
    module = example("gap_junctions")
    assert module.lags(0.0)[1][-1] == pytest.approx(0.5, abs=0.01)
    time, lag = module.lags(8.0)
    assert lag[0] > 0.1
    assert lag[-1] < 0.005
    assert module.lags(0.0, g=0.0)[1][[0, -1]] == pytest.approx([0.25, 0.25], abs=0.01), "nothing moves them alone"
    assert len(time) > 10


# -- NMDA --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hold", [0.0, 20.0])
def test_slow_synapse_with_its_block_follows_scipy(example, hold):
    module = example("nmda")
    errors = []
    for dt in (0.2, 0.1):
        got, exact = (f(hold, duration=300.0, dt=dt) for f in (module.respond, module.integrated))
        errors.append([np.abs(got[name] - exact[name]).max() for name in ("s", "v")])
    assert errors[1][0] < 5e-4
    assert errors[1][1] < 0.05
    assert errors[0][0] / errors[1][0] > 3.5, "s is of order 2"
    assert errors[0][1] / errors[1][1] > 1.8, "v reads s as it was before the step"
    assert exact["v"].max() - exact["v"][0] > 5.0, "the cell is moved"


def test_current_against_voltage_is_the_closed_form_and_bends_with_magnesium_alone(example):
    module = example("nmda")
    voltages = np.linspace(-90.0, 50.0, 57)
    for magnesium in (0.0, 0.5, 2.0):
        # the fraction that is open closes for a step before it is seen
        found = module.clamped(voltages, magnesium, dt=1e-3)
        np.testing.assert_allclose(found, module.expected_current(voltages, magnesium), rtol=1e-4, atol=1e-12)
    assert (np.diff(module.clamped(voltages, 0.0)) < 0.0).all()
    assert voltages[module.clamped(voltages, 1.0).argmax()] == pytest.approx(-25.0, abs=5.0)


# -- hybrid chain ------------------------------------------------------------------------------------------------------


def test_rates_come_out_of_the_chain_as_the_f_i_curve_says(example):
    module = example("hybrid_chain")
    rates, window = np.array([0.5, 0.99, 1.2, 2.0, 3.5]), 1000.0
    out = module.transfer(rates, window)
    # a window holds a whole number of spikes, and each interval ends at a step
    assert np.abs(out - module.f_i(rates)).max() < 1000.0 / window + 0.005 * out.max()
    assert (out[:2] == 0.0).all()


def test_a_moving_rate_is_followed(example):
    module = example("hybrid_chain")
    found = module.follow()
    late = found["time"] > module.WINDOW
    off = found["read"][late] - found["passed"][late]
    assert np.sqrt(np.mean(off**2)) < 0.03 * found["passed"].max()
    assert np.ptp(found["read"][late]) > 50.0


def test_poisson_spikes_keep_the_rate_within_four_standard_errors(example):
    rates, count, window = np.array([10.0, 60.0]), 400, 500.0
    read = example("hybrid_chain").poisson(rates, count, window)
    assert (np.abs(read - rates) < 4.0 * np.sqrt(1000.0 * rates / (count * window))).all()


# -- growth ------------------------------------------------------------------------------------------------------------


def test_synapses_by_chance_have_the_mean_and_the_spread_of_their_law(example):
    module = example("growing_network")
    side, steps, seeds = 40, 120, range(20)
    counts = np.array([module.turnover(steps, seed, side) for seed in seeds])
    mean, _ = module.expected(steps, side)
    share = mean / side**2
    error = np.sqrt(side**2 * share * (1.0 - share) / len(seeds))
    chosen = [9, 39, 119]
    assert (np.abs(counts.mean(axis=0) - mean)[chosen] < 4.0 * error[chosen]).all()
    spread = counts[:, -1].var(ddof=1) / (side**2 * share[-1] * (1.0 - share[-1]))
    assert 0.3 < spread < 2.2, "a variance of twenty is within a factor two"


def test_synapses_by_need_are_as_many_as_are_needed(example):
    module = example("growing_network")
    grown = module.grow(1200, seed=3)
    needed = np.maximum(grown["needed"], 0.0)
    assert np.abs(grown["matrix"].sum(axis=1) - needed).max() <= 0.5 + 1e-9
    start = np.abs(grown["rates"][0] - grown["wanted"])
    assert np.abs(grown["rates"][-1] - grown["wanted"]).max() < 0.1 * start.max()


# -- BOLD --------------------------------------------------------------------------------------------------------------


def test_the_signal_follows_the_integrated_balloon(example):
    module = example("bold")
    found = module.scan(16000.0)
    exact = module.integrated(found["I_CBF"], found["time"])
    for name in ("f_in", "v", "q"):
        assert np.abs(found[name] - exact[name]).max() < 2e-3 * np.ptp(exact[name])
    assert np.abs(found["BOLD"] - exact["BOLD"]).max() < 0.01 * exact["BOLD"].max()
    assert found["time"][found["BOLD"].argmax()] > module.END / 1000.0, "it is late"
    for name in ("RL", "CN", "CL"):
        assert np.corrcoef(found[name], found["BOLD"])[0, 1] > 0.99
