"""The cache of compiled networks: by content, shared by processes, never trusted blindly."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eqneuro.paths import cache_directory

DEFAULT_LIMIT = 512 * 1024 * 1024


@dataclass(frozen=True)
class Entry:
    """A compiled network: its library, its C text, and what else was noted of it."""

    library: Path
    source: Path
    notes: dict[str, Any]


def folder() -> Path:
    """Where compiled networks are."""
    return cache_directory() / "networks"


def recall(digest: str, *, where: Path | None = None) -> Entry | None:
    """The entry of a request, if it is there and whole."""
    directory = where or folder()
    record = directory / f"{digest}.json"
    try:
        noted = json.loads(record.read_text())
        library, source = directory / noted["library"], directory / noted["source"]
        if _sha256(library) != noted["sha256"] or noted["digest"] != digest:
            return None
        notes: dict[str, Any] = noted["notes"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    with contextlib.suppress(OSError):
        os.utime(record)  # what was used last is evicted last
    return Entry(library, source, notes)


def obtain(
    digest: str,
    make: Callable[[], tuple[str, dict[str, Any]]],
    compile_: Callable[[Path, Path], None],
    *,
    where: Path | None = None,
) -> Entry:
    """The entry of a request, made by one process while the others wait.

    Parameters
    ----------
    make
        Gives the C text and the notes; called only where the entry is missing or damaged.
    compile_
        Makes the library (second argument) of the C file (first argument).
    """
    directory = where or folder()
    found = recall(digest, where=directory)
    if found is not None:
        return found
    from filelock import FileLock

    directory.mkdir(parents=True, exist_ok=True)
    with FileLock(directory / f"{digest}.lock"):
        found = recall(digest, where=directory)
        if found is not None:
            return found
        text, notes = make()
        return _store(directory, digest, text, notes, compile_)


def _store(
    directory: Path, digest: str, text: str, notes: dict[str, Any], compile_: Callable[[Path, Path], None]
) -> Entry:
    library, source, record = (directory / f"{digest}{suffix}" for suffix in (".so", ".c", ".json"))
    with tempfile.TemporaryDirectory(dir=directory, prefix="building-") as scratch:
        written, built = Path(scratch, "network.c"), Path(scratch, "network.so")
        written.write_text(text)
        compile_(written, built)
        noted = {
            "digest": digest, "library": library.name, "source": source.name, "sha256": _sha256(built), "notes": notes,
        }  # fmt: skip
        described = Path(scratch, "network.json")
        described.write_text(json.dumps(noted))
        os.replace(written, source)
        os.replace(built, library)
        os.replace(described, record)
    _evict(directory, keep=digest)
    return Entry(library, source, notes)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def size_limit() -> int:
    """Bytes that the cache may take: ``EQNEURO_CACHE_LIMIT`` (in MiB), or 512 MiB."""
    chosen = os.environ.get("EQNEURO_CACHE_LIMIT")
    return int(float(chosen) * 1024 * 1024) if chosen else DEFAULT_LIMIT


def entries(directory: Path) -> list[tuple[float, int, list[Path]]]:
    """What the cache holds: when it was last used, its bytes, its files."""
    found = []
    for record in directory.glob("*.json"):
        files = [f for f in (record, record.with_suffix(".so"), record.with_suffix(".c")) if f.exists()]
        with contextlib.suppress(OSError):
            found.append((record.stat().st_mtime, sum(f.stat().st_size for f in files), files))
    return sorted(found)


def _evict(directory: Path, keep: str) -> None:
    """Removes what was used longest ago until the cache is within its limit."""
    held = entries(directory)
    total = sum(size for _, size, _ in held)
    for _, size, files in held:
        if total <= size_limit():
            return
        if files[0].stem != keep:
            for file in files:
                file.unlink(missing_ok=True)
            total -= size


def clear() -> int:
    """Removes all compiled networks; how many there were."""
    directory = folder()
    if not directory.is_dir():
        return 0
    held = entries(directory)
    for file in directory.iterdir():
        if file.suffix in (".json", ".so", ".c", ".lock"):
            file.unlink(missing_ok=True)
    return len(held)
