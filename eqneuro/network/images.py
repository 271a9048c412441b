"""Images and films as rates."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.model.neuron import Neuron
from eqneuro.network.geometry import read_geometry
from eqneuro.network.inputs import SpecificPopulation

if TYPE_CHECKING:
    from eqneuro.network.network import Network

COLOURS = 3


class _Picture(SpecificPopulation):
    """Rates between 0 and 1, one for each pixel, or three: red, green, blue."""

    def __init__(self, geometry: Any, name: str | None = None) -> None:
        kind = type(self).__name__
        shape = read_geometry(geometry)
        if len(shape) not in (2, 3):
            raise ValueError(
                f"the geometry of an {kind} is (height, width), or (height, width, 3) for colours, not {geometry!r}"
            )
        if len(shape) == 3 and shape[2] != COLOURS:
            raise ValueError(f"the third dimension of an {kind} is {COLOURS}: red, green and blue, not {shape[2]}")
        self._pixels: NDArray[np.float64] | None = None
        super().__init__(shape, Neuron(parameters="r = 0.0", name=kind), name)

    def _bind(self, network: Network, number: int) -> None:
        super()._bind(network, number)
        if self._pixels is not None:
            self.r = self._pixels

    def _show(self, pixels: Any) -> None:
        """Bytes of an image become rates, also before the population is in a network."""
        self._pixels = np.asarray(pixels, dtype=float).reshape(self._geometry) / 255.0
        if self._ready:
            self.r = self._pixels


class ImagePopulation(_Picture):
    """The pixels of an image as rates between 0 and 1. Needs Pillow: ``pip install pillow``.

    Parameters
    ----------
    geometry
        (height, width) for luminance, (height, width, 3) for colours.
    name
        The name.

    Raises
    ------
    ValueError
        If the geometry has another number of dimensions, or the third is not 3.

    Examples
    --------
    >>> from eqneuro import ImagePopulation, Network
    >>> net = Network()
    >>> image = net.create(ImagePopulation((48, 64)))
    >>> image.set_image("face.png")  # doctest: +SKIP
    """

    def set_image(self, filename: str | os.PathLike[str]) -> None:
        """Shows an image, in the size of the population.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ImportError
            If Pillow is not installed.
        """
        image = _need("PIL.Image", "Pillow", "images")
        with image.open(filename) as opened:
            shown = opened.convert("RGB" if len(self._geometry) == 3 else "L")
        height, width = self._geometry[:2]
        if shown.size != (width, height):
            shown = shown.resize((width, height))
        self._show(shown)


class VideoPopulation(_Picture):
    """What a camera sees as rates between 0 and 1. Needs OpenCV: ``pip install opencv-python-headless``.

    Parameters
    ----------
    geometry
        (height, width) for luminance, (height, width, 3) for colours.
    name
        The name.

    Raises
    ------
    ValueError
        If the geometry has another number of dimensions, or the third is not 3.

    Examples
    --------
    >>> from eqneuro import Network, VideoPopulation
    >>> net = Network()
    >>> camera = net.create(VideoPopulation((48, 64, 3)))
    >>> camera.start_camera()  # doctest: +SKIP
    >>> camera.grab_image()  # doctest: +SKIP
    >>> camera.release()  # doctest: +SKIP
    """

    _camera: Any = None

    def start_camera(self, camera_port: int = 0) -> None:
        """Opens a camera.

        Raises
        ------
        ImportError
            If OpenCV is not installed.
        RuntimeError
            If the camera can't be opened.
        """
        self._cv2 = _need("cv2", "OpenCV", "video")
        self.release()
        camera = self._cv2.VideoCapture(camera_port)
        if not camera.isOpened():
            camera.release()
            raise RuntimeError(f"camera {camera_port} can't be opened")
        self._camera = camera

    def grab_image(self) -> None:
        """Shows what the camera sees now, in the size of the population.

        Raises
        ------
        RuntimeError
            If no camera was started, or it gives no image.
        """
        if self._camera is None:
            raise RuntimeError("no camera runs: call start_camera() first")
        has_image, frame = self._camera.read()
        if not has_image:
            raise RuntimeError("the camera gives no image")
        height, width = self._geometry[:2]
        cv2 = self._cv2
        resized = cv2.resize(frame, (width, height))
        self._show(cv2.cvtColor(resized, cv2.COLOR_BGR2RGB if len(self._geometry) == 3 else cv2.COLOR_BGR2GRAY))

    def release(self) -> None:
        """Closes the camera."""
        if self._camera is not None:
            self._camera.release()
            self._camera = None


def _need(module: str, what: str, extra: str) -> Any:
    """A library that is only needed here.

    Raises
    ------
    ImportError
        If it is not installed: says how to get it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(f"this needs {what}: pip install 'eqneuro[{extra}]'") from error
