"""Parameters and variables: strings, lists, dicts, objects, localities, types, initial values."""

import numpy as np
import pytest

from eqneuro.language.distributions import Uniform
from eqneuro.language.errors import EquationError
from eqneuro.language.parser import parse_expression
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Draw, Name, Number, Unary
from eqneuro.model.attributes import Parameter, Variable
from eqneuro.model.models import Bound
from eqneuro.model.neuron import Neuron
from eqneuro.model.resolve import DECLARED_CONSTANTS
from eqneuro.model.synapse import Synapse
from eqneuro.network.network import Network


def attributes(neuron):
    return {a.name: a for a in neuron.model.attributes}


def described(neuron):
    return {a.name: (a.locality, a.type, a.init) for a in neuron.model.parameters}


def expression(text):
    return parse_expression(SourceText(text, "test"))


@pytest.mark.parametrize(
    "parameters",
    ["a = 1.0; b = 2.0", "a = 1.0\nb = 2.0", ["a = 1.0", "b = 2.0"], ("a = 1.0;b = 2.0",), "\na = 1.0;;\n b = 2.0#c"],
    ids=["semicolon", "lines", "list", "tuple", "blanks and comments"],
)  # fmt: skip
def test_parameters_written_as_text_are_local(parameters):
    expected = {"a": ("local", "float", Number(1.0)), "b": ("local", "float", Number(2.0))}
    assert described(Neuron(parameters=parameters)) == expected
    assert {k: v for k, v in described(Synapse(parameters=parameters)).items() if k != "w"} == expected


def test_parameters_of_a_dict_are_global_and_take_their_type_from_the_value():
    neuron = Neuron(
        parameters={
            "a": 1.0, "n": 3, "on": True, "x": np.float32(0.5), "k": np.int64(-4), "flag": np.bool_(False),
            "text": "2.0 * a", "drawn": Uniform(0.0, 1.0),
        }
    )  # fmt: skip
    assert described(neuron) == {
        "a": ("global", "float", Number(1.0)),
        "n": ("global", "float", Number(3)),
        "on": ("global", "bool", Number(True)),
        "x": ("global", "float", Number(0.5)),
        "k": ("global", "float", Unary("-", Number(4))),
        "flag": ("global", "bool", Number(False)),
        "text": ("global", "float", expression("2.0 * a")),
        "drawn": ("global", "float", Draw("Uniform", (Number(0.0), Number(1.0)))),
    }


@pytest.mark.parametrize(("kind", "name"), [(int, "int"), ("int", "int"), (bool, "bool"), (float, "float")])
@pytest.mark.parametrize(
    ("word", "locality"),
    [("local", "local"), ("global", "global"), ("population", "global"), ("semiglobal", "semiglobal"),
     ("postsynaptic", "semiglobal"), ("projection", "global")],
)  # fmt: skip
def test_parameter_objects_say_what_flags_say(kind, name, word, locality):
    by_object = Synapse(parameters={"a": Parameter(1, locality=word, type=kind)})
    by_flags = Synapse(parameters=f"a = 1 : {word}, {name}")
    assert described(by_object)["a"] == described(by_flags)["a"] == (locality, name, Number(1))


def test_parameter_objects_are_global_floats_unless_told_otherwise():
    assert described(Neuron(parameters={"a": Parameter(2.0)}))["a"] == ("global", "float", Number(2.0))


def test_unknown_localities_and_types_are_refused_with_those_known():
    with pytest.raises(ValueError, match="unknown locality 'locale'; known are local, global"):
        Parameter(1.0, locality="locale")
    with pytest.raises(ValueError, match="unknown type"):
        Variable("v = 1.0", type="complex")


@pytest.mark.parametrize(
    ("flags", "locality", "kind"),
    [
        ("", "local", "float"),
        (" : local", "local", "float"),
        (" : population", "global", "float"),
        (" : global, int", "global", "int"),
        (" : bool", "local", "bool"),
    ],
)
def test_flags_of_a_parameter_and_of_a_variable(flags, locality, kind):
    neuron = Neuron(parameters=f"a = 1{flags}", equations=f"v = 1{flags}")
    assert [(a.locality, a.type) for a in neuron.model.attributes] == [(locality, kind)] * 2


