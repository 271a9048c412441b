"""Logs that TensorBoard shows."""

from __future__ import annotations

import datetime
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eqneuro.extensions.event_files import EventFiles

MISSING = "a Logger writes with tensorboardX, which is not installed: pip install tensorboardX"
BINS = 50
"""Of a histogram."""


class Logger:
    """Writes scalars, images, figures, histograms and parameters for TensorBoard: ``tensorboard --logdir runs``.

    Steps count the calls for each tag where none is given. Used in a ``with`` statement, a logger closes itself.

    Parameters
    ----------
    logdir
        The folder of all experiments.
    experiment
        The subfolder of this one; time and machine where None.

    Raises
    ------
    ImportError
        If tensorboardX is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from eqneuro import Logger, Network, Neuron
    >>> net = Network()
    >>> cells = net.create(10, Neuron(equations="r = t"))
    >>> with tempfile.TemporaryDirectory() as folder, Logger(folder, experiment="ramp") as log:
    ...     for trial in range(3):
    ...         net.simulate(10.0)
    ...         log.add_scalar("mean rate", cells.r.mean(), trial)
    """

    def __init__(self, logdir: str | os.PathLike[str] = "runs/", experiment: str | None = None) -> None:
        try:
            from tensorboardX import summary
        except ImportError as error:
            raise ImportError(MISSING) from error
        if experiment is None:
            experiment = f"{datetime.datetime.now():%Y-%m-%d_%H-%M-%S-%f}_{socket.gethostname()}"
        self.logdir = Path(logdir) / experiment
        self._summary = summary
        self._files = EventFiles(self.logdir)
        self._steps: dict[tuple[str, str], int] = {}
        self._is_open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def add_scalar(self, tag: str, value: float, step: int | None = None) -> None:
        """A number: ``tag`` names the curve, ``"group/name"`` those that are shown together."""
        self._write(self._summary.scalar(tag, _number(tag, value)), self._step("scalar", tag, step))

    def add_scalars(self, tag: str, value: Mapping[str, float], step: int | None = None) -> None:
        """Several numbers in one picture, each with a name of its own."""
        numbers = {name: _number(name, one) for name, one in value.items()}
        moment = self._step("scalars", tag, step)
        for name, number in numbers.items():  # curves of one tag in several folders share a picture
            self._write(self._summary.scalar(tag, number), moment, f"{tag}/{name}")

    def add_image(self, tag: str, img: ArrayLike, step: int | None = None, equalize: bool = False) -> None:
        """A picture.

        Parameters
        ----------
        img
            Shape (height, width), (height, width, 1) or (height, width, 3) for red, green and blue. Floating-point
            numbers go from 0 to 1, whole ones from 0 to 255; what lies beyond is cut off.
        equalize
            Whether the least value becomes black and the greatest white.

        Raises
        ------
        ValueError
            If the shape is another one.
        """
        image = np.asarray(img)
        if not _is_picture(image.shape):
            raise ValueError(f"an image has the shape (height, width), or with 1 or 3 colours, not {image.shape}")
        pixels = _pixels(image[None], equalize=equalize, each=False)[0]
        self._write(self._summary.image(tag, pixels, dataformats="HWC"), self._step("image", tag, step))

    def add_images(
        self,
        tag: str,
        img: ArrayLike,
        step: int | None = None,
        equalize: bool = False,
        equalize_per_image: bool = False,
    ) -> None:
        """Several pictures side by side, as receptive fields.

        Parameters
        ----------
        img
            Shape (number, height, width), or with 1 or 3 colours at the end; values as in `add_image`.
        equalize
            Whether the least value of all becomes black and the greatest white.
        equalize_per_image
            Whether that is done for each picture on its own.

        Raises
        ------
        ValueError
            If the shape is another one.
        """
        images = np.asarray(img)
        if not (_is_picture(images.shape[1:]) and len(images)):
            raise ValueError(f"images have the shape (number, height, width), or with colours, not {images.shape}")
        pixels = _pixels(images, equalize=equalize or equalize_per_image, each=equalize_per_image)
        self._write(self._summary.image(tag, pixels, dataformats="NHWC"), self._step("images", tag, step))

    def add_figure(self, tag: str, figure: Any, step: int | None = None, close: bool = True) -> None:
        """A figure of matplotlib, which is closed then unless ``close`` is False."""
        import matplotlib.pyplot as plt
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        canvas: Any = FigureCanvasAgg(figure)
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[:, :, :3]
        self._write(self._summary.image(tag, pixels, dataformats="HWC"), self._step("figure", tag, step))
        if close:
            plt.close(figure)

    def add_histogram(self, tag: str, hist: ArrayLike, step: int | None = None) -> None:
        """The distribution of values, as weights: an array of any shape, or nested lists.

        Raises
        ------
        ValueError
            If there are none, or one is not finite.
        """
        values = _flat(hist)
        if values.size == 0 or not np.isfinite(values).all():
            raise ValueError(f"a histogram needs finite values, which {tag!r} has not")
        self._write(self._summary.histogram(tag, values, bins=BINS), self._step("histogram", tag, step))

    def add_parameters(self, params: Mapping[str, Any], metrics: Mapping[str, float]) -> None:
        """The parameters of this experiment and what came out, for TensorBoard's table of experiments."""
        simple = (bool, int, float, str)
        known = {name: value if isinstance(value, simple) else str(value) for name, value in params.items()}
        numbers = {name: _number(name, value) for name, value in metrics.items()}
        for part in self._summary.hparams(known, numbers):
            self._write(part, 0, "parameters")
        for name, number in numbers.items():
            self._write(self._summary.scalar(name, number), 0, "parameters")

    def flush(self) -> None:
        """Writes what waits."""
        self._check_open()
        self._files.flush()

    def close(self) -> None:
        """Writes what waits and closes the files; it may be called again."""
        if self._is_open:
            self._is_open = False
            self._files.close()

    def _check_open(self) -> None:
        if not self._is_open:
            raise ValueError("this Logger is closed")

    def _write(self, summary: Any, step: int, part: str = "") -> None:
        self._check_open()
        self._files.write(summary, step, part)

    def _step(self, kind: str, tag: str, step: int | None) -> int:
        """The step of an entry: the one that is given, or the next one of its tag."""
        chosen = self._steps.get((kind, tag), 0) if step is None else int(step)
        self._steps[kind, tag] = chosen + 1
        return chosen


