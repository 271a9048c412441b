"""Random numbers: Philox against the published answers, distributions against SciPy's laws, streams apart."""

import ctypes
import subprocess

import numpy as np
import pytest
from scipy import stats

import eqneuro as ann
from eqneuro.build.toolchain import find_toolchain
from eqneuro.codegen.render import environment

KNOWN_ANSWERS = [  # Random123 1.09, kat_vectors: counter, key, result
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
DRAWS = 200_000


@pytest.fixture(scope="module")
def philox(tmp_path_factory):
    """The generator as the templates hold it, called from Python."""
    folder = tmp_path_factory.mktemp("philox")
    templates = [environment().get_template(name) for name in ("prelude.h.j2", "random.h.j2")]
    text = "\n".join(t.render(real="double", lane="int64_t", vector_functions=()) for t in templates)
    text += """
    void words(const uint32_t *c, const uint32_t *k, uint32_t *out)
    {
      const random_words w = philox(c[0], c[1], c[2], c[3], k[0], k[1]);
      memcpy(out, w.word, sizeof w.word);
    }
    """
    source, library = folder / "philox.c", folder / "philox.so"
    source.write_text(text)
    toolchain = find_toolchain()
    command = [*toolchain.command, *toolchain.flags, "-o", library, source, "-lm"]
    subprocess.run(command, check=True, capture_output=True)
    function = ctypes.CDLL(str(library)).words

    def call(counter, key):
        arrays = [(ctypes.c_uint32 * len(values))(*values) for values in (counter, key, (0, 0, 0, 0))]
        function(*arrays)
        return tuple(arrays[2])

    return call


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(philox, counter, key, result):
    assert philox(counter, key) == result


def draws(text, seed=3, size=DRAWS, dtype=np.float64, steps=1):
    """One row of draws for each step."""
    net = ann.Network(dt=1.0, seed=seed, dtype=dtype)
    population = net.create(size, ann.Neuron(equations=f"x = {text}"))
    rows = []
    for _ in range(steps):
        net.step()
        rows.append(np.array(population.x, dtype=float))
    return rows[0] if steps == 1 else np.array(rows)


CONTINUOUS = {
    "Uniform(-1.0, 3.0)": stats.uniform(-1.0, 4.0),
    "Normal(1.0, 2.0)": stats.norm(1.0, 2.0),
    "LogNormal(0.5, 0.3)": stats.lognorm(0.3, scale=np.exp(0.5)),
    "Exponential(2.0)": stats.expon(scale=0.5),
    "Gamma(0.4, 3.0)": stats.gamma(0.4, scale=3.0),
    "Gamma(7.5, 0.5)": stats.gamma(7.5, scale=0.5),
}
DISCRETE = {
    "DiscreteUniform(-2, 5)": stats.randint(-2, 6),
    "Bernoulli(0.3)": stats.bernoulli(0.3),
    "Binomial(10, 0.3)": stats.binom(10, 0.3),
    "Binomial(200, 0.45)": stats.binom(200, 0.45),
    "Poisson(0.7)": stats.poisson(0.7),
    "Poisson(90.0)": stats.poisson(90.0),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("text", CONTINUOUS)
def test_continuous_draws_follow_their_law(text, dtype):
    assert stats.kstest(draws(text, dtype=dtype), CONTINUOUS[text].cdf).pvalue > 1e-4


@pytest.mark.parametrize("text", DISCRETE)
def test_discrete_draws_follow_their_law(text):
    law = DISCRETE[text]
    x = draws(text)
    assert np.all(x == np.round(x))
    edges = [value for value in range(int(x.min()), int(x.max()) + 1) if DRAWS * law.pmf(value) > 10]
    seen = np.array([np.sum(x < edges[0]), *(np.sum(x == value) for value in edges), np.sum(x > edges[-1])])
    wanted = DRAWS * np.array([law.cdf(edges[0] - 1), *law.pmf(edges), law.sf(edges[-1])])
    if wanted[0] + wanted[-1] < 10:  # rare values join their neighbours
        seen[1], seen[-2] = seen[1] + seen[0], seen[-2] + seen[-1]
        wanted[1], wanted[-2] = wanted[1] + wanted[0], wanted[-2] + wanted[-1]
        seen, wanted = seen[1:-1], wanted[1:-1]
    assert stats.chisquare(seen, wanted).pvalue > 1e-4


def test_bounds_of_a_distribution_clip():
    x = draws("Normal(0.0, 1.0, min=-0.5, max=1.0)")
    assert x.min() == -0.5
    assert x.max() == 1.0
    assert abs(np.mean(x == -0.5) - stats.norm.cdf(-0.5)) < 5 * np.sqrt(0.25 / DRAWS)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_uniform_numbers_never_reach_one(dtype):
    steps = 40 if dtype is np.float32 else 2  # of 2²⁰ draws: rounding to single precision would show
    rows = draws("Uniform(0.0, 1.0)", size=2**20, dtype=dtype, steps=steps)
    assert rows.min() >= 0.0
    assert rows.max() < 1.0


def deviations(a, b):
    """The correlation of two rows, in standard errors."""
    return abs(np.corrcoef(a, b)[0, 1]) * np.sqrt(len(a))


def test_steps_neurons_variables_seeds_and_populations_are_independent():
    rows = draws("Normal(0.0, 1.0)", steps=2)
    net = ann.Network(dt=1.0, seed=3)
    neuron = ann.Neuron(
        equations="""
            whole = Normal(0.0, 1.0) : population
            a = Normal(0.0, 1.0)
            b = Normal(0.0, 1.0)
            g = Gamma(1.5, 1.0)
        """
    )
    one, other = net.create(DRAWS, neuron), net.create(DRAWS, neuron)
    net.step()
    pairs = [
        (rows[0], rows[1]),
        (rows[0][:-1], rows[0][1:]),
        (rows[0][:-128], rows[0][128:]),
        (one.a, one.b),
        (one.a, one.g),
        (one.a, other.a),
        (one.a, draws("Normal(0.0, 1.0)", seed=4)),
    ]
    assert [deviations(a, b) < 4.5 for a, b in pairs] == [True] * len(pairs)
    assert one.whole != other.whole
    assert one.whole not in one.a


def test_a_draw_does_not_depend_on_how_many_neurons_there_are():
    few, many = draws("Normal(0.0, 1.0)", size=300), draws("Normal(0.0, 1.0)", size=5000)
    np.testing.assert_array_equal(few, many[:300])
