"""Copies with smaller steps go on from where their network is, in the same state."""

from __future__ import annotations

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.network.refining import refined

from .checked import LIF, coba, one, same, state


def test_copy_with_the_same_step_runs_as_the_network_does() -> None:
    """From a state with spikes under way, refractory neurons and delays."""
    net = coba()
    net.simulate(20.0)
    copy = refined(net, 1)
    for each in (net, copy):
        each.simulate(30.0)
    assert same(state(net), state(copy))


def test_delays_refractory_times_and_spikes_under_way_stay_the_same_in_ms() -> None:
    net = ann.Network(dt=0.5, seed=1)
    source = net.create(ann.SpikeSourceArray([1.0, 4.0, 9.0]))
    cells = net.create(1, LIF, name="cells")
    projection = net.connect(source, cells, "exc").all_to_all(60.0, delays=3.0)
    net.simulate(2.5)  # the first spike is under way, for another 1.5 ms
    copy = refined(net, 4)
    assert copy.dt == 0.125
    assert copy.time == net.time
    assert copy.get_projections()[0].delay == projection.delay == 3.0
    arrivals = []
    for each in (net, copy):
        monitor = each.monitor(each.get_populations()[1], "g_exc")
        each.simulate(12.0)
        g = monitor.get("g_exc")[:, 0]
        arrivals.append(2.5 + each.dt * np.flatnonzero(np.diff(g, prepend=0.0) > 1.0))
    assert arrivals[0].tolist() == arrivals[1].tolist() == [4.0, 7.0, 12.0]
    cells_copy = copy.get_populations()[1]
    assert cells_copy.refractory == cells.refractory == 2.0


def test_neuron_that_is_refractory_now_wakes_at_the_same_time() -> None:
    net = one(LIF, 0.5)
    net.get_populations()[0].I = 100.0
    monitor = net.monitor(net.get_populations()[0], "spike")
    net.simulate(2.0)
    [[spike, *_]] = monitor.get("spike").values()
    copy = refined(net, 4)
    values = copy.monitor(copy.get_populations()[0], "v")
    copy.simulate(3.0)
    awake = 2.0 + 0.125 * np.flatnonzero(values.get("v")[:, 0] > 0.0)[0]
    assert awake == pytest.approx((spike + 0.25) * 0.5 + 2.0)  # frozen for 16 short steps after that of the spike


@pytest.mark.parametrize("until", [4.5, 11.0, 12.5, 13.0])
def test_spikes_within_steps_keep_their_moments(until: float) -> None:
    """Closed forms: spikes, what is under way and refractory times do not depend on the step at all."""
    net = ann.Network(dt=0.5, seed=1, spike_times="interpolated")
    cells = net.create(6, LIF, name="cells")
    cells.I = np.linspace(14.0, 24.0, 6)
    net.connect(cells, cells, "exc").fixed_probability(0.6, weights=4.0, delays=1.5)
    net.simulate(until)
    copy = refined(net, 4)
    trains = []
    for each in (net, copy):
        monitor = each.monitor(each.get_populations()[0], "spike")
        each.simulate(20.0)
        trains.append(monitor.spike_times())
    assert sum(map(len, trains[0].values())) > 5
    for rank, train in trains[0].items():
        np.testing.assert_allclose(trains[1][rank], train, rtol=0.0, atol=1e-9)


def test_schedules_keep_their_times() -> None:
    net = ann.Network(dt=1.0)
    every = net.create(ann.TimedArray([[1.0], [2.0], [3.0], [4.0]], schedule=0.0, period=4.0), name="each step")
    some = net.create(ann.TimedArray([[5.0], [7.0]], schedule=[0.0, 3.0]))
    readers = [net.create(1, ann.Neuron(equations="r = sum(exc)")) for _ in range(2)]
    for source, reader in zip((every, some), readers, strict=True):
        net.connect(source, reader, "exc").all_to_all(1.0)
    net.simulate(1.0)
    copy = refined(net, 2)
    monitors = [[each.monitor(each.get_populations()[k], "r") for k in (0, 1)] for each in (net, copy)]
    for each in (net, copy):
        each.simulate(5.0)
    for a, b in zip(*monitors, strict=True):
        assert np.array_equal(np.repeat(a.get("r"), 2, axis=0), b.get("r"))
