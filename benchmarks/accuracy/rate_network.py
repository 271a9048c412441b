"""A random network of rate neurons, tau r' = -r + sum_j W_ij tanh(r_j), which is chaotic in the long run.

The other problems are neurons by themselves; here all depends on how the coupling is read within a step. It is compared
over 20 ms, twice the time constant, before chaos would blow up what differs.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

import eqneuro as ann
from benchmarks.accuracy.exact_solution import Solution
from benchmarks.accuracy.measured import Run

NAME, TITLE = "rate_network", "Random network of 100 tanh rate neurons, g = 1.5 (Sompolinsky et al. 1988)"
SIZE, TAU, GAIN, LENGTH, SAMPLE = 100, 10.0, 1.5, 20.0, 2.0
METHODS = ("explicit", "exponential", "heun", "rk4")
BRIAN2 = ("euler", "exponential_euler", "rk4")


def connections() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The weights (post, pre) and the initial rates."""
    rng = np.random.default_rng(1)
    return GAIN / np.sqrt(SIZE) * rng.standard_normal((SIZE, SIZE)), rng.uniform(-1.0, 1.0, SIZE)


def solve() -> Solution:
    """The rate of the first neuron at the samples."""
    weights, start = connections()
    result = solve_ivp(
        lambda _, r: (weights @ np.tanh(r) - r) / TAU, (0.0, LENGTH), start, method="DOP853", rtol=1e-12, atol=1e-12,
        t_eval=np.arange(1, round(LENGTH / SAMPLE) + 1) * SAMPLE,
    )  # fmt: skip
    return Solution(result.y[0], np.array([]))


def run(method: str, dt: float, repeats: int = 3) -> Run:
    """The network on eqneuro."""
    weights, start = connections()
    neuron = ann.Neuron(
        parameters=dict(tau=TAU), equations="tau*dr/dt = -r + sum(exc)\ny = tanh(r)", name="rate neuron"
    )
    net = ann.Network(dt=dt, method=method)
    cells = net.create(SIZE, neuron)
    cells.r = start
    cells.y = np.tanh(start)
    net.connect(cells, cells, "exc", ann.Synapse(psp="w*pre.y")).from_matrix(weights)
    net.compile()
    values, seconds = [], []
    for _ in range(round(LENGTH / SAMPLE)):
        net.simulate(SAMPLE)
        values.append(float(cells.r[0]))
    for _ in range(repeats):
        begin = time.process_time()
        net.simulate(LENGTH)
        seconds.append(time.process_time() - begin)
    return Run("eqneuro", method, dt, tuple(values), None, 1e9 * float(np.median(seconds)) / SIZE / LENGTH)


def to_record() -> dict[str, Any]:
    """What the programs of the peers read."""
    weights, start = connections()
    return dict(
        name=NAME, weights=weights.tolist(), start=start.tolist(), tau=TAU, length=LENGTH, sample=SAMPLE, brian2=BRIAN2
    )
