"""Weights, delays and parameters of synapses."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import eqneuro as ann

RATE = ann.Neuron(parameters="x = 1.0", equations="r = x + 0.0*sum(exc)")
SUM = ann.Neuron(equations="r = sum(exc)")
SPIKER = ann.Neuron(equations="v = t", spike="v >= 0.0", reset="")
LISTENER = ann.Neuron(equations="a = g_exc", spike="a > 1e9", reset="")


def pair(pre: int = 4, post: int = 3, dt: float = 1.0, models: tuple[Any, Any] = (RATE, SUM)) -> tuple[Any, Any, Any]:
    net = ann.Network(dt=dt, seed=5)
    return net, net.create(pre, models[0], name="a"), net.create(post, models[1], name="b")


def matrix_of(projection: Any) -> np.ndarray:
    return projection.connectivity_matrix(fill=np.nan)


def test_weights_are_one_number_or_one_a_synapse() -> None:
    net, a, b = pair()
    projection = net.connect(a, b, "exc").all_to_all(0.5)
    assert projection.w == 0.5
    projection.w = 2.0
    assert projection.w == 2.0
    net.simulate(2.0)
    np.testing.assert_array_equal(b.r, 8.0)
    projection.w = np.arange(12.0).reshape(3, 4)
    assert projection.w == np.arange(12.0).reshape(3, 4).tolist()
    net.simulate(2.0)
    np.testing.assert_array_equal(b.r, np.arange(12.0).reshape(3, 4).sum(axis=1))
    projection.w = np.arange(12.0)[::-1]
    net.simulate(1.0)
    np.testing.assert_array_equal(b.r, np.arange(12.0)[::-1].reshape(3, 4).sum(axis=1))
    projection.w = 1.0
    net.simulate(1.0)
    np.testing.assert_array_equal(b.r, 4.0)
    assert projection.w == [[1.0] * 4] * 3
    projection.w = ann.Uniform(5.0, 6.0)
    assert all(5.0 <= w <= 6.0 for row in projection.w for w in row)
    net.simulate(1.0)
    np.testing.assert_allclose(b.r, np.sum(projection.w, axis=1), rtol=1e-14)


def test_a_single_synapse_is_like_many() -> None:
    net, a, b = pair(1, 1)
    assert net.connect(a, b, "exc").all_to_all(0.5).w == 0.5
    assert net.connect(a, b, "exc").all_to_all(0.5, force_multiple_weights=True).w == [[0.5]]


def test_weights_of_spiking_synapses_are_written_between_runs() -> None:
    net, a, b = pair(4, 3, models=(SPIKER, LISTENER))
    projection = net.connect(a, b, "exc").from_matrix(np.arange(12.0).reshape(3, 4))
    net.simulate(2.0)
    np.testing.assert_array_equal(b.a, np.arange(12.0).reshape(3, 4).sum(axis=1))
    for factor in (2.0, 3.0):
        projection.w = (factor * np.arange(12.0)).reshape(3, 4).tolist()
        net.simulate(1.0)
        np.testing.assert_array_equal(b.a, factor * np.arange(12.0).reshape(3, 4).sum(axis=1))


@pytest.mark.parametrize(
    "value", [np.nan, [[1.0]], [1.0, 2.0], [[1.0] * 4] * 2, [[1.0] * 3] * 3, "text", None, [[np.nan] * 4] * 3]
)
def test_weights_that_do_not_fit_are_refused(value: Any) -> None:
    net, a, b = pair()
    projection = net.connect(a, b, "exc").all_to_all(0.5)
    with pytest.raises((ValueError, TypeError)):
        projection.w = value
    assert projection.w == 0.5
    if not isinstance(value, list):
        other = net.connect(a, b, "exc")
        with pytest.raises((ValueError, TypeError)):
            other.all_to_all(value)
        assert other.all_to_all(1.0).nb_synapses == 12, "another try is free"


@pytest.mark.parametrize(
    "delays", [-1.0, np.nan, np.inf, 1e300, [1.0, 2.0], [[1.0] * 4, [1.0] * 4, [1.0, 2.0, 3.0, -4.0]]]
)
def test_delays_that_make_no_sense_are_refused(delays: Any) -> None:
    net, a, b = pair()
    with pytest.raises(ValueError, match="delays of 'proj0'"):
        net.connect(a, b, "exc").all_to_all(1.0, delays=delays)
    projection = net.connect(a, b, "exc").all_to_all(1.0)
    with pytest.raises(ValueError, match=r"'delay'|delays of"):
        projection.delay = delays
    assert projection.delay == 1.0


@pytest.mark.parametrize(
    ("delay", "becomes"),
    [(1.7, 1.5), (1.8, 2.0), (0.2, 0.5), ([[0.5, 1.0, 1.2, 2.0]] * 3, [[0.5, 1.0, 1.0, 2.0]] * 3)],
)
def test_a_delay_of_spikes_is_rounded_to_whole_steps_with_a_warning_that_says_so(delay: Any, becomes: Any) -> None:
    net, a, b = pair(dt=0.5, models=(SPIKER, LISTENER))
    first = 1.2 if isinstance(delay, list) else delay
    rounded = 1.0 if isinstance(delay, list) else becomes
    with pytest.warns(UserWarning, match=f"'proj0': .*dt = 0.5 ms.*{first} ms becomes {rounded:g} ms") as caught:
        projection = net.connect(a, b, "exc").all_to_all(1.0, delays=delay)
    assert caught[0].filename == __file__
    assert projection.delay == becomes
    with pytest.warns(UserWarning, match="becomes") as caught:
        projection.delay = delay
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("dt", "delay"), [(0.1, 0.3), (0.1, 0.7), (0.01, 0.07), (0.1, 1234.6), (0.025, 1.3), (1 / 3, 2.0)]
)
def test_multiples_of_dt_stay_exact_without_a_warning(dt: float, delay: float) -> None:
    net, a, b = pair(dt=dt)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        projection = net.connect(a, b, "exc").all_to_all(1.0, delays=delay)
        drawn = net.connect(a, b, "exc").all_to_all(1.0, delays=ann.Uniform(dt, 5 * dt))
    assert projection._delay == round(delay / dt)
    steps = np.array(drawn.delay) / dt
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-9)


@pytest.mark.parametrize("models", [(RATE, SUM), (SPIKER, LISTENER)])
@pytest.mark.parametrize("delays", [0.0, 2.0, [[1.0, 2.0, 3.0, 9.0], [2.0, 2.0, 1.0, 1.0], [4.0, 3.0, 2.0, 1.0]]])
def test_each_synapse_delivers_after_its_delay(models: tuple[Any, Any], delays: Any) -> None:
    """A pulse of step 2 arrives in step 2 + d."""
    pulse = ann.Neuron(equations="r = ite(t == 2.0, 1.0, 0.0)")
    spike = ann.Neuron(equations="v = ite(t == 2.0, 1.0, 0.0)", spike="v > 0.5", reset="")
    net, a, b = pair(models=(pulse if models[0] is RATE else spike, models[1]))
    W = np.arange(1.0, 13.0).reshape(3, 4)
    projection = net.connect(a, b, "exc").from_matrix(W, delays=delays)
    arrived = net.monitor(b, "r" if models[0] is RATE else "a")
    net.simulate(15.0)
    steps = np.maximum(np.broadcast_to(delays, (3, 4)), 1.0)
    expected = np.zeros((15, 3))
    for (post, pre), delay in np.ndenumerate(steps):
        expected[2 + int(delay), post] += W[post, pre]
    np.testing.assert_array_equal(arrived.get(arrived.variables[0]), expected)
    assert projection.delay == (float(max(delays, 1.0)) if not isinstance(delays, list) else delays)


def test_a_delay_that_is_changed_acts_and_is_reset() -> None:
    net, a, b = pair(models=(SPIKER, LISTENER))
    projection = net.connect(a[0:1], b, "exc").all_to_all(1.0, delays=2.0)
    m = net.monitor(b[0:1], "a")
    net.simulate(4.0)
    assert m.get("a").ravel().tolist() == [0.0, 0.0, 1.0, 1.0]
    projection.delay = 5.0
    net.reset()
    net.simulate(7.0)
    assert m.get("a").ravel().tolist() == [0.0] * 5 + [1.0] * 2
    projection.dendrite(0).delay = 1.0
    assert projection.delay == [[1.0], [5.0], [5.0]]
    net.reset(projections=True)
    assert projection.delay == 2.0


def heard(times: list[float], old: float, new: Any, at: float) -> tuple[list[float], str]:
    """Steps in which a cell hears a spike whose delay changes under way, and the warning."""
    net = ann.Network(dt=1.0)
    source, cell = net.create(ann.SpikeSourceArray(times)), net.create(1, LISTENER)
    projection = net.connect(source, cell, "exc").all_to_all(1.0, delays=old)
    monitor = net.monitor(cell, "a")
    net.simulate(at)
    projection.delay = new
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        net.simulate(20.0)
    assert all(warning.filename == __file__ for warning in caught)
    said = " ".join(str(warning.message) for warning in caught)
    return np.flatnonzero(monitor.get("a")[:, 0]).tolist(), said


@pytest.mark.parametrize(
    ("old", "new", "at", "steps", "counts"),
    [
        (5.0, 2.0, 6.0, [], "1 lost, 0 arriving again"),  # due in step 8
        (5.0, 2.0, 5.0, [5], ""),
        (5.0, 2.0, 9.0, [8], ""),
        (2.0, 5.0, 6.0, [5, 8], "0 lost, 1 arriving again"),
        (2.0, 5.0, 5.0, [8], ""),
        (2.0, 5.0, 9.0, [5], ""),
        (2.0, [[5.0]], 7.0, [5, 8], "0 lost, 1 arriving again"),
    ],
)
def test_spikes_that_a_change_of_delays_loses_or_doubles_are_counted_in_a_warning(
    old: float, new: Any, at: float, steps: list[int], counts: str
) -> None:
    """A spike of step 3 arrives in step 3 + d; step n is the first that runs after ``simulate(n)``."""
    found, said = heard([3.0], old, new, at)
    assert found == steps
    assert counts in said
    assert bool(said) == bool(counts)


def test_weights_are_reset_with_synapses_only() -> None:
    net, a, b = pair()
    projection = net.connect(a, b, "exc").all_to_all(0.5)
    net.compile()
    projection.w = np.ones((3, 4))
    net.reset(projections=True)
    assert projection.w == [[1.0] * 4] * 3
    net.reset(synapses=True)
    assert projection.w == 0.5
    projection.w = 3.0
    projection.w = 4.0
    net.reset(synapses=True)
    assert projection.w == 0.5
    net.simulate(2.0)
    np.testing.assert_array_equal(b.r, 2.0)


def test_parameters_of_synapses_of_every_locality_are_read_and_written() -> None:
    synapse = ann.Synapse(
        parameters="a = 2.0\nb = 3.0 : postsynaptic\nc = 5.0 : projection", psp="a * b * c * w * pre.r", name="Mine"
    )
    net, a, b = pair()
    projection = net.connect(a, b, "exc", synapse).all_to_all(1.0)
    assert (projection.a, projection.b, projection.c) == (2.0, [3.0] * 3, 5.0)
    net.simulate(2.0)
    np.testing.assert_array_equal(b.r, 4 * 30.0)
    projection.b, projection.c = [1.0, 2.0, 3.0], 1.0
    projection.dendrite(1).a = [1.0, 2.0, 3.0, 4.0]
    projection.synapse(0, 2).a = 7.0
    net.simulate(1.0)
    np.testing.assert_array_equal(b.r, [1.0 * 8.0, 2.0 * 10.0, 3.0 * 13.0])
    assert projection.dendrite(1).b == 2.0
    projection.dendrite(1).b = 0.0
    assert projection.b == [1.0, 0.0, 3.0]
    projection.synapse(1, 0).b = 4.0
    assert projection.b == [4.0, 0.0, 3.0]
    with pytest.raises(ValueError, match="one value for the whole projection"):
        projection.dendrite(1).c = 2.0
    with pytest.raises(ValueError, match=r"'c' is one number for projection 'proj0', not 12: .* Parameter\(…, loc"):
        projection.c = np.arange(12.0)
    assert sorted(projection.attributes) == ["a", "b", "c", "w"]
    assert projection.attributes == projection.parameters + projection.variables
    net.reset(projections=True)
    assert (projection.a, projection.b, projection.c) == (2.0, [3.0] * 3, 5.0)


@pytest.mark.parametrize("precision", ["double", "float"])
@pytest.mark.parametrize("delays", [3.0, ann.DiscreteUniform(1, 9)], ids=["one delay", "delays"])
def test_places_of_many_synapses_are_forgotten_until_weights_are_changed(delays, precision):
    """What is worked out anew is what was there: other weights reach the same synapses, with the same delays."""
    found = []
    for is_late in (False, True):
        net = ann.Network(dt=1.0, seed=2, precision=precision)
        source = net.create(ann.SpikeSourceArray([[float(1 + k % 5), 30.0] for k in range(1100)]))
        cells = net.create(1000, ann.Neuron(equations="x = g_exc", spike="x > 1e9"))
        projection = net.connect(source, cells, "exc")
        projection.all_to_all(ann.Uniform(0.0, 1.0), delays=delays)
        weights = np.random.default_rng(3).uniform(0.0, 1.0, (1000, 1100)).astype(net._real)
        if is_late:
            net.simulate(20.0)
            assert projection._spike_rows.position is None
        projection.w = weights
        net.simulate(10.0 if is_late else 30.0)
        assert np.array_equal(projection.w, weights)
        monitor = net.monitor(cells, "x")
        net.simulate(10.0)
        found.append(monitor.get("x"))
        assert delays == 3.0 or projection._delays.steps.dtype == np.uint16
    if delays == 3.0:  # the spikes of 30 ms, which arrive together
        np.testing.assert_allclose(
            found[0].max(axis=0), weights.sum(axis=1), rtol=1e-12 if precision == "double" else 1e-5
        )
    assert found[0].any()
    assert np.array_equal(found[0], found[1])


@pytest.mark.parametrize("precision", ["double", "float"])
def test_many_synapses_give_what_as_many_with_places_give(precision, monkeypatch):
    def potentials() -> np.ndarray:
        net = ann.Network(dt=1.0, seed=2, precision=precision)
        source = net.create(ann.PoissonPopulation(1100, rates=20.0))
        cells = net.create(1000, ann.Neuron(equations="x = 0.9*x + g_exc", spike="x > 1e9"))
        net.connect(source, cells, "exc").fixed_probability(0.95, ann.Normal(0.0, 1.0), delays=2.0)
        monitor = net.monitor(cells, "x")
        net.simulate(10.0)
        return monitor.get("x")

    without = potentials()
    monkeypatch.setattr("eqneuro.network.synapses.MANY", 10**9)
    assert without.any()
    assert np.array_equal(without, potentials())
