"""Builds networks one after the other and prints, as JSON, MiB at the peak of each and MiB that stay, beyond before."""

import ctypes
import gc
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import random_array

import eqneuro as ann

MEMORY = ctypes.CDLL(None)
MMAP_THRESHOLD, LARGE = -3, 2**20
"""glibc gives back what is larger as soon as it is free, which it otherwise learns not to do."""
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
DENSE, SPARSE = 2000, 6000
"""Neurons of dense and sparse connections: some 4 million synapses each."""
MATRIX = np.random.default_rng(1).random((DENSE, DENSE))
ENTRIES = random_array((SPARSE, SPARSE), density=0.1, format="csr", rng=1)
LATE_ENTRIES = ENTRIES.copy()
LATE_ENTRIES.data = np.ceil(50.0 * ENTRIES.data) * 0.1
LISTS = ENTRIES.tolil()
LATE = np.ceil(50.0 * MATRIX) * 0.1
WEIGHTS, DELAYS = ann.Uniform(0.0, 1e-4), ann.Uniform(0.5, 5.0)
SPIKING = ann.Neuron(equations="10.0*dv/dt = -v + g_exc", spike="v > 1.0", reset="v = 0.0")
RATE = ann.Neuron(equations="10.0*dr/dt = -r + sum(exc)")
CASES: dict[str, tuple[int, Callable[[Any], Any]]] = {
    "all_to_all": (DENSE, lambda p: p.all_to_all(WEIGHTS)),
    "fixed_probability": (SPARSE, lambda p: p.fixed_probability(0.1, WEIGHTS)),
    "fixed_number_pre": (SPARSE, lambda p: p.fixed_number_pre(SPARSE // 10, WEIGHTS)),
    "fixed_number_post": (SPARSE, lambda p: p.fixed_number_post(SPARSE // 30, 1e-4)),
    "from_matrix": (DENSE, lambda p: p.from_matrix(MATRIX)),
    "from_matrix, turned": (DENSE, lambda p: p.from_matrix(MATRIX, pre_post=True)),
    "from_sparse": (SPARSE, lambda p: p.from_sparse(ENTRIES)),
    "where": (SPARSE, lambda p: p.where("abs(i - j) < 300", weights=WEIGHTS)),
    "gaussian": (SPARSE, lambda p: p.gaussian(1e-4, 0.02)),
    "delays": (SPARSE, lambda p: p.fixed_probability(0.1, 1e-4, DELAYS)),
    "delays of all pairs": (DENSE, lambda p: p.all_to_all(1e-4, DELAYS)),
    "weights and delays": (SPARSE, lambda p: p.fixed_number_pre(SPARSE // 10, WEIGHTS, DELAYS)),
    "from_matrix, delays": (DENSE, lambda p: p.from_matrix(MATRIX, LATE)),
    "from_sparse, delays": (SPARSE, lambda p: p.from_sparse(ENTRIES, LATE_ENTRIES)),
    "from_sparse, lists": (SPARSE, lambda p: p.from_sparse(LISTS)),
}


def resident(key: str) -> float:
    """MiB that this process has now (``VmRSS``) or had since its peak was forgotten (``VmHWM``)."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(key))
    return int(line.split()[1]) / 1024.0


def build(neuron: ann.Neuron, size: int, connect: Callable[[Any], Any], precision: str) -> ann.Network:
    """A network that has run for a step."""
    net = ann.Network(dt=0.1, seed=1, precision=precision)
    cells = net.create(size, neuron)
    connect(net.connect(cells, cells, "exc"))
    net.simulate(0.1)
    return net


def measure(neuron: ann.Neuron, size: int, connect: Callable[[Any], Any], precision: str) -> tuple[float, float]:
    """The peak, and what stays."""
    gc.collect()
    MEMORY.malloc_trim(0)
    before = resident("VmRSS")
    CLEAR.write_text("5")  # the peak begins anew
    net = build(neuron, size, connect, precision)
    peak = resident("VmHWM") - before
    MEMORY.malloc_trim(0)
    stays = resident("VmRSS") - before
    del net
    return peak, stays


if __name__ == "__main__":
    MEMORY.mallopt(MMAP_THRESHOLD, LARGE)
    found = {}
    for precision in ("double", "float"):
        for kind, neuron in (("rates", RATE), ("spikes", SPIKING)):
            build(neuron, 100, lambda p: p.fixed_probability(0.5, WEIGHTS), precision)  # what is made once
            for name, case in CASES.items():
                found[f"{name} of {kind}, {precision}"] = measure(neuron, *case, precision)
    print(json.dumps(found))
