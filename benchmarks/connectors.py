"""How long connecting takes, and how much memory: one process for each connector, since a peak can't be taken back.

``python -m benchmarks.connectors`` makes some 10^8 synapses by each pattern (40,000 × 40,000 neurons, a sixteenth of
the pairs), with one weight and one delay for all, and their rows for spikes: seconds by the clock on the wall, bytes
kept for a synapse, and the peak of the process beyond what it took before. ``--threads 2`` does it on two of them,
``--small`` for 4,000 × 4,000.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks import options
from eqneuro.connectivity import patterns, space, strings
from eqneuro.connectivity.matrix import Connectivity, spike_rows
from eqneuro.connectivity.patterns import Ends
from eqneuro.connectivity.strings import Side

SHARE = 0.0625
"""Of all pairs."""


def connectors(size: int, threads: int) -> dict[str, Callable[[], Connectivity]]:
    ranks = np.arange(size, dtype=np.uint32)
    ends = Ends(ranks, ranks, size, size, False, threads)
    square = (round(size**0.5),) * 2
    few = Ends(ranks[: round(size * SHARE)], ranks, size, size, False, threads)
    plane = Ends(*(np.arange(square[0] ** 2, dtype=np.uint32),) * 2, square[0] ** 2, square[0] ** 2, False, threads)
    line, grid = Side((size,)), Side(square)
    number = round(size * SHARE)
    sigma = (SHARE / (2.0 * np.pi * np.log(100.0))) ** 0.5  # the disc above 1 % of the height is that share of the area
    decay = (SHARE * size / (2.0 * np.pi)) ** 0.5  # ∫ exp(−d/λ) over the plane is 2πλ²
    return {
        "all_to_all": lambda: patterns.all_to_all(few, True),
        "fixed_probability": lambda: patterns.fixed_probability(ends, SHARE, True, 1, 0),
        "fixed_number_pre": lambda: patterns.fixed_number_pre(ends, number, True, 1, 0),
        "fixed_number_post": lambda: patterns.fixed_number_post(ends, number, True, 1, 0),
        "where": lambda: strings.where(ends, line, line, "(i + j) % 16 == 0", {}, True),
        "distance_probability": lambda: strings.distance_probability(
            plane, grid, grid, f"exp(-d/{decay!r})", {}, True, 1, 0
        ),
        "gaussian, with its weights": lambda: space.gaussian(plane, square, square, 1.0, sigma, 0.01, True)[0],
    }


def peak() -> int:
    """The largest memory of this process until now, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def measure(name: str, size: int, threads: int) -> None:
    make = connectors(size, threads)[name]
    connectors(64, threads)[name]()  # what is imported and read once
    before, begin = peak(), time.perf_counter()
    found = make()
    middle = time.perf_counter()
    ranges = np.linspace(0, found.post_size, threads + 1).astype(np.int64)
    rows = spike_rows(found, ranges, 1, keep_position=False, threads=threads)
    end = time.perf_counter()
    kept = (found.nbytes + rows.start.nbytes + rows.target.nbytes) / found.synapses
    above = (peak() - before) / found.synapses
    print(
        f"{name:28s} {found.synapses:12,d} {middle - begin:9.2f} {end - middle:9.2f} {kept:9.2f} {above:9.2f}",
        flush=True,
    )


def main() -> None:
    parser = options.Parser(
        prog="python -m benchmarks.connectors",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--small", action="store_true", help="4,000 × 4,000 neurons")
    parser.add_argument("--threads", type=options.at_least_one, default=1, metavar="N", help="that share the work")
    parser.add_argument("names", nargs="*", metavar="CONNECTOR", help="only these")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    size = 4_000 if arguments.small else 40_000
    known = list(connectors(64, 1))
    for name in arguments.names:
        if name not in known:
            parser.error(f"no connector {name!r}; there are {', '.join(map(repr, known))}")
    if arguments.one:
        measure(arguments.one, size, arguments.threads)
        return
    print(f"{'':28s} {'synapses':>12s} {'make, s':>9s} {'rows, s':>9s} {'kept, B':>9s} {'peak, B':>9s}", flush=True)
    for name in arguments.names or known:
        same = ["--threads", str(arguments.threads), *(["--small"] if arguments.small else [])]
        subprocess.run([sys.executable, "-m", "benchmarks.connectors", "--one", name, *same], check=True)


if __name__ == "__main__":
    main()
