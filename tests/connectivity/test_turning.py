"""Synapses from the other side: numpy finds the same, and any number of threads."""

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.connectivity import _sampling, _turning
from eqneuro.connectivity.parts import FEW

ROWS, COLUMNS = 4 * FEW + 3, 300


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
@pytest.mark.parametrize("kind", [np.uint16, np.uint32])
def test_rows_by_column_are_what_numpy_finds(threads, kind):
    pairs = np.random.default_rng(1).random((ROWS, COLUMNS)) < 0.2
    starts, (rows, columns) = np.concatenate([[0], np.cumsum(pairs.sum(axis=1))]), np.nonzero(pairs)
    found, turned = _turning.transpose(starts, columns.astype(kind), COLUMNS, threads)
    np.testing.assert_array_equal(found, np.concatenate([[0], np.cumsum(pairs.sum(axis=0))]))
    np.testing.assert_array_equal(turned, rows[np.argsort(columns, kind="stable")])


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("kind", [np.uint32, np.int64])
def test_slots_are_the_inverse_of_positions(threads, kind):
    for count in (0, 1, 1000, 3 * _turning.MANY + 7):
        position = np.random.default_rng(count).permutation(count).astype(kind)
        expected = np.empty(count, dtype=np.uint32)
        expected[position] = np.arange(count)
        np.testing.assert_array_equal(_turning.slots_by_post(position, threads)[:count], expected)


def test_starts_of_neurons_without_synapses_are_those_of_the_next():
    for ranks, lengths in (([1, 2, 5], [3, 1, 2]), ([], []), ([0], [4]), ([7], [2]), (range(8), [1] * 8)):
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        by_neuron = np.zeros(9, dtype=np.int64)
        by_neuron[1 + np.array(ranks, dtype=np.int64)] = lengths
        found = _turning.starts_by_post(starts, np.array(ranks, dtype=np.uint32), 8)
        np.testing.assert_array_equal(found, np.cumsum(by_neuron))


@pytest.mark.parametrize("threads", [2, 3])
def test_the_index_of_a_projection_is_the_same_on_any_number_of_threads(threads):
    found = []
    for number in (1, threads):
        net = ann.Network(dt=0.1, seed=2, num_threads=number)
        cells = net.create(1000, ann.Neuron(equations="10.0*dv/dt = -v + g_exc", spike="v > 1.0", reset="v = 0.0"))
        projection = net.connect(cells, cells[10:990], "exc", ann.STDP()).fixed_probability(0.3, ann.Uniform(0.0, 1.0))
        projection._rows_for_spikes(np.array([0, 300, 1000]))
        starts, slots, sources = projection._plastic.post_index()
        built, position = projection._built, projection._positions()
        assert len(starts) == 1001
        np.testing.assert_array_equal(np.diff(starts)[10:990], np.diff(built.row_start))
        np.testing.assert_array_equal(position[slots], np.arange(built.synapses))
        found.append((starts, slots, sources))
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("threads", [2, 3])
def test_all_pairs_and_narrow_rows_are_the_same_on_any_number_of_threads(threads):
    excluded = np.where(np.arange(ROWS) < COLUMNS, np.arange(ROWS), -1)
    numbers = np.arange(ROWS) % 250
    for make in (
        lambda n: _sampling.dense_rows(ROWS, COLUMNS, excluded, n),
        lambda n: _sampling.fixed_rows(numbers, COLUMNS, excluded, 5, 2, n, True),
    ):
        for one, other in zip(make(1), make(threads), strict=True):
            np.testing.assert_array_equal(one, other)
    wide, narrow = (_sampling.fixed_rows(numbers, COLUMNS, excluded, 5, 2, threads, n)[1] for n in (False, True))
    assert (wide.dtype, narrow.dtype) == (np.uint32, np.uint16)
    np.testing.assert_array_equal(wide, narrow)
