"""The linear systems of a population's exact equations: matrices filled by C, propagators worked out numerically."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.codegen.layout import KernelLayout, PropagatorLayout
from eqneuro.engine.buffers import allocate, padded
from eqneuro.engine.kicks import kick_factor
from eqneuro.engine.propagators import propagate
from eqneuro.network.store import GLOBAL_LENGTH


class LinearSystems:
    """Matrices and propagators of one population, by the keys of kernel slots: ``matrix:0:i:j``,
    ``propagator:P:0:i:j``; and those of their noise, ``strength:0:i:j``, ``propagator:F:0:i:j``.
    """

    def __init__(self, size: int, real: type) -> None:
        self._size = size
        self._real = real
        self._arrays: dict[str, NDArray[Any]] = {}
        self._layouts: dict[int, PropagatorLayout] = {}
        self._known: dict[int, tuple[float, NDArray[np.float64]]] = {}

    def describe(self, layouts: tuple[KernelLayout, ...]) -> None:
        """Takes the shapes of the systems from the kernels that evaluate them."""
        self._layouts = {p.rule: p for layout in layouts for p in layout.propagators}
        self._arrays.clear()
        self._known.clear()

    def array(self, key: str) -> NDArray[Any]:
        """The array of a slot."""
        if key not in self._arrays:
            kind, *rest = key.split(":")
            layout = self._layouts[int(rest[1] if kind == "propagator" else rest[0])]
            length = padded(self._size) if layout.local else GLOBAL_LENGTH
            self._arrays[key] = allocate(length, self._real if kind == "propagator" else np.float64)
        return self._arrays[key]

    def rows(self, rule: int) -> int:
        """How many matrices a system has: one, or one a neuron."""
        return padded(self._size) if self._layouts[rule].local else 1

    def refresh(self, rule: int, dt: float) -> None:
        """Works the propagators out anew if the matrix or dt has changed."""
        layout = self._layouts[rule]
        places = range(layout.dimension)
        count = self.rows(rule)
        matrix = self._stack("matrix", rule, places, layout.dimension, count)
        strengths = [self._stack("strength", rule, members, sources, count) for members, sources, _ in layout.kicks]
        state = np.concatenate([x.ravel() for x in (matrix, *strengths)])
        known = self._known.get(rule)
        if known is not None and known[0] == dt and np.array_equal(known[1], state, equal_nan=True):
            return
        transition, response = propagate(matrix, dt)
        for letter, values, given in (("P", transition, layout.transition), ("Q", response, layout.response)):
            for i in places:
                for j in places:
                    if given[i][j]:
                        array = self.array(f"propagator:{letter}:{rule}:{i}:{j}")
                        array[:] = values[:, i, j] if layout.local else values[0, i, j]
        for (members, sources, numbers), strength in zip(layout.kicks, strengths, strict=True):
            factor = kick_factor(matrix[:, members][:, :, members], strength, dt, numbers - sources)
            for row, i in enumerate(members):
                for j in range(factor.shape[-1]):
                    array = self.array(f"propagator:F:{rule}:{i}:{j}")
                    array[:] = factor[:, row, j] if layout.local else factor[0, row, j]
        self._known[rule] = (dt, state)

    def _stack(self, kind: str, rule: int, rows: Sequence[int], columns: int, count: int) -> NDArray[np.float64]:
        """What C has evaluated: one matrix after the other."""
        entries = [[self._arrays[f"{kind}:{rule}:{i}:{j}"][:count] for j in range(columns)] for i in rows]
        return np.moveaxis(np.array(entries), -1, 0)
