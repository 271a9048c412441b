"""Every distribution of the language: 10⁶ draws of compiled equations and of attributes against their laws.

Seeds are fixed. Each test is made at a level of 10⁻⁶, so that a right generator with another seed would fail one of
some 250 tests once in 4,000 runs; and yet a distance of 0.003 between the distribution functions is found.
"""

import ast

import numpy as np
import pytest
from scipy import stats

import eqneuro as ann

DRAWS, STEPS = 10**6, 10
LEVEL = 1e-6
DEVIATIONS = stats.norm.isf(LEVEL / 2)

CONTINUOUS = {
    "Uniform(-1.0, 3.0)": stats.uniform(-1.0, 4.0),
    "Uniform(0.0, 1e-3)": stats.uniform(0.0, 1e-3),
    "Normal(1.0, 2.0)": stats.norm(1.0, 2.0),
    "Normal(-1e6, 1e-3)": stats.norm(-1e6, 1e-3),
    "LogNormal(0.5, 0.3)": stats.lognorm(0.3, scale=np.exp(0.5)),
    "LogNormal(-2.0, 3.0)": stats.lognorm(3.0, scale=np.exp(-2.0)),
    "Exponential(1e-3)": stats.expon(scale=1e3),
    "Exponential(2.0)": stats.expon(scale=0.5),
    "Exponential(1e6)": stats.expon(scale=1e-6),
    "Gamma(0.02, 1.0)": stats.gamma(0.02),
    "Gamma(0.4, 3.0)": stats.gamma(0.4, scale=3.0),
    "Gamma(1.0, 1e-3)": stats.gamma(1.0, scale=1e-3),
    "Gamma(7.5, 0.5)": stats.gamma(7.5, scale=0.5),
    "Gamma(1e6, 1e-6)": stats.gamma(1e6, scale=1e-6),
}
DISCRETE = {
    "DiscreteUniform(-2, 5)": stats.randint(-2, 6),
    "DiscreteUniform(1000, 1001)": stats.randint(1000, 1002),
    "DiscreteUniform(0, 1000000)": stats.randint(0, 1000001),
    "DiscreteUniform(-0.5, 2.5)": stats.randint(0, 3),
    "Bernoulli(0.3)": stats.bernoulli(0.3),
    "Bernoulli(1e-4)": stats.bernoulli(1e-4),
    "Bernoulli(0.9999)": stats.bernoulli(0.9999),
    "Binomial(1, 0.5)": stats.binom(1, 0.5),
    "Binomial(10, 0.3)": stats.binom(10, 0.3),
    "Binomial(41, 0.5)": stats.binom(41, 0.5),
    "Binomial(200, 0.45)": stats.binom(200, 0.45),
    "Binomial(1000, 1e-4)": stats.binom(1000, 1e-4),
    "Binomial(1000, 0.9999)": stats.binom(1000, 0.9999),
    "Binomial(1000, 0.002)": stats.binom(1000, 0.002),
    "Binomial(61, 0.5)": stats.binom(61, 0.5),
    "Binomial(10000, 0.997)": stats.binom(10000, 0.997),
    "Binomial(100.7, 0.5)": stats.binom(100, 0.5),
    "Binomial(1000000, 0.3)": stats.binom(10**6, 0.3),
    "Poisson(1e-3)": stats.poisson(1e-3),
    "Poisson(0.7)": stats.poisson(0.7),
    "Poisson(29.9)": stats.poisson(29.9),
    "Poisson(31.0)": stats.poisson(31.0),
    "Poisson(90.0)": stats.poisson(90.0),
    "Poisson(1e6)": stats.poisson(1e6),
}
LAWS = CONTINUOUS | DISCRETE
IN_SINGLE_PRECISION = [
    text for text in LAWS if text not in ("Normal(-1e6, 1e-3)", "Gamma(0.02, 1.0)", "Gamma(1e6, 1e-6)")
]
"""The three others ask for more digits, or smaller numbers, than single precision has."""
HEAVY_TAILED = ("LogNormal(-2.0, 3.0)", "Gamma(0.02, 1.0)")
"""Laws whose fourth moment is made by draws rarer than one in 10⁶."""


def equations_of(texts):
    return "\n".join(f"x{k} = {text}" for k, text in enumerate(texts))


