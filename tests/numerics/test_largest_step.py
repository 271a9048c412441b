"""The largest step along a run: the range of the solution, its fastest moment, and where a run by trial is lost."""

import numpy as np
import pytest

from eqneuro.model.neuron import Neuron
from eqneuro.numerics.dynamics import Dynamics
from eqneuro.numerics.largest_step import step_along_run

CUBIC = "dv/dt = 20.0*(v - v^3/3.0 - w + 0.5)\ndw/dt = 0.16*(v + 0.7 - 0.8*w)"
"""FitzHugh and Nagumo's neuron, fast: at rest and on the branches its rates are very different."""


def found(neuron, duration=100.0, method="explicit", **values):
    dynamics = Dynamics(neuron.model, method)
    given = {a.name: a.init.value for a in neuron.model.attributes} | values
    return step_along_run(dynamics, dynamics.names(given, 0.1), duration)


def stays(right, state, h, duration, most):
    """Whether Euler's method, written out here, keeps all variables below a bound."""
    for _ in range(int(duration / h)):
        state = state + h * right(state)
        if not (np.abs(state) < most).all():
            return False
    return True


def bisected(right, state, duration, most, low=1e-4, high=10.0):
    with np.errstate(all="ignore"):
        for _ in range(18):
            middle = np.sqrt(low * high)
            low, high = (middle, high) if stays(right, state, middle, duration, most) else (low, middle)
    return low


def test_linear_system_is_limited_by_its_eigenvalues():
    """Hairer's stiff pair: eigenvalues −1 and −1000."""
    pair = Neuron(equations="du/dt = 998.0*u + 1998.0*v : init=1.0\ndv/dt = -999.0*u - 1999.0*v : init=0.0")
    result = found(pair, 5.0)
    assert result.largest == pytest.approx(2.0 / 1000.0, rel=1e-6)
    assert result.time_constant == pytest.approx(1e-3, rel=1e-6)


def test_largest_step_of_an_oscillator_is_where_eulers_method_is_lost():
    result = found(Neuron(equations=CUBIC), v=-1.0, w=-0.5)

    def right(s):
        return np.array([20.0 * (s[0] - s[0] ** 3 / 3.0 - s[1] + 0.5), 0.16 * (s[0] + 0.7 - 0.8 * s[1])])

    assert 1.0 / 1.2 < result.largest / bisected(right, np.array([-1.0, -0.5]), 60.0, 10.0) < 1.2
    assert result.fastest.variable == "v"


def test_the_fastest_moment_of_the_run_is_told():
    """v' = −v³ + t decays at 3v²; v follows the cubic root of t."""
    result = found(Neuron(equations="dv/dt = -v^3 + t/10.0"), 80.0)
    assert result.duration > 40.0
    assert 1.0 / result.time_constant == pytest.approx(3.0 * (result.duration / 10.0) ** (2.0 / 3.0), rel=0.05)


def test_resets_keep_a_run_in_its_range():
    """The upstroke of a quadratic neuron ends in infinity, its spike before."""
    neuron = Neuron(equations="dv/dt = 0.1*v^2 + 1.0", spike="v > 100.0", reset="v = -10.0", refractory=2.0)
    result = found(neuron)
    # Euler's method leaves the branch below where v + h·v²/10 overshoots the range: about |v| = 10, where λ = −2
    assert result.largest is not None
    assert result.time_constant == pytest.approx(1.0 / 2.0, rel=1e-3)
    assert result.largest > 1.0


def test_refractory_neurons_rest_in_steps_and_runs():
    neuron = Neuron("tau = 10.0", "tau*dv/dt = -v + 20.0", spike="v > 10.0", reset="v = 0.0", refractory=3.0)
    dynamics = Dynamics(neuron.model, "explicit")
    names, history = dynamics.names({"tau": 10.0, "v": 9.9}, 1.0), []
    for _ in range(6):
        names, _ = dynamics.events(dynamics.step(names, 1.0), 1.0)
        history.append(float(names["v"]))
    assert history == [0.0, 0.0, 0.0, 0.0, 2.0, pytest.approx(2.0 + 1.8)]


@pytest.mark.parametrize("method", ["exponential", "exact", "implicit"])
def test_methods_without_limit_have_only_a_time_constant(method):
    result = found(Neuron("tau = 4.0", "tau*dv/dt = -v"), method=method, v=1.0)
    assert result.largest is None
    assert result.time_constant == pytest.approx(4.0, rel=1e-6)


def test_what_does_not_decay_says_nothing():
    assert found(Neuron(equations="dv/dt = 1.0")) is None


def test_assignments_between_the_equations_count():
    """The rate of v stands in another line: without it v would seem not to decay."""
    neuron = Neuron("g = 5.0", "I = g*(1.0 - v)\ndv/dt = I")
    result = found(neuron, v=0.0)
    assert result.largest == pytest.approx(2.0 / 5.0, rel=1e-6)
