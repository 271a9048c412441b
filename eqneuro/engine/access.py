"""What kernels do to arrays that other threads use too, so that threads wait for each other only where they must."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

READ, WRITE, OWN_READ, OWN_WRITE = "r", "w", "R", "W"
"""Any entry is read or written; or only those of the neurons, rows or synapses of the thread's own range."""

FIXED = {
    "clear_sums": "rW",
    "take_inputs": "rrRWW",
    "keep_sums": "rrRW",
    "keep_history": "rRW",
    "read_between": "rrRRRrW",
    "publish_spikes": "rrrrww",
    "publish_timed_spikes": "rrrrwwrw",
    "measure_rate": "rrrww",
    "reduce": "rrw",
    "record_row": "rrrrww",
    "record_spikes": "rrrrrwww",
    "record_timed_spikes": "rrrrrwwwrw",
    "spike_source": "rrrwwww",
    "timed_spike_source": "rrrwwwwrw",
    "timed_array": "rrrrrWW",
    "poisson_source": "rrrwwwwr",
    "observe_mean": "rrrww",
}
"""For each buffer of a kernel that is the same in every network."""


@dataclass(frozen=True)
class Touch:
    """How an instruction uses an array: whether each range keeps to its own part, whether it writes, and which range it
    is that does so, None where there are several.
    """

    is_own: bool
    writes: bool
    lone: int | None

    def disturbs(self, other: Touch) -> bool:
        """Whether one of the two must be over before the other begins, if threads do not wait for each other."""
        if not (self.writes or other.writes) or (self.is_own and other.is_own):
            return False
        return self.lone is None or self.lone != other.lone


Touches = dict[int, Touch]
"""By array: arrays that share memory are one."""


def touches(used: Iterable[tuple[Sequence[NDArray[Any] | None], str]], ranges: Sequence[tuple[int, int]]) -> Touches:
    """What an instruction does with some buffers; one of which nothing is said may be written anywhere."""
    filled = [place for place, (begin, end) in enumerate(ranges) if begin < end]
    lone = filled[0] if len(filled) == 1 else None
    found: Touches = {}
    for buffers, access in used if filled else ():
        for buffer, kind in zip(buffers, access.ljust(len(buffers), WRITE), strict=True):
            if buffer is not None:
                is_own, writes = kind.isupper(), kind.lower() == WRITE
                before = found.get(owner(buffer))
                if before is not None:
                    is_own, writes = is_own and before.is_own, writes or before.writes
                found[owner(buffer)] = Touch(is_own, writes, lone)
    return found


def owner(array: NDArray[Any]) -> int:
    """The memory that an array is a view of."""
    held: Any = array
    while isinstance(held, np.ndarray) and held.base is not None:
        held = held.base
    return id(held)


@dataclass
class Segment:
    """What has been done since threads waited for each other last."""

    done: dict[int, list[Touch]] = field(default_factory=dict)

    def is_disturbed_by(self, new: Touches) -> bool:
        """Whether something of this must be over before that begins."""
        return any(new[array].disturbs(touch) for array in new.keys() & self.done.keys() for touch in self.done[array])

    def add(self, new: Touches) -> None:
        """One more instruction."""
        for array, touch in new.items():
            if touch not in self.done.setdefault(array, []):
                self.done[array].append(touch)


def everywhere(arrays: Iterable[NDArray[Any]]) -> Touches:
    """Arrays that all threads read as a whole."""
    return {owner(array): Touch(is_own=False, writes=False, lone=None) for array in arrays}
