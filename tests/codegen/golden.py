"""The generated C of a few models, kept to be read: ``python tests/codegen/golden.py`` writes it anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import eqneuro as ann

FOLDER = Path(__file__).parent / "golden"


def conductance_based() -> Any:
    """The neuron of the COBA benchmark, its spikes with one weight, and with a weight and a delay a synapse."""
    neuron = ann.Neuron(
        parameters="""
            E_L = -60.0; E_exc = 0.0; E_inh = -80.0; v_T = -50.0; v_r = -60.0
            tau = 20.0; tau_exc = 5.0; tau_inh = 10.0
        """,
        equations="""
            tau*dv/dt = (E_L - v) + g_exc*(E_exc - v) + g_inh*(E_inh - v)
            tau_exc*dg_exc/dt = -g_exc
            tau_inh*dg_inh/dt = -g_inh
        """,
        spike="v > v_T",
        reset="v = v_r",
        refractory=5.0,
        name="COBA",
    )
    net = ann.Network(dt=0.1, seed=1)
    cells = net.create(100, neuron)
    net.connect(cells, cells, "exc").all_to_all(0.6)
    net.connect(cells, cells, "inh").all_to_all(ann.Uniform(0.0, 1.0), delays=ann.Uniform(0.1, 1.0))
    return net


def hodgkin_huxley() -> Any:
    """Rates with removable singularities, by exponential Euler."""
    net = ann.Network(dt=0.01, seed=1, method="exponential")
    net.create(10, ann.HodgkinHuxley)
    return net


def izhikevich() -> Any:
    """Powers, noise, and parameters that differ between neurons, in single precision."""
    net = ann.Network(dt=1.0, seed=1, dtype=ann.float32)
    net.create(10, ann.Izhikevich(noise=5.0)).a = ann.Uniform(0.02, 0.1)
    return net


def alpha_synapse() -> Any:
    """A linear system by its exact solution, and a conductance that lasts one step."""
    neuron = ann.Neuron(
        parameters="tau = 10.0; tau_syn = 5.0",
        equations="""
            dx/dt = -x/tau_syn : exact
            dy/dt = (x - y)/tau_syn : exact
            dv/dt = (y + g_ext - v)/tau : exact
        """,
        spike="v > 15.0",
        reset="v = 0.0",
        name="Alpha synapse",
    )
    net = ann.Network(dt=0.1, seed=1)
    net.create(10, neuron)
    return net


def rate_coded() -> Any:
    """A mean over the population, conditionals, bounds, a delayed value, and weighted sums dense and delayed."""
    neuron = ann.Neuron(
        parameters="tau = 10.0; B = 0.5 : population",
        equations="""
            tau*dv/dt + v = B + sum(exc) - sum(inh) - mean(r) : min=-1.0, max=1.0, midpoint
            r = if v > 0.0: v else: 0.1*tanh(v(t - 3.0))
        """,
        name="Rate neuron",
    )
    net = ann.Network(dt=1.0, seed=1)
    cells = net.create(100, neuron)
    net.connect(cells, cells, "exc").all_to_all(ann.Uniform(0.0, 1.0), allow_self_connections=True)
    net.connect(cells, cells, "inh", ann.Synapse(psp="w*pre.r", operation="max")).fixed_probability(
        0.1, 1.0, delays=2.0
    )
    return net


def spike_times() -> Any:
    """Spikes within steps: a linear system brought over any time, and events delivered one by one."""
    neuron = ann.Neuron(
        parameters="tau = 10.0; tau_syn = 5.0; I = 16.0; theta = 15.0 : population",
        equations="""
            tau*dv/dt = I - v + g_exc : exact
            tau_syn*dg_exc/dt = -g_exc : exact
        """,
        spike="v > theta",
        reset="v = 0.0",
        refractory=2.0,
        name="Integrator",
        spike_times="interpolated",
    )
    net = ann.Network(dt=0.5, seed=1)
    cells = net.create(100, neuron)
    net.connect(cells, cells, "exc").all_to_all(0.1, delays=ann.Uniform(0.5, 2.0))
    return net


MODELS = (conductance_based, hodgkin_huxley, izhikevich, alpha_synapse, rate_coded, spike_times)


def text_of(net: Any) -> str:
    """The functions of a network's own models; what all networks share is left out."""
    from eqneuro.codegen.render import render_kernel
    from eqneuro.compiler import plan_kernels
    from eqneuro.network.requests import gather

    request, _ = gather(net)
    return "\n\n".join(render_kernel(plan) for plans in plan_kernels(request) for plan in plans) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for make in MODELS:
        FOLDER.joinpath(f"{make.__name__}.c").write_text(text_of(make()))
        print(f"wrote {make.__name__}.c")
