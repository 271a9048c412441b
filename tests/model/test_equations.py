"""Equations: solved for their gradients, in order, with bounds, methods, noise and the past."""

import numpy as np
import pytest

from eqneuro.language.errors import EquationError
from eqneuro.language.evaluate import evaluate
from eqneuro.language.parser import parse_expression
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Delayed, InputSum, Name, Number
from eqneuro.model.flags import METHODS
from eqneuro.model.linear import Nonlinear, linear_form, linear_system
from eqneuro.model.models import AssignmentEquation, Bound, OdeEquation
from eqneuro.model.neuron import Neuron
from eqneuro.model.synapse import Synapse

PARAMETERS = "tau = 10.0; C = 2.0; g = 0.5; E = -3.0; I = 7.0"


def expression(text):
    return parse_expression(SourceText(text, "test"))


def right(equation, **arguments):
    [found] = Neuron(parameters=PARAMETERS, equations=equation, **arguments).model.equations
    assert isinstance(found, OdeEquation)
    return found.right


SOLVED = {
    "dv/dt = -v": "-v",
    "tau*dv/dt = I - v": "(I - v)/tau",
    "tau*dv/dt + v = I": "(I - v)/tau",
    "I = v + tau*dv/dt": "(I - v)/tau",
    "C*dv/dt - I = 0": "I/C",
    "C*dv/dt + g*(v - E) - I = 0.0": "(I - g*(v - E))/C",
    "-tau*dv/dt = v - I": "(I - v)/tau",
    "dv/dt/2.0 = v": "2.0*v",
    "(dv/dt + v)/tau = I": "I*tau - v",
    "tau*(2.0*dv/dt + v)*3.0 = I": "I/(6.0*tau) - v/2.0",
    "2.0*(tau - 1.0)*dv/dt = exp(v)": "exp(v)/(2.0*(tau - 1.0))",
    "(if I > 0.0: 2.0*dv/dt else: v) = I": "I/2.0",
    "dv/dt = if v > 0.0: I else: -I": "if v > 0.0: I else: -I",
    "v*dv/dt = I": "I/v",
    "+dv/dt = +v": "v",
}


@pytest.mark.parametrize(("equation", "solution"), SOLVED.items())
def test_an_ode_is_solved_for_its_gradient(equation, solution):
    names = dict(tau=10.0, C=2.0, g=0.5, E=-3.0, I=7.0)
    for v in (0.3, -1.7, 12.5):
        found = evaluate(right(equation), {**names, "v": v})
        np.testing.assert_allclose(found, evaluate(expression(solution), {**names, "v": v}), rtol=1e-13)


def test_augmented_assignments_are_written_out():
    lines = "a += 2.0\nb -= 2.0\nc *= a + 1.0\nd /= 2.0"
    values = {e.variable: e.value for e in Neuron(equations=lines).model.equations}
    assert values["a"] == expression("a + 2.0")
    assert values["b"] == expression("b - 2.0")
    assert values["c"] == expression("c * (a + 1.0)")
    assert values["d"] == expression("d / 2.0")


def test_global_equations_come_first_and_the_others_stay_in_order():
    lines = "a = g1 + 1.0\ng1 = 2.0 : population\nb = a\ndg2/dt = g1 - g2 : population\nc = b"
    model = Neuron(equations=lines).model
    assert [e.variable for e in model.equations] == ["g1", "g2", "a", "b", "c"]
    assert [a.name for a in model.variables] == ["a", "g1", "b", "g2", "c"]


def test_bounds_keep_the_order_in_which_they_are_written():
    model = Neuron(parameters="top = 3.0", equations="v = 1.0 : max=top, min=2.0*top\nu = v : min=v").model
    assert model.equations[0].bounds == (Bound("max", Name("top")), Bound("min", expression("2.0*top")))
    assert model.equations[1].bounds == (Bound("min", Name("v")),)


@pytest.mark.parametrize("method", [m for m in METHODS if m != "event-driven"])
def test_each_method_is_kept_where_the_equation_admits_it(method):
    assert Neuron(equations=f"dv/dt = -v : {method}").model.equations[0].method == method
    assert Neuron(equations="dv/dt = -v").model.equations[0].method is None


