"""One leaky integrate-and-fire neuron for ten million steps: what a step costs when there is almost nothing in it.

    tau v' = -v + I,        v > theta: a spike, v = 0 for t_ref

The drive is constant and the update exact, so all simulators must find the rate 1/(t_ref + tau ln(I/(I - theta))), but
for the interval's rounding to whole steps. Spikes are recorded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from benchmarks.suite.protocol import Case, Run, Wanted

CASES = (Case("1 neuron, 10,000,000 steps", 1, 1e6),)
WANTED = Wanted({"brian2": 3.0, "annarchy": 3.0, "nest": 3.0}, reference=1.5)
DT, TAU, DRIVE, THETA, REFRACTORY = 0.1, 20.0, 21.0, 20.0, 2.0


def expected_rate() -> float:
    """In Hz; the interval is rounded up to whole steps."""
    rise = math.ceil(TAU * math.log(DRIVE / (DRIVE - THETA)) / DT) * DT
    return 1000.0 / (REFRACTORY + rise)


def eqneuro(run: Run) -> Mapping[str, float]:
    with run.phase("import"):
        import eqneuro as ann
    with run.phase("build"):
        net = ann.Network(dt=DT, seed=run.seed, num_threads=run.threads)
        neuron = ann.Neuron(
            parameters=dict(tau=TAU, I=DRIVE, theta=THETA),
            equations="tau*dv/dt = -v + I : exact",
            spike="v > theta",
            reset="v = 0.0",
            refractory=REFRACTORY,
        )
        monitor = net.monitor(net.create(run.case.size, neuron), "spike")
    with run.phase("compile"):
        net.compile()
    net.step()
    with run.phase("simulate"):
        net.simulate(run.case.duration)
    return {"rate": _rate(run, sum(len(train) for train in monitor.get("spike").values()))}


def brian2(run: Run) -> Mapping[str, float]:
    with run.phase("import"):
        import brian2 as b2
    ms = b2.ms
    b2.set_device("cpp_standalone", build_on_run=False)
    b2.defaultclock.dt = DT * ms
    with run.phase("build"):
        neuron = b2.NeuronGroup(
            run.case.size,
            "dv/dt = (-v + drive)/tau : 1 (unless refractory)",
            threshold="v > theta",
            reset="v = 0.0",
            refractory=REFRACTORY * ms,
            method="exact",
            namespace=dict(tau=TAU * ms, drive=DRIVE, theta=THETA),
        )
        monitor = b2.SpikeMonitor(neuron)
    with run.phase("compile"):
        b2.run(run.case.duration * ms)
        b2.device.build(directory=str(run.folder / "brian2"), compile=True, run=False)
    b2.device.run(with_output=False)
    run.add("simulate", b2.device._last_run_time)
    return {"rate": _rate(run, int(monitor.num_spikes))}


def annarchy(run: Run) -> Mapping[str, float]:
    with run.phase("import"):
        import ANNarchy as ann
    with run.phase("build"):
        net = ann.Network(dt=DT, seed=run.seed)
        net.config(num_threads=run.threads)
        neuron = ann.Neuron(
            parameters=dict(tau=TAU, I=DRIVE, theta=THETA),
            equations=["tau*dv/dt = -v + I : exponential, init=0.0"],
            spike="v > theta",
            reset="v = 0.0",
            refractory=REFRACTORY,
        )
        monitor = net.monitor(net.create(run.case.size, neuron), "spike")
    with run.phase("compile"):
        net.compile(directory=str(run.folder / "annarchy"))
    net.step()
    with run.phase("simulate"):
        net.simulate(run.case.duration)
    return {"rate": _rate(run, sum(len(train) for train in monitor.get("spike").values()))}


def nest(run: Run) -> Mapping[str, float]:
    with run.phase("import"):
        import nest as simulator
    simulator.verbosity = simulator.VerbosityLevel.ERROR
    with run.phase("build"):
        simulator.ResetKernel()
        simulator.resolution = DT
        simulator.local_num_threads = run.threads
        # C_m = tau_m, so that a current of so many pA moves the potential to so many mV
        own = dict(C_m=TAU, tau_m=TAU, I_e=DRIVE, V_th=THETA, V_reset=0.0, E_L=0.0, V_m=0.0, t_ref=REFRACTORY)
        neuron = simulator.Create("iaf_psc_delta", run.case.size, params=own)
        recorder = simulator.Create("spike_recorder")
        simulator.Connect(neuron, recorder)
        simulator.Prepare()
    simulator.Run(1.0)
    with run.phase("simulate"):
        simulator.Run(run.case.duration)
    simulator.Cleanup()
    return {"rate": _rate(run, recorder.n_events)}


def _rate(run: Run, spikes: int) -> float:
    return spikes / run.case.size / (run.case.duration / 1000.0)
