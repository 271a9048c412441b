"""Removable singularities, however they are written, against mpmath around their point."""

import re

import mpmath
import numpy as np
import pytest
import sympy
from sympy.core.parameters import distribute

from eqneuro.language.parser import parse_expression
from eqneuro.language.source import SourceText
from eqneuro.numerics.relative import Exprel, Log1prel, Sinc, Sinhc, Tanhc
from eqneuro.numerics.select import translate
from eqneuro.numerics.singularities import remove_singularities
from eqneuro.numerics.symbols import Translator, symbol

V0, K, VT = -54.3, 7.3, -63.1
PARAMETERS = {"v0": V0, "k": K, "vt": VT}

FORMS = [
    ("x/(1-exp(-x))", 0.0),
    ("(x+60)*0.01/(1-exp(-0.1*(x+60)))", -60.0),
    ("0.01*(10-x)/(exp((10-x)/10)-1)", 10.0),
    ("(25-x)/(10*(exp((25-x)/10)-1))", 25.0),
    ("(x-v0)/(1-exp(-(x-v0)/k))", V0),
    ("(x/k - v0/k)/(1-exp(v0/k-x/k))", V0),
    ("-0.032*(x-15-vt)/(exp(-(x-15-vt)/5)-1)", 15.0 + VT),
    ("0.28*(x-vt-40)/(exp((x-vt-40)/5)-1)", VT + 40.0),
    ("3*(x-v0)/(exp(0.25*(x-v0))-1)*exp(0.25*(x-v0))", V0),
    ("(x-v0)*k/(1/k)/(exp((x-v0)*k)-1)", V0),
    ("(0.1*x+6.05)/(1-exp(-0.1*x-6.05))", -60.5),
    ("0.1*(x+60.5)/(1-exp(-0.1*x-6.05))", -60.5),
    ("(x+60.3)/(1.0-exp((-60.3-x)/9.7))", -60.3),
    ("(4.6 - 0.1*x)/(exp(4.6-0.1*x)-1)", 46.0),
    ("(25.0-0.1*x*k)/(exp(2.5-0.01*x*k)-1)", 250.0 / K),
    ("0.1*x/(1-exp(-x/10-4))+4/(1-exp(-x/10-4))", -40.0),
    ("x*exp(x)/(exp(x)-1)", 0.0),
    ("x/(exp(x)-exp(-x))", 0.0),
    ("x/(exp(x+k)-exp(k))", 0.0),
    ("x/(1-1/exp(x))", 0.0),
    ("x/(2-2*exp(-x))", 0.0),
    ("x/(exp(x)*k-k)", 0.0),
    ("0.5*x/(0.5*k*exp(x)-k/2)", 0.0),
    ("x/(exp(x/k)-1)/k", 0.0),
    ("x/(1-exp(x))*exp(-x)", 0.0),
    ("x*(0.5-exp(-x/25))/(1-exp(-x/25))", 0.0),
    ("1/((exp(x)-1)/x)", 0.0),
    ("(exp(x)-1)/x", 0.0),
    ("(1-exp(-x/k))/x", 0.0),
    ("k*(exp(x/k)-1)/x", 0.0),
    ("(k*exp(x)-k)/x", 0.0),
    ("exp(-x)*(exp(x)-1)/x", 0.0),
    ("(exp(x)-exp(2*x))/x", 0.0),
    ("(exp(x)-1)/(x*(x+3))", 0.0),
    ("(2^x-1)/x", 0.0),
    ("sin(x)/x", 0.0),
    ("sinh(x)/x", 0.0),
    ("tanh(x)/x", 0.0),
    ("tan(x)/x", 0.0),
    ("atan(x)/x", 0.0),
    ("asin(3*x/k)/x", 0.0),
    ("x/tanh(x)", 0.0),
    ("x/sinh(x/k)", 0.0),
    ("x*cosh(x)/sinh(x)", 0.0),
    ("(1-cos(x))/x^2", 0.0),
    ("(cosh(2*x)-1)/x^2", 0.0),
    ("log(1+x/2)/x", 0.0),
    ("log(x/k)/(x-k)", K),
    ("ln(x)/(x-1)", 1.0),
    ("sin(x)/(1-exp(-x))", 0.0),
    ("(1-exp(-x))/(1-exp(-2*x))", 0.0),
    ("tanh(x)/sinh(x)", 0.0),
    ("(x/(1-exp(-x)))^2", 0.0),
    ("(x/(1-exp(-x)))^0.5", 0.0),
    ("sqrt(abs(sin(x)/x))", 0.0),
    ("1 + x/(1-exp(-x)) * (1-k) - k", 0.0),
]


