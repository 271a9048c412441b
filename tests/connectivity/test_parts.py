"""Threads that share rows out draw and sort the same as one."""

import threading

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.connectivity import _sampling
from eqneuro.connectivity.parts import AHEAD, FEW, Part, edges, in_parts, in_turn

ROWS, COLUMNS = 5 * FEW + 3, 700
EXCLUDED = np.where(np.arange(ROWS) < COLUMNS, np.arange(ROWS), -1)


@pytest.mark.parametrize("threads", [2, 3, 5, 64])
def test_drawn_rows_are_the_same_on_any_number_of_threads(threads: int) -> None:
    for draw in (
        lambda n: _sampling.fixed_rows(np.full(ROWS, 40), COLUMNS, EXCLUDED, 7, 3, n),
        lambda n: _sampling.fixed_rows(np.full(ROWS, 0), COLUMNS, EXCLUDED, 7, 3, n),
        lambda n: _sampling.bernoulli_rows(ROWS, COLUMNS, 0.1, EXCLUDED, 7, 3, n),
        lambda n: _sampling.bernoulli_rows(ROWS, COLUMNS, 1e-6, EXCLUDED, 7, 3, n),
    ):
        (starts, ranks), (other_starts, other_ranks) = draw(1), draw(threads)
        np.testing.assert_array_equal(starts, other_starts)
        np.testing.assert_array_equal(ranks, other_ranks)
        assert starts[-1] == len(ranks)


def test_rows_that_outgrow_their_room_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room is made for what is expected and six deviations; the first try here is told that it was too little."""
    expected = _sampling.bernoulli_rows(ROWS, COLUMNS, 0.4, EXCLUDED, 7, 3, 1)
    tries = []

    def without_room(bounds, work):  # type: ignore[no-untyped-def]
        tries.append(bounds)
        return in_parts(bounds, work) if len(tries) > 1 else [-1 for _ in bounds[1:]]

    monkeypatch.setattr(_sampling, "in_parts", without_room)
    found = _sampling.bernoulli_rows(ROWS, COLUMNS, 0.4, EXCLUDED, 7, 3, 2)
    assert len(tries) == 2
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_parts_cover_all_rows_once() -> None:
    for rows in (0, 1, FEW - 1, 2 * FEW, 10_000):
        bounds = edges(rows, 7)
        assert bounds[0] == 0
        assert bounds[-1] == rows
        assert sorted(bounds) == bounds
        assert len(bounds) <= 8
        seen = np.concatenate([np.arange(*part) for part in in_parts(bounds, lambda first, last: (first, last))])
        np.testing.assert_array_equal(seen, np.arange(rows))


def test_what_fails_in_a_part_is_told() -> None:
    def fail(first: int, last: int) -> None:
        if first:
            raise MemoryError("no room")

    with pytest.raises(MemoryError, match="no room"):
        in_parts([0, 1, 2], fail)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_parts_come_in_their_order_though_some_are_done_ahead(threads: int) -> None:
    parts = [(k, k + 1) for k in range(40)]
    begun: list[int] = []

    def work(part: Part) -> int:
        begun.append(part[0])
        return part[0]

    for seen, number in enumerate(in_turn(work, parts, threads)):
        assert number == seen
        assert len(begun) <= seen + AHEAD * threads
    assert seen == 39
    assert not list(in_turn(work, [], threads))


def test_a_part_that_fails_ends_those_that_wait() -> None:
    begun: list[int] = []

    def work(part: Part) -> int:
        begun.append(part[0])
        if part[0] == 1:
            raise MemoryError("no room")
        return part[0]

    threads = threading.active_count()
    results = in_turn(work, [(k, k + 1) for k in range(1000)], 2)
    assert next(results) == 0
    with pytest.raises(MemoryError, match="no room"):
        next(results)
    assert len(begun) <= 2 * AHEAD + 2
    assert threading.active_count() == threads


def test_threads_end_where_parts_are_not_asked_for_any_more() -> None:
    threads = threading.active_count()
    results = in_turn(lambda part: part, [(k, k + 1) for k in range(100)], 3)
    next(results)
    assert threading.active_count() > threads
    results.close()  # type: ignore[attr-defined]
    assert threading.active_count() == threads


CONNECTORS = {
    "fixed_number_pre": (30,),
    "fixed_number_post": (30,),
    "fixed_probability": (0.02,),
    "where": ("(i + 7*j) % 50 == 0",),
    "distance_probability": ("0.5*exp(-d/20)",),
}


@pytest.mark.parametrize("connector", CONNECTORS)
def test_networks_on_several_threads_have_the_same_synapses_and_spikes(connector: str) -> None:
    found = []
    for threads in (1, 3):
        net = ann.Network(dt=0.1, seed=11, num_threads=threads)
        cells = net.create(
            1500,
            ann.Neuron(equations="10.0*dv/dt = -v + 1.2 + g_exc : init=0.0", spike="v > 1.0", reset="v = 0.0"),
        )
        cells.v = ann.Uniform(0.0, 1.0)
        projection = net.connect(cells, cells, "exc")
        values = dict(weights=ann.Uniform(0.0, 0.05), delays=ann.Uniform(0.1, 3.0))
        getattr(projection, connector)(*CONNECTORS[connector], **values)
        net.simulate(30.0)
        matrix = projection.to_scipy()
        found.append([matrix.indptr, matrix.indices, matrix.data, cells.v])
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)
