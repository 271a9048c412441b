"""Texts about many pairs of neurons, computed by a library that is compiled for them."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.build.toolchain import NoCompilerError
from eqneuro.codegen.pairs import PairText
from eqneuro.compiler import compile_pairs
from eqneuro.connectivity.parts import Part

MANY = 2**26
"""Operations on pairs from which on compiling pays: numpy takes some 1.6 ns for each, compiling 0.12 s."""
BYTES_AT_ONCE = 2**20
"""Of values that are computed at once: they fit into the second cache, and take longer than asking for them."""

Values = Mapping[str, NDArray[np.float64]]


class PairKernel:
    """The compiled text, with what it reads: values of all chosen neurons of both sides, and constants."""

    def __init__(self, text: PairText, pre: Values, post: Values, constants: Mapping[str, Any]) -> None:
        self._compute = ctypes.CDLL(str(compile_pairs(text))).eqneuro_pairs
        self._compute.restype = None
        self._compute.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_int64] * 3 + [ctypes.c_void_p]
        self._kind = np.dtype(float if text.type == "double" else bool)
        self.pairs = BYTES_AT_ONCE // self._kind.itemsize
        """How many pairs are best asked for at once."""
        self._held = [
            [np.ascontiguousarray(side[name]) for name in names] for side, names in ((pre, text.pre), (post, text.post))
        ]
        self._tables = [
            (ctypes.c_void_p * (len(side) + 1))(*(values.ctypes.data for values in side)) for side in self._held
        ]
        self._room = threading.local()
        self._constants = np.array([float(constants[name]) for name in text.constants] or [0.0])

    def values(self, part: Part, columns: int) -> NDArray[Any]:
        """The values of some rows, shape (rows, pre-synaptic neurons), until this thread asks for others.

        Other threads run meanwhile. A thread writes to one array again and again: one that is new for each part would
        be made of pages that the system has to clear.
        """
        size = (part[1] - part[0]) * columns
        room: NDArray[Any] | None = getattr(self._room, "array", None)
        if room is None or room.size < size:
            room = self._room.array = np.empty(size, dtype=self._kind)
        self._compute(*self._tables, self._constants.ctypes.data, *part, columns, room.ctypes.data)
        return room[:size].reshape(part[1] - part[0], columns)


def pair_kernel(text: PairText, pre: Values, post: Values, constants: Mapping[str, Any]) -> PairKernel | None:
    """A kernel, None where there is no compiler: numpy computes the same then."""
    try:
        return PairKernel(text, pre, post, constants)
    except NoCompilerError:
        return None
