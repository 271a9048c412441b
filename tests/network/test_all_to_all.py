"""From all neurons to all, with one weight and one delay: one sum serves all post-synaptic neurons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import eqneuro as ann

PRE, POST = 230, 150
RATE = ann.Neuron(parameters="b = 0.0", equations="phase = phase + b\nr = sin(phase)")
SPIKING = ann.Neuron(
    parameters="b = 0.0", equations="v = v + b\nseen = g_exc\ng_exc = 0.0", spike="v > 1.0", reset="v -= 1.0"
)


def rates(weights: Any, operation: str = "sum", threads: int = 1, delay: float = 1.0) -> tuple[np.ndarray, str]:
    """What each unit gets in the steps of a short run, and the C."""
    net = ann.Network(dt=1.0, num_threads=threads)
    units = net.create(PRE, RATE)
    units.b = np.linspace(0.1, 1.5, PRE)
    others = net.create(POST, ann.Neuron(equations="seen = sum(exc)"))
    net.connect(units, others, "exc", ann.Synapse(operation=operation)).all_to_all(weights, delays=delay)
    seen = net.monitor(others, "seen")
    net.simulate(20.0)
    return np.array(seen.get("seen")), net.source()


def spikes(weights: Any, threads: int = 1) -> tuple[np.ndarray, str]:
    """The same of neurons that spike."""
    net = ann.Network(dt=1.0, num_threads=threads)
    sources, cells = net.create(PRE, SPIKING), net.create(POST, SPIKING)
    sources.b = np.linspace(0.05, 0.3, PRE)
    net.connect(sources, cells, "exc").all_to_all(weights, delays=2.0)
    seen = net.monitor(cells, "seen")
    net.simulate(40.0)
    return np.array(seen.get("seen")), net.source()


@pytest.mark.parametrize("delay", [1, 3])
@pytest.mark.parametrize(("operation", "of"), [("sum", np.sum), ("mean", np.mean), ("max", np.max), ("min", np.min)])
def test_all_get_what_numpy_finds(operation: str, of: Any, delay: int) -> None:
    seen, code = rates(0.25, operation, delay=float(delay))
    assert "all get the same" in code
    steps = np.arange(1, 21)[:, None] * np.linspace(0.1, 1.5, PRE)
    expected = of(0.25 * np.sin(steps[:-delay]), axis=1)
    np.testing.assert_allclose(seen[delay:], np.repeat(expected[:, None], POST, axis=1), rtol=1e-9, atol=1e-12)
    apart, separate = rates(ann.Uniform(0.2, 0.3), operation, delay=float(delay))
    assert "all get the same" not in separate
    assert (apart[:, 1:] != apart[:, :1]).any()


def test_spikes_bring_as_many_weights_as_there_are() -> None:
    seen, code = spikes(0.25)
    assert "all get the same" in code
    v, expected = np.zeros(PRE), []
    for _ in range(40):
        v += np.linspace(0.05, 0.3, PRE)
        expected.append(0.25 * np.count_nonzero(v > 1.0))
        v[v > 1.0] -= 1.0
    assert max(expected) > 0.0
    np.testing.assert_allclose(seen[2:], np.repeat(np.array(expected[:-2])[:, None], POST, axis=1), rtol=1e-12)
    _, separate = spikes(ann.Uniform(0.2, 0.3))
    assert "all get the same" not in separate


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_no_bit(threads: int) -> None:
    np.testing.assert_array_equal(rates(0.1)[0], rates(0.1, threads=threads)[0])
    np.testing.assert_array_equal(spikes(0.1)[0], spikes(0.1, threads=threads)[0])


def test_without_connections_of_a_neuron_to_itself_each_gets_another_sum() -> None:
    net = ann.Network(dt=1.0)
    units = net.create(50, ann.Neuron(parameters="b = 0.0", equations="r = b\nseen = sum(exc)"))
    units.b = np.arange(50.0)
    net.connect(units, units, "exc").all_to_all(1.0)
    net.simulate(3.0)
    np.testing.assert_allclose(units.seen, np.arange(50.0).sum() - np.arange(50.0))


def test_weights_that_come_to_differ_and_synapses_that_go() -> None:
    net = ann.Network(dt=1.0)
    units = net.create(20, ann.Neuron(parameters="b = 1.0", equations="r = b"))
    others = net.create(30, ann.Neuron(equations="seen = sum(exc)"))
    projection = net.connect(units, others, "exc").all_to_all(0.5)
    net.simulate(3.0)
    np.testing.assert_allclose(others.seen, 10.0)
    projection.dendrite(4).w = np.linspace(0.0, 1.9, 20)
    net.simulate(2.0)
    np.testing.assert_allclose(others.seen[[3, 4]], [10.0, 19.0])