def exactly(text, x, root):
    """The expression as written with 160 digits; at its root, the limit."""
    names = "exp sin cos tan tanh sinh cosh asin atan log sqrt".split()
    scope = {name: getattr(mpmath, name) for name in names} | {"ln": mpmath.log, "abs": abs, "mpf": mpmath.mpf}
    python = re.sub(r"(?<![\w.])(\d+\.?\d*)(?![\w.])", r"mpf('\1')", text.replace("^", "**"))
    with mpmath.workdps(160):
        at = mpmath.mpf(x) + (mpmath.mpf(10) ** -40 if abs(x - root) < 1e-25 else 0)
        parameters = {name: mpmath.mpf(value) for name, value in PARAMETERS.items()}
        return eval(python, scope, {**parameters, "x": at})


def points(root):
    return [root] + [root + side * 0.9 * 10.0**-k for k in range(17) for side in (1, -1)]


@pytest.mark.parametrize(("text", "root"), FORMS, ids=[text for text, _ in FORMS])
def test_value_is_accurate_at_the_singularity_and_around_it(evaluate, text, root):
    expr, _, _ = translate(parse_expression(SourceText(text, "test")))
    for x in points(root):
        exact = exactly(text, x, root)
        value = evaluate(expr, {**PARAMETERS, "x": x})
        assert float(abs((mpmath.mpf(float(value)) - exact) / exact)) < 1e-12, (expr, x - root)


@pytest.mark.parametrize(("text", "root"), FORMS, ids=[text for text, _ in FORMS])
def test_singularity_is_recognised_where_products_are_distributed_too(evaluate, text, root):
    with distribute(True):
        expr = remove_singularities(Translator().translate(parse_expression(SourceText(text, "test"))))
    for x in points(root)[:10]:
        exact = exactly(text, x, root)
        assert evaluate(expr, {**PARAMETERS, "x": x}) == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize("text", ["x^2/(exp(x)-1)", "(1-cos(x))/x"])
def test_zero_beyond_the_singularity_stays_a_zero(evaluate, text):
    expr, _, _ = translate(parse_expression(SourceText(text, "test")))
    assert evaluate(expr, {"x": 0.0}) == 0.0
    assert evaluate(expr, {"x": 1e-9}) == pytest.approx(1e-9 if "exp" in text else 0.5e-9, rel=1e-8)


@pytest.mark.parametrize(
    "text", ["1/(1-exp(-x))", "x/(2-exp(-x))", "(x+1)/(exp(x)-1)", "(x-v0)/(1-exp(-x/k))", "k/(exp(x)-1)"]
)
def test_what_is_not_a_removable_singularity_is_left_alone(text):
    expr, _, _ = translate(parse_expression(SourceText(text, "test")))
    assert not expr.atoms(Exprel)


def test_singularity_inside_a_function_of_the_user_and_a_conditional_is_removed(evaluate):
    expr, _, _ = translate(parse_expression(SourceText("if x > 3: 1.0 else: 2.0*(x/(exp(x)-1))", "test")))
    assert evaluate(expr, {"x": 0.0}) == 2.0


@pytest.mark.parametrize(
    ("text", "x", "limit"),
    [
        ("x/(1-exp(-x))", -900.0, 0.0),
        ("x/(1-exp(-x))", 900.0, 900.0),
        ("x*exp(x)/(exp(x)-1)", 900.0, 900.0),
        ("x/(exp(x)-1)", 900.0, 0.0),
    ],
)
def test_value_far_from_the_point_does_not_overflow(evaluate, text, x, limit):
    expr, _, _ = translate(parse_expression(SourceText(text, "test")))
    with np.errstate(over="ignore"):
        assert evaluate(expr, {"x": x}) == limit


@pytest.mark.parametrize("function", [Exprel, Log1prel, Sinc, Sinhc, Tanhc])
def test_derivative_of_each_function_is_accurate_at_zero_and_around_it(evaluate, function):
    plain = {Exprel: mpmath.expm1, Log1prel: mpmath.log1p, Sinc: mpmath.sin, Sinhc: mpmath.sinh, Tanhc: mpmath.tanh}
    x = symbol("x")
    slope = function(x).diff(x)
    for at in [0.5, -0.5, 0.011, 0.0099, -0.0099, 1e-3, -1e-5, 1e-9]:
        with mpmath.workdps(60):
            exact = mpmath.diff(lambda z, f=plain[function]: f(z) / z, mpmath.mpf(at))
        assert evaluate(slope, {"x": at}) == pytest.approx(float(exact), rel=1e-9, abs=1e-12)
    assert evaluate(slope, {"x": 0.0}) == pytest.approx({Exprel: 0.5, Log1prel: -0.5}.get(function, 0.0))


def test_limit_at_zero_is_one():
    for function in (Exprel, Log1prel, Sinc, Sinhc, Tanhc):
        assert function(sympy.Integer(0)) == 1
