"""Brunel's network: 12,500 neurons, 15.6 million synapses, delays of 1.5 ms; asynchronous and irregular at 38 Hz.

Brunel (2000, J. Comput. Neurosci. 8:183), g = 5, eta = 2: each neuron has 1,000 excitatory and 250 inhibitory inputs
drawn at random, jumps of J and -g J of the potential, and 1,000 inputs from outside at 20 Hz each, whose spikes in a
step are drawn as one Poisson number a neuron, or as a binomial one where a simulator has no other. Euler steps of
0.1 ms, which are exact but for 1e-5 of the decay; Brian2 and NEST are exact. What arrives in the refractory time is
lost. The first 100 ms are not timed; the rate is that of the time after them. With 2,500
neurons, J is larger, so that the mean input is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.suite import balanced, ready
from benchmarks.suite.protocol import Case, Run, Wanted

CASES = (
    Case("12,500", 12500, 1000.0, quick=300.0),
    Case("2,500", 2500, 1000.0),  # not among the quick ones: 1.4 to 1.5 times the time of C, where 1.6 fail
)
WANTED = {"12,500": Wanted({"brian2": 5.0, "annarchy": 3.5, "nest": 3.5}, reference=1.3)}
AGREE = {"rate": 0.03}
DT, PROBABILITY, J, G, DELAY, REFRACTORY, TRANSIENT = 0.1, 0.1, 0.1, 5.0, 1.5, 2.0, 100.0
TAU, THETA, V_RESET = 20.0, 20.0, 10.0
SOURCES, OUTSIDE_RATE = 1000, 20.0
"""eta = 2 times the rate that reaches the threshold, theta / (J 1000 tau) = 10 Hz."""
OUTSIDE = SOURCES * OUTSIDE_RATE / 1000.0 * DT
"""Spikes a step."""


def strength(size: int) -> float:
    """J; larger where there are fewer inputs, so that the mean is the same."""
    return J * 12500 / size


def inputs(size: int) -> tuple[int, int]:
    """Excitatory and inhibitory inputs of one neuron."""
    edge = balanced.split(size)
    return round(PROBABILITY * edge), round(PROBABILITY * (size - edge))


def _connect(ann: Any, net: Any, size: int, outside: str) -> Any:
    """The network in the language that eqneuro and ANNarchy share; its monitor."""
    weight, (excitatory, inhibitory) = strength(size), inputs(size)
    neuron = ann.Neuron(
        parameters=dict(tau=TAU, theta=THETA, V_r=V_RESET, J=J, mean=OUTSIDE),
        equations=[f"tau*dv/dt = -v + tau/dt*(g_exc - g_inh + J*{outside}) : init=0.0"],
        spike="v > theta",
        reset="v = V_r",
        refractory=REFRACTORY,
    )
    cells = net.create(size, neuron)
    cells.v = ann.Uniform(0.0, THETA)
    edge = balanced.split(size)
    net.connect(cells[:edge], cells, "exc").fixed_number_pre(excitatory, weights=weight, delays=DELAY)
    net.connect(cells[edge:], cells, "inh").fixed_number_pre(inhibitory, weights=G * weight, delays=DELAY)
    return net.monitor(cells, "spike", start=False)


def eqneuro(run: Run) -> Mapping[str, float]:
    net, monitor = ready.eqneuro_network(run, DT, lambda ann, net: _connect(ann, net, run.case.size, "Poisson(mean)"))
    return _simulate(run, net, monitor)


def annarchy(run: Run) -> Mapping[str, float]:
    """It has binomial numbers, but none of Poisson."""
    outside = f"Binomial({SOURCES}, {OUTSIDE / SOURCES})"
    net, monitor = ready.annarchy_network(run, DT, lambda ann, net: _connect(ann, net, run.case.size, outside))
    return _simulate(run, net, monitor)


def _simulate(run: Run, net: Any, monitor: Any) -> Mapping[str, float]:
    net.simulate(TRANSIENT)
    monitor.start()
    with run.phase("simulate"):
        net.simulate(run.case.duration)
    spikes = sum(len(train) for train in monitor.get("spike").values())
    return {"rate": spikes / run.case.size / (run.case.duration / 1000.0)}


def brian2(run: Run) -> Mapping[str, float]:
    """A `PoissonInput`, Brian2's own for many sources that are alike."""
    with run.phase("import"):
        import brian2 as b2
    ms, size, weight = b2.ms, run.case.size, strength(run.case.size)
    ready.prepare_brian2(b2, run, DT)
    with run.phase("build"):
        cells = b2.NeuronGroup(
            size,
            "dv/dt = -v/tau : 1 (unless refractory)",
            threshold="v > theta",
            reset="v = V_r",
            refractory=REFRACTORY * ms,
            method="exact",
            namespace=dict(tau=TAU * ms, theta=THETA, V_r=V_RESET),
        )
        cells.v = "rand()*theta"
        edge, (excitatory, inhibitory) = balanced.split(size), inputs(size)
        first = b2.Synapses(cells[:edge], cells, on_pre=f"v_post += {weight}", delay=DELAY * ms)
        first.connect(i=f"k for k in sample(N_pre, size={excitatory})")
        second = b2.Synapses(cells[edge:], cells, on_pre=f"v_post -= {G * weight}", delay=DELAY * ms)
        second.connect(i=f"k for k in sample(N_pre, size={inhibitory})")
        noise = b2.PoissonInput(cells, "v", SOURCES, OUTSIDE_RATE * b2.Hz, weight=J)
        monitor = b2.SpikeMonitor(cells)
    # the transient is in what is timed: a program has one loop
    ready.run_brian2(b2, run, b2.Network(cells, first, second, noise, monitor))
    late = (monitor.t / ms >= TRANSIENT).sum()
    return {"rate": late / size / ((run.case.duration - TRANSIENT) / 1000.0)}


def nest(run: Run) -> Mapping[str, float]:
    with run.phase("import"):
        import nest as simulator
    size, weight = run.case.size, strength(run.case.size)
    with run.phase("build"):
        ready.prepare_nest(simulator, run, DT)
        own = dict(C_m=1.0, tau_m=TAU, t_ref=REFRACTORY, E_L=0.0, V_reset=V_RESET, V_th=THETA)
        cells = simulator.Create("iaf_psc_delta", size, params=own)
        cells.V_m = simulator.random.uniform(0.0, THETA)
        edge = balanced.split(size)
        for part, number, jump in zip((cells[:edge], cells[edge:]), inputs(size), (weight, -G * weight), strict=True):
            simulator.CopyModel("static_synapse_hom_w", f"weight {jump}", dict(weight=jump))
            rule = dict(rule="fixed_indegree", indegree=number)
            simulator.Connect(part, cells, rule, dict(synapse_model=f"weight {jump}", delay=DELAY))
        noise = simulator.Create("poisson_generator", params=dict(rate=SOURCES * OUTSIDE_RATE))
        simulator.Connect(noise, cells, syn_spec=dict(weight=J, delay=DT))
        recorder = simulator.Create("spike_recorder", params=dict(start=TRANSIENT))
        simulator.Connect(cells, recorder)
        simulator.Prepare()
    simulator.Run(TRANSIENT)
    with run.phase("simulate"):
        simulator.Run(run.case.duration)
    simulator.Cleanup()
    return {"rate": recorder.n_events / size / (run.case.duration / 1000.0)}
