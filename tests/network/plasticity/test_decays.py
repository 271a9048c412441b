"""Event-driven variables decay by their closed form, however long the gap is and whoever shares the kernel."""

from __future__ import annotations

import numpy as np
import pytest

import eqneuro as ann

GAPS = [0.1, 0.2, 5.0, 102.3, 102.4, 102.5, 700.0]
"""In ms; tables of decays end at 1,024 steps."""


def trace(tau: float) -> ann.Synapse:
    """A trace that grows by 1 at each spike of either side."""
    return ann.Synapse(
        parameters=dict(tau=tau),
        equations="tau*dx/dt = -x : event-driven",
        pre_spike="x += 1.0",
        post_spike="x += 1.0",
        name="trace",
    )


def by_hand(times: np.ndarray, tau: float) -> float:
    """The trace just after the last spike."""
    return float(np.sum(np.exp(-(times[-1] - times) / tau)))


@pytest.mark.parametrize("threads", [1, 2])
def test_two_projections_that_share_a_kernel_decay_each_at_its_own_rate(threads):
    times = np.cumsum(GAPS)
    net = ann.Network(dt=0.1, num_threads=threads)
    source = net.create(ann.SpikeSourceArray([times.tolist()] * 3))
    cells = net.create(300, ann.Neuron(equations="v = g_exc*0.0", spike="v > 1.0"))
    projections = [net.connect(source, cells, "exc", trace(tau)) for tau in (20.0, 35.0)]
    for projection in projections:
        projection.all_to_all(1.0)
    net.simulate(times[-1] + 0.5)
    for projection, tau in zip(projections, (20.0, 35.0), strict=True):
        assert np.ravel(projection.x) == pytest.approx(by_hand(times, tau), rel=1e-12)


def test_post_synaptic_spikes_find_the_decay_of_the_gap_before():
    times = np.cumsum(GAPS)
    net = ann.Network(dt=0.1)
    silent = net.create(ann.SpikeSourceArray([[]] * 40))
    drive = net.create(ann.SpikeSourceArray([times.tolist()]))
    cells = net.create(2, ann.Neuron(equations="v = g_kick + 0.0*g_exc", spike="v > 0.5"))
    projection = net.connect(silent, cells, "exc", trace(50.0))
    projection.all_to_all(1.0)
    net.connect(drive, cells, "kick").all_to_all(1.0)
    net.simulate(times[-1] + 0.5)
    assert np.ravel(projection.x) == pytest.approx(by_hand(times, 50.0), rel=1e-12)


def test_another_rate_counts_from_the_next_event_on():
    net = ann.Network(dt=0.1)
    source = net.create(ann.SpikeSourceArray([[1.0, 11.0, 21.0]]))
    cells = net.create(1, ann.Neuron(equations="v = g_exc*0.0", spike="v > 1.0"))
    projection = net.connect(source, cells, "exc", trace(10.0))
    projection.all_to_all(1.0)
    net.simulate(15.0)
    assert projection.x[0][0] == pytest.approx(1.0 + np.exp(-1.0), rel=1e-12)
    projection.tau = 40.0
    net.simulate(10.0)
    assert projection.x[0][0] == pytest.approx(1.0 + (1.0 + np.exp(-1.0)) * np.exp(-0.25), rel=1e-12)
