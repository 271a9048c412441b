"""Spikes at random at constant rates: each neuron and step is a trial by itself, whatever the gaps are drawn for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, chi2, norm

import eqneuro as ann
from eqneuro.codegen.layout import GAP_BYTES
from eqneuro.network.poisson import GAP_NEURONS, GAP_STATE

DT = 0.1


def source(size: int, rates: Any, seed: int = 1, **settings: Any) -> tuple[ann.Network, Any, Any]:
    """A network with nothing but a source, and the monitor of its spikes."""
    net = ann.Network(dt=DT, seed=seed, **settings)
    cells = net.create(ann.PoissonPopulation(size, rates=rates))
    return net, cells, net.monitor(cells, "spike")


def raster(monitor: Any, size: int, steps: int) -> np.ndarray:
    """Whether neurons spiked, shape (size, steps)."""
    found = monitor.get("spike")
    table = np.zeros((size, steps), dtype=bool)
    for rank, when in found.items():
        table[rank, when] = True
    return table


def assert_binomial(counts: np.ndarray, trials: int, chances: np.ndarray, least: float = 1e-4) -> None:
    """χ² of independent binomial counts, by their normal scores."""
    scores = (counts - trials * chances) / np.sqrt(trials * chances * (1.0 - chances))
    assert least < chi2.sf(np.sum(scores**2), counts.size) < 1.0 - least


@pytest.mark.parametrize("rate", [20.0, 500.0, 5000.0])
@pytest.mark.parametrize("size", [1, 100, 700, GAP_NEURONS + 500])
def test_counts_are_binomial_in_each_neuron_and_each_step(rate, size):
    steps = 100_000 if size == 1 else 4000 if size < GAP_NEURONS else 1000
    net, _, monitor = source(size, rate)
    net.simulate(steps * DT)
    table = raster(monitor, size, steps)
    chance = rate * DT / 1000.0
    total = binom(table.size, chance)
    assert 1e-4 < total.cdf(table.sum()) < 1.0 - 1e-4
    if size > 1:
        assert_binomial(table.sum(axis=1), steps, np.full(size, chance))
    if size * chance > 5.0:
        assert_binomial(table.sum(axis=0), size, np.full(steps, chance))


def test_intervals_are_geometric():
    steps, size, chance = 50_000, 300, 0.02
    net, _, monitor = source(size, chance * 1000.0 / DT)
    net.simulate(steps * DT)
    table = raster(monitor, size, steps)
    intervals = np.concatenate([np.diff(np.flatnonzero(row)) for row in table])
    edges = np.arange(1, 200)
    seen = np.bincount(np.minimum(intervals, 200), minlength=201)[1:]
    wanted = np.append(chance * (1.0 - chance) ** (edges - 1), (1.0 - chance) ** 199) * len(intervals)
    assert 1e-4 < chi2.sf(np.sum((seen - wanted) ** 2 / wanted), len(wanted) - 1) < 1.0 - 1e-4


def test_neurons_and_steps_are_independent():
    steps, size, chance = 20_000, 260, 0.05
    net, _, monitor = source(size, chance * 1000.0 / DT)
    net.simulate(steps * DT)
    table = raster(monitor, size, steps).astype(float) - chance
    spread = chance * (1.0 - chance)
    pairs = {
        "neighbours": (table[:-1], table[1:]),
        "over the border of blocks": (table[255:256], table[256:257]),
        "in the next step": (table[:, :-1], table[:, 1:]),
        "the neighbour in the next step": (table[:-1, :-1], table[1:, 1:]),
        "over the border of windows": (table[:, 255:-1:256], table[:, 256::256]),
    }
    for name, (first, second) in pairs.items():
        score = float(np.sum(first * second)) / (spread * np.sqrt(first.size))
        assert abs(score) < norm.isf(1e-5), name


def test_each_neuron_has_its_own_rate():
    steps, size = 10_000, GAP_NEURONS + 300
    rates = np.linspace(0.0, 400.0, size)
    rates[300:320] = 0.0
    net, _, monitor = source(size, rates)
    net.simulate(steps * DT)
    counts = raster(monitor, size, steps).sum(axis=1)
    assert not counts[rates == 0.0].any()
    on = rates > 5.0
    assert_binomial(counts[on], steps, rates[on] * DT / 1000.0)


def test_a_rate_beyond_one_spike_a_step_spikes_in_every_step():
    net, _, monitor = source(3, [10_000.0, 25_000.0, 5_000.0])
    with pytest.warns(UserWarning, match="once in a step of 0.1 ms at most, which is 10000 Hz, not 25000") as caught:
        net.simulate(2000 * DT)
    assert caught[0].filename == __file__
    counts = raster(monitor, 3, 2000).sum(axis=1)
    assert counts[0] == counts[1] == 2000
    assert 1e-4 < binom(2000, 0.5).cdf(counts[2]) < 1.0 - 1e-4


def test_other_rates_count_from_then_on():
    net, cells, monitor = source(500, 10.0)
    net.simulate(1000.0)
    cells.rates = 80.0
    net.simulate(1000.0)
    cells.rates = np.where(np.arange(500) < 250, 0.0, 200.0)
    net.simulate(1000.0)
    table = raster(monitor, 500, 30_000).reshape(500, 3, 10_000).sum(axis=2)
    assert_binomial(table[:, 0], 10_000, np.full(500, 1e-3))
    assert_binomial(table[:, 1], 10_000, np.full(500, 8e-3))
    assert not table[:250, 2].any()
    assert_binomial(table[250:, 2], 10_000, np.full(250, 2e-2))


def test_rates_that_follow_the_spikes_are_not_biased():
    """Each step's rate is chosen by whether the step before had a spike: what was drawn ahead must not show."""
    net, cells, monitor = source(1, 1000.0, seed=2)
    seen: dict[float, list[bool]] = {500.0: [], 4000.0: []}
    rate = 500.0
    for _ in range(6000):
        cells.rates = rate
        net.step()
        has_spiked = len(monitor.get("spike")[0]) > 0
        seen[rate].append(has_spiked)
        rate = 4000.0 if has_spiked else 500.0
    for value, spikes in seen.items():
        assert 1e-4 < binom(len(spikes), value * DT / 1000.0).cdf(sum(spikes)) < 1.0 - 1e-4


