"""Layers of an artificial network as sparse matrices, and their weights scaled for spiking neurons.

A spiking neuron that is reset by subtraction fires at the rate max(0, input) if that does not exceed one spike a step.
Model-based normalisation (Diehl et al. 2015) divides the weights of each layer by the largest activation that any input
between 0 and 1 can cause, a bound that the weights alone give: the largest sum of positive weights of a neuron.

References
----------
Diehl, P. U., Neil, D., Binas, J., Cook, M., Liu, S.-C. & Pfeiffer, M. (2015). Fast-classifying, high-accuracy spiking
deep networks through weight and threshold balancing. IJCNN 2015.
Rueckauer, B., Lungu, I.-A., Hu, Y., Pfeiffer, M. & Liu, S.-C. (2017). Conversion of continuous-valued deep networks to
efficient event-driven networks for image classification. Front. Neurosci. 11, 682.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eqneuro.extensions.keras_files import KerasLayer

SUPPORTED = "InputLayer, Dense, Conv2D, MaxPooling2D, AveragePooling2D, Flatten, Activation, ReLU, Softmax and Dropout"
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layer:
    """Neurons of one geometry and what they read: ``matrix`` has the shape (pre, post).

    The kind ``max`` takes the largest of the inputs for which the matrix is not zero.
    """

    name: str
    kind: Literal["weights", "average", "max"]
    geometry: Shape
    matrix: Any
    bias: NDArray[np.float64]
    activation: str = "linear"


@dataclass(frozen=True)
class LayeredNetwork:
    """The shape of the input, and the layers that follow."""

    shape: Shape
    layers: tuple[Layer, ...]


def build_layers(described: Sequence[KerasLayer]) -> LayeredNetwork:
    """The layers with neurons, from those of a file.

    Raises
    ------
    ValueError
        If a layer has no spiking counterpart, or the shape of the input is not known.
    """
    shape = start = _input_shape(described)
    layers: list[Layer] = []
    for layer in described:
        if layer.kind in ("InputLayer", "Dropout"):
            continue
        if layer.kind == "Flatten":
            shape = (int(np.prod(shape)),)
        elif layer.kind in ("Activation", "ReLU", "Softmax"):
            if not layers:
                raise _refused(layer, "no layer with weights stands before it")
            layers[-1] = replace(layers[-1], activation=_activation_of(layer))
        elif layer.kind in _BUILDERS:
            layers.append(_BUILDERS[layer.kind](layer, shape))
            shape = layers[-1].geometry
        else:
            raise _refused(layer, f"the layers that can be converted are {SUPPORTED}")
    _check_activations(layers)
    return LayeredNetwork(start, tuple(layers))


def normalise(network: LayeredNetwork, scale_factor: float | Sequence[float] | None = None) -> Iterator[Layer]:
    """The layers, scaled so that no input between 0 and 1 asks for more than ``scale_factor`` spikes a step.

    Raises
    ------
    ValueError
        If there are not as many factors as layers with weights, or one is not positive.
    """
    weighted = [layer for layer in network.layers if layer.kind == "weights"]
    given = np.asarray(1.0 if scale_factor is None else scale_factor, dtype=float)
    numbers = np.full(len(weighted), given) if given.ndim == 0 else given
    if numbers.shape != (len(weighted),) or not (np.isfinite(numbers).all() and (numbers > 0.0).all()):
        raise ValueError(f"scale_factor is a positive number, or one for each of {len(weighted)} layers with weights")
    remaining = iter(numbers)
    before = 1.0  # what the activation of the layer before is divided by
    for layer in network.layers:
        if layer.kind != "weights":
            yield layer
            continue
        reach = before * layer.matrix.maximum(0.0).sum(axis=0) + np.maximum(layer.bias, 0.0)
        largest = float(np.max(reach))
        after = (largest if largest > 0.0 else 1.0) / next(remaining)
        yield replace(layer, matrix=layer.matrix * (before / after), bias=layer.bias / after)
        before = after


def _refused(layer: KerasLayer, why: str) -> ValueError:
    return ValueError(f"layer {layer.name!r} ({layer.kind}) can't be converted: {why}")


def _input_shape(described: Sequence[KerasLayer]) -> Shape:
    for layer in described:
        for key in ("batch_shape", "batch_input_shape"):
            if layer.config.get(key):
                shape = tuple(layer.config[key][1:])
                if not shape or any(n is None for n in shape):
                    raise ValueError(f"the shape of the input must be known, and is {shape}")
                return tuple(int(n) for n in shape)
    first = next((layer for layer in described if layer.kind == "Dense" and layer.weights), None)
    if first is None or described[0] is not first:
        raise ValueError("the model does not say the shape of its input: begin it with an Input layer")
    return (len(first.weights[0]),)


def _activation_of(layer: KerasLayer) -> str:
    if layer.kind == "ReLU":
        plain = {"max_value": (None,), "negative_slope": (None, 0), "threshold": (None, 0)}
        if any(layer.config.get(key) not in allowed for key, allowed in plain.items()):
            raise _refused(layer, "only the plain ReLU has a spiking counterpart")
        return "relu"
    return "softmax" if layer.kind == "Softmax" else _named(layer.config.get("activation"))


def _named(activation: Any) -> str:
    """An activation may stand as its name or as a serialised function."""
    if isinstance(activation, dict):
        activation = activation.get("config", activation.get("class_name"))
    return "linear" if activation is None else str(activation)


def _check_activations(layers: Sequence[Layer]) -> None:
    if not any(layer.kind == "weights" for layer in layers):
        raise ValueError("the model has no layer with weights")
    for layer in layers:
        is_last = layer is layers[-1]
        allowed = ("relu", "softmax", "linear") if is_last else ("relu",)
        if layer.kind == "weights" and layer.activation not in allowed:
            where = "the last layer" if is_last else "a layer in between"
            raise ValueError(
                f"layer {layer.name!r} has the activation {layer.activation!r}: spiking neurons have rates like "
                f"{', '.join(allowed)} in {where}"
            )


def _bias(layer: KerasLayer, repeats: int = 1) -> NDArray[np.float64]:
    units = layer.weights[0].shape[-1]
    return np.tile(layer.weights[1] if len(layer.weights) > 1 else np.zeros(units), repeats)


def _require_weights(layer: KerasLayer, ndim: int) -> NDArray[np.float64]:
    if not layer.weights or layer.weights[0].ndim != ndim:
        raise _refused(layer, "its weights are not in the file")
    return layer.weights[0]


def _dense(layer: KerasLayer, shape: Shape) -> Layer:
    from scipy.sparse import csr_array

    kernel = _require_weights(layer, 2)
    if len(shape) != 1:
        raise _refused(layer, f"its input has the shape {shape}: put a Flatten layer before it")
    if len(kernel) != shape[0]:
        raise _refused(layer, f"its weights are for {len(kernel)} inputs, and there are {shape[0]}")
    activation = _named(layer.config.get("activation"))
    return Layer(layer.name, "weights", (kernel.shape[1],), csr_array(kernel), _bias(layer), activation)


def _convolution(layer: KerasLayer, shape: Shape) -> Layer:
    kernel = _require_weights(layer, 4)
    if len(shape) != 3 or shape[2] != kernel.shape[2]:
        raise _refused(layer, f"its input has the shape {shape}, not (height, width, {kernel.shape[2]})")
    settings = layer.config
    if _pair(settings.get("dilation_rate", 1)) != (1, 1) or settings.get("groups", 1) != 1:
        raise _refused(layer, "dilation and groups are not supported")
    size = (kernel.shape[0], kernel.shape[1])
    windows = _Windows(layer, shape, size, _pair(settings.get("strides", 1)))
    filters = kernel.shape[3]
    channels = np.arange(shape[2])
    rows, columns, values = [], [], []
    for offset, (inside, outside) in windows.pairs():
        grid = np.broadcast_shapes((len(inside), 1, 1), (1, len(channels), filters))
        rows.append(np.broadcast_to((inside[:, None] * shape[2] + channels)[:, :, None], grid).ravel())
        columns.append(np.broadcast_to((outside[:, None] * filters + np.arange(filters))[:, None, :], grid).ravel())
        values.append(np.broadcast_to(kernel[offset], grid).ravel())
    geometry = (*windows.lengths, filters)
    matrix = _sparse(rows, columns, values, (int(np.prod(shape)), int(np.prod(geometry))))
    bias = _bias(layer, geometry[0] * geometry[1])
    return Layer(layer.name, "weights", geometry, matrix, bias, _named(settings.get("activation")))


def _pooling(layer: KerasLayer, shape: Shape) -> Layer:
    if len(shape) != 3:
        raise _refused(layer, f"its input has the shape {shape}, not (height, width, channels)")
    size = _pair(layer.config.get("pool_size", 2))
    windows = _Windows(layer, shape, size, _pair(layer.config.get("strides") or size))
    channels = np.arange(shape[2])
    rows, columns = [], []
    for _, (inside, outside) in windows.pairs():
        rows.append((inside[:, None] * shape[2] + channels).ravel())
        columns.append((outside[:, None] * shape[2] + channels).ravel())
    geometry = (*windows.lengths, shape[2])
    values = [np.ones(len(part)) for part in rows]
    matrix = _sparse(rows, columns, values, (int(np.prod(shape)), int(np.prod(geometry))))
    if layer.kind == "AveragePooling2D":
        matrix = matrix / matrix.sum(axis=0)
    kind: Literal["average", "max"] = "max" if layer.kind == "MaxPooling2D" else "average"
    return Layer(layer.name, kind, geometry, matrix.tocsr(), np.zeros(matrix.shape[1]), "relu")


class _Windows:
    """Windows over the height and width of an image, with Keras' paddings."""

    def __init__(self, layer: KerasLayer, shape: Shape, size: tuple[int, int], strides: tuple[int, int]) -> None:
        if layer.config.get("data_format") not in (None, "channels_last"):
            raise _refused(layer, "channels must be the last axis")
        padding = layer.config.get("padding", "valid")
        if padding not in ("valid", "same"):
            raise _refused(layer, f"padding {padding!r} is not supported")
        self._shape, self._size, self._strides = shape[:2], size, strides
        if padding == "same":
            self.lengths = tuple(-(-n // s) for n, s in zip(self._shape, strides, strict=True))
            whole = [(m - 1) * s + k for m, s, k in zip(self.lengths, strides, size, strict=True)]
            self._before = [max(w - n, 0) // 2 for w, n in zip(whole, self._shape, strict=True)]
        else:
            self.lengths = tuple((n - k) // s + 1 for n, k, s in zip(self._shape, size, strides, strict=True))
            self._before = [0, 0]
        if min(self.lengths) < 1:
            raise _refused(layer, f"its windows {size} are larger than its input {shape}")

    def pairs(self) -> Iterator[tuple[tuple[int, int], tuple[NDArray[np.int64], NDArray[np.int64]]]]:
        """For each place in the window, the pixels that are read there and the windows that read them."""
        outside = np.indices(self.lengths).reshape(2, -1)
        for offset in np.ndindex(self._size):
            moved = [outside[k] * self._strides[k] + offset[k] - self._before[k] for k in (0, 1)]
            is_inside = np.all([(m >= 0) & (m < n) for m, n in zip(moved, self._shape, strict=True)], axis=0)
            pixels = moved[0] * self._shape[1] + moved[1]
            yield (offset[0], offset[1]), (pixels[is_inside], np.flatnonzero(is_inside))


def _pair(value: Any) -> tuple[int, int]:
    first, second = (value, value) if np.ndim(value) == 0 else value
    return int(first), int(second)


def _sparse(rows: list[Any], columns: list[Any], values: list[Any], shape: tuple[int, int]) -> Any:
    from scipy.sparse import coo_array

    parts = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    return coo_array(parts, shape=shape).tocsr()


_BUILDERS = {
    "Dense": _dense,
    "Conv2D": _convolution,
    "MaxPooling2D": _pooling,
    "AveragePooling2D": _pooling,
}
