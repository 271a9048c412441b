"""Logs for TensorBoard, read back from the files."""

import io
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorboardX", reason="the extra `tensorboard` is not installed")

import matplotlib.pyplot as plt
from PIL import Image
from tensorboardX.proto.event_pb2 import Event

import eqneuro as ann


def read_events(folder):
    """All entries below a folder: {(path of the file's folder, tag): [(step, value)]}."""
    found = {}
    for path in sorted(Path(folder).rglob("*tfevents*")):
        data, place = path.read_bytes(), 0
        while place < len(data):
            (length,) = struct.unpack("<Q", data[place : place + 8])  # the record, between two checksums of 4 bytes
            event = Event.FromString(data[place + 12 : place + 12 + length])
            place += length + 16
            for value in event.summary.value:
                key = (str(path.parent.relative_to(folder)), value.tag)
                found.setdefault(key, []).append((event.step, value))
    return found


def pixels(value):
    with Image.open(io.BytesIO(value.image.encoded_image_string)) as image:
        return np.asarray(image.convert("RGB"))


@pytest.fixture
def log(tmp_path):
    with ann.Logger(tmp_path, experiment="run") as logger:
        yield logger


def events(log):
    log.close()
    return read_events(log.logdir)


def test_scalars_are_written_with_their_steps(log):
    for step in (3, 5, 8):
        log.add_scalar("rate", np.float32(0.5 * step), step)
    assert [(s, v.simple_value) for s, v in events(log)[".", "rate"]] == [(3, 1.5), (5, 2.5), (8, 4.0)]


def test_without_a_step_the_calls_of_each_tag_are_counted(log):
    for value in (1.0, 2.0):
        log.add_scalar("a", value)
    log.add_scalar("a", 3.0, 10)
    log.add_scalar("a", 4.0)
    log.add_scalar("b", 5.0)
    found = events(log)
    assert [s for s, _ in found[".", "a"]] == [0, 1, 10, 11]
    assert [s for s, _ in found[".", "b"]] == [0]


def test_several_scalars_have_a_curve_each(log):
    log.add_scalars("losses", {"train": 0.25, "test": 0.5}, 7)
    found = events(log)
    values = {folder.rsplit("/", 1)[1]: (s, v.simple_value) for (folder, _), [(s, v)] in found.items()}
    assert values == {"train": (7, 0.25), "test": (7, 0.5)}


def test_images_keep_their_pixels(log):
    grey = np.array([[0.0, 0.2], [0.6, 1.0]])
    colours = np.arange(12, dtype=np.uint8).reshape(2, 2, 3) * 20
    log.add_image("grey", grey)
    log.add_image("beyond", grey * 3.0 - 1.0)
    log.add_image("colours", colours)
    found = events(log)
    shown = [pixels(found[".", tag][0][1]) for tag in ("grey", "beyond", "colours")]
    np.testing.assert_array_equal(shown[0][:, :, 0], np.round(255 * grey))
    np.testing.assert_array_equal(shown[1][:, :, 0], np.round(255 * np.clip(grey * 3.0 - 1.0, 0.0, 1.0)))
    np.testing.assert_array_equal(shown[2], colours)


def test_an_equalized_image_goes_from_black_to_white(log):
    image = np.array([[-3.0, 1.0], [2.0, 7.0]])
    log.add_image("weights", image, equalize=True)
    log.add_image("flat", np.full((2, 2), 4.0), equalize=True)
    found = events(log)
    np.testing.assert_array_equal(pixels(found[".", "weights"][0][1])[:, :, 0], np.round(255 * (image + 3.0) / 10.0))
    assert not pixels(found[".", "flat"][0][1]).any()


@pytest.mark.parametrize("shape", [(3, 4, 5), (3, 4, 5, 1)])
def test_images_are_equalized_together_or_each_on_its_own(log, shape):
    images = np.random.default_rng(1).normal(size=(3, 4, 5)) * np.array([1.0, 5.0, 25.0])[:, None, None]
    log.add_images("all", images.reshape(shape), equalize=True)
    log.add_images("each", images.reshape(shape), equalize_per_image=True)
    found = events(log)
    together = np.round(255 * (images - images.min()) / np.ptp(images))
    low, span = images.min(axis=(1, 2), keepdims=True), np.ptp(images, axis=(1, 2), keepdims=True)
    alone = np.round(255 * (images - low) / span)
    for tag, expected in (("all", together), ("each", alone)):
        shown = pixels(found[".", tag][0][1])[:, :, 0]
        for image in expected:  # they lie somewhere in a grid
            windows = np.lib.stride_tricks.sliding_window_view(shown, image.shape)
            assert (windows == image).all(axis=(2, 3)).any()


