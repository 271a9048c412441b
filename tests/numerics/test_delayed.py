"""What rules say of the past: at which times of a step it is read, and how between grid points."""

import numpy as np
import pytest
import sympy

from eqneuro import Neuron
from eqneuro.numerics.delayed import lagrange, later
from eqneuro.numerics.rules import CURVE, LINE, OPEN_CURVE, POINTS, Store
from eqneuro.numerics.select import neuron_rules
from eqneuro.numerics.symbols import symbol

HALF = sympy.Rational(1, 2)
SHIFTS = {
    "explicit": {0},
    "exponential": {0},
    "exact": {0},
    "implicit": {1},
    "semiimplicit": {1},
    "midpoint": {0, HALF},
    "heun": {0, 1},
    "rk4": {0, HALF, 1},
}


def rules_of(equations, method, inputs=()):
    return neuron_rules(Neuron(equations=equations).model, method, inputs)


@pytest.mark.parametrize("method", SHIFTS)
def test_the_past_is_read_at_the_times_of_the_stages(method):
    [rule] = rules_of("dx/dt = -x + y(t - 3.0)\ndy/dt = -y + x(t - 2.0)", method)
    for variable in "xy":
        assert {value.shift for value in rule.delayed if value.variable == variable} == SHIFTS[method]


def kinds(rules):
    return [{(value.variable, value.shift): value.between for value in rule.delayed} for rule in rules]


def test_the_slope_of_the_present_is_known_below_the_equation_and_in_its_later_stages():
    above, own, below = kinds(rules_of("a = x(t - 1.0)\ndx/dt = -x(t - 1.0)\nb = x(t - 1.0)", "heun"))
    assert above == {("x", 0): OPEN_CURVE}
    assert own == {("x", 0): OPEN_CURVE, ("x", 1): CURVE}
    assert below == {("x", 0): CURVE}


@pytest.mark.parametrize("equation", ["dx/dt = -x : explicit", "dx/dt = -x + xi : heun", "dx/dt = -x : implicit"])
def test_a_variable_without_a_slope_is_read_on_a_line(equation):
    assert kinds(rules_of(f"{equation}\nr = x(t - 1.0)", "rk4"))[1] == {("x", 0): LINE}


def test_an_assigned_variable_is_read_through_four_points_where_the_order_asks_for_it():
    assert set(kinds(rules_of("r = tanh(x)\ndx/dt = r(t - 1.0)", "rk4"))[1].values()) == {POINTS}
    assert set(kinds(rules_of("r = tanh(x)\ndx/dt = r(t - 1.0)", "heun"))[1].values()) == {LINE}
    assert set(kinds(rules_of("r = tanh(s)\ns = r(t - 1.0)", "rk4"))[1].values()) == {LINE}


@pytest.mark.parametrize(("method", "kept"), [("rk4", ["slope:x"]), ("explicit", [])])
def test_slopes_are_kept_of_variables_whose_past_is_read_and_of_no_others(method, kept):
    rules = rules_of("dx/dt = -x + y\ndy/dt = -y + x(t - 1.0)", method)
    stored = [s.symbol.name for rule in rules for s in rule.statements if isinstance(s, Store)]
    assert [name for name in stored if name.startswith("slope:")] == kept


def test_rules_that_read_no_past_stay_as_they_are():
    [rule] = rules_of("dx/dt = -x + sum(exc)", "rk4")
    assert not rule.delayed
    assert not rule.inputs
    assert "stages" not in rule.choices[0].reason


def test_late_inputs_are_read_at_the_times_of_stages_by_methods_that_have_them():
    [rule] = rules_of("dx/dt = -x + sum(exc) : rk4\ndy/dt = sum(exc) - sum(inh) : explicit", "rk4", ["sum(exc)"])
    assert {(value.name, value.shift) for value in rule.inputs} == {("sum(exc)", shift) for shift in (0, HALF, 1)}
    assert rule.choices[0].reason.endswith("Read at the times of its stages: sum(exc).")
    assert "stages" not in rule.choices[1].reason
    [new] = [s.value for s in rule.statements if s.symbol == symbol("new:y")]
    assert symbol("sum(exc)") in new.free_symbols


def test_four_sums_are_weighted_as_the_cubic_through_them_asks():
    """The sums of a step are those of its end: half a step earlier (1, −5, 15, 5)/16 of the last four, the oldest
    first."""
    nodes = [sympy.Integer(age) for age in range(4)]
    assert [16 * w for w in lagrange(nodes, HALF)] == [5, 15, -5, 1]


def test_a_shift_known_only_while_the_step_runs_takes_the_cubic_through_four_shifts():
    past, shift = symbol("past:a:0"), symbol("s")
    [(found, value)] = later((2 * past,), shift).items()
    assert found == past
    cubic = sympy.Lambda(shift, 1 + shift - 3 * shift**2 + 0.5 * shift**3)
    table = {past: cubic(0)} | {symbol(f"past:a:0+{k}/3"): cubic(sympy.Rational(k, 3)) for k in (1, 2)}
    table[symbol("past:a:0+1")] = cubic(1)
    for place in np.linspace(0.0, 1.0, 7):
        assert float(value.xreplace(table).subs(shift, place)) == pytest.approx(float(cubic(place)), rel=1e-14)
