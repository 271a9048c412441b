"""The values of a population's attributes: arrays that C reads and writes and that users see as numpy views."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.memory import NOTABLE, check_room
from eqneuro.engine.buffers import allocate, padded
from eqneuro.language.distributions import Distribution
from eqneuro.language.evaluate import evaluate
from eqneuro.model.models import ModelAttribute

Sampler = Callable[[Distribution, int], NDArray[np.float64]]
GLOBAL_LENGTH = 16


def dtype_of(kind: str, real: type) -> Any:
    """The numpy type of an attribute: integers are as wide as the network's floating-point numbers."""
    wide = np.dtype(real).itemsize == 8
    return {"float": np.dtype(real), "int": np.dtype(np.int64 if wide else np.int32), "bool": np.dtype(np.bool_)}[kind]


class Store:
    """Attributes of ``size`` neurons.

    Raises MemoryError where they take more than is free.

    ``touched`` are those that the user has set; ``exposed`` those whose arrays the user holds and may write into.
    """

    def __init__(self, attributes: Iterable[ModelAttribute], size: int, real: type) -> None:
        self.attributes = {a.name: a for a in attributes}
        self.size = size
        self.real = real
        self.local = {a.name for a in self.attributes.values() if a.locality != "global"}
        needed = float(np.dtype(real).itemsize) * len(self.local) * size
        if needed >= NOTABLE:
            check_room(needed, f"{size:,} neurons with {len(self.local)} values each")
        self.arrays: dict[str, NDArray[Any]] = {name: self._make(name) for name in self.attributes}
        self.touched: set[str] = set()
        self.exposed: set[str] = set()
        self.saved: dict[str, NDArray[Any]] = {}
        self._given: dict[str, NDArray[Any]] = {}

    def _make(self, name: str) -> NDArray[Any]:
        length = padded(self.size) if name in self.local else GLOBAL_LENGTH
        return allocate(length, dtype_of(self.attributes[name].type, self.real))

    def add(self, attribute: ModelAttribute) -> None:
        """One more attribute."""
        self.attributes[attribute.name] = attribute
        if attribute.locality != "global":
            self.local.add(attribute.name)
        self.arrays[attribute.name] = self._make(attribute.name)

    def initialise(self, constants: Mapping[str, float], sample: Callable[[Distribution, int, str], Any]) -> None:
        """Gives every attribute that the user has not set its initial value.

        Raises
        ------
        ValueError
            If a global variable would get several values.
        """
        self._note_writes()
        names: dict[str, Any] = dict(constants)
        for name, attribute in self.attributes.items():
            if name not in self.touched:
                length = self.size if name in self.local else 1

                def draw(distribution: Distribution, length: int = length, name: str = name) -> Any:
                    return sample(distribution, length, name)

                value = np.asarray(evaluate(attribute.init, names, draw))
                if name not in self.local and value.ndim and (value == value[0]).all():
                    value = value[0]  # that of a local parameter which is the same for all
                if name not in self.local and value.ndim:
                    self._split(name)
                self._write(name, np.asarray(value))
                self._given[name] = self.arrays[name].copy()
            names[name] = self.arrays[name][: self.size] if name in self.local else self.arrays[name][0]

    def _note_writes(self) -> None:
        """What the user wrote into arrays that were handed out counts as set."""
        for name in self.exposed & self._given.keys():
            if not np.array_equal(self._given[name], self.arrays[name], equal_nan=self._can_be_nan(name)):
                self.touched.add(name)

    def _can_be_nan(self, name: str) -> bool:
        return self.arrays[name].dtype.kind == "f"

    def _write(self, name: str, value: NDArray[Any]) -> None:
        array = self.arrays[name]
        if array.dtype.kind in "ib" and value.dtype.kind == "f" and not np.isfinite(value).all():
            raise ValueError(f"{name!r} holds whole numbers or truth values, not {value}")
        if array.dtype.kind == "i":
            value = np.trunc(value) if value.dtype.kind == "f" else value
            limits = np.iinfo(array.dtype)
            if value.size and not (limits.min <= value.min() and value.max() <= limits.max):
                raise ValueError(f"{name!r} holds whole numbers of {limits.bits} bits, not {value}")
        if value.ndim == 0:
            array[:] = value
        else:
            array[: self.size] = value
            array[self.size :] = array[self.size - 1]  # padding computes what the last neuron does

    def read(self, name: str) -> Any:
        """A number, or the view of the neurons' values, shape (size,)."""
        array = self.arrays[name]
        if name in self.local:
            self.exposed.add(name)
            return array[: self.size]
        return array[0].item()

    def peek(self, name: str) -> Any:
        """The same, but nobody holds it."""
        array = self.arrays[name]
        return array[: self.size] if name in self.local else array[0].item()

    def write(self, name: str, value: Any, sample: Sampler, ranks: NDArray[Any] | None = None) -> None:
        """Sets an attribute of all neurons, or of those with the given ranks.

        Raises
        ------
        ValueError
            If the shape does not fit, or a global variable would get several values.
        """
        count = self.size if ranks is None else len(ranks)
        if self.splits(name, value, ranks):
            self._split(name)
        if isinstance(value, Distribution):
            value = sample(value, count)
        given = np.asarray(value)
        if given.dtype.kind not in "fiub":
            raise ValueError(f"{name!r} takes numbers, not {value!r}")
        if given.ndim > 0 and name not in self.local:
            given = given.reshape(())
        elif given.ndim > 0:
            given = given.reshape(-1)
            if len(given) not in (1, count):
                raise ValueError(f"{name!r} takes {count} values, not {len(given)}")
            given = given[0] if len(given) == 1 else given
        self.touched.add(name)
        if ranks is None:
            self._write(name, np.asarray(given))
            return
        current = self.arrays[name][: self.size].astype(np.result_type(self.arrays[name], np.asarray(given)))
        current[ranks] = given
        self._write(name, current)

    def splits(self, name: str, value: Any, ranks: NDArray[Any] | None) -> bool:
        """Whether a value that is written gives a global attribute one value for each neuron."""
        is_part = ranks is not None and len(ranks) < self.size
        return name not in self.local and (isinstance(value, Distribution) or np.size(value) > 1 or is_part)

    def _split(self, name: str) -> None:
        """A global parameter gets one value for each neuron, in a new array: until now users only got a number."""
        if not self.attributes[name].is_parameter:
            raise ValueError(f"{name!r} is a global variable: it has one value for the whole population")
        before = self.arrays[name][0]
        self.local.add(name)
        self.arrays[name] = self._make(name)
        self.arrays[name][:] = before
        if name in self.saved:
            self.saved[name] = np.full_like(self.arrays[name], self.saved[name][0])

    def varying(self) -> tuple[str, ...]:
        """Local parameters whose values are not all the same."""
        return tuple(name for name in self.attributes if name in self.local and self.differs(name))

    def differs(self, name: str) -> bool:
        """Whether a local parameter's values are not all the same."""
        values = self.arrays[name][: self.size]
        return self.attributes[name].is_parameter and bool((values != values[0]).any())

    def save(self) -> None:
        """Keeps the present values as what `restore` brings back."""
        self.saved = {name: array.copy() for name, array in self.arrays.items()}

    def restore(self, names: Iterable[str] | None = None) -> None:
        """Brings back what was saved, into the arrays that users hold.

        Raises
        ------
        AttributeError
            If there is no such attribute.
        """
        chosen = list(self.saved if names is None else names)
        for name in chosen:
            if name not in self.arrays:
                raise AttributeError(f"no attribute {name!r}; there are {', '.join(self.arrays)}")
        for name in chosen:
            self.arrays[name][:] = self.saved.get(name, self.arrays[name])

    def convert(self, real: type) -> None:
        """Another precision, before anything was computed."""
        self._note_writes()
        self.real = real
        for name, array in self.arrays.items():
            self.arrays[name] = self._make(name)
            self.arrays[name][:] = array
        self._given.clear()

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(array.nbytes for array in self.arrays.values())
