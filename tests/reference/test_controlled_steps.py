"""Internal steps with error control by the interpreter: beside the compiled route and SciPy, handed over, given up."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import eqneuro.numerics.rk45
import eqneuro.reference.methods.rk45
from eqneuro import Network, Neuron, StepLimitError, Synapse, Uniform

from .agreement import TOLERANCE, assert_agree, difference, run
from .test_found_differences import neurons

OSCILLATOR = """
    dv/dt = u : init=1.3, rk45
    du/dt = 7.0*(1.0 - v^2)*u - v : init=0.2, rk45, rtol=1e-8, atol=1e-10
"""
UPSTROKE = dict(
    parameters="I = 700.0",
    equations="""
        281.0*dv/dt = -30.0*(v + 70.6) + 60.0*exp((v + 50.4)/2.0) - w + I : init=-70.6, rk45
        144.0*dw/dt = 4.0*(v + 70.6) - w : rk45
    """,
    spike="v > -40.4",
    reset="v = -70.6\nw += 80.5",
    refractory=1.3,
)


@pytest.mark.parametrize("dt", [0.1, 1.0])
@pytest.mark.parametrize(
    "equations",
    [
        OSCILLATOR,
        "dg/dt = cos(t) - g^3 : population, rk45\ndv/dt = g - v : rk45",
        "dv/dt = 0.3 - v^3 + 0.2*xi : rk45",
        "dv/dt = 0.3 - v^3 + u : rk45\ndu/dt = -u + 0.2*v : exponential\ndz/dt = v - z^3 : rk45, max=0.41",
        "dv/dt = 0.3 - v(t - (2.0 + t_s/3.1)) + 0.1*sin(t) : rk45, init=0.4\ndu/dt = v - 0.3*u(t - 2.0) : rk45",
    ],
    ids=["two tolerances", "global", "noise", "beside other methods", "delays"],
)
def test_trajectories_agree(equations, dt):
    series = assert_agree(neurons(dt=dt, method="rk45", parameters="t_s = 3.3", equations=equations)).series
    assert all(np.ptp(values) > 0.01 for values in series.values())


def test_an_internal_step_that_passes_the_threshold_is_the_last_one():
    outcome = assert_agree(neurons(dt=0.5, **UPSTROKE))
    [spikes] = outcome.spikes.values()
    assert len(spikes) >= 6


def test_the_interpreter_keeps_to_its_tolerance():
    values = run(neurons(dt=0.5, size=1, equations=OSCILLATOR.replace("rk45\n", "rk45, rtol=1e-8\n")), "reference")

    def slopes(t, y):
        return y[1], 7.0 * (1.0 - y[0] ** 2) * y[1] - y[0]

    times = 0.5 * np.arange(1, 201)
    exact = solve_ivp(slopes, (0.0, times[-1]), (1.3, 0.2), "LSODA", times, rtol=1e-12, atol=1e-12)
    found = next(v for key, v in values.series.items() if key.startswith("v "))
    np.testing.assert_allclose(found[:, 0], exact.y[0], atol=1e-4)  # stiff phases amplify what is tolerated


def test_synapses_begin_each_step_with_its_whole_length():
    def build() -> Network:
        net = Network(dt=0.5, seed=3)
        population = net.create(3, Neuron(equations="r = sin(t/3.0) + 0.1*sum(exc)"))
        synapse = Synapse(equations="dw/dt = 9.0*(pre.r - w^3) : rk45")
        projection = net.connect(population, population, "exc", synapse).all_to_all(Uniform(0.0, 1.0))
        net.monitor(population, "r")
        net.monitor(projection, "w")
        return net

    assert_agree(build)


@pytest.mark.parametrize("backends", [("c", "reference"), ("reference", "c")])
def test_a_run_that_another_backend_goes_on_with_remembers_the_length_of_internal_steps(backends):
    turning = "dv/dt = 3.0*u : init=1.3, rk45\ndu/dt = -3.0*v : rk45"
    whole, parts, forgetful = (neurons(dt=0.5, equations=turning)() for _ in range(3))
    whole.compile()
    whole.simulate(20.0)
    for backend in backends:
        parts.compile(backend=backend)
        parts.simulate(10.0)
    first, second = (net.get_monitors()[0].get("v") for net in (whole, parts))
    np.testing.assert_allclose(second, first, rtol=1e-10)
    forgetful.compile(backend=backends[0])
    forgetful.simulate(10.0)
    forgetful.get_populations()[0]._inner["v"][:] = 0.0
    forgetful.compile(backend=backends[1])
    forgetful.simulate(10.0)
    assert difference(forgetful.get_monitors()[0].get("v"), first) > TOLERANCE


def test_giving_up_is_told_in_the_same_words(monkeypatch):
    for module in (eqneuro.numerics.rk45, eqneuro.reference.methods.rk45):
        monkeypatch.setattr(module, "LIMIT", 20)
    texts = []
    for backend in ("c", "reference"):
        net = neurons(dt=0.5, equations="dv/dt = 1e5*(cos(t) - v) : init=2.0, rk45\nu = 1.0")()
        net.compile(backend=backend)
        with pytest.raises(StepLimitError) as error:
            net.simulate(5.0)
        texts.append(str(error.value))
        assert np.isnan(net.get_populations()[0]._inner["v"][:3]).all()
    assert texts[0] == texts[1]