def _number(name: str, value: Any) -> float:
    if np.size(value) != 1:
        raise ValueError(f"{name!r} takes one number, not {np.size(value)}")
    return float(np.ravel(value)[0])


def _is_picture(shape: tuple[int, ...]) -> bool:
    return len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3))


def _pixels(images: NDArray[Any], *, equalize: bool, each: bool) -> NDArray[np.uint8]:
    """Images of shape (number, height, width, colours) in steps of 1/255."""
    images = images[..., None] if images.ndim == 3 else images
    values = images.astype(float) / (1.0 if images.dtype.kind in "fb" else 255.0)
    if equalize:
        axes = (1, 2, 3) if each else None
        least, greatest = (f(values, axis=axes, keepdims=True) for f in (np.min, np.max))
        values = (values - least) / np.where(greatest > least, greatest - least, 1.0)
    return np.round(255.0 * np.clip(values, 0.0, 1.0)).astype(np.uint8)


def _flat(values: Any) -> NDArray[np.float64]:
    """All numbers of an array, or of nested lists of any lengths such as ``projection.w``."""
    if isinstance(values, list | tuple) and any(isinstance(row, list | tuple | np.ndarray) for row in values):
        return np.concatenate([_flat(row) for row in values])
    return np.asarray(values, dtype=float).ravel()
