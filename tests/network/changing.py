"""Networks whose synapses come and go, and what they hold, for several tests."""

from __future__ import annotations

from typing import Any

import eqneuro as ann

SOURCE = ann.Neuron(parameters="x = 0.0", equations="r = x")
SUM = ann.Neuron(parameters="x = 0.0", equations="r = sum(exc) + 0.0*x")
CLOCK = ann.Neuron(parameters="period = 3.0; phase = 0.0", equations="c = t - phase", spike="modulo(c, period) == 0.0")
COUNT = ann.Neuron(
    parameters="period = 4.0; phase = 1.0",
    equations="c = t - phase\nseen = g_exc",
    spike="modulo(c, period) == 0.0",
)
STDP = dict(
    parameters="tau = 10.0 : projection; A = 0.1 : projection; c = 0.0",
    equations="tau*dp/dt = -p : event-driven\ntau*dq/dt = -q : event-driven",
    pre_spike="g_target += w\np += A\nw -= q",
    post_spike="q += A\nw += p",
)


def network(pre: int = 5, post: int = 4, models: tuple[Any, Any] = (SOURCE, SUM), **options: Any) -> tuple[Any, ...]:
    net = ann.Network(**{"dt": 1.0, "seed": 7, **options})
    return net, net.create(pre, models[0], name="a"), net.create(post, models[1], name="b")


def diagonal(net: Any, a: Any, b: Any, weights: Any = 1.0, delays: Any = 0.0, synapse: Any = None) -> Any:
    """Neuron k to neuron k."""
    return net.connect(a[: b.size], b, "exc", synapse).one_to_one(weights, delays)


def pairs(projection: Any) -> set[tuple[int, int]]:
    """(pre, post)"""
    return {(pre, d.post_rank) for d in projection for pre in d.pre_ranks}


def table(projection: Any, name: str) -> dict[tuple[int, int], float]:
    """An attribute of each synapse, read one by one."""
    return {(s.rank, d.post_rank): getattr(s, name) for d in projection for s in d}
