"""A network of eqneuro, run once for every line that is read.

``python -m benchmarks.worker NETWORK METHOD MILLISECONDS`` prints ``ready`` when the network has been compiled once.
Then it makes a network with the seed in each line and prints the CPU seconds that `simulate` took and the rate in Hz of
the second half. One thread, one core.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from benchmarks import networks


def main() -> None:
    make = {"coba": networks.coba, "cuba": networks.cuba}[sys.argv[1]]
    method, duration = sys.argv[2], float(sys.argv[3])
    make(method=method).network.compile()
    print("ready", flush=True)
    for line in sys.stdin:
        one = make(int(line), method=method)
        one.network.compile()
        begin = time.process_time()
        one.network.simulate(duration)
        seconds = time.process_time() - begin
        steps, _ = one.spikes()
        late = np.count_nonzero(steps >= duration / 0.1 / 2)
        print(seconds, late / one.population.size / (duration / 2000), flush=True)


main()
