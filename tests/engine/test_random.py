"""Random numbers: Philox against the published answers, and streams that have nothing to do with each other."""

import ctypes
import platform
import subprocess

import numpy as np
import pytest
from scipy import stats

import eqneuro as ann
from eqneuro.build.toolchain import find_toolchain
from eqneuro.codegen.render import render_alone
from eqneuro.connectivity import _sampling

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


CALLED = """
void words(const uint32_t *c, const uint32_t *k, uint32_t *out)
{
  const random_words w = philox(c[0], c[1], c[2], c[3], k[0], k[1]);
  memcpy(out, w.word, sizeof w.word);
}

void many(uint64_t *first, uint64_t *second, int64_t number, uint32_t base, uint32_t stream, int64_t step,
          uint32_t key0, uint32_t key1)
{
  draw_words(first, second, number, base, stream, step, key0, key1);
}
"""


def built(folder, *flags):
    """The generator as the templates hold it, in a library."""
    text = render_alone("prelude.h.j2", "random.h.j2")
    source, library = folder / "philox.c", folder / "philox.so"
    source.write_text(text + CALLED)
    toolchain = find_toolchain()
    command = [*toolchain.command, *toolchain.flags, *flags, "-o", library, source, "-lm"]
    subprocess.run(command, check=True, capture_output=True)
    return ctypes.CDLL(str(library))


@pytest.fixture(scope="module")
def philox(tmp_path_factory):
    """The generator, called from Python."""
    function = built(tmp_path_factory.mktemp("philox")).words

    def call(counter, key):
        arrays = [(ctypes.c_uint32 * len(values))(*values) for values in (counter, key, (0, 0, 0, 0))]
        function(*arrays)
        return tuple(arrays[2])

    return call


@pytest.mark.parametrize("missing", [(), ("-mno-avx512f",), ("-mno-avx512f", "-mno-avx2")], ids=" ".join)
def test_words_of_many_counters_are_those_of_each(missing, tmp_path):
    """With the vectors that there are, with shorter ones, and without them."""
    flags = missing if platform.machine() == "x86_64" else ()
    base, stream, step, keys = 2**32 - 40, 0x9ABCDEF0, 5 * 2**32 + 7, (0xA4093822, 0x299F31D0)
    first, second = np.zeros(128, np.uint64), np.zeros(128, np.uint64)
    places = [array.ctypes.data_as(ctypes.c_void_p) for array in (first, second)]
    words = (ctypes.c_uint32(word) for word in keys)
    numbers = (ctypes.c_int64(100), ctypes.c_uint32(base), ctypes.c_uint32(stream), ctypes.c_int64(step), *words)
    built(tmp_path, *flags).many(*places, *numbers)
    for k in range(100):
        a, b, c, d = _sampling.philox_words(((base + k) % 2**32, stream, step % 2**32, step >> 32), keys)
        assert (int(first[k]), int(second[k])) == (a << 32 | b, c << 32 | d)


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


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_uniform_numbers_never_reach_one(dtype):
    steps = 40 if dtype is np.float32 else 2  # of 2²⁰ draws: rounding to single precision would show
    rows = draws("Uniform(0.0, 1.0)", size=2**20, dtype=dtype, steps=steps)
    assert rows.min() >= 0.0
    assert rows.max() < 1.0


INDEPENDENT = """
    whole = Normal(0.0, 1.0) : population
    u = Uniform(0.0, 1.0)
    v = Uniform(0.0, 1.0)
    n = Normal(0.0, 1.0)
    g = Gamma(1.5, 1.0)
    k = Poisson(2.0)
    dx/dt = xi
    dy/dt = xi + xi_c
    r = u
"""
SYNAPTIC = "su = Uniform(0.0, 1.0)\nsn = Normal(0.0, 1.0)\nsg = Gamma(1.5, 1.0)\ndw/dt = xi"


def ranks(x):
    """Uniform numbers from any, equal ones kept apart by their order."""
    return (np.argsort(np.argsort(x, kind="stable")) + 0.5) / len(x)


def assert_independent(a, b, cells=16):
    """No correlation, and no cell of a table of both more often hit than chance explains, at a level of 10⁻⁶."""
    assert abs(np.corrcoef(a, b)[0, 1]) * np.sqrt(len(a)) < stats.norm.isf(5e-7)
    place = np.floor(cells * ranks(a)) * cells + np.floor(cells * ranks(b))
    seen = np.bincount(place.astype(int), minlength=cells**2)
    statistic = np.sum((seen - len(a) / cells**2) ** 2) / (len(a) / cells**2)
    assert stats.chi2.sf(statistic, (cells - 1) ** 2) > 1e-6


