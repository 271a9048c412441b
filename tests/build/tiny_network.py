"""A process that compiles a small network through the route, runs it, and prints what it got.

    python tiny_network.py [STEPS]

prints the library and v after so many steps of 1 ms of ``10 dv/dt + v = 1`` from 0 by forward Euler: 1 - 0.9^STEPS.
"""

from __future__ import annotations

import sys

import numpy as np

from eqneuro.codegen.requests import NetworkRequest, PopulationRequest
from eqneuro.compiler import CompiledNetwork, compile_network
from eqneuro.engine.program import REPORT_LENGTH, Program, load_engine
from eqneuro.model.neuron import Neuron

BLOCK = 256
TYPES = {"real": np.float64, "int64_t": np.int64, "uint32_t": np.uint32}
VALUES = {"attribute:tau": 10.0, "numbers": BLOCK}


def compiled() -> CompiledNetwork:
    leak = Neuron(parameters="tau = 10.0", equations="tau*dv/dt + v = 1.0", spike="v > 2.0", reset="v = 0.0")
    return compile_network(NetworkRequest((PopulationRequest(leak.model, (), (), None),), "double", "explicit"))


def run(network: CompiledNetwork, steps: int) -> float:
    """v of the last neuron of a block."""
    ((layout,),) = network.layouts
    buffers = {slot.key: np.zeros(BLOCK, dtype=TYPES[slot.c_type]) for slot in layout.slots}
    for key, value in VALUES.items():
        buffers[key][:] = value
    program = Program(network.functions, threads=1)
    program.add(layout.function, list(buffers.values()), [(0, BLOCK)])
    clock, stopped = np.array([0, 0, 0, 0, 1, 1]), np.zeros(1, dtype=np.int64)
    reports = np.zeros((1, REPORT_LENGTH), dtype=np.int64)
    load_engine(network.library).run(
        program.table(), program.instructions(), clock, 1.0, steps, None, reports, stopped, 0, False
    )
    return float(buffers["attribute:v"][-1])


if __name__ == "__main__":
    network = compiled()
    print(network.library)
    print(repr(run(network, int(sys.argv[1]) if len(sys.argv) > 1 else 10)))
