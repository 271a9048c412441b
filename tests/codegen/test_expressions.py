"""Expressions compiled to C give what numpy gives: random trees, literals, powers, conditions, both precisions."""

import math

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.language.evaluate import evaluate
from eqneuro.language.parser import parse_expression
from eqneuro.language.source import SourceText

SIZE = 24
X, Y = np.linspace(-2.3, 2.9, SIZE), np.linspace(1.7, 0.4, SIZE)


def computed(texts, dtype=np.float64, x=X, y=Y):
    """The values of expressions of x and y, each compiled as a variable of one neuron."""
    lines = "\n".join(f"value_{k} = {text}" for k, text in enumerate(texts))
    net = ann.Network(dt=0.5, seed=1, dtype=dtype)
    population = net.create(len(x), ann.Neuron(parameters="x = 0.0; y = 0.0; s = 1.25 : population", equations=lines))
    population.x, population.y = x, y
    net.step()
    return [np.asarray(getattr(population, f"value_{k}"), dtype=float) for k in range(len(texts))]


def expected(text, x=X, y=Y):
    """The same by numpy."""
    names = {"x": x, "y": y, "s": 1.25, "t": 0.0, "dt": 0.5}
    return np.broadcast_to(evaluate(parse_expression(SourceText(text, "test")), names), x.shape).astype(float)


def random_expression(rng, depth):
    """A tree of smooth functions and conditionals whose values stay moderate."""
    if depth == 0 or rng.random() < 0.1:
        return rng.choice(["x", "y", "s", "dt", "2", "0.5", "3.0", "1.1e-1", "pi"])
    below = [random_expression(rng, depth - 1) for _ in range(3)]
    forms = [
        "({0} + {1})", "({0} - {1})", "({0} * {1})", "({0} / (1.5 + abs({1})))", "-{0}", "({0})^2", "abs({0})^1.5",
        "({0})^3", "(1.2 + abs({0}))^-2", "exp(-abs({0}))", "tanh({0})", "sin({0})", "cos({0} - {1})",
        "log(1.1 + abs({0}))", "sqrt(0.3 + abs({0}))", "(if x > 0.1: {0} else: {1})",
        "ite((y > 1.0) and (x < 1.5), {0}, {1})", "max({0}, {1})",
        "min({0}, {1})", "clip({0}, -1.0, 1.5)", "pos({0})",
        "atan2({0}, 1.0 + abs({1}))", "1.0*(x < y)*{0}", "sigmoid({0})",
        "-({0})^2", "{0} - ({1} - {2})", "({0})/(2.0)/(0.7 + abs({1}))",
    ]  # fmt: skip
    return rng.choice(forms).format(*below)


@pytest.mark.parametrize("seed", range(4))
def test_random_expressions_give_what_numpy_gives(seed):
    rng = np.random.default_rng(seed)
    texts = [f"({random_expression(rng, 4)})" for _ in range(60)]
    for text, got in zip(texts, computed(texts), strict=True):
        wanted = expected(text)
        scale = np.maximum(1.0, np.abs(wanted))
        assert np.all(np.abs(got - wanted) < 1e-9 * scale), text


def test_literals_keep_every_bit():
    rng = np.random.default_rng(7)
    values = [0.1, 1 / 3, 1e-300, 1.7976931348623157e307, 5e-324, 123456789.123456789, 2**53 + 2.0, *rng.random(20)]
    for value, got in zip(values, computed([repr(float(v)) for v in values]), strict=True):
        assert np.all(got == value), value


@pytest.mark.parametrize("power", range(-3, 9))
def test_small_powers_are_products(power):
    [got] = computed([f"y^{power}"])
    np.testing.assert_allclose(got, Y ** float(power), rtol=4e-16 * max(2, abs(power)))


def test_large_and_broken_powers_are_those_of_pow():
    texts = ["y^0.5", "y^2.5", "y^12", "x^0", "power(y, 1.7)", "(-2.0)^3", "(-8.0)^(1.0/3.0)"]
    got = computed(texts)
    for values, power in zip(got[:3], (0.5, 2.5, 12), strict=True):
        np.testing.assert_allclose(values, Y**power, rtol=1e-14)
    assert np.all(got[3] == 1.0)
    assert np.all(got[5] == -8.0)
    assert np.all(np.isnan(got[6]))


def test_single_precision_computes_in_single_precision():
    [sums, products] = computed(["x + 0.1", "x*y/3.0"], np.float32)
    x, y = X.astype(np.float32), Y.astype(np.float32)
    assert np.all(sums == x + np.float32(0.1))
    np.testing.assert_allclose(products, x * y / np.float32(3.0), rtol=4e-7)


def test_nan_stays_nan_and_is_seen():
    x = np.array([1.0, np.nan, -np.inf])
    got = computed(["isnan(x)*1.0", "isfinite(x)*1.0", "x + 1.0"], x=x, y=np.ones(3))
    assert got[0].tolist() == [0.0, 1.0, 0.0]
    assert got[1].tolist() == [1.0, 0.0, 0.0]
    assert math.isnan(got[2][1])


def test_division_by_zero_is_that_of_ieee():
    got = computed(["1.0/(x - x)", "-1.0/(y*0.0)", "(x - x)/(y*0.0)"])
    assert np.all(np.isnan(got[0]) | (got[0] == np.inf))
    assert np.all(got[1] == -np.inf)
    assert np.all(np.isnan(got[2]))
