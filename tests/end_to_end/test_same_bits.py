"""Whole networks give the same bits whatever the number of threads, and however a run is split."""

from __future__ import annotations

import numpy as np
import pytest

NETWORKS = {
    "coba": (4000, ("v", "g_exc", "g_inh"), 200.0),
    "cuba": (4000, ("v", "g_exc", "g_inh"), 200.0),
    "izhikevich_network": (1000, ("v", "u"), 300.0),
}


def outcome(module, durations, variables, size, *, seed=7, threads=1, precision="double"):
    """Spikes and final state after a run in these pieces (ms), in bytes."""
    net = module.build(size=size, seed=seed, threads=threads, precision=precision)
    cells = net.get_population("cells")
    monitor = net.monitor(cells, "spike")
    for duration in durations:
        net.simulate(duration)
    return monitor.get("spike"), {name: getattr(cells, name).tobytes() for name in variables}


@pytest.mark.parametrize("precision", ["double", "float"])
@pytest.mark.parametrize("name", NETWORKS)
def test_threads_do_not_change_a_bit(example, name, precision):
    size, variables, duration = NETWORKS[name]
    module = example(name)
    spikes, state = outcome(module, [duration], variables, size, precision=precision)
    assert sum(map(len, spikes.values())) > 1000
    for threads in (2, 3, 4):
        others = outcome(module, [duration], variables, size, threads=threads, precision=precision)
        assert others == (spikes, state), f"{threads} threads"


@pytest.mark.parametrize("name", NETWORKS)
def test_a_run_in_pieces_is_the_run_in_one(example, name):
    size, variables, duration = NETWORKS[name]
    module = example(name)
    whole = outcome(module, [duration], variables, size)
    assert outcome(module, [0.6 * duration, 0.4 * duration], variables, size) == whole
    assert outcome(module, [1.0] * round(duration), variables, size) == whole


def test_one_and_a_half_milliseconds_are_one_and_a_half(example):
    module = example("coba")
    assert outcome(module, [1.5], ("v",), 4000) == outcome(module, [1.0, 0.5], ("v",), 4000)


@pytest.mark.parametrize("name", NETWORKS)
def test_another_seed_is_another_network(example, name):
    size, variables, _ = NETWORKS[name]
    module = example(name)
    first, second = (outcome(module, [50.0], variables, size, seed=seed) for seed in (1, 2))
    assert first[0] != second[0]
    assert outcome(module, [50.0], variables, size, seed=1) == first


@pytest.mark.parametrize("name", ["coba", "cuba"])
def test_single_precision_leaves_the_statistics_as_they_are(example, name):
    module = example(name)
    rates = {}
    for precision in ("double", "float"):
        rates[precision] = []
        for seed in range(6):
            net = module.build(size=4000, seed=seed, precision=precision)
            cells = net.get_population("cells")
            monitor = net.monitor(cells, "spike", start=False)
            net.simulate(300.0)
            monitor.start()
            net.simulate(500.0)
            rates[precision].append(monitor.mean_fr(monitor.get("spike")))
        assert cells.v.dtype == (np.float64 if precision == "double" else np.float32)
    error = np.sqrt(sum(np.var(values, ddof=1) for values in rates.values()) / 6)
    assert np.mean(rates["float"]) == pytest.approx(np.mean(rates["double"]), abs=4.0 * error)
    assert error < 0.1 * np.mean(rates["double"])
