"""A thousand calls that simulate 1 ms each, of COBA with 4,000 neurons: what it costs to start and stop.

The network is benchmark 1 of Brette et al. (2007, J. Comput. Neurosci. 23:349), with a constant drive that keeps it
going; steps of 0.1 ms, a delay of one step, spikes recorded. So do those work who look at their network between calls,
or change it. Brian2's C++ standalone mode runs a program once and can't do that, so Brian2 is in its runtime mode here,
with Cython. NEST is prepared once. The rate is that of the second half.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.suite import ready
from benchmarks.suite.protocol import Case, Run, Wanted

CASES = (Case("COBA, 1,000 times 1 ms", 4000, 1000.0, dict(call=1.0)),)
WANTED = Wanted({"brian2": 10.0, "annarchy": 3.0, "nest": 3.0})
DT, REFRACTORY, W_EXC, W_INH = 0.1, 5.0, 0.6, 6.7
CELL = dict(El=-60.0, Vr=-60.0, Vt=-50.0, Ee=0.0, Ei=-80.0, tau=20.0, tau_exc=5.0, tau_inh=10.0, I=20.0)
BEGIN = dict(v=(-55.0, 5.0), g_exc=(4.0, 1.5), g_inh=(20.0, 12.0))
"""Mean and standard deviation of the state in the beginning."""


def _calls(run: Run) -> int:
    return round(run.case.duration / run.case.options["call"])


def eqneuro(run: Run) -> Mapping[str, float]:
    net, monitor = ready.eqneuro_network(run, DT, lambda ann, net: _build(ann, net, run.case.size))
    return _simulate(run, net, monitor)


def annarchy(run: Run) -> Mapping[str, float]:
    net, monitor = ready.annarchy_network(run, DT, lambda ann, net: _build(ann, net, run.case.size))
    return _simulate(run, net, monitor)


def _build(ann: Any, net: Any, size: int) -> Any:
    """The network in the language that eqneuro and ANNarchy share; its monitor."""
    neuron = ann.Neuron(
        parameters=CELL,
        equations=[
            "tau*dv/dt = El - v + g_exc*(Ee - v) + g_inh*(Ei - v) + I",
            "tau_exc*dg_exc/dt = -g_exc",
            "tau_inh*dg_inh/dt = -g_inh",
        ],
        spike="v > Vt",
        reset="v = Vr",
        refractory=REFRACTORY,
    )
    cells = net.create(size, neuron)
    for name, (mean, deviation) in BEGIN.items():
        setattr(cells, name, ann.Normal(mean, deviation))
    excitatory, inhibitory = cells[: size * 4 // 5], cells[size * 4 // 5 :]
    net.connect(excitatory, cells, "exc").fixed_probability(80.0 / size, weights=W_EXC)
    net.connect(inhibitory, cells, "inh").fixed_probability(80.0 / size, weights=W_INH)
    return net.monitor(cells, "spike")


def _simulate(run: Run, net: Any, monitor: Any) -> Mapping[str, float]:
    call = run.case.options["call"]
    net.step()
    with run.phase("simulate"):
        for _ in range(_calls(run)):
            net.simulate(call)
    half = run.case.duration / 2.0
    late = sum(DT * step >= half for train in monitor.get("spike").values() for step in train)
    return {"rate": late / run.case.size / (half / 1000.0)}


def brian2(run: Run) -> Mapping[str, float]:
    with run.phase("import"):
        import brian2 as b2
        import numpy as np
    ms, size, half = b2.ms, run.case.size, run.case.duration / 2.0
    b2.prefs.codegen.target = "cython"
    b2.defaultclock.dt = DT * ms
    b2.seed(run.seed)
    times = ("tau", "tau_exc", "tau_inh")
    with run.phase("build"):
        cells = b2.NeuronGroup(
            size,
            """
            dv/dt = (El - v + g_exc*(Ee - v) + g_inh*(Ei - v) + I)/tau : 1 (unless refractory)
            dg_exc/dt = -g_exc/tau_exc : 1
            dg_inh/dt = -g_inh/tau_inh : 1
            """,
            threshold="v > Vt",
            reset="v = Vr",
            refractory=REFRACTORY * ms,
            method="euler",
            namespace={name: value * ms if name in times else value for name, value in CELL.items()},
        )
        for name, (mean, deviation) in BEGIN.items():
            setattr(cells, name, f"{mean} + {deviation}*randn()")
        edge = size * 4 // 5
        excitatory = b2.Synapses(cells[:edge], cells, on_pre=f"g_exc += {W_EXC}")
        inhibitory = b2.Synapses(cells[edge:], cells, on_pre=f"g_inh += {W_INH}")
        excitatory.connect(p=80.0 / size)
        inhibitory.connect(p=80.0 / size)
        monitor = b2.SpikeMonitor(cells)
        network = b2.Network(cells, excitatory, inhibitory, monitor)
    with run.phase("compile"):
        network.run(DT * ms)  # compiles what is not in the cache of Brian2
    call = run.case.options["call"] * ms
    with run.phase("simulate"):
        for _ in range(_calls(run)):
            network.run(call)
    late = np.count_nonzero(np.asarray(monitor.t / ms) >= half)
    return {"rate": late / size / (half / 1000.0)}


def nest(run: Run) -> Mapping[str, float]:
    """Its conductance model is adaptive: it has no other."""
    with run.phase("import"):
        import nest as simulator
    simulator.verbosity = simulator.VerbosityLevel.ERROR
    size, half, edge = run.case.size, run.case.duration / 2.0, run.case.size * 4 // 5
    random, least = simulator.random, simulator.math.max
    with run.phase("build"):
        simulator.ResetKernel()
        simulator.resolution = DT
        simulator.local_num_threads = run.threads
        simulator.rng_seed = run.seed
        # a leak of 1 nS, so that weights in nS are in its units and a current in pA moves v by so many mV; C = tau
        own = dict(g_L=1.0, C_m=CELL["tau"], E_L=CELL["El"], V_th=CELL["Vt"], V_reset=CELL["Vr"], t_ref=REFRACTORY)
        own |= dict(E_ex=CELL["Ee"], E_in=CELL["Ei"], I_e=CELL["I"])
        own |= dict(tau_syn_ex=CELL["tau_exc"], tau_syn_in=CELL["tau_inh"])
        cells = simulator.Create("iaf_cond_exp", size, params=own)
        cells.V_m = random.normal(*BEGIN["v"])
        cells.g_ex = least(random.normal(*BEGIN["g_exc"]), 0.0)
        cells.g_in = least(random.normal(*BEGIN["g_inh"]), 0.0)
        recorder = simulator.Create("spike_recorder", params=dict(start=half))
        rule = dict(rule="pairwise_bernoulli", p=80.0 / size)
        simulator.Connect(cells[:edge], cells, rule, dict(weight=W_EXC, delay=DT))
        simulator.Connect(cells[edge:], cells, rule, dict(weight=-W_INH, delay=DT))
        simulator.Connect(cells, recorder)
        simulator.Prepare()
    simulator.Run(DT)
    with run.phase("simulate"):
        for _ in range(_calls(run)):
            simulator.Run(run.case.options["call"])
    simulator.Cleanup()
    return {"rate": recorder.n_events / size / (half / 1000.0)}
