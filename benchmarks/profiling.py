"""``python -m benchmarks.profiling``: what a profile adds to the time of a run.

A network is run in pieces, with and without a profile in turns. Each piece with one is compared with the mean of those
before and after it, in CPU seconds of one thread. The table has the median of these ratios, its standard error, and
half of the range that holds the middle half of them.

The error is by bootstrap, always with the same random numbers: the standard deviation of medians of as many ratios,
drawn in twos that are neighbours, since these share a piece. From a dozen ratios on it is right within a tenth on
average, and known to a third; it is too small where they are fewer.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

import eqneuro as ann
from benchmarks import options
from eqneuro.cli import coba

PIECE = 0.5
"""CPU seconds of a piece, about."""
FEWEST = 3
"""Pairs of pieces: neighbours of two are always both, and their median would seem to have no error."""
DRAWS = 10_000
"""Medians from which the standard error is."""


def single_neuron() -> ann.Network:
    """Steps that do next to nothing: the most that stamps can disturb."""
    net = ann.Network(dt=0.1, seed=1)
    net.create(1, ann.IF_curr_exp(i_offset=1.0))
    return net


def noisy_sources() -> ann.Network:
    """Many spikes that reach nobody: counting is all there is to do."""
    net = ann.Network(dt=0.1, seed=1)
    net.monitor(net.create(ann.PoissonPopulation(1000, rates=200.0)), "spike")
    return net


def balanced(neurons: int) -> ann.Network:
    """COBA."""
    net = coba.build(neurons, seed=2)
    net.monitor(net.get_population("cells"), "spike")
    return net


def plastic() -> ann.Network:
    """Spike-timing-dependent plasticity of 1,000 inputs of 10 neurons."""
    net = ann.Network(dt=0.1, seed=1)
    inputs = net.create(ann.PoissonPopulation(1000, rates=15.0))
    cells = net.create(10, ann.IF_cond_exp(tau_syn_E=5.0))
    net.connect(inputs, cells, "exc", ann.STDP(w_max=0.01)).all_to_all(ann.Uniform(0.0, 0.01))
    return net


def rates() -> ann.Network:
    """A dense rate network of 400 units."""
    net = ann.Network(dt=1.0, seed=1)
    units = net.create(400, ann.LeakyIntegrator(tau=10.0, B=0.1))
    net.connect(units, units, "exc").all_to_all(ann.Normal(0.0, 0.05))
    return net


NETWORKS: dict[str, Callable[[], ann.Network]] = {
    "one neuron": single_neuron,
    "1,000 Poisson sources of 200 Hz": noisy_sources,
    "COBA, 4,000 neurons": lambda: balanced(4000),
    "COBA, 40,000 neurons": lambda: balanced(40000),
    "STDP, 10,000 synapses": plastic,
    "rates, 160,000 synapses": rates,
}


def piece(net: ann.Network, duration: float, *, is_profiled: bool) -> tuple[float, float]:
    """CPU seconds of a run, and the part of its steps that was timed."""
    net.reset()
    begin = time.process_time()
    if not is_profiled:
        net.simulate(duration)
        return time.process_time() - begin, 0.0
    with net.profile() as profile:
        net.simulate(duration)
    seconds = time.process_time() - begin
    return seconds, profile.timed_steps / profile.steps


def measure(net: ann.Network, pairs: int) -> tuple[NDArray[np.float64], float]:
    """The ratios, and the part of the steps that was timed."""
    net.simulate(net.dt)
    duration = 100 * net.dt
    while (seconds := piece(net, duration, is_profiled=False)[0]) < PIECE / 2:
        duration *= 2 if seconds > 0.01 else 8
    runs = [piece(net, duration, is_profiled=bool(k % 2)) for k in range(2 * pairs + 1)]
    times = np.array([seconds for seconds, _ in runs])
    ratios = times[1::2] / (0.5 * (times[:-1:2] + times[2::2]))
    return ratios, float(np.mean([part for _, part in runs[1::2]]))


def error_of_median(ratios: NDArray[np.float64]) -> float:
    """The standard error of the median of ratios of which neighbours are not independent."""
    count = len(ratios)
    first = np.random.default_rng(1).integers(count, size=(DRAWS, (count + 1) // 2))
    drawn = np.stack([first, (first + 1) % count], axis=-1).reshape(DRAWS, -1)[:, :count]
    return float(np.std(np.median(ratios[drawn], axis=1)))


def row(name: str, ratios: NDArray[np.float64], timed: float) -> str:
    """Of the table."""
    low, middle, high = np.percentile(ratios, [25, 50, 75])
    numbers = (middle - 1.0, error_of_median(ratios), (high - low) / 2.0, timed)
    return f"| {name} | " + " | ".join(f"{100.0 * number:.2f} %" for number in numbers) + " |"


def main() -> None:
    parser = options.Parser(prog="python -m benchmarks.profiling", description=__doc__)
    pairs = options.at_least(FEWEST)
    parser.add_argument("--pairs", type=pairs, default=20, help="how many runs with a profile, and without")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print("| network | overhead | standard error | middle half, ± | steps timed |\n|---|---|---|---|---|")
    for name, make in NETWORKS.items():
        print(row(name, *measure(make(), arguments.pairs)), flush=True)


if __name__ == "__main__":
    main()