@pytest.mark.parametrize(
    "equation",
    ["dv/dt = -v*u", "dv/dt = -v*I + u^2", "dv/dt = if v > u: -v else: -2.0*v", "dv/dt = -v*(t + 1.0)", "dv/dt = I"],
)
def test_exponential_takes_what_is_linear_in_its_own_variable(equation):
    lines = f"{equation} : exponential\ndu/dt = v*v"
    assert Neuron(parameters="I = 1.0", equations=lines).model.equations[0].method == "exponential"


@pytest.mark.parametrize("equation", ["dv/dt = v^2", "dv/dt = exp(v)", "dv/dt = 1/v", "dv/dt = abs(v)"])
@pytest.mark.parametrize("method", ["exponential", "exact"])
def test_what_is_not_linear_admits_neither_exponential_nor_exact(equation, method):
    with pytest.raises(EquationError, match=f"method '{method}' needs"):
        Neuron(equations=f"{equation} : {method}")


def test_exact_takes_linear_systems_whose_inputs_may_change():
    lines = "dv/dt = (u - v)/tau + I*sin(t) : exact\ndu/dt = -u/tau + 3.0*r^2 : exact\nr = sum(exc)"
    model = Neuron(parameters="tau = 10.0; I = 2.0", equations=lines).model
    assert [e.method for e in model.equations[:2]] == ["exact", "exact"]


def test_exact_equations_that_do_not_touch_are_looked_at_one_by_one():
    """The product u*v is an input of v's equation where another line stands between the two."""
    apart = "dv/dt = -v*w : exact\nw = 1.0\ndu/dt = -u : exact"
    with pytest.raises(EquationError, match="`w` is not constant"):
        Neuron(equations=apart)
    assert Neuron(equations="dv/dt = -v + u^2 : exact\nr = 1.0\ndu/dt = -u : exact").model.equations


def test_an_exact_equation_beside_one_of_another_method_sees_that_as_an_input():
    model = Neuron(equations="dv/dt = -v + u^2 : exact\ndu/dt = -u*u : rk4").model
    assert [e.method for e in model.equations] == ["exact", "rk4"]


def test_functions_are_written_out_where_they_are_called():
    functions = "f(x, a) = a*x + 1.0\ng(x) = f(x, 2.0) - f(3.0, x)"
    model = Neuron(functions=functions, equations="v = g(t)").model
    assert model.equations[0].value == expression("2.0*t + 1.0 - (t*3.0 + 1.0)")
    assert [f.name for f in model.functions] == ["f", "g"]


def test_a_function_keeps_its_brackets():
    model = Neuron(functions="f(x) = x*x", equations="v = f(t + 1.0)^2").model
    assert evaluate(model.equations[0].value, {"t": 2.0}) == 81.0


def test_a_functions_argument_may_be_called_as_a_variable_is():
    model = Neuron(functions="f(v, t) = v - t", equations="v = f(3.0, 1.0)\nu = f(t, v)").model
    assert model.equations[0].value == expression("3.0 - 1.0")
    assert model.equations[1].value == expression("t - v")


def test_delayed_values_take_numbers_parameters_and_their_sums():
    lines = "dv/dt = -v(t - 3.0) + v(t - d) + v(t - (d + 2.0*dt)) + v(t-0)"
    model = Neuron(parameters="d = 5.0", equations=lines).model
    delays = [node for node in model.equations[0].right.walk() if isinstance(node, Delayed)]
    assert {node.delay for node in delays} == {Number(3.0), Name("d"), expression("d + 2.0*dt"), Number(0)}


@pytest.mark.parametrize(
    "delay",
    ["v", "t", "t_last", "u", "sum(exc)", "Uniform(0, 1)", "mean(v)", "v(t - 1.0)", "g_exc", "-2.0", "0.0 - 1.0"],
)
def test_a_delay_that_changes_or_is_negative_is_refused(delay):
    with pytest.raises(EquationError, match="delay"):
        Neuron(equations=f"u = 1.0\ndv/dt = v(t - ({delay}))", spike="v > 1.0")


@pytest.mark.parametrize("equation", ["dv/dt = xi", "dv/dt = -v + sigma*xi", "tau*dv/dt + v = v*xi_1 + sigma*xi_2/tau"])
def test_white_noise_stands_in_odes_as_a_factor(equation):
    assert Neuron(parameters="sigma = 1.0; tau = 10.0", equations=equation).model.equations


