"""Writes model files as Keras does, in both formats, from plain arrays."""

import io
import json
import re
import zipfile

import h5py
import numpy as np


def dense(name, kernel, bias=None, activation="linear"):
    weights = [kernel] if bias is None else [kernel, bias]
    config = {"name": name, "units": kernel.shape[1], "activation": activation, "use_bias": bias is not None}
    return "Dense", config, weights


def conv2d(name, kernel, bias=None, activation="relu", strides=(1, 1), padding="valid"):
    config = {
        "name": name, "filters": kernel.shape[3], "kernel_size": list(kernel.shape[:2]), "strides": list(strides),
        "padding": padding, "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1,
        "activation": activation, "use_bias": bias is not None,
    }  # fmt: skip
    return "Conv2D", config, [kernel] if bias is None else [kernel, bias]


def pooling(kind, name, size=(2, 2), strides=None, padding="valid"):
    strides = size if strides is None else strides
    config = {"name": name, "pool_size": list(size), "strides": list(strides), "padding": padding}
    return kind, {**config, "data_format": "channels_last"}, []


def plain(kind, name, **config):
    return kind, {"name": name, **config}, []


def write_archive(path, shape, layers, *, functional=False):
    """A .keras file: config.json and model.weights.h5 in a zip archive, weights in groups named after the class."""
    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, *shape], "name": "input_layer"}}
    entries, before = [{**first, "inbound_nodes": []}], "input_layer"
    for kind, config, _ in layers:
        tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": [before, 0, 0]}}
        nodes = [{"args": [tensor], "kwargs": {}}] if functional else []
        entries.append({"module": "keras.layers", "class_name": kind, "config": config, "inbound_nodes": nodes})
        before = config["name"]
    kind = "Functional" if functional else "Sequential"
    buffer, seen = io.BytesIO(), {}
    with h5py.File(buffer, "w") as file:
        for kind_of, _, weights in layers:
            snake = re.sub(r"(?<!^)(?=[A-Z][a-z])", "_", kind_of).lower()
            number = seen[snake] = seen.get(snake, -1) + 1
            group = file.create_group(f"layers/{snake if number == 0 else f'{snake}_{number}'}/vars")
            for k, weight in enumerate(weights):
                group[str(k)] = weight.astype(np.float32)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.4.1"}))
        archive.writestr("config.json", json.dumps({"class_name": kind, "config": {"name": "m", "layers": entries}}))
        archive.writestr("model.weights.h5", buffer.getvalue())
    return path


def write_h5(path, shape, layers, *, functional=False):
    """An .h5 file: the model as an attribute, weights under the names of the layers."""
    first = {"class_name": "InputLayer", "config": {"batch_input_shape": [None, *shape], "name": "input_1"}}
    entries, before = [{**first, "inbound_nodes": []}], "input_1"
    for kind, config, _ in layers:
        nodes = [[[before, 0, 0, {}]]] if functional else []
        entries.append({"class_name": kind, "config": config, "name": config["name"], "inbound_nodes": nodes})
        before = config["name"]
    kind = "Functional" if functional else "Sequential"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": kind, "config": {"name": "m", "layers": entries}})
        root = file.create_group("model_weights")
        for _, config, weights in layers:
            group = root.create_group(config["name"])
            names = [f"{config['name']}/{part}:0" for part in ("kernel", "bias")[: len(weights)]]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, weight in zip(names, weights, strict=True):
                group[name] = weight.astype(np.float32)
    return path


WRITERS = {".keras": write_archive, ".h5": write_h5}