@pytest.fixture(scope="module")
def streams():
    """Draws of everything that has a stream of its own: variables, populations, synapses, steps, epochs, seeds."""
    found = {}
    for seed in (0, 1, 2, 2**32, 2**32 + 1, -1):
        net = ann.Network(dt=1.0, seed=seed)
        neuron = ann.Neuron(equations=INDEPENDENT)
        pops = [net.create(DRAWS, neuron), net.create(DRAWS, neuron)]
        few = net.create(DRAWS // 400, ann.Neuron(equations="r = sum(exc)"))
        pre = net.create(400, ann.Neuron(equations="r = 0.0"))
        projection = net.connect(pre, few, "exc", ann.Synapse(equations=SYNAPTIC)).all_to_all(0.0)
        for epoch in range(2 if seed < 2 else 1):
            for step in range(2):
                x = np.array([[p.x, p.y] for p in pops])
                net.step()
                for place, pop in enumerate(pops if seed < 2 else pops[:1]):
                    for name in "uvngk":
                        found[name, place, seed, epoch, step] = np.array(getattr(pop, name))
                    found["x", place, seed, epoch, step] = pop.x - x[place, 0]
                    found["y", place, seed, epoch, step] = pop.y - x[place, 1]
                for name in ("su", "sn", "sg"):
                    found[name, 0, seed, epoch, step] = np.concatenate(getattr(projection, name))
            net.reset(reseed_rng=False)
    return found


FIRST = (0, 0, 0, 0)
"""Population, seed, epoch and step."""
PAIRS = [
    *((("u", *FIRST), (name, *FIRST)) for name in ("v", "n", "g", "k", "x", "su", "sn", "sg")),
    *((("g", *FIRST), (name, *FIRST)) for name in ("n", "x", "su", "sg")),
    *((("n", *FIRST), (name, *FIRST)) for name in ("x", "y", "sn")),
    *(((name, *FIRST), (name, 1, 0, 0, 0)) for name in "ungx"),
    *(((name, *FIRST), (name, 0, seed, 0, 0)) for name in "ung" for seed in (1, 2, 2**32, 2**32 + 1, -1)),
    *(((name, *FIRST), (name, 0, 0, 1, 0)) for name in ("u", "n", "g", "x", "su", "sg")),
    *(((name, *FIRST), (name, 0, 0, 0, 1)) for name in ("u", "n", "g", "x", "su", "sg")),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_variables_populations_synapses_seeds_epochs_and_steps_are_independent(streams, one, other):
    assert_independent(streams[one], streams[other])


@pytest.mark.parametrize("name", ["u", "n", "g", "su", "sg"])
@pytest.mark.parametrize("lag", [1, 2, 16, 128, 256])
def test_neurons_and_synapses_are_independent(streams, name, lag):
    row = streams[name, 0, 0, 0, 0]
    assert_independent(row[:-lag], row[lag:])


def test_no_number_of_one_stream_occurs_in_another(streams):
    """Of N numbers with 52 bits N²/2⁵³ pairs agree by chance; a stream that returned would bring thousands."""
    rows = [streams[key] for key in streams if key[0] in ("u", "v", "su")]
    everything = np.concatenate(rows)
    repeated = len(everything) - len(np.unique(everything))
    assert repeated <= 3 + 10 * len(everything) ** 2 / 2.0**53
    normal = np.concatenate([streams[key] for key in streams if key[0] in ("n", "sn")])
    assert len(normal) - len(np.unique(normal)) <= 3 + 10 * len(normal) ** 2 / 2.0**52


def test_a_common_source_is_shared_and_a_plain_one_is_not(streams):
    x, y = streams["x", 0, 0, 0, 0], streams["y", 0, 0, 0, 0]
    assert abs(y.var() - 2.0) < 5 * 2.0 * np.sqrt(2.0 / DRAWS)
    assert abs(np.corrcoef(x, y)[0, 1]) * np.sqrt(DRAWS) < 5


def test_a_number_of_the_whole_population_is_none_of_its_neurons():
    net = ann.Network(dt=1.0, seed=3)
    one, other = (net.create(DRAWS, ann.Neuron(equations=INDEPENDENT)) for _ in range(2))
    net.step()
    assert one.whole != other.whole
    assert one.whole not in one.n


def test_a_draw_does_not_depend_on_how_many_neurons_there_are():
    few, many = draws("Normal(0.0, 1.0)", size=300), draws("Normal(0.0, 1.0)", size=5000)
    np.testing.assert_array_equal(few, many[:300])
