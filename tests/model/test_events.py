"""Spikes, resets, refractoriness, synaptic events and structural plasticity."""

import pytest

from eqneuro.language.errors import EquationError
from eqneuro.language.parser import parse_expression
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Name, Number
from eqneuro.model.analysis import analyse_stop_condition
from eqneuro.model.attributes import Creating, Pruning
from eqneuro.model.functions import add_function
from eqneuro.model.models import Bound, StructuralRule
from eqneuro.model.neuron import Neuron
from eqneuro.model.resolve import ADDED_FUNCTIONS, DECLARED_CONSTANTS
from eqneuro.model.synapse import Synapse

MEMBRANE = dict(
    parameters="tau = 10.0; top = 1.0; on = True", equations="tau*dv/dt + v = 2.0\nu = v\nfired = v > 1.0 : bool"
)


def expression(text):
    return parse_expression(SourceText(text, "test"))


def test_a_spike_has_its_condition_and_its_reset():
    model = Neuron(**MEMBRANE, spike="v > top", reset="v = 0.0\nu += 2.0 : max=top", refractory=3.0).model
    assert model.is_spiking
    assert model.spike.condition == expression("v > top")
    assert [(s.variable, s.value) for s in model.spike.reset] == [("v", Number(0.0)), ("u", expression("u + 2.0"))]
    assert model.spike.reset[1].bounds == (Bound("max", Name("top")),)
    assert model.refractory == Number(3.0)


@pytest.mark.parametrize(
    "spike", ["v > 1.0", "not (v < 1.0)", "v > 1.0 and t > 3.0", "on", "fired", "v == 1.0", "v is 1.0"]
)
def test_a_condition_compares_or_is_a_truth_value(spike):
    assert Neuron(**MEMBRANE, spike=spike).model.is_spiking


@pytest.mark.parametrize("spike", ["v", "v - 1.0", "tau", "1.0", "exp(v)"])
def test_a_condition_that_compares_nothing_is_refused(spike):
    with pytest.raises(EquationError, match="no comparison in spike"):
        Neuron(**MEMBRANE, spike=spike)


@pytest.mark.parametrize(
    ("given", "read"),
    [(5, Number(5.0)), (0.5, Number(0.5)), ("5.0", Number(5.0)), ("tau", Name("tau")), ("u", Name("u")),
     ("v > 3.0", expression("v > 3.0")), ("2.0*tau", expression("2.0*tau")), (None, None)],
)  # fmt: skip
def test_refractoriness_is_a_time_a_name_or_a_condition(given, read):
    assert Neuron(**MEMBRANE, spike="v > 1.0", refractory=given).model.refractory == read


@pytest.mark.parametrize("given", [-1.0, float("nan"), True])
def test_a_refractory_time_that_is_none_is_refused(given):
    with pytest.raises(ValueError, match="refractory of Neuron must be a time in ms"):
        Neuron(**MEMBRANE, spike="v > 1.0", refractory=given)


def test_a_second_event_travels_by_its_own():
    model = Neuron(**MEMBRANE, axon_spike="u > 3.0", axon_reset="u = 0.0").model
    assert not model.is_spiking
    assert model.axon_spike.condition == expression("u > 3.0")
    both = Neuron(**MEMBRANE, spike="v > 1.0", axon_spike="u > 3.0").model
    assert both.spike.reset == both.axon_spike.reset == ()


@pytest.mark.parametrize("reset", ["v = 0.0; u = 1.0", "v = 0.0\nu = 1.0", ["v = 0.0", "u = 1.0"]])
def test_a_reset_is_text_or_a_list(reset):
    assert [s.variable for s in Neuron(**MEMBRANE, spike="v > 1.0", reset=reset).model.spike.reset] == ["v", "u"]


def test_a_reset_changes_conductances():
    model = Neuron(equations="dv/dt = g_exc", spike="v > 1.0", reset="g_exc = 0.0").model
    assert model.spike.reset[0].variable == "g_exc"


def test_statements_are_skipped_unless():
    model = Neuron(equations="dv/dt = 1.0 : unless_refractory\nu = 1.0 : unless_refractory\ndx/dt = 1.0").model
    assert [e.conditions for e in model.equations] == [("unless_refractory",), ("unless_refractory",), ()]
    events = Synapse(pre_spike="g_target += w\nw += 0.1 : unless_post, max=1.0").model.pre_spike
    assert [s.conditions for s in events] == [(), ("unless_post",)]


def test_a_synapse_knows_its_words_and_those_of_its_ends():
    synapse = Synapse(
        parameters="eta = 0.1 : projection",
        equations="dx/dt = eta*(pre.r*post.r - x) + pre.sum(exc) + post.sum() + mean(post.r)\ny = d + t_pre - t_post",
        psp="w*x*pre.r",
    )
    model = synapse.model
    assert [free.name for free in model.pre_attributes] == ["r", "sum(exc)"]
    assert [free.name for free in model.post_attributes] == ["r", "sum()"]
    assert not model.is_spiking


@pytest.mark.parametrize("event", ["pre_spike", "post_spike", "pre_axon_spike"])
def test_each_event_makes_a_synapse_spiking_and_its_weight_a_variable(event):
    model = Synapse(**{event: "w += 0.1 : min=0.0"}).model
    assert model.is_spiking
    assert [s.variable for s in getattr(model, event)] == ["w"]
    assert "w" in [a.name for a in model.variables]


