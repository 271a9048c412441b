"""Specific projections in networks that are saved, copied, reset, and written in the older style."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import eqneuro as ann
from eqneuro import (
    Convolution,
    Copy,
    CurrentInjection,
    DecodingProjection,
    DiagonalProjection,
    InputArray,
    Network,
    Neuron,
    Pooling,
    Synapse,
    Transpose,
    Uniform,
)

RNG = np.random.default_rng(10)
IMAGE, FILTERS = RNG.uniform(size=(6, 8)), RNG.normal(size=(2, 3, 3))
OJA = Synapse(parameters="eta = 0.01 : projection", equations="w += eta * post.r * (pre.r - post.r * w)", name="Slow")


def build(seed: int = 1, **settings: Any) -> Network:
    """A network with one of each."""
    net = Network(dt=1.0, seed=seed, **settings)
    image = net.create(InputArray((6, 8)), name="image")
    features = net.create((6, 8, 2), Neuron(equations="r = pos(sum(exc))"), name="features")
    pooled = net.create((3, 4, 2), Neuron(equations="r = sum(exc) + 0.1*sum(back)"), name="pooled")
    code = net.create(5, Neuron(equations="10.0*dr/dt + r = sum(exc) + 0.2*sum(copy)"), name="code")
    cells = net.create(5, Neuron(equations="10.0*dv/dt = -v + g_exc", spike="v > 0.15", reset="v = 0.0"), name="cells")
    rates = net.create(5, Neuron(equations="r = sum(exc)"), name="rates")
    line = net.create(6, Neuron(equations="r = sum(exc)"), name="line")
    image.r = IMAGE
    net.connect(Convolution(image, features, "exc", name="filters")).connect_filters(FILTERS, padding="border")
    net.connect(Pooling(features, pooled, "exc")).connect_pooling()
    learned = net.connect(pooled, code, "exc", OJA, name="learned").all_to_all(Uniform(0.0, 0.2))
    net.connect(Transpose(learned, "back", name="back")).connect_transpose()
    net.connect(Copy(pooled, code, "copy", name="copy")).connect_copy(learned)
    net.connect(CurrentInjection(code, cells, "exc")).connect_current()
    net.connect(DecodingProjection(cells, rates, "exc", window=20.0)).all_to_all(Uniform(0.0, 1.0), delays=3.0)
    net.connect(DiagonalProjection(image, line, "exc", name="lines")).connect([0.5, 1.0, 0.25], slope=-1)
    return net


def state(net: Network) -> dict[str, np.ndarray]:
    found = {
        population.name: np.array(population.v if population.name == "cells" else population.r)
        for population in net.get_populations()
    }
    return found | {"w": np.array(net.get_projection("learned").w)}


def assert_same(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> None:
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name], err_msg=name)


def test_everything_is_alive() -> None:
    net = build()
    first = state(net)
    net.simulate(60.0)
    for name, values in state(net).items():
        assert np.ptp(values) > 0.0, name
        assert name == "image" or (values != first[name]).any()


def test_a_saved_network_goes_on_with_the_same_bits(tmp_path: Path) -> None:
    net = build()
    net.simulate(40.0)
    net.get_projection("filters").weights *= 2.0
    net.get_projection("lines").weights[1] = 3.0
    net.save(tmp_path / "net.npz")
    net.simulate(40.0)
    again = build(seed=2)
    again.load(tmp_path / "net.npz")
    np.testing.assert_array_equal(again.get_projection("filters").weights, 2.0 * FILTERS)
    again.simulate(40.0)
    assert_same(state(net), state(again))


def test_a_copy_is_a_network_of_its_own() -> None:
    net = build()
    expected = build()
    made = net.copy(seed=1)
    net.get_projection("filters").weights = 0.0
    net.simulate(20.0)
    made.simulate(50.0)
    expected.simulate(50.0)
    assert_same(state(expected), state(made))
    assert made.get_projection("back")._source is made.get_projection("learned")


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_no_bit(threads: int) -> None:
    one, several = build(), build(num_threads=threads)
    for net in (one, several):
        net.simulate(50.0)
    assert_same(state(one), state(several))


def test_reset_with_synapses_repeats_the_run() -> None:
    net = build()
    net.simulate(30.0)
    first = state(net)
    net.get_projection("filters").weights = 1.0
    net.get_projection("lines").weights = 1.0
    net.reset(synapses=True)
    net.get_population("image").r = IMAGE
    net.simulate(30.0)
    assert_same(first, state(net))


def test_the_precision_may_be_chosen_after_the_connections_were_made() -> None:
    net, expected = build(), build(dtype=ann.float32)
    net.config(dtype=ann.float32)
    for one in (net, expected):
        one.simulate(20.0)
    assert net.get_projection("filters").weights.dtype == np.float32
    np.testing.assert_allclose(state(net)["features"], state(expected)["features"], rtol=1e-5)
    np.testing.assert_allclose(state(net)["line"], state(expected)["line"], rtol=1e-5)


def test_a_window_keeps_its_ms_where_dt_is_set_later() -> None:
    net = build()
    net.config(dt=0.5)
    net.compile(silent=True)
    assert [decoder.steps for decoder in net.get_population("cells")._decoders.values()] == [40]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_older_scripts_make_them_between_populations_of_the_hidden_network() -> None:
    ann.clear()
    pre = ann.Population(6, Neuron(equations="r = t"))
    post = ann.Population(6, Neuron(equations="r = sum(exc)"))
    projection = Convolution(pre, post, "exc")
    projection.connect_filter([0.0, 2.0, 0.0])
    ann.compile()
    ann.simulate(5.0)  # the last step, t = 4, reads t = 3
    np.testing.assert_array_equal(post.r, 2.0 * 3.0)
    with pytest.raises(ValueError, match="belongs to a network already"):
        ann.magic_network().connect(projection)
    ann.clear()


def test_memory_of_shared_weights_is_counted() -> None:
    net = build()
    net.simulate(1.0)
    held = net.memory_footprint()
    assert all(held[name] > 0 for name in ("filters", "lines", "back", "copy"))
