"""What expressions mean where languages differ: language.md, "Meaning"."""

import math

import numpy as np
import pytest
import scipy.stats

from eqneuro.language.distributions import DISTRIBUTIONS
from eqneuro.language.evaluate import Unknown, call_function, evaluate
from eqneuro.language.functions import FUNCTIONS, Function, register
from eqneuro.language.parser import parse_expression, parse_functions
from eqneuro.language.source import SourceText

X = np.array([-2.6, -2.5, -1.5, -0.7, -0.2, 0.0, 0.1, 0.5, 0.7, 1.0, 1.5, 2.4, 2.5])


def value(text, **names):
    return evaluate(parse_expression(SourceText(text, "test")), names)


def test_division_is_true_division_whatever_the_types():
    assert value("1/3") == 1 / 3
    assert value("n/2", n=7) == 3.5
    np.testing.assert_array_equal(value("n/m", n=np.array([1, 7]), m=np.array([3, 2])), [1 / 3, 3.5])


def test_a_sign_binds_weaker_than_a_power_and_a_power_binds_to_the_right():
    assert value("-x^2", x=3.0) == -9.0
    assert value("2^-1") == 0.5
    assert value("2^3^2") == 2.0**9
    assert value("2**3**2") == 2.0**9
    assert value("-2^-2") == -0.25


def test_sums_and_products_bind_to_the_left():
    assert value("10 - 3 - 2") == 5.0
    assert value("100 / 10 / 2") == 5.0
    assert value("100 / 10 * 2") == 20.0


def test_round_takes_halves_away_from_zero():
    for x in X:
        away = math.copysign(math.floor(abs(x) + 0.5), x)
        assert value("round(x)", x=x) == away
    np.testing.assert_array_equal(value("round(x)", x=np.array([0.5, 1.5, 2.5, -0.5, -2.5])), [1, 2, 3, -1, -3])
    assert value("round(x)", x=0.49999999999999994) == 0.0  # x + 0.5 rounds to 1
    assert value("round(x)", x=2.0**52 + 1) == 2.0**52 + 1


def test_neg_is_the_negative_part_and_pos_the_positive_one():
    np.testing.assert_array_equal(value("neg(x)", x=X), np.minimum(X, 0.0))
    np.testing.assert_array_equal(value("pos(x)", x=X), np.maximum(X, 0.0))
    np.testing.assert_array_equal(value("pos(x) + neg(x)", x=X), X)


@pytest.mark.parametrize(("x", "y"), [(7.9, 3.2), (-7.9, 3.2), (7.9, -3.2), (-7.9, -3.9), (6.0, 3.0)])
def test_modulo_truncates_both_and_has_the_sign_of_the_first(x, y):
    assert value("modulo(x, y)", x=x, y=y) == math.fmod(math.trunc(x), math.trunc(y))


@pytest.mark.parametrize("base", [0.0, 1.0, 2.5, -2.0, math.inf, math.nan])
@pytest.mark.parametrize("exponent", [0.0, 1.0, 3.0, -2.0, 0.5])
def test_powers_are_those_of_c(base, exponent):
    try:
        expected = math.pow(base, exponent)
    except ValueError:
        expected = math.inf if base == 0.0 else math.nan
    for text in ("x^y", "x**y", "pow(x, y)", "power(x, y)"):
        np.testing.assert_equal(float(value(text, x=base, y=exponent)), expected)


def test_comparisons_are_numbers_where_one_is_wanted():
    assert value("2.0*(x < y) + (x > y)", x=1.0, y=2.0) == 2.0
    assert value("(1 < 2) + (3 < 4)") == 2.0
    assert value("-(x < y)", x=1.0, y=2.0) == -1.0
    np.testing.assert_array_equal(value("(x > 0) + (x > 1)", x=X), 1.0 * (X > 0) + (X > 1))


def test_truth_values_add_up_as_numbers_do():
    flags = np.array([True, True, False])
    np.testing.assert_array_equal(value("a + a", a=flags), [2.0, 2.0, 0.0])
    np.testing.assert_array_equal(value("-a", a=flags), [-1.0, -1.0, 0.0])
    assert value("True + True") == 2.0


def test_logic_takes_numbers_and_names_for_it():
    assert value("not (x > 0)", x=1.0) == False  # noqa: E712  a truth value of numpy
    assert bool(value("x and not y", x=2.0, y=0.0)) is True
    assert bool(value("x is y", x=2.0, y=2.0)) is True
    assert bool(value("x is not y", x=2.0, y=2.0)) is False
    np.testing.assert_array_equal(value("x > 0 and x < 1 or x < -2", x=X), ((X > 0) & (X < 1)) | (X < -2))


def test_conditionals_choose_for_each_neuron_and_keep_nan_to_its_branch():
    np.testing.assert_array_equal(
        value("if x > 0: log(x) else: -1.0", x=X), [math.log(x) if x > 0 else -1.0 for x in X]
    )
    np.testing.assert_array_equal(value("ite(x > 0, x, if x < -1: -5.0 else: 2.0)", x=X),
                                  np.where(X > 0, X, np.where(X < -1, -5.0, 2.0)))  # fmt: skip