def test_values_of_parameters_may_be_constants_distributions_and_other_parameters():
    neuron = Neuron(parameters="a = 1.0\nb = 2.0*a + gain\nc = Normal(a, 0.1)\nd = -3.0\non = True")
    assert described(neuron)["b"][2] == expression("2.0*a + gain")
    assert described(neuron)["c"][2] == expression("Normal(a, 0.1)")
    assert described(neuron)["on"] == ("local", "bool", Number(True))
    assert [free.name for free in neuron.model.constants] == ["gain"]


@pytest.mark.parametrize("kind", ["float", "int", "bool"])
def test_the_initial_value_is_zero_of_its_type(kind):
    neuron = Neuron(equations=f"v = 1.0 : {kind}")
    [variable] = neuron.model.variables
    assert repr(variable.init) == repr(Number({"float": 0.0, "int": 0, "bool": False}[kind]))


def test_initial_values_are_numbers_constants_parameters_and_distributions():
    DECLARED_CONSTANTS.add("v_rest_of_all")
    lines = [
        "a += 1.0 : init=-65.0; b += 1.0 : init=v_rest_of_all; c += 1.0 : init=start; d += 1.0 : init=Uniform(0, 1)",
        Variable("e += 1.0", init=-3),
        Variable("f += 1.0", init="start"),
        Variable("g += 1.0", init=Uniform(0.0, 1.0)),
    ]
    neuron = Neuron(parameters="start = 3.0", equations=lines)
    inits = {a.name: a.init for a in neuron.model.variables}
    assert inits["a"] == Unary("-", Number(65.0))
    assert (inits["b"], inits["c"]) == (Name("v_rest_of_all"), Name("start"))
    assert inits["d"] == expression("Uniform(0, 1)")
    assert (inits["e"], inits["f"]) == (Unary("-", Number(3)), Name("start"))
    assert inits["g"] == Draw("Uniform", (Number(0.0), Number(1.0)))


def test_variable_objects_say_what_flags_say():
    by_object = Neuron(
        parameters="top = 2.0",
        equations=[Variable("dv/dt = -v", init=1.0, min=0.0, max="top", method="exponential", locality="global")],
    )
    by_flags = Neuron(
        parameters="top = 2.0",
        equations="dv/dt = -v : init=1.0, min=0.0, max=top, exponential, population",
    )
    assert by_object.model == by_flags.model
    assert by_object.model.equations[0].bounds == (Bound("min", Number(0.0)), Bound("max", Name("top")))


@pytest.mark.parametrize(
    "equations",
    ["u = 1.0\nv = 2.0", "u = 1.0; v = 2.0", ["u = 1.0", "v = 2.0"], [Variable("u = 1.0"), "v = 2.0"],
     (Variable("u = 1.0"), Variable("v = 2.0"))],
)  # fmt: skip
def test_equations_are_a_string_a_list_or_variable_objects(equations):
    model = Neuron(equations=equations).model
    assert [(e.variable, e.value) for e in model.equations] == [("u", Number(1.0)), ("v", Number(2.0))]


def test_a_single_variable_object_is_enough():
    assert Neuron(equations=Variable("v = 1.0")).model == Neuron(equations="v = 1.0").model


def test_a_variable_object_holds_one_equation():
    with pytest.raises(EquationError, match="a Variable holds one equation"):
        Neuron(equations=Variable("u = 1.0; v = 2.0"))


def test_a_constant_of_a_network_stands_for_its_name():
    class Constant:
        name = "gain"

        def set(self, value):
            """As a network's constant has."""

    assert described(Neuron(parameters={"a": Constant()}))["a"][2] == Name("gain")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(parameters={"a": [1.0]}), "value of 'a' in parameters of Neuron must be a number"),
        (dict(parameters=3.0), "parameters of Neuron must be text"),
        (dict(parameters=["a = 1.0", 3]), "parameters of Neuron must be text"),
        (dict(equations=[3.0]), "equations of Neuron must be strings or Variable objects, not float"),
        (dict(equations=3.0), "equations of Neuron must be strings or Variable objects, not float"),
        (dict(functions=3.0), "functions of Neuron must be text"),
        (dict(equations="v = 1.0", spike=3.0), "spike of Neuron must be text, not float"),
        (dict(equations="v = 1.0", spike="v > 2.0", reset={"v": 0.0}), "reset of Neuron must be text"),
    ],
)
def test_what_is_no_text_is_refused_with_its_place(arguments, message):
    with pytest.raises(TypeError, match=message):
        Neuron(**arguments)


