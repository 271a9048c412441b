"""What networks after Vogels & Abbott (2005) share: 4:1 excitatory and inhibitory cells, 80 random inputs to each.

They differ in their cells, which a `Balanced` describes for each simulator. Steps of 0.1 ms, a delay of one step,
weights constant in a projection, all spikes recorded; the rate is that of the second half.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from benchmarks.suite import ready
from benchmarks.suite.protocol import Run, Simulate

DT, INPUTS = 0.1, 80.0


@dataclass(frozen=True)
class Balanced:
    """Cells and weights of a network; ``equations`` are in the language that eqneuro and ANNarchy share."""

    parameters: Mapping[str, float]
    equations: tuple[str, ...]
    spike: str
    reset: str
    """Nothing where a spike is what the equations make of it."""
    refractory: float
    begin: Mapping[str, tuple[str, float, float]]
    """Distribution of a variable in the beginning: "Normal", mean, deviation; "Uniform", lowest, highest."""
    weights: tuple[float, float]
    brian2_equations: str
    brian2_method: str
    brian2_refractory: str
    """Threshold, and how long no other spike counts, of cells that are not reset."""
    nest_model: str
    nest_parameters: Mapping[str, float]
    nest_begin: Mapping[str, str]
    """Their names in NEST."""
    nest_weights: tuple[float, float]
    times: tuple[str, ...] = ("tau", "tau_exc", "tau_inh")
    """Parameters that are in ms."""
    method: str = "explicit"
    brian2_methods: Mapping[str, str] = field(default_factory=dict)
    """Of Brian2, where a case says another method."""

    def of(self, run: Run) -> str:
        """The method of a case."""
        return str(run.case.options.get("method", self.method))


def split(size: int) -> int:
    """How many are excitatory."""
    return size * 4 // 5


def connect(ann: Any, net: Any, model: Balanced, size: int, method: str) -> Any:
    """The network in the language that eqneuro and ANNarchy share; its monitor."""
    equations = [f"{equation} : {method}" if "/dt" in equation else equation for equation in model.equations]
    optional = dict(reset=model.reset, refractory=model.refractory) if model.reset else {}
    neuron = ann.Neuron(parameters=dict(model.parameters), equations=equations, spike=model.spike, **optional)
    cells = net.create(size, neuron)
    for name, (distribution, *values) in model.begin.items():
        setattr(cells, name, getattr(ann, distribution)(*values))
    parts = (cells[: split(size)], cells[split(size) :])
    for part, target, weight in zip(parts, ("exc", "inh"), model.weights, strict=True):
        net.connect(part, cells, target).fixed_probability(INPUTS / size, weights=weight)
    return net.monitor(cells, "spike")


def eqneuro(run: Run, model: Balanced) -> Mapping[str, float]:
    return _simulate(run, *ready.eqneuro_network(run, DT, _connect_for(run, model)))


def annarchy(run: Run, model: Balanced) -> Mapping[str, float]:
    return _simulate(run, *ready.annarchy_network(run, DT, _connect_for(run, model)))


def simulators(model: Balanced) -> tuple[Simulate, ...]:
    """What a file of such a network has: functions of eqneuro, Brian2, ANNarchy and NEST."""
    return tuple(partial(function, model=model) for function in (eqneuro, brian2, annarchy, nest))


def _connect_for(run: Run, model: Balanced) -> ready.Connect:
    return lambda ann, net: connect(ann, net, model, run.case.size, model.of(run))


def _simulate(run: Run, net: Any, monitor: Any) -> Mapping[str, float]:
    net.step()
    with run.phase("simulate"):
        net.simulate(run.case.duration)
    half = run.case.duration / 2.0
    late = sum(DT * step >= half for train in monitor.get("spike").values() for step in train)
    return {"rate": late / run.case.size / (half / 1000.0)}


def brian2_network(b2: Any, model: Balanced, size: int, method: str) -> tuple[Any, ...]:
    """Cells, synapses and monitor."""
    random = {"Normal": "{} + {}*randn()", "Uniform": "{0} + ({1} - {0})*rand()"}
    cells = b2.NeuronGroup(
        size,
        model.brian2_equations,
        threshold=model.spike if model.reset else model.brian2_refractory,
        reset=model.reset or None,
        refractory=model.refractory * b2.ms if model.reset else model.brian2_refractory,
        method=model.brian2_methods.get(method, model.brian2_method),
        namespace={name: value * b2.ms if name in model.times else value for name, value in model.parameters.items()},
    )
    for name, (distribution, *values) in model.begin.items():
        setattr(cells, name, random[distribution].format(*values))
    # no delay: a spike then reaches its targets before their next update, as eqneuro's shortest delay of one step does
    excitatory = b2.Synapses(cells[: split(size)], cells, on_pre=f"g_exc_post += {model.weights[0]}")
    inhibitory = b2.Synapses(cells[split(size) :], cells, on_pre=f"g_inh_post += {model.weights[1]}")
    excitatory.connect(p=INPUTS / size)
    inhibitory.connect(p=INPUTS / size)
    return cells, excitatory, inhibitory, b2.SpikeMonitor(cells)


def brian2(run: Run, model: Balanced) -> Mapping[str, float]:
    with run.phase("import"):
        import brian2 as b2
        import numpy as np
    size, half = run.case.size, run.case.duration / 2.0
    ready.prepare_brian2(b2, run, DT)
    with run.phase("build"):
        *parts, monitor = brian2_network(b2, model, size, model.of(run))
        network = b2.Network(*parts, monitor)
    ready.run_brian2(b2, run, network)
    late = np.count_nonzero(np.asarray(monitor.t / b2.ms) >= half)
    return {"rate": late / size / (half / 1000.0)}


def nest_network(simulator: Any, run: Run, model: Balanced, start: float) -> Any:
    """Ready to run; the recorder of spikes from ``start`` on."""
    size, random = run.case.size, simulator.random
    ready.prepare_nest(simulator, run, DT)
    cells = simulator.Create(model.nest_model, size, params=dict(model.nest_parameters))
    for name, (distribution, *values) in model.begin.items():
        if name in model.nest_begin:
            drawn = getattr(random, distribution.lower())(*values)
            # no negative conductances
            drawn = drawn if name == "v" else simulator.math.max(drawn, 0.0)
            setattr(cells, model.nest_begin[name], drawn)
    recorder = simulator.Create("spike_recorder", params=dict(start=start))
    rule = dict(rule="pairwise_bernoulli", p=INPUTS / size)
    for part, weight in zip((cells[: split(size)], cells[split(size) :]), model.nest_weights, strict=True):
        simulator.CopyModel("static_synapse_hom_w", f"weight {weight}", dict(weight=weight))
        simulator.Connect(part, cells, rule, dict(synapse_model=f"weight {weight}", delay=DT))
    simulator.Connect(cells, recorder)
    simulator.Prepare()
    return recorder


def nest(run: Run, model: Balanced) -> Mapping[str, float]:
    with run.phase("import"):
        import nest as simulator
    half = run.case.duration / 2.0
    with run.phase("build"):
        recorder = nest_network(simulator, run, model, half)
    simulator.Run(DT)
    with run.phase("simulate"):
        simulator.Run(run.case.duration)
    simulator.Cleanup()
    return {"rate": recorder.n_events / run.case.size / (half / 1000.0)}
