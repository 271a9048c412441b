"""Pooling, against numpy's reductions of blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from eqneuro import InputArray, Network, Neuron, Pooling, float32

RNG = np.random.default_rng(4)
READER = Neuron(equations="r = sum(exc)")


def pooled(values: np.ndarray, post: Any, extent: Any = None, delays: float = 0.0, **how: Any) -> np.ndarray:
    dtype = how.pop("dtype", None)
    net = Network(dtype=dtype)
    pre, reader = net.create(InputArray(values.shape)), net.create(post, READER)
    pre.r = values
    net.connect(Pooling(pre, reader, "exc", **how)).connect_pooling(extent, delays)
    net.simulate(1.0)
    return reader.r.copy()


@pytest.mark.parametrize("operation", ["max", "min", "mean", "sum"])
@pytest.mark.parametrize(
    ("geometry", "block"), [((12,), (3,)), ((6, 8), (2, 4)), ((4, 6, 2), (2, 3, 2)), ((2, 4, 2, 6), (1, 2, 2, 3))]
)
def test_blocks_side_by_side_are_reduced_in_one_to_four_dimensions(geometry: Any, block: Any, operation: str) -> None:
    values = RNG.normal(size=geometry)
    post = tuple(n // b for n, b in zip(geometry, block, strict=True))
    split = values.reshape([size for pair in zip(post, block, strict=True) for size in pair])
    expected = getattr(np, operation)(split, axis=tuple(range(1, 2 * len(geometry), 2)))
    np.testing.assert_allclose(pooled(values, post, operation=operation), expected, rtol=1e-12)


def test_the_largest_value_is_taken_without_a_word() -> None:
    values = RNG.normal(size=(4, 4)) - 10.0
    np.testing.assert_array_equal(pooled(values, (2, 2)), values.reshape(2, 2, 2, 2).max(axis=(1, 3)))


def test_an_axis_that_the_readers_lack_is_reduced_as_a_whole() -> None:
    values = RNG.normal(size=(4, 6, 5))
    expected = values.reshape(2, 2, 3, 2, 5).max(axis=(1, 3, 4))
    np.testing.assert_array_equal(pooled(values, (2, 3)), expected)


def test_blocks_may_overlap_and_end_where_the_population_does() -> None:
    values = RNG.normal(size=(9,))
    expected = [values[0:4].max(), values[3:7].max(), values[6:9].max()]
    np.testing.assert_array_equal(pooled(values, 3, extent=4), expected)
    means = [values[0:4].mean(), values[3:7].mean(), values[6:9].mean()]
    np.testing.assert_allclose(pooled(values, 3, extent=4, operation="mean"), means, rtol=1e-12)


def test_psp_is_what_is_reduced() -> None:
    values = RNG.normal(size=8)
    np.testing.assert_array_equal(pooled(values, 4, psp="abs(pre.r)"), np.abs(values).reshape(4, 2).max(axis=1))


def test_older_scripts_call_it_pooling_and_single_precision_pools_alike() -> None:
    values = RNG.normal(size=(6, 6)).astype(np.float32)
    np.testing.assert_array_equal(pooled(values, (3, 3), dtype=float32), values.reshape(3, 2, 3, 2).max(axis=(1, 3)))
    net = Network()
    pre, reader = net.create(InputArray(6)), net.create(2, READER)
    assert net.connect(Pooling(pre, reader, "exc")).pooling().nb_synapses == 6


def test_pooling_reads_the_past_with_its_delay() -> None:
    net = Network(dt=1.0)
    clock, reader = net.create(4, Neuron(equations="r = t")), net.create(2, READER)
    net.connect(Pooling(clock, reader, "exc")).connect_pooling(delays=3.0)
    net.simulate(10.0)  # the last step, t = 9, reads t = 6
    np.testing.assert_array_equal(reader.r, 6.0)


@pytest.mark.parametrize(
    ("pre", "post", "extent", "message"),
    [
        ((6, 8), (4, 4), None, "do not divide into"),
        ((6, 8), (3, 4, 2), None, "more axes or neurons"),
        ((6, 8), (12, 4), None, "more axes or neurons"),
        ((6, 8), (3, 4), (2,), "one whole number for each axis"),
        ((6, 8), (3, 4), (2, 0), "one whole number for each axis"),
        ((6, 8), (3, 4), (2, 1.5), "one whole number for each axis"),
        ((6, 8), (3, 4), (7, 2), "one whole number for each axis"),
    ],
)
def test_blocks_that_do_not_fit_are_refused_in_a_sentence(pre: Any, post: Any, extent: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pooled(np.zeros(pre), post, extent)


def test_spiking_populations_and_views_are_not_pooled() -> None:
    net = Network()
    pre, reader = net.create(InputArray(6)), net.create(2, READER)
    spiking = net.create(6, Neuron(equations="v = g_exc", spike="v > 1.0"))
    with pytest.raises(TypeError, match="rate-coded"):
        Pooling(spiking, reader, "exc")
    with pytest.raises(TypeError, match="whole populations"):
        Pooling(pre[:4], reader, "exc")
