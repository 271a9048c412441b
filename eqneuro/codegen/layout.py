"""What the engine must know of a compiled kernel to bind its buffers. Plain data: it is stored beside the library."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

MOST_SPIKES = 4
"""Of one neuron in one step, where spikes happen within steps."""
ROWS_TOGETHER = 4
"""Rows of a dense matrix of rates that are added up side by side."""
GAP_BYTES = 384
"""What the kernel of spikes at constant rates keeps of a set of neurons: templates/poisson.c.j2."""
KEPT_SUMS = 4
"""Steps of inputs that are kept for stages, the present one too; a power of two."""


@dataclass(frozen=True)
class Slot:
    """One entry of a kernel's part of the buffer table.

    ``key`` says whose array it is: ``attribute:v``, ``input:exc``, ``constant:gain``, ``pre:r``, ``row_start`` …
    ``c_type`` is ``real``, ``lane``, ``uint8_t``, ``int64_t``, ``uint16_t`` or ``uint32_t``.
    """

    key: str
    c_type: str


@dataclass(frozen=True)
class PropagatorLayout:
    """The linear system of one exact rule: ``rule`` names its slots, ``local`` says whether there is one a neuron.

    ``kicks`` tells of its noise: the places of some variables that share it, how many sources they have, and how many
    random numbers there are in all.
    """

    rule: int
    dimension: int
    local: bool
    transition: tuple[tuple[bool, ...], ...]
    response: tuple[tuple[bool, ...], ...]
    kicks: tuple[tuple[tuple[int, ...], int, int], ...] = ()


@dataclass(frozen=True)
class KernelLayout:
    """One C function: its name, its slots in order, and what the engine prepares for it.

    ``rings`` name the variables whose history it reads; ``slopes`` those whose slopes it keeps or reads; ``sums`` the
    inputs that it reads as they were in steps before; ``reductions`` the global operations; ``events`` how many lists
    of spikes it writes.
    """

    function: str
    slots: tuple[Slot, ...]
    propagators: tuple[PropagatorLayout, ...] = ()
    rings: tuple[str, ...] = ()
    slopes: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    reductions: tuple[str, ...] = ()
    events: int = 0
    checked: tuple[str, ...] = ()
    """State variables whose values must stay finite, in the order of the kernel's reports."""

    def place_of(self, key: str) -> int:
        """Where a buffer is among those of the kernel."""
        return [slot.key for slot in self.slots].index(key)

    def to_record(self) -> dict[str, Any]:
        """The layout as JSON takes it."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> KernelLayout:
        """The inverse of `to_record`."""
        return cls(
            function=record["function"],
            slots=tuple(Slot(**slot) for slot in record["slots"]),
            propagators=tuple(
                PropagatorLayout(
                    rule=p["rule"],
                    dimension=p["dimension"],
                    local=p["local"],
                    transition=tuple(map(tuple, p["transition"])),
                    response=tuple(map(tuple, p["response"])),
                    kicks=tuple((tuple(members), sources, numbers) for members, sources, numbers in p["kicks"]),
                )
                for p in record["propagators"]
            ),
            rings=tuple(record["rings"]),
            slopes=tuple(record["slopes"]),
            sums=tuple(record["sums"]),
            reductions=tuple(record["reductions"]),
            events=record["events"],
            checked=tuple(record["checked"]),
        )