PLAIN = {
    "exp": math.exp, "log": math.log, "ln": math.log, "log10": math.log10, "log2": math.log2, "sqrt": math.sqrt,
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "asin": math.asin, "acos": math.acos, "atan": math.atan,
    "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh, "abs": abs, "fabs": abs, "floor": math.floor,
    "ceil": math.ceil, "isnan": math.isnan, "isfinite": math.isfinite, "sign": lambda x: (x > 0) - (x < 0),
    "pos": lambda x: max(x, 0.0), "positive": lambda x: max(x, 0.0), "relu": lambda x: max(x, 0.0),
    "neg": lambda x: min(x, 0.0), "negative": lambda x: min(x, 0.0), "heaviside": lambda x: float(x >= 0.0),
    "sigmoid": lambda x: 1.0 / (1.0 + math.exp(-x)), "round": lambda x: math.copysign(math.floor(abs(x) + 0.5), x),
    "atan2": math.atan2, "pow": math.pow, "power": math.pow, "min": min, "max": max,
    "modulo": lambda x, y: math.fmod(math.trunc(x), math.trunc(y)), "clip": lambda x, lo, hi: max(lo, min(x, hi)),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_each_function_agrees_with_pythons(name):
    count = len(FUNCTIONS[name].arguments)
    for values in [(0.3, 1.7, 2.5), (0.9, 1.2, 1.3)]:
        expected = PLAIN[name](*values[:count])
        text = f"{name}({', '.join(map(repr, values[:count]))})"
        np.testing.assert_allclose(float(value(text)), float(expected), rtol=1e-14, err_msg=text)


def test_every_function_of_the_reference_is_registered():
    words = """exp log ln log10 log2 sqrt sin cos tan asin acos atan atan2 sinh cosh tanh abs fabs sign floor ceil round
        pow power pos positive neg negative clip min max modulo isnan isfinite heaviside sigmoid relu"""
    assert set(words.split()) <= set(FUNCTIONS)


def test_nan_passes_through_clipping_and_rectification():
    for text in ("pos(x)", "neg(x)", "clip(x, 0.0, 1.0)", "sign(x)", "round(x)", "relu(x)"):
        assert math.isnan(value(text, x=math.nan)), text


def test_names_without_value_and_random_numbers_are_refused():
    with pytest.raises(Unknown) as caught:
        value("x + y", x=1.0)
    assert caught.value.name == "y"
    with pytest.raises(Unknown):
        value("Uniform(0.0, 1.0)")
    with pytest.raises(Unknown):
        value("nosuch(1.0)")


def test_the_users_functions_can_be_called_from_python():
    [definition] = parse_functions(SourceText("f(x, a) = if x > a: x else: -a", "test"))
    assert call_function(definition, (3.0, 2.0)) == 3.0
    np.testing.assert_array_equal(call_function(definition, ([1.0, 5.0], 2.0)), [-2.0, 5.0])
    with pytest.raises(TypeError, match="takes 2 arguments, not 1"):
        call_function(definition, (3.0,))


def test_a_new_function_is_one_entry():
    entry = Function("softplus", ("x",), definition="log(1.0 + exp(x))")
    try:
        register(entry)
        assert value("softplus(0.5)") == math.log(1.0 + math.exp(0.5))
    finally:
        del FUNCTIONS["softplus"]
    with pytest.raises(ValueError, match="evaluate"):
        register(Function("odd", ("x",), c="odd"))
    with pytest.raises(ValueError, match="exactly one"):
        register(Function("odd", ("x",), c="odd", sympy="odd", evaluate=abs))


SCIPY = {
    "Uniform(-1.0, 3.0)": scipy.stats.uniform(-1.0, 4.0),
    "DiscreteUniform(0, 4)": scipy.stats.randint(0, 5),
    "Normal(1.0, 2.0)": scipy.stats.norm(1.0, 2.0),
    "LogNormal(0.5, 0.3)": scipy.stats.lognorm(0.3, scale=math.exp(0.5)),
    "Exponential(2.0)": scipy.stats.expon(scale=0.5),
    "Gamma(2.0, 3.0)": scipy.stats.gamma(2.0, scale=3.0),
    "Gamma(2.0)": scipy.stats.gamma(2.0),
    "Binomial(10, 0.3)": scipy.stats.binom(10, 0.3),
    "Bernoulli(0.3)": scipy.stats.bernoulli(0.3),
    "Poisson(3.5)": scipy.stats.poisson(3.5),
}


def test_every_distribution_is_compared_with_scipy():
    assert {text.split("(")[0] for text in SCIPY} == set(DISTRIBUTIONS)


@pytest.mark.parametrize("text", SCIPY)
def test_a_distribution_has_the_moments_of_scipys(text):
    count = 20_000
    rng = np.random.default_rng(5)
    draws = evaluate(parse_expression(SourceText(text, "test")), {}, lambda kind: kind.sample(rng, count))
    mean, variance, kurtosis = SCIPY[text].stats("mvk")
    assert abs(draws.mean() - mean) < 5 * math.sqrt(variance / count)
    error = variance * math.sqrt((kurtosis + 2) / count)  # of the estimated variance
    assert abs(draws.var() - variance) < 5 * error


def test_min_and_max_of_a_distribution_clip():
    rng = np.random.default_rng(6)
    text = "Normal(0.0, 1.0, min=-0.5, max=0.25)"
    draws = evaluate(parse_expression(SourceText(text, "test")), {}, lambda kind: kind.sample(rng, 1000))
    assert (draws.min(), draws.max()) == (-0.5, 0.25)
    assert (draws == -0.5).mean() == pytest.approx(scipy.stats.norm.cdf(-0.5), abs=5 * 0.5 / math.sqrt(1000))


def test_arguments_of_distributions_may_be_names_and_keywords():
    kinds = []
    text = "Normal(sigma=s, mu=2.0*s, max=9.0)"
    evaluate(parse_expression(SourceText(text, "test")), {"s": 1.5}, kinds.append)
    assert repr(kinds[0]) == "Normal(3, 1.5, max=9)"
