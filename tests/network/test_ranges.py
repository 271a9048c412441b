"""Neurons are shared out to threads by the synapses they have, and no bit of the results depends on it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

import eqneuro as ann
from eqneuro.engine.buffers import LANES
from eqneuro.network.ranges import EVENT, EXPECTED_RATE, NEURON, SYNAPSE, share_out

CELL = ann.Neuron(
    parameters="tau = 10.0",
    equations="""
        tau*dv/dt = 1.05 - v + g_exc - g_inh + 0.3*xi : init=Uniform(0.0, 1.0)
        5.0*dg_exc/dt = -g_exc
    """,
    spike="v > 1.0",
    reset="v = 0.0",
    refractory=1.0,
)
SIZE, HUBS = 1500, 90


def unequal(size: int = SIZE, seed: int = 1) -> np.ndarray:
    """Inputs of each neuron: hubs in one place have a hundred times as many as others, more and more up to there."""
    rng = np.random.default_rng(seed)
    inputs = rng.integers(2, 12, size)
    inputs[size // 5 : size // 5 + HUBS] = rng.integers(400, 900, HUBS)
    inputs[-200:] = np.linspace(10, 300, 200).astype(int)
    return inputs


def matrix(pre: int, inputs: np.ndarray, seed: int = 2) -> csr_array:
    """Rows by post-synaptic neuron, with so many synapses each."""
    rng = np.random.default_rng(seed)
    columns = [np.sort(rng.choice(pre, count, replace=False)) for count in inputs]
    values = rng.random(int(inputs.sum())) * 0.3 / np.repeat(inputs, inputs)
    starts = np.concatenate([[0], np.cumsum(inputs)])
    return csr_array((values, np.concatenate(columns), starts), shape=(len(inputs), pre))


def steep(threads: int = 1, **settings: Any) -> tuple[ann.Network, dict[str, Any]]:
    """Hubs; spikes with delays, learning, rates, Poisson inputs, and monitors of all of them."""
    net = ann.Network(dt=0.1, seed=4, num_threads=threads, **settings)
    cells = net.create(SIZE, CELL, stop_condition="v > 50.0", name="cells")
    poisson = net.create(ann.PoissonPopulation(700, rates=60.0))
    followers = net.create(100, CELL, name="followers")
    rates = net.create(330, ann.Neuron(equations="5.0*dr/dt = sum(exc) - r + 0.1*xi : init=0.1"))
    recurrent = net.connect(cells, cells, "exc")
    recurrent.from_sparse(matrix(SIZE, unequal()).T.tocsr(), delays=1.5)
    net.connect(cells, cells, "inh").fixed_number_post(7, 0.02, delays=ann.Uniform(0.1, 3.0))
    net.connect(poisson, cells, "exc").fixed_probability(0.03, ann.Uniform(0.0, 0.2))
    plastic = net.connect(poisson, followers, "exc", ann.STDP(w_max=0.1))
    plastic.all_to_all(ann.Uniform(0.0, 0.05))
    dense = unequal(330)
    net.connect(rates, rates, "exc").from_sparse(matrix(330, np.minimum(dense, 330)).T.tocsr())
    watched = {
        "cells": net.monitor(cells, ["spike", "v", "g_exc"], period=1.0),
        "followers": net.monitor(followers, ["spike", "g_exc"]),
        "poisson": net.monitor(poisson, "spike"),
        "rates": net.monitor(rates, ["r", "sum(exc)"]),
        "plastic": plastic,
        "recurrent": recurrent,
        "population": cells,
    }
    return net, watched


def everything(watched: dict[str, Any]) -> dict[str, Any]:
    found = {f"{name} {key}": value for name in ("cells", "followers", "poisson", "rates")
             for key, value in watched[name].get().items()}  # fmt: skip
    return found | {"w": np.concatenate(watched["plastic"].w), "recurrent": np.concatenate(watched["recurrent"].w)}


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for key, values in one.items():
        if isinstance(values, dict):
            assert values == other[key], key
        else:
            np.testing.assert_array_equal(values, other[key], err_msg=key)


@pytest.mark.parametrize("ranges", [2, 3, 4, 7, 16])
@pytest.mark.parametrize("model", ["spikes", "rates"])
def test_ranges_of_unequal_neurons_cost_the_same(ranges: int, model: str) -> None:
    """Counted from the matrix that was given: the dearest range has at most 1.15 times the mean."""
    size = 4800 * ranges  # so that no group of hubs is dearer than a whole range should be
    inputs = unequal(size, seed=7)
    net = ann.Network(dt=0.1, seed=1)
    if model == "spikes":
        cells, each = net.create(size, CELL), EVENT * EXPECTED_RATE * net.dt / 1000.0
    else:
        cells, each = net.create(size, ann.Neuron(equations="r = sum(exc)")), SYNAPSE
    net.connect(cells, cells, "exc").from_sparse(matrix(size, inputs).T.tocsr())
    found = share_out(net, ranges)
    spans = found.spans(cells)
    assert spans[0][0] == 0
    assert spans[-1][1] == size
    assert all(a[1] == b[0] and a[1] % LANES == 0 for a, b in pairwise(spans))
    cost = np.array([NEURON * (end - begin) + each * inputs[begin:end].sum() for begin, end in spans])
    np.testing.assert_allclose(cost, found.cost, rtol=1e-12)
    assert cost.max() <= 1.15 * cost.mean()
    assert found.unevenness == pytest.approx(cost.max() / cost.mean())
    blocks = np.linspace(0, size, ranges + 1).astype(int)
    before = [NEURON * (b - a) + each * inputs[a:b].sum() for a, b in pairwise(blocks)]
    assert model == "spikes" or max(before) > 1.15 * np.mean(before), "equal numbers of neurons would not do"


def test_a_hundred_neurons_with_many_inputs_are_shared_out() -> None:
    """Where they learn, a row of whole groups would lie badly in caches: then one thread has all."""
    for synapse, largest in ((None, {2: 64, 3: 64, 4: 32, 16: 32}), (ann.STDP(), {2: 128, 3: 128, 4: 128, 16: 128})):
        net = ann.Network(dt=0.1, seed=1)
        inputs = net.create(ann.PoissonPopulation(10_000, rates=15.0))
        cells = net.create(100, CELL)
        net.connect(inputs, cells, "exc", synapse).all_to_all(0.005)
        for ranges, expected in largest.items():
            found = share_out(net, ranges)
            sizes = [end - begin for begin, end in found.spans(cells)]
            assert sum(sizes) == 128
            assert max(sizes) == expected


def test_values_of_one_byte_share_no_cache_line() -> None:
    net = ann.Network(dt=1.0)
    cells = net.create(1000, ann.Neuron(equations="b = not b : bool\nr = ite(b, 1.0, 0.0)"))
    assert all(begin % 64 == 0 for begin, end in share_out(net, 7).spans(cells) if begin < end)


def test_small_populations_go_to_threads_that_have_less_to_do() -> None:
    net = ann.Network(dt=1.0)
    for _ in range(40):
        net.create(LANES, ann.Neuron(equations="r = 1.0"))
    found = share_out(net, 8)
    np.testing.assert_allclose(found.cost, NEURON * LANES * 5)


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    net, watched = steep()
    net.simulate(60.0)
    found = everything(watched)
    assert all(len(found[f"{name} spike"]) for name in ("cells", "followers", "poisson"))
    assert len(np.unique(found["w"])) > 60_000
    return found


@pytest.mark.parametrize("threads", [2, 3, 4, 7])
def test_unequal_ranges_change_no_bit(reference: dict[str, Any], threads: int) -> None:
    net, watched = steep(threads)
    net.simulate(60.0)
    assert net._runner.threads.ranges == threads, "tests run on all threads"
    assert_same(reference, everything(watched))


@pytest.mark.parametrize("threads", [2, 4])
def test_synapses_that_come_and_go_leave_ranges_and_results_as_they_are(threads: int) -> None:
    found = []
    for number in (1, threads):
        net, watched = steep(number)
        net.simulate(10.0)
        before = None if number == 1 else net._runner._assembly.ranges
        projection, rng = watched["recurrent"], np.random.default_rng(9)
        for _ in range(3):
            post = rng.permutation(projection.post_ranks)[:40]
            pre = [projection.dendrite(int(rank)).pre_ranks[0] for rank in post]
            projection.prune_synapses(pre, post)
            projection.create_synapses(pre, post, weights=0.2)
            projection.prune_synapses(pre[:20], post[:20])
            net.simulate(7.0)
        if number > 1:
            assert net._runner._assembly.ranges is before, "rows need not be sorted anew"
        found.append(everything(watched))
    assert_same(*found)


@pytest.mark.parametrize("threads", [2, 3, 7])
def test_a_stop_condition_ends_the_same_step(threads: int) -> None:
    times = []
    for number in (1, threads):
        net, watched = steep(number)
        watched["population"].tau = 10.0
        net.simulate(5.0)
        watched["population"][1400].v = 49.9
        watched["population"][1401].refractory = 1.0
        times.append((net.simulate_until(30.0, watched["population"]), net.current_step, everything(watched)))
    assert times[0][:2] == times[1][:2]
    assert_same(times[0][2], times[1][2])


def test_ranges_without_synapses_of_a_projection_have_nothing_to_do_with_it() -> None:
    """Traces that are kept with neurons are read from a range that has synapses, also when others come to have none."""
    found = []
    for threads in (1, 4):
        net = ann.Network(dt=0.1, seed=5, num_threads=threads)
        inputs, cells = net.create(ann.PoissonPopulation(200, rates=80.0)), net.create(640, CELL)
        plastic = net.connect(inputs, cells[330:420], "exc", ann.STDP(w_max=0.2))
        plastic.fixed_probability(0.5, ann.Uniform(0.0, 0.1))
        spikes = net.monitor(cells, "spike")
        net.simulate(20.0)
        assert plastic._plastic.kept, "traces are kept with neurons"
        if threads > 1:
            calls = [call for call in net._runner._assembly.program.calls if call and call.owner[0] is plastic]
            spans = net._runner._assembly.ranges.spans(cells)
            has = [any(begin <= rank < end for rank in plastic.post_ranks) for begin, end in spans]
            assert not all(has)
            assert all([begin < end for begin, end in call.ranges] == has for call in calls)
        values = [plastic.get(name) for name in ("w", *plastic._plastic.kept)]
        posts = np.array(plastic.post_ranks)
        for post in posts[posts < 380]:  # the first range with synapses has none from now on
            plastic.prune_synapses(plastic.dendrite(int(post)).pre_ranks, int(post))
        net.simulate(20.0)
        values += [plastic.get(name) for name in ("w", *plastic._plastic.kept)]
        found.append((values, spikes.get("spike")))
    assert found[0] == found[1]


def test_explain_says_how_the_neurons_are_shared_out() -> None:
    net, _ = steep(4)
    assert net.explain().ranges == 1, "not before it runs"
    net.simulate(1.0)
    found = net.explain()
    assert found.ranges == 4
    assert found.unevenness == pytest.approx(share_out(net, 4).unevenness)
    assert 1.0 <= found.unevenness < 1.15
    expected = f"the dearest is expected to cost {found.unevenness:.2f} of the mean"
    assert f"ranges: 4, cut by the synapses of their neurons; {expected}" in str(found).splitlines()
    assert found.to_dict()["ranges"] == 4
    alone, _ = steep(1)
    alone.simulate(1.0)
    assert "ranges:" not in str(alone.explain())
