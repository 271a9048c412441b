"""Distributions as objects."""

import numpy as np
import pytest

from eqneuro.language.distributions import Bernoulli, Binomial, Exponential, Gamma, Normal, Poisson, Uniform
from eqneuro.language.errors import EquationError
from eqneuro.language.evaluate import definition_of, evaluate
from eqneuro.language.parser import parse_expression
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Draw, Number, Unary


def test_values_of_a_given_generator_are_reproducible_and_have_the_shape():
    one, two = (Normal(0.0, 1.0, rng=np.random.default_rng(3)).get_values((2, 3)) for _ in range(2))
    assert one.shape == (2, 3)
    np.testing.assert_array_equal(one, two)
    assert isinstance(Uniform(0.0, 1.0).get_value(), float)


def test_a_distribution_knows_how_it_is_written_in_equations():
    assert Normal(-1.0, 2.0, max=3.0).expression == Draw(
        "Normal", (Unary("-", Number(1.0)), Number(2.0)), None, Number(3.0)
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Uniform(0.0, float("nan")), "max of Uniform must be a finite number"),
        (lambda: Uniform("a", 1.0), "min of Uniform must be a finite number"),
        (lambda: Normal(0.0, 1.0, min=2.0, max=1.0), "min=2.0 of Normal is larger than max=1.0"),
        (lambda: Exponential(0.0), "Lambda of Exponential must be above 0"),
        (lambda: Bernoulli(1.5), "p of Bernoulli must be between 0 and 1"),
        (lambda: Binomial(-1, 0.5), "n of Binomial must be 0 or more"),
        (lambda: Gamma(-1.0), "alpha of Gamma must be 0 or more"),
        (lambda: Poisson(-1.0), "mean of Poisson must be 0 or more"),
    ],
)
def test_arguments_that_a_distribution_can_not_have_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_functions_may_stand_in_the_arguments_of_a_distribution():
    """Definitions of functions are parsed when they are first computed: not while the parser is at work."""
    definition_of.cache_clear()
    expr = parse_expression(SourceText("Normal(max(1.0, 2.0), clip(3.0, 0.0, 0.5))", "an expression"))
    assert evaluate(expr, {}, lambda distribution: distribution) is not None
    with pytest.raises(EquationError, match="Lambda of Exponential must be above 0"):
        parse_expression(SourceText("1.0 + Exponential(min(0.0, 1.0))", "an expression"))
