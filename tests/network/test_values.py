"""Attributes are arrays that the simulation reads and writes: assigning, writing in place, types, shapes, promotion."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import eqneuro as ann

MODEL = ann.Neuron(
    parameters=dict(shared=1.0, n=ann.Parameter(3, type="int"), on=True),
    equations="""
        mine = mine : init=0.5
        whole = whole + n : int, init=0
        flag = on : bool
        all = shared : population
        r = shared
    """,
)
LOCAL = ann.Neuron(parameters="inc = 1.0", equations="v = v + inc : init=0.0\nr = v")


def make(model: ann.Neuron = MODEL, geometry: Any = (4, 3), **settings: Any) -> tuple[ann.Network, Any]:
    net = ann.Network(seed=1, **settings)
    return net, net.create(geometry, model, name="grid")


def test_an_array_that_is_held_shows_every_step_and_takes_writes_before_and_after_compile() -> None:
    net, population = make(LOCAL, 4)
    v, inc = population.v, population.inc
    v[1] = 10.0
    net.simulate(2.0)
    np.testing.assert_array_equal(v, [2.0, 12.0, 2.0, 2.0])
    v[3] = 100.0
    net.simulate(1.0)
    np.testing.assert_array_equal(population.v, [3.0, 13.0, 3.0, 101.0])
    inc[0] = 5.0
    net.simulate(1.0)
    np.testing.assert_array_equal(v, [8.0, 14.0, 4.0, 102.0])
    assert population.v.base is not None
    net.reset()
    np.testing.assert_array_equal(v, [0.0, 10.0, 0.0, 0.0], err_msg="the same array after a reset")
    np.testing.assert_array_equal(inc, 1.0)
    v += 1.0
    net.simulate(1.0)
    np.testing.assert_array_equal(population.v, [2.0, 12.0, 2.0, 2.0])
    assert np.shares_memory(v, population.v)


def test_the_arrays_have_the_geometry_and_in_place_operators_write() -> None:
    _, population = make()
    assert population.mine.shape == (4, 3)
    population.mine[2, 1] = 7.0
    population.mine *= 2.0
    assert population.neuron(2, 1).mine == 14.0
    assert np.count_nonzero(population.mine == 1.0) == 11


def test_a_global_parameter_is_a_number_until_it_has_several_values() -> None:
    net, population = make()
    assert (population.shared, population.n, population.on) == (1.0, 3, True)
    assert [type(population.get(name)) for name in ("shared", "n", "on")] == [float, int, bool]
    net.simulate(1.0)
    population.shared = np.arange(12.0)
    held = population.shared
    net.simulate(1.0)
    np.testing.assert_array_equal(population.r, np.arange(12.0).reshape(4, 3))
    held[0, 0] = -5.0
    net.simulate(1.0)
    assert population.r[0, 0] == -5.0
    population.shared = 2.0
    assert np.shares_memory(held, population.shared), "no array that is held goes stale"
    net.reset()
    np.testing.assert_array_equal(held, 1.0)


@pytest.mark.parametrize("value", [[1.0] * 12, np.ones((4, 3)), ann.Uniform(0.0, 1.0)])
def test_a_global_variable_takes_one_value(value: Any) -> None:
    _, population = make()
    with pytest.raises(ValueError, match=r"'all' is a global variable.* one value"):
        population.all = value
    with pytest.raises(ValueError, match="global variable"):
        population[2:4].all = 3.0
    population.all = 4.0
    assert population.all == 4.0


def test_a_view_gives_a_global_parameter_several_values() -> None:
    net, population = make()
    population[:, 1].shared = 9.0
    net.simulate(1.0)
    np.testing.assert_array_equal(population.r[:, 1], 9.0)
    np.testing.assert_array_equal(population.r[:, [0, 2]], 1.0)


def test_whole_numbers_and_truth_values_stay_what_they_are() -> None:
    net, population = make()
    net.simulate(2.0)
    assert population.whole.dtype == np.int64
    assert population.flag.dtype == np.bool_
    population.whole = 2.9
    assert population.whole[0, 0] == 2
    population.whole = np.full(12, -2.9)
    assert population.whole[0, 0] == -2
    population[1].whole = 7.9
    assert population.whole[0, 1] == 7
    population.n = 5
    population.on = False
    net.simulate(1.0)
    assert population.whole[0, 1] == 12
    assert not population.flag.any()
    for value in (2**63, -(2.0**70)):
        with pytest.raises((ValueError, OverflowError), match=r"64 bits|too large"):
            population.whole = value
    for name in ("whole", "n", "flag"):
        with pytest.raises(ValueError, match="whole numbers or truth values"):
            population.set({name: np.nan})


@pytest.mark.parametrize("value", [np.arange(11.0), [1.0, 2.0], np.ones((3, 4)), np.ones((4, 3, 1))])
def test_another_shape_is_refused_where_it_is_assigned(value: Any) -> None:
    _, population = make()
    for name in ("mine", "shared"):
        with pytest.raises(ValueError, match=r"shape \(4, 3\)"):
            population.set({name: value})
    with pytest.raises(ValueError, match="takes 3 values"):
        population[0:3].mine = [1.0, 2.0]
    np.testing.assert_array_equal(population.mine, 0.5)


@pytest.mark.parametrize("value", ["text", None, [[1.0], [2.0, 3.0]], object()])
def test_what_is_no_number_is_refused(value: Any) -> None:
    _, population = make()
    with pytest.raises((ValueError, TypeError)):
        population.mine = value
    np.testing.assert_array_equal(population.mine, 0.5)


def test_an_unknown_attribute_is_refused_with_the_nearest_one() -> None:
    _, population = make()
    for access in (lambda: population.mime, lambda: population[0:2].mime, lambda: population.neuron(1).mime):
        with pytest.raises(AttributeError, match="'mine'"):
            access()
    for target in (population, population[0:2]):
        with pytest.raises(AttributeError, match="'mine'"):
            target.mime = 3.0
    with pytest.raises(AttributeError, match=r"has mine|has shared"):
        population.zzzzzzzz = 1.0
    with pytest.raises(AttributeError, match=r"'size' .* can't be set"):
        population.size = 3
    with pytest.raises(AttributeError, match=r"no attribute 'nothing'"):
        population.reset(["nothing"])


def test_set_and_get_take_names() -> None:
    _, population = make()
    population.set({"mine": 2.0, "shared": 3.0})
    assert population.get("shared") == 3.0
    np.testing.assert_array_equal(population.get("mine"), np.full((4, 3), 2.0))
    view = population[0:2]
    view.set({"mine": [5.0, 6.0]})
    np.testing.assert_array_equal(view.get("mine"), [5.0, 6.0])


def test_a_name_that_population_has_itself_is_read_by_get() -> None:
    net = ann.Network()
    with pytest.warns(UserWarning, match=r"'width' of population 'pop0' .* get\('width'\)"):
        population = net.create((2, 3), ann.Neuron(parameters="width = 0.25", equations="r = width"))
    assert population.width == 2
    np.testing.assert_array_equal(population.get("width"), 0.25)
    population.set({"width": 0.5})
    net.simulate(1.0)
    np.testing.assert_array_equal(population.r, 0.5)


def test_distributions_draw_from_the_seed_and_from_their_own_generator() -> None:
    def draw(**rng: Any) -> tuple[np.ndarray, np.ndarray]:
        net, population = make()
        population.mine = ann.Normal(5.0, 1.0, **rng)
        population[0:5].mine = ann.Uniform(10.0, 11.0)
        return population.mine.copy(), net

    first, _ = draw()
    again, _ = draw()
    np.testing.assert_array_equal(first, again)
    assert len(np.unique(first)) == 12
    assert ((first.ravel()[:5] >= 10.0) & (first.ravel()[:5] <= 11.0)).all()
    own, _ = draw(rng=np.random.default_rng(3))
    np.testing.assert_array_equal(own.ravel()[5:], np.random.default_rng(3).normal(5.0, 1.0, 12)[5:])


def test_initial_values_follow_parameters_set_before_compile_until_they_are_set_themselves() -> None:
    model = ann.Neuron(parameters="E = -60.0", equations="v = v : init=E\nu = u : init=E\nw = w : init=E\nr = v")
    net = ann.Network()
    population = net.create(3, model)
    held = population.w
    population.E, population.u = [-70.0, -71.0, -72.0], 1.0
    held[0] = 5.0
    net.simulate(1.0)
    np.testing.assert_array_equal(population.v, [-70.0, -71.0, -72.0])
    np.testing.assert_array_equal(population.u, 1.0)
    np.testing.assert_array_equal(population.w, [5.0, -60.0, -60.0])


def test_a_global_variable_can_not_begin_with_several_values() -> None:
    net = ann.Network()
    population = net.create(3, ann.Neuron(parameters="E = 1.0", equations="g = g : population, init=E\nr = g"))
    assert population.g == 1.0, "a local parameter that is the same for all"
    population.E = [1.0, 2.0, 3.0]
    with pytest.raises(ValueError, match="'g' is a global variable"):
        net.compile()


def test_precision_changes_before_compile_and_keeps_what_was_set() -> None:
    net, population = make()
    population.mine = 0.1
    population.flag[0, 0] = True
    net.config(precision="float")
    assert population.mine.dtype == np.float32
    assert population.whole.dtype == np.int32
    np.testing.assert_array_equal(population.mine, np.float32(0.1))
    assert population.flag[0, 0]
    net.simulate(1.0)
    np.testing.assert_array_equal(population.mine, np.float32(0.1))


def test_functions_of_the_neuron_are_methods() -> None:
    net = ann.Network()
    population = net.create(2, ann.Neuron(equations="r = f(t, 2.0)", functions="f(x, y) = x*y + 1"))
    assert population.functions == ["f"]
    assert population.f(3.0, 4.0) == 13.0
    np.testing.assert_array_equal(population.f(np.arange(3.0), 2.0), [1.0, 3.0, 5.0])


def test_attributes_are_completed_by_name() -> None:
    _, population = make()
    assert {"mine", "shared", "n", "all"} <= set(dir(population))
