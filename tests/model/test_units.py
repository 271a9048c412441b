"""Units in text: the table of wrong texts has their mistakes; here is what right text means."""

from fractions import Fraction

import pint
import pytest
from hypothesis import given, settings, strategies as st

from eqneuro import AdEx, Neuron, Parameter, Synapse, Variable
from eqneuro.language.errors import EquationError
from eqneuro.language.parser import parse_expression
from eqneuro.language.source import SourceText
from eqneuro.model.quantities import dimension_of, magnitude_of, read_unit
from eqneuro.model.resolve import CONSTANT_DIMENSIONS, DECLARED_CONSTANTS
from eqneuro.model.units import BASES, POTENTIAL, Dimension, converted, find_unit, names, unit_name

PINT = pint.UnitRegistry()


pytestmark = pytest.mark.usefixtures("nothing_declared")


def unit_of(text):
    return read_unit(parse_expression(SourceText(text, "a unit")), lambda name: find_unit(name) is not None)


def value_of(model, name):
    [attribute] = [a for a in model.attributes if a.name == name]
    return attribute.init


# -- models with units are the models without -------------------------------------------------------------------------

LIF = (
    dict(
        parameters="tau = 20*ms; E_L = -0.07*V; R = 100*MOhm; I = 0.2*nA : population",
        equations="tau*dv/dt = E_L - v + R*I + g_exc*GOhm : init=-70*mV, min=-90*mV, exact",
        spike="v > -50*mV",
        reset="v = -65*mV",
        refractory="0.002*s",
    ),
    dict(
        parameters="tau = 20.0; E_L = -70.0; R = 0.1; I = 200.0 : population",
        equations="tau*dv/dt = E_L - v + R*I + g_exc : init=-70.0, min=-90.0, exact",
        spike="v > -50.0",
        reset="v = -65.0",
        refractory="2.0",
    ),
)
HH = (
    dict(
        parameters="""
            C = 1*uF/cm^2; gNa = 120*mS/cm**2; gK = 36*mS/cm^2; gL = 0.3*mS/cm^2
            VNa = 45*mV; VK = -82*mV; VL = -59.387*mV; I = 10*uA/cm^2
        """,
        functions="f(v) = 0.01/mV/ms*(v + 60*mV)/(1.0 - exp(-0.1/mV*(v + 60*mV)))",
        equations="""
            dn/dt = f(v)*(1.0 - n) - 0.125/ms*exp(-0.0125/mV*(v + 70*mV))*n : init=0.3
            dm/dt = 0.1/mV/ms*(v + 45*mV)/(1.0 - exp(-0.1/mV*(v + 45*mV)))*(1.0 - m) - 4/ms*exp(-(v + 70*mV)/(18*mV))*m
            dh/dt = 0.07/ms*exp(-0.05/mV*(v + 70*mV))*(1.0 - h) - 1/ms/(1.0 + exp(-0.1/mV*(v + 40*mV)))*h
            C*dv/dt = gL*(VL - v) + gK*n^4*(VK - v) + gNa*m^3*h*(VNa - v) + I : init=-70*mV
        """,
        spike="v > 0*mV",
    ),
    dict(
        parameters="""
            C = 1.0; gNa = 120.0; gK = 36.0; gL = 0.3
            VNa = 45.0; VK = -82.0; VL = -59.387; I = 10.0
        """,
        functions="f(v) = 0.01*(v + 60.0)/(1.0 - exp(-0.1*(v + 60.0)))",
        equations="""
            dn/dt = f(v)*(1.0 - n) - 0.125*exp(-0.0125*(v + 70.0))*n : init=0.3
            dm/dt = 0.1*(v + 45.0)/(1.0 - exp(-0.1*(v + 45.0)))*(1.0 - m) - 4.0*exp(-(v + 70.0)/(18.0))*m
            dh/dt = 0.07*exp(-0.05*(v + 70.0))*(1.0 - h) - 1.0/(1.0 + exp(-0.1*(v + 40.0)))*h
            C*dv/dt = gL*(VL - v) + gK*n^4*(VK - v) + gNa*m^3*h*(VNa - v) + I : init=-70.0
        """,
        spike="v > 0.0",
    ),
)


