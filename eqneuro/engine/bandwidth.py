"""The bandwidth of the machine's memory, measured once a process."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np

from eqneuro.engine._engine import triad

MEMORY_BYTES = 192 * 2**20
"""Of three arrays together: more than the caches of most machines hold."""
CACHE_BYTES = 384 * 2**10
"""The same where the arrays of one thread are to stay in its own cache."""
REPEATS = 8
LEAST_SECONDS = 0.002
"""How long one measurement takes at least: small arrays are gone through more than once."""


@cache
def memory_bandwidth(threads: int = 1, size: int = MEMORY_BYTES) -> float:
    """Bytes a second that so many threads read and write together, in ``a[i] = b[i] + 3.0*c[i]``.

    For each i these are three times 8 bytes, as McCalpin's STREAM counts them. The best of a few runs, which take some
    tenths of a second together.

    Parameters
    ----------
    threads
        How many; each has arrays of its own.
    size
        Bytes of the arrays of all threads.
    """
    length = max(1024, size // 24 // threads)
    arrays = [[np.full(length, value) for value in (0.0, 1.0, 2.0)] for _ in range(threads)]
    start = threading.Barrier(threads)

    def run(place: int, times: int) -> tuple[float, float]:
        start.wait()
        begin = time.perf_counter()
        triad(*arrays[place], 3.0, times)
        return begin, time.perf_counter()

    def seconds(times: int) -> float:
        spans = list(pool.map(run, range(threads), [times] * threads))
        return max(end for _, end in spans) - min(begin for begin, _ in spans)

    with ThreadPoolExecutor(threads) as pool:
        times = max(1, int(LEAST_SECONDS / seconds(1)))
        best = min(seconds(times) for _ in range(REPEATS))
    return 24.0 * length * threads * times / best
