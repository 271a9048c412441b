"""How long it takes until something runs: imports, compiling, whole scripts, each in a process of its own.

``python -m benchmarks.startup`` prints medians, and in brackets the lowest and the highest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import options

ROOT = Path(__file__).parent.parent


def fresh(what: str, cache: Path) -> tuple[float, float, str]:
    """Seconds that the process printed, seconds of the whole process, heavy modules it had imported."""
    places = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "EQNEURO_CACHE_DIR": str(cache), "PYTHONPATH": places}
    begin = time.perf_counter()
    command = [sys.executable, str(Path(__file__).with_name("fresh.py")), what]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.split()
    return float(answer[0]), time.perf_counter() - begin, answer[1]


def import_seconds() -> tuple[float, str]:
    with tempfile.TemporaryDirectory() as cache:
        seconds, _, modules = fresh("import", Path(cache))
    return seconds, modules


def names_seconds() -> tuple[float, str]:
    with tempfile.TemporaryDirectory() as cache:
        seconds, _, modules = fresh("names", Path(cache))
    return seconds, modules


def cold_compile_seconds() -> tuple[float, str]:
    """With an empty cache, sympy and jinja2 imported before."""
    with tempfile.TemporaryDirectory() as cache:
        seconds, _, modules = fresh("compile-imported", Path(cache))
    return seconds, modules


def warm_compile_seconds(cache: Path) -> tuple[float, str]:
    """The cache holds the network."""
    fresh("compile", cache)
    seconds, _, modules = fresh("compile", cache)
    return seconds, modules


def cold_script_seconds() -> tuple[float, str]:
    """Without its simulation."""
    with tempfile.TemporaryDirectory() as cache:
        simulation, whole, modules = fresh("script", Path(cache))
    return whole - simulation, modules


def warm_script_seconds(cache: Path) -> tuple[float, str]:
    """With its simulation of 1 s."""
    fresh("script", cache)
    _, whole, modules = fresh("script", cache)
    return whole, modules


def main() -> None:
    from benchmarks.figures import startup_timings  # which imports this module
    from benchmarks.suite.results import spread

    parser = options.Parser(prog="python -m benchmarks.startup", description=__doc__)
    parser.add_argument("--repeats", type=options.at_least_one, default=5, help="how often each time is measured")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        for timing in startup_timings(Path(cache)):
            seconds = [timing.measure(repeat) for repeat in range(arguments.repeats)]
            print(f"{timing.figure.what}: {spread(seconds)} s", flush=True)


if __name__ == "__main__":
    main()
