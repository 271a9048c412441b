"""Runs a script up to its first simulation, which goes on in other processes, on other numbers of threads.

``python half_time.py SCRIPT FOLDER 2,3,4``: a process simulates half of it on one thread, saves the network, simulates
the rest, and saves the end; one for each number loads what was saved at half-time, and saves its own end. Files with a
suffix that eqneuro does not know are not compressed.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path
from typing import Any

import eqneuro as ann

LONGEST = 400
"""Steps that are simulated at most."""


class Network(ann.Network):
    """A network on one thread that ends the script once it has run."""

    folder = Path()
    threads: tuple[int, ...] = ()

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **{**settings, "num_threads": 1})  # none has begun when the process divides

    def simulate(self, duration: float, *arguments: Any, **settings: Any) -> Any:
        """Both halves, each in processes of its own, and the end of this one."""
        steps = min(round(duration / self.dt), LONGEST) // 2
        if steps < 5:
            return super().simulate(duration, *arguments, **settings)
        for threads in (1, *self.threads):
            child = os.fork()
            if child == 0:
                self._both_halves(steps) if threads == 1 else self._second_half(steps, threads)
                os._exit(0)
            _, status = os.waitpid(child, 0)
            if status:
                os._exit(1)
        os._exit(0)

    def _both_halves(self, steps: int) -> None:
        super().simulate(steps * self.dt)
        self.save(str(self.folder / "half.kept"))
        super().simulate(steps * self.dt)
        self.save(str(self.folder / "end-1.kept"))

    def _second_half(self, steps: int, threads: int) -> None:
        self.config(num_threads=threads)
        self.compile()
        self.load(str(self.folder / "half.kept"))
        super().simulate(steps * self.dt)
        self.save(str(self.folder / f"end-{threads}.kept"))


def main() -> None:
    script, folder, threads = sys.argv[1:]
    Network.folder, Network.threads = Path(folder), tuple(int(number) for number in threads.split(","))
    ann.Network = Network  # type: ignore[misc]
    sys.argv = [script]
    runpy.run_path(script, run_name="__main__")


main()
