"""Copied and transposed weights follow those of the other projection at any moment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from eqneuro import Copy, InputArray, Network, Neuron, Projection, Synapse, Transpose, Uniform, float32

RNG = np.random.default_rng(5)
READER = Neuron(equations="r = sum(exc)")
VISIBLE = Neuron(parameters="r = 0.0 : local", equations="back = sum(back)")
HEBB = Synapse(parameters="eta = 0.125 : projection", equations="w += eta * pre.r * post.r : min=0.0", name="Growing")


def pair(net: Network, synapse: Any = None) -> tuple[Any, Any, Projection]:
    visible, hidden = net.create(5, VISIBLE), net.create(3, READER)
    visible.r = RNG.uniform(size=5)
    return visible, hidden, net.connect(visible, hidden, "exc", synapse, name="forward")


def matrix_of(projection: Any) -> np.ndarray:
    return projection.connectivity_matrix()


def test_a_transpose_goes_back_through_the_same_sparse_weights() -> None:
    net = Network(seed=2)
    visible, _, forward = pair(net)
    forward.fixed_probability(0.6, weights=Uniform(0.0, 1.0))
    backward = net.connect(Transpose(forward, "back")).connect_transpose()
    net.simulate(3.0)
    weights = matrix_of(forward)
    np.testing.assert_array_equal(matrix_of(backward), weights.T)
    np.testing.assert_allclose(visible.back, weights.T @ (weights @ visible.r), rtol=1e-12)
    assert backward.nb_synapses == forward.nb_synapses
    assert (backward.pre, backward.post) == (forward.post, forward.pre)


def test_a_copy_brings_the_same_weights_to_other_populations() -> None:
    net = Network(seed=2)
    _, _, forward = pair(net)
    forward.fixed_probability(0.6, weights=Uniform(0.0, 1.0))
    other, reader = net.create(InputArray(5)), net.create(3, READER)
    other.r = RNG.uniform(size=5)
    copy = net.connect(Copy(other, reader, "exc")).connect_copy(forward)
    net.simulate(2.0)
    np.testing.assert_allclose(reader.r, matrix_of(forward) @ other.r, rtol=1e-12)
    assert copy.pre_ranks == forward.pre_ranks
    assert copy.w == forward.w


def test_a_copy_joins_in_its_own_way() -> None:
    net = Network(seed=2)
    _, _, forward = pair(net)
    forward.all_to_all(Uniform(0.0, 1.0))
    other, reader = net.create(InputArray(5)), net.create(3, READER)
    other.r = RNG.uniform(size=5)
    net.connect(Copy(other, reader, "exc", psp="w * pre.r^2", operation="max")).connect_copy(forward)
    net.simulate(2.0)
    np.testing.assert_allclose(reader.r, (matrix_of(forward) * other.r**2).max(axis=1), rtol=1e-12)


@pytest.mark.parametrize("dtype", [None, float32])
def test_weights_that_learn_count_in_the_same_step(dtype: Any) -> None:
    net = Network(seed=2, dtype=dtype)
    visible, hidden, forward = pair(net, HEBB)
    forward.all_to_all(Uniform(0.0, 0.1))
    other, reader = net.create(InputArray(5)), net.create(3, READER)
    other.r = 1.0
    net.connect(Copy(other, reader, "exc")).connect_copy(forward)
    net.connect(Transpose(forward, "back")).connect_transpose()
    for _ in range(4):
        weights, rates = matrix_of(forward), hidden.r.astype(float)
        net.simulate(1.0)
        np.testing.assert_allclose(reader.r, weights.sum(axis=1), rtol=1e-6)
        np.testing.assert_allclose(visible.back, weights.T @ rates, rtol=1e-5)
    assert (matrix_of(forward) > weights).all(), "it did learn"


def test_one_weight_for_all_becomes_one_for_each() -> None:
    net = Network()
    visible, _, forward = pair(net)
    forward.all_to_all(0.5)
    other, reader = net.create(InputArray(5)), net.create(3, READER)
    other.r = 2.0
    copy = net.connect(Copy(other, reader, "exc")).connect_copy(forward)
    backward = net.connect(Transpose(forward, "back")).connect_transpose()
    net.simulate(3.0)
    assert copy.w == backward.w == 0.5
    np.testing.assert_allclose(reader.r, 5 * 0.5 * 2.0)
    np.testing.assert_allclose(visible.back, 3 * 0.5 * 0.5 * visible.r.sum(), rtol=1e-12)
    weights = RNG.uniform(size=(3, 5))
    forward.w = weights.tolist()
    net.simulate(2.0)
    np.testing.assert_allclose(reader.r, 2.0 * weights.sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(visible.back, weights.T @ (weights @ visible.r), rtol=1e-12)


def test_a_copy_has_the_delays_of_the_other_and_a_transpose_none() -> None:
    net = Network(dt=1.0)
    clock, reader, echo = (
        net.create(3, Neuron(equations="r = t\nback = sum(back)")),
        *(net.create(3, READER) for _ in range(2)),
    )
    forward = net.connect(clock, reader, "exc").one_to_one(1.0, delays=[1.0, 2.0, 4.0])
    copy = net.connect(Copy(clock, echo, "exc")).connect_copy(forward)
    net.connect(Transpose(forward, "back")).connect_transpose()
    net.simulate(10.0)  # the last step is t = 9; a delay of d reads t = 9 − d
    np.testing.assert_array_equal(echo.r, [8.0, 7.0, 5.0])
    np.testing.assert_array_equal(clock.back, [7.0, 6.0, 4.0])
    assert copy.delay == forward.delay == [[1.0], [2.0], [4.0]]
    forward.delay = 3.0
    net.simulate(10.0)
    np.testing.assert_array_equal(echo.r, 16.0)
    with pytest.raises(AttributeError, match="are those of"):
        copy.delay = 1.0


def test_synapses_that_are_created_and_pruned_are_followed() -> None:
    net = Network()
    visible, _, forward = pair(net)
    forward.from_matrix([[1.0, None, None, 2.0, None], [None] * 5, [3.0, 4.0, None, None, None]])
    other, reader = net.create(InputArray(5)), net.create(3, READER)
    other.r = RNG.uniform(size=5)
    copy = net.connect(Copy(other, reader, "exc")).connect_copy(forward)
    backward = net.connect(Transpose(forward, "back")).connect_transpose()
    net.simulate(3.0)
    forward.dendrite(0).prune_synapse(0)
    forward.dendrite(2).create_synapse(4, 7.0)
    net.simulate(3.0)
    weights = np.array([[0, 0, 0, 2, 0], [0] * 5, [3, 4, 0, 0, 7]], dtype=float)
    np.testing.assert_allclose(reader.r, weights @ other.r, rtol=1e-12)
    np.testing.assert_allclose(visible.back, weights.T @ (weights @ visible.r), rtol=1e-12)
    np.testing.assert_array_equal(matrix_of(backward), weights.T)
    assert copy.nb_synapses == backward.nb_synapses == 4


def test_a_copy_of_a_transpose_is_a_transpose() -> None:
    net = Network(seed=2)
    visible, hidden, forward = pair(net)
    forward.fixed_probability(0.7, Uniform(0.0, 1.0))
    backward = net.connect(Transpose(forward, "back")).connect_transpose()
    other = net.create(InputArray(3))
    reader = net.create(5, READER)
    other.r = [1.0, 2.0, 3.0]
    net.connect(Copy(other, reader, "exc")).connect_copy(backward)
    again = net.connect(Transpose(backward, "exc")).connect_transpose()
    net.simulate(2.0)
    np.testing.assert_allclose(reader.r, matrix_of(forward).T @ other.r, rtol=1e-12)
    np.testing.assert_array_equal(matrix_of(again), matrix_of(forward))
    np.testing.assert_allclose(hidden.r, 2.0 * matrix_of(forward) @ visible.r, rtol=1e-12)


def test_views_are_transposed_too() -> None:
    net = Network(seed=2)
    visible, hidden = net.create(6, VISIBLE), net.create(4, READER)
    visible.r = RNG.uniform(size=6)
    forward = net.connect(visible[1:5], hidden[2:4], "exc").all_to_all(Uniform(0.0, 1.0))
    net.connect(Transpose(forward, "back")).connect_transpose()
    net.simulate(3.0)
    weights = matrix_of(forward)
    np.testing.assert_allclose(visible.back[1:5], weights.T @ (weights @ visible.r[1:5]), rtol=1e-12)
    np.testing.assert_array_equal(visible.back[[0, 5]], 0.0)


def test_three_threads_transpose_to_the_same_bits() -> None:
    found = []
    for threads in (1, 3):
        net = Network(seed=2, num_threads=threads)
        visible, hidden = net.create(700, VISIBLE), net.create(600, READER)
        visible.r = np.random.default_rng(1).uniform(size=700)
        forward = net.connect(visible, hidden, "exc").fixed_probability(0.1, Uniform(0.0, 1.0))
        net.connect(Transpose(forward, "back")).connect_transpose()
        net.simulate(3.0)
        found.append(visible.back.copy())
    np.testing.assert_array_equal(*found)


def test_what_can_not_be_borrowed_is_refused() -> None:
    net = Network()
    visible, hidden, forward = pair(net)
    other, reader = net.create(InputArray(5)), net.create(3, READER)
    copy = net.connect(Copy(other, reader, "exc"))
    with pytest.raises(RuntimeError, match="no synapses yet"):
        copy.connect_copy(forward)
    forward.all_to_all(1.0)
    with pytest.raises(TypeError, match="weights of a projection"):
        copy.connect_copy(hidden)
    with pytest.raises(ValueError, match=r"connects \(5, 3\) neurons \(pre, post\), and .*\(3, 5\)"):
        net.connect(Copy(reader, net.create(5, READER), "exc")).connect_copy(forward)
    strange = Network()
    stranger = strange.connect(Copy(strange.create(InputArray(5)), strange.create(3, READER), "exc"))
    with pytest.raises(ValueError, match="another network"):
        stranger.connect_copy(forward)
    with pytest.raises(TypeError, match="takes a projection"):
        Transpose(visible, "back")
    copy.connect_copy(forward)
    with pytest.raises(AttributeError, match="set them in 'forward'"):
        copy.w = 2.0
    spiking = net.create(3, Neuron(equations="v = g_exc", spike="v > 1.0"))
    between = net.connect(spiking, spiking, "exc").all_to_all(1.0)
    with pytest.raises(TypeError, match="rate-coded"):
        Transpose(between, "exc")
