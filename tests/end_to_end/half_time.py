"""Runs a script up to its first simulation, half of it, and keeps what its network then holds.

``python half_time.py first SCRIPT THREADS HALF WHOLE`` saves the network at half-time and at the end. ``… second …``
loads what was saved at half-time instead of simulating the first half, and saves the end; THREADS may then be several
numbers, ``2,3,4``, each of which goes on in a process of its own and saves ``WHOLE-THREADS.npz``.
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
    """A network that ends the script once it has run."""

    part, half, whole = "", "", ""
    threads: tuple[int, ...] = (1,)

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **{**settings, "num_threads": self.threads[0]})

    def step(self) -> None:
        """One step, unless what follows it is loaded: threads must not have begun when the process divides."""
        if self.part == "first":
            super().step()

    def simulate(self, duration: float, *arguments: Any, **settings: Any) -> Any:
        """The halves, and the end of the process."""
        steps = min(round(duration / self.dt), LONGEST) // 2
        if steps < 5:
            return super().simulate(duration, *arguments, **settings)
        if self.part == "first":
            super().simulate(steps * self.dt)
            self.save(self.half)
            self._end(steps, self.whole)
        for threads in self.threads:
            child = os.fork()  # nothing has been simulated yet, so there are no threads either
            if child == 0:
                self.config(num_threads=threads)
                self.compile()
                self.load(self.half)
                self._end(steps, f"{self.whole.removesuffix('.npz')}-{threads}.npz")
            os.waitpid(child, 0)
        os._exit(0)

    def _end(self, steps: int, whole: str) -> None:
        super().simulate(steps * self.dt)
        self.save(whole)
        os._exit(0)


def main() -> None:
    Network.part, script, threads, Network.half, Network.whole = sys.argv[1:]
    Network.threads = tuple(int(number) for number in threads.split(","))
    ann.Network = Network  # type: ignore[misc]
    sys.argv = [script]
    runpy.run_path(script, run_name="__main__")


main()