@pytest.mark.parametrize("equation", ["dv/dt = xi*xi", "dv/dt = exp(xi)", "dv/dt = xi_1*xi_2", "dv/dt = 1.0/xi",
                                      "dv/dt = if xi > 0.0: 1.0 else: 0.0", "xi*dv/dt = 1.0"])  # fmt: skip
def test_white_noise_that_enters_otherwise_is_refused(equation):
    with pytest.raises(EquationError, match="enters nonlinearly"):
        Neuron(equations=equation)


@pytest.mark.parametrize(
    "arguments",
    [dict(equations="v = xi"), dict(equations="dv/dt = 1.0 : init=xi"), dict(equations="dv/dt = 1.0 : max=xi"),
     dict(equations="dv/dt = 1.0", spike="v > xi"), dict(equations="dv/dt = 1.0", spike="v > 1.0", reset="v = xi"),
     dict(parameters="a = xi")],
)  # fmt: skip
def test_white_noise_stands_in_odes_only(arguments):
    with pytest.raises(EquationError, match="white noise 'xi' in"):
        Neuron(**arguments)


def test_inputs_are_noted_with_their_targets():
    rate = Neuron(equations="r = sum(exc) - sum(inh)").model
    assert (rate.targets, rate.reads_all_targets) == (("exc", "inh"), False)
    assert Neuron(equations="r = sum()").model.reads_all_targets
    spiking = Neuron(equations="dv/dt = g_exc - sum(inh)\ndg_slow/dt = -g_slow", spike="v > 1.0").model
    assert spiking.targets == ("exc", "inh", "slow")
    assert Name("g_inh") in set(spiking.equations[0].right.walk())  # one thing under two names
    assert InputSum("inh") not in set(spiking.equations[0].right.walk())


@pytest.mark.parametrize("operation", ["mean", "min", "max", "norm1", "norm2"])
def test_global_operations_take_local_variables_and_parameters(operation):
    lines = f"v = 1.0\ng = {operation}(v) : population\nr = {operation}(a) + g"
    assert len(Neuron(parameters="a = 1.0", equations=lines).model.equations) == 3
    assert Synapse(psp=f"w*{operation}(pre.r)").model.pre_attributes[0].name == "r"


def test_names_that_nobody_defines_may_be_constants_of_the_network():
    model = Neuron(equations="r = gain * offset2 + gain").model
    assert [free.name for free in model.constants] == ["gain", "offset2"]


@pytest.mark.parametrize(
    ("text", "coefficients", "rest"),
    [
        ("a*x + b*y + c", {"x": 3.0, "y": 5.0}, 7.0),
        ("-(x - 2.0*y)/a", {"x": -1 / 3, "y": 2 / 3}, 0.0),
        ("if c > 0.0: x else: y + 1.0", {"x": 1.0, "y": 0.0}, 0.0),
        ("+x - -y", {"x": 1.0, "y": 1.0}, 0.0),
        ("exp(c)", {}, float(np.exp(7.0))),
        ("x - x", {"x": 0.0}, 0.0),
    ],
)
def test_linear_forms_are_read_off(text, coefficients, rest):
    names = dict(a=3.0, b=5.0, c=7.0)
    form = linear_form(expression(text), ["x", "y"])
    assert {k: evaluate(v, names) for k, v in form.coefficients.items()} == pytest.approx(coefficients)
    assert evaluate(form.rest, names) == pytest.approx(rest)


@pytest.mark.parametrize("text", ["x*y", "x^2", "a/x", "sin(x)", "if x > 0.0: 1.0 else: 2.0", "max(x, 1.0)", "x < 1.0"])
def test_what_is_not_linear_is_said_to_be_so(text):
    with pytest.raises(Nonlinear):
        linear_form(expression(text), ["x", "y"])


def test_a_linear_system_has_its_matrix_and_inputs():
    system = linear_system([("x", expression("-a*x + y + t")), ("y", expression("2.0*x"))], ["a"])
    names = dict(a=3.0, t=5.0)
    matrix = [[evaluate(entry, names) for entry in row] for row in system.matrix]
    assert matrix == [[-3.0, 1.0], [2.0, 0.0]]
    assert [evaluate(entry, names) for entry in system.inputs] == [5.0, 0.0]


def test_assignments_between_odes_are_kept_apart():
    kinds = [type(e) for e in Neuron(equations="dv/dt = 1.0\nu = v\ndw/dt = u").model.equations]
    assert kinds == [OdeEquation, AssignmentEquation, OdeEquation]
