"""A random network of leaky rate units, tau r' = -r + tanh(sum_j W_ij r_j): a matrix by a vector, and little else.

The weights are normal with variance g^2 / (inputs of a unit), g = 3, so that the network is chaotic (Sompolinsky,
Crisanti & Sommers 1988, Phys. Rev. Lett. 61:259) and the root of the mean square of its rates settles: that is what
must agree. One matrix in all simulators, dense or a tenth of it, explicit Euler steps of 0.1 ms, double precision; the
units of a step see the rates of the one before. ``numpy`` and ``scipy`` are the same loop with ``W @ r``, on one thread
of BLAS or by compressed rows.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.suite.protocol import Case, Run, Wanted

CASES = (
    Case("1,000 dense", 1000, 200.0, dict(density=1.0, reference=("1.0",)), quick=100.0),
    Case("1,000 sparse", 1000, 500.0, dict(density=0.1, reference=("0.1",)), quick=300.0),
    Case("4,000 dense", 4000, 20.0, dict(density=1.0, reference=("1.0",))),
    Case("4,000 sparse", 4000, 100.0, dict(density=0.1, reference=("0.1",))),
)
WANTED = Wanted({"brian2": 3.0, "annarchy": 2.0, "nest": 3.0, "numpy": 1.0 / 1.1, "scipy": 1.0})
DT, TAU, GAIN = 0.1, 10.0, 3.0


@dataclass(frozen=True)
class Synapses:
    """Weights with the ranks of both neurons, sorted by the post-synaptic one."""

    weights: Any
    pre: Any
    post: Any

    def to_scipy(self, size: int) -> Any:
        """Compressed rows, (post, pre)."""
        from scipy.sparse import csr_matrix

        return csr_matrix((self.weights, (self.post, self.pre)), (size, size))


def _weights(run: Run) -> Any:
    """An array (post, pre), or the synapses of a sparse matrix; a unit may be connected to itself."""
    import numpy as np

    size, density = run.case.size, run.case.options["density"]
    rng = np.random.default_rng(run.seed)
    if density == 1.0:
        return rng.standard_normal((size, size)) * (GAIN / np.sqrt(size))
    rows = rng.binomial(size, density, size)
    pre = np.concatenate([np.sort(rng.choice(size, number, replace=False)) for number in rows])
    weights = rng.standard_normal(len(pre)) * (GAIN / np.sqrt(density * size))
    return Synapses(weights, pre, np.repeat(np.arange(size), rows))


def _begin(run: Run) -> Any:
    import numpy as np

    return np.random.default_rng(run.seed + 1000).uniform(-1.0, 1.0, run.case.size)


def _found(rates: Any) -> Mapping[str, float]:
    import numpy as np

    return {"amplitude": float(np.sqrt(np.mean(np.square(rates))))}


def eqneuro(run: Run) -> Mapping[str, float]:
    weights, begin = _weights(run), _begin(run)
    with run.phase("import"):
        import eqneuro as ann
    with run.phase("build"):
        net = ann.Network(dt=DT, seed=run.seed, num_threads=run.threads)
        neuron = ann.Neuron(parameters=dict(tau=TAU), equations="tau*dr/dt + r = tanh(sum(exc))")
        units = net.create(run.case.size, neuron)
        units.r = begin
        _connect(net, units, weights)
    with run.phase("compile"):
        net.compile()
    net.step()
    with run.phase("simulate"):
        net.simulate(run.case.duration)
    return _found(units.r)


def annarchy(run: Run) -> Mapping[str, float]:
    weights, begin = _weights(run), _begin(run)
    with run.phase("import"):
        import ANNarchy as ann
    with run.phase("build"):
        net = ann.Network(dt=DT, seed=run.seed)
        net.config(num_threads=run.threads)
        neuron = ann.Neuron(parameters=dict(tau=TAU), equations=["tau*dr/dt + r = tanh(sum(exc))"])
        units = net.create(run.case.size, neuron)
        units.r = begin
        _connect(net, units, weights)
    with run.phase("compile"):
        net.compile(directory=str(run.folder / "annarchy"))
    net.step()
    with run.phase("simulate"):
        net.simulate(run.case.duration)
    return _found(units.r)


def _connect(net: Any, units: Any, weights: Any) -> None:
    """In the language that eqneuro and ANNarchy share."""
    projection = net.connect(units, units, "exc")
    if isinstance(weights, Synapses):
        projection.from_sparse(weights.to_scipy(len(units)).T.tocsr())  # (pre, post)
    else:
        projection.from_matrix(weights)


def brian2(run: Run) -> Mapping[str, float]:
    """A summed variable; the synapses are handed over as arrays."""
    weights, begin = _weights(run), _begin(run)
    with run.phase("import"):
        import brian2 as b2
        import numpy as np
    ms = b2.ms
    b2.set_device("cpp_standalone", build_on_run=False)
    b2.prefs.devices.cpp_standalone.openmp_threads = run.threads if run.threads > 1 else 0
    b2.defaultclock.dt = DT * ms
    with run.phase("build"):
        units = b2.NeuronGroup(
            run.case.size,
            """
            dr/dt = (tanh(total) - r)/tau : 1
            total : 1
            """,
            method="euler",
            namespace=dict(tau=TAU * ms),
        )
        units.r = begin
        synapses = b2.Synapses(
            units,
            units,
            """
            w : 1
            total_post = w*r_pre : 1 (summed)
            """,
        )
        if isinstance(weights, Synapses):
            synapses.connect(i=weights.pre, j=weights.post)
            synapses.w = weights.weights
        else:
            synapses.connect()
            synapses.w = np.ravel(weights.T)  # ordered by pre-synaptic neuron
    with run.phase("compile"):
        b2.run(run.case.duration * ms)
        b2.device.build(directory=str(run.folder / "brian2"), compile=True, run=False)
    b2.device.run(with_output=False)
    run.add("simulate", b2.device._last_run_time)
    return _found(units.r[:])


def nest(run: Run) -> Mapping[str, float]:
    """Rate units with a delay of one step; NEST's own update is exact for the decay."""
    weights, begin = _weights(run), _begin(run)
    with run.phase("import"):
        import nest as simulator
        import numpy as np
    simulator.verbosity = simulator.VerbosityLevel.ERROR
    with run.phase("build"):
        simulator.ResetKernel()
        simulator.resolution = DT
        simulator.local_num_threads = run.threads
        simulator.use_wfr = False  # no iterations within a step
        own = {"tau": TAU, "mu": 0.0, "sigma": 0.0, "g": 1.0, "theta": 0.0, "linear_summation": True}
        units = simulator.Create("tanh_rate_ipn", run.case.size, params=own)
        units.rate = begin
        model = "rate_connection_delayed"
        if isinstance(weights, Synapses):
            own = dict(weight=weights.weights, delay=np.full(len(weights.weights), DT), synapse_model=model)
            simulator.Connect(weights.pre + 1, weights.post + 1, "one_to_one", own)
        else:
            simulator.Connect(units, units, "all_to_all", dict(weight=weights, delay=DT, synapse_model=model))
        simulator.Prepare()
    simulator.Run(DT)
    with run.phase("simulate"):
        simulator.Run(run.case.duration)
    simulator.Cleanup()
    return _found(units.get("rate"))


def numpy(run: Run) -> Mapping[str, float]:
    """``W @ r`` by BLAS, for dense matrices."""
    if run.case.options["density"] < 1.0:
        raise NotImplementedError("sparse: see scipy")
    return _loop(run)


def scipy(run: Run) -> Mapping[str, float]:
    """``W @ r`` by compressed rows, for sparse matrices."""
    if run.case.options["density"] == 1.0:
        raise NotImplementedError("dense: see numpy")
    return _loop(run)


def _loop(run: Run) -> Mapping[str, float]:
    os.environ["OPENBLAS_NUM_THREADS"] = str(run.threads)  # read when numpy is loaded
    with run.phase("import"):
        import numpy as np
    weights, rates = _weights(run), _begin(run)
    matrix = weights.to_scipy(run.case.size) if isinstance(weights, Synapses) else weights
    with run.phase("simulate"):
        for _ in range(round(run.case.duration / DT)):
            rates += (DT / TAU) * (np.tanh(matrix @ rates) - rates)
    return _found(rates)
