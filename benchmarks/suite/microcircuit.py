"""The cortical microcircuit of Potjans and Diesmann (2014, Cereb. Cortex 24:785): 77,169 neurons, 0.3 billion synapses.

Four layers with an excitatory and an inhibitory population each; weights and delays of all synapses are drawn from
normal distributions; Poisson spikes from 1,500 to 2,900 sources outside. Two threads; eqneuro in single precision, NEST
in double, which it always has. A smaller scale makes as many neurons fewer and as many inputs of each, stronger ones,
and a current for the mean that is lost (van Albada et al. 2015, PLoS Comput. Biol. 11:e1004490). Memory grows with
the square of the scale: compare at the largest that the machine holds. The first 200 ms are not timed; rates are those
of what follows. eqneuro has one synapse a pair at most, the others several: numbers of inputs vary less, by which
layers 5 and 6 fire up to a sixth less, as they do in the program in C where it draws no pair twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.suite.protocol import Case, Run, Wanted

CASES = (
    Case("scale 1.0", 77169, 1000.0, dict(scale=1.0, threads=2)),
    Case("scale 0.5", 38585, 1000.0, dict(scale=0.5, threads=2)),
    Case("scale 0.1", 7717, 1000.0, dict(scale=0.1, threads=2)),
)
WANTED = {
    "scale 1.0": Wanted({"nest": 2.0}, limits=dict(simulate=6.0, memory=6144.0)),
    "scale 0.5": Wanted({"nest": 2.0}),
    "scale 0.1": Wanted({"nest": 2.0}),
}
AGREE = {f"rate of {name}": 0.15 for name in ("L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I")}
DT, TRANSIENT = 0.1, 200.0
NAMES = ("L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I")
SIZES = (20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948)
OUTSIDE = (1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100)
PUBLISHED = (0.86, 2.80, 4.45, 5.93, 7.59, 8.64, 1.09, 7.88)  # Hz
PROBABILITY = (  # to the population of the row, from that of the column
    (0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0000, 0.0076, 0.0000),
    (0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0000, 0.0042, 0.0000),
    (0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0000),
    (0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0000, 0.1057, 0.0000),
    (0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0000),
    (0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0000),
    (0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252),
    (0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443),
)
J, TAU_SYN, RATE_OUTSIDE = 87.8, 0.5, 8.0  # pA, ms, Hz
CELL = dict(C=250.0, tau_m=10.0, tau_syn=TAU_SYN, E_L=-65.0, V_th=-50.0, V_reset=-65.0)
REFRACTORY = 2.0


@dataclass(frozen=True)
class Link:
    """From one population to another: the mean number of synapses of a pair, their mean weight (pA) and delay (ms)."""

    pre: int
    post: int
    synapses: float
    weight: float
    delay: float


def _links(scale: float) -> Iterator[Link]:
    for post, row in enumerate(PROBABILITY):
        for pre, probability in enumerate(row):
            if probability > 0.0:
                strength = -4.0 if pre % 2 else 2.0 if (pre, post) == (2, 0) else 1.0
                weight, delay = J * strength / math.sqrt(scale), 0.75 if pre % 2 else 1.5
                yield Link(pre, post, -math.log1p(-probability), weight, delay)


def _sizes(scale: float) -> list[int]:
    return [round(size * scale) for size in SIZES]


def _constant(post: int, scale: float) -> float:
    """The current (pA) instead of the mean input that is lost: fewer by ``scale``, stronger by its root only."""
    whole = OUTSIDE[post] * RATE_OUTSIDE * J
    whole += sum(
        link.synapses * SIZES[link.pre] * PUBLISHED[link.pre] * link.weight for link in _links(1.0) if link.post == post
    )
    return (1.0 - math.sqrt(scale)) * TAU_SYN / 1000.0 * whole


def eqneuro(run: Run) -> Mapping[str, float]:
    scale = run.case.options["scale"]
    with run.phase("import"):
        import eqneuro as ann
    neuron = ann.Neuron(
        parameters=CELL | dict(J=J / math.sqrt(scale), outside=1.0, constant=0.0),
        equations="""
            # the spikes from outside within a step bring their charge, J*tau_syn each, during the step
            dv/dt = -(v - E_L)/tau_m + (g_syn + constant)/C : exact
            tau_syn*dg_syn/dt = -g_syn + J*tau_syn/dt*Poisson(outside) : exact
        """,
        spike="v > V_th",
        reset="v = V_reset",
        refractory=REFRACTORY,
    )
    with run.phase("build"):
        net = ann.Network(dt=DT, seed=run.seed, num_threads=run.case.options["threads"], precision="float")
        cells = [net.create(size, neuron) for size in _sizes(scale)]
        for k, population in enumerate(cells):
            population.v = ann.Normal(-58.0, 10.0)
            population.outside = OUTSIDE[k] * scale * RATE_OUTSIDE / 1000.0 * DT
            population.constant = _constant(k, scale)
        for link in _links(scale):
            bounds = dict(min=0.0) if link.weight > 0.0 else dict(max=0.0)
            # as many synapses as elsewhere, but one a pair at most
            net.connect(cells[link.pre], cells[link.post], "syn").fixed_probability(
                link.synapses,
                weights=ann.Normal(link.weight, 0.1 * abs(link.weight), **bounds),
                delays=ann.Normal(link.delay, 0.5 * link.delay, min=DT),
                allow_self_connections=True,
            )
        monitors = [net.monitor(population, "spike", start=False) for population in cells]
    with run.phase("compile"):
        net.compile()
    net.simulate(TRANSIENT)
    for monitor in monitors:
        monitor.start()
    with run.phase("simulate"):
        net.simulate(run.case.duration)
    return _found(run, [sum(len(train) for train in monitor.get("spike").values()) for monitor in monitors])


def nest(run: Run) -> Mapping[str, float]:
    with run.phase("import"):
        import nest as simulator
    simulator.verbosity = simulator.VerbosityLevel.ERROR
    scale, normal, redraw = run.case.options["scale"], simulator.random.normal, simulator.math.redraw
    sizes, infinity = _sizes(scale), math.inf
    with run.phase("build"):
        simulator.ResetKernel()
        simulator.resolution = DT
        simulator.local_num_threads = run.case.options["threads"]
        simulator.rng_seed = run.seed
        own = dict(C_m=CELL["C"], tau_m=CELL["tau_m"], tau_syn_ex=TAU_SYN, tau_syn_in=TAU_SYN, t_ref=REFRACTORY)
        own |= {name: CELL[name] for name in ("E_L", "V_th", "V_reset")}
        cells = [simulator.Create("iaf_psc_exp", size, params=own) for size in sizes]
        recorders = [simulator.Create("spike_recorder", params=dict(start=TRANSIENT)) for _ in sizes]
        for k, population in enumerate(cells):
            population.V_m = normal(-58.0, 10.0)
            population.I_e = _constant(k, scale)
            noise = simulator.Create("poisson_generator", params=dict(rate=OUTSIDE[k] * scale * RATE_OUTSIDE))
            simulator.Connect(noise, population, syn_spec=dict(weight=J / math.sqrt(scale), delay=1.5))
            simulator.Connect(population, recorders[k])
        for name in NAMES:  # one model holds 2^27 synapses of a thread
            simulator.CopyModel("static_synapse", f"synapses of {name}")
        for link in _links(scale):
            number = round(link.synapses * sizes[link.pre] * sizes[link.post])
            low, high = (0.0, infinity) if link.weight > 0.0 else (-infinity, 0.0)
            weights = redraw(normal(link.weight, 0.1 * abs(link.weight)), low, high)
            delays = redraw(normal(link.delay, 0.5 * link.delay), DT, infinity)
            rule = dict(rule="fixed_total_number", N=number)
            kind = dict(synapse_model=f"synapses of {NAMES[link.pre]}", weight=weights, delay=delays)
            simulator.Connect(cells[link.pre], cells[link.post], rule, kind)
        simulator.Prepare()
    simulator.Run(TRANSIENT)
    with run.phase("simulate"):
        simulator.Run(run.case.duration)
    simulator.Cleanup()
    return _found(run, [recorder.n_events for recorder in recorders])


def _found(run: Run, spikes: list[int]) -> Mapping[str, float]:
    """Rates in Hz."""
    sizes = _sizes(run.case.options["scale"])
    return {
        f"rate of {name}": number / size / (run.case.duration / 1000.0)
        for name, number, size in zip(NAMES, spikes, sizes, strict=True)
    }
