"""Statistics of spikes against numpy, and by hand."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.recording import spikes as statistics

TIMES = [[1.0, 3.0, 8.0, 10.0], [5.0, 25.0], [], [0.0, 12.0, 13.0, 29.0]]


def recorded(dt: float = 0.5, duration: float = 30.0) -> tuple[ann.Network, Any, Any]:
    net = ann.Network(dt=dt)
    source = net.create(ann.SpikeSourceArray(TIMES))
    m = net.monitor(source, "spike")
    net.simulate(duration)
    return net, source, m


def test_a_raster_has_times_and_ranks() -> None:
    _, _, m = recorded()
    times, ranks = m.raster_plot(m.get("spike", keep=True))
    np.testing.assert_allclose(times, np.concatenate(TIMES))
    np.testing.assert_array_equal(ranks, np.repeat(np.arange(4), [4, 2, 0, 4]))
    again, _ = m.raster_plot()
    np.testing.assert_array_equal(again, times)
    empty, none = m.raster_plot()
    assert (len(empty), len(none), none.dtype) == (0, 0, np.int64)


@pytest.mark.parametrize("width", [0.5, 1.0, 3.0, 5.0, 0.75, 7.3, 100.0])
def test_histograms_count_from_the_first_spike_to_the_last(width: float) -> None:
    _, _, m = recorded()
    spikes = m.get("spike")
    times = np.concatenate(TIMES)
    counts = m.histogram(spikes, bins=width)
    assert len(counts) == int(29.0 / width) + 1
    np.testing.assert_array_equal(
        counts, np.bincount(np.floor(times / width + 1e-9).astype(int), minlength=len(counts))
    )
    by_neuron = m.histogram(spikes, bins=width, per_neuron=True)
    assert by_neuron.shape == (4, len(counts))
    np.testing.assert_array_equal(by_neuron.sum(axis=0), counts)


def test_histograms_of_windows_and_of_nothing() -> None:
    _, _, m = recorded()
    spikes = m.get("spike")
    np.testing.assert_array_equal(m.histogram(spikes), m.histogram(spikes, bins=0.5))
    assert m.histogram({0: [12, 16], 1: [20]}, bins=1.0).tolist() == [1, 0, 1, 0, 1]
    assert m.histogram(spikes, bins=10.0, recording_window=(0.0, 30.0)).tolist() == [5, 3, 2, 0]
    assert m.histogram(spikes, bins=10.0, recording_window=(10.0, 20.0)).tolist() == [3, 0]
    assert m.histogram({0: []}).tolist() == []
    assert m.histogram({0: [], 1: []}, per_neuron=True).shape == (2, 0)
    for wrong in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match="bins must be a positive width"):
            m.histogram(spikes, bins=wrong)
    with pytest.raises(TypeError, match="dict of ranks"):
        m.histogram([1, 2, 3])


@pytest.mark.parametrize("dt", [0.1, 0.3, 0.01])
def test_bins_that_are_multiples_of_dt_have_exact_edges(dt: float) -> None:
    every = {0: list(range(300))}
    counts = statistics.histogram(every, dt, 3 * dt, False, None)
    assert counts.tolist() == [3] * 100


def test_intervals_and_their_variation() -> None:
    _, _, m = recorded()
    spikes = m.get("spike")
    isi = [np.diff(times) for times in TIMES]
    np.testing.assert_allclose(m.inter_spike_interval(spikes), np.concatenate(isi))
    np.testing.assert_allclose(m.inter_spike_interval(spikes, ranks=[3, 1]), np.concatenate([isi[3], isi[1]]))
    assert m.inter_spike_interval(spikes, per_neuron=True) == {k: isi[k].tolist() for k in (0, 1, 3)}
    np.testing.assert_allclose(m.coefficient_of_variation(spikes), [np.std(isi[k]) / np.mean(isi[k]) for k in (0, 3)])
    np.testing.assert_allclose(m.coefficient_of_variation(spikes, ranks=[3]), [np.std(isi[3]) / np.mean(isi[3])])
    assert m.inter_spike_interval({0: [], 1: [4]}) == []


def test_the_mean_rate_counts_the_time_that_was_recorded() -> None:
    net, source, m = recorded()
    assert m.mean_fr(m.get("spike")) == pytest.approx(10 / 4 / 0.030)
    source.reset()
    net.simulate(6.0)
    m.pause()
    net.simulate(5.0)
    m.resume()
    net.simulate(4.0)
    spikes = m.get("spike")
    count = sum(1 for times in TIMES for t in times if t < 6.0 or 11.0 <= t < 15.0)
    assert m.mean_fr(spikes) == pytest.approx(count / 4 / 0.010)
    with pytest.warns(RuntimeWarning, match="no time was recorded"):
        assert m.mean_fr() == 0.0


def instantaneous(times: list[float], steps: int, dt: float) -> np.ndarray:
    rate = np.zeros(steps)
    for before, after in pairwise(times):
        rate[round(before / dt) : round(after / dt)] = 1000.0 / (after - before)
    return rate


def low_pass(x: np.ndarray, dt: float, tau: float) -> np.ndarray:
    y = x.copy()
    for k in range(1, len(x)):
        y[k] = y[k - 1] + dt / tau * (x[k] - y[k - 1])
    return y


@pytest.mark.parametrize("dt", [1.0, 0.5, 0.1])
def test_rates_are_inverse_intervals_and_counts_low_passed(dt: float) -> None:
    net, source, m = recorded(dt)
    steps = round(30.0 / dt)
    for _ in range(2):
        spikes = m.get("spike")
        rates = np.array([instantaneous(times, steps, dt) for times in TIMES])
        np.testing.assert_allclose(m.smoothed_rate(spikes), rates)
        np.testing.assert_allclose(m.smoothed_rate(spikes, smooth=5.0), [low_pass(row, dt, 5.0) for row in rates])
        counts = np.bincount(np.round(np.concatenate(TIMES) / dt).astype(int), minlength=steps) * 1000.0 / dt / 4
        np.testing.assert_allclose(m.population_rate(spikes), counts)
        np.testing.assert_allclose(m.population_rate(spikes, smooth=5.0), low_pass(counts, dt, 5.0))
        source.reset()
        net.simulate(30.0)


def test_spikes_are_sorted_out_by_rank() -> None:
    steps, ranks = np.array([0, 0, 1, 2, 2]), np.array([3, 1, 3, 0, 3], dtype=np.int32)
    assert statistics.by_rank(steps, ranks, recorded=[3, 0, 2]) == {3: [0, 1, 2], 0: [2], 2: []}