def test_the_same_bits_on_any_threads_and_however_a_run_is_cut(tmp_path):
    size, steps = 1500, 3000
    rates = np.linspace(5.0, 300.0, size)
    net, _, monitor = source(size, rates)
    net.simulate(steps * DT)
    whole = raster(monitor, size, steps)
    for threads in (2, 3, 4):
        net, _, monitor = source(size, rates, num_threads=threads)
        for part in (1, 255, 744, 2000):
            net.simulate(part * DT)
        assert np.array_equal(whole, raster(monitor, size, steps)), threads
    net, _, _ = source(size, rates)
    net.simulate(1234 * DT)
    net.save(tmp_path / "half.npz")
    net, _, monitor = source(size, rates, num_threads=2)
    net.compile()
    net.load(tmp_path / "half.npz")
    net.simulate((steps - 1234) * DT)
    assert np.array_equal(whole[:, 1234:], raster(monitor, size, steps)[:, 1234:])
    copy = net.copy(seed=1)
    monitor = copy.monitor(copy.get_populations()[0], "spike")
    copy.simulate(steps * DT)
    assert np.array_equal(whole, raster(monitor, size, steps))


def test_reset_begins_anew_and_seeds_differ():
    net, _, monitor = source(300, 50.0)
    net.simulate(100.0)
    first = raster(monitor, 300, 1000)
    net.reset()
    net.simulate(100.0)
    again = raster(monitor, 300, 1000)
    other, _, watched = source(300, 50.0, seed=2)
    other.simulate(100.0)
    assert first.sum() > 0
    assert not np.array_equal(first, raster(watched, 300, 1000))
    assert again.sum() > 0


