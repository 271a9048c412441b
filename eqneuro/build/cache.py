"""The cache of compiled networks: by content, shared by processes, never trusted blindly.

A network with digest D is three files: ``D.json`` (the record), ``D.c`` and ``D-H.so``, where H is the hash of the
library itself. Files are only ever renamed into place, the record last, so a name never stands for half a file nor for
another library than before. What a process gets from here it has already loaded: that another one evicts the file then
no longer matters, since the loader knows the library by its path.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from eqneuro.build import eviction
from eqneuro.build.fallback import private_folder
from eqneuro.paths import cache_directory

Make = Callable[[], tuple[str, dict[str, Any]]]
Compile = Callable[[Path, Path], None]

_LOADED: dict[Path, ctypes.CDLL] = {}


@dataclass(frozen=True)
class Entry:
    """A compiled network: its library, its C text, and what else was noted of it."""

    library: Path
    source: Path
    notes: dict[str, Any]


class CacheError(OSError):
    """The folder that was asked for can't hold compiled networks; says why."""


class _UnusableError(Exception):
    """A folder can't hold compiled networks."""


def folder() -> Path:
    """Where compiled networks are."""
    return cache_directory() / "networks"


def _evict(directory: Path, keep: str, added: int) -> None:
    try:
        eviction.make_room(directory, keep, added)
    except ValueError as trouble:  # a limit that is no size
        raise CacheError(str(trouble)) from None


def recall(digest: str, *, where: Path | None = None) -> Entry | None:
    """The entry of a request, if it is there, whole and loadable."""
    directory = (where or folder()).absolute()
    record = directory / f"{digest}.json"
    try:
        noted = json.loads(record.read_text(encoding="utf-8"))
        library, source = directory / noted["library"], directory / f"{digest}.c"
        if noted["digest"] != digest or noted["sha256"] != sha256(library) or not source.is_file():
            return None
        notes: dict[str, Any] = noted["notes"]
        _load(library)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    with contextlib.suppress(OSError):
        os.utime(record)  # what was used last is evicted last
    return Entry(library, source, notes)


def obtain(digest: str, make: Make, compile_: Compile, *, where: Path | None = None, anew: bool = False) -> Entry:
    """The entry of a request, made by one process while the others wait.

    Parameters
    ----------
    make
        Gives the C text and the notes; called only where the entry is missing or damaged.
    compile_
        Makes the library (second argument) of the C file (first argument).
    where
        A folder to use instead of the shared one.
    anew
        Whether to make the entry even if it is there.

    Raises
    ------
    CacheError
        If the folder in ``where`` can't be used; the shared one is replaced by a private one then, with a warning.
    """
    directory = (where or folder()).absolute()
    make_once = cache(make)  # expensive, and wanted again if what it made can't be kept
    try:
        return _find_or_build(directory, digest, make_once, compile_, anew)
    except _UnusableError as trouble:
        reason = str(trouble)
    if where is not None:
        raise CacheError(f"compiled networks can't be kept in {directory}: {reason}")
    directory = private_folder(directory, reason)
    try:
        return _find_or_build(directory, digest, make_once, compile_, anew)
    except _UnusableError as trouble:
        raise CacheError(f"compiled networks can't be kept anywhere; in {directory}: {trouble}") from None


def _find_or_build(directory: Path, digest: str, make: Make, compile_: Compile, anew: bool) -> Entry:
    found = None if anew else recall(digest, where=directory)
    if found is not None:
        return found
    with _unusable():
        directory.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=directory).close()
    with lock(directory / f"{digest}.lock"):
        for _ in range(4):  # another process may evict what was just made, or damage be found
            found = None if anew else recall(digest, where=directory)
            if found is not None:
                return found
            added = _store(directory, digest, make, compile_)
            _evict(directory, digest, added)
            anew = False
    raise _UnusableError("what is written there can't be read again")


def _store(directory: Path, digest: str, make: Make, compile_: Compile) -> int:
    """Makes an entry beside its place, then renames it into it; gives its bytes."""
    with _unusable():
        scratch = tempfile.TemporaryDirectory(dir=directory, prefix=eviction.SCRATCH, ignore_cleanup_errors=True)
    with scratch as name:
        text, notes = make()
        written, built, described = Path(name, "network.c"), Path(name, "network.so"), Path(name, "network.json")
        with _unusable():
            written.write_text(text, encoding="utf-8")
        compile_(written, built)
        with _unusable():
            content = sha256(built)
            library = directory / f"{digest}-{content[:16]}.so"
            noted = {"digest": digest, "library": library.name, "sha256": content, "notes": notes}
            described.write_text(json.dumps(noted), encoding="utf-8")
            added = sum(file.stat().st_size for file in (written, built, described))
            os.replace(written, directory / f"{digest}.c")
            os.replace(built, library)
            _load(library)
            os.replace(described, directory / f"{digest}.json")
    return added


@contextlib.contextmanager
def _unusable() -> Iterator[None]:
    """Turns what the file system refuses into one kind of error; those of the compiler stay what they are."""
    try:
        yield
    except OSError as trouble:
        raise _UnusableError(trouble.strerror or str(trouble)) from None


@contextlib.contextmanager
def lock(file: Path) -> Iterator[None]:
    """Keeps other processes waiting; where the file system knows no locks, all may build, and the last one stays."""
    from filelock import FileLock

    lock = FileLock(file)
    try:
        lock.acquire()
    except (OSError, NotImplementedError):
        yield
        return
    try:
        yield
    finally:
        lock.release()


def _load(library: Path) -> None:
    """Loads a library for good: from then on its path stands for it, whatever becomes of the file."""
    if library not in _LOADED:
        _LOADED[library] = ctypes.CDLL(str(library))


def sha256(path: Path) -> str:
    """The hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def clear(where: Path | None = None) -> int:
    """Removes all compiled networks, and what they share or the ziglang compiler keeps beside them.

    Returns
    -------
    int
        How many networks there were.
    """
    import shutil

    for beside in ("zig", "shared"):
        shutil.rmtree(cache_directory() / beside, ignore_errors=True)
    return eviction.remove_all(where or folder())
