"""Runs the network of a benchmark by eqneuro: that of the variable ``EQNEURO_BENCHMARK``, ``NETWORK:CASE``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import eqneuro  # noqa: F401 -- the installed one, before its sources can be found beside the benchmarks

sys.path.append(str(Path(__file__).parent.parent.parent))
from benchmarks.suite.collection import items
from benchmarks.suite.protocol import Run
from benchmarks.suite.threads import KNOWN

[item] = items([os.environ["EQNEURO_BENCHMARK"]], KNOWN)
with tempfile.TemporaryDirectory() as folder:
    item.module.eqneuro(Run("eqneuro", item.case, seed=1, threads=1, folder=Path(folder)))