@pytest.mark.parametrize("real", ["float32", "float64"])
@pytest.mark.parametrize("rates", [30.0, [0.0, 20.0, 70.0, 400.0] * (GAP_NEURONS // 4 + 20)])
def test_the_reference_interpreter_draws_the_same_spikes(rates, real):
    size = GAP_NEURONS + 80
    found = []
    for backend in ("default", "reference"):
        net, cells, monitor = source(size, rates, dtype=getattr(np, real))
        net.compile(**({} if backend == "default" else {"backend": backend}))
        net.simulate(30.0)  # beyond a window of gaps
        cells.rates = 100.0
        net.simulate(6.0)
        found.append(raster(monitor, size, 360))
    assert found[0].any()
    assert np.array_equal(*found)


def test_a_disabled_source_is_silent_and_goes_on_afterwards():
    net, cells, monitor = source(200, 100.0)
    net.simulate(50.0)
    cells.disable()
    net.simulate(50.0)
    cells.enable()
    net.simulate(50.0)
    table = raster(monitor, 200, 1500)
    assert table[:, :500].any()
    assert not table[:, 500:1000].any()
    assert table[:, 1000:].any()


def test_time_since_the_last_spike_is_known():
    net, cells, monitor = source(50, 200.0)
    net.simulate(100.0)
    found = monitor.get("spike")
    last = np.array([max(found[rank]) * DT if found[rank] else -np.inf for rank in range(50)])
    assert np.asarray(cells._t_last)[:50] == pytest.approx(last)


def test_the_kernel_keeps_as_much_of_a_set_as_there_is_room_for() -> None:
    assert GAP_STATE.itemsize == GAP_BYTES  # which the kernel compares with its own when it is compiled


def test_times_of_spikes_are_known_while_they_are_drawn_elsewhere() -> None:
    """Whatever lists of spikes are under way when somebody asks, and after the time was set."""
    net, cells, monitor = source(GAP_NEURONS + 50, [300.0] * (GAP_NEURONS + 40) + [0.0] * 10)
    last = np.full(GAP_NEURONS + 50, -np.inf)
    for duration in (0.1, 3.0, 20.0, 30.0):
        begin = net.time
        net.simulate(duration)
        for rank, steps in monitor.get("spike").items():
            if steps:
                last[rank] = max(steps) * DT
        assert np.asarray(cells._t_last)[: last.size] == pytest.approx(last)
        assert net.time == pytest.approx(begin + duration)
    net.time = 7.0  # within another window
    net.simulate(0.5)
    for rank, steps in monitor.get("spike").items():
        if steps:
            last[rank] = max(steps) * DT
    assert np.asarray(cells._t_last)[: last.size] == pytest.approx(last)


def test_synapses_that_read_times_of_spikes_find_those_of_this_step() -> None:
    net = ann.Network(dt=DT, seed=3)
    inputs = net.create(ann.PoissonPopulation(40, rates=200.0))
    cells = net.create(1, ann.Neuron(equations="v = g_exc", spike="v > 1e9"))
    synapse = ann.Synapse(equations="since = since : init=0.0", pre_spike="since = t - t_pre")
    projection = net.connect(inputs, cells, "exc", synapse).all_to_all(1.0)
    net.simulate(100.0)
    assert np.ravel(projection.since) == pytest.approx(DT)


def test_time_may_be_set_to_before_the_rates_were() -> None:
    net, cells, monitor = source(300, 20.0)
    net.simulate(100.0)
    cells.rates = 400.0
    net.simulate(50.0)
    monitor.get("spike")
    net.time = 40.0
    net.simulate(50.0)
    count = sum(map(len, monitor.get("spike").values()))
    assert binom(300 * 500, 0.04).cdf(count) == pytest.approx(0.5, abs=0.499)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_source_at_rest_brings_nothing(threads: int) -> None:
    net = ann.Network(dt=DT, seed=3, num_threads=threads)
    inputs = net.create(ann.PoissonPopulation(100, rates=300.0))
    cells = net.create(5, ann.Neuron(equations="v = g_exc", spike="v > 1e9"))
    net.connect(inputs, cells, "exc").all_to_all(1.0, delays=0.7)
    voltage = net.monitor(cells, "v")
    net.simulate(10.0)
    inputs.disable()
    net.simulate(10.0)
    inputs.enable()
    net.simulate(10.0)
    v = voltage.get("v")[:, 0]
    assert v[:100].any()
    assert not v[107:200].any()
    assert v[208:].any()
