"""Rates from neurons that stand one after the other, each leaving out itself: rows are added up without their lists."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import eqneuro as ann
from eqneuro.codegen.layout import ROWS_TOGETHER
from eqneuro.connectivity.all_pairs import all_pairs
from eqneuro.network.pairs import FAR, gaps_of

SAID = "one after the other but for itself"
SIZE = 93
VIEWS = {
    "whole": (slice(None), slice(None)),
    "onto some": (slice(None), slice(20, 81)),
    "beside each other": (slice(0, 40), slice(40, 90)),
    "one in the other": (slice(10, 60), slice(None)),
    "overlapping": (slice(0, 62), slice(33, 90)),
    "onto every other": (slice(None), slice(1, 90, 2)),
    "onto few": (slice(None), [0, 1, 2, *range(80, SIZE)]),
}


def connected(place: str, **options: Any) -> tuple[ann.Network, Any, ann.Projection, np.ndarray]:
    """A network, what is seen, and the weights, shape (post, pre)."""
    pre, post = VIEWS[place]
    net = ann.Network(
        dt=1.0, seed=3, num_threads=options.pop("threads", 1), precision=options.pop("precision", "double")
    )
    cell = ann.Neuron(parameters="b = 0.0", equations="phase = phase + b\nr = sin(phase)\nseen = sum(exc)")
    cells = net.create(SIZE, cell)
    cells.b = np.linspace(0.05, 1.5, SIZE)
    delays = options.pop("delays", 1.0)
    projection = net.connect(cells[pre], cells[post], "exc", **options)
    projection.all_to_all(ann.Uniform(0.0, 1.0), delays=delays, allow_self_connections=False)
    weights = np.zeros((SIZE, SIZE))
    for rank, sources, row in zip(projection.post_ranks, projection.pre_ranks, projection.w, strict=True):
        weights[rank, sources] = row
    return net, net.monitor(cells, "seen"), projection, weights


@pytest.mark.parametrize("precision", ["double", "float"])
@pytest.mark.parametrize("delay", [1, 4])
@pytest.mark.parametrize("operation", ["sum", "mean"])
@pytest.mark.parametrize("place", VIEWS)
def test_each_gets_what_numpy_finds(place: str, operation: str, delay: int, precision: str) -> None:
    net, seen, _, weights = connected(
        place, synapse=ann.Synapse(operation=operation), delays=float(delay), precision=precision
    )
    net.simulate(20.0)
    assert SAID in net.source()
    rates = np.sin(np.arange(1, 21)[:, None] * np.linspace(0.05, 1.5, SIZE))
    expected = rates[:-delay] @ weights.T
    if operation == "mean":
        expected /= np.maximum(np.count_nonzero(weights, axis=1), 1)
    close = {"rtol": 1e-12, "atol": 1e-12} if precision == "double" else {"rtol": 2e-5, "atol": 2e-5}
    np.testing.assert_allclose(seen.get("seen")[delay:], expected, **close)


@pytest.mark.parametrize("precision", ["double", "float"])
@pytest.mark.parametrize("place", VIEWS)
def test_threads_change_no_bit(place: str, precision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQNEURO_FIXED_THREADS", "1")
    found = []
    for threads in (1, 2, 3, 4):
        net, seen, _, _ = connected(place, threads=threads, precision=precision)
        net.simulate(20.0)
        assert SAID in net.source()
        found.append(seen.get("seen"))
    for other in found[1:]:
        np.testing.assert_array_equal(found[0], other)


def test_delays_and_formulas_of_each_synapse() -> None:
    synapse = ann.Synapse(parameters="a = 0.5 : postsynaptic", psp="w * pre.r * (1.0 + a * post.phase)")
    net, seen, projection, weights = connected("overlapping", synapse=synapse, delays=ann.DiscreteUniform(1, 5))
    net.simulate(20.0)
    assert SAID in net.source()
    phases = np.arange(21)[:, None] * np.linspace(0.05, 1.5, SIZE)
    delays = np.zeros((SIZE, SIZE), dtype=int)
    for rank, sources, row in zip(projection.post_ranks, projection.pre_ranks, projection.delay, strict=True):
        delays[rank, sources] = row
    found = seen.get("seen")
    for step in range(6, 20):
        rates = np.sin(phases[step + 1 - delays, np.arange(SIZE)])
        terms = weights * rates * (1.0 + 0.5 * phases[step][:, None])
        np.testing.assert_allclose(found[step], (terms * (delays > 0)).sum(axis=1), rtol=1e-11, atol=1e-11)


def test_a_profile_counts_every_synapse_and_no_list_of_them() -> None:
    net, _, projection, _ = connected("whole")
    row = net.profile(30.0, every=1).of("delivery", projection.name)
    assert row.count == 30 * SIZE * (SIZE - 1)


def test_other_patterns_keep_their_lists() -> None:
    net = ann.Network(dt=1.0, seed=3)
    cells = net.create(60, ann.Neuron(equations="r = 1.0\nseen = sum(exc)"))
    net.connect(cells[::2], cells, "exc").all_to_all(ann.Uniform(0.0, 1.0))
    net.connect(cells, cells, "exc").fixed_number_pre(58, ann.Uniform(0.0, 1.0))
    net.connect(cells, cells, "exc", ann.Synapse(operation="max")).all_to_all(ann.Uniform(0.0, 1.0))
    net.simulate(3.0)
    assert SAID not in net.source()


@settings(max_examples=100, deadline=None)
@given(
    pre=st.tuples(st.integers(0, 100), st.integers(1, 120)),
    posts=st.lists(st.integers(0, 199), min_size=1, max_size=60, unique=True),
)
def test_gaps_are_where_a_neuron_is_left_out(pre: tuple[int, int], posts: list[int]) -> None:
    net = ann.Network(dt=1.0)
    cells = net.create(200, ann.Neuron(equations="r = sum(exc)"))
    chosen = cells[pre[0] : pre[0] + pre[1]]
    projection = net.connect(chosen, cells[sorted(posts)], "exc").all_to_all(1.0, allow_self_connections=False)
    built = projection._built
    found = all_pairs(built)
    if found is None or not found.is_run:  # one neuron without itself, or rows that are empty
        return
    place, low, high = gaps_of(found, built.row_start)
    for row in range(len(place)):
        sources = built.pre_ranks[built.slice_of(row)].astype(int)
        k = np.arange(len(sources))
        np.testing.assert_array_equal(sources, found.pre[0] + k + (k >= place[row]))
        assert 0 <= low[row] <= place[row] <= high[row] <= len(sources)
        assert high[row] - low[row] <= FAR
        first = row - row % ROWS_TOGETHER
        beside = slice(first, first + ROWS_TOGETHER)
        is_shared = low[row] < high[row]
        assert not is_shared or (set(low[beside]), set(high[beside])) == ({low[row]}, {high[row]})
