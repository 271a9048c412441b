"""An echo-state network of 1,000 units, driven by 10,000 random numbers: all its states are kept, for a readout.

    r += leak (tanh(w_in u + W r) - r)

Jaeger (2001, GMD report 148). A tenth of W is there, normal, with a spectral radius near 0.9; such a network forgets
its beginning, so all simulators, given the same matrices, must find the same states, but for rounding and for the step
that a rate takes to travel. What is timed is the run and that its states are handed over as an array.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from benchmarks.suite import ready
from benchmarks.suite.protocol import Case, Run, Wanted

CASES = (Case("1,000 units, 10,000 steps", 1000, 10000.0),)
WANTED = Wanted({"annarchy": 2.0, "reservoirpy": 1.0})
LEAK, DENSITY, RADIUS = 0.3, 0.1, 0.9


def _given(run: Run) -> tuple[Any, Any, Any]:
    """The drive, a column; the input weights, a column; the recurrent ones as compressed rows (post, pre)."""
    import numpy as np
    from scipy.sparse import csr_matrix

    rng, size = np.random.default_rng(run.seed), run.case.size
    drive = rng.uniform(-1.0, 1.0, (round(run.case.duration), 1))
    inputs = rng.uniform(-1.0, 1.0, (size, 1))
    is_there = rng.random((size, size)) < DENSITY
    recurrent = np.where(is_there, rng.standard_normal((size, size)), 0.0)
    return drive, inputs, csr_matrix(recurrent * (RADIUS / np.sqrt(DENSITY * size)))


def _found(states: Any) -> Mapping[str, float]:
    import numpy as np

    return {"amplitude": float(np.sqrt(np.mean(np.square(states[len(states) // 2 :]))))}


def eqneuro(run: Run) -> Mapping[str, float]:
    given = _given(run)
    net, monitor = ready.eqneuro_network(run, 1.0, lambda ann, net: _build(ann, net, *given))
    with run.phase("simulate"):
        net.simulate(run.case.duration)
        states = monitor.get("r")
    return _found(states)


def annarchy(run: Run) -> Mapping[str, float]:
    given = _given(run)
    net, monitor = ready.annarchy_network(run, 1.0, lambda ann, net: _build(ann, net, *given))
    with run.phase("simulate"):
        net.simulate(run.case.duration)
        states = monitor.get("r")
    return _found(states)


def _build(ann: Any, net: Any, drive: Any, inputs: Any, recurrent: Any) -> Any:
    """The network in the language that eqneuro and ANNarchy share; its monitor."""
    unit = ann.Neuron(
        parameters=dict(leak=LEAK),
        equations=["r += leak*(tanh(sum(inp) + sum(rec)) - r)"],
    )
    source = net.create(ann.TimedArray(rates=drive))
    units = net.create(len(inputs), unit)
    net.connect(source, units, "inp").from_matrix(inputs)
    net.connect(units, units, "rec").from_sparse(recurrent.T.tocsr())  # (pre, post)
    return net.monitor(units, "r")


def reservoirpy(run: Run) -> Mapping[str, float]:
    drive, inputs, recurrent = _given(run)
    with run.phase("import"):
        import reservoirpy as rp
        from reservoirpy.nodes import Reservoir
    if hasattr(rp, "verbosity"):
        rp.verbosity(0)
    with run.phase("build"):
        reservoir = Reservoir(W=recurrent, Win=inputs, lr=LEAK, seed=run.seed)
    reservoir.run(drive[:1])
    with run.phase("simulate"):
        states = reservoir.run(drive)
    return _found(states)


def scipy(run: Run) -> Mapping[str, float]:
    """The loop by hand, ``W @ r`` by compressed rows."""
    os.environ["OPENBLAS_NUM_THREADS"] = str(run.threads)  # read when numpy is loaded
    with run.phase("import"):
        import numpy as np
    drive, inputs, recurrent = _given(run)
    rates = np.zeros(run.case.size)
    with run.phase("simulate"):
        weights, states = inputs[:, 0], np.empty((len(drive), run.case.size))
        for step, value in enumerate(drive[:, 0]):
            rates += LEAK * (np.tanh(weights * value + recurrent @ rates) - rates)
            states[step] = rates
    return _found(states)