@pytest.mark.parametrize("pair", [LIF, HH], ids=["LIF", "Hodgkin-Huxley"])
def test_model_with_units_is_the_model_with_their_numbers(pair):
    with_units, plain = (Neuron(**text) for text in pair)
    assert with_units.model == plain.model
    assert with_units.units
    assert not plain.units


def test_built_in_neuron_takes_parameters_with_units():
    given = dict(C="0.281*nF", gL="30*nS", EL="-70.6*mV", VT="-50.4*mV", DeltaT="2*mV", a="4*nS", tau_w="0.144*s",
                 b="0.0805*nA", v_reset="-70.6*mV", v_spike="20*mV", I="0.8*nA", tau_refrac="2*ms")  # fmt: skip
    plain = AdEx(I=800.0, tau_refrac=2.0, DeltaT=2.0)
    assert AdEx(**given).model == plain.model
    assert AdEx(**given).units["w"] == AdEx(**given).units["g_exc"] == "pA"
    with pytest.raises(EquationError, match="cannot subtract"):
        AdEx(**given | {"VT": -50.4})


def test_quantities_of_pint_are_what_the_text_says():
    text = Neuron({"tau": "20*ms", "E": "-70*mV", "g": "3*uS/cm^2"}, "tau*dv/dt = E - v : init=-60*mV, max=0*mV")
    variable = Variable("tau*dv/dt = E - v", init=-60 * PINT.mV, max=0 * PINT.mV)
    quantities = {"tau": 0.02 * PINT.s, "E": Parameter(-70 * PINT.mV), "g": 3e-3 * PINT.mS / PINT.cm**2}
    assert Neuron(quantities, variable).model == text.model
    assert Neuron(quantities, variable).units == text.units == {"tau": "ms", "E": "mV", "g": "mS/cm^2", "v": "mV"}


def test_refractory_time_may_be_a_quantity():
    neuron = Neuron(equations="dv/dt = 1.0", spike="v > 1.0", refractory=0.005 * PINT.s)
    assert neuron.model == Neuron(equations="dv/dt = 1.0", spike="v > 1.0", refractory=5.0).model
    with pytest.raises(ValueError, match="must be a time"):
        Neuron(equations="dv/dt = 1.0", spike="v > 1.0", refractory=5.0 * PINT.mV)


def test_quantity_of_several_numbers_is_no_value_of_a_parameter():
    with pytest.raises(ValueError, match="not one finite number"):
        Neuron({"tau": [1.0, 2.0] * PINT.ms}, "r = tau")
    with pytest.raises(ValueError, match="which eqneuro does not know"):
        Neuron({"tau": 1.0 * PINT.candela}, "r = tau")


# -- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20*ms", 20.0), ("0.02*s", 20.0), ("0.07*uF", 70000.0), ("-70e-3*V", -70.0), ("1/(20*ms)", 0.05),
        ("50*Hz", 0.05), ("2*nS/mV", 2.0), ("3*mV**2", 3.0), ("5*sqrt(ms)", 5.0), ("2*µS", 2000.0),
        ("2*μS", 2000.0), ("4*millivolt", 4.0), ("4*kiloohm", 4e-6), ("1.5*mM", 1.5), ("ms*7", 7.0),
        ("10*um", 1.0), ("2*kelvin", 2.0),
    ],
)  # fmt: skip
def test_value_is_converted_as_its_digits_say(text, expected):
    model = Neuron(f"q = {text}; tau = 1*ms", "r = q").model
    value = value_of(model, "q")
    assert (-value.operand.value if hasattr(value, "operand") else value.value) == expected


@given(st.floats(-1e12, 1e12).filter(lambda x: x == 0.0 or abs(x) > 1e-12), st.sampled_from(sorted(names())))
def test_conversion_is_exact_and_rounded_once(value, name):
    scale = find_unit(name).scale
    assert converted(value, scale) == float(Fraction(repr(value)) * scale)
    assert converted(value, scale) == pytest.approx(value * float(scale), rel=1e-15)


@pytest.mark.parametrize("name", sorted(names()))
def test_unit_is_that_of_pint(name):
    quantity = PINT.Quantity(1.0, name.replace("Ohm", "ohm"))
    unit = find_unit(name)
    assert dimension_of(quantity) == unit.dimension
    assert magnitude_of(quantity) == float(unit.scale)


