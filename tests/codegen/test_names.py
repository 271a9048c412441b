"""Names that C, its libraries and the templates know are the user's all the same."""

import re

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.codegen.names import KEYWORDS, MACROS, MATHS, OWN_WORDS, Names, is_reserved
from eqneuro.codegen.projections import TEMPLATE_WORDS
from eqneuro.codegen.render import templates_directory
from eqneuro.codegen.synapses import STRUCTURE
from eqneuro.language.errors import EquationError

HEADERS = frozenset("M_E M_PI HUGE_VAL UINT32_MAX int64_t size_t FP_NAN atomic_load isless CLOCK_REALTIME".split())


def declared(names):
    """Those of the names that the language lets a user declare."""
    kept = []
    for name in sorted(names):
        try:
            ann.Neuron(parameters=f"{name} = 1.0", equations=f"r = {name}")
        except EquationError:
            continue
        kept.append(name)
    return kept


def nested(names):
    """Their sum, which is not too deep for the language."""
    return " + ".join(f"({' + '.join(names[k : k + 50])})" for k in range(0, len(names), 50))


@pytest.mark.filterwarnings("ignore:.*is also a name of Population")
@pytest.mark.parametrize("words", [KEYWORDS, OWN_WORDS, MATHS, MACROS, HEADERS, frozenset(TEMPLATE_WORDS)])
def test_names_of_c_and_of_the_templates_can_be_parameters_and_variables(words):
    names = declared(words)
    assert len(names) > len(words) / 3
    parameters = "\n".join(f"{name} = {k + 1}.0" for k, name in enumerate(names[::2]))
    equations = "\n".join(f"{name} = {k + 1}.0" for k, name in enumerate(names[1::2]))
    net = ann.Network(dt=1.0, seed=1)
    total = nested(names)
    population = net.create(3, ann.Neuron(parameters=parameters, equations=f"{equations}\nwhole = {total}"))
    net.step()
    wanted = sum(range(1, len(names[::2]) + 1)) + sum(range(1, len(names[1::2]) + 1))
    assert np.all(population.whole == wanted)


def test_synaptic_parameters_may_have_the_names_of_the_templates():
    net = ann.Network(dt=1.0, seed=1)
    pre, post = net.create(2, ann.Neuron(equations="r = 1.0")), net.create(2, ann.Neuron(equations="r = sum(exc)"))
    words = [word for word in TEMPLATE_WORDS if word not in ("d", "w")]
    parameters = "\n".join(f"{word} = 1.0 : projection" for word in words)
    synapse = ann.Synapse(parameters=parameters, psp=f"w*pre.r*({' + '.join(words)})")
    net.connect(pre, post, "exc", synapse).all_to_all(2.0)
    net.simulate(2.0)
    assert np.all(post.r == 2 * 2.0 * len(words))


@pytest.mark.parametrize("path", sorted(templates_directory().glob("*.j2")), ids=lambda path: path.name)
def test_macros_in_front_of_the_kernels_are_reserved(path):
    """Those that the scheduler defines come behind all kernels, and vector functions are in a file without kernels."""
    behind = (
        "vector_functions.h.j2",
        "scheduler.c.j2",
        "thread_pool.h.j2",
        "profile.c.j2",
        "profile_events.h.j2",
        "profile_shares.c.j2",
    )
    macros = re.findall(r"^ *#define (\w+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert path.name in behind or all(is_reserved(name) for name in macros), macros


def plastic_traces(names):
    """Traces after spikes of both sides, of a synapse whose parameters have these names."""
    net = ann.Network(dt=0.1)
    source = net.create(ann.SpikeSourceArray([[1.0, 5.0, 9.0]] * 3))
    cells = net.create(2, ann.Neuron(equations="v = g_exc", spike="v > 0.5"))
    total = nested(names)
    synapse = ann.Synapse(
        parameters=["rate = 10.0", *(f"{name} = {k + 0.7}" for k, name in enumerate(names))],
        equations="rate*dtrace/dt = -trace : event-driven",
        pre_spike=f"g_target += w\ntrace += {total}",
        post_spike=f"trace += 2.0*({total})",
    )
    projection = net.connect(source, cells, "exc", synapse)
    projection.all_to_all(1.0)
    net.simulate(12.0)
    return np.array(projection.trace)


@pytest.mark.filterwarnings("ignore:.*is also a name of Projection")
def test_parameters_of_plastic_synapses_may_have_the_names_of_the_templates():
    words = sorted({*STRUCTURE, *OWN_WORDS, "decays", "table_0", "counts_0"} - {"input", "target", "pre", "post"})
    kept = []
    for name in words:
        try:
            ann.Synapse(parameters=f"{name} = 1.0", psp=f"w*{name}")
        except EquationError:
            continue
        kept.append(name)
    assert {"decay", "passed", "ahead", "DECAYS"} <= {*kept}
    plain = plastic_traces([f"plain_{k}" for k in range(len(kept))])
    np.testing.assert_allclose(plastic_traces(kept), plain, rtol=1e-13)  # terms are added in the order of their names


def test_a_parameter_may_be_called_as_the_table_of_a_draw_is():
    def counts(name):
        net = ann.Network(dt=1.0, seed=1)
        cells = net.create(50, ann.Neuron(parameters=f"{name} = 0.7", equations=f"x = Poisson(2.0*{name})"))
        net.simulate(5.0)
        return np.array(cells.x)

    assert all(np.array_equal(counts("plain"), counts(name)) for name in ("table_0", "counts_0", "GUIDES"))


def test_names_given_out_are_valid_and_distinct():
    names = Names()
    wanted = ["v", "v", "double", "sum(exc)", "3x", "a.b", "", "τ"]
    given = [names.allocate(name) for name in wanted]
    assert len(set(given)) == len(wanted)
    assert all(name.isidentifier() and name.isascii() and not is_reserved(name) for name in given)
