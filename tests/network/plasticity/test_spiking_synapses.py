"""Synapses between spiking neurons, in every combination, against the slow interpreter."""

import numpy as np
import pytest
from scenarios import Case, compare

from eqneuro import Synapse

MIXED = np.array([[1, 3, 2, 1], [2, 2, 5, 1], [4, 1, 1, 3]])
"""Delays in steps."""
HOLES = frozenset([(0, 1), (0, 2), (1, 0), (2, 3)])
NO_ROW = frozenset([(1, 0), (1, 1), (1, 2), (1, 3)])

EVENTS = [
    dict(pre_spike="g_target += w"),
    dict(pre_spike="g_target += w * pre.x + post.x"),
    dict(pre_spike="g_target += w\nw += 0.1"),
    dict(pre_spike="w += 0.1\ng_target += w"),
    dict(post_spike="w += 0.1"),
    dict(pre_spike="w *= 0.9 : min=0.2", post_spike="w += 0.1*post.x + 0.01*pre.k : max=0.8"),
    dict(pre_spike="g_target += 2.0*w\nw -= 0.05*(t - t_post < 3.0)", post_spike="w += 0.1*exp((t_pre - t)/5.0)"),
    dict(pre_axon_spike="g_target -= 0.5*w"),
    dict(pre_spike="g_target += w", pre_axon_spike="g_target -= 0.5*w\nw += 0.01"),
    dict(psp="w * pre.x"),
    dict(psp="w * (pre.x - post.x)", pre_spike="w += 0.1"),
    dict(psp="w * pre.big + d", post_spike="w -= 0.1*d"),
    dict(parameters="e = 2.0\nf = 3.0 : postsynaptic\nh = 0.5 : projection", pre_spike="g_target += (e + f)*w*h"),
    dict(parameters="e = 2 : int\nf = 3 : postsynaptic, int\nb = True : bool", pre_spike="g_target += w*e/f*b"),
    dict(
        equations="n = n : init=0, int\nq = q : bool, init=False",
        pre_spike="n += 1.7\nq = not q\ng_target += n*w + q",
    ),
    dict(equations="s = s : postsynaptic, init=1.0", pre_spike="s += w\ng_target += s"),
    dict(
        equations="s = s : init=1.0",
        pre_spike="g_target += w : unless_post\ns += 1.0 : unless_post\nw += 0.1 : unless_post",
    ),
    dict(pre_spike="g_target = max(g_target, w)"),
    dict(
        equations="last = last : init=-1.0",
        pre_spike="last = pre.k + 100.0*post.k\ng_target += w*mean(pre.x) - max(post.x)",
    ),
    dict(equations="w += 0.01*pre.x*post.x : max=2.0"),
    dict(equations="dw/dt = 0.1*(1.0 - w) : exponential", pre_spike="g_target += w"),
]  # fmt: skip


def cases(texts, **options):
    return [Case(Synapse(**text), **options) for text in texts]


def test_events_do_what_they_say():
    compare(cases(EVENTS))


def test_events_with_delays_of_their_own_on_sparse_connections():
    compare(cases(EVENTS, delays=MIXED, missing=HOLES))


def test_events_with_one_delay_and_neurons_without_synapses():
    compare(cases(EVENTS, delays=3, missing=NO_ROW, weights=0.5))


