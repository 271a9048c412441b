"""Noise of exact equations that are coupled: which share a covariance, what their kicks are, what stays as it was."""

import numpy as np
import pytest
from scipy.linalg import expm, solve_continuous_lyapunov

from eqneuro.model.neuron import Neuron
from eqneuro.numerics.select import neuron_rules

FILTERED = "dx/dt = -x/10.0 + 0.7*xi : exact\ndy/dt = (x - y)/4.0 : exact"
A, G = np.array([[-0.1, 0.0], [0.25, -0.25]]), np.array([[0.7], [0.0]])


def rules_of(equations, parameters=None):
    return neuron_rules(Neuron(parameters=parameters or {}, equations=equations).model, "explicit")


def kicks_of(equations, parameters=None):
    """Of the first linear system: the variables of each group, and how many numbers it draws."""
    [propagator] = rules_of(equations, parameters)[0].propagators
    names = propagator.variables
    return [([names[k] for k in kick.members], len(kick.factor[0])) for kick in propagator.kicks]


def covariance_of_kicks(interpret, equations, dt, names, **settings):
    """F·Fᵀ, read off the kicks of single numbers that are 1 while all others are 0."""
    drawn = []
    interpret(equations, dt=dt, normal=lambda name: drawn.append(name) or 0.0, **settings).step()
    columns = []
    for chosen in drawn:
        run = interpret(equations, dt=dt, normal=lambda name, chosen=chosen: float(name == chosen), **settings)
        run.step()
        columns.append([run.state[name] for name in names])
    factor = np.array(columns, dtype=float).T
    return factor @ factor.T


def test_equations_that_noise_reaches_through_others_share_a_covariance():
    assert kicks_of(FILTERED) == [(["x", "y"], 2)]
    longer = FILTERED + "\ndz/dt = y - z : exact\ndu/dt = -u + xi : exact\ndq/dt = u - q : exact"
    assert kicks_of(longer) == [(["x", "y", "z"], 3), (["u", "q"], 2)]


def test_a_common_source_joins_equations_that_do_not_read_each_other():
    assert kicks_of("dx/dt = -x + xi_c : exact\ndy/dt = -2.0*y + xi_c : exact") == [(["x", "y"], 2)]
    assert kicks_of("dx/dt = -x + xi_c : exact\ndy/dt = -2.0*y + xi_c + xi : exact\ndz/dt = x : exact") == [
        (["x", "y", "z"], 3)
    ]


def test_equations_with_sources_of_their_own_keep_their_closed_form():
    assert kicks_of("dx/dt = -x + xi : exact\ndy/dt = -y + 2.0*xi : exact") == []
    assert kicks_of("dx/dt = -x + xi_1 + xi_2 : exact\ndy/dt = -y : exact") == []
    assert kicks_of("dx/dt = -x : exact\ndy/dt = x - y : exact") == []


def test_strengths_that_change_from_step_to_step_keep_the_closed_form_of_each_equation():
    assert kicks_of("dx/dt = -x + t*xi : exact\ndy/dt = x - y : exact") == []
    assert kicks_of("dx/dt = -x + sigma*xi : exact\ndy/dt = x - y : exact", {"sigma": 2.0}) != []


def test_numbers_beside_those_of_the_sources_are_drawn_once():
    rule = rules_of(FILTERED + "\ndz/dt = y - z : exact")[0]
    names = [draw.symbol.name for draw in rule.draws]
    assert len(names) == len(set(names)) == 3
    assert {draw.distribution for draw in rule.draws} == {"Noise"}


@pytest.mark.parametrize("dt", [0.01, 1.0, 25.0])
def test_kicks_of_a_step_bring_the_stationary_covariance_back(interpret, dt):
    stationary = solve_continuous_lyapunov(A, -G @ G.T)
    carried = expm(dt * A) @ stationary @ expm(dt * A).T
    found = covariance_of_kicks(interpret, FILTERED, dt, "xy")
    np.testing.assert_allclose(carried + found, stationary, rtol=1e-11)


def test_named_sources_are_correlated_as_their_rates_tell(interpret):
    """∫₀ʰ exp(−(a + b)·s) ds: the integrals of one path with two memories are not the same number."""
    dt = 2.0
    found = covariance_of_kicks(
        interpret, "dx/dt = -a*x + xi_c : exact\ndy/dt = -b*y - 3.0*xi_c : exact", dt, "xy",
        parameters={"a": 1.0, "b": 0.2},
    )  # fmt: skip
    expected = [
        [-np.expm1(-2.0 * dt) / 2.0, -3.0 * -np.expm1(-1.2 * dt) / 1.2],
        [0.0, 9.0 * -np.expm1(-0.4 * dt) / 0.4],
    ]
    expected[1][0] = expected[0][1]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_parameter_for_each_neuron_gives_each_its_own_kicks(interpret):
    rates = np.array([0.1, 1.0, 10.0])
    run = interpret(
        "dx/dt = -k*x + xi_c : exact\ndy/dt = x - k*y : exact", dt=0.5, parameters={"k": 1.0},
        normal=lambda name: float(name == "noise:xi_c"), k=rates, x=np.zeros(3), y=np.zeros(3),
    )  # fmt: skip
    run.step()
    single = []
    for rate in rates:
        one = interpret(
            "dx/dt = -k*x + xi_c : exact\ndy/dt = x - k*y : exact", dt=0.5, parameters={"k": rate},
            normal=lambda name: float(name == "noise:xi_c"), x=0.0, y=0.0,
        )  # fmt: skip
        one.step()
        single.append([one.state["x"], one.state["y"]])
    np.testing.assert_allclose(np.array([run.state["x"], run.state["y"]]).T, single, rtol=1e-12)


def test_noise_in_proportion_to_a_neighbour_of_another_method_keeps_milsteins_kick(interpret):
    equations = "dx/dt = -x + y*xi : exact\ndz/dt = x - z : exact\ndy/dt = 0.0*t : explicit"
    assert kicks_of(equations) == []
    run = interpret(equations, dt=0.25, normal=lambda name: 2.0, x=1.0, y=3.0, z=0.0)
    run.step()
    assert run.state["x"] == pytest.approx(np.exp(-0.25) + 3.0 * 0.5 * 2.0, rel=1e-12)
