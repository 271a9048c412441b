"""Random text and random expressions."""

import runpy
import string
import warnings
from pathlib import Path

import numpy as np
from hypothesis import example, given, settings, strategies as st

from eqneuro.language.errors import EquationError
from eqneuro.language.evaluate import evaluate
from eqneuro.language.parser import parse_equations, parse_expression
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Assignment
from eqneuro.model.neuron import Neuron
from eqneuro.model.synapse import Synapse

EXPRESSIONS = runpy.run_path(str(Path(__file__).with_name("expressions.py")))
language, python, trees = (EXPRESSIONS[name] for name in ("language", "python", "trees"))

WORDS = (
    "v w x tau dt t pi xi xi_1 g_exc dv/dt du/dt pre.r post.v pre. sum( mean( exp( Uniform( Normal( v(t- ite( if else "
    ": ; , + - * / ^ ** = += == != < > <= >= ( ) [ ] . and or not is True False init= min= max= exact exponential int "
    "bool population 0 1.0 1e3 .5 # \n \t \\ & | ! ' \" @ ? event-driven lambda import"
).split(" ")
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=string.printable, max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=25).map("".join),
)


@given(text=TEXTS)
@settings(max_examples=600, deadline=None, derandomize=True)
@example(text="dv/dt = v : init=xi")
@example(text="v = 1.0 : min=pre.r, max=sum()")
@example(text="v = ite(")
def test_random_text_is_understood_or_refused_by_an_equation_error(text):
    for make in (
        lambda: Neuron(equations=text),
        lambda: Neuron(parameters=text, equations="v = 1.0"),
        lambda: Neuron(equations="v = 1.0", spike=text),
        lambda: Neuron(equations="dv/dt = 1.0", spike="v > 1.0", reset=text, refractory=text),
        lambda: Neuron(functions=text),
        lambda: Synapse(equations=text, psp=text),
        lambda: Synapse(equations="x = 1.0", pre_spike=text, pruning=text),
    ):
        try:
            make()
        except EquationError as error:
            shown, caret = str(error).split("\n")[1:3]
            assert set(caret.strip()) == {"^"}
            assert caret.index("^") > shown.index("|")


def real(value):
    return np.float64(value)


SCOPE = {
    "real": real, "power": lambda x, y: real(EXPRESSIONS["power"](float(x), float(y))), "exp": np.exp, "sin": np.sin,
    "tanh": np.tanh, "abs": np.abs, "floor": np.floor, "sqrt": np.sqrt, "sign": np.sign,
    "pos": lambda x: real(x if not x < 0 else 0.0), "min": lambda x, y: real(y if y < x else x),
    "max": lambda x, y: real(y if y > x else x),
}  # fmt: skip


@given(tree=trees(), x=st.floats(-30, 30), y=st.floats(-3, 3))
@settings(max_examples=500, deadline=None, derandomize=True)
def test_an_expression_has_the_value_that_python_gives_it(tree, x, y):
    names = {"x": real(x), "y": real(y), "tau_m": real(10.0)}
    text = language(tree)
    value = evaluate(parse_expression(SourceText(text, "test")), names)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        expected = eval(python(tree), SCOPE, names)
    np.testing.assert_allclose(float(value), float(expected), rtol=1e-12, err_msg=text)


@given(tree=trees())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_brackets_blanks_lines_and_comments_change_nothing(tree):
    text = language(tree)
    plain = parse_expression(SourceText(text, "test"))
    assert parse_expression(SourceText(f"(({text}))", "test")) == plain
    assert parse_expression(SourceText(text.replace("^", "**"), "test")) == plain
    assert parse_expression(SourceText(f"  {text}  # and so on", "test")) == plain
    spread = "(" + text.replace(" ", "\n  ") + "\n)"
    assert parse_expression(SourceText(spread, "test")) == plain


@given(tree=trees())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_each_part_of_a_tree_points_at_its_own_text(tree):
    text = "v = " + language(tree)
    [statement] = parse_equations(SourceText(text, "test"))
    assert isinstance(statement, Assignment)
    assert statement.text == text
    for node in statement.value.walk():
        part = text[node.span.start : node.span.stop]
        assert parse_expression(SourceText(part, "test")) == node
