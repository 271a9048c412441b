"""How long connecting takes: 40,000 × 40,000 neurons with probability 0.002, some 3.2 million synapses.

``python benchmarks/connectors.py`` prints, for each stage, the median of five runs in seconds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from eqneuro.connectivity import patterns
from eqneuro.connectivity.matrix import Connectivity, spike_rows


def median_of_five(action: Callable[[], object]) -> float:
    def seconds() -> float:
        begin = time.perf_counter()
        action()
        return time.perf_counter() - begin

    return statistics.median(seconds() for _ in range(5))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=40_000, help="neurons on each side")
    parser.add_argument("--probability", type=float, default=0.002)
    arguments = parser.parse_args()
    size, probability = arguments.size, arguments.probability
    number = round(size * probability)
    ranks = np.arange(size, dtype=np.uint32)
    ends = patterns.Ends(ranks, ranks, size, size, same=True)
    whole = np.array([0, size])
    found = patterns.fixed_probability(ends, probability, False, 1, 0)
    delays = np.random.default_rng(1).integers(1, 21, found.synapses).astype(np.uint32)

    def rows(connectivity: Connectivity, steps: int | np.ndarray = 1, keep: bool = False) -> Callable[[], object]:
        return lambda: spike_rows(connectivity, whole, steps, keep_position=keep)

    stages = {
        "fixed_probability": lambda: patterns.fixed_probability(ends, probability, False, 1, 0),
        "fixed_number_pre": lambda: patterns.fixed_number_pre(ends, number, False, 1, 0),
        "fixed_number_post": lambda: patterns.fixed_number_post(ends, number, False, 1, 0),
        "rows for spikes": rows(found),
        "rows for spikes, a weight each": rows(found, keep=True),
        "rows for spikes, a weight and a delay each": rows(found, delays, keep=True),
        "fixed_probability and rows for spikes": lambda: rows(
            patterns.fixed_probability(ends, probability, False, 1, 0)
        )(),
    }
    print(f"{size:,} × {size:,} neurons, probability {probability}: {found.synapses:,} synapses")
    for name, action in stages.items():
        print(f"{name:45s} {median_of_five(action):8.4f} s")


if __name__ == "__main__":
    main()
