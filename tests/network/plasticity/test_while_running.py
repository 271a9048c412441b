"""What a user does in the midst of a run: learning switched, delays, weights and parameters changed."""

import numpy as np
import pytest
from scenarios import Case, Change, compare, default_weights

from eqneuro import Synapse

pytestmark = pytest.mark.filterwarnings("ignore:delays of projection .* changed while spikes travel")

MIXED = np.array([[1, 3, 2, 1], [2, 2, 5, 1], [4, 1, 1, 3]])
"""Delays in steps."""
LATE = np.array([[6, 1, 2, 4], [1, 2, 9, 1], [1, 1, 3, 2]])
HOLES = frozenset([(0, 1), (0, 2), (1, 0), (2, 3)])

SPIKING = [
    dict(
        parameters="tau = 6.0",
        equations="tau*dx/dt = -x : event-driven\ntau*dy/dt = -y : event-driven",
        pre_spike="g_target += w\nx += 0.1\nw -= y : min=0.0",
        post_spike="y += 0.12\nw += x : max=1.0",
    ),
    dict(
        parameters="tau = 4.0",
        equations="tau*dx/dt = -x : exponential\nn = n + 1 : int, init=0\nw += 0.01*x",
        pre_spike="g_target += w*x\nx += 1.0",
        post_spike="w *= 0.9",
    ),
    dict(parameters="tau = 2.0 : postsynaptic", pre_spike="g_target += w*tau"),
    dict(parameters="tau = 2.0 : projection", psp="tau*w*(pre.x - post.x)"),
    dict(parameters="tau = 2.0", equations="3.0*dz/dt = -z : postsynaptic\nw = w + 0.01*z", pre_spike="z += 1.0"),
]
RATE = [
    dict(parameters="tau = 3.0", equations="w += 0.1*pre.r*post.r/tau"),
    dict(
        parameters="tau = 3.0 : postsynaptic",
        equations="tau*dth/dt = post.r - th : postsynaptic, exponential\nw += dt*(post.r - th)*pre.r*0.1",
    ),
    dict(parameters="tau = 3.0 : projection", equations="n = n + tau : projection\ntau*dw/dt = pre.x - w : midpoint"),
    dict(parameters="tau = 3.0", psp="w * pre.r/tau"),
    dict(parameters="tau = 3.0", psp="w * pre.r * pre.big/tau"),
]


def cases(texts, **options):
    return [Case(Synapse(**text), **options) for text in texts]


LEARNING = {
    "switched off and on": {5: [Change(learning=False)], 20: [Change(learning=True)], 28: [Change(learning=False)]},
    "with a period": {3: [Change(learning=True, period=4)], 30: [Change(learning=True)]},
    "with a period and offset": {
        5: [Change(learning=True, period=5, offset=3)],
        22: [Change(learning=False)],
        31: [Change(learning=True, period=2, offset=1)],
    },
}


@pytest.mark.parametrize("spiking", [True, False], ids=["spiking", "rate-coded"])
@pytest.mark.parametrize("changes", LEARNING.values(), ids=LEARNING)
def test_learning_is_switched(spiking, changes):
    compare(cases(SPIKING if spiking else RATE), spiking=spiking, changes=changes)


@pytest.mark.parametrize("spiking", [True, False], ids=["spiking", "rate-coded"])
@pytest.mark.parametrize(
    ("before", "after"), [(1, 3), (3, 1), (2, MIXED), (MIXED, 1), (MIXED, LATE), (LATE, MIXED), (1, MIXED)]
)
def test_delays_change_while_the_network_runs(spiking, before, after):
    """A delay says how far a synapse looks back, whatever it was before."""
    changes = {14: [Change(delays=after)], 29: [Change(delays=2)]}
    compare(
        cases(SPIKING if spiking else RATE, delays=before, missing=HOLES), spiking=spiking, changes=changes, memory=10
    )


@pytest.mark.parametrize("spiking", [True, False], ids=["spiking", "rate-coded"])
@pytest.mark.parametrize("delays", [1, MIXED], ids=["one delay", "delays of their own"])
def test_weights_and_parameters_change_while_the_network_runs(spiking, delays):
    changes = {
        7: [Change(values={"w": 0.7})],
        15: [Change(values={"tau": 5.0})],
        23: [Change(values={"w": default_weights(3, 4) - 0.2, "tau": 2.5})],
        24: [Change(delays=LATE)],
        30: [Change(values={"w": 0.1 * default_weights(3, 4)}, learning=False)],
    }
    compare(
        cases(SPIKING if spiking else RATE, delays=delays, missing=HOLES), spiking=spiking, changes=changes, memory=10
    )


def test_event_driven_variables_that_are_set_evolve_from_their_last_event():
    """What a user sets takes the place of what was there: time since the last event counts as before."""
    changes = {9: [Change(values={"x": 0.5, "y": 0.25})], 20: [Change(delays=MIXED)], 21: [Change(values={"x": 1.0})]}
    compare(cases(SPIKING[:1]), changes=changes, memory=10)
