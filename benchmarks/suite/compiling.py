"""Compiling COBA with nothing cached: what the user of a new model waits for.

The network is that of coba.py; each run begins with empty caches and folders, and with simulators as they were
installed: what all networks of eqneuro are linked to was compiled then, as libraries of the others were. What is told
as ``compile`` is the time in which code is written and compiled, wall clock on one core.
"""

from __future__ import annotations

from benchmarks.suite.coba import annarchy, brian2, eqneuro
from benchmarks.suite.protocol import Case, Wanted

__all__ = ["CASES", "WANTED", "annarchy", "brian2", "eqneuro"]

CASES = (Case("COBA, cold", 4000, 100.0, dict(cold=True)),)
WANTED = Wanted({"brian2": 20.0, "annarchy": 20.0}, phase="compile")
AGREE = {"rate": 0.2}  # of 50 ms
