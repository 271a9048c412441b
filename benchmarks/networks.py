"""The networks that are measured: COBA and CUBA as in Brette et al. (2007), after Vogels & Abbott (2005)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import eqneuro as ann

COBA = dict(
    parameters=dict(
        El=-60.0, Vr=-60.0, Vt=-50.0, Ee=0.0, Ei=-80.0, tau=20.0, tau_exc=5.0, tau_inh=10.0, I=20.0
    ),
    equations="""
        tau*dv/dt = El - v + g_exc*(Ee - v) + g_inh*(Ei - v) + I
        tau_exc*dg_exc/dt = -g_exc
        tau_inh*dg_inh/dt = -g_inh
    """,
    spike="v > Vt",
    reset="v = Vr",
    refractory=5.0,
)  # fmt: skip
"""Conductances in units of the leak's; I, in mV, keeps the network going: most fall silent within 1 s without it."""

CUBA = dict(
    parameters=dict(El=-49.0, Vr=-60.0, Vt=-50.0, tau=20.0, tau_exc=5.0, tau_inh=10.0),
    equations="""
        tau*dv/dt = El - v + g_exc + g_inh
        tau_exc*dg_exc/dt = -g_exc
        tau_inh*dg_inh/dt = -g_inh
    """,
    spike="v > Vt",
    reset="v = Vr",
    refractory=5.0,
)


@dataclass(frozen=True)
class Balanced:
    """A network of 4:1 excitatory and inhibitory neurons, 80 targets each on average, and the monitor of its spikes."""

    network: ann.Network
    population: ann.Population
    monitor: ann.Monitor

    def spikes(self) -> tuple[np.ndarray, np.ndarray]:
        """Steps and ranks of the spikes recorded since the last call, sorted by rank, then by step."""
        found = self.monitor.get("spike")
        steps = [np.asarray(found[rank], dtype=np.int64) for rank in sorted(found)]
        ranks = [np.full(len(one), rank) for rank, one in zip(sorted(found), steps, strict=True)]
        if not steps:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        return np.concatenate(steps), np.concatenate(ranks)


def coba(
    seed: int = 1, size: int = 4000, *, method: str | None = None, threads: int = 1, dtype: Any = None
) -> Balanced:
    return _balanced(COBA, (0.6, 6.7), seed, size, method, threads)


def cuba(
    seed: int = 1, size: int = 4000, *, method: str | None = None, threads: int = 1, dtype: Any = None
) -> Balanced:
    return _balanced(CUBA, (1.62, -9.0), seed, size, method, threads)


def _balanced(
    model: dict[str, Any],
    weights: tuple[float, float],
    seed: int,
    size: int,
    method: str | None,
    threads: int,
) -> Balanced:
    network = ann.Network(dt=0.1, seed=seed, num_threads=threads, method=method)
    population = network.create(size, ann.Neuron(**model))
    if model is COBA:
        population.v = ann.Normal(-55.0, 5.0)
        population.g_exc = ann.Normal(4.0, 1.5)
        population.g_inh = ann.Normal(20.0, 12.0)
    else:
        population.v = ann.Uniform(-60.0, -50.0)
    excitatory = size * 4 // 5
    for part, target, weight in (
        (population[:excitatory], "exc", weights[0]),
        (population[excitatory:], "inh", weights[1]),
    ):
        network.connect(part, population, target).fixed_probability(80.0 / size, weights=weight)
    return Balanced(network, population, network.monitor(population, "spike"))
