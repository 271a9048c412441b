"""Izhikevich's pulse-coupled network (2003, IEEE Trans. Neural Netw. 14:1569): 1,000 neurons, all with all; or 10,000.

Each neuron is another, has noise of its own, and a weight of its own to each target: 1,000 inputs, all there are or a
tenth of 10,000. Explicit Euler steps of 1 ms for both variables, in all simulators. A spike jolts its targets by its
weight for one step. The rate is that of the second half.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.suite import balanced, ready
from benchmarks.suite.protocol import Case, Run, Wanted

CASES = (
    Case("1,000", 1000, 10e3),  # not among the quick ones, which are few: the other one stands for both
    Case("10,000", 10000, 2e3, quick=500.0),
)
WANTED = Wanted({"brian2": 3.0, "annarchy": 3.0, "nest": 3.0}, reference=1.3)
AGREE = {"rate": 0.05}
DT, INPUTS, EXCITATION, INHIBITION = 1.0, 1000, 0.5, 1.0
"""Weights are uniform between 0 and these."""
NOISE = (5.0, 2.0)
"""Standard deviation of excitatory and inhibitory neurons."""


def _parameters(run: Run) -> dict[str, Any]:
    """One value a neuron: excitatory ones first, then inhibitory ones."""
    import numpy as np

    size, edge = run.case.size, balanced.split(run.case.size)
    q = np.random.default_rng(run.seed).uniform(0.0, 1.0, size)
    is_excitatory = np.arange(size) < edge
    return dict(
        a=np.where(is_excitatory, 0.02, 0.02 + 0.08 * q),
        b=np.where(is_excitatory, 0.2, 0.25 - 0.05 * q),
        c=np.where(is_excitatory, -65.0 + 15.0 * q**2, -65.0),
        d=np.where(is_excitatory, 8.0 - 6.0 * q**2, 2.0),
        noise=np.where(is_excitatory, *NOISE),
    )


def eqneuro(run: Run) -> Mapping[str, float]:
    net, monitor = ready.eqneuro_network(run, DT, lambda ann, net: _connect(ann, net, run))
    return _simulate(run, net, monitor)


def annarchy(run: Run) -> Mapping[str, float]:
    net, monitor = ready.annarchy_network(run, DT, lambda ann, net: _connect(ann, net, run))
    return _simulate(run, net, monitor)


def _connect(ann: Any, net: Any, run: Run) -> Any:
    """The network in the language that eqneuro and ANNarchy share; its monitor."""
    size, edge = run.case.size, balanced.split(run.case.size)
    neuron = ann.Neuron(
        parameters="""
            a = 0.02
            b = 0.2
            c = -65.0
            d = 8.0
            noise = 5.0
        """,
        equations=[
            "I = g_exc - g_inh + noise*Normal(0.0, 1.0)",
            "dv/dt = 0.04*v^2 + 5.0*v + 140.0 - u + I : init=-65.0",
            "du/dt = a*(b*v - u)",
        ],
        spike="v >= 30.0",
        reset="v = c; u += d",
    )
    cells = net.create(size, neuron)
    for name, values in _parameters(run).items():
        setattr(cells, name, values)
    cells.u = cells.b * -65.0
    for part, target, most in ((cells[:edge], "exc", EXCITATION), (cells[edge:], "inh", INHIBITION)):
        projection, weights = net.connect(part, cells, target), ann.Uniform(0.0, most)
        if size == INPUTS:
            projection.all_to_all(weights=weights, allow_self_connections=True)
        else:
            projection.fixed_probability(INPUTS / size, weights=weights, allow_self_connections=True)
    return net.monitor(cells, "spike")


def _simulate(run: Run, net: Any, monitor: Any) -> Mapping[str, float]:
    net.step()
    with run.phase("simulate"):
        net.simulate(run.case.duration)
    half = run.case.duration / 2.0
    late = sum(DT * step >= half for train in monitor.get("spike").values() for step in train)
    return {"rate": late / run.case.size / (half / 1000.0)}


def brian2(run: Run) -> Mapping[str, float]:
    """What arrives is a current of one step, as it is elsewhere: added after resets, set to 0 after the update."""
    with run.phase("import"):
        import brian2 as b2
        import numpy as np
    size, edge, half = run.case.size, balanced.split(run.case.size), run.case.duration / 2.0
    ready.prepare_brian2(b2, run, DT)
    with run.phase("build"):
        cells = b2.NeuronGroup(
            size,
            """
            dv/dt = (0.04*v**2 + 5*v + 140 - u + g + noise*drawn)/ms : 1
            du/dt = a*(b*v - u)/ms : 1
            drawn = randn() : 1 (constant over dt)
            g : 1
            a : 1 (constant)
            b : 1 (constant)
            c : 1 (constant)
            d : 1 (constant)
            noise : 1 (constant)
            """,
            threshold="v >= 30",
            reset="v = c; u += d",
            method="euler",
        )
        for name, values in _parameters(run).items():
            setattr(cells, name, values)
        cells.v = -65.0
        cells.u = "b*v"
        cells.run_regularly("g = 0", dt=DT * b2.ms, when="after_groups")
        projections = []
        for part, sign, most in ((cells[:edge], "+", EXCITATION), (cells[edge:], "-", INHIBITION)):
            synapses = b2.Synapses(part, cells, "w : 1", on_pre=f"g_post {sign}= w")
            synapses.pre.when = "after_resets"
            synapses.connect() if size == INPUTS else synapses.connect(p=INPUTS / size)
            synapses.w = f"{most}*rand()"
            projections.append(synapses)
        monitor = b2.SpikeMonitor(cells)
    ready.run_brian2(b2, run, b2.Network(cells, *projections, monitor))
    late = np.count_nonzero(np.asarray(monitor.t / b2.ms) >= half)
    return {"rate": late / size / (half / 1000.0)}


def nest(run: Run) -> Mapping[str, float]:
    with run.phase("import"):
        import nest as simulator
    size, edge, half = run.case.size, balanced.split(run.case.size), run.case.duration / 2.0
    with run.phase("build"):
        ready.prepare_nest(simulator, run, DT)
        own = _parameters(run)
        own.pop("noise")
        begin = dict(V_m=-65.0, V_th=30.0, consistent_integration=True, U_m=own["b"] * -65.0)
        cells = simulator.Create("izhikevich", size, params=own | begin)
        recorder = simulator.Create("spike_recorder", params=dict(start=half))
        rule = dict(rule="all_to_all") if size == INPUTS else dict(rule="pairwise_bernoulli", p=INPUTS / size)
        for part, low, high, deviation in ((cells[:edge], 0.0, EXCITATION, 5.0), (cells[edge:], -INHIBITION, 0.0, 2.0)):
            weights = simulator.random.uniform(low, high)
            simulator.Connect(part, cells, rule, dict(weight=weights, delay=DT))
            noise = simulator.Create("noise_generator", params=dict(std=deviation, dt=DT))
            simulator.Connect(noise, part, syn_spec=dict(delay=DT))
        simulator.Connect(cells, recorder)
        simulator.Prepare()
    simulator.Run(DT)
    with run.phase("simulate"):
        simulator.Run(run.case.duration)
    simulator.Cleanup()
    return {"rate": recorder.n_events / size / (half / 1000.0)}
