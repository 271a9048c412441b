"""Steps that are too large for a method are found before anything runs."""

import numpy as np
import pytest

from eqneuro.model.neuron import Neuron
from eqneuro.numerics.stability import LIMITS, find_unstable


def found(equations, dt, method="explicit", parameters="tau = 10.0", **values):
    return find_unstable(Neuron(parameters, equations).model, method, dt, {"tau": 10.0, "v": 0.0, **values})


@pytest.mark.parametrize("method", LIMITS)
def test_limit_is_where_the_method_itself_begins_to_grow(interpret, method):
    for factor in (0.99, 1.01):
        dt = factor * LIMITS[method] * 10.0
        unstable = found("tau*dv/dt = -v", dt, method)
        run = interpret("tau*dv/dt = -v", method, dt=dt, parameters={"tau": 10.0}, v=1.0)
        assert (unstable is not None) == (abs(run.run(300)["v"]) > 1.0)
    assert unstable.largest == pytest.approx(10.0 * LIMITS[method], rel=1e-6)


@pytest.mark.parametrize("method", ["exponential", "exact", "implicit", "semiimplicit", "sdirk2", "rk45", "auto"])
def test_methods_without_a_limit_are_never_reported(method):
    assert found("tau*dv/dt = -v", 1e6, method) is None


def test_stiffest_neuron_decides():
    assert found("tau*dv/dt = -v", 1.0, tau=np.array([10.0, 0.1, 5.0]), v=np.zeros(3)).largest == pytest.approx(0.2)
    assert found("tau*dv/dt = -v", 1.0, tau=np.array([10.0, 1.0, 5.0]), v=np.zeros(3)) is None


def test_eigenvalue_of_the_whole_system_decides_and_the_fastest_equation_is_named():
    equations = "dv/dt = -v + w\ndw/dt = 30.0*v - 50.0*w\ndu/dt = -u"
    unstable = found(equations, 0.1, w=0.0, u=0.0)
    fastest = np.abs(np.linalg.eigvals([[-1.0, 1.0], [30.0, -50.0]])).max()
    assert unstable.largest == pytest.approx(2.0 / fastest, rel=1e-6)
    assert unstable.equation.variable == "w"
    assert found(equations, 0.03, w=0.0, u=0.0) is None


def test_nonlinear_equation_is_looked_at_where_it_starts():
    assert found("dv/dt = -v^3", 0.1, v=1.0) is None
    assert found("dv/dt = -v^3", 0.1, v=10.0).largest == pytest.approx(2.0 / 300.0, rel=1e-6)


def test_growth_of_the_solution_is_not_the_fault_of_the_step():
    assert found("dv/dt = 100.0*v", 1.0) is None


def test_inputs_noise_draws_and_past_values_do_not_disturb():
    neuron = "tau*dv/dt = -v + sum(exc) + mean(v) + Normal(0.0, 1.0) + v(t - 3.0) + 2.0*xi + sin(t)"
    assert found(neuron, 25.0).largest == pytest.approx(20.0)


def test_only_equations_of_methods_with_a_limit_count():
    assert found("dv/dt = -100.0*v : exponential\ndw/dt = -w", 0.5, w=0.0) is None


def test_message_names_the_equation_the_method_and_the_largest_step():
    message = str(found("tau*dv/dt = -v", 30.0, "rk4", tau=10.0))
    assert "`tau*dv/dt = -v`" in message
    assert "method rk4" in message
    assert "dt = 30 ms" in message
    assert "27 ms" in message


def test_weakly_damped_oscillation_asks_for_small_steps():
    """λ = −0.1 ± i: Euler's method grows beyond 2·0.1/1.01, though |λ| is only 1."""
    equations = "dv/dt = -0.1*v + w\ndw/dt = -v - 0.1*w"
    assert found(equations, 0.19, w=0.0) is None
    assert found(equations, 0.3, w=0.0).largest == pytest.approx(2.0 * 0.1 / 1.01, rel=1e-6)
    assert found(equations, 0.3, "rk4", w=0.0) is None


def test_what_an_assignment_adds_to_a_rate_counts():
    assert found("I = 4.0*(1.0 - v)\ndv/dt = I - v", 0.5, I=0.0).largest == pytest.approx(2.0 / 5.0, rel=1e-6)


def test_thousands_of_neurons_are_looked_at_together():
    taus = np.full(25_000, 10.0)
    taus[17_123] = 0.1
    assert found("tau*dv/dt = -v + w\ndw/dt = -w", 1.0, tau=taus, v=np.zeros(25_000), w=0.0).largest == pytest.approx(
        0.2
    )
