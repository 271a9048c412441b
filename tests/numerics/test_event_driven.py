"""Rules of synapses: event-driven equations against the closed solution, and what runs in each step."""

import numpy as np
import pytest
from scipy.linalg import expm

from eqneuro.language.errors import EquationError
from eqneuro.model.synapse import Synapse
from eqneuro.numerics.event_driven import ELAPSED
from eqneuro.numerics.select import event_driven_rules, synapse_rules


def synapse(equations, parameters="tau = 20.0; tau_y = 5.0; a = 0.0"):
    return Synapse(parameters=parameters, equations=equations, pre_spike="g_target += w").model


def bring_up_to_date(evaluate, model, elapsed, **state):
    """The state after some time without events."""
    names = {"tau": 20.0, "tau_y": 5.0, "a": 0.0, **state, ELAPSED.name: elapsed}
    for rule in event_driven_rules(model):
        for statement in rule.statements:
            names[statement.symbol.name] = evaluate(statement.value, names)
    return names


@pytest.mark.parametrize("elapsed", [0.0, 0.1, 7.0, 1e4])
def test_trace_decays_over_the_time_since_the_last_event(evaluate, elapsed):
    model = synapse("tau*dx/dt = -x : event-driven")
    assert bring_up_to_date(evaluate, model, elapsed, x=3.0)["x"] == pytest.approx(
        3.0 * np.exp(-elapsed / 20.0), rel=1e-12, abs=1e-15
    )


def test_constant_input_is_followed_to_its_fixed_point(evaluate):
    model = synapse("tau*dx/dt = 2.0 - x : event-driven")
    for elapsed in (3.0, 1e5):
        expected = 2.0 + (0.5 - 2.0) * np.exp(-elapsed / 20.0)
        assert bring_up_to_date(evaluate, model, elapsed, x=0.5)["x"] == pytest.approx(expected, rel=1e-13)


def test_rate_of_zero_is_an_integrator(evaluate):
    model = synapse("dx/dt = a*x + 2.0 : event-driven")
    assert bring_up_to_date(evaluate, model, 3.0, x=0.5)["x"] == 6.5


@pytest.mark.parametrize("tau_y", [5.0, 20.0, 20.0 * (1 + 1e-13)])
def test_trace_that_feeds_another_one_follows_the_matrix_exponential(evaluate, tau_y):
    model = synapse("tau*dx/dt = -x + y : event-driven\ntau_y*dy/dt = -y : event-driven")
    state = bring_up_to_date(evaluate, model, 7.0, x=1.0, y=2.0, tau_y=tau_y)
    expected = expm(7.0 * np.array([[-1 / 20.0, 1 / 20.0], [0.0, -1 / tau_y]])) @ [1.0, 2.0]
    np.testing.assert_allclose([state["x"], state["y"]], expected, rtol=1e-13)


@pytest.mark.parametrize(
    "equations",
    [
        "dx/dt = -x + y : event-driven\ndy/dt = -y - x : event-driven",
        "dx/dt = -x + y : event-driven\ndy/dt = 1.0 - y : event-driven",
        "dx/dt = -x + y : event-driven\ndy/dt = z - y : event-driven\ndz/dt = -z : event-driven",
    ],
)
def test_chains_without_a_closed_form_are_refused_with_the_equation_named(equations):
    with pytest.raises(EquationError, match="only where that one decays by itself") as caught:
        event_driven_rules(synapse(equations))
    assert "dx/dt" in str(caught.value)


def test_only_the_other_equations_run_in_each_step():
    model = synapse("tau*dx/dt = -x : event-driven\ntau*dy/dt = -y : exact\ndz/dt = -z\nu = z")
    assert [rule.variables for rule in synapse_rules(model, "explicit")] == [("z",), ("u",)]
    assert [rule.variables for rule in event_driven_rules(model)] == [("x", "y")]


@pytest.mark.parametrize("default", ["exact", "auto"])
def test_linear_equations_of_synapses_are_exponential_where_a_network_asks_for_exact(default):
    [rule] = synapse_rules(synapse("tau*dx/dt = -x\ndz/dt = -z*z"), default)
    assert [choice.method for choice in rule.choices] == ["exponential", "rk4"]
    assert rule.choices[0].reason.endswith("the equation is linear in x while the rest is frozen.")


def test_localities_are_systems_of_their_own():
    model = synapse("dx/dt = -x : projection\ndy/dt = -y : postsynaptic\ndz/dt = -z")
    assert [rule.variables for rule in synapse_rules(model, "explicit")] == [("x",), ("y",), ("z",)]
