"""One run; what it took is told as JSON on the last line.

``python -m benchmarks.suite.worker NETWORK SIMULATOR CASE SEED THREADS FOLDER [MILLISECONDS]``, run by the interpreter
of the simulator's own environment.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import sys
import time
from pathlib import Path

from benchmarks.suite.protocol import Case, Run, Simulate, peak_memory


def main() -> None:
    network, simulator, case_name, seed, threads, folder, *milliseconds = sys.argv[1:]
    module = importlib.import_module(f"benchmarks.suite.{network}")
    [case] = [case for case in module.CASES if case.name == case_name]
    assert isinstance(case, Case)
    if milliseconds:
        case = dataclasses.replace(case, duration=float(milliseconds[0]))
    run = Run(simulator, case, int(seed), int(threads), Path(folder))
    simulate: Simulate = getattr(module, simulator)
    begin = time.perf_counter()
    try:
        found = dict(simulate(run))
    except NotImplementedError as reason:
        print(json.dumps({"refused": str(reason)}), flush=True)
        return
    whole = time.perf_counter() - begin
    told = {"whole": whole, "memory": peak_memory(), "seconds": run.seconds, "cpu": run.cpu, "found": found}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
