"""Neurons with very different numbers of inputs: what ranges of equal numbers of neurons would share out badly.

Poisson neurons drive leaky integrators that never spike, 20 inputs to each; the first ones, which stand side by side,
have 2,000 more: five sixths of all synapses are theirs.
"""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.suite.protocol import Case, Run

SOURCES, INPUTS, HUBS, MORE = 10_000, 20, 5_000, 2_000
RATE = 50.0

CASES = (Case("100,000 with 5,000 hubs", 100_000, 1_000.0),)


def eqneuro(run: Run) -> Mapping[str, float]:
    with run.phase("import"):
        import eqneuro as ann
    net = ann.Network(dt=0.1, seed=run.seed, num_threads=run.threads)
    with run.phase("build"):
        sources = net.create(ann.PoissonPopulation(SOURCES, rates=RATE))
        cell = ann.Neuron(parameters="tau = 20.0", equations="tau*dv/dt = -v + g_exc", spike="v > 1e9", reset="v = 0")
        cells = net.create(run.case.size, cell)
        net.connect(sources, cells, "exc").fixed_number_pre(INPUTS, weights=0.01)
        net.connect(sources, cells[:HUBS], "exc").fixed_number_pre(MORE, weights=0.01)
    with run.phase("compile"):
        net.compile()
    net.simulate(20.0)
    with run.phase("simulate"):
        net.simulate(run.case.duration)
    return {"voltage": float(cells.v.mean())}
