"""Converted networks compute what the artificial ones do."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import eqneuro as ann
from eqneuro.extensions.ann_layers import build_layers, normalise
from eqneuro.extensions.keras_files import read_model

from .keras_models import WRITERS, conv2d, dense, plain, pooling, write_archive


@pytest.fixture(scope="module")
def digits():
    """A perceptron trained on the first digits, and some of those it has not seen."""
    images, labels = load_digits(return_X_y=True)
    images = images / 16.0
    model = MLPClassifier((32,), max_iter=60, random_state=1, learning_rate_init=0.01, tol=0.0, n_iter_no_change=1000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is good enough
        model.fit(images[:1200], labels[:1200])
    (first, second), (bias, last) = model.coefs_, model.intercepts_
    layers = [dense("hidden", first, bias, "relu"), dense("out", second, last, "softmax")]
    return layers, images[1200:1260], labels[1200:1260], model.predict(images[1200:1260])


def load(converter, path, **options):
    converter.load_keras_model(path, show_info=False, **options)
    return converter


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_perceptron_keeps_its_accuracy_on_digits(tmp_path, digits, suffix):
    layers, images, labels, expected = digits
    assert (expected == labels).mean() > 0.85
    converter = load(ann.ANNtoSNNConverter(), WRITERS[suffix](tmp_path / f"m{suffix}", (64,), layers))
    found = converter.predict(images, duration_per_sample=500)
    assert (found == expected).mean() > 0.9
    assert abs((found == labels).mean() - (expected == labels).mean()) < 0.05


def test_read_outs_and_encodings_find_the_same_digits(tmp_path, digits):
    layers, images, _, expected = digits
    path = write_archive(tmp_path / "m.keras", (64,), layers)
    for encoding, read_out, least in (
        ("PSO", "membrane_potential", 0.95),
        ("PSO", "spike_count", 0.95),
        ("CPN", "membrane_potential", 0.9),
        ("PSO", "time_to_first_spike", 0.6),
        ("IB", "spike_count", 0.6),
    ):
        converter = load(ann.ANNtoSNNConverter(encoding, read_out=read_out), path)
        agreement = (converter.predict(images[:30], duration_per_sample=400) == expected[:30]).mean()
        assert agreement >= least, (encoding, read_out)


KERNEL = np.random.default_rng(3).normal(size=(3, 3, 1, 3))
BIAS = np.array([0.1, -0.2, 0.3])


@pytest.mark.parametrize("kind", ["MaxPooling2D", "AveragePooling2D"])
def test_rates_of_a_convolutional_network_are_its_activations(tmp_path, kind):
    """Rates after many periods of the exact encoding, against the layers computed by numpy."""
    layers = [
        conv2d("conv", KERNEL, BIAS, padding="same"),
        pooling(kind, "pool"),
        plain("Flatten", "flat"),
        dense("out", np.random.default_rng(4).normal(size=(27, 4)), activation="softmax"),
    ]
    converter = load(ann.ANNtoSNNConverter("PSO"), write_archive(tmp_path / "m.keras", (6, 6, 1), layers))
    net = converter.get_annarchy_network()
    image = np.random.default_rng(5).integers(0, 256, size=(6, 6, 1)) / 256.0  # eight binary digits are exact
    duration = 4000
    converter.predict(image[None], duration_per_sample=duration)
    values = image.ravel()
    for layer in normalise(build_layers(read_model(tmp_path / "m.keras"))):
        if layer.kind == "max":
            read = layer.matrix.toarray() != 0
            values = np.where(read, values[:, None], -np.inf).max(axis=0)
        else:
            values = np.maximum(values @ layer.matrix + layer.bias, 0.0)
        rates = np.ravel(net.get_population(layer.name).n) / duration
        np.testing.assert_allclose(rates, values, atol=0.01)
    assert values.max() > 0.05


def test_phase_shift_sends_the_binary_digits_of_the_input(tmp_path):
    converter = load(ann.ANNtoSNNConverter("PSO"), write_archive(tmp_path / "m.keras", (3,), [dense("o", np.eye(3))]))
    net = converter.get_annarchy_network()
    spikes = net.monitor(net.get_population("input"), "spike")
    converter.predict([[0.0, 0.625, 1.0]], duration_per_sample=16)
    assert spikes.get("spike") == {0: [], 1: [0, 2, 8, 10], 2: list(range(16))}  # 0.101 and 0.11111111


def test_custom_poisson_spikes_with_the_probability_of_the_input(tmp_path):
    converter = load(ann.ANNtoSNNConverter(), write_archive(tmp_path / "m.keras", (4,), [dense("o", np.eye(4))]))
    probabilities = np.array([0.0, 0.2, 0.7, 1.0])
    converter.predict(probabilities[None], duration_per_sample=5000)
    counts = converter.get_annarchy_network().get_population("input").n
    deviation = np.sqrt(5000 * probabilities * (1.0 - probabilities))
    assert (np.abs(counts - 5000 * probabilities) <= 4.0 * deviation).all()


def test_samples_do_not_depend_on_those_before(tmp_path, digits):
    layers, images, _, _ = digits
    converter = load(ann.ANNtoSNNConverter("PSO"), write_archive(tmp_path / "m.keras", (64,), layers))
    alone = [converter.predict(image[None], duration_per_sample=64)[0] for image in images[:6]]
    assert converter.predict(images[:6], duration_per_sample=64).tolist() == alone


def test_classes_that_are_alike_are_all_given_on_demand(tmp_path):
    path = write_archive(tmp_path / "m.keras", (2,), [dense("o", np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]))])
    converter = load(ann.ANNtoSNNConverter("PSO"), path)
    samples = [[0.5, 0.25], [0.25, 0.5], [0.0, 0.0]]
    assert converter.predict(samples, 80, multiple=True) == [[0, 2], [1], [0, 1, 2]]
    assert converter.predict(samples, 80).tolist() == [0, 1, 0]


def test_where_counts_are_alike_the_potential_decides(tmp_path):
    path = write_archive(tmp_path / "m.keras", (1,), [dense("o", np.array([[0.5, 1.0, 0.75]]))])
    converter = load(ann.ANNtoSNNConverter("PSO"), path)
    # 0.25 is one spike, in the second step, which counts 2^-2 / (1/8) = 2: potentials 1, 2 and 1.5 in the third step
    assert converter.predict([[0.25]], 3, multiple=True) == [[0, 1, 2]]
    assert converter.predict([[0.25]], 3).tolist() == [1]


def test_what_was_loaded_is_told(tmp_path, capsys):
    path = write_archive(tmp_path / "m.keras", (2,), [dense("readout", np.ones((2, 3)))])
    network = ann.ANNtoSNNConverter().load_keras_model(path)
    assert isinstance(network, ann.Network)
    told = capsys.readouterr().out
    assert "input" in told
    assert "readout" in told
    assert "6 synapses" in told
    load(ann.ANNtoSNNConverter(), path)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_encoding": "rate"}, "input_encoding is 'CPN' or 'IB' or 'PSO', not 'rate'"),
        ({"hidden_neuron": "LIF"}, "hidden_neuron is 'IaF'"),
        ({"read_out": "mean"}, "read_out is 'spike_count' or"),
    ],
)
def test_unknown_choices_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ann.ANNtoSNNConverter(**options)


@pytest.mark.parametrize("samples", [[0.5, 0.5], [[0.5]], [[0.5, 0.5, 0.5]]])
def test_samples_of_another_shape_are_refused(tmp_path, samples):
    converter = load(ann.ANNtoSNNConverter(), write_archive(tmp_path / "m.keras", (2,), [dense("o", np.eye(2))]))
    with pytest.raises(ValueError, match="samples have the shape"):
        converter.predict(samples)


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan])
def test_values_beyond_0_and_1_are_refused(tmp_path, value):
    converter = load(ann.ANNtoSNNConverter(), write_archive(tmp_path / "m.keras", (2,), [dense("o", np.eye(2))]))
    with pytest.raises(ValueError, match="between 0 and 1"):
        converter.predict([[0.5, value]])


def test_without_a_model_there_is_nothing_to_predict_with():
    with pytest.raises(RuntimeError, match="load_keras_model"):
        ann.ANNtoSNNConverter().predict([[0.0]])


def test_the_largest_input_is_only_taken_where_spikes_count_alike(tmp_path):
    layers = [pooling("MaxPooling2D", "p"), plain("Flatten", "f"), dense("o", np.ones((4, 2)))]
    path = write_archive(tmp_path / "m.keras", (4, 4, 1), layers)
    with pytest.raises(ValueError, match="only the encoding 'CPN'"):
        ann.ANNtoSNNConverter("PSO").load_keras_model(path)
    load(ann.ANNtoSNNConverter(), path)
