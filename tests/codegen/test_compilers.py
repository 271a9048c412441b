"""The generated C passes the compiler without a warning, in both precisions."""

import runpy
import subprocess
from pathlib import Path

import pytest

import eqneuro as ann
from eqneuro.build.toolchain import find_toolchain

GOLDEN = runpy.run_path(str(Path(__file__).with_name("golden.py")))
WARNINGS = ("-Wall", "-Wextra", "-Wno-unused-function", "-Wno-unknown-pragmas", "-Werror")


def everything():
    """A network with what the golden models lack: stops, global variables, axons, Newton, draws by rejection."""
    neuron = ann.Neuron(
        parameters="tau = 10.0; flag = True; n_max = 3 : int",
        equations="""
            drift = drift + 0.1*Normal(0.0, 1.0) : population
            dslow/dt = (mean(v) - slow)/100.0 : population, exact
            dv/dt = (drift - v^3)/tau + 0.1*xi : implicit
            n = n + Poisson(0.5) + Gamma(2.0, 1.0) + Binomial(3, 0.5) : int, max=100
            on = (v > 0.5) and flag : bool
        """,
        spike="v > 1.0",
        reset="v = 0.0; n = 0",
        axon_spike="v > 2.0",
        axon_reset="v += 0.1",
        refractory="t - t_last < 2.0",
    )
    net = ann.Network(dt=0.5, seed=1)
    net.create(10, neuron, stop_condition="(n > n_max) or (slow > 5.0) : all")
    net.create(ann.PoissonPopulation(10, rates="10.0*(1.0 + sin(t))"))
    return net


@pytest.mark.parametrize("real", ["double", "float"])
@pytest.mark.parametrize("make", [*GOLDEN["MODELS"], everything], ids=lambda make: make.__name__)
def test_generated_c_has_no_warnings(make, real, tmp_path):
    from dataclasses import replace

    from eqneuro.compiler import generate
    from eqneuro.network.requests import gather

    request, _ = gather(make())
    source = tmp_path / "network.c"
    source.write_text(generate(replace(request, real=real))[0])
    assert_no_warnings(source)


@pytest.mark.parametrize("real", ["double", "float"])
def test_what_all_networks_share_has_no_warnings(real, tmp_path):
    from eqneuro.codegen.render import render_shared

    source = tmp_path / "shared.c"
    source.write_text(render_shared(real))
    assert_no_warnings(source)


def assert_no_warnings(source):
    toolchain = find_toolchain()
    flags = toolchain.object_flags
    command = [*toolchain.command, *flags, *WARNINGS, "-O1", "-c", "-o", str(source.with_suffix(".o")), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:3000]


def test_the_network_with_everything_runs():
    net = everything()
    net.simulate(100.0)
    assert net.current_step == 200
