"""Connecting neighbours: 10,000 neurons in a sheet, by a condition, a probability or weights that depend on distance.

All pairs are looked at but where a simulator knows better: NEST's masks and eqneuro's Gaussians are looked for around
each neuron. The condition connects pairs less than 4 apart, the probability is 0.3 exp(-d/8), the Gaussian has a width
of 0.03 of the sheet and leaves out weights below a hundredth. Synapses are ready for a first step; what compilers take
is not counted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from benchmarks.suite import ready
from benchmarks.suite.protocol import Case, Run, Wanted

DT, SIDE, RADIUS, HEIGHT, DECAY, SIGMA, LIMIT, WEIGHT = 0.1, 100, 4.0, 0.3, 8.0, 0.03, 0.01, 0.01
CASES = tuple(Case(name, SIDE * SIDE, 0.0) for name in ("condition", "probability", "Gaussian"))
WANTED = {case.name: (Wanted({}, phase="build"), Wanted({}, phase="memory")) for case in CASES}


def eqneuro(run: Run) -> Mapping[str, float]:
    with run.phase("import"):
        import eqneuro as ann
    with run.phase("compile"):
        net, cells = _sheet(ann, ann.Network(dt=DT, seed=run.seed), 2)
        net.connect(cells, cells, "exc").all_to_all(WEIGHT)
        net.compile()
    with ready.without_compiler(run):
        net, cells = _sheet(ann, ann.Network(dt=DT, seed=run.seed, num_threads=run.threads), SIDE)
        synapses = net.connect(cells, cells, "exc")
        match run.case.name:
            case "condition":
                synapses.where(f"i != j and d < {RADIUS}", weights=WEIGHT)
            case "probability":
                synapses.distance_probability(f"{HEIGHT}*exp(-d/{DECAY})", weights=WEIGHT)
            case _:
                synapses.gaussian(WEIGHT, SIGMA, limit=LIMIT)
        net.compile()
        net.step()
    return {"synapses": synapses.nb_synapses}


def annarchy(run: Run) -> Mapping[str, float]:
    if run.case.name != "Gaussian":
        raise NotImplementedError("no such rule")
    with run.phase("import"):
        import ANNarchy as ann
    with run.phase("build"):
        net = ann.Network(dt=DT, seed=run.seed)
        net.config(num_threads=run.threads)
        net, cells = _sheet(ann, net, SIDE)
        synapses = net.connect(cells, cells, "exc")
        synapses.gaussian(amp=WEIGHT, sigma=SIGMA, limit=LIMIT)
    with ready.without_compiler(run):
        net.compile(directory=str(run.folder / "annarchy"))
    net.step()
    return {"synapses": synapses.nb_synapses}


def _sheet(ann: Any, net: Any, side: int) -> tuple[Any, Any]:
    neuron = ann.Neuron(
        parameters=dict(tau=20.0, theta=20.0), equations=["tau*dv/dt = -v + g_exc"], spike="v > theta", reset="v = 0.0"
    )
    return net, net.create((side, side), neuron)


def brian2(run: Run) -> Mapping[str, float]:
    """The synapses are made by the program that is compiled, before its first step."""
    distance = "sqrt((row_pre - row_post)**2 + (column_pre - column_post)**2)"
    texts = {
        "condition": dict(condition=f"i != j and {distance} < {RADIUS}"),
        "probability": dict(condition="i != j", p=f"{HEIGHT}*exp(-{distance}/{DECAY})"),
    }
    if run.case.name not in texts:
        raise NotImplementedError("no such rule")
    with run.phase("import"):
        import brian2 as b2
    ready.prepare_brian2(b2, run, DT)
    with run.phase("build"):
        cells = b2.NeuronGroup(
            SIDE * SIDE,
            "dv/dt = -v/(20*ms) : 1\nrow : 1 (constant)\ncolumn : 1 (constant)",
            threshold="v > 20",
            reset="v = 0",
            method="exact",
        )
        cells.row, cells.column = f"i // {SIDE}", f"i % {SIDE}"
        synapses = b2.Synapses(cells, cells, on_pre=f"v_post += {WEIGHT}")
        synapses.connect(**texts[run.case.name])
    ready.build_brian2(b2, run, b2.Network(cells, synapses), DT)
    return {"synapses": len(synapses)}


def nest(run: Run) -> Mapping[str, float]:
    """Neurons stand in a free order in space, one apart."""
    if run.case.name == "Gaussian":
        raise NotImplementedError("weights that are too small are not left out")
    with run.phase("import"):
        import nest as simulator
    rule: dict[str, Any] = dict(rule="pairwise_bernoulli", p=1.0, allow_autapses=False)
    if run.case.name == "condition":
        rule["mask"] = dict(circular=dict(radius=math.nextafter(RADIUS, 0.0)))
    else:
        decay = simulator.spatial_distributions.exponential(simulator.spatial.distance, beta=DECAY)
        rule["p"] = HEIGHT * decay
    with run.phase("build"):
        ready.prepare_nest(simulator, run, DT)
        grid = simulator.spatial.grid([SIDE, SIDE], extent=[float(SIDE), float(SIDE)])
        cells = simulator.Create("iaf_psc_delta", positions=grid)
        simulator.Connect(cells, cells, rule, dict(weight=WEIGHT, delay=1.0))  # in space it knows no common weight
        simulator.Prepare()
    simulator.Run(DT)
    simulator.Cleanup()
    return {"synapses": simulator.num_connections}
