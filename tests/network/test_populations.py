"""Geometry, views and single neurons; refractory times; firing rates; disabling."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import eqneuro as ann

MODEL = ann.Neuron(parameters=dict(tau=10.0), equations="v = v + 0.0*sum(exc) : init=1.5\nr = v")


def grid(geometry: Any = (4, 3)) -> Any:
    return ann.Network(seed=1).create(geometry, MODEL, name="grid")


@pytest.mark.parametrize(
    ("geometry", "shape"),
    [
        (5, (5,)),
        (np.int64(5), (5,)),
        ((2, 3), (2, 3)),
        ([2, 3], (2, 3)),
        (np.array([2, 3]), (2, 3)),
        ((1,), (1,)),
        ((2, 1, 2, 2), (2, 1, 2, 2)),
    ],
)
def test_geometry_is_a_number_or_several(geometry: Any, shape: tuple[int, ...]) -> None:
    population = grid(geometry)
    assert population.geometry == shape
    assert population.size == len(population) == np.prod(shape)
    assert population.v.shape == shape


@pytest.mark.parametrize("geometry", [0, -1, (3, 0), (), 2.5, 3.0, "5", True, None, (2, "a")])
def test_a_geometry_that_makes_no_sense_is_refused(geometry: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="geometry"):
        grid(geometry)


def test_ranks_and_coordinates_are_row_major_and_bounded() -> None:
    population = grid((2, 3, 4))
    for rank in range(24):
        place = population.coordinates_from_rank(rank)
        assert place == tuple(int(c) for c in np.unravel_index(rank, (2, 3, 4)))
        assert population.rank_from_coordinates(place) == population.rank_from_coordinates(np.array(place)) == rank
    assert population.normalized_coordinates_from_rank(17, norm=2.0) == (2.0, 1.0, 2.0 / 3.0)
    assert grid((1, 3)).normalized_coordinates_from_rank(2) == (0.0, 1.0)
    for wrong in (-1, 24):
        with pytest.raises(ValueError, match="24"):
            population.coordinates_from_rank(wrong)
        with pytest.raises(ValueError, match="24"):
            population.neuron(wrong)
    for wrong in ((0, 0), (0, 3, 0), (0, 0, -1), (0, 0, 0, 0)):
        with pytest.raises(ValueError, match="outside the geometry"):
            population.rank_from_coordinates(wrong)
    for wrong in (1.5, "1"):
        with pytest.raises(TypeError, match="whole number"):
            population.neuron(wrong)
    assert population.neuron(np.int32(5)).position == population.coordinates_from_rank(np.int64(5))


def test_a_single_neuron_has_numbers() -> None:
    population = grid()
    neuron = population.neuron(1, 2)
    assert (neuron.rank, neuron.position, neuron.size) == (5, (1, 2), 1)
    neuron.v = 3.0
    assert (neuron.v, neuron.tau) == (3.0, 10.0)
    assert population.v[1, 2] == 3.0
    assert [n.v for n in population].count(3.0) == 1
    assert [n.rank for n in population.neurons] == list(range(12))


@pytest.mark.parametrize(
    "index",
    [slice(2, 5), slice(None, None, -1), slice(-3, None), slice(0, 100), slice(5, 2), [1, 5, 1], [], np.array([0, -1])],
)
def test_indices_select_ranks_as_numpy_does(index: Any) -> None:
    np.testing.assert_array_equal(
        grid()[index].ranks, np.arange(12)[index if not isinstance(index, list) else np.array(index, int)]
    )


@pytest.mark.parametrize(
    "index", [(slice(None), 1), (1, slice(None)), (slice(1, 3), slice(0, 2)), ([0, 2], 1), (-1, slice(None))]
)
def test_tuples_select_coordinates_as_numpy_does(index: Any) -> None:
    expected = np.arange(12).reshape(4, 3)[index]
    np.testing.assert_array_equal(grid()[index].ranks, expected.ravel())


def test_masks_select_over_ranks_or_coordinates() -> None:
    population = grid()
    mask = np.arange(12).reshape(4, 3) % 5 == 0
    np.testing.assert_array_equal(population[mask].ranks, [0, 5, 10])
    np.testing.assert_array_equal(population[mask.ravel()].ranks, [0, 5, 10])
    np.testing.assert_array_equal(population[population.v > 2.0].ranks, [])


@pytest.mark.parametrize("index", [12, -13, [3, 12], (4, 0), (0, 0, 0), 1.5, "v", np.ones(5, bool), None])
def test_an_index_outside_the_population_is_refused(index: Any) -> None:
    with pytest.raises((IndexError, TypeError)):
        grid()[index]


def test_views_read_and_write_in_the_order_of_their_ranks() -> None:
    population = grid()
    population.v = np.arange(12.0)
    view = population[[7, 2, 5]]
    np.testing.assert_array_equal(view.v, [7.0, 2.0, 5.0])
    view.v = [70.0, 20.0, 50.0]
    np.testing.assert_array_equal(population.v.ravel()[[7, 2, 5]], [70.0, 20.0, 50.0])
    view.v += 1.0
    np.testing.assert_array_equal(view.v, [71.0, 21.0, 51.0])
    assert (view.size, view.geometry, view.name, view.tau) == (3, (3,), "grid", 10.0)
    assert [n.rank for n in view] == [7, 2, 5]
    assert view.neuron(1).rank == 2
    np.testing.assert_array_equal(view[1:].ranks, [2, 5])
    np.testing.assert_array_equal(view[[True, False, True]].ranks, [7, 5])


@pytest.mark.parametrize(
    "index", [slice(2, 7), slice(None, None, 3), slice(8, 2, -2), slice(None, None, -1), [4], (slice(None), 1)]
)
def test_arrays_of_evenly_spaced_views_take_writes(index: Any) -> None:
    population = grid()
    view = population[index]
    view.v[0] = 99.0
    assert population.v.ravel()[view.ranks[0]] == 99.0
    assert np.count_nonzero(population.v == 99.0) == 1
    np.testing.assert_array_equal(view.v, population.v.ravel()[view.ranks])


def test_views_are_joined_without_repeats() -> None:
    population, other = grid(), grid()
    np.testing.assert_array_equal((population[[7, 2]] + population[2:4]).ranks, [2, 3, 7])
    np.testing.assert_array_equal((population[0:2] + population).ranks, np.arange(12))
    np.testing.assert_array_equal((population + population[0:2]).ranks, np.arange(12))
    for wrong in (other, other[0:2], 3):
        with pytest.raises(ValueError, match="one population"):
            population[0:2] + wrong


def test_views_are_copied_and_shown() -> None:
    population = grid()
    view = population[0:2]
    assert copy.copy(view).ranks.tolist() == [0, 1]
    assert "2 of <Population 'grid'" in repr(view)
    assert copy.copy(population.neuron(3)).rank == 3


def test_a_population_belongs_to_one_network_and_names_are_unique() -> None:
    net = ann.Network()
    source = ann.PoissonPopulation(3, rates=10.0)
    assert net.create(source, name="noise") is source
    assert source.name == "noise"
    with pytest.raises(ValueError, match="belongs to a network already"):
        ann.Network().create(source)
    with pytest.raises(ValueError, match="named 'noise' already"):
        net.create(2, MODEL, name="noise")
    first = net.create(2, MODEL)
    net.create(2, MODEL, name="pop3")
    last = net.create(2, MODEL)
    assert (first.name, last.name) == ("pop1", "pop4"), "numbers that are free"
    with pytest.raises(TypeError, match="text"):
        net.create(2, MODEL, name=3)


@pytest.mark.parametrize("wrong", [(), (3,), (None, MODEL), (3, "LIF"), (3, 5)])
def test_create_without_what_it_needs_is_refused(wrong: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError, match=r"neuron|Neuron"):
        ann.Network().create(*wrong)


def test_a_class_of_neurons_is_made_with_its_defaults() -> None:
    assert isinstance(ann.Network().create(2, ann.IF_curr_exp).neuron_type, ann.IF_curr_exp)


SPIKER = dict(parameters="ref = 3.0", equations="v += 1.0 : init=0.0", spike="v >= 2.0", reset="v = 0.0")


def spikes_of(setting: Any = None, dt: float = 0.5, duration: float = 20.0, **more: Any) -> list[list[int]]:
    net = ann.Network(dt=dt, seed=1)
    population = net.create(2, ann.Neuron(**SPIKER, **more))
    if setting is not None:
        population.refractory = setting
    m = net.monitor(population, "spike")
    net.simulate(duration)
    return list(m.get("spike").values())


@pytest.mark.parametrize(
    ("setting", "steps"),
    [(0.0, 0), (2.0, 4), (1.1, 2), (1.3, 3), (np.float32(2.0), 4), ("ref", 6)],
)
def test_a_refractory_time_freezes_the_nearest_whole_number_of_steps(setting: Any, steps: int) -> None:
    """Two steps to the threshold: spikes in steps 1, 1 + 2 + r, …"""
    assert spikes_of(setting) == [list(range(1, 40, 2 + steps))] * 2


def test_refractory_times_differ_by_neuron_and_are_read_back() -> None:
    assert spikes_of([1.0, 2.0]) == [list(range(1, 40, 4)), list(range(1, 40, 6))]
    net = ann.Network(dt=0.5)
    population = net.create((1, 2), ann.Neuron(**SPIKER))
    assert population.refractory is None
    population.refractory = 2.0
    assert population.refractory == 2.0
    population[1].refractory = 5.0
    np.testing.assert_array_equal(population.refractory, [[2.0, 5.0]])
    np.testing.assert_array_equal(population[0:2].refractory, [2.0, 5.0])
    population.refractory = ann.Uniform(1.0, 2.0)
    assert (population.refractory >= 1.0).all()
    net.simulate(1.0)
    population.refractory = 0.0
    net.reset()
    assert (population.refractory >= 1.0).all()
    assert ann.Network().create(1, ann.Neuron(**SPIKER, refractory="ref")).refractory == [3.0]
    assert ann.Network().create(1, ann.Neuron(**SPIKER, refractory=4.0)).refractory == 4.0


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf, [1.0, -1.0], "nothing", ann.Uniform(-2.0, -1.0)])
def test_a_refractory_time_that_makes_no_sense_is_refused_the_first_time_and_later(value: Any) -> None:
    population = ann.Network().create(2, ann.Neuron(**SPIKER))
    for _ in range(2):
        with pytest.raises(ValueError, match="refractory must be a time in ms"):
            population.refractory = value
        population.refractory = 1.0
    assert population.refractory == 1.0


def test_the_firing_rate_counts_the_last_window_whenever_it_is_asked_for() -> None:
    net = ann.Network(dt=0.5)
    population = net.create(2, ann.Neuron(**SPIKER))
    population.v = [0.0, -1000.0]
    net.simulate(7.5)
    population.compute_firing_rate(5.0)
    m = net.monitor(population, "r")
    net.simulate(10.0)
    population.compute_firing_rate(window=3.0)
    net.simulate(10.0)
    spiked = np.arange(55) % 2 == 1
    wide = np.array([spiked[max(0, n - 9) : n + 1].sum() for n in range(15, 35)]) / 0.005
    narrow = np.array([spiked[max(0, n - 5) : n + 1].sum() for n in range(35, 55)]) / 0.003
    rates = m.get("r")
    np.testing.assert_array_equal(rates[9:20, 0], wide[9:])
    np.testing.assert_array_equal(rates[20:, 0], narrow)
    assert (rates[:, 1] == 0.0).all()
    assert (rates >= 0.0).all()
    net.reset()
    assert (population.r == 0.0).all()


def test_a_firing_rate_needs_spikes_and_a_window() -> None:
    with pytest.raises(TypeError, match="does not spike"):
        grid().compute_firing_rate(10.0)
    population = ann.Network().create(2, ann.Neuron(**SPIKER))
    for window in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="window"):
            population.compute_firing_rate(window)


def test_a_disabled_population_neither_changes_nor_spikes_nor_hears() -> None:
    net = ann.Network()
    source = net.create(1, ann.Neuron(equations="v = t", spike="v >= 0.0", reset=""))
    model = ann.Neuron(equations="a += g_exc : init=0.0", spike="a > 1000.0", reset="")
    silent, other = net.create(1, model), net.create(1, model)
    for post in (silent, other):
        net.connect(source, post, "exc").one_to_one(1.0)
    net.simulate(3.0)
    assert (silent.a[0], other.a[0]) == (2.0, 2.0)
    silent.disable()
    source_spikes = net.monitor(source, "spike")
    assert not silent.enabled
    net.simulate(5.0)
    assert (silent.a[0], other.a[0]) == (2.0, 7.0)
    silent.enable()
    net.simulate(1.0)
    assert (silent.a[0], other.a[0]) == (3.0, 8.0), "what came meanwhile is lost"
    source.disable()
    net.simulate(3.0)
    assert source_spikes.get("spike")[0] == [3, 4, 5, 6, 7, 8]
    assert other.a[0] == 9.0, "the spike of the last enabled step still arrives"


def test_inputs_are_read_as_sums() -> None:
    net = ann.Network()
    a, b = net.create((1, 2), ann.Neuron(parameters="x = 2.0", equations="r = x")), net.create((2, 2), MODEL)
    net.connect(a, b, "exc").all_to_all(1.5)
    net.simulate(2.0)
    np.testing.assert_array_equal(b.sum("exc"), np.full((2, 2), 6.0))
    np.testing.assert_array_equal(b[1:3].sum("exc"), [6.0, 6.0])
    with pytest.raises(ValueError, match=r"no input 'inh'.*exc"):
        b.sum("inh")
    assert b.targets == ("exc",)


def test_descriptions() -> None:
    population = grid()
    assert (population.parameters, population.variables) == (["tau"], ["v", "r"])
    assert population.attributes == ["tau", "v", "r"]
    assert repr(population).startswith("<Population 'grid' of 12 neurons")
    assert population.stop_condition is None
