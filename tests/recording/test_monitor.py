"""What a monitor keeps, when, and in which shape and type."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import eqneuro as ann

MODEL = ann.Neuron(
    parameters=dict(step=1.0),
    equations="""
        clock = t : population
        v = v + step : init=0.0
        whole = whole + 2 : int, init=0
        odd = modulo(v, 2) > 0.5 : bool
        r = v
    """,
)
SPIKER = ann.Neuron(parameters="inc = 1.0", equations="v += inc : init=0.0", spike="v >= 3.0", reset="v = 0.0")


def make(dt: float = 0.5, geometry: Any = (2, 3), **settings: Any) -> tuple[ann.Network, Any]:
    net = ann.Network(dt=dt, seed=1, **settings)
    return net, net.create(geometry, MODEL, name="grid")


# -- shapes and types --------------------------------------------------------------------------------------------------


def test_time_comes_first_and_the_geometry_or_the_view_behind() -> None:
    net, population = make()
    population.step = np.arange(6.0).reshape(2, 3)
    m = net.monitor(population, ["v", "clock"])
    column, single, mixed = (net.monitor(population[i], "v") for i in ((slice(None), 1), 4, [5, 0, 3]))
    net.simulate(2.0)
    expected = np.outer(np.arange(1.0, 5.0), np.arange(6.0))
    np.testing.assert_array_equal(m.get("v", keep=True), expected.reshape(4, 2, 3))
    np.testing.assert_array_equal(m.get("v", keep=True, reshape=False), expected)
    np.testing.assert_array_equal(m.get("clock", keep=True), [0.0, 0.5, 1.0, 1.5])
    for view, ranks in ((column, [1, 4]), (single, [4]), (mixed, [5, 0, 3])):
        np.testing.assert_array_equal(view.get("v"), expected[:, ranks])
    data = m.get()
    assert list(data) == ["v", "clock"]
    assert m.get("v").shape == (0, 2, 3), "reading empties"
    net.simulate(0.5)
    assert m["v"].shape == (1, 2, 3)
    assert m["v"].shape == (0, 2, 3)


@pytest.mark.parametrize(("precision", "kinds"), [("double", "f8 i8"), ("float", "f4 i4")])
def test_types_are_those_of_the_variables(precision: str, kinds: str) -> None:
    net, population = make(precision=precision)
    m = net.monitor(population, ["v", "whole", "odd", "clock"])
    net.simulate(2.0)
    data = m.get()
    real, whole = kinds.split()
    assert [data[name].dtype for name in data] == [real, whole, "?", real]
    np.testing.assert_array_equal(data["whole"][:, 0, 0], [2, 4, 6, 8])
    np.testing.assert_array_equal(data["odd"][:, 1, 2], [True, False, True, False])


def test_precision_that_changes_after_the_monitor_was_made_counts() -> None:
    net, population = make()
    m = net.monitor(population, ["v", "whole"])
    net.config(dtype=ann.float32)
    net.simulate(1.0)
    assert [values.dtype for values in m.get().values()] == [np.float32, np.int32]


def test_parameters_are_recorded_also_across_their_becoming_several_values() -> None:
    net, population = make()
    m, view = net.monitor(population, ["step", "v"]), net.monitor(population[1:3], "step")
    net.simulate(1.0)
    population.step = 2.0
    net.simulate(0.5)
    assert m.get("step", keep=True).tolist() == [1.0, 1.0, 2.0]
    population.step = np.arange(6.0)
    net.simulate(1.0)
    expected = np.vstack([np.full((2, 6), 1.0), np.full((1, 6), 2.0), [np.arange(6.0)] * 2])
    np.testing.assert_array_equal(m.get("step", reshape=False), expected)
    np.testing.assert_array_equal(view.get("step"), expected[:, 1:3])
    population.step = 7.0
    net.simulate(0.5)
    np.testing.assert_array_equal(m.get("step"), np.full((1, 2, 3), 7.0))


def test_what_is_read_is_a_copy() -> None:
    net, population = make()
    m = net.monitor(population, "v")
    net.simulate(1.0)
    first = m.get("v", keep=True)
    first[:] = -1.0
    np.testing.assert_array_equal(m.get("v")[:, 0, 0], [1.0, 2.0])
    net.simulate(3.0)
    assert (first == -1.0).all()


def test_inputs_are_recorded_as_the_neurons_read_them() -> None:
    net = ann.Network()
    source = net.create(ann.SpikeSourceArray([[0.0, 2.0]]))
    cell = net.create(2, ann.Neuron(equations="10.0*dg_inh/dt = -g_inh\nv = g_exc", spike="v > 9.0", reset=""))
    rates = net.create(2, ann.Neuron(equations="r = t"))
    post = net.create(1, ann.Neuron(equations="r = 2.0*sum(exc)"))
    net.connect(source, cell, "exc").all_to_all(1.5)
    net.connect(source, cell, "inh").all_to_all(1.0)
    net.connect(rates, post, "exc").all_to_all(1.0)
    m, n = net.monitor(cell, ["g_exc", "g_inh", "v"]), net.monitor(post, ["sum(exc)", "r"])
    net.simulate(4.0)
    data = m.get()
    np.testing.assert_array_equal(data["g_exc"][:, 0], [0.0, 1.5, 0.0, 1.5])
    np.testing.assert_array_equal(data["v"], data["g_exc"])
    np.testing.assert_allclose(data["g_inh"][:, 1], [0.0, 1.0, 0.9, 1.81])
    np.testing.assert_array_equal(n.get("sum(exc)").ravel(), [0.0, 0.0, 2.0, 4.0])
    np.testing.assert_array_equal(n.get("r").ravel(), [0.0, 0.0, 4.0, 8.0])


def test_both_kinds_of_spikes_are_recorded() -> None:
    model = ann.Neuron(
        equations="v += 1.0 : init=0.0\nu += 1.0 : init=0.0",
        spike="v >= 3.0", reset="v = 0.0", axon_spike="u >= 2.0", axon_reset="u = 0.0",
    )  # fmt: skip
    net = ann.Network(dt=0.5)
    population = net.create(3, model)
    m = net.monitor(population, ["spike", "axon_spike"])
    view = net.monitor(population[[2, 0]], "spike")
    net.simulate(4.5)
    data = m.get()
    assert data["spike"] == {k: [2, 5, 8] for k in range(3)}
    assert data["axon_spike"] == {k: [1, 3, 5, 7] for k in range(3)}
    assert list(view.get("spike").items()) == [(2, [2, 5, 8]), (0, [2, 5, 8])]


# -- when --------------------------------------------------------------------------------------------------------------


def steps_of(m: Any, name: str = "v") -> list[int]:
    """v is n + 1 after step n."""
    values = m.get(name)
    return [round(x) - 1 for x in np.ravel(values[:, 0, 0])]


def test_period_and_offset_choose_the_steps() -> None:
    net, population = make()
    every, shifted = (
        net.monitor(population, "v", period=2.0),
        net.monitor(population, "v", period=2.0, period_offset=1.5),
    )
    assert (every.period, every.period_offset, shifted.period, shifted.period_offset) == (2.0, 0.0, 2.0, 1.5)
    net.simulate(3.0)
    late = net.monitor(population, "v", period=2.0)
    for piece in (0.5, 1.0, 4.5):
        net.simulate(piece)
    assert steps_of(every) == [0, 4, 8, 12, 16]
    assert steps_of(shifted) == [3, 7, 11, 15]
    assert steps_of(late) == [6, 10, 14], "counted from its making"


@pytest.mark.parametrize(
    "wrong",
    [
        dict(period=0.2),
        dict(period=-1.0),
        dict(period=np.nan),
        dict(period=2.0, period_offset=2.0),
        dict(period_offset=-0.5),
        dict(period_offset=0.5),
    ],
)
def test_periods_that_can_not_be_are_refused(wrong: dict[str, float]) -> None:
    net, population = make()
    with pytest.raises(ValueError, match="period"):
        net.monitor(population, "v", **wrong)
    assert net.get_monitors() == []


def test_recording_pauses_and_resumes_and_says_when() -> None:
    net, population = make()
    m = net.monitor(population, "v", start=False)
    net.simulate(2.0)
    assert m.get("v").shape == (0, 2, 3)
    m.start()
    net.simulate(1.0)
    m.pause()
    net.simulate(1.0)
    m.pause()
    m.resume()
    m.resume()
    net.simulate(1.5)
    assert steps_of(m) == [4, 5, 8, 9, 10]
    assert m.times() == m.times("v") == m.times(["v"]) == {"v": {"start": [4, 8], "stop": [6, 11]}}
    net.simulate(0.5)
    assert steps_of(m) == [11]
    assert m.times()["v"] == {"start": [11], "stop": [12]}
    m.stop()
    net.simulate(1.0)
    assert m.variables == []
    with pytest.raises(
        ValueError,
        match=r"records nothing, not .*: stop\(\) has given up what it held, and pause\(\) would have kept it",
    ):
        m.get("v")


def test_variables_are_started_later_and_each_has_its_own_times() -> None:
    net, population = make()
    m = net.monitor(population, "v", period=1.0)
    net.simulate(1.5)
    m.start(["whole", "r"])
    assert m.variables == ["v", "whole", "r"]
    net.simulate(2.0)
    assert steps_of(m) == [0, 2, 4, 6], "what runs goes on as it does"
    assert steps_of(m, "r") == [4, 6]
    assert m.times() == {
        "v": {"start": [0], "stop": [7]},
        "whole": {"start": [3], "stop": [7]},
        "r": {"start": [3], "stop": [7]},
    }
    m.start(period=0.5)
    net.simulate(1.0)
    assert steps_of(m) == [7, 8]
    m.start("clock", period=1.5)
    net.simulate(3.0)
    assert steps_of(m) == [9, 12]
    assert m.get("clock").tolist() == [4.5, 6.0]


def test_reading_one_variable_leaves_the_times_of_the_others() -> None:
    net = ann.Network()
    population = net.create(1, SPIKER)
    m = net.monitor(population, ["v", "spike"])
    net.simulate(30.0)
    assert m.get("v").shape == (30, 1)
    spikes = m.get("spike")
    assert m.times("spike")["spike"] == {"start": [0], "stop": [30]}
    assert m.mean_fr(spikes) == pytest.approx(1000.0 / 3.0)


def test_a_reset_empties_and_goes_on_from_0() -> None:
    net, population = make()
    m = net.monitor(population, "v")
    net.simulate(2.0)
    late = net.monitor(population, "v", period=1.0)
    net.simulate(1.0)
    net.reset()
    net.simulate(1.5)
    assert steps_of(m) == [0, 1, 2]
    assert steps_of(late) == [0, 2]
    assert m.times()["v"] == {"start": [0], "stop": [3]}
    m.reset()
    net.simulate(0.5)
    assert steps_of(m) == [3]


def test_a_recording_can_be_read_and_paused_within_a_run() -> None:
    net, population = make()
    m = net.monitor(population, "v")
    read = []

    @ann.every(network=net, period=1.0)
    def look(n: int) -> None:
        read.append(steps_of(m))
        (m.pause if n % 2 else m.resume)()

    net.simulate(4.0)
    assert read == [[], [0, 1], [], [4, 5]]
    assert steps_of(m) == []


# -- errors ------------------------------------------------------------------------------------------------------------


def test_what_can_not_be_recorded_is_refused_at_once() -> None:
    net, population = make()
    with pytest.raises(ValueError, match=r"'grid' has no 'wole' to read. Did you mean 'whole'"):
        net.monitor(population, ["v", "wole"])
    with pytest.raises(ValueError, match="does not spike"):
        net.monitor(population, "spike")
    with pytest.raises(ValueError, match=r"no 'spikes' to read. Did you mean 'spike'"):
        net.monitor(net.create(1, SPIKER), "spikes")
    with pytest.raises(ValueError, match=r"no 'sum\(exc\)'"):
        net.monitor(population, "sum(exc)")
    with pytest.raises(ValueError, match="no 'axon_spike' condition"):
        net.monitor(net.create(1, SPIKER), "axon_spike")
    for wrong in (3, [["v"]], [3], None):
        with pytest.raises(TypeError, match="a name or a list of names"):
            net.monitor(population, wrong)
    for wrong in (3, "grid", None, net):
        with pytest.raises(TypeError, match="records a population, a projection, a view"):
            net.monitor(wrong, "v")
    projection = net.connect(
        net.create(1, MODEL), net.create(1, ann.Neuron(equations="r = sum(exc)")), "exc"
    ).all_to_all(1.0)
    with pytest.raises(AttributeError, match="Did you mean 'fixed_probability'"):
        projection.fixed_probablity(0.1, 1.0)
    for thing in (projection, projection.dendrite(0)):
        with pytest.raises(ValueError, match="has no attribute 'spike'"):
            net.monitor(thing, "spike")
    assert net.get_monitors() == []
    m = net.monitor(population, "v")
    with pytest.raises(ValueError, match="records v, not 'u'"):
        m.get("u")
    with pytest.raises(ValueError, match="no 'u' to read"):
        m.start("u")
    assert m.variables == ["v"]


def test_a_population_of_another_network_is_refused() -> None:
    net, _ = make()
    _, other = make()
    with pytest.raises(ValueError, match="another network"):
        net.monitor(other, "v")
    with pytest.raises(ValueError, match="another network"):
        net.monitor(other[0:2], "v")


def test_names_and_descriptions() -> None:
    net, population = make()
    m = net.monitor(population, ["v", "v", "r"], name="watch")
    assert m.variables == ["v", "r"]
    assert repr(m) == "<Monitor 'watch' of v, r>"
    assert net.monitor(population, "v").name == "monitor1"
    assert net.monitor(population).variables == []
    assert m.object is population