def drawn_by_equations(texts, dtype, count=DRAWS):
    """10⁶ numbers of each text, of many neurons in some steps."""
    net = ann.Network(dt=1.0, seed=20, dtype=dtype)
    pop = net.create(count // STEPS, ann.Neuron(equations=equations_of(texts)))
    rows = []
    for _ in range(STEPS):
        net.step()
        rows.append([np.array(getattr(pop, f"x{k}"), dtype=float) for k in range(len(texts))])
    return dict(zip(texts, np.concatenate(rows, axis=1), strict=True))


@pytest.fixture(scope="module")
def double():
    """Draws of neurons' equations in double precision."""
    return drawn_by_equations(list(LAWS), np.float64)


@pytest.fixture(scope="module")
def single():
    """The same in single precision."""
    return drawn_by_equations(IN_SINGLE_PRECISION, np.float32)


def bins_of(law, least=10.0):
    """Upper ends of bins of some probability: all values where there are few, else quantiles."""
    low, high = law.ppf(1e-9), law.ppf(1.0 - 1e-9)
    values = np.arange(low, high + 1.0) if high - low < 300 else np.unique(law.ppf(np.linspace(0.0, 1.0, 201)[1:-1]))
    ends, before = [], 0.0
    for value in values[:-1]:
        if DRAWS * (law.cdf(value) - before) > least and DRAWS * law.sf(value) > least:
            ends.append(value)
            before = law.cdf(value)
    return np.array(ends)


def assert_law(x, text):
    law = LAWS[text]
    if text in CONTINUOUS:
        assert stats.kstest(x, law.cdf).pvalue > LEVEL
        return
    assert np.all(x == np.round(x))
    low, high = law.support()
    assert x.min() >= low
    assert x.max() <= high
    ends = bins_of(law)
    wanted = len(x) * np.diff(np.concatenate([[0.0], law.cdf(ends), [1.0]]))
    seen = np.bincount(np.searchsorted(ends, x), minlength=len(wanted))
    assert stats.chisquare(seen, wanted).pvalue > LEVEL


def assert_moments(x, text):
    """Mean, variance, skewness and kurtosis as means of powers, each within its standard error."""
    mean, variance, skewness, excess = (float(moment) for moment in LAWS[text].stats(moments="mvsk"))
    scaled = (x - mean) / np.sqrt(variance)
    for power, expected in ((1, 0.0), (2, 1.0), (3, skewness), (4, excess + 3.0)):
        values = scaled**power
        assert abs(values.mean() - expected) <= DEVIATIONS * values.std() / np.sqrt(len(x)), power


@pytest.mark.parametrize("text", LAWS)
def test_equations_draw_from_the_law(double, text):
    assert_law(double[text], text)


@pytest.mark.parametrize("text", [text for text in LAWS if text not in HEAVY_TAILED])
def test_equations_draw_with_the_first_four_moments(double, text):
    assert_moments(double[text], text)


@pytest.mark.parametrize("text", IN_SINGLE_PRECISION)
def test_equations_in_single_precision_draw_from_the_law(single, text):
    assert_law(single[text], text)


def made(text):
    """The distribution as an object of Python."""
    call = ast.parse(text, mode="eval").body
    return getattr(ann, call.func.id)(*map(ast.literal_eval, call.args))


@pytest.mark.parametrize("text", LAWS)
def test_parameters_and_initial_values_draw_from_the_law(text):
    net = ann.Network(seed=21)
    pop = net.create(DRAWS, ann.Neuron("a = 0.0", equations="r = a"))
    pop.a = made(text)
    assert_law(np.array(pop.a), text)


@pytest.mark.parametrize(
    "text", ["Normal(1.0, 2.0)", "Gamma(0.4, 3.0)", "Uniform(-1.0, 3.0)", "DiscreteUniform(-2, 5)"]
)
def test_weights_draw_from_the_law(text):
    net = ann.Network(seed=22)
    pre, post = (
        net.create(1000, ann.Neuron(equations="r = 0.0")),
        net.create(1000, ann.Neuron(equations="r = sum(exc)")),
    )
    projection = net.connect(pre, post, "exc").all_to_all(made(text))
    assert_law(np.concatenate(projection.w), text)


IN_SYNAPSES = [
    "Uniform(-1.0, 3.0)", "Normal(1.0, 2.0)", "LogNormal(0.5, 0.3)", "Exponential(2.0)", "Gamma(0.4, 3.0)",
    "DiscreteUniform(-2, 5)", "Bernoulli(0.3)", "Binomial(200, 0.45)", "Poisson(31.0)",
]  # fmt: skip


@pytest.fixture(scope="module")
def synaptic():
    """Draws of synapses' equations."""
    net = ann.Network(seed=23)
    pop = net.create(1000, ann.Neuron(equations="r = sum(exc)"))
    projection = net.connect(pop, pop, "exc", ann.Synapse(equations=equations_of(IN_SYNAPSES)))
    projection.all_to_all(1.0, allow_self_connections=True)
    net.step()
    return {text: np.concatenate(getattr(projection, f"x{k}")) for k, text in enumerate(IN_SYNAPSES)}


@pytest.mark.parametrize("text", IN_SYNAPSES)
def test_synapses_draw_from_the_law(synaptic, text):
    assert_law(synaptic[text], text)
    assert_moments(synaptic[text], text)


CERTAIN = {
    "Bernoulli(0.0)": 0.0, "Bernoulli(1.0)": 1.0, "Binomial(30, 0.0)": 0.0, "Binomial(30, 1.0)": 30.0,
    "Binomial(500, 0.0)": 0.0, "Binomial(500, 1.0)": 500.0, "Binomial(0, 0.5)": 0.0, "Poisson(0.0)": 0.0,
    "Normal(2.0, 0.0)": 2.0, "LogNormal(0.0, 0.0)": 1.0, "Uniform(3.0, 3.0)": 3.0, "DiscreteUniform(7, 7)": 7.0,
    "Gamma(0.0, 1.0)": 0.0, "Gamma(2.0, 0.0)": 0.0,
}  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_draws_that_are_certain_are_right(dtype):
    found = drawn_by_equations(list(CERTAIN), dtype, 10_000)
    assert {text: set(values) for text, values in found.items()} == {t: {value} for t, value in CERTAIN.items()}


@pytest.mark.parametrize("text", CERTAIN)
def test_attributes_that_are_certain_are_right(text):
    assert set(made(text).get_values(1000)) == {CERTAIN[text]}


CLIPPED = {
    "Normal(0.0, 1.0, min=-0.5, max=1.0)": (stats.norm(), -0.5, 1.0),
    "LogNormal(0.0, 1.0, max=2.0)": (stats.lognorm(1.0), -np.inf, 2.0),
    "Exponential(2.0, min=0.1)": (stats.expon(scale=0.5), 0.1, np.inf),
    "Gamma(2.0, 1.0, min=0.5, max=4.0)": (stats.gamma(2.0), 0.5, 4.0),
}


def assert_clipped(x, law, low, high):
    """Between the bounds the law itself, at the bounds what lies beyond."""
    assert x.min() >= low
    assert x.max() <= high
    for bound, mass in ((low, law.cdf(low)), (high, law.sf(high))):
        if np.isfinite(bound):
            count = np.sum(x == np.asarray(bound, x.dtype))
            assert abs(count - len(x) * mass) < DEVIATIONS * np.sqrt(len(x) * mass * (1.0 - mass))
    inside = x[(x > low) & (x < high)]
    share = law.cdf(high) - law.cdf(low)
    assert stats.kstest(inside, lambda value: (law.cdf(value) - law.cdf(low)) / share).pvalue > LEVEL


def test_small_numbers_in_single_precision_keep_their_digits():
    """So that rare events keep their probability: below 2⁻⁸ numbers are multiples of 2⁻³², not of 2⁻²⁴."""
    u = drawn_by_equations(["Uniform(0.0, 1.0)"], np.float32)["Uniform(0.0, 1.0)"]
    small = u[u < 2.0**-8]
    assert np.all(small * 2.0**32 % 1.0 == 0.0)
    coarse, expected = np.sum(small * 2.0**24 % 1.0 == 0.0), len(small) / 256
    assert abs(coarse - expected) < DEVIATIONS * np.sqrt(expected)
    assert stats.kstest(small, stats.uniform(0.0, 2.0**-8).cdf).pvalue > LEVEL


@pytest.fixture(scope="module")
def clipped():
    """Draws between bounds."""
    return drawn_by_equations(list(CLIPPED), np.float64)


@pytest.mark.parametrize("text", CLIPPED)
def test_bounds_clip_what_equations_and_attributes_draw(clipped, text):
    assert_clipped(clipped[text], *CLIPPED[text])
    call = ast.parse(text, mode="eval").body
    keywords = {k.arg: ast.literal_eval(k.value) for k in call.keywords}
    distribution = getattr(ann, call.func.id)(*map(ast.literal_eval, call.args), **keywords)
    assert_clipped(distribution.sample(np.random.default_rng(3), DRAWS), *CLIPPED[text])


@pytest.mark.parametrize(("p", "expected"), [(0.0, 0.0), (1.0, 50.0), (-0.5, 0.0), (1.5, 50.0), (5.0, 50.0)])
def test_chances_beyond_their_range_are_taken_for_its_ends(p: float, expected: float) -> None:
    net = ann.Network(dt=1.0, seed=1)
    cells = net.create(20, ann.Neuron(equations="r = Binomial(50, p)", parameters=dict(p=p)))
    net.simulate(3.0)
    assert (cells.r == expected).all()