METHODS = ("explicit", "midpoint", "heun", "rk4", "implicit", "semiimplicit", "exponential")
ODES = [
    dict(
        parameters="tau = 3.0",
        equations=f"tau*dx/dt = -x + 0.1*pre.x*t : {method}\ndy/dt = x - 0.2*y + post.k : {method}\nz = x + y",
        pre_spike="x += 1.0\ng_target += w*z",
        post_spike="y -= 0.5\nw += 0.01*x",
    )
    for method in METHODS
] + [
    dict(
        parameters="tau = 3.0 : projection",
        equations="tau*dx/dt = y - x : exponential, max=0.5\ndy/dt = -y/tau + x : explicit, min=-0.2\n"
        "du/dt = (post.x - u)/tau : postsynaptic",
        pre_spike="g_target += w*u\ny += 1.0",
    ),
    dict(
        equations="m = mean(post.x) : projection\ntau = 2.0 + m : projection\n"
        "th = th + post.x*m : postsynaptic, init=0.5\ndw/dt = (th - w)/tau : exponential, min=0.0",
        pre_spike="g_target += w",
    ),
    dict(
        equations="dw/dt = (post.k - w)*0.1 : midpoint\nw2 = 2.0*w + dt : init=1.0",
        pre_spike="g_target += w2",
        post_spike="w -= 0.1",
    ),
]  # fmt: skip
DRIVEN = [
    dict(
        equations="10.0*dx/dt = -x : event-driven\n7.0*dy/dt = 0.5 - y : event-driven, init=0.25",
        pre_spike="g_target += w*x\nx += 1.0\nw -= y",
        post_spike="y += 1.0\nw += x",
    ),
    dict(
        equations="dx/dt = -x/5.0 : exact\ndy/dt = (x - y)/5.0 : exact\ndz/dt = -0.1*z + 0.3*x : exact",
        pre_spike="x += 1.0\ng_target += w*y + z",
    ),
    dict(
        parameters="tau = 4.0",
        equations="tau*dx/dt = -x : event-driven\n2.0*dy/dt = x - y : exponential",
        pre_spike="x += 1.0\ng_target += w*y",
    ),
    dict(
        equations="dx/dt = 1.0 : event-driven\ndy/dt = 0.1*w - 0.3*y : event-driven, init=1.0",
        pre_spike="g_target += x*y",
        post_spike="x = 0.0",
    ),
    dict(
        equations="4.0*dx/dt = -x : event-driven\n3.0*dz/dt = -z : event-driven",
        pre_axon_spike="x += 1.0\ng_target += w*z",
        pre_spike="z += 1.0\ng_target += x",
    ),
    dict(
        equations="4.0*dx/dt = -x : event-driven, max=0.6", pre_spike="x += 1.0\ng_target += w*x", post_spike="w += x"
    ),
    dict(equations="4.0*dx/dt = -x : event-driven", psp="w*pre.x + x", pre_spike="x += 1.0"),
]  # fmt: skip
TIMES = [
    dict(
        equations="a = a : init=0.0",
        pre_spike="g_target += w*exp(-(t - t_post)/5.0)\na = exp((t_post - t)/3.0)*(t - t_pre)",
        post_spike="w += 0.1*exp(-(t - t_pre)/5.0)",
    ),
    dict(post_spike="w += if t - t_pre < 4.0: 0.1 else: -0.01", pre_spike="g_target += w*(t_post > 3.0)"),
    dict(equations="a = 2.0*exp((t_pre - t)/4.0)*exp((t_post - t)/2.0)", pre_spike="g_target += w*a"),
    dict(psp="w*exp(-(t - t_pre)/3.0) - exp(-(t - t_post)/7.0)*d", pre_spike="w += 0.1"),
    dict(pre_spike="g_target += w*exp(-(t - t_pre)/5.0)"),
    dict(parameters="tau = 5.0", post_spike="w += 0.1*(exp(-(t - t_pre)/tau) - 0.5*exp(-(t - t_pre)/(2.0*tau)))"),
    dict(psp="w*exp(-(t - t_pre)/3.0)"),
    dict(psp="w*pre.x*d*mean(post.x)"),
]  # fmt: skip


@pytest.mark.parametrize("options", [{}, {"delays": MIXED, "missing": HOLES}], ids=["all to all", "sparse"])
@pytest.mark.parametrize("texts", [ODES, DRIVEN, TIMES], ids=["odes", "event-driven", "times of spikes"])
def test_equations_by_every_method_and_times_of_spikes(texts, options):
    compare(cases(texts, **options))
