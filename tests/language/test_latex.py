"""Expressions and equations in LaTeX."""

import re

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from eqneuro.language.evaluate import evaluate
from eqneuro.language.latex import print_definition, print_expression, print_name, print_statement
from eqneuro.language.parser import parse_equations, parse_expression, parse_functions
from eqneuro.language.source import SourceText


def latex(text: str) -> str:
    return print_expression(parse_expression(SourceText(text, "test")))


def statement(text: str, *, is_event: bool = False) -> str:
    (parsed,) = parse_equations(SourceText(text, "test"))
    return print_statement(parsed, is_event=is_event)


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("v", "v"),
        ("tau", r"\tau"),
        ("mp", r"\mathrm{mp}"),
        ("g_exc", r"g_{\mathrm{exc}}"),
        ("tau_m", r"\tau_{m}"),
        ("e_rev_E", r"e_{\mathrm{rev},E}"),
        ("x_1", "x_{1}"),
        ("_x", r"\mathrm{\_x}"),
        ("a__b", r"\mathrm{a\_\_b}"),
    ],
)
def test_names_get_greek_letters_words_and_subscripts(name, printed):
    assert print_name(name) == printed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a - (b - c)", r"a - \left(b - c\right)"),
        ("a - b - c", "a - b - c"),
        ("a*(b + c)", r"a \left(b + c\right)"),
        ("-(a + b)", r"-\left(a + b\right)"),
        ("a + (-b)", r"a + \left(-b\right)"),
        ("(a + b)/c", r"\frac{a + b}{c}"),
        ("(a/b)^2", r"\left(\frac{a}{b}\right)^{2}"),
        ("(a^b)^c", r"\left(a^{b}\right)^{c}"),
        ("-a^2", "-a^{2}"),
        ("(-a)^2", r"\left(-a\right)^{2}"),
        ("x*2", r"x \cdot 2"),
        ("2*x", "2 x"),
        ("gain*x", r"\mathrm{gain} \cdot x"),
        ("x*gain", r"x \cdot \mathrm{gain}"),
        ("tau_exc*x", r"\tau_{\mathrm{exc}} x"),
        ("1e-5", "10^{-5}"),
        ("2.5e-7", r"2.5 \times 10^{-7}"),
        ("10.0", "10"),
        ("True", r"\mathrm{true}"),
        ("pre.x^2", r"\left(x^{\mathrm{pre}}\right)^{2}"),
        ("sqrt(x)*abs(y)", r"\sqrt{x} \left\lvert y \right\rvert"),
        ("pow(x, 2)", "x^{2}"),
        ("pos(x)", r"\left[x\right]^{+}"),
        ("log10(x)", r"\log_{10}\left(x\right)"),
        ("f_a(x)", r"f_{a}\left(x\right)"),
        ("gauss(x)", r"\operatorname{gauss}\left(x\right)"),
        ("sum(exc) + 1", r"\operatorname{sum}(\mathrm{exc}) + 1"),
        ("post.sum(inh)", r"\operatorname{sum}^{\mathrm{post}}(\mathrm{inh})"),
        ("norm2(pre.r)", r"\left\lVert r^{\mathrm{pre}} \right\rVert_{2}"),
        ("mean(v)", r"\operatorname{mean}(v)"),
        ("Normal(0.0, 1.0, min=0.0)", r"\operatorname{Normal}\left(0, 1, \min = 0\right)"),
        ("v >= 1 and not (a or b)", r"v \ge 1 \land \neg \left(a \lor b\right)"),
        ("a != b", r"a \ne b"),
        ("if a > 0: 1 else: if b: 2 else: 3",
         r"\begin{cases} 1 & \text{if } a > 0 \\ 2 & \text{if } b \\ 3 & \text{otherwise} \end{cases}"),
        ("dt*xi", r"\Delta t \xi"),
    ],
)  # fmt: skip
def test_expressions_are_printed_as_in_a_paper(text, printed):
    assert latex(text) == printed


def test_equations_are_printed_as_they_were_written():
    assert statement("tau*dmp/dt + mp = sum(exc)") == (
        r"\tau \frac{d \mathrm{mp}}{d t} + \mathrm{mp} &= \operatorname{sum}(\mathrm{exc})"
    )
    assert statement("r = v : min=0.0") == "r &= v"
    assert statement("w += eta*x") == r"w &\leftarrow w + \eta x"
    assert statement("w *= a + b") == r"w &\leftarrow w \left(a + b\right)"
    assert statement("v = c", is_event=True) == r"v &\leftarrow c"


def test_functions_are_printed_with_their_arguments():
    (f,) = parse_functions(SourceText("a_n(v, k) = v/k", "test"))
    assert print_definition(f) == r"a_{n}(v, k) &= \frac{v}{k}"


# What is printed is read again by a small reader of LaTeX and must give the same number: no parenthesis may be missing.

LEAVES = st.sampled_from(["a", "b", "tau_m", "gain", "2", "0.5", "3.0"])
VALUES = {"a": 1.7, "b": -0.6, "tau_m": 2.3, "gain": 0.9}


def _combine(inner):
    two = st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})")
    return (
        two | inner.map(lambda x: f"-({x})") | inner.map(lambda x: f"({x})^2") | inner.map(lambda x: f"exp(({x})/50)")
    )


def read_latex(text: str) -> float:
    """The number that printed arithmetic stands for; a blank between two factors is a product."""
    text = text.replace(r"\tau_{m}", "tau_m").replace(r"\mathrm{gain}", "gain")
    text = text.replace(r"\left", "").replace(r"\right", "").replace(r"\cdot", "*")
    while r"\frac" in text:
        start = text.rindex(r"\frac")  # the innermost: none is inside of it
        above, middle = _group(text, start + 5)
        below, end = _group(text, middle)
        text = f"{text[:start]}(({above})/({below})){text[end:]}"
    text = text.replace(r"\exp", "exp").replace("{", "(").replace("}", ")").replace("^", "**")
    text = re.sub(r"(?<=[\w)]) (?=[\w(])", "*", text)
    return eval(text, {"exp": np.exp, **VALUES})


def _group(text: str, start: int) -> tuple[str, int]:
    depth, place = 0, start
    while True:
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        place += 1
        if depth == 0:
            return text[start + 1 : place - 1], place


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.recursive(LEAVES, _combine, max_leaves=8))
def test_what_is_printed_means_the_same(text):
    expr = parse_expression(SourceText(text, "test"))
    with np.errstate(all="ignore"):
        expected = float(evaluate(expr, VALUES))
    if not np.isfinite(expected):
        return
    try:
        found = read_latex(print_expression(expr))
    except (ZeroDivisionError, OverflowError):
        return
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
