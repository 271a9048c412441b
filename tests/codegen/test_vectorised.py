"""Loops over neurons become vectors: their functions are called for several numbers at once."""

import platform
import re
from dataclasses import replace

import pytest

import eqneuro as ann
from eqneuro.build.toolchain import find_toolchain
from eqneuro.codegen.requests import NetworkRequest
from eqneuro.compiler import generate
from eqneuro.network.requests import gather

CONDUCTANCE = "tau*dv/dt = -v + g_exc*(1.0 - v) : exponential"

CHOSEN = CONDUCTANCE, "w = if v > 0.5: exp(-v) else: 0.0"
CHANNEL = CONDUCTANCE, "dn/dt = 0.1*(v - 25.0)/(exp((v - 25.0)/10.0) - 1.0)*(1.0 - n) - exp(-v/80.0)*n : exponential"


def request_of(**neuron: object) -> NetworkRequest:
    net = ann.Network(dt=0.1, seed=1)
    cells = net.create(100, ann.Neuron(parameters="tau = 20.0", **({"equations": CONDUCTANCE} | neuron)))
    net.connect(cells, cells, "exc").all_to_all(0.1)
    return gather(net)[0]


def called_in_vectors(request: NetworkRequest, tmp_path) -> set[str]:
    """The functions that the network's object file asks for by names of the vector function ABI."""
    source, built = tmp_path / "network.c", tmp_path / "network.o"
    source.write_text(generate(replace(request, real="double"))[0])
    find_toolchain().compile_object(source, built)
    return {name.decode() for name in re.findall(rb"_ZGV[de]N[48]v_(\w+)", built.read_bytes())}


def has_vectors(tmp_path) -> bool:
    """Whether the compiler makes vectors of calls, and of four numbers at least."""
    source, built = tmp_path / "try.c", tmp_path / "try.o"
    text = '__attribute__((simd("notinbranch"), const)) double f(double);\n'
    source.write_text(text + "void g(double *x) {\n#pragma omp simd\nfor (int i = 0; i < 64; ++i) x[i] = f(x[i]); }\n")
    find_toolchain().compile_object(source, built)
    return re.search(rb"_ZGV[de]N[48]v_f", built.read_bytes()) is not None and platform.libc_ver()[0] == "glibc"


@pytest.mark.parametrize(
    ("neuron", "wanted"),
    [
        ({"spike": "v > 0.9", "reset": ""}, {"quick_exprel"}),
        ({"spike": "v > 0.9", "reset": "v = 0.0", "refractory": 2.0}, {"quick_exprel"}),
        ({"equations": CHOSEN, "spike": "v > 0.9", "reset": "v = 0.0", "refractory": 2.0}, {"expm1"}),
        ({"equations": CHANNEL, "spike": "v > 0.9", "reset": ""}, {"quick_exp", "quick_per_exprel", "quick_exprel"}),
    ],
    ids=["nothing chosen", "refractory", "something else chosen", "rates of a channel"],
)
def test_exponential_euler(neuron, wanted, tmp_path):
    """What a compiler moves into a branch must be one of its own functions: it makes no vectors of others."""
    if not has_vectors(tmp_path):
        pytest.skip("this compiler makes no vectors of calls, or the processor has none of four numbers")
    assert wanted <= called_in_vectors(request_of(**neuron), tmp_path)
