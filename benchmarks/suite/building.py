"""Building Brunel's network: 12,500 neurons with 1,250 inputs each, 15.6 million synapses, until it could take a step.

Brunel (2000, J. Comput. Neurosci. 8:183): each neuron has 1,000 excitatory and 250 inhibitory inputs drawn at random,
constant weights, delays of 1.5 ms. Brian2 connects each pair with probability 0.1: so it builds the network in less
than half of the time that it takes to draw so many inputs for each neuron (``sample(N_pre, size=1000)``, as in
brunel.py). What compilers take is not counted: what is told as ``build`` is the time from the import to a network that
is ready, less that. The peak of memory is that of the process, or of the one that it started.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.suite import ready
from benchmarks.suite.protocol import Case, Run, Wanted

CASES = (Case("Brunel, 12,500", 12500, 0.0), Case("Brunel, 1,250", 1250, 0.0))
TIME = Wanted({"brian2": 5.0, "annarchy": 5.0, "nest": 2.0}, phase="build")
WANTED = {
    "Brunel, 12,500": (TIME, Wanted({"annarchy": 5.0}, phase="memory")),
    "Brunel, 1,250": (TIME, Wanted({}, phase="memory")),  # a process with numpy in it, whatever the network
}
DT, PROBABILITY, J, G, DELAY = 0.1, 0.1, 0.1, 5.0, 1.5
CELL = dict(tau=20.0, theta=20.0, V_r=10.0)
REFRACTORY = 2.0


def _sizes(size: int) -> tuple[int, int, int]:
    """Excitatory neurons; excitatory and inhibitory inputs of one."""
    edge = size * 4 // 5
    return edge, round(PROBABILITY * edge), round(PROBABILITY * (size - edge))


def eqneuro(run: Run) -> Mapping[str, float]:
    """A small network of the same kind comes first, whose kernels the large one finds compiled."""
    with run.phase("import"):
        import eqneuro as ann
    with run.phase("compile"):
        _connect(ann, ann.Network(dt=DT, seed=run.seed), 100)[0].compile()
    with run.phase("build"):
        net, projections = _connect(ann, ann.Network(dt=DT, seed=run.seed, num_threads=run.threads), run.case.size)
        net.compile()
        net.step()  # which orders the synapses for spikes
    return {"synapses": sum(projection.nb_synapses for projection in projections)}


def annarchy(run: Run) -> Mapping[str, float]:
    with run.phase("import"):
        import ANNarchy as ann
    with run.phase("build"):
        net = ann.Network(dt=DT, seed=run.seed)
        net.config(num_threads=run.threads)
        _, projections = _connect(ann, net, run.case.size)
    with ready.without_compiler(run):
        net.compile(directory=str(run.folder / "annarchy"))
    net.step()
    return {"synapses": sum(projection.nb_synapses for projection in projections)}


def _connect(ann: Any, net: Any, size: int) -> tuple[Any, list[Any]]:
    """The network in the language that eqneuro and ANNarchy share, and its projections."""
    edge, excitatory, inhibitory = _sizes(size)
    neuron = ann.Neuron(
        parameters=CELL,
        equations=["tau*dv/dt = -v + tau/dt*(g_exc - g_inh)"],
        spike="v > theta",
        reset="v = V_r",
        refractory=REFRACTORY,
    )
    cells = net.create(size, neuron)
    first = net.connect(cells[:edge], cells, "exc")
    first.fixed_number_pre(excitatory, weights=J, delays=DELAY)
    second = net.connect(cells[edge:], cells, "inh")
    second.fixed_number_pre(inhibitory, weights=G * J, delays=DELAY)
    return net, [first, second]


def brian2(run: Run) -> Mapping[str, float]:
    """The synapses are made by the program that is compiled, before its first step."""
    with run.phase("import"):
        import brian2 as b2
    ms, edge = b2.ms, _sizes(run.case.size)[0]
    ready.prepare_brian2(b2, run, DT)
    with run.phase("build"):
        cells = b2.NeuronGroup(
            run.case.size,
            "dv/dt = -v/tau : 1 (unless refractory)",
            threshold="v > theta",
            reset="v = V_r",
            refractory=REFRACTORY * ms,
            method="exact",
            namespace=dict(tau=CELL["tau"] * ms, theta=CELL["theta"], V_r=CELL["V_r"]),
        )
        first = b2.Synapses(cells[:edge], cells, on_pre=f"v_post += {J}", delay=DELAY * ms)
        first.connect(p=PROBABILITY)
        second = b2.Synapses(cells[edge:], cells, on_pre=f"v_post -= {G * J}", delay=DELAY * ms)
        second.connect(p=PROBABILITY)
    ready.build_brian2(b2, run, b2.Network(cells, first, second), DT)
    return {"synapses": len(first) + len(second)}


def nest(run: Run) -> Mapping[str, float]:
    with run.phase("import"):
        import nest as simulator
    edge, excitatory, inhibitory = _sizes(run.case.size)
    with run.phase("build"):
        ready.prepare_nest(simulator, run, DT)
        own = dict(C_m=1.0, tau_m=CELL["tau"], t_ref=REFRACTORY, E_L=0.0, V_m=0.0, V_reset=CELL["V_r"])
        cells = simulator.Create("iaf_psc_delta", run.case.size, params=own | dict(V_th=CELL["theta"]))
        for part, number, weight in ((cells[:edge], excitatory, J), (cells[edge:], inhibitory, -G * J)):
            simulator.CopyModel("static_synapse_hom_w", f"weight {weight}", dict(weight=weight))
            rule = dict(rule="fixed_indegree", indegree=number)
            simulator.Connect(part, cells, rule, dict(synapse_model=f"weight {weight}", delay=DELAY))
        simulator.Prepare()
    simulator.Run(DT)
    simulator.Cleanup()
    return {"synapses": simulator.num_connections}
