"""Stop conditions, resets and callbacks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import eqneuro as ann

COUNTER = ann.Neuron(parameters="inc = 1.0", equations="v = v + inc : init=0.0\nr = v")


def counting(dt: float = 1.0, size: int = 2, **settings: Any) -> tuple[ann.Network, Any]:
    net = ann.Network(dt=dt, **settings)
    return net, net.create(size, COUNTER)


def stopping() -> tuple[ann.Network, Any, Any, Any]:
    net = ann.Network(dt=0.5)
    a = net.create(3, COUNTER, stop_condition="v >= 4.0")
    b = net.create(3, COUNTER, stop_condition="v >= 4.0 : all")
    never = net.create(1, COUNTER, stop_condition="v < 0.0 : any")
    a.inc = b.inc = [1.0, 2.0, 0.5]
    return net, a, b, never


@pytest.mark.parametrize("threads", [1, 3])
def test_a_run_ends_after_the_step_in_which_the_conditions_hold(threads: int) -> None:
    net, a, b, never = stopping()
    net.config(num_threads=threads)
    for population, operator, steps in (
        (a, "and", 2), (b, "and", 8), ([a, b], "and", 8), ((a, b), "or", 2), ([never, a], "or", 2),
        ([never, a], "and", 20),
    ):  # fmt: skip
        net.reset()
        assert net.simulate_until(10.0, population, operator=operator) == 0.5 * steps
        assert net.current_step == steps
    net.reset()
    net.simulate(5.0)
    assert net.simulate_until(10.0, a) == 0.5, "looked at after a step, never before the first one"
    assert net.simulate_until(0.0, a) == 0.0


def test_a_population_without_a_condition_never_ends_the_run_and_is_told() -> None:
    net, a, _, _ = stopping()
    plain = net.create(1, COUNTER, name="plain")
    for population, operator, steps in ((plain, "and", 6), ([plain, a], "and", 6), ([plain, a], "or", 2)):
        net.reset()
        with pytest.warns(UserWarning, match="'plain' has no stop condition") as caught:
            assert net.simulate_until(3.0, population, operator=operator) == 0.5 * steps
        assert caught[0].filename == __file__


def test_stop_conditions_of_others_and_other_words_are_refused() -> None:
    net, a, _, _ = stopping()
    _, other = counting()
    with pytest.raises(ValueError, match="operator must be 'and' or 'or'"):
        net.simulate_until(3.0, a, operator="xor")
    for wrong in (other, [a, other], "a", a[0:2]):
        with pytest.raises(ValueError, match="no population of this network"):
            net.simulate_until(3.0, wrong)
    with pytest.raises(ann.EquationError, match="unknown name 'vv'"):
        net.create(2, COUNTER, stop_condition="vv > 1.0")


def test_reset_brings_back_what_was_set_before_compile() -> None:
    net, population = counting()
    population.inc, population.v = 3.0, [1.0, 2.0]
    net.compile()
    population.inc, population.v = 5.0, 0.0
    net.simulate(4.0)
    net.reset()
    assert (net.time, net.current_step) == (0.0, 0)
    np.testing.assert_array_equal(population.inc, 3.0)
    np.testing.assert_array_equal(population.v, [1.0, 2.0])
    net.simulate(1.0)
    np.testing.assert_array_equal(population.v, [4.0, 5.0])
    net.reset(populations=False)
    np.testing.assert_array_equal(population.v, [4.0, 5.0])
    population.inc = 9.0
    population.reset("v")
    assert (population.v[0], population.inc[0]) == (1.0, 9.0)
    population.reset(["inc"])
    assert population.inc[0] == 3.0


def test_reset_takes_what_is_under_way_along() -> None:
    net = ann.Network()
    source = net.create(ann.SpikeSourceArray([[0.0]]))
    cell = net.create(
        1, ann.Neuron(equations="a += g_exc : init=0.0\nb = t_last", spike="a > 5.0", reset="a = 0.0", refractory=10.0)
    )
    rates = net.create(1, ann.Neuron(equations="r = t"))
    late = net.create(1, ann.Neuron(equations="x = mean(x) + 1.0 : init=7.0\nr = sum(exc)"))
    net.connect(source, cell, "exc").all_to_all(1.0, delays=3.0)
    net.connect(rates, late, "exc").all_to_all(1.0, delays=4.0)
    net.simulate(2.0)
    net.reset()
    net.simulate(1.5)
    net.reset()
    expected = []
    for _ in range(2):
        m = net.monitor(cell, ["a", "b"]), net.monitor(late, ["r", "x"])
        net.simulate(6.0)
        expected.append([values.tolist() for one in m for values in one.get().values()])
        net.reset()
    assert expected[0] == expected[1]
    assert expected[0][0] == [[0.0]] * 3 + [[1.0]] * 3
    assert expected[0][2] == [[0.0]] * 4 + [[0.0], [1.0]], "the past before 0 is the initial value"


def test_a_reset_repeats_the_noise_unless_it_is_not_to() -> None:
    net = ann.Network(seed=12)
    population = net.create(4, ann.Neuron(equations="v += Normal(0.0, 1.0)\nr = v"))
    runs = []
    for how in ({}, {"reseed_rng": False}, {"reseed_rng": False}, {}, {}):
        net.simulate(3.0)
        population.v = population.v + ann.Uniform(0.0, 1.0).get_values(4) * 0.0
        runs.append(population.v.tolist())
        net.reset(**how)
    assert runs[0] == runs[1] == runs[4]
    assert len({tuple(run) for run in runs}) == 3


def test_reset_can_keep_recordings() -> None:
    net, population = counting()
    net.simulate(1.0)
    m = net.monitor(population, "v")
    net.simulate(2.0)
    net.reset(monitors=False)
    net.simulate(2.0)
    assert m.get("v")[:, 0].tolist() == [2.0, 3.0, 1.0, 2.0]
    net.reset()
    assert m.get("v").shape == (0, 2)


def test_callbacks_come_at_start_plus_wait_plus_offset_plus_periods_in_order() -> None:
    net, _ = counting(0.5)
    calls: list[tuple[str, int, int]] = []

    def note(name: str) -> Any:
        return lambda n: calls.append((name, n, net.current_step))

    ann.every(network=net, period=1.5)(note("a"))
    ann.every(network=net, period=1.5, offset=-0.5)(note("end"))
    ann.every(network=net, period=1.0, offset=2.0, wait=2.0)(note("late"))
    ann.every(network=net, period=1.5)(note("b"))
    net.simulate(3.0)
    assert calls == [("a", 0, 0), ("b", 0, 0), ("end", 0, 2), ("a", 1, 3), ("b", 1, 3), ("late", 0, 4), ("end", 1, 5)]
    calls.clear()
    net.simulate(0.5)
    assert calls == [("a", 0, 6), ("b", 0, 6)], "counted from each simulate()"
    calls.clear()
    net.disable_callbacks()
    net.simulate(2.0)
    net.enable_callbacks()
    net.step()
    assert (calls, net.callbacks_enabled()) == ([], True)
    net.clear_all_callbacks()
    net.simulate(2.0)
    assert calls == []


def test_a_callback_may_change_everything() -> None:
    net, population = counting()
    m = net.monitor(population, "v")
    seen = []

    @ann.every(network=net, period=2.0)
    def act(n: int) -> None:
        if n == 0:
            population.inc = [1.0, 10.0]
        elif n == 1:
            seen.append(m.get("v").shape)
        elif n == 2:
            net.create(1, COUNTER, name="more")
        elif n == 3:
            net.reset()
        else:
            net.disable_callbacks()

    net.simulate(20.0)
    assert callable(act)
    assert seen == [(2, 2)]
    assert net.current_step == 20 - 6
    assert population.v.tolist() == [14.0, 14.0], "the reset brought back inc as well"
    assert net.get_population("more").v[0] == 14.0


@pytest.mark.parametrize(
    "wrong", [dict(period=0.0), dict(period=-1.0), dict(period=np.nan), dict(wait=-1.0), dict(offset=np.inf)]
)
def test_callbacks_at_times_that_can_not_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="of a callback"):
        ann.every(network=ann.Network(), **wrong)


def test_callbacks_of_long_runs_are_not_listed_beforehand() -> None:
    net, _ = counting(0.1)

    @ann.every(network=net, period=0.1)
    def stop(n: int) -> None:
        raise StopIteration

    with pytest.raises(StopIteration):
        net.simulate(1e12)
