"""Bounds that are numbers: one instruction for each, where synapses are worked on one after the other."""

import re
import subprocess
import sys

import numpy as np
import pytest
import sympy

import eqneuro as ann
from eqneuro.build.toolchain import find_toolchain
from eqneuro.codegen.bounds import hold_bounds
from eqneuro.codegen.scope import Scope
from eqneuro.numerics.symbols import Greater, Ite, Less, symbol

X, Y = symbol("x"), symbol("y")
ZERO = sympy.Float(0.0)
HELD = sympy.Symbol(f"held:{ZERO}", real=True)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (Ite(Greater(ZERO, X), ZERO, X), Ite(Greater(HELD, X), HELD, X)),
        (Ite(Less(X, ZERO), ZERO, X), Ite(Less(X, HELD), HELD, X)),
        (1 + 2 * Ite(Greater(ZERO, X), ZERO, X), 1 + 2 * Ite(Greater(HELD, X), HELD, X)),
        (Ite(Greater(ZERO, X), ZERO, Y), Ite(Greater(ZERO, X), ZERO, Y)),
        (Ite(Greater(Y, X), Y, X), Ite(Greater(Y, X), Y, X)),
        (X + ZERO * Y, X + ZERO * Y),
    ],
)
def test_only_numbers_that_a_value_is_bounded_by_are_held(expr, expected):
    assert hold_bounds(expr, Scope("double")) == expected


def test_a_bound_within_another_is_held_too_and_each_number_once():
    scope = Scope("float")
    inner = Ite(Less(sympy.Float(1.5), X), sympy.Float(1.5), X)
    found = hold_bounds(Ite(Greater(ZERO, inner), ZERO, inner) + Ite(Greater(ZERO, Y), ZERO, Y), scope)
    assert not [number for number in found.atoms(sympy.Number) if number in (ZERO, sympy.Float(1.5))]
    assert sorted(scope.declarations) == [
        "const real bound = not_folded(0.0f);",
        "const real bound_ = not_folded(1.5f);",
    ]


def stdp(size):
    """Weights that are bounded by 0, where spikes wait for rows."""
    net = ann.Network(dt=0.1, seed=2)
    inputs = net.create(ann.PoissonPopulation(size, rates=200.0))
    cells = net.create(
        40, ann.Neuron(equations=["10.0*dv/dt = -v + g_exc", "5.0*dg_exc/dt = -g_exc"], spike="v > 0.5", reset="v = 0")
    )
    synapse = ann.Synapse(
        equations=["20.0*dx/dt = -x : event-driven", "20.0*dy/dt = -y : event-driven"],
        pre_spike="g_target += w\nx += 0.001\nw = clip(w - y, 0.0, 0.2)",
        post_spike="y += 0.002\nw = clip(w + x, 0.0, 0.2)",
    )
    projection = net.connect(inputs, cells, "exc", synapse)
    projection.all_to_all(weights=ann.Uniform(0.0, 0.2))
    return net, projection


def test_weights_reach_the_bound_and_do_not_pass_it():
    net, projection = stdp(100)
    net.simulate(3000.0)
    weights = projection.to_scipy().toarray()
    assert weights.min() == 0.0
    assert 0.0 < np.count_nonzero(weights == 0.0) < weights.size
    assert weights.max() <= 0.2


@pytest.mark.skipif(
    sys.platform != "linux" or "gcc" not in find_toolchain().command[0], reason="what gcc makes of it on x86"
)
def test_gcc_takes_the_larger_value_by_one_instruction(tmp_path):
    net, _ = stdp(100)
    net.compile(directory=tmp_path)
    [library] = tmp_path.rglob("*.so")
    shown = subprocess.run(["objdump", "-d", str(library)], capture_output=True, text=True, check=True).stdout
    if "xmm" not in shown:
        pytest.skip("not x86")
    [kernel] = re.findall(r"<catch_up_\w+>:\n(.*?)\n\n", shown, re.DOTALL)
    assert re.search(r"\bv?maxsd\b", kernel)
    assert not re.search(r"\bcmova\b|\bcmovb\b", kernel)
