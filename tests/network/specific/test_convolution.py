"""Convolutions, each against scipy.ndimage's correlation or numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import correlate

from eqneuro import Convolution, InputArray, Network, Neuron, Transpose, float32

RNG = np.random.default_rng(3)
READER = Neuron(equations="r = sum(exc)")


def filtered(
    image: np.ndarray, post: Any, weights: Any, connector: str = "connect_filter", steps: int = 1, **how: Any
) -> np.ndarray:
    """What a population of the geometry ``post`` reads of an image through a filter."""
    network = {key: how.pop(key) for key in ("dtype", "num_threads", "dt") if key in how}
    made = {key: how.pop(key) for key in ("psp", "operation") if key in how}
    net = Network(seed=1, **network)
    pre, reader = net.create(InputArray(image.shape)), net.create(post, READER)
    pre.r = image
    getattr(net.connect(Convolution(pre, reader, "exc", **made)), connector)(weights, **how)
    net.simulate(steps * net.dt)
    return reader.r.copy()


@pytest.mark.parametrize("padding", [0.0, "border", 1.5])
@pytest.mark.parametrize(
    ("geometry", "shape"),
    [
        ((9,), (3,)),
        ((9,), (4,)),
        ((6, 8), (3, 5)),
        ((6, 8), (2, 4)),
        ((5, 4, 6), (3, 1, 3)),
        ((4, 3, 4, 5), (3, 3, 1, 2)),
    ],
)
def test_a_filter_is_a_cross_correlation_in_one_to_four_dimensions(geometry: Any, shape: Any, padding: Any) -> None:
    image, weights = RNG.normal(size=geometry), RNG.normal(size=shape)
    mode = dict(mode="nearest") if padding == "border" else dict(mode="constant", cval=padding)
    expected = correlate(image, weights, **mode)
    np.testing.assert_allclose(filtered(image, geometry, weights, padding=padding), expected, rtol=1e-12, atol=1e-12)


def test_a_filter_wider_than_the_population_reads_padding_on_both_sides() -> None:
    image, weights = RNG.normal(size=4), RNG.normal(size=11)
    expected = correlate(image, weights, mode="constant", cval=-2.0)
    np.testing.assert_allclose(filtered(image, 4, weights, padding=-2.0), expected, rtol=1e-12)


def test_a_smaller_population_looks_at_every_second_and_third_neuron() -> None:
    image, weights = RNG.normal(size=(6, 9)), RNG.normal(size=(3, 3))
    expected = correlate(image, weights, mode="constant")[::2, ::3]
    np.testing.assert_allclose(filtered(image, (3, 3), weights), expected, rtol=1e-12)


def test_subsampling_says_where_each_neuron_looks() -> None:
    image, weights = RNG.normal(size=(6, 9)), RNG.normal(size=(3, 3))
    places = np.array([[5, 8], [0, 0], [2, 7], [3, 3]])
    expected = correlate(image, weights, mode="constant")[tuple(places.T)]
    np.testing.assert_allclose(filtered(image, (2, 2), weights, subsampling=places).ravel(), expected, rtol=1e-12)


def test_an_axis_that_the_readers_lack_is_summed_up() -> None:
    image, weights = RNG.normal(size=(6, 8, 3)), RNG.normal(size=(3, 3, 3))
    expected = sum(correlate(image[..., c], weights[..., c], mode="constant") for c in range(3))
    np.testing.assert_allclose(filtered(image, (6, 8), weights), expected, rtol=1e-12, atol=1e-14)


def test_a_summed_axis_may_have_an_even_length() -> None:
    image, weights = RNG.normal(size=(5, 4)), RNG.normal(size=(3, 4))
    expected = sum(correlate(image[:, c], weights[:, c], mode="constant") for c in range(4))
    np.testing.assert_allclose(filtered(image, 5, weights), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("padding", [0.0, "border", 0.5])
def test_keep_last_dimension_filters_each_layer(padding: Any) -> None:
    image, weights = RNG.normal(size=(6, 8, 3)), RNG.normal(size=(3, 3))
    mode = dict(mode="nearest") if padding == "border" else dict(mode="constant", cval=padding)
    expected = np.stack([correlate(image[..., c], weights, **mode) for c in range(3)], axis=-1)
    got = filtered(image, (6, 8, 3), weights, keep_last_dimension=True, padding=padding)
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("geometry", [(12,), (6, 8), (4, 5, 3)])
def test_several_filters_fill_the_last_axis(geometry: Any) -> None:
    image, bank = RNG.normal(size=geometry), RNG.normal(size=(5, *(3,) * len(geometry)))
    expected = np.stack([correlate(image, one, mode="constant") for one in bank], axis=-1)
    got = filtered(image, (*geometry, 5), bank, "connect_filters")
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)


def test_several_filters_sum_up_colours_as_layers_of_networks_for_images_do() -> None:
    image, bank = RNG.normal(size=(6, 8, 3)), RNG.normal(size=(4, 3, 3, 3))
    patches = sliding_window_view(np.pad(image, [(1, 1), (1, 1), (0, 0)]), (3, 3, 3))[:, :, 0]
    expected = np.einsum("yxijc,nijc->yxn", patches, bank)
    got = filtered(image, (6, 8, 4), bank, "connect_filters")
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-13)


def test_several_filters_of_each_layer() -> None:
    image, bank = RNG.normal(size=(6, 8, 2)), RNG.normal(size=(4, 3, 3))
    layers = [[correlate(image[..., c], one, mode="constant") for one in bank] for c in range(2)]
    got = filtered(image, (6, 8, 2, 4), bank, "connect_filters", keep_last_dimension=True)
    np.testing.assert_allclose(got, np.moveaxis(np.array(layers), (0, 1), (2, 3)), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("operation", ["sum", "mean", "max", "min"])
def test_psp_and_operation_join_what_a_window_sees(operation: str) -> None:
    image, weights = RNG.normal(size=(6, 8)), RNG.normal(size=(3, 3))
    values = sliding_window_view(np.pad(image, 1), (3, 3)) ** 2 - weights
    got = filtered(image, (6, 8), weights, psp="pre.r^2 - w", operation=operation)
    np.testing.assert_allclose(got, getattr(np, operation)(values, axis=(2, 3)), rtol=1e-12, atol=1e-14)


def test_psp_may_read_the_post_synaptic_neuron_and_time() -> None:
    image, weights = RNG.normal(size=8), RNG.normal(size=3)
    net = Network(dt=0.5)
    pre = net.create(InputArray(8))
    reader = net.create(8, Neuron(parameters="gain = 0.0 : local", equations="r = sum(exc)"))
    pre.r, reader.gain = image, np.arange(8.0)
    net.connect(Convolution(pre, reader, "exc", psp="post.gain * w * pre.r + t")).connect_filter(weights)
    net.simulate(1.0)
    expected = np.arange(8.0) * correlate(image, weights, mode="constant") + 3 * 0.5
    np.testing.assert_allclose(reader.r, expected, rtol=1e-12, atol=1e-14)


def test_a_convolution_reads_the_past_with_its_delay() -> None:
    net = Network(dt=0.5)
    pre, reader = net.create(6, Neuron(equations="r = t + i\ni = i : init=0.0")), net.create(6, READER)
    pre.i = np.arange(6.0)
    net.connect(Convolution(pre, reader, "exc")).connect_filter([0.0, 1.0, 2.0], delays=2.0, padding="border")
    net.simulate(5.0)  # ten steps: the last one, t = 4.5, reads r of t = 2.5
    rates = 2.5 + np.arange(6.0)
    np.testing.assert_allclose(reader.r, correlate(rates, [0.0, 1.0, 2.0], mode="nearest"), rtol=1e-12)


@pytest.mark.parametrize("operation", ["sum", "max", "mean"])
@pytest.mark.parametrize("bank", [1, 3, 40])
def test_single_precision_and_threads_filter_alike(bank: int, operation: str) -> None:
    image, weights = RNG.normal(size=(40, 40)), RNG.normal(size=(bank, 5, 5))
    how: dict[str, Any] = dict(psp="w * pre.r + exp(-pre.r)", operation=operation, padding="border")
    seen = sliding_window_view(np.pad(image, 2, mode="edge"), (5, 5))
    values = seen[:, :, None] * weights + np.exp(-seen)[:, :, None]
    expected = getattr(np, operation)(values, axis=(3, 4))
    one = filtered(image, (40, 40, bank), weights, "connect_filters", **how)
    np.testing.assert_allclose(one, expected, rtol=1e-11)
    np.testing.assert_array_equal(
        one, filtered(image, (40, 40, bank), weights, "connect_filters", num_threads=3, **how)
    )
    single = filtered(image, (40, 40, bank), weights, "connect_filters", dtype=float32, **how)
    np.testing.assert_allclose(single, expected, rtol=1e-4, atol=1e-4)


class TestWeights:
    """Weights that are set while the network runs, and how synapses see them."""

    image = RNG.normal(size=(6, 8))

    def network(self, weights: Any, **how: Any) -> tuple[Network, Any, Any]:
        net = Network()
        pre, reader = net.create(InputArray((6, 8))), net.create((6, 8), READER)
        pre.r = self.image
        return net, net.connect(Convolution(pre, reader, "exc", name="edges")).connect_filter(weights, **how), reader

    def test_weights_that_are_set_count_from_the_next_step_on(self) -> None:
        first, second = RNG.normal(size=(2, 3, 3))
        net, projection, reader = self.network(first)
        net.simulate(1.0)
        projection.weights = second
        np.testing.assert_array_equal(projection.weights, second)
        net.simulate(1.0)
        np.testing.assert_allclose(reader.r, correlate(self.image, second, mode="constant"), rtol=1e-12, atol=1e-14)
        projection.weights[1, 1] += 2.0
        net.simulate(1.0)
        moved = correlate(self.image, second, mode="constant") + 2.0 * self.image
        np.testing.assert_allclose(reader.r, moved, rtol=1e-12, atol=1e-14)

    def test_reset_with_synapses_brings_the_first_weights_back(self) -> None:
        first = RNG.normal(size=(3, 3))
        net, projection, _ = self.network(first)
        net.simulate(1.0)
        projection.weights = 0.0
        net.reset(projections=True)
        np.testing.assert_array_equal(projection.weights, 0.0)
        net.reset(synapses=True)
        np.testing.assert_array_equal(projection.weights, first)

    def test_weights_have_a_shape(self) -> None:
        _, projection, _ = self.network(np.ones((3, 3)))
        with pytest.raises(ValueError, match=r"shape \(3, 3\), not \(2, 2\)"):
            projection.weights = np.ones((2, 2))
        with pytest.raises(ValueError, match="NaN"):
            projection.weights = np.full((3, 3), np.nan)

    def test_weights_of_single_synapses_are_read_and_not_set(self) -> None:
        weights = RNG.normal(size=(3, 3))
        _, projection, _ = self.network(weights)
        assert projection.nb_synapses == 4 * 6 * 9 + 2 * (4 + 6) * 6 + 4 * 4
        corner = projection.dendrite((0, 0))
        assert corner.pre_ranks == [0, 1, 8, 9]
        np.testing.assert_array_equal(corner.w, weights[1:, 1:].ravel())
        with pytest.raises(AttributeError, match="belongs to many synapses: set `weights`"):
            projection.w = 1.0
        with pytest.raises(AttributeError, match="belongs to many synapses"):
            corner.w = 1.0

    @pytest.mark.parametrize("padding", [0.0, "border"])
    def test_the_matrix_of_weights_filters_too(self, padding: Any) -> None:
        weights = RNG.normal(size=(3, 3))
        _, projection, _ = self.network(weights, padding=padding)
        expected = correlate(self.image, weights, mode="nearest" if padding == "border" else "constant")
        np.testing.assert_allclose(projection.connectivity_matrix() @ self.image.ravel(), expected.ravel(), rtol=1e-12)
        np.testing.assert_allclose(projection.to_scipy().T @ self.image.ravel(), expected.ravel(), rtol=1e-12)

    def test_a_transposed_convolution_goes_back(self) -> None:
        weights = RNG.normal(size=(3, 3))
        net = Network()
        pre = net.create((6, 8), Neuron(parameters="r = 0.0 : local", equations="back = sum(back)"))
        reader = net.create((3, 4), READER)
        pre.r = self.image
        forward = net.connect(Convolution(pre, reader, "exc")).connect_filter(weights)
        net.connect(Transpose(forward, "back")).connect_transpose()
        net.simulate(3.0)
        matrix = forward.connectivity_matrix()
        np.testing.assert_allclose(pre.back.ravel(), matrix.T @ (matrix @ self.image.ravel()), rtol=1e-12, atol=1e-14)

    def test_synapses_are_only_listed_where_somebody_asks(self) -> None:
        net = Network()
        pre, reader = net.create(InputArray((100, 100))), net.create((100, 100, 8), READER)
        projection = net.connect(Convolution(pre, reader, "exc")).connect_filters(RNG.normal(size=(8, 7, 7)))
        net.simulate(2.0)
        assert projection._nbytes() < projection.nb_synapses, "less than one byte for each"


@pytest.mark.parametrize(
    ("pre", "post", "weights", "how", "message"),
    [
        ((6, 8), (6, 8), np.ones(3), {}, r"as many dimensions as the pre-synaptic population, \(6, 8\)"),
        ((6, 8, 3), (6, 8, 3), np.ones((3, 3)), {}, "as many dimensions"),
        ((6, 8), (6, 8), np.ones((3, 3)), dict(keep_last_dimension=True), "one dimension less than"),
        ((6, 8, 3), (6, 8, 2), np.ones((3, 3)), dict(keep_last_dimension=True), "last axes are equally long"),
        ((6, 8, 3), (6, 8), np.ones((3, 3, 2)), {}, "no axis for the last one"),
        ((6, 8), (6, 8, 2), np.ones((3, 3)), {}, "can't reach one with the geometry"),
        ((6, 8), (12, 8), np.ones((3, 3)), {}, "larger than .*subsampling"),
        ((6, 8), (6, 8), np.ones((3, 3)), dict(padding="zero"), "number or 'border', not 'zero'"),
        ((6, 8), (6, 8), np.ones((3, 3)), dict(delays=np.ones(48)), "same delay"),
        ((6, 8), (2, 1), np.ones((3, 3)), dict(subsampling=[[0, 0]]), r"shape \(post, axes\) = \(2, 2\)"),
        ((6, 8), (2, 1), np.ones((3, 3)), dict(subsampling=[[0, 0], [6, 0]]), "outside the geometry"),
        ((6, 8), (6, 8), [[1.0, np.nan]], {}, "NaN"),
        ((6, 8), (6, 8), "sharp", {}, "array of numbers"),
    ],
)
def test_shapes_that_do_not_fit_are_refused_in_a_sentence(
    pre: Any, post: Any, weights: Any, how: Any, message: str
) -> None:
    net = Network()
    projection = net.connect(Convolution(net.create(InputArray(pre)), net.create(post, READER), "exc"))
    with pytest.raises(ValueError, match=message):
        projection.connect_filter(weights, **how)
    with pytest.raises(RuntimeError, match="no synapses"):
        net.compile()


def test_the_number_of_filters_is_the_length_of_the_last_axis() -> None:
    net = Network()
    projection = net.connect(Convolution(net.create(InputArray((6, 8))), net.create((6, 8, 2), READER), "exc"))
    with pytest.raises(ValueError, match="counts the filters"):
        projection.connect_filters(np.ones((3, 3, 3)))


def test_what_a_convolution_does_not_connect_is_refused() -> None:
    net = Network()
    pre, reader = net.create(InputArray((6, 8))), net.create((6, 8), READER)
    spiking = net.create((6, 8), Neuron(equations="v = g_exc", spike="v > 1.0"))
    with pytest.raises(TypeError, match="rate-coded"):
        Convolution(spiking, reader, "exc")
    with pytest.raises(TypeError, match="whole populations"):
        Convolution(pre[0:2, 0:2], reader, "exc")
    with pytest.raises(ValueError, match="random numbers"):
        Convolution(pre, reader, "exc", psp="w * pre.r * Uniform(0.0, 1.0)")
    with pytest.raises(RuntimeError, match=r"net\.connect"):
        Convolution(pre, reader, "exc").connect_filter(np.ones((3, 3)))
