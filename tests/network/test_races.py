"""Two threads never use an array at once that one of them writes: gcc's ThreadSanitizer watches a process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from {module} import {make}
from eqneuro.engine.access import Segment

if sys.argv[2] == "never":
    Segment.is_disturbed_by = lambda self, new: False
net, _ = {make}(4)
net.compile(compiler_flags="-fsanitize=thread -g")
net.simulate(6.0)
print("steps:", net.current_step)
"""


def sanitizer() -> Path | None:
    """The library that a process must begin with to be watched."""
    if shutil.which("gcc") is None or shutil.which("setarch") is None:
        return None
    told = subprocess.run(["gcc", "-print-file-name=libtsan.so"], capture_output=True, text=True, check=True)
    found = Path(told.stdout.strip())
    return found if found.is_absolute() and found.exists() else None


def races(module: str, make: str, waiting: str) -> int:
    library = sanitizer()
    if library is None:
        pytest.skip("no ThreadSanitizer on this machine")
    environment = os.environ | {
        "LD_PRELOAD": str(library),
        "TSAN_OPTIONS": "ignore_noninstrumented_modules=1",
        "EQNEURO_FIXED_THREADS": "1",
    }
    script = SCRIPT.format(module=module, make=make)
    command = ["setarch", "-R", sys.executable, "-c", script, str(HERE), waiting]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)
    if "steps:" not in done.stdout:
        pytest.skip(f"processes can't be watched here: {done.stderr[-300:]}")
    return done.stderr.count("WARNING: ThreadSanitizer: data race")


@pytest.mark.parametrize(("module", "make"), [("test_ranges", "steep"), ("test_same_bits", "mixed_network")])
def test_threads_wait_wherever_one_needs_what_another_does(module: str, make: str) -> None:
    assert races(module, make, "as usual") == 0


def test_races_would_be_seen() -> None:
    assert races("test_ranges", "steep", "never") > 0
