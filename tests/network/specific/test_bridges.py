"""Continuous transmission and hybrid chains, each against a closed form or an integrated reference."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from eqneuro import (
    CurrentInjection,
    DecodingProjection,
    InputArray,
    Network,
    Neuron,
    PoissonPopulation,
    SpikeSourceArray,
    Synapse,
)


def test_two_cells_with_a_gap_junction_meet_as_their_closed_form_says() -> None:
    """The sum of the two potentials decays with τ, their difference with τ/(1 + 2g): a linear system of two cells."""
    tau, g, dt = 20.0, 0.7, 0.01
    cell = Neuron(
        parameters=dict(tau=tau, drive=0.0), equations="tau*dv/dt = drive - v + g_gap : init=0.0", spike="v > 1000.0"
    )
    gap = Synapse(psp="w * (pre.v - post.v)")
    net = Network(dt=dt)
    cells = net.create(2, cell)
    cells.v, cells.drive = [10.0, -4.0], [6.0, 2.0]
    net.connect(cells, cells, "gap", gap).all_to_all(g)
    net.simulate(15.0)
    mean = 4.0 + (3.0 - 4.0) * np.exp(-15.0 / tau)
    rest = 4.0 / (1.0 + 2.0 * g)
    apart = rest + (14.0 - rest) * np.exp(-15.0 * (1.0 + 2.0 * g) / tau)
    np.testing.assert_allclose(cells.v, [mean + apart / 2, mean - apart / 2], rtol=2e-3)


def test_a_gap_junction_converges_with_the_first_order_of_its_step() -> None:
    tau, g = 20.0, 0.7
    cell = Neuron(parameters=dict(tau=tau), equations="tau*dv/dt = -v + g_gap", spike="v > 1000.0")
    exact = 14.0 * np.exp(-10.0 * (1.0 + 2.0 * g) / tau)
    errors = []
    for dt in (0.1, 0.05, 0.025):
        net = Network(dt=dt)
        cells = net.create(2, cell)
        cells.v = [7.0, -7.0]
        net.connect(cells, cells, "gap", Synapse(psp="w * (pre.v - post.v)")).all_to_all(g)
        net.simulate(10.0)
        errors.append(abs(cells.v[0] - cells.v[1] - exact))
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 2.0, rtol=0.05)


def test_a_slow_synapse_with_a_magnesium_block_follows_its_integrated_equations() -> None:
    """NMDA: two gating variables in each synapse, opened by spikes; the current depends on the voltage it reaches."""
    parameters = dict(tau_rise=2.0, tau_decay=100.0, alpha=0.5, conductance=0.2, E=0.0)
    nmda = Synapse(
        parameters=parameters,
        equations="""
            tau_decay * ds/dt = -s + tau_decay*alpha*x*(1.0 - s)
            tau_rise * dx/dt = -x
        """,
        pre_spike="x += w",
        psp="conductance * s * (E - post.v) / (1.0 + exp(-0.062*post.v)/3.57)",
    )
    cell = Neuron(
        parameters=dict(tau=20.0, rest=-65.0),
        equations="tau*dv/dt = rest - v + tau*g_nmda : init=-65.0",
        spike="v > 100.0",
    )
    dt, arrivals = 0.01, np.array([5.0, 15.0, 16.0, 40.0])
    net = Network(dt=dt)
    source, cells = net.create(SpikeSourceArray([arrivals - dt])), net.create(1, cell)
    net.connect(source, cells, "nmda", nmda).all_to_all(1.0)
    monitor = net.monitor(cells, "v")
    net.simulate(100.0)

    def slope(_: float, state: np.ndarray) -> list[float]:
        s, x, v = state
        block = 1.0 / (1.0 + np.exp(-0.062 * v) / 3.57)
        current = 0.2 * s * (0.0 - v) * block
        return [-s / 100.0 + 0.5 * x * (1.0 - s), -x / 2.0, (-65.0 - v) / 20.0 + current]

    state, begin, reference = np.array([0.0, 0.0, -65.0]), 0.0, []
    for end in [*arrivals, 100.0]:
        times = np.arange(round(begin / dt), round(end / dt)) * dt
        solved = solve_ivp(slope, (begin, end), state, t_eval=times, rtol=1e-9, atol=1e-9, max_step=1.0)
        reference.append(solved.y[2])
        final = solve_ivp(slope, (begin, end), state, rtol=1e-9, atol=1e-9, max_step=1.0)
        state, begin = final.y[:, -1] + [0.0, 1.0, 0.0], end
    expected = np.concatenate(reference)
    got = monitor.get("v")[:, 0]
    assert expected.max() > -55.0, "the cell is moved"
    assert abs(expected.max() - (-65.0)) > 50 * np.abs(got[:-1] - expected[1:]).max()
    np.testing.assert_allclose(got[:-1], expected[1:], atol=0.05)


def test_a_rate_becomes_spikes_and_a_rate_again_as_the_f_i_curve_says() -> None:
    """A rate drives an integrate-and-fire cell whose interval is τ ln(I/(I − θ)), and is decoded over a long window."""
    tau, theta, dt = 10.0, 1.0, 0.01
    cell = Neuron(parameters=dict(tau=tau), equations="tau*dv/dt = -v + g_exc", spike="v > 1.0", reset="v = 0.0")
    net = Network(dt=dt)
    drive, cells = net.create(InputArray(4)), net.create(4, cell)
    readers = net.create(4, Neuron(equations="r = sum(exc)"))
    drive.r = currents = np.array([0.5, 1.2, 2.0, 4.0])
    net.connect(CurrentInjection(drive, cells, "exc")).connect_current()
    net.connect(DecodingProjection(cells, readers, "exc", window=1000.0)).one_to_one(1.0)
    net.simulate(1100.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        intervals = tau * np.log(currents / (currents - theta))
    expected = np.where(currents > theta, 1000.0 / intervals, 0.0)
    np.testing.assert_allclose(readers.r, expected, atol=1.0 + 0.005 * expected.max(), rtol=0.005)
    assert readers.r[0] == 0.0


def test_a_poisson_bridge_keeps_the_rate_within_its_standard_error() -> None:
    net = Network(dt=0.5, seed=7)
    drive, reader = net.create(InputArray(400)), net.create(1, Neuron(equations="r = sum(exc)"))
    spikes = net.create(PoissonPopulation(400, target="exc"))
    drive.r = 50.0
    net.connect(drive, spikes, "exc").one_to_one(1.0)
    net.connect(DecodingProjection(spikes, reader, "exc", window=1000.0)).all_to_all(1.0)
    net.simulate(1010.0)
    assert reader.r[0] == pytest.approx(50.0, abs=4 * np.sqrt(50.0 / 400))
