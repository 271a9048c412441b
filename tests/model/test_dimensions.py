"""What the check of dimensions accepts has the dimension that it says: numbers scale as their units do."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings, strategies as st

from eqneuro import Neuron
from eqneuro.language.errors import EquationError
from eqneuro.language.evaluate import evaluate
from eqneuro.language.parser import parse_expression
from eqneuro.language.source import SourceText
from eqneuro.model.dimensions import Inference
from eqneuro.model.units import CURRENT, PLAIN, POTENTIAL, TIME

NAMES = {"E": POTENTIAL, "v": POTENTIAL, "tau": TIME, "s": TIME, "I": CURRENT, "J": CURRENT, "n": PLAIN, "k": PLAIN}
SCALES = {"time": 3.7, "potential": 0.21, "current": 11.3}

leaves = st.sampled_from([*NAMES, "0", "1.5", "2"])
UNARY = ["-{}", "exp({})", "sqrt(abs({}))", "abs({})", "pos({})", "sign({})", "heaviside({})", "({})^2", "({})^0.5",
         "tanh({})", "({})^n", "floor({})", "atan2({}, {})"]  # fmt: skip
BINARY = [
    "({} + {})",
    "({} - {})",
    "({} + {})",
    "({}*{})",
    "({}/{})",
    "min({}, {})",
    "({} > {})",
    "({} < {} and {} > 1)",
]
TERNARY = ["clip({}, {}, {})", "(if {} > {}: {} else: {})"]


def written(parts):
    template, values = parts
    return template.format(*(values * 4)[: template.count("{}")])


def extended(inner):
    templates = st.sampled_from([*UNARY, *BINARY, *BINARY, *TERNARY])
    return st.tuples(templates, st.lists(inner, min_size=4, max_size=4)).map(written)


texts = st.recursive(leaves, extended, max_leaves=12)


def dimension_of(text):
    source = SourceText(text, "an expression")
    expr = parse_expression(source)
    return expr, Inference(lambda name: False, {}, dict(NAMES)).of(expr, source)


def scale(dimension):
    return math.prod(SCALES[name] ** float(power) for name, power in dimension.powers)


@given(texts, st.lists(st.floats(0.1, 3.0), min_size=len(NAMES), max_size=len(NAMES)))
@settings(max_examples=600, deadline=None)
@example("clip(0, E, E)", [1.0] * len(NAMES))
def test_accepted_expressions_scale_as_their_dimension(text, values):
    try:
        expr, dimension = dimension_of(text)
    except EquationError:
        assume(False)
    plain = dict(zip(NAMES, values, strict=True))
    scaled = {name: value * scale(NAMES[name]) for name, value in plain.items()}
    before, after = (float(evaluate(expr, names)) for names in (plain, scaled))
    assume(np.isfinite([before, after]).all() and max(abs(before), abs(after)) < 1e100)
    if dimension.unknowns:  # made of zeros alone
        assert before == after == 0.0 or before == after
        return
    if any(word in text for word in ("-", "floor", "sign", "heaviside", ">", "<", "min", "clip")):
        terms = sum(map(abs, plain.values())) ** text.count("*")  # what cancels may leave rounding errors
        assume(abs(before) > 1e-6 * terms and "floor" not in text)
    assert after == pytest.approx(before * scale(dimension), rel=1e-6)


def test_some_expressions_are_accepted_and_some_refused():
    """The property above is not empty: expressions are accepted and refused."""
    accepted = [
        t for t in ("E + v*n", "I*tau/s - J", "exp(v/E)*I", "min(tau, s)^2", "sqrt(v*E) + v") if dimension_of(t)
    ]
    assert len(accepted) == 5
    for text in (
        "E + v*k*I",
        "I*tau - J",
        "exp(v)*I",
        "min(tau, E)",
        "sqrt(v) + v",
        "v^n",
        "E > 2",
        "clip(v, 0, 2)",
        "clip(0, E, I)",
    ):
        with pytest.raises(EquationError):
            dimension_of(text)


def test_zero_with_a_unit_has_that_unit():
    assert Neuron("I = 0*pA; tau = 2*ms", "tau*dv/dt = -v : init=0*mV").units == {"I": "pA", "tau": "ms", "v": "mV"}
    with pytest.raises(EquationError, match="cannot subtract pA from mV"):
        Neuron("I = 0*pA; E = 3*mV", "v = E - I")


@pytest.mark.usefixtures("nothing_declared")
@pytest.mark.parametrize("text", ["2^1000000000*ms", "uV^1000000000", "(1e-300*fC)^(1e300)", "1/(0*ms)"])
def test_what_can_not_be_converted_exactly_is_left_to_the_run(text):
    assert len(Neuron(f"tau = 20*ms; x = {text}", "r = x").model.attributes) == 3


@pytest.mark.usefixtures("nothing_declared")
def test_number_beyond_all_doubles_is_refused():
    with pytest.raises(EquationError, match="number that is too large for a double"):
        Neuron("tau = 20*ms; x = 1e300*1e300*GOhm", "r = x")
