"""Every example's network, saved at half-time and loaded in new processes on 2, 3 and 4 threads, keeps its bits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def run(part: str, example: Path, threads: str, folder: Path) -> None:
    script = Path(__file__).parent / "half_time.py"
    command = [
        sys.executable,
        str(script),
        part,
        str(example),
        threads,
        str(folder / "half.npz"),
        str(folder / "end.npz"),
    ]
    environment = {**os.environ, "EQNEURO_EXAMPLES_QUICK": "1", "MPLBACKEND": "Agg"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_network_that_is_saved_and_loaded_goes_on_with_the_same_bits_on_other_threads(
    example: Path, tmp_path: Path
) -> None:
    run("first", example, "1", tmp_path)
    assert (tmp_path / "end.npz").exists(), f"{example.name} simulated nothing"
    run("second", example, "2,3,4", tmp_path)
    with np.load(tmp_path / "half.npz") as half, np.load(tmp_path / "end.npz") as one:
        assert any(not np.array_equal(half[name], one[name]) for name in one.files if half[name].dtype.kind == "f")
        for threads in (2, 3, 4):
            with np.load(tmp_path / f"end-{threads}.npz") as other:
                assert one.files == other.files
                for name in one.files:
                    np.testing.assert_array_equal(one[name], other[name], err_msg=f"{name} on {threads} threads")
