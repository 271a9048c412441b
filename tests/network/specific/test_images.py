"""Images and cameras as rates."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from eqneuro import ImagePopulation, Network, Neuron, VideoPopulation

KINDS = [ImagePopulation, VideoPopulation]


@pytest.fixture
def photo(tmp_path: Path) -> tuple[Path, np.ndarray]:
    image = pytest.importorskip("PIL.Image")
    colours = np.random.default_rng(8).integers(0, 256, size=(6, 9, 3), dtype=np.uint8)
    image.fromarray(colours).save(tmp_path / "photo.png")
    return tmp_path / "photo.png", colours


class FakeCamera:
    """A camera that shows the same frame, blue first as OpenCV has it."""

    frame = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3) * 14
    opened: ClassVar[list[int]] = []
    released = 0
    works = True

    def __init__(self, port: int) -> None:
        type(self).opened.append(port)

    def isOpened(self) -> bool:
        return self.works

    def read(self) -> tuple[bool, Any]:
        return (True, self.frame) if self.works else (False, None)

    def release(self) -> None:
        type(self).released += 1


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch) -> type[FakeCamera]:
    """OpenCV as far as it is used."""

    class Camera(FakeCamera):
        opened: ClassVar[list[int]] = []

    def convert(frame: np.ndarray, code: str) -> np.ndarray:
        return frame[..., ::-1] if code == "rgb" else (frame @ [0.114, 0.587, 0.299]).round().astype(np.uint8)

    def resize(frame: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        rows = np.arange(size[1]) * frame.shape[0] // size[1]
        columns = np.arange(size[0]) * frame.shape[1] // size[0]
        return frame[rows][:, columns]

    module: Any = types.ModuleType("cv2")
    module.VideoCapture, module.cvtColor, module.resize = Camera, convert, resize
    module.COLOR_BGR2RGB, module.COLOR_BGR2GRAY = "rgb", "grey"
    monkeypatch.setitem(sys.modules, "cv2", module)
    return Camera


def test_an_image_in_the_size_of_the_population_is_shown_pixel_by_pixel(photo: Any) -> None:
    path, colours = photo
    net = Network()
    shown = net.create(ImagePopulation((6, 9, 3)))
    shown.set_image(path)
    np.testing.assert_array_equal(shown.r, colours / 255.0)
    grey = net.create(ImagePopulation((6, 9)))
    grey.set_image(str(path))
    luminance = colours @ [0.299, 0.587, 0.114]
    np.testing.assert_allclose(grey.r * 255.0, luminance, atol=1.0)


def test_an_image_may_be_set_before_the_population_is_in_a_network(photo: Any) -> None:
    path, colours = photo
    shown = ImagePopulation((6, 9, 3), name="eye")
    shown.set_image(path)
    net = Network()
    assert net.create(shown).name == "eye"
    np.testing.assert_array_equal(shown.r, colours / 255.0)


def test_images_are_resized_and_stay_between_0_and_1(photo: Any) -> None:
    path, colours = photo
    net = Network()
    small, large = net.create(ImagePopulation((3, 3))), net.create(ImagePopulation((30, 50, 3)))
    for shown in (small, large):
        shown.set_image(path)
        assert 0.0 <= shown.r.min() < shown.r.max() <= 1.0
    assert small.r.mean() == pytest.approx((colours @ [0.299, 0.587, 0.114]).mean() / 255.0, abs=0.05)


def test_a_new_image_is_seen_in_the_next_step(photo: Any) -> None:
    path, colours = photo
    net = Network()
    shown, eye = net.create(ImagePopulation((6, 9, 3))), net.create((6, 9, 3), Neuron(equations="r = sum(light)"))
    net.connect(shown, eye, "light").one_to_one(2.0)
    net.simulate(2.0)
    np.testing.assert_array_equal(eye.r, 0.0)
    shown.set_image(path)
    net.simulate(1.0)
    np.testing.assert_allclose(eye.r, 2.0 * colours / 255.0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_geometry_that_is_no_image_is_refused(kind: Any) -> None:
    with pytest.raises(ValueError, match="geometry"):
        kind(geometry=10)
    with pytest.raises(ValueError, match="geometry"):
        kind(geometry=(2, 2, 3, 1))
    with pytest.raises(ValueError, match="third dimension"):
        kind(geometry=(4, 4, 2))


def test_a_missing_file_and_missing_libraries_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("PIL")
    shown = Network().create(ImagePopulation((2, 2)))
    with pytest.raises(FileNotFoundError, match=r"missing\.png"):
        shown.set_image(tmp_path / "missing.png")
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(ImportError, match=r"needs Pillow: pip install 'eqneuro\[images\]'"):
        shown.set_image("any.png")
    with pytest.raises(ImportError, match=r"needs OpenCV: pip install 'eqneuro\[video\]'"):
        Network().create(VideoPopulation((2, 2))).start_camera()


def test_a_camera_shows_its_frames_red_first(camera: type[FakeCamera]) -> None:
    net = Network()
    colours, grey = net.create(VideoPopulation((2, 3, 3))), net.create(VideoPopulation((4, 3)))
    for shown in (colours, grey):
        shown.start_camera(2)
        shown.grab_image()
    assert camera.opened == [2, 2]
    np.testing.assert_array_equal(colours.r, camera.frame[..., ::-1] / 255.0)
    luminance = np.repeat((camera.frame @ [0.114, 0.587, 0.299]).round(), 2, axis=0)
    np.testing.assert_array_equal(grey.r, luminance / 255.0)
    colours.release()
    colours.release()
    assert camera.released == 1


def test_a_camera_that_does_not_work_is_told(camera: type[FakeCamera]) -> None:
    shown = Network().create(VideoPopulation((2, 3)))
    with pytest.raises(RuntimeError, match=r"call start_camera\(\) first"):
        shown.grab_image()
    shown.start_camera()
    camera.works = False
    with pytest.raises(RuntimeError, match="gives no image"):
        shown.grab_image()
    with pytest.raises(RuntimeError, match="camera 1 can't be opened"):
        shown.start_camera(1)
