"""Model files and their layers, against numpy and SciPy."""

import json
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import pytest
from scipy.signal import correlate2d

from eqneuro.extensions.ann_layers import build_layers, normalise
from eqneuro.extensions.keras_files import read_model

from .keras_models import WRITERS, conv2d, dense, plain, pooling, write_archive, write_h5

RNG = np.random.default_rng(7)
SHAPE = (7, 6, 2)
KERNEL = RNG.normal(size=(3, 2, 2, 4)).astype(np.float32)
BIAS = RNG.normal(size=4).astype(np.float32)
IMAGE = RNG.random(SHAPE)


def padded(image, size, strides, padding, fill):
    """An image with what Keras' padding "same" puts around it."""
    if padding == "valid":
        return image
    sides = []
    for n, k, s in zip(image.shape[:2], size, strides, strict=True):
        total = max((-(-n // s) - 1) * s + k - n, 0)
        sides.append((total // 2, total - total // 2))
    return np.pad(image, [*sides, (0, 0)], constant_values=fill)


def convolve(image, kernel, bias, strides, padding):
    wide = padded(image, kernel.shape[:2], strides, padding, 0.0)
    planes = [
        sum(correlate2d(wide[:, :, c], kernel[:, :, c, f], mode="valid") for c in range(image.shape[2])) + bias[f]
        for f in range(kernel.shape[3])
    ]
    return np.stack(planes, axis=-1)[:: strides[0], :: strides[1]]


def pool(image, size, strides, padding, reduce):
    wide = padded(image, size, strides, padding, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(wide, size, axis=(0, 1))
    return reduce(windows, axis=(-2, -1))[:: strides[0], :: strides[1]]


def only_layer(tmp_path, shape, *layers, writer=write_archive):
    built = build_layers(read_model(writer(tmp_path / "model", shape, layers)))
    return built.layers[-1]


@pytest.mark.parametrize("strides", [(1, 1), (2, 1), (3, 2)])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_a_convolution_becomes_the_matrix_of_scipys_correlation(tmp_path, strides, padding):
    layer = only_layer(tmp_path, SHAPE, conv2d("c", KERNEL, BIAS, strides=strides, padding=padding))
    expected = convolve(IMAGE, KERNEL.astype(float), BIAS.astype(float), strides, padding)
    assert layer.geometry == expected.shape
    np.testing.assert_allclose(IMAGE.ravel() @ layer.matrix + layer.bias, expected.ravel(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("size", "strides"), [((2, 2), None), ((3, 2), (2, 1))])
def test_pooling_becomes_the_windows_of_numpy(tmp_path, padding, size, strides):
    for kind, reduce in (("AveragePooling2D", np.nanmean), ("MaxPooling2D", np.nanmax)):
        path = write_archive(tmp_path / kind, SHAPE, [conv2d("c", np.ones((1, 1, 2, 2))),
                             pooling(kind, "p", size, strides, padding)])  # fmt: skip
        layer = build_layers(read_model(path)).layers[-1]
        expected = pool(IMAGE, size, strides or size, padding, reduce)
        assert layer.geometry == expected.shape
        if kind == "AveragePooling2D":
            found = IMAGE.ravel() @ layer.matrix
        else:
            read = layer.matrix.toarray() != 0
            found = np.where(read, IMAGE.ravel()[:, None], -np.inf).max(axis=0)
        np.testing.assert_allclose(found, expected.ravel(), rtol=1e-12)


@pytest.mark.parametrize("functional", [True, False])
@pytest.mark.parametrize("suffix", WRITERS)
def test_both_formats_give_the_same_layers(tmp_path, suffix, functional):
    first, second = RNG.normal(size=(24, 5)), RNG.normal(size=(5, 3))
    layers = [
        plain("Flatten", "flat"),
        plain("Dropout", "drop", rate=0.5),
        dense("hidden", first, np.arange(5.0)),
        plain("Activation", "act", activation="relu"),
        dense("out", second, activation="softmax"),
    ]
    built = build_layers(read_model(WRITERS[suffix](tmp_path / f"m{suffix}", (4, 3, 2), layers, functional=functional)))
    assert built.shape == (4, 3, 2)
    assert [(x.name, x.geometry, x.activation) for x in built.layers] == [
        ("hidden", (5,), "relu"),
        ("out", (3,), "softmax"),
    ]
    np.testing.assert_array_equal(built.layers[0].matrix.toarray(), first.astype(np.float32))
    np.testing.assert_array_equal(built.layers[0].bias, np.arange(5.0))
    np.testing.assert_array_equal(built.layers[1].bias, np.zeros(3))


def test_normalised_weights_bound_every_activation_by_one_and_keep_their_proportions(tmp_path):
    layers = [
        dense("a", RNG.normal(size=(6, 20)), RNG.normal(size=20), "relu"),
        dense("b", RNG.normal(size=(20, 10)), RNG.normal(size=10), "relu"),
        dense("c", RNG.normal(size=(10, 4)), activation="softmax"),
    ]
    built = build_layers(read_model(write_h5(tmp_path / "m.h5", (6,), layers)))
    scaled = list(normalise(built))
    samples = (RNG.random((500, 6)) < 0.5).astype(float)  # corners, where activations are largest
    plain_values, scaled_values = samples, samples
    for before, after in zip(built.layers, scaled, strict=True):
        plain_values = np.maximum(plain_values @ before.matrix + before.bias, 0.0)
        scaled_values = np.maximum(scaled_values @ after.matrix + after.bias, 0.0)
        assert scaled_values.max() <= 1.0 + 1e-12
        ratio = plain_values[plain_values > 0.0] / scaled_values[plain_values > 0.0]
        np.testing.assert_allclose(ratio, ratio[0], rtol=1e-9)
    bound = np.maximum(layers[0][2][0].astype(np.float32), 0.0).sum(axis=0) + np.maximum(built.layers[0].bias, 0.0)
    np.testing.assert_allclose(scaled[0].matrix.toarray(), built.layers[0].matrix.toarray() / bound.max(), rtol=1e-6)


def test_scale_factors_multiply_what_the_normalised_network_computes(tmp_path):
    layers = [dense("a", RNG.normal(size=(6, 20)), activation="relu"), dense("b", RNG.normal(size=(20, 4)))]
    built = build_layers(read_model(write_h5(tmp_path / "m.h5", (6,), layers)))
    once, twice = list(normalise(built)), list(normalise(built, [2.0, 3.0]))
    np.testing.assert_allclose(twice[0].matrix.toarray(), 2.0 * once[0].matrix.toarray())
    # the bound of the second layer knows of the first one's factor
    np.testing.assert_allclose(twice[1].matrix.toarray(), 3.0 * once[1].matrix.toarray())
    for wrong in ([1.0], -1.0, [1.0, np.nan]):
        with pytest.raises(ValueError, match="for each of 2 layers"):
            list(normalise(built, wrong))


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([plain("LSTM", "memory")], r"'memory' \(LSTM\) can't be converted: .*Dense, Conv2D"),
        (
            [dense("a", np.ones((6, 2)), activation="tanh"), dense("b", np.ones((2, 2)))],
            "'a' has the activation 'tanh'",
        ),
        ([dense("a", np.ones((6, 2)), activation="sigmoid")], "'a' has the activation 'sigmoid'"),
        ([dense("a", np.ones((5, 2)))], "for 5 inputs, and there are 6"),
        ([plain("Flatten", "f")], "no layer with weights"),
        ([plain("Activation", "f", activation="relu")], "no layer with weights stands before"),
        ([conv2d("c", KERNEL)], r"'c' .*shape \(6,\), not \(height, width, 2\)"),
        ([pooling("MaxPooling2D", "p")], r"'p' .*shape \(6,\)"),
        ([dense("a", np.ones((6, 2))), plain("ReLU", "r", max_value=6.0)], "only the plain ReLU"),
        ([("Dense", {"name": "a", "units": 2}, [])], "weights are not in the file"),
    ],
)
def test_what_can_not_be_converted_is_refused(tmp_path, layers, message):
    path = write_archive(tmp_path / "m.keras", (6,), layers)
    with pytest.raises(ValueError, match=message):
        build_layers(read_model(path))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"dilation_rate": [2, 2]}, "dilation"),
        ({"padding": "causal"}, "padding 'causal'"),
        ({"data_format": "channels_first"}, "last axis"),
        ({"kernel_size": [3, 2]}, "larger than its input"),
    ],
)
def test_convolutions_of_other_kinds_are_refused(tmp_path, changed, message):
    kind, config, weights = conv2d("c", KERNEL)
    shape = (2, 2, 2) if "kernel_size" in changed else SHAPE
    path = write_archive(tmp_path / "m.keras", shape, [(kind, {**config, **changed}, weights)])
    with pytest.raises(ValueError, match=message):
        build_layers(read_model(path))


def test_branches_are_refused(tmp_path):
    path = write_archive(tmp_path / "m.keras", (6,), [dense("a", np.ones((6, 6))), dense("b", np.ones((6, 2)))],
                         functional=True)  # fmt: skip
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(files["config.json"])
    config["config"]["layers"][2]["inbound_nodes"][0]["args"][0]["config"]["keras_history"][0] = "input_layer"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**files, "config.json": json.dumps(config)}.items():
            archive.writestr(name, content)
    with pytest.raises(ValueError, match="form a chain: 'b' reads input_layer, not 'a'"):
        read_model(path)


def test_files_of_other_kinds_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.keras"):
        read_model(tmp_path / "nothing.keras")
    text = tmp_path / "text.h5"
    text.write_text("no model")
    with pytest.raises(ValueError, match="neither"):
        read_model(text)
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as archive:
        archive.writestr("readme", "no model")
    with pytest.raises(ValueError, match=r"without config\.json"):
        read_model(tmp_path / "other.keras")
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        file["dense"] = [1.0]
    with pytest.raises(ValueError, match="weights without a model"):
        read_model(tmp_path / "weights.h5")


def test_without_h5py_the_extra_is_named(tmp_path):
    path = write_h5(tmp_path / "m.h5", (6,), [dense("a", np.ones((6, 2)))])
    code = "import sys; sys.modules['h5py'] = None\n"
    code += f"from eqneuro.extensions.keras_files import read_model\nread_model({str(path)!r})"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False)
    assert "pip install h5py" in done.stderr.splitlines()[-1]
