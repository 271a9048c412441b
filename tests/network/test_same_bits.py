"""The same seed gives the same bits, however the work is shared out and cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import eqneuro as ann

SIZE = 1100  # five blocks of 256, the last one not full

CELL = ann.Neuron(
    parameters=dict(tau=10.0, drive=1.1, period=7, loud=True),
    equations="""
        common = 0.9*common + 0.1*Normal(0.0, 1.0) : population, init=0.0
        count = count + 1 : int, init=0
        odd = modulo(count, 2) > 0.5 : bool
        tau*dv/dt = (drive - v + g_exc - g_inh + 0.2*common + 0.05*mean(v) + 0.1*max(v)
                     + ite(odd, 0.01, 0.0) + 0.3*Uniform(-1.0, 1.0)) : init=0.0, min=-2.0
        tau*dg_exc/dt = -g_exc
    """,
    spike="v > 1.0",
    reset="v = 0.0\ncount += 2",
    refractory=1.5,
)
RATE = ann.Neuron(
    parameters="b = 0.1",
    equations="10.0*dx/dt + x = b + sum(exc) - sum(inh) + 0.1*xi : init=0.0\nr = tanh(x - 0.1*norm2(x)/30.0)",
)


def mixed_network(threads: int = 1, seed: int = 5, **settings: Any) -> tuple[ann.Network, dict[str, Any]]:
    """Spikes with several delays, noise, global operations, rates, inputs of all kinds."""
    net = ann.Network(dt=0.5, seed=seed, num_threads=threads, **settings)
    cells = net.create(SIZE, CELL, name="cells")
    cells.v = ann.Uniform(0.0, 1.0)
    cells.drive = ann.Normal(1.1, 0.1)
    cells.compute_firing_rate(10.0)
    noise = net.create(ann.PoissonPopulation(300, rates=30.0))
    sources = net.create(ann.SpikeSourceArray([[1.0, 5.0 + k] for k in range(40)]))
    trains = net.create(ann.HomogeneousCorrelatedSpikeTrains(270, rates=20.0, corr=0.4, tau=10.0))
    net.connect(cells, cells, "exc").fixed_probability(0.05, ann.Uniform(0.0, 0.05), ann.Uniform(0.5, 6.0))
    net.connect(cells, cells, "inh").fixed_number_pre(20, 0.02, delays=2.0)
    net.connect(noise, cells, "exc").fixed_number_post(30, ann.Uniform(0.0, 0.1))
    net.connect(sources, cells[200:900], "inh").all_to_all(0.01)
    net.connect(trains, cells, "exc").fixed_probability(0.1, 0.05)
    rates = net.create((20, 30), RATE, name="rates")
    net.connect(rates, rates, "exc").fixed_probability(0.2, ann.Normal(0.0, 0.1), delays=ann.Uniform(0.5, 3.0))
    net.connect(rates, rates, "inh").all_to_all(ann.Uniform(0.0, 0.002))
    watched = {
        "cells": net.monitor(cells, ["v", "count", "odd", "common", "g_exc", "g_inh", "r", "spike"]),
        "rates": net.monitor(rates, ["r", "sum(exc)", "sum(inh)"]),
        "noise": net.monitor(noise, "spike"),
        "trains": net.monitor(trains, "spike"),
    }
    return net, watched


def record(duration: float = 20.0, pieces: tuple[float, ...] = (), **settings: Any) -> dict[tuple[str, str], Any]:
    net, watched = mixed_network(**settings)
    for piece in pieces or (duration,):
        net.simulate(piece)
    return {(name, variable): values for name, m in watched.items() for variable, values in m.get().items()}


def assert_same(one: dict[tuple[str, str], Any], other: dict[tuple[str, str], Any]) -> None:
    assert one.keys() == other.keys()
    for key, values in one.items():
        if isinstance(values, dict):
            assert values == other[key], key
        else:
            assert values.dtype == other[key].dtype, key
            np.testing.assert_array_equal(values, other[key], err_msg=str(key))


@pytest.fixture(scope="module", params=["double", "float"])
def precision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def reference(precision: str) -> dict[tuple[str, str], Any]:
    found = record(precision=precision)
    assert sum(map(len, found["cells", "spike"].values())) > 1000, "much happens"
    assert sum(map(len, found["trains", "spike"].values())) > 30
    assert len(np.unique(found["rates", "r"][-1])) == 600
    return found


@pytest.mark.parametrize("threads", [2, 3, 4, 7])
def test_threads_change_no_bit(reference: dict[tuple[str, str], Any], precision: str, threads: int) -> None:
    assert_same(reference, record(threads=threads, precision=precision))


def test_pieces_change_no_bit(reference: dict[tuple[str, str], Any], precision: str) -> None:
    assert_same(reference, record(pieces=(0.5, 1.0, 7.5, 10.5, 0.5), precision=precision, threads=2))


def test_a_second_network_with_the_seed_gives_the_same_bits_and_another_seed_others(
    reference: dict[tuple[str, str], Any], precision: str
) -> None:
    assert_same(reference, record(precision=precision))
    other = record(precision=precision, seed=6)
    for key in (("cells", "v"), ("rates", "r"), ("cells", "common")):
        assert not np.array_equal(reference[key], other[key])
    for key in (("noise", "spike"), ("trains", "spike"), ("cells", "spike")):
        assert reference[key] != other[key]


def test_precision_and_types_are_kept(reference: dict[tuple[str, str], Any], precision: str) -> None:
    real, whole = (np.float64, np.int64) if precision == "double" else (np.float32, np.int32)
    assert reference["cells", "v"].dtype == real
    assert reference["cells", "count"].dtype == whole
    assert reference["cells", "odd"].dtype == np.bool_


def final_state(net: ann.Network) -> list[Any]:
    return [net.get_population("cells").v.copy(), net.get_population("rates").r.copy()]


def test_monitors_change_nothing() -> None:
    watched, _ = mixed_network()
    bare, monitors = mixed_network()
    for monitor in monitors.values():
        monitor.stop()
    for net in (watched, bare):
        net.simulate(20.0)
    for one, other in zip(final_state(watched), final_state(bare), strict=True):
        np.testing.assert_array_equal(one, other)


def test_another_population_changes_nothing_even_while_it_is_disabled() -> None:
    plain, _ = mixed_network()
    plain.simulate(20.0)
    crowded, _ = mixed_network()
    extra = crowded.create(500, CELL, name="extra")
    crowded.connect(extra, extra, "exc").fixed_probability(0.1, 0.05, delays=9.0)
    crowded.simulate(10.0)
    extra.disable()
    crowded.simulate(10.0)
    for one, other in zip(final_state(plain), final_state(crowded), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_smaller_population_has_the_bits_of_the_first_neurons_of_a_larger_one() -> None:
    """Independent noisy neurons: neither blocks nor padding nor the size reach a neuron."""
    model = ann.Neuron(equations="10.0*dv/dt = -v + Uniform(0.0, 1.0) + 0.1*xi : init=0.0\nr = exp(v) + Poisson(2.0)")
    found = []
    for size in (1, 5, 255, 256, 257, 1000):
        net = ann.Network(dt=0.1, seed=3)
        population = net.create(size, model)
        net.simulate(5.0)
        found.append((population.v.copy(), population.r.copy()))
    for v, r in found:
        np.testing.assert_array_equal(v, found[-1][0][: len(v)])
        np.testing.assert_array_equal(r, found[-1][1][: len(r)])


@pytest.mark.parametrize("seed", [0, -3, 2**63, 2**64 - 1, 10**30, np.int64(-7), np.uint64(2**63)])
def test_any_whole_number_is_a_seed(seed: Any) -> None:
    found = []
    for _ in range(2):
        net = ann.Network(seed=seed)
        population = net.create(50, ann.Neuron(parameters="a = Uniform(0.0, 1.0)", equations="v = Uniform(0.0, 1.0)"))
        post = net.create(30, ann.Neuron(equations="r = sum(exc)"))
        population.v = ann.Uniform(2.0, 3.0)
        source = net.create(50, ann.Neuron(equations="r = 1.0"))
        projection = net.connect(source, post, "exc").fixed_probability(0.3, ann.Uniform(0.0, 1.0))
        assert net.seed == int(seed)
        net.simulate(3.0)
        found.append((population.a.tolist(), population.v.tolist(), projection.w))
    assert found[0] == found[1]


def test_seeds_that_are_no_whole_numbers_are_refused() -> None:
    for seed in (1.5, "1", [1]):
        with pytest.raises(ValueError, match="whole number"):
            ann.Network(seed=seed)
        with pytest.raises(ValueError, match="whole number"):
            ann.Network().seed = seed


def test_a_seed_set_after_a_run_keeps_the_state() -> None:
    net = ann.Network(seed=1)
    population = net.create(3, ann.Neuron(equations="v = v + 1.0 : init=0.0\nx = Uniform(0.0, 1.0)"))
    net.simulate(2.0)
    net.seed = 2
    assert population.v.tolist() == [2.0] * 3
    net.simulate(1.0)
    other = ann.Network(seed=2)
    twin = other.create(3, ann.Neuron(equations="v = v + 1.0 : init=0.0\nx = Uniform(0.0, 1.0)"))
    other.simulate(3.0)
    np.testing.assert_array_equal(population.x, twin.x)


def test_no_seed_means_another_each_time() -> None:
    seeds = {ann.Network().seed for _ in range(5)}
    assert len(seeds) == 5
    assert ann.Network(seed=-1).seed not in (-1, *seeds), "-1 asks for a drawn one too, as older scripts do"


@pytest.mark.parametrize("operation", ["sum", "mean"])
@pytest.mark.parametrize("real", [np.float32, np.float64], ids=["single", "double"])
@pytest.mark.parametrize("size", [37, 601, 1003])
def test_dense_rates_have_the_same_bits_wherever_their_rows_are_divided(size, real, operation):
    """Rows that are summed up together and the ones left over at the end of a range give the same sums."""
    weights = np.random.default_rng(2).normal(0.0, 1.0, (size, 263)).astype(real)
    rates = np.random.default_rng(3).normal(0.0, 1.0, 263).astype(real)
    found = []
    for threads in (1, 2, 3, 4):
        net = ann.Network(dt=1.0, num_threads=threads, dtype=real)
        source = net.create(ann.InputArray(263))
        source.r = rates
        cells = net.create(size, ann.Neuron(equations="r = sum(exc) + 0.5*sum(inh)"))
        synapse = ann.Synapse(psp="w * tanh(pre.r)", operation=operation)
        net.connect(source, cells, "exc", synapse).from_matrix(weights)
        some = cells[5:]  # so that ranges begin within four rows
        net.connect(source, some, "inh", ann.Synapse(operation=operation)).from_matrix(weights[5:])
        net.step()
        found.append(np.array(cells.r))
    assert all(np.array_equal(found[0], other) for other in found[1:])
