"""Shared weights with any `psp`: what a convolution and a copy bring is what a projection with own weights brings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from eqneuro import Convolution, Copy, InputArray, Network, Neuron, Synapse

RNG = np.random.default_rng(1)
IMAGE, FILTER = RNG.normal(size=(4, 5)), RNG.normal(size=(3, 3))
SOURCE = Neuron(
    parameters=dict(k=2.0), equations="x = x + 0.1*sum(in)\ng = t : population\nr = x*(1.0 + 0.1*t)", name="Source"
)
READER = Neuron(equations="r = sum(exc)")
PSPS = [
    "w*pre.r*d",
    "w*(pre.r - mean(pre.r))",
    "w*pre.sum(in)",
    "w*pre.r*pre.g",
    "w*pre.r*(1.0 + max(post.r))",
    "w*pre.r*pre.k*t",
]


def matrix() -> np.ndarray:
    """The weights of the convolution, where windows do not reach outside."""
    weights = np.full((20, 20), np.nan)
    for post in np.ndindex(4, 5):
        for inside in np.ndindex(3, 3):
            y, x = np.add(post, inside) - 1
            if 0 <= y < 4 and 0 <= x < 5:
                weights[post[0] * 5 + post[1], y * 5 + x] = FILTER[inside]
    return weights


def rates(kind: str, psp: str, operation: str, delays: Any, k: Any = 2.0) -> np.ndarray:
    """What the readers have in six steps."""
    net = Network(dt=1.0)
    image, source, reader = net.create(InputArray((4, 5))), net.create((4, 5), SOURCE), net.create((4, 5), READER)
    image.r = IMAGE
    net.connect(image, source, "in").one_to_one(1.0)
    if kind == "convolution":
        projection = net.connect(Convolution(source, reader, "exc", psp=psp, operation=operation))
        projection.connect_filter(FILTER, delays=delays)
    elif kind == "copy":
        original = net.connect(source, net.create((4, 5), READER), "exc").from_matrix(matrix(), delays=delays)
        net.connect(Copy(source, reader, "exc", psp=psp, operation=operation)).connect_copy(original)
    else:
        synapse = Synapse(psp=psp, operation=operation)
        net.connect(source, reader, "exc", synapse).from_matrix(matrix(), delays=delays)
    found = []
    for step in range(6):
        if step == 2:
            source.k = k
        net.simulate(1.0)
        found.append(reader.r.copy())
    return np.array(found)


@pytest.mark.parametrize("delays", [0.0, 3.0])
@pytest.mark.parametrize("operation", ["sum", "max"])
@pytest.mark.parametrize("psp", PSPS)
def test_shared_weights_bring_what_own_ones_bring(psp: str, operation: str, delays: float) -> None:
    expected = rates("own", psp, operation, delays)
    assert np.abs(expected).max() > 0.0
    np.testing.assert_allclose(rates("copy", psp, operation, delays), expected, rtol=1e-12, atol=1e-14)
    inner = (slice(None), slice(1, -1), slice(1, -1))  # at the border, a convolution sees what pads it
    found = rates("convolution", psp, operation, delays)[inner]
    np.testing.assert_allclose(found, expected[inner], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("psp", ["w*pre.sum(in)*d", "w*pre.g*d"])
def test_each_synapse_of_a_copy_looks_back_by_its_own_delay(psp: str) -> None:
    delays = RNG.integers(1, 5, (20, 20)).astype(float)
    expected = rates("own", psp, "sum", delays)
    np.testing.assert_allclose(rates("copy", psp, "sum", delays), expected, rtol=1e-12, atol=1e-14)


def test_a_global_parameter_of_the_sources_may_become_an_array() -> None:
    k = np.abs(IMAGE)
    expected = rates("own", "w*pre.r*pre.k", "sum", 2.0, k)
    assert np.abs(expected - rates("own", "w*pre.r*pre.k", "sum", 2.0)).max() > 0.01
    np.testing.assert_allclose(rates("copy", "w*pre.r*pre.k", "sum", 2.0, k), expected, rtol=1e-12)
    found = rates("convolution", "w*pre.r*pre.k", "sum", 2.0, k)
    np.testing.assert_allclose(found[:, 1:-1, 1:-1], expected[:, 1:-1, 1:-1], rtol=1e-12, atol=1e-14)


def test_sums_that_are_just_made_are_not_read() -> None:
    net = Network()
    source, reader = net.create(InputArray((4, 5))), net.create((4, 5), READER)
    for kind in (Convolution, Copy):
        with pytest.raises(ValueError, match=r"can't read inputs of the post-synaptic neuron: 'w\*post.sum\(exc\)'"):
            kind(source, reader, "exc", psp="w*post.sum(exc)")
