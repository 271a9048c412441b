"""How eqneuro's time and memory grow with one thing at a time: neurons, synapses, rate of spikes, delays.

``neurons`` is COBA (coba.py), 80 inputs to each. The others are spikes that arrive and little else: Poisson neurons
with synapses onto as many leaky integrators that never spike, so that the number of events is known: 10,000 of each,
100 inputs to each, 10 Hz and a delay of one step where nothing else is said. Synapses grow in three ways: onto 20,000
integrators there are more ``sources``, each with 1,000 synapses, or 20,000 of them have more ``synapses``; and these
are ``spread`` over 200,000 integrators, whose conductances the second cache does not hold either. Times are those of a
second of model time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.suite import balanced, coba
from benchmarks.suite.protocol import Case, Run

DT, SIZE, MANY, MOST, INPUTS, OUTPUTS, RATE = 0.1, 10_000, 20_000, 200_000, 100, 1_000, 10.0
AXES = ("neurons", "sources", "synapses", "spread", "rate", "delay", "delays")
"""``delay`` is the same for all synapses, ``delays`` are uniform between a step and the value."""


def _cases() -> Iterator[Case]:
    for size in (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 600_000, 1_000_000):
        yield _case("neurons", size, max(50.0, min(2e3, 3e7 / size)), size=size)
    for sources in (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000):
        duration = max(200.0, min(2e3, 1e7 / sources))
        yield _case("sources", sources * OUTPUTS, duration, sources=sources, size=MANY, outputs=OUTPUTS)
    for inputs in (5, 15, 50, 150, 500, 1_500, 5_000):  # of 20,000: a row that holds all neurons is another loop
        yield _case("synapses", MANY * inputs, max(200.0, min(2e3, 2e5 / inputs)), inputs=inputs, size=MANY)
    for outputs in (5, 15, 50, 150, 500, 1_500, 5_000):
        duration = max(200.0, min(1e3, 1e5 / outputs))
        yield _case("spread", MANY * outputs, duration, sources=MANY, size=MOST, outputs=outputs)
    for rate in (1, 3, 10, 30, 100, 300):
        yield _case("rate", rate, max(200.0, min(2e3, 2e4 / rate)), rate=float(rate))
    for axis in ("delay", "delays"):
        for delay in (0.1, 0.3, 1.0, 3.0, 10.0, 30.0):
            yield _case(axis, delay, 1e3, delay=delay)


def _case(axis: str, value: float, duration: float, **options: float) -> Case:
    return Case(f"{axis} {value:,g}", SIZE, duration, dict(axis=axis, value=value, **options))


CASES = tuple(_cases())


def eqneuro(run: Run) -> Mapping[str, float]:
    options = run.case.options
    with run.phase("import"):
        import eqneuro as ann
        from eqneuro import LIF, DiscreteUniform, Network, Uniform  # noqa: F401
    net = ann.Network(dt=DT, seed=run.seed, num_threads=run.threads)
    if options["axis"] == "neurons":
        with run.phase("build"):
            balanced.connect(ann, net, coba.MODEL, options["size"], "explicit")
    else:
        delay = options.get("delay", DT)
        delays = ann.Uniform(DT, delay) if options["axis"] == "delays" and delay > DT else delay
        with run.phase("build"):
            size = int(options.get("size", SIZE))
            sources = net.create(ann.PoissonPopulation(options.get("sources", size), rates=options.get("rate", RATE)))
            cell = ann.Neuron(
                parameters="tau = 20.0", equations="tau*dv/dt = -v + g_exc", spike="v > 1e9", reset="v = 0"
            )
            cells = net.create(size, cell)
            synapses = net.connect(sources, cells, "exc")
            if "outputs" in options:
                synapses.fixed_number_post(options["outputs"], weights=0.01, delays=delays)
            else:
                synapses.fixed_number_pre(options.get("inputs", INPUTS), weights=0.01, delays=delays)
    with run.phase("compile"):
        net.compile()
    net.simulate(max(options.get("delay", DT), 20.0))
    with run.phase("simulate"):
        net.simulate(run.case.duration)
    return {"bytes": float(sum(net.memory_footprint().values()))}