@given(
    st.lists(st.tuples(st.sampled_from(sorted(names())), st.integers(-3, 3)), min_size=1, max_size=4),
    st.floats(1.0, 9.0),
)
@settings(max_examples=60, deadline=None)
def test_products_of_units_are_those_of_pint(factors, number):
    text = "*".join(f"{name}^({power})" for name, power in factors)
    unit = unit_of(f"{number!r}*{text}")
    quantity = number * PINT.parse_expression(text.replace("Ohm", "ohm").replace("^", "**"))
    quantity = quantity if hasattr(quantity, "units") else PINT.Quantity(quantity, "")
    assert dimension_of(quantity) == unit.dimension
    assert magnitude_of(quantity) == pytest.approx(float(unit.scale), rel=1e-11)


@given(st.dictionaries(st.sampled_from(sorted(BASES)), st.integers(-3, 3).filter(bool), min_size=1))
def test_name_of_a_dimension_is_text_for_one_of_eqneuros_units(powers):
    dimension = Dimension.of(**powers)
    unit = unit_of(unit_name(dimension))
    assert unit.dimension == dimension
    assert unit.scale == 1


COMMON = ("mV", "1/ms", "nS", "pF", "GOhm", "fC", "mM", "uA/cm^2", "mS/cm^2", "uF/cm^2", "mV/ms", "nS/ms", "K", "pA^2")


@pytest.mark.parametrize("text", [*COMMON, "mV/ms^(1/2)"])
def test_common_units_are_called_as_they_are_written(text):
    unit = unit_of(text)
    assert unit.scale == 1
    assert unit_name(unit.dimension) == text


# -- who is a unit ----------------------------------------------------------------------------------------------------


def test_names_of_units_are_free_in_models_without():
    text = "ms = 2.0; mV = 3.0; A = 1.0; m = 0.5; h = 2.0; S = 3.0; C = 4.0; tau = 10*ms"
    model = Neuron(text, "tau*dv/dt = mV*A - v/m + S*h*C").model
    assert model.units is None
    assert not model.constants


def test_names_of_the_model_are_no_units_where_it_has_some():
    model = Neuron("C = 200*pF; m = 0.5; V = 3*mV", "I = C*V*m/ms").model
    assert Neuron("C = 200.0; m = 0.5; V = 3.0", "I = C*V*m").model == model
    neuron = Neuron("D = 2*mV", "v = f(D)", functions="f(V) = 3.0*V")
    assert neuron.model == Neuron("D = 2.0", "v = f(D)", functions="f(V) = 3.0*V").model


def test_bare_name_of_a_unit_is_a_constant_as_before():
    model = Neuron("tau = ms", "r = tau").model
    assert [c.name for c in model.constants] == ["ms"]
    assert model.units is None


def test_constant_that_was_declared_is_no_unit():
    DECLARED_CONSTANTS.add("ms")
    model = Neuron("tau = 20*ms", "r = tau").model
    assert [c.name for c in model.constants] == ["ms"]
    assert model.units is None


def test_units_in_equations_alone_make_no_model_with_units():
    model = Neuron(equations="dv/dt = -v/(20*ms)").model
    assert [c.name for c in model.constants] == ["ms"]


@pytest.mark.parametrize("flag", ["unit=mV", "init=3*mV", "min=3*mV", "max=3*mV"])
def test_flag_with_a_unit_makes_a_model_with_units(flag):
    neuron = Neuron(equations=f"dv/dt = -v/(20*ms) : {flag}")
    assert neuron.units == {"v": "mV"}


# -- what is found out ------------------------------------------------------------------------------------------------


def test_dimensions_that_the_text_does_not_say_are_found_out():
    neuron = Neuron(
        "tau = 20*ms; C = 200*pF; E = -70*mV; Ee = 0*mV; tau_e = 5*ms; I = 0.0; mu = Normal(-60*mV, 2*mV); A = 1.5",
        """
        rate = 1/tau
        C*dv/dt = I + g_exc*(Ee - v) + gap*(mean(v) - v) + C*(mu - v(t - 3*ms))*rate
        gap = if v > E: 0.5*nS else: 0.0
        tau_e*dg_exc/dt = -g_exc
        x = A*exp(clip(v - E, 0, 10*mV)/E) + heaviside(v - E) + sign(I)
        n = n + 1 : int
        """,
        spike="v > -50*mV and t - t_last > 2*ms",
        reset="v = E; g_exc *= 0.5",
    )
    assert neuron.units == {
        "tau": "ms", "C": "pF", "E": "mV", "Ee": "mV", "tau_e": "ms", "I": "pA", "mu": "mV", "rate": "1/ms", "v": "mV",
        "gap": "nS", "g_exc": "nS",
    }  # fmt: skip


