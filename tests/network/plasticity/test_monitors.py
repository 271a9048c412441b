"""Recordings of synapses are what these hold after each step, in the user's order, whatever becomes of the rows."""

import numpy as np
import pytest
from scenarios import Case, Change, Scenario

from eqneuro import Network, Neuron, SpikeSourceArray, Synapse

MIXED = np.array([[1, 3, 2, 1], [2, 2, 5, 1], [4, 1, 1, 3]])
HOLES = frozenset([(0, 1), (0, 2), (1, 0), (2, 3)])
SPIKING = Synapse(
    equations="dx/dt = -x/5.0 : event-driven\nth = th + post.x : postsynaptic\nn = n + 1 : projection, int, init=0",
    pre_spike="g_target += w\nx += 1.0\nw *= 0.9",
    post_spike="w += x",
)
RATE = Synapse(
    equations="w += 0.1*pre.r*post.r\nx = pre.x\nth = th + post.x : postsynaptic\nn = n + 1 : projection, int, init=0"
)


def scenario(spiking, **options):
    return Scenario([Case(SPIKING if spiking else RATE, **options)], spiking=spiking, memory=10)


@pytest.mark.filterwarnings("ignore:delays of projection .* changed while spikes travel")
@pytest.mark.parametrize("spiking", [True, False], ids=["spiking", "rate-coded"])
def test_recordings_are_what_is_held_after_each_step(spiking):
    network = scenario(spiking, missing=HOLES, delays=MIXED)
    [projection] = network.projections
    whole = network.net.monitor(projection, ["w", "x", "th", "n"])
    one = network.net.monitor(projection.dendrite(2), ["w", "x", "th", "n"])
    changes = {8: [Change(delays=2)], 15: [Change(delays=MIXED)], 20: [Change(values={"w": 0.25})]}
    [held] = network.run(25, changes)
    starts = [0, 2, 5, 8]
    flat = whole.get(keep=True, reshape=False)
    for name in ("w", "x"):
        np.testing.assert_array_equal(flat[name], held[name])
        rows = whole.get(name, keep=True)
        assert [part.shape for part in rows] == [(25, 2), (25, 3), (25, 3)]
        np.testing.assert_array_equal(np.concatenate(rows, axis=1), held[name])
        np.testing.assert_array_equal(one.get(name), held[name][:, starts[2] :])
    np.testing.assert_array_equal(whole.get("th"), held["th"])
    np.testing.assert_array_equal(one.get("th"), held["th"][:, 2])
    np.testing.assert_array_equal(whole.get("n"), np.arange(1, 26))
    np.testing.assert_array_equal(one.get("n"), np.arange(1, 26))


@pytest.mark.parametrize("spiking", [True, False], ids=["spiking", "rate-coded"])
def test_recordings_of_equally_many_synapses_are_one_array(spiking):
    network = scenario(spiking)
    monitor = network.net.monitor(network.projections[0], "w", period=2.0, period_offset=0.5)
    [held] = network.run(20)
    np.testing.assert_array_equal(monitor.get("w"), held["w"][1::4].reshape(5, 3, 4))


def test_threads_do_not_change_a_recording():
    recorded = []
    for threads in (1, 3):
        network = Scenario([Case(SPIKING, delays=np.tile([1, 3, 2], (700, 2)))], threads=threads, sizes=(6, 700))
        monitor = network.net.monitor(network.projections[0], ["w", "th"])
        network.net.simulate(12.0)
        recorded.append(monitor.get())
    for name, rows in recorded[0].items():
        np.testing.assert_array_equal(rows, recorded[1][name])
    assert np.ptp(recorded[0]["w"][-1] - recorded[0]["w"][0]) > 0


def test_what_is_one_number_for_all_synapses_is_recorded_for_each():
    net = Network(dt=1.0)
    source = net.create(SpikeSourceArray([[1.0], [2.0], [5.0]]))
    sink = net.create(2, Neuron(equations="v = g_exc", spike="v > 100.0"))
    projection = net.connect(source, sink, "exc").all_to_all(0.5)
    whole, one = net.monitor(projection, "w"), net.monitor(projection.dendrite(1), "w")
    net.simulate(2.0)
    projection.dendrite(1).w = [1.0, 2.0, 3.0]
    net.simulate(2.0)
    expected = np.full((4, 2, 3), 0.5)
    expected[2:, 1] = [1.0, 2.0, 3.0]
    np.testing.assert_array_equal(whole.get("w"), expected)
    np.testing.assert_array_equal(one.get("w"), expected[:, 1])


@pytest.mark.parametrize("spiking", [True, False], ids=["spiking", "rate-coded"])
def test_synapses_that_come_and_go_are_recorded_while_they_are_there(spiking):
    network = scenario(spiking, missing=HOLES)
    [projection] = network.projections
    monitor, one = network.net.monitor(projection, ["w", "th"]), network.net.monitor(projection.dendrite(2), "w")
    [before] = network.run(5)
    projection.dendrite(2).create_synapse(3, w=0.5)
    projection.dendrite(0).prune_synapse(3)
    [after] = network.run(5)
    old, new = monitor.get("w", reshape=False)[:5], monitor.get("w", keep=True, reshape=False)
    assert len(new) == 0
    kept = [0, 2, 3, 4, 5, 6, 7]  # of the synapses of before: all but the second one
    np.testing.assert_array_equal(old[:, :7], before["w"][:, kept])
    assert np.isnan(old[:, 7]).all()
    own = one.get("w")
    np.testing.assert_array_equal(own[5:], after["w"][:, 4:])
    np.testing.assert_array_equal(own[:5, :3], before["w"][:, 5:])
    assert np.isnan(own[:5, 3]).all()


def test_a_recording_of_synapses_becomes_an_xarray_dataset_with_the_ranks():
    pytest.importorskip("xarray")
    network = scenario(True, missing=HOLES)
    monitor = network.net.monitor(network.projections[0], ["w", "th", "n"])
    [held] = network.run(6)
    data = monitor.to_xarray()
    assert data.w.dims == ("time", "synapse")
    pairs = [(j, i) for j in range(3) for i in range(4) if (j, i) not in HOLES]
    assert list(zip(data.post.values.tolist(), data.pre.values.tolist(), strict=True)) == pairs
    np.testing.assert_array_equal(data.w.values, held["w"])
    assert (data.th.dims, data.n.dims) == (("time", "dendrite"), ("time",))
    np.testing.assert_array_equal(data.time.values, 0.5 * np.arange(6))


def test_a_recording_of_synapses_is_saved_and_drawn(tmp_path):
    network = scenario(False, missing=HOLES)
    monitor = network.net.monitor(network.projections[0], ["w", "th"])
    [held] = network.run(6)
    monitor.save(tmp_path / "synapses.npz", keep=True)
    with np.load(tmp_path / "synapses.npz") as file:
        np.testing.assert_array_equal(np.concatenate([file[f"w_{k}"] for k in range(3)], axis=1), held["w"])
        np.testing.assert_array_equal(file["th"], held["th"])
    assert len(monitor.plot()[0].lines) == 8


def test_what_synapses_do_not_have_is_refused():
    network = scenario(True)
    with pytest.raises(ValueError, match="has no attribute 'trace'"):
        network.net.monitor(network.projections[0], "trace")
    with pytest.raises(ValueError, match="another network"):
        Network().monitor(network.projections[0], "w")
    loose = network.net.connect(network.pre, network.post, "t0")
    with pytest.raises(RuntimeError, match="no synapses yet"):
        network.net.monitor(loose, "w")
