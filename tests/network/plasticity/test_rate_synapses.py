"""Synapses between rate-coded neurons, in every combination, against the slow interpreter."""

import numpy as np
import pytest
from scenarios import Case, compare

from eqneuro import Synapse

MIXED = np.array([[1, 3, 2, 1], [2, 2, 5, 1], [4, 1, 1, 3]])
"""Delays in steps."""
HOLES = frozenset([(0, 1), (0, 2), (1, 0), (2, 3)])
NO_ROW = frozenset([(1, 0), (1, 1), (1, 2), (1, 3)])

PSPS = [
    dict(psp=psp, operation=operation, **more)
    for operation in ("sum", "mean", "max", "min")
    for psp, more in (
        ("w * pre.r", {}),
        ("w * (pre.r - post.r) + pre.k*pre.c", {}),
        ("w * pre.big - post.a * d", dict(equations="w += 0.01*pre.x")),
        ("w * (pre.r - mean(pre.r))/norm2(post.r) + e - f", dict(parameters="e = 1.0\nf = 2 : postsynaptic, int")),
    )
]
METHODS = ("explicit", "midpoint", "heun", "rk4", "implicit", "semiimplicit", "exponential")
LEARNING = [
    dict(equations="w += 0.1*pre.r*post.r"),
    dict(equations="w = clip(w + 0.1*pre.x*post.x*mean(pre.r), 0.0, 1.0)"),
    dict(equations="w += 0.05*(pre.r - mean(pre.r))*(post.r - max(post.r)) : min=0.25, max=0.9"),
    dict(equations="w += 0.1*pre.big*post.c*pre.k"),
    dict(equations="n = n + 1.6 : int, init=0\nq = (pre.x > post.x) : bool\nw += 0.1*n*q"),
    dict(equations="10.0*dth/dt + th = post.r^2 : postsynaptic\nw += 0.1*post.r*(post.r - th)*pre.r : min=0.0"),
    dict(
        equations="w += 0.1*g*th*pre.x\nth = post.x + g : postsynaptic\n"
        "g = 0.9*g + norm1(pre.x)*dt : projection, init=1.0"
    ),
    dict(equations="w -= 0.01*post.sum(t0)*dt\ne = post.sum(t5) : postsynaptic"),
    dict(parameters="eta = 0.1\ntau = 5.0 : postsynaptic", equations="tau*dw/dt = eta*(pre.r - w) : exponential"),
    dict(functions="f(x) = x^2/(1.0 + x^2)", equations="w += 0.1*f(pre.r)*d", psp="f(w*pre.r)", operation="max"),
] + [
    dict(equations=f"3.0*dx/dt = pre.r - x + 0.01*t : {m}\ndw/dt = (x*post.r - w)/20.0 : {m}, max=0.4") for m in METHODS
]  # fmt: skip


def cases(texts, **options):
    return [Case(Synapse(**text), **options) for text in texts]


@pytest.mark.parametrize(
    "options",
    [{}, {"delays": MIXED, "missing": HOLES}, {"delays": 3, "missing": NO_ROW, "weights": 0.5}],
    ids=["all to all", "delays of their own", "one delay"],
)
@pytest.mark.parametrize("texts", [PSPS, LEARNING], ids=["psp", "learning"])
def test_rate_coded_synapses_do_what_they_say(texts, options):
    compare(cases(texts, **options), spiking=False, steps=30)
