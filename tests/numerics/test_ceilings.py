"""Upstrokes: stages hold a variable at the threshold where a spike resets it, so that what reads it is not spoilt."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import eqneuro as ann
from eqneuro.language.syntax import Name, Number
from eqneuro.model.ceilings import ceilings

PARAMETERS = dict(C=281.0, g_L=30.0, E_L=-70.6, V_T=-50.4, D=2.0, a=4.0, tau_w=144.0, b=80.5, I=1000.0, v_peak=0.0)
ADEX = """
    C*dv/dt = g_L*(E_L - v) + g_L*D*exp((v - V_T)/D) - w + I : init=-70.6
    tau_w*dw/dt = a*(v - E_L) - w
"""
DURATION = 100.0


def adex() -> ann.Neuron:
    return ann.Neuron(parameters=PARAMETERS, equations=ADEX, spike="v > v_peak", reset="v = -60.0; w += b")


def solution() -> tuple[list[float], float]:
    """The times of the spikes, and w at the end."""
    p = PARAMETERS

    def right(_: float, x: np.ndarray) -> list[float]:
        v, w = x
        fast = p["g_L"] * p["D"] * np.exp((v - p["V_T"]) / p["D"])
        return [(p["g_L"] * (p["E_L"] - v) + fast - w + p["I"]) / p["C"], (p["a"] * (v - p["E_L"]) - w) / p["tau_w"]]

    def peak(_: float, x: np.ndarray) -> float:
        return float(x[0] - p["v_peak"])

    peak.terminal = True  # type: ignore[attr-defined]
    time, state, spikes = 0.0, [-70.6, 0.0], []
    while time < DURATION:
        found = solve_ivp(right, (time, DURATION), state, events=peak, method="DOP853", rtol=1e-10, atol=1e-10)
        time, state = found.t[-1], [-60.0, found.y[1, -1] + p["b"]]
        spikes += found.t_events[0].tolist()
    return spikes, float(found.y[1, -1])


@pytest.mark.parametrize("method", ["midpoint", "heun", "rk4", "rk45", "auto"])
def test_the_upstroke_of_adex_spoils_neither_its_spikes_nor_its_adaptation(method: str) -> None:
    spikes, w_end = solution()
    errors = []
    for dt in (0.1, 0.05, 0.025):
        net = ann.Network(dt=dt, method=method)
        cell = net.create(1, adex())
        monitor = net.monitor(cell, "spike")
        net.simulate(DURATION)
        times = (np.array(monitor.get("spike")[0]) + 1) * dt
        assert len(times) == len(spikes)
        errors.append(abs(float(cell.w[0]) - w_end))
        assert np.abs(times - spikes).max() < len(spikes) * 2.5 * dt, "a step late at each spike, and what follows"
    assert errors[-1] < 0.02 * w_end
    assert errors[-1] < errors[0]


@pytest.mark.parametrize("method", ["midpoint", "heun", "rk4"])
def test_a_step_that_does_not_reach_the_threshold_is_the_same(method: str) -> None:
    ends = []
    for spike in ("v > v_peak", "(v > v_peak) and True"):  # the second is not recognised
        neuron = ann.Neuron(parameters=PARAMETERS, equations=ADEX, spike=spike, reset="v = -60.0; w += b")
        net = ann.Network(dt=0.1, method=method)
        cell = net.create(1, neuron)
        net.simulate(11.0)
        ends.append((float(cell.v[0]), float(cell.w[0])))
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-14)  # other formulas: products may be rounded elsewhere
    assert ends[0][0] > -50.0, "well on its way"


def model(spike: str, reset: str, equation: str = "dv/dt = v^2 + a*I") -> object:
    return ann.Neuron(parameters="a = 1.0; I = 0.5; top = 30.0", equations=equation, spike=spike, reset=reset)._model


@pytest.mark.parametrize("spike", ["v > top", "v >= top", "top < v", "top <= v"])
def test_a_threshold_is_a_ceiling(spike: str) -> None:
    assert ceilings(model(spike, "v = 0.0")) == {"v": Name("top")}  # type: ignore[arg-type]
    assert ceilings(model("v > 30", "v = 0.0")) == {"v": Number(30)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spike", "reset", "equation"),
    [
        ("v < top", "v = 0.0", "dv/dt = v^2 + a*I"),
        ("v > top", "u = 0.0", "dv/dt = v^2 + a*I\ndu/dt = -u"),
        ("v > top*Uniform(0.0, 1.0)", "v = 0.0", "dv/dt = v^2 + a*I"),
        ("v > top and a > 0", "v = 0.0", "dv/dt = v^2 + a*I"),
        ("v > top", "v = 0.0", "dv/dt = I - a*v"),
        ("v > u", "v = 0.0", "dv/dt = v^2 + a*I\ndu/dt = -u"),
    ],
)
def test_what_moves_or_is_not_reset_is_none(spike: str, reset: str, equation: str) -> None:
    assert ceilings(model(spike, reset, equation)) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize(("method", "largest"), [("rk4", 0.2), ("rk45", 1e-4)])
def test_an_upstroke_within_the_step_ends_in_a_spike_at_its_time(method: str, largest: float) -> None:
    spikes, _ = solution()
    net = ann.Network(dt=0.1, method=method, spike_times="interpolated")
    monitor = net.monitor(net.create(1, adex()), "spike")
    net.simulate(DURATION)
    times = np.array(monitor.spike_times()[0])
    assert len(times) == len(spikes)
    assert np.abs(times - spikes).max() < largest
