"""Rows that hold nearly all neurons one after the other are added run by run: the sums are the same, bit for bit."""

import numpy as np
import pytest

import eqneuro as ann

SIZE, TIMES = 300, [3.0, 4.0, 7.0]
CELL = ann.Neuron(equations="total = total + g_exc : init=0.0", spike="total > 1e9")


def added(connect, num_threads=1, size=SIZE):
    """What 40 sources that spike at once brought to each neuron, what it should be, and whether rows are runs."""
    net = ann.Network(dt=1.0, seed=5, num_threads=num_threads)
    sources = net.create(ann.SpikeSourceArray([TIMES if i % 7 else [4.0] for i in range(size)]))
    cells = net.create(size, CELL)
    projection = net.connect(sources, cells, "exc")
    connect(projection, sources, cells)
    net.simulate(12.0)
    weights = projection.connectivity_matrix()
    weights = np.where(np.isnan(weights), 0.0, weights)
    expected = np.zeros(size)
    for time in TIMES:
        arriving = np.zeros(size)
        for i in range(size):
            if i % 7 or time == 4.0:
                arriving += weights[:, i]  # one source after the other: sums depend on the order
        expected += arriving
    rows = projection._rows_for_spikes(np.array([0, size]))
    return cells.total, expected, rows.are_runs()


def all_with_all(projection, sources, cells):
    projection.all_to_all(weights=ann.Uniform(0.0, 1.0), allow_self_connections=True)


def all_but_oneself(projection, sources, cells):
    projection.all_to_all(weights=ann.Uniform(0.0, 1.0), allow_self_connections=False)


def with_holes(projection, sources, cells):
    weights = np.random.default_rng(3).uniform(0.1, 1.0, (SIZE, SIZE))
    weights[np.random.default_rng(4).uniform(size=weights.shape) < 0.01] = np.nan
    weights[:3] = np.nan
    weights[:, 11:20] = np.nan
    projection.from_matrix(weights)


def nearly_half(projection, sources, cells):
    projection.fixed_probability(0.6, weights=ann.Uniform(0.0, 1.0))


@pytest.mark.parametrize("num_threads", [1, 3])
@pytest.mark.parametrize("connect", [all_with_all, all_but_oneself, with_holes, nearly_half])
def test_sums_are_those_of_one_source_after_the_other(connect, num_threads):
    found, expected, are_runs = added(connect, num_threads)
    np.testing.assert_array_equal(found, expected)
    assert are_runs is (connect is not nearly_half)
    assert np.count_nonzero(found) > 0.9 * SIZE


def test_synapses_between_parts_of_populations_are_runs():
    """From a part of a population to the end of another, which ends in no whole group of neurons."""
    net = ann.Network(dt=1.0, seed=5)
    sources = net.create(ann.SpikeSourceArray([[2.0]] * 10))
    cells = net.create(151, CELL)
    projection = net.connect(sources[3:7], cells[100:], "exc")
    projection.all_to_all(weights=ann.Uniform(0.0, 1.0))
    net.simulate(5.0)
    assert projection._rows_for_spikes(np.array([0, 151])).are_runs()
    weights = projection.connectivity_matrix()
    expected = np.zeros(51)
    for i in range(4):
        expected += weights[:, i]
    np.testing.assert_array_equal(cells.total, np.concatenate([np.zeros(100), expected]))


@pytest.mark.parametrize("bounds", [[0, 300], [0, 96, 300], [0, 32, 64, 300]])
def test_dense_rows_are_told_from_others(bounds):
    def form(connect, pre=slice(None), post=slice(None)):
        net = ann.Network(dt=1.0, seed=5)
        sources, cells = net.create(SIZE, CELL), net.create(SIZE, CELL)
        projection = net.connect(sources[pre], cells[post], "exc")
        connect(projection, sources, cells)
        net.compile()
        return projection._rows_for_spikes(np.array(bounds)).are_dense(SIZE)

    def shifted(projection, sources, cells):
        weights = np.full((SIZE, SIZE), np.nan)
        for i in range(SIZE):
            weights[i % 50 : i % 50 + 200, i] = 1.0 + i  # rows as long, but from other neurons on
        projection.from_matrix(weights)

    assert form(all_with_all)
    assert form(all_with_all, slice(10, 200), slice(40, 290))  # rows of the others are empty
    assert not form(all_with_all, slice(None), slice(0, 300, 2))
    assert not form(with_holes)
    assert not form(shifted)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("size", [31, 64, 200, 300])
def test_dense_rows_of_any_length_are_added_whole(size, threads, monkeypatch):
    monkeypatch.setenv("EQNEURO_FIXED_THREADS", "1")
    found, expected, _ = added(all_with_all, threads, size)
    np.testing.assert_array_equal(found, expected)
