"""Runs an example up to its first simulation, half of it, and keeps what its network then holds.

``python half_time.py first EXAMPLE THREADS HALF WHOLE`` saves the network at half-time and at the end. ``… second …``
loads what was saved at half-time instead of simulating the first half, and saves the end.
"""

from __future__ import annotations

import os
import runpy
import sys
from typing import Any

import eqneuro as ann

LONGEST = 400
"""Steps that are simulated at most."""


class Network(ann.Network):
    """A network that ends the example once it has run."""

    part, half, whole, threads = "", "", "", 1

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **{**settings, "num_threads": self.threads})

    def simulate(self, duration: float, *arguments: Any, **settings: Any) -> Any:
        """The halves, and the end of the process."""
        steps = min(round(duration / self.dt), LONGEST) // 2
        if steps < 5:
            return super().simulate(duration, *arguments, **settings)
        if self.part == "first":
            super().simulate(steps * self.dt)
            self.save(self.half)
        else:
            self.compile()
            self.load(self.half)
        super().simulate(steps * self.dt)
        self.save(self.whole)
        os._exit(0)


def main() -> None:
    Network.part, example, threads, Network.half, Network.whole = sys.argv[1:]
    Network.threads = int(threads)
    ann.Network = Network  # type: ignore[misc]
    sys.argv = [example]
    runpy.run_path(example, run_name="__main__")


main()
