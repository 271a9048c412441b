"""Which compiled networks go when the cache is full: those whose last use is longest ago."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_LIMIT = 512 * 1024 * 1024

SCRATCH = "building-"
"""How folders are called in which something is being made."""

ABANDONED = 24 * 3600.0
"""Seconds after which a file without a record, or a folder in the making, must come from a crash."""

FILLED = 0.9
"""Share of the limit that stays where something goes, so that there is room for some time."""
NOTED = "size"
"""The file that tells how many bytes the networks take."""

_DIGEST = 64  # hexadecimal figures
_SUFFIXES = (".json", ".so", ".c", ".lock")


@dataclass
class Held:
    """The files of one network: ``used`` is when its record was last touched, None if it has none."""

    digest: str
    used: float | None = None
    newest: float = 0.0
    size: int = 0
    files: list[Path] = field(default_factory=list)


def size_limit() -> float:
    """Bytes that the cache may take: ``EQNEURO_CACHE_LIMIT`` (in MiB), or 512 MiB.

    Raises
    ------
    ValueError
        If the variable holds no number.
    """
    chosen = os.environ.get("EQNEURO_CACHE_LIMIT")
    if not chosen:
        return DEFAULT_LIMIT
    try:
        mebibytes = float(chosen)
    except ValueError:
        mebibytes = math.nan
    if not mebibytes >= 0.0:
        raise ValueError(f"EQNEURO_CACHE_LIMIT={chosen!r} is not a number of MiB, such as 512")
    return mebibytes * 1024 * 1024


def held(directory: Path) -> list[Held]:
    """The networks in a folder, the one used longest ago first; files without a record come before all."""
    found: dict[str, Held] = {}
    with contextlib.suppress(OSError), os.scandir(directory) as items:
        for item in items:
            digest = item.name[:_DIGEST]
            if not (_is_digest(digest) and item.name.endswith(_SUFFIXES)):
                continue
            with contextlib.suppress(OSError):  # another process may just have removed it
                status = item.stat(follow_symlinks=False)
                entry = found.setdefault(digest, Held(digest))
                entry.files.append(Path(item.path))
                entry.size += status.st_size
                entry.newest = max(entry.newest, status.st_mtime)
                if item.name == f"{digest}.json":
                    entry.used = status.st_mtime
    return sorted(found.values(), key=lambda entry: entry.used or 0.0)


def make_room(directory: Path, keep: str, added: int) -> None:
    """After a network of so many bytes was added: evicts others where all may be more than the limit, or once a day.

    To look at thousands of files takes longer than to compile one. The folder's file ``size`` says how many bytes were
    there when all were last looked at, and what was added since.
    """
    noted, limit = directory / NOTED, size_limit()
    try:
        known, is_recent = int(noted.read_text()), noted.stat().st_mtime > time.time() - ABANDONED
        is_within = is_recent and known + added <= limit
    except (OSError, ValueError):
        is_within = False
    with contextlib.suppress(OSError):
        if is_within:
            status = noted.stat()
            noted.write_text(str(known + added))
            os.utime(noted, ns=(status.st_atime_ns, status.st_mtime_ns))
        else:
            noted.write_text(str(evict(directory, keep)))


def evict(directory: Path, keep: str) -> int:
    """Removes what was used longest ago until a full cache has room again, and what crashes left behind.

    Returns
    -------
    int
        The bytes that stay.
    """
    limit, long_ago = size_limit(), time.time() - ABANDONED
    entries = held(directory)
    total = sum(entry.size for entry in entries)
    goal = limit if total <= limit else FILLED * limit
    for entry in entries:
        abandoned = entry.used is None and entry.newest < long_ago
        too_much = entry.used is not None and total > goal
        if entry.digest != keep and (abandoned or too_much):
            _remove(entry)
            total -= entry.size
    for scratch in directory.glob(f"{SCRATCH}*"):
        with contextlib.suppress(OSError):
            if scratch.stat().st_mtime < long_ago:
                shutil.rmtree(scratch, ignore_errors=True)
    return total


def remove_all(directory: Path) -> int:
    """Removes all networks of a folder; how many there were."""
    entries = held(directory)
    for entry in entries:
        _remove(entry)
    for scratch in directory.glob(f"{SCRATCH}*"):
        shutil.rmtree(scratch, ignore_errors=True)
    (directory / NOTED).unlink(missing_ok=True)
    return sum(entry.used is not None for entry in entries)


def _remove(entry: Held) -> None:
    """The record goes first: without it, what is left is no network any more."""
    for file in sorted(entry.files, key=lambda f: f.suffix != ".json"):
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)


def _is_digest(text: str) -> bool:
    return len(text) == _DIGEST and set(text) <= set("0123456789abcdef")
