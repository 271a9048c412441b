"""Recordings as files, in xarray, neo and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

import eqneuro as ann

mpl.use("Agg")

MODEL = ann.Neuron(
    parameters="inc = 1.0",
    equations="clock = t : population\nv += inc : init=0.0",
    spike="v >= 3.0",
    reset="v = 0.0",
)


@pytest.fixture
def recorded() -> tuple[ann.Network, Any]:
    net = ann.Network(dt=0.5)
    population = net.create((2, 3), MODEL, name="cells")
    population.inc = np.arange(6.0).reshape(2, 3)
    m = net.monitor(population, ["v", "clock", "spike"], period=1.0, name="watch")
    net.simulate(2.0)
    m.pause()
    net.simulate(1.0)
    m.resume()
    net.simulate(2.0)
    return net, m


MOMENTS = np.array([0.0, 1.0, 3.0, 4.0])


def test_one_variable_is_saved_as_npy_and_several_as_npz(recorded: Any, tmp_path: Path) -> None:
    _, m = recorded
    m.save(tmp_path / "new" / "v.npy", "v", keep=True)
    v = m.get("v", keep=True)
    np.testing.assert_array_equal(np.load(tmp_path / "new" / "v.npy"), v)
    m.save(str(tmp_path / "flat.npy"), "v", keep=True, reshape=False)
    assert np.load(tmp_path / "flat.npy").shape == (4, 6)
    m.save(tmp_path / "spikes.npz", "spike", keep=True)
    times, ranks = m.raster_plot(m.get("spike", keep=True))
    with np.load(tmp_path / "spikes.npz") as file:
        np.testing.assert_array_equal(file["spike_times"], times)
        np.testing.assert_array_equal(file["spike_ranks"], ranks)
    m.save(tmp_path / "all.npz")
    with np.load(tmp_path / "all.npz") as file:
        assert sorted(file) == ["clock", "spike_ranks", "spike_times", "v"]
        np.testing.assert_array_equal(file["v"], v)
        np.testing.assert_array_equal(file["clock"], MOMENTS)
    assert m.get("v").shape == (0, 2, 3)


def test_a_dataset_has_the_times_of_the_rows(recorded: Any) -> None:
    pytest.importorskip("xarray")
    net, m = recorded
    m.start("inc")
    net.simulate(1.0)
    data = m.to_xarray()
    assert data["v"].dims == ("time", "x", "y")
    np.testing.assert_array_equal(data["time"], [*MOMENTS, 5.0])
    np.testing.assert_array_equal(data["clock"], data["time"])
    np.testing.assert_array_equal(data["v"].sel(time=3.0), m.get("v", keep=True)[2])
    assert data["inc"].dims == ("time_inc", "x", "y")
    np.testing.assert_array_equal(data["time_inc"], [5.0])
    times, ranks = m.raster_plot(m.get("spike"))
    np.testing.assert_array_equal(data["spike_time"], times)
    np.testing.assert_array_equal(data["spike_rank"], ranks)
    assert data["time"].attrs["units"] == "ms"
    assert data.attrs == {"monitor": "watch", "dt": 0.5}


def test_a_segment_has_trains_and_signals(recorded: Any) -> None:
    pytest.importorskip("neo")
    net, m = recorded
    segment = m.to_neo()
    assert segment.name == "watch"
    spikes = m.get("spike", keep=True)
    assert [train.name for train in segment.spiketrains] == [f"spike {k}" for k in range(6)]
    for train, steps in zip(segment.spiketrains, spikes.values(), strict=True):
        np.testing.assert_allclose(train.rescale("ms").magnitude, 0.5 * np.array(steps))
        assert (float(train.t_start), float(train.t_stop)) == (0.0, 5.0)
    v, clock = segment.irregularlysampledsignals
    np.testing.assert_array_equal(v.times.rescale("ms").magnitude, MOMENTS)
    np.testing.assert_array_equal(v.magnitude, m.get("v", keep=True, reshape=False))
    np.testing.assert_array_equal(clock.magnitude.ravel(), MOMENTS)
    m.reset()
    net.simulate(3.0)
    [v, clock] = m.to_neo().analogsignals
    np.testing.assert_allclose(v.times.rescale("ms").magnitude, [5.0, 6.0, 7.0])
    np.testing.assert_allclose(clock.magnitude.ravel(), [5.0, 6.0, 7.0])


def test_a_picture_leaves_the_data() -> None:
    net = ann.Network(dt=0.5)
    m = net.monitor(net.create(3, MODEL), "v")
    net.simulate(5.0)
    axes = np.ravel(m.plot())
    np.testing.assert_array_equal(axes[0].lines[0].get_xdata(), 0.5 * np.arange(10))
    assert m.get("v").shape == (10, 3)
    mpl.pyplot.close("all")
