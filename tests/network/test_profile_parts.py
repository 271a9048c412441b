"""The parts of a profile: what spikes cost, bytes, sheets, the machine's bandwidth; kernels that few networks have."""

from __future__ import annotations

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.engine.bandwidth import memory_bandwidth
from eqneuro.engine.sheet import UNCOUNTED, Sheet
from eqneuro.network.profile_notes import Traffic
from eqneuro.network.profile_scan import seconds_of_a_spike
from eqneuro.network.profile_text import count_text, rate_text, share_text, time_text

NANOSECOND = 1e-9


def steps(rng: np.random.Generator, mean: float, base: float, cost: float, threads: int = 1) -> np.ndarray:
    """Times of 2,000 steps with noise of a tenth, and every hundredth one much longer: another program was there."""
    spikes = rng.poisson(mean, 2000)
    seconds = base * rng.normal(1.0, 0.1, 2000) + cost * spikes
    seconds[::100] += 1e-3
    return np.stack([seconds, spikes, np.full(2000, threads)], axis=1)


# -- what spikes cost -----------------------------------------------------------------------------------------------


def test_the_cost_of_a_spike_is_the_slope_whatever_disturbs_some_steps() -> None:
    rng = np.random.default_rng(1)
    found = seconds_of_a_spike(steps(rng, 8.0, 1000 * NANOSECOND, 30 * NANOSECOND)[None])
    # medians of 12 bins: the error of a slope over 2,000 steps is 1.25 * 100 ns / sqrt(2000 * 8)
    assert abs(found - 30 * NANOSECOND) < 5 * 1.25 * 100 * NANOSECOND / np.sqrt(2000 * 8.0)


def test_steps_on_one_thread_and_on_two_are_not_compared_with_each_other() -> None:
    rng = np.random.default_rng(2)
    alone = steps(rng, 16.0, 2000 * NANOSECOND, 30 * NANOSECOND)
    first, second = (steps(rng, 8.0, 1000 * NANOSECOND, 30 * NANOSECOND, threads=2) for _ in range(2))
    idle = np.zeros_like(alone)
    samples = np.stack([np.concatenate([alone, first]), np.concatenate([idle, second])])
    assert abs(seconds_of_a_spike(samples) / NANOSECOND - 30.0) < 5.0  # 125 where all were one cloud


@pytest.mark.parametrize("mean", [0.0, 5.0])
def test_nothing_is_said_where_spikes_cost_nothing_or_there_are_none(mean: float) -> None:
    rng = np.random.default_rng(3)
    assert seconds_of_a_spike(steps(rng, mean, 1000 * NANOSECOND, 0.0)[None]) == 0.0


def test_nothing_is_said_of_a_few_steps() -> None:
    rng = np.random.default_rng(4)
    assert seconds_of_a_spike(steps(rng, 8.0, 1000 * NANOSECOND, 100 * NANOSECOND)[None, :50]) == 0.0


# -- bytes, sheets, words -------------------------------------------------------------------------------------------


def test_shared_entries_count_once_a_step() -> None:
    traffic = Traffic(each=10.0, step=100.0, shared=((16, 50), (8, 1000)))
    # 200 events a step: all 50 entries of the first are met, and at most 200 of the second
    assert traffic.total(2000.0, 10) == 2000 * 10 + 10 * (100 + 16 * 50 + 8 * 200)


def test_a_sheet_without_steps_tells_nothing() -> None:
    reading = Sheet([UNCOUNTED, UNCOUNTED], threads=2).read()
    assert (reading.steps, reading.timed, reading.loop) == (0, 0, 0.0)
    assert reading.wall.tolist() == [0.0, 0.0, 0.0]


def test_bandwidth_is_measured_once() -> None:
    first = memory_bandwidth(1, 2**20)
    assert 1e8 < first < 1e13
    assert memory_bandwidth(1, 2**20) == first


def test_words_have_three_digits_and_a_unit() -> None:
    assert [time_text(t) for t in (0.0, 1.234e-9, 9.996e-7, 0.12345, 12.34)] == [
        "0.00 ns", "1.23 ns", "1.00 µs", "123 ms", "12.3 s",
    ]  # fmt: skip
    assert [count_text(c) for c in (12.0, 12345.0, 1.5e7, 2e9)] == ["12", "12,345", "15.0 M", "2.00 G"]
    assert [share_text(s) for s in (0.0, 0.1234, 0.9999)] == ["0.0 %", "12.3 %", "100 %"]
    assert rate_text(1.234e10) == "12.3 GB/s"


# -- kernels that few networks have ---------------------------------------------------------------------------------


def test_axon_spikes_and_continuous_currents_of_spiking_synapses_are_counted() -> None:
    axon = ann.Neuron(
        equations="v = v + 1.0 : init=0.0", spike="v >= 4.0", reset="v = 0.0",
        axon_spike="v == 2.0", axon_reset="v += 0.0", parameters="",
    )  # fmt: skip
    listener = ann.Neuron(equations="v = g_exc + g_mod", parameters="", spike="v > 1e9")
    net = ann.Network(dt=1.0, seed=1)
    pre, post = net.create(6, axon, name="pre"), net.create(5, listener, name="post")
    synapse = ann.Synapse(parameters="x = 1.0", pre_axon_spike="g_target += x", pre_spike="g_target += w")
    net.connect(pre, post, "exc", synapse, name="axons").all_to_all(1.0)
    current = ann.Synapse(psp="w * pre.v", pre_spike="w += 0.0")
    net.connect(pre, post, "mod", current, name="currents").all_to_all(0.1)
    axons, spikes = net.monitor(pre, "axon_spike"), net.monitor(pre, "spike")
    profile = net.profile(40.0, every=1)
    early = sum(step < 39 for train in spikes.get("spike").values() for step in train)
    early_axons = sum(step < 39 for train in axons.get("axon_spike").values() for step in train)
    assert early > 0
    assert early_axons > 0
    assert profile.of("delivery", "axons").count == early * 5
    assert profile.of("delivery", "axons", "axon spikes").count == early_axons * 5
    assert profile.of("delivery", "currents").count == early * 5
    assert profile.of("delivery", "currents", "psp").count == 6 * 5 * 40
    assert all(row.part not in net._runner.compiled.functions for row in profile.rows)


def test_filters_are_counted_by_their_places() -> None:
    unit = ann.Neuron(equations="r = sum(exc) + 1.0", parameters="")
    net = ann.Network(dt=1.0, seed=1)
    image, layer = net.create((8, 8), unit, name="image"), net.create((8, 8), unit, name="layer")
    filters = ann.Convolution(image, layer, target="exc", name="filters")
    net.connect(filters).connect_filter(weights=np.ones((3, 3)))
    profile = net.profile(10.0, every=1)
    assert profile.of("delivery", "filters").count == 64 * 9 * 10
