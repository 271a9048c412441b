"""Networks that tests of explanations and checks share, and what they hold."""

from __future__ import annotations

from typing import Any

import numpy as np

import eqneuro as ann

HODGKIN_HUXLEY = """
    dv/dt = I - 120.0*m^3*h*(v - 50.0) - 36.0*n^4*(v + 77.0) - 0.3*(v + 54.4)                       : init=-65.0
    dm/dt = 0.1*(v + 40.0)/(1.0 - exp(-(v + 40.0)/10.0))*(1.0 - m) - 4.0*exp(-(v + 65.0)/18.0)*m    : init=0.053
    dh/dt = 0.07*exp(-(v + 65.0)/20.0)*(1.0 - h) - 1.0/(1.0 + exp(-(v + 35.0)/10.0))*h              : init=0.596
    dn/dt = 0.01*(v + 55.0)/(1.0 - exp(-(v + 55.0)/10.0))*(1.0 - n) - 0.125*exp(-(v + 65.0)/80.0)*n : init=0.318
"""
ADEX = ann.Neuron(
    parameters=dict(I=900.0),
    equations="""
        281.0*dv/dt = -30.0*(v + 70.6) + 60.0*exp((v + 50.4)/2.0) - w + I : init=-70.6
        144.0*dw/dt = 4.0*(v + 70.6) - w
    """,
    spike="v > -40.0",
    reset="v = -70.6; w += 80.5",
)
LIF = ann.Neuron(
    parameters=dict(tau=10.0, tau_g=3.0, I=0.0),
    equations="tau*dv/dt = I - v + g_exc : exact\ntau_g*dg_exc/dt = -g_exc : exact",
    spike="v > 10.0",
    reset="v = 0.0",
    refractory=2.0,
)
COBA = ann.Neuron(
    parameters=dict(I=20.0),
    equations="""
        20.0*dv/dt = -60.0 - v - g_exc*v + g_inh*(-80.0 - v) + I : exponential, init=-60.0
        5.0*dg_exc/dt = -g_exc : exponential
        10.0*dg_inh/dt = -g_inh : exponential
    """,
    spike="v > -50.0",
    reset="v = -60.0",
    refractory=5.0,
)


def one(neuron: ann.Neuron, dt: float, *, size: int = 1, seed: int = 1, method: str | None = None) -> ann.Network:
    net = ann.Network(dt=dt, seed=seed, method=method)
    net.create(size, neuron, name="cells")
    return net


def hodgkin_huxley(method: str, dt: float, current: float = 10.0) -> ann.Network:
    neuron = ann.Neuron(parameters=dict(I=current), equations=HODGKIN_HUXLEY)
    return one(neuron, dt, method=method)


def coba(size: int = 200) -> ann.Network:
    net = one(COBA, 0.1, size=size)
    cells = net.get_populations()[0]
    cells.v = ann.Uniform(-60.0, -50.0)
    net.connect(cells[: size * 4 // 5], cells, "exc").fixed_probability(0.1, weights=0.6, delays=ann.Uniform(0.5, 3.0))
    net.connect(cells[size * 4 // 5 :], cells, "inh").fixed_probability(0.1, weights=6.7, delays=1.5)
    return net


def state(net: ann.Network) -> dict[str, Any]:
    """Everything that a run goes on from."""
    found: dict[str, Any] = {"time": net.time, "seed": net.seed}
    for population in net.get_populations():
        for name, array in population._store.arrays.items():
            found[population.name, name] = array[: population.size].copy()
        found[population.name, "last"] = population._t_last[: population.size].copy()
    for projection in net.get_projections():
        found |= {(projection.name, name): values.copy() for name, values in projection._values.items()}
    return found


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[key], other[key]) for key in one)
