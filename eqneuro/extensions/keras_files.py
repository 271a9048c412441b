"""Models that Keras saved, read without Keras: ``.keras`` (a zip archive) and ``.h5``."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MISSING = "files of Keras are read with h5py, which is not installed: pip install h5py"


@dataclass(frozen=True)
class KerasLayer:
    """One layer as it stands in the file: its class, name, settings, and weights in the order of Keras."""

    kind: str
    name: str
    config: Mapping[str, Any]
    weights: tuple[NDArray[np.float64], ...]


def read_model(filename: str | os.PathLike[str]) -> list[KerasLayer]:
    """The layers of a model in their order.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ImportError
        If h5py is not installed.
    ValueError
        If the file holds no model, or one whose layers are no chain.
    """
    path = Path(filename)
    if not path.exists():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    try:
        import h5py
    except ImportError as error:
        raise ImportError(MISSING) from error
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if not {"config.json", "model.weights.h5"} <= set(archive.namelist()):
                raise ValueError(f"{path.name!r} is an archive without config.json and model.weights.h5")
            config = json.loads(archive.read("config.json"))
            with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
                return list(_layers(config, _weights_by_class(file)))
    if not h5py.is_hdf5(path):
        raise ValueError(f"{path.name!r} is neither a .keras archive nor an HDF5 file")
    with h5py.File(path) as file:
        if "model_config" not in file.attrs:
            raise ValueError(f"{path.name!r} holds weights without a model: save the whole model by model.save()")
        return list(_layers(json.loads(_text(file.attrs["model_config"])), _weights_by_name(file["model_weights"])))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


class _ByClass:
    """Weights of an archive: groups are named after the class, and numbered in the order of the layers."""

    def __init__(self, groups: Mapping[str, tuple[NDArray[np.float64], ...]]) -> None:
        self._groups = groups
        self._seen: dict[str, int] = {}

    def __call__(self, kind: str, name: str) -> tuple[NDArray[np.float64], ...]:
        snake = re.sub(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", kind).lower()
        number = self._seen.get(snake, 0)
        self._seen[snake] = number + 1
        numbered = snake if number == 0 else f"{snake}_{number}"
        return self._groups.get(numbered, self._groups.get(name, ()))


def _weights_by_class(file: Any) -> _ByClass:
    groups: dict[str, tuple[NDArray[np.float64], ...]] = {}

    def visit(path: str, thing: Any) -> None:
        if path.endswith("/vars") and len(thing):
            arrays = tuple(np.asarray(thing[key], dtype=float) for key in sorted(thing, key=int))
            groups[path.split("/")[-2]] = arrays

    file.visititems(visit)
    return _ByClass(groups)


def _weights_by_name(group: Any) -> Any:
    def find(kind: str, name: str) -> tuple[NDArray[np.float64], ...]:
        if name not in group:
            return ()
        names = map(_text, group[name].attrs.get("weight_names", ()))
        return tuple(np.asarray(group[name][weight], dtype=float) for weight in names)

    return find


def _layers(config: Mapping[str, Any], find: Any) -> Iterator[KerasLayer]:
    """The layers of a configuration, each with its weights; a model must be a chain."""
    if config.get("class_name") not in ("Sequential", "Functional", "Model"):
        raise ValueError(f"a model is Sequential or Functional, not {config.get('class_name')!r}")
    inner = config["config"]
    entries: Sequence[Any] = inner["layers"] if isinstance(inner, Mapping) else inner
    before: str | None = None
    for entry in entries:
        settings = entry["config"]
        name = settings.get("name", entry.get("name", entry["class_name"]))
        sources = set(_sources(entry.get("inbound_nodes", [])))
        if sources and sources != {before}:
            raise ValueError(f"layers must form a chain: {name!r} reads {', '.join(sorted(sources))}, not {before!r}")
        yield KerasLayer(entry["class_name"], name, settings, find(entry["class_name"], name))
        before = name


def _sources(node: Any) -> Iterator[str]:
    """Names of the layers that an inbound node reads: they stand as [name, node, tensor, ...]."""
    if isinstance(node, Mapping):
        for value in node.values():
            yield from _sources(value)
    elif isinstance(node, list):
        if len(node) >= 3 and isinstance(node[0], str) and all(isinstance(part, int) for part in node[1:3]):
            yield node[0]
        else:
            for value in node:
                yield from _sources(value)