@pytest.mark.parametrize("shape", [(4,), (4, 4, 2), (1, 2, 3, 4)])
def test_images_of_another_shape_are_refused(log, shape):
    with pytest.raises(ValueError, match="shape"):
        log.add_image("x", np.zeros(shape))
    with pytest.raises(ValueError, match="shape"):
        log.add_images("x", np.zeros((2, *shape)))


def test_a_figure_is_logged_as_it_is_drawn_and_closed(log):
    figure, ax = plt.subplots(figsize=(2, 1), dpi=50, facecolor="red")
    ax.set_axis_off()
    kept, _ = plt.subplots()
    log.add_figure("red", figure, 4)
    log.add_figure("kept", kept, close=False)
    assert figure.number not in plt.get_fignums()
    assert kept.number in plt.get_fignums()
    plt.close(kept)
    ((step, value),) = events(log)[".", "red"]
    shown = pixels(value)
    assert (step, shown.shape) == (4, (50, 100, 3))
    assert shown[0, 0].tolist() == [255, 0, 0]


def test_histograms_take_arrays_and_the_nested_lists_of_projections(log):
    net = ann.Network(seed=1)
    cells = net.create(20, ann.Neuron(equations="r = sum(exc)"))
    projection = net.connect(cells, cells, "exc").fixed_probability(0.3, weights=ann.Uniform(0.0, 1.0))
    log.add_histogram("w", projection.w, 1)
    log.add_histogram("r", np.arange(12.0).reshape(3, 4))
    found = events(log)
    histogram = found[".", "w"][0][1].histo
    weights = np.concatenate(projection.w)
    assert histogram.num == projection.nb_synapses
    np.testing.assert_allclose([histogram.min, histogram.max], [weights.min(), weights.max()])
    np.testing.assert_allclose(histogram.sum, weights.sum())
    assert found[".", "r"][0][1].histo.sum == np.arange(12.0).sum()


def test_parameters_stand_with_what_came_of_them(log):
    log.add_parameters({"tau": 10.0, "rule": "Oja", "grid": (3, 4)}, {"error": 0.25})
    found = events(log)
    parameters = {tag: v for (folder, tag), [(_, v)] in found.items() if folder == "parameters"}
    assert parameters["error"].simple_value == 0.25
    start = parameters["_hparams_/session_start_info"].metadata.plugin_data.content
    for word in (b"tau", b"Oja", b"(3, 4)"):
        assert word in start


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda log: log.add_scalar("x", [1.0, 2.0]), "'x' takes one number, not 2"),
        (lambda log: log.add_scalars("x", {"a": []}), "'a' takes one number"),
        (lambda log: log.add_histogram("x", []), "finite values"),
        (lambda log: log.add_histogram("x", [1.0, np.nan]), "finite values"),
    ],
)
def test_what_can_not_be_logged_is_refused(log, call, message):
    with pytest.raises(ValueError, match=message):
        call(log)


def test_flush_writes_what_waits(log):
    log.add_scalar("x", 1.0)
    log.flush()
    assert (".", "x") in read_events(log.logdir)


def test_a_closed_logger_may_be_closed_again_but_not_written_to(log):
    log.close()
    log.close()
    with pytest.raises(ValueError, match="closed"):
        log.add_scalar("x", 1.0)


def test_experiments_without_a_name_get_one_each(tmp_path):
    for _ in range(2):
        with ann.Logger(tmp_path) as log:
            log.add_scalar("x", 1.0)
    assert len(list(tmp_path.iterdir())) == 2


def test_without_the_library_the_extra_is_named():
    code = "import sys; sys.modules['tensorboardX'] = None\nimport eqneuro\neqneuro.Logger"
    subprocess.run([sys.executable, "-P", "-c", code], check=True)
    done = subprocess.run([sys.executable, "-P", "-c", code + "()"], capture_output=True, text=True, check=False)
    assert "pip install tensorboardX" in done.stderr.splitlines()[-1]
