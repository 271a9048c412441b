"""Echo-state networks on the Mackey-Glass series: eqneuro and reservoirpy, their errors and their times.

``python -m benchmarks.reservoir`` gives both the same series, 300 units, leak 0.3, spectral radius 1.25, density 0.1,
2,000 steps of training after 100 that are dropped, 2,000 of test, and ridge regression with 1e-8. It prints the error
one step ahead (root of the mean square over the standard deviation) of five reservoirs and the median CPU time of
making, training and testing one on one core: with the matrices of examples/reservoir.py in both, and with those that
reservoirpy draws by itself. reservoirpy is installed in an environment of its own, in ``--folder``, or run by
``--peer-python``.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path
from types import ModuleType

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when numpy is loaded, here and in the other process

import numpy as np

HERE = Path(__file__).resolve().parent
REQUIREMENT = "reservoirpy==0.4.2"
SEEDS = range(1, 6)

PEER = """
import json, sys, time
import numpy as np
from reservoirpy.nodes import Reservoir, Ridge

given = np.load(sys.argv[1])
data, begin, end = given["data"][:, None], int(given["begin"]), int(given["end"])
washout = int(given["washout"])

def measure(seed, own):
    start = time.process_time()
    drawn = dict(rc_connectivity=0.1) if own else dict(W=given[f"rec{seed}"], Win=given[f"in{seed}"])
    network = Reservoir(300, lr=0.3, sr=1.25, seed=seed, **drawn) >> Ridge(ridge=1e-8)
    network.fit(data[:begin], data[1 : begin + 1], warmup=washout)
    found, wanted = network.run(data[begin:end]), data[begin + 1 : end + 1]
    seconds = time.process_time() - start
    return float(np.sqrt(np.mean((found - wanted) ** 2)) / wanted.std()), seconds

seeds = [int(name[3:]) for name in given.files if name.startswith("rec")]
measure(seeds[0], False)
print(json.dumps([[measure(seed, own) for seed in seeds] for own in (False, True)]))
"""


def load_example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reservoir_example", HERE.parent / "examples" / "reservoir.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def peer_python(folder: Path) -> Path:
    """An environment with reservoirpy, made on the first use."""
    home = folder / "reservoirpy"
    python = home / "bin" / "python"
    if not (home / "installed").exists():
        print(f"installing {REQUIREMENT} in {home} …", file=sys.stderr)
        venv.create(home, with_pip=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", REQUIREMENT], check=True)
        (home / "installed").touch()
    return python


def measure(example: ModuleType, data: np.ndarray, given: dict[str, np.ndarray]) -> tuple[float, float]:
    """Error and seconds of one reservoir, given its matrices."""
    begin = example.WASHOUT + example.TRAIN
    start = time.process_time()
    states = example.echo(data[:-1], given)
    readout = example.ridge(states[example.WASHOUT : begin], data[example.WASHOUT + 1 : begin + 1])
    found = states[begin:] @ readout
    seconds = time.process_time() - start
    return example.nrmse(found, data[begin + 1 :]), seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache" / "eqneuro-benchmarks")
    parser.add_argument("--peer-python", type=Path, help="a Python that has reservoirpy")
    arguments = parser.parse_args()
    example = load_example()
    begin, end = example.WASHOUT + example.TRAIN, example.WASHOUT + example.TRAIN + example.TEST
    data = example.series(end + 1)
    given = {seed: example.weights(seed=seed) for seed in SEEDS}
    measure(example, data, given[SEEDS[0]])  # compiles, where it was not before
    ours = [measure(example, data, given[seed]) for seed in SEEDS]

    arguments.folder.mkdir(parents=True, exist_ok=True)
    exchanged = arguments.folder / "reservoir.npz"
    matrices = {f"{name}{seed}": matrix for seed in SEEDS for name, matrix in given[seed].items()}
    np.savez(exchanged, data=data, begin=begin, end=end, washout=example.WASHOUT, **matrices)
    python = arguments.peer_python or peer_python(arguments.folder)
    answer = subprocess.run([str(python), "-c", PEER, str(exchanged)], check=True, capture_output=True, text=True)
    same, own = json.loads(answer.stdout.splitlines()[-1])
    rows = {"eqneuro": ours, "reservoirpy, same matrices": same, "reservoirpy, its own matrices": own}
    print(f"{'':32} {'NRMSE, median':>14} {'best':>9} {'worst':>9} {'CPU seconds':>12}")
    for name, row in rows.items():
        errors, seconds = zip(*row, strict=True)
        print(f"{name:32} {statistics.median(errors):14.2e} {min(errors):9.1e} {max(errors):9.1e} "
              f"{statistics.median(seconds):12.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