def test_white_noise_is_in_one_by_the_root_of_time():
    neuron = Neuron("tau = 20*ms; E = -70*mV; s = 0.0; D = 0.0", "tau*dv/dt = E - v + s*sqrt(2*tau)*xi + tau*D*xi_b")
    assert neuron.units == {"tau": "ms", "E": "mV", "v": "mV", "s": "mV", "D": "mV/ms^(1/2)"}


def test_inputs_of_rate_coded_neurons_have_units():
    neuron = Neuron("tau = 10*ms; B = 5*Hz", "tau*dr/dt = B + sum(exc) - sum(inh) - r : min=0.0")
    assert neuron.units == dict.fromkeys(["B", "r", "sum(exc)", "sum(inh)"], "1/ms") | {"tau": "ms"}


def test_what_nothing_decides_is_left_open():
    neuron = Neuron("tau = 10*ms", "tau*dx/dt = a - x\na = a")
    assert neuron.units == {"tau": "ms"}


def test_synapses_have_units():
    synapse = Synapse(
        "tau = 20*ms; A = 0.1*nS; w_max = 2*nS",
        "tau*dx/dt = -x : event-driven\nu = (post.v - 10*mV)/mV",
        pre_spike="g_target += w; x += A; w = clip(w - x, 0.0, w_max)",
        post_spike="w += x*exp((t_pre - t_post)/tau) : max=w_max",
    )
    assert synapse.units == {
        "tau": "ms", "A": "nS", "w_max": "nS", "x": "nS", "w": "nS", "g_target": "nS", "post.v": "mV",
    }  # fmt: skip
    plain = Synapse(
        "tau = 20.0; A = 0.1; w_max = 2.0",
        "tau*dx/dt = -x : event-driven\nu = post.v - 10.0",
        pre_spike="g_target += w; x += A; w = clip(w - x, 0.0, w_max)",
        post_spike="w += x*exp((t_pre - t_post)/tau) : max=w_max",
    )
    assert synapse.model == plain.model


def test_refractory_times_and_conditions_are_told_apart():
    def refractory(text, parameters="tau = 5*ms; on = True"):
        return Neuron(parameters, "tau*dv/dt = -v : unit=mV", spike="v > 1*mV", refractory=text).model.refractory

    plain = Neuron("tau = 5.0; on = True", "tau*dv/dt = -v", spike="v > 1.0", refractory="2*tau")
    assert refractory("2*tau") == plain.model.refractory
    for text in ("on", "v > 0.5*mV", "not on", "3.0", 3.0, "tau"):
        assert refractory(text) is not None
    with pytest.raises(EquationError, match="refractory needs a time, not mV"):
        refractory("v")


def test_constant_with_a_unit_has_it_in_models_that_are_made_later():
    DECLARED_CONSTANTS.add("E_L")
    CONSTANT_DIMENSIONS["E_L"] = POTENTIAL
    assert Neuron("tau = 2*ms", "tau*dv/dt = E_L - v").units == {"tau": "ms", "E_L": "mV", "v": "mV"}
    with pytest.raises(EquationError, match="cannot subtract mV from pA"):
        Neuron("tau = 2*ms; I = 3*pA", "tau*dv/dt = I - E_L")


def test_power_of_a_plain_base_may_be_a_parameter():
    assert Neuron("D = 2*mV; n = 2.5", "x = (D/mV)^n + n^(D/mV)").units == {"D": "mV"}


def test_error_in_a_function_shows_the_function_and_the_call():
    with pytest.raises(EquationError) as caught:
        Neuron("D = 2*mV", "v = f(D, D)", functions="g(x) = x + 1*pA\nf(x, y) = 2.0*g(y)")
    error = caught.value
    assert error.source.where == "functions of Neuron"
    assert error.source.text[error.span.start : error.span.stop] == "1*pA"
    assert error.hint == "It is called as `g(y)`: x is in mV."
