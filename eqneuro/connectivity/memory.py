"""How much memory is free: what is too large is refused before it is made."""

from __future__ import annotations

import os
from pathlib import Path

MEMINFO = Path("/proc/meminfo")
GROUP = Path("/sys/fs/cgroup")
NOTABLE = 2**30
"""Bytes from which on it is worth a look at what is free."""
WIDEST_NARROW = 65_536
"""Neurons up to which a rank takes two bytes."""


def free_bytes() -> int | None:
    """Memory that can still be had, in bytes: what the machine has free, or what a container's limit leaves.

    None where the system says nothing.
    """
    known = [room for room in (_free_of_machine(), _free_of_group()) if room is not None]
    return min(known, default=None)


def _free_of_machine() -> int | None:
    try:
        return _table(MEMINFO)["MemAvailable:"] * 1024
    except (OSError, ValueError, KeyError):
        pass
    for pages in ("SC_AVPHYS_PAGES", "SC_PHYS_PAGES"):
        try:
            return os.sysconf(pages) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError):  # not a name of this system
            continue
    return None


def _free_of_group() -> int | None:
    try:
        limit, used = (int((GROUP / name).read_text()) for name in ("memory.max", "memory.current"))
        return limit - used + _table(GROUP / "memory.stat")["inactive_file"]  # what files occupy is given back
    except (OSError, ValueError, KeyError):  # no group, or "max": no limit
        return None


def _table(path: Path) -> dict[str, int]:
    return {words[0]: int(words[1]) for words in map(str.split, path.read_text().splitlines()) if len(words) > 1}


def check_room(needed: float, what: str) -> None:
    """Refuses what takes more than there is.

    Raises
    ------
    MemoryError
        ``what`` begins its sentence, which gives what is needed and what is free, in bytes.
    """
    free = free_bytes()
    if free is not None and needed > free:
        raise MemoryError(f"{what} would take {readable(needed)}, and {readable(free)} of memory are free")


def bytes_of_ranks(pre_size: int, post_size: int) -> int:
    """Bytes of a synapse without values of its own: a rank for the user, and one for the kernels."""
    return 4 + (2 if max(pre_size, post_size) <= WIDEST_NARROW else 4)


def readable(count: float) -> str:
    """A number of bytes in the unit that suits it."""
    for unit, scale in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= scale:
            return f"{count / scale:,.1f} {unit}"
    return f"{count / 1e3:,.1f} kB"