def test_numbers_that_no_double_holds_are_refused():
    for large in (10**400, -(10**5000)):
        with pytest.raises(ValueError, match="value of 'a' in parameters of Neuron is too large for a double"):
            Neuron(parameters={"a": large})
    assert Neuron(parameters={"a": 10**300}).model.parameters[0].init == Number(10**300)


def test_numbers_that_are_none_are_refused():
    with pytest.raises(ValueError, match="value of 'a' in parameters of Neuron is not a number"):
        Neuron(parameters={"a": float("nan")})


@pytest.mark.parametrize(
    ("make", "shown"),
    [
        (lambda: Neuron(parameters={"base": 1.0, "b": "2.0*bsae"}), "b = 2.0*bsae\n              ^^^^"),
        (lambda: Neuron(parameters={"a": "1.0 +"}), "a = 1.0 +\n              ^"),
        (lambda: Neuron(parameters={"a": "1.0 : local"}), "a = 1.0 : local\n                ^^^^^"),
        (lambda: Neuron(parameters={"a": "1.0; b = 2.0"}), "a = 1.0; b = 2.0\n      ^"),
        (lambda: Neuron(parameters="rest = 1.0", equations=Variable("v = 1.0", init="rset")), "v = 1.0\n      ^^^^^^^"),
    ],
)
def test_values_given_as_text_are_shown_where_they_are_wrong(make, shown):
    with pytest.raises(EquationError) as caught:
        make()
    assert f"  1 | {shown}\n" in f"{caught.value}\n"


def test_the_languages_words_stay_words_and_cs_words_are_names():
    neuron = Neuron(parameters="register = 2.0; lambda = 3.0; double = 4.0; int_ = 1.0; w = 2.0; pre = 1.0; d = 2.0",
                    equations="volatile = register * lambda * double\nexp = exp(volatile)\ngamma = exp")  # fmt: skip
    assert list(attributes(neuron))[-3:] == ["volatile", "exp", "gamma"]


def test_models_are_equal_and_hash_by_meaning():
    one = Neuron(parameters="tau = 10.0", equations="tau*dv/dt + v = 1.0", name="A").model
    text = "\n\n   tau*dv/dt + v   = 1.0  # the membrane"
    two = Neuron(parameters=" tau=10.0 # ms", equations=text, name="B", description="x").model
    three = Neuron(parameters="tau = 10.0", equations="tau*dv/dt - v = 1.0").model
    assert (one, one.digest) == (two, two.digest)
    assert one.digest != three.digest


def test_a_class_of_neurons_has_its_name_and_its_docstring():
    class Mine(Neuron):
        """What it does."""

        def __init__(self):
            super().__init__(equations="v = 1.0")

    assert (Mine().name, Mine().description) == ("Mine", "What it does.")
    assert (Mine().model.name, Mine().model.description) == ("Mine", "What it does.")
    assert repr(Mine()) == "<rate-coded neuron Mine: v>"
    assert repr(Neuron(equations="v = 1.0", spike="v > 2.0")) == "<spiking neuron without name: v>"
    with pytest.raises(EquationError, match="in equations of Neuron 'Bad'"):
        Neuron(equations="v =", name="Bad")
    with pytest.raises(EquationError, match="in psp of Synapse 'Bad'"):
        Synapse(psp="w *", name="Bad")


def test_parameters_get_their_values_in_the_order_that_they_need():
    neuron = Neuron(parameters="a = 2.0*b; b = c + 1.0; c = 3.0", equations="r = a")
    assert [a.name for a in neuron.model.parameters] == ["c", "b", "a"]
    synapse = Synapse(parameters="slow = 2.0*fast; fast = 3.0", psp="w*pre.r*slow")
    assert [a.name for a in synapse.model.parameters] == ["fast", "slow", "w"]
    net = Network()
    assert net.create(2, neuron).a.tolist() == [8.0, 8.0]