def test_a_weight_that_nothing_changes_is_a_parameter():
    model = Synapse(psp="w*pre.r").model
    assert [(a.name, a.locality) for a in model.parameters] == [("w", "local")]
    assert [a.name for a in Synapse(equations="dw/dt = pre.r*post.r").model.variables] == ["w"]
    assert [a.locality for a in Synapse(parameters="w = 2.0 : global").model.parameters] == ["global"]


@pytest.mark.parametrize("operation", ["sum", "mean", "max", "min"])
def test_operations_join_contributions(operation):
    assert Synapse(psp="w*pre.r", operation=operation).model.operation == operation


def test_an_unknown_operation_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r"unknown operation 'men' of Synapse 'S'\. Did you mean 'mean'\?"):
        Synapse(operation="men", name="S")


def test_event_driven_equations_are_linear_between_events():
    lines = "tau*dx/dt = -x : event-driven\ntau*dy/dt = 1.0 - y + w : exact, init=0.5"
    model = Synapse(parameters="tau = 10.0", equations=lines, pre_spike="x += 1.0; g_target += w").model
    assert [e.method for e in model.equations] == ["event-driven", "exact"]


@pytest.mark.parametrize("term", ["x*x", "pre.r", "t", "z", "xi", "Uniform(0.0, 1.0)", "mean(post.r)", "post.sum(exc)"])
def test_event_driven_equations_may_not_read_what_changes_between_events(term):
    with pytest.raises(EquationError, match="method 'event-driven' needs"):
        Synapse(equations=f"dx/dt = -x + {term} : event-driven\nz = t", pre_spike="x += 1.0")


def test_structural_rules_are_text_with_flags_or_objects():
    expected = StructuralRule(expression("pre.r > 0.5"), 0.25, Number(0.1), 3.0)
    by_text = Synapse(creating="pre.r > 0.5 : proba=0.25, w=0.1, d=3.0").model.creating
    by_object = Synapse(creating=Creating("pre.r > 0.5", proba=0.25, w=0.1, d=3.0)).model.creating
    assert by_text == by_object == expected
    assert Synapse(pruning="w < 0.1").model.pruning == StructuralRule(expression("w < 0.1"), 1.0, None, None)
    assert Synapse(pruning=Pruning("w < 0.1", proba=0.5)).model.pruning.probability == 0.5


@pytest.mark.parametrize("flags", ["proba=-0.1", "proba=1.5", "proba=p", "d=-1.0", "d=p"])
def test_probabilities_and_delays_of_rules_are_numbers_in_their_range(flags):
    with pytest.raises(EquationError, match="must be a"):
        Synapse(parameters="p = 0.5", creating=f"pre.r > 0.5 : {flags}")


def test_a_stop_condition_holds_for_any_or_for_all():
    model = Neuron(**MEMBRANE).model
    assert not analyse_stop_condition("v > 1.0", model, "P").require_all
    assert not analyse_stop_condition("v > 1.0 : any", model, "P").require_all
    assert analyse_stop_condition("v > limit : all", model, "P").require_all
    assert [free.name for free in analyse_stop_condition("v > limit", model, "P").constants] == ["limit"]
    for text in ("v", "v > 1.0 : any, all", "v > 1.0 : some", "tua > 1.0"):
        with pytest.raises(EquationError, match="in stop_condition of Population 'P'"):
            analyse_stop_condition(text, model, "P")


@pytest.fixture
def _clean():
    constants, functions = set(DECLARED_CONSTANTS), dict(ADDED_FUNCTIONS)
    yield
    DECLARED_CONSTANTS.clear()
    DECLARED_CONSTANTS.update(constants)
    ADDED_FUNCTIONS.clear()
    ADDED_FUNCTIONS.update(functions)


@pytest.mark.usefixtures("_clean")
def test_an_added_function_is_known_to_all_models_made_later():
    add_function("affine(x, a) = a*x + 1.0\ntwice(x) = affine(affine(x, 2.0), 2.0)")
    assert Neuron(equations="v = affine(t, 3.0)").model.equations[0].value == expression("3.0*t + 1.0")
    assert Synapse(psp="twice(pre.r)").model.psp == expression("2.0*(2.0*pre.r + 1.0) + 1.0")
    own = Neuron(functions="affine(x, a) = x - a", equations="v = affine(t, 3.0)").model
    assert own.equations[0].value == expression("t - 3.0")


@pytest.mark.usefixtures("_clean")
def test_a_constant_that_a_function_reads_is_one_of_the_model():
    DECLARED_CONSTANTS.add("slope")
    add_function("line(x) = slope*x")
    assert [free.name for free in Neuron(equations="v = line(t)").model.constants] == ["slope"]
    with pytest.raises(EquationError, match="reads the constant 'slope', which has another meaning here"):
        Neuron(parameters="slope = 3.0", equations="v = line(t)")


def test_what_is_no_text_is_no_function():
    with pytest.raises(TypeError, match="add_function takes a text"):
        add_function(abs)
    with pytest.raises(EquationError, match="no function is defined in add_function"):
        add_function("  ")
