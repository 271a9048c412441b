"""A script's network is saved at half-time, and goes on in other processes, on other numbers of threads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent.parent
THREADS = (2, 3, 4)


def assert_same_bits(script: Path, folder: Path, **variables: str) -> None:
    """The first simulation on one thread; its second half from a file on 2, 3 and 4 threads, in other processes."""
    _run(script, folder, variables)
    assert (folder / "end-1.kept").exists(), f"{script.name} simulated nothing"
    with np.load(folder / "half.kept") as half, np.load(folder / "end-1.kept") as one:
        assert any(not np.array_equal(half[name], one[name]) for name in one.files if half[name].dtype.kind == "f")
        for threads in THREADS:
            with np.load(folder / f"end-{threads}.kept") as other:
                assert one.files == other.files
                for name in one.files:
                    np.testing.assert_array_equal(one[name], other[name], err_msg=f"{name} on {threads} threads")
    for kept in folder.glob("*.kept"):  # hundreds of MiB, which pytest would leave there
        kept.unlink()


def _run(script: Path, folder: Path, variables: dict[str, str]) -> None:
    half_time = Path(__file__).parent / "half_time.py"
    words = [str(script), str(folder), ",".join(str(number) for number in THREADS)]
    environment = {**os.environ, "EQNEURO_EXAMPLES_QUICK": "1", "MPLBACKEND": "Agg", **variables}
    command = [sys.executable, str(half_time), *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
