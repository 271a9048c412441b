"""One run; what it took is told as JSON on the last line.

``python -m benchmarks.suite.worker NETWORK SIMULATOR CASE SEED THREADS FOLDER``, run by the interpreter of the
simulator's own environment.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

from benchmarks.suite.protocol import Case, Run, Simulate, peak_memory


def main() -> None:
    network, simulator, case_name, seed, threads, folder = sys.argv[1:]
    module = importlib.import_module(f"benchmarks.suite.{network}")
    [case] = [case for case in module.CASES if case.name == case_name]
    assert isinstance(case, Case)
    run = Run(simulator, case, int(seed), int(threads), Path(folder))
    simulate: Simulate = getattr(module, simulator)
    begin = time.perf_counter()
    found = dict(simulate(run))
    whole = time.perf_counter() - begin
    told = {"whole": whole, "memory": peak_memory(), "seconds": run.seconds, "cpu": run.cpu, "found": found}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
