"""Delays of the synapses of a projection: whole steps, and where they lie between grid points the part of a step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.editing import Edit

LONGEST = 2**31 - 1
"""Steps of a delay."""
NARROW = 2**16 - 1
"""Steps that two bytes hold."""


Steps = NDArray[np.uint16] | NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Delays:
    """What synapses wait: ``steps`` less ``early``, a part of a step, 0 where delays are whole steps.

    Both are one number where all synapses are alike, else arrays; of delays that all are whole steps, ``early`` is one
    0. In the step from t to t + h a synapse reads what was ``early`` after the grid point t + h − ``steps``·h.
    """

    steps: int | Steps = 1
    early: float | NDArray[np.float64] = 0.0

    @classmethod
    def of(cls, exact: NDArray[np.float64]) -> Delays:
        """Those of synapses, in steps, one at least; or of all synapses, where it is a single number."""
        if not exact.ndim:
            steps = int(np.ceil(exact))
            return cls(steps, float(steps - exact))
        gathered = GatheredDelays(len(exact))
        gathered.append(exact)
        return gathered.finish()

    @property
    def are_between(self) -> bool:
        """Whether one of them ends between two grid points."""
        return not isinstance(self.early, float) or self.early != 0.0

    @cached_property
    def longest(self) -> int:
        """In steps, rounded up."""
        return self.steps if isinstance(self.steps, int) else int(self.steps.max(initial=1))

    @cached_property
    def shortest(self) -> int:
        """In steps, rounded up."""
        if isinstance(self.steps, int):
            return self.steps
        return int(self.steps.min()) if len(self.steps) else LONGEST

    @property
    def exact(self) -> Any:
        """In steps: a number, or one for each synapse."""
        return self.steps - self.early

    def kind(self, *, events: bool) -> tuple[int, bool]:
        """What decides which kernel is needed: the shortest delay, another one, one for each synapse with or without
        it; whether there are parts of steps.
        """
        if isinstance(self.steps, int):
            return min(self.steps, 2), self.are_between
        return 0 if events or self.shortest > 1 else -1, self.are_between

    def finer(self, parts: int) -> Delays:
        """The same times in steps of which so many make one of these."""
        if isinstance(self.steps, int):
            return Delays.of(_nearly_whole(np.asarray(self.exact * parts)))
        found = Delays.of(_nearly_whole(self.exact * parts))
        if not isinstance(found.steps, int):
            return found
        return Delays(np.full(len(self.steps), found.steps, np.uint32), np.full(len(self.steps), found.early))

    def after(self, edit: Edit, before: int, added: NDArray[np.float64]) -> Delays:
        """Those of the synapses there are after a change, given the exact steps of new ones; there were ``before``."""
        if isinstance(self.steps, int):
            if (added == self.exact).all():
                return self
            if before == 0 and (added == added[0]).all():
                return Delays.of(added[:1])
        old, new = np.broadcast_to(self.steps, (before,)), np.ceil(added)
        steps = np.ascontiguousarray(edit.arrange(old, new.astype(np.uint32)), dtype=np.uint32)
        is_narrow = not isinstance(self.steps, int) and self.steps.dtype == np.uint16
        early = np.ascontiguousarray(edit.arrange(np.broadcast_to(self.early, (before,)), new - added), dtype=float)
        found = Delays(steps, early if early.any() else 0.0)
        return found.narrowed() if is_narrow else found

    def narrowed(self) -> Delays:
        """The same in two bytes a synapse, where all are short enough: no kernel for spikes reads them one by one."""
        if isinstance(self.steps, int) or self.longest > NARROW:
            return self
        return Delays(self.steps.astype(np.uint16), self.early)

    def copy(self) -> Delays:
        """Others of the same values."""
        if isinstance(self.steps, int):
            return self
        return Delays(self.steps.copy(), self.early if isinstance(self.early, float) else self.early.copy())

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return sum(0 if isinstance(x, int | float) else x.nbytes for x in (self.steps, self.early))


class GatheredDelays:
    """Delays of synapses that are put together some at a time: there is never an array of all of them in ms.

    Parameters
    ----------
    room
        How many come at most.
    """

    def __init__(self, room: int) -> None:
        self._steps = np.empty(room, dtype=np.uint32)
        self._early: NDArray[np.float64] | None = None
        self._filled = 0

    def append(self, exact: NDArray[np.float64]) -> None:
        """Those of the next synapses, in steps, one at least."""
        place = slice(self._filled, self._filled + len(exact))
        whole = np.ceil(exact)
        self._steps[place] = whole
        if self._early is None and (whole != exact).any():
            self._early = np.zeros(len(self._steps))
        if self._early is not None:
            self._early[place] = whole - exact
        self._filled = place.stop

    def finish(self) -> Delays:
        """All of them, one number where they are alike; nothing can be added after it."""
        self._steps.resize(self._filled, refcheck=False)
        if self._early is not None:
            self._early.resize(self._filled, refcheck=False)
        steps, early = self._steps, 0.0 if self._early is None else self._early
        if self._filled and steps.min() == steps.max() and np.min(early) == np.max(early):
            return Delays(int(steps[0]), float(np.min(early)))
        return Delays(steps, early)


def in_steps(delays: NDArray[np.float64], dt: float) -> NDArray[np.float64]:
    """Delays of some ms in steps, one at least; whole where they are so but for the rounding of single precision."""
    return np.maximum(_nearly_whole(delays / dt), 1.0)


def _nearly_whole(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    nearest = np.floor(steps + 0.5)
    found: NDArray[np.float64] = np.where(np.abs(steps - nearest) <= 1e-6 + 1.2e-7 * steps, nearest, steps)
    return found
