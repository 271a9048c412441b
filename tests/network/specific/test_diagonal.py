"""Weights along diagonals, against loops over their definition."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from eqneuro import DiagonalProjection, InputArray, Network, Neuron

RNG = np.random.default_rng(6)
READER = Neuron(equations="r = sum(exc)")


def read(values: np.ndarray, post: Any, weights: Any, **how: Any) -> tuple[np.ndarray, Any, Network]:
    net = Network()
    pre, reader = net.create(InputArray(values.shape)), net.create(post, READER)
    pre.r = values
    projection = net.connect(DiagonalProjection(pre, reader, "exc")).connect(weights, **how)
    net.simulate(1.0)
    return reader.r.copy(), projection, net


@pytest.mark.parametrize("slope", [1, -1, 2, 0, 0.5])
@pytest.mark.parametrize("offset", [0, 3, -2])
def test_a_plane_is_summed_up_along_lines(slope: float, offset: int) -> None:
    plane, weights = RNG.normal(size=(5, 7)), RNG.normal(size=3)
    expected = np.zeros(6)
    for j in range(6):
        for y in range(5):
            line = math.floor(j + offset + slope * y + 0.5)
            for k in range(3):
                if 0 <= line + k - 1 < 7:
                    expected[j] += weights[k] * plane[y, line + k - 1]
    got, _, _ = read(plane, 6, weights, slope=slope, offset=offset)
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("slope", [1, 2, -1, 1.5])
def test_a_row_is_read_with_a_matrix_of_diagonals(slope: float) -> None:
    row, weights, offset = RNG.normal(size=9), RNG.normal(size=4), 2
    matrix = np.zeros((5, 9))
    for j in range(5):
        for k in range(4):
            i = math.floor(offset + slope * j + 0.5) + k - 2
            if 0 <= i < 9:
                matrix[j, i] = weights[k]
    got, projection, _ = read(row, 5, weights, slope=slope, offset=offset)
    np.testing.assert_allclose(got, matrix @ row, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(projection.connectivity_matrix(), matrix)


def test_anti_diagonals_add_two_codes_up() -> None:
    """A map of products of two bumps is read out as a bump at the sum of their places: reference frames."""
    places = np.arange(21)
    bumps = [np.exp(-((places - centre) ** 2) / 8.0) for centre in (7, 9)]
    got, _, _ = read(np.outer(*bumps), 41, 1.0, slope=-1)
    np.testing.assert_allclose(got, np.convolve(*bumps), rtol=1e-12)
    assert np.argmax(got) == 7 + 9


def test_weights_are_set_while_the_network_runs() -> None:
    plane, weights = RNG.normal(size=(5, 7)), RNG.normal(size=(2, 3))
    first, projection, net = read(plane, 7, weights[0])
    second, _, _ = read(plane, 7, weights[1])
    projection.weights = weights[1]
    net.simulate(1.0)
    np.testing.assert_allclose(projection.post.r, second, rtol=1e-12)
    net.reset(synapses=True)
    net.simulate(1.0)
    np.testing.assert_allclose(projection.post.r, first, rtol=1e-12)


def test_a_delay_reads_the_past() -> None:
    net = Network()
    clock, reader = net.create((3, 3), Neuron(equations="r = t")), net.create(1, READER)
    net.connect(DiagonalProjection(clock, reader, "exc")).connect(1.0, delays=4.0)
    net.simulate(10.0)  # the last step, t = 9, reads t = 5 of the three neurons of the diagonal
    np.testing.assert_array_equal(reader.r, 3 * 5.0)


@pytest.mark.parametrize(
    ("pre", "post", "weights", "how", "message"),
    [
        ((3, 3, 3), 3, [1.0], {}, "one or two dimensions with one"),
        ((3, 3), (3, 3), [1.0], {}, "one or two dimensions with one"),
        ((3, 3), 3, [[1.0]], {}, "one or two dimensions with one"),
        ((3, 3), 3, [1.0], dict(offset=10), "no diagonal"),
        ((3, 3), 3, [1.0], dict(slope=math.inf), "finite"),
        ((3, 3), 3, [math.nan], {}, "NaN"),
    ],
)
def test_what_has_no_diagonals_is_refused_in_a_sentence(
    pre: Any, post: Any, weights: Any, how: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        read(np.zeros(pre), post, weights, **how)
