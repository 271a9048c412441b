"""What all networks share: compiled once for a compiler and a precision, then linked to each of them.

It is an object file, ``D-H.o`` beside the compiled networks, where D is the digest of its text and the compiler, and H
the hash of the file itself. Four fifths of the time of compiling a small network would go into it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from eqneuro.build.cache import lock, sha256
from eqneuro.build.eviction import SCRATCH
from eqneuro.build.fallback import silent_folder
from eqneuro.build.toolchain import Toolchain
from eqneuro.paths import cache_directory

KEPT = 16
"""Object files that stay, those used last: one for each compiler, its flags, the precision, the version of eqneuro."""


def folder() -> Path:
    """Where the object files are."""
    return cache_directory() / "shared"


def begin(digest: str, render: Callable[[], str], toolchain: Toolchain) -> Future[Path]:
    """The object file: there already, or being compiled while the caller goes on.

    Raises
    ------
    CompilationError, NoCompilerError
        By the future, if the compiler refuses the text or can't be started.
    """
    found = _find(folder(), digest)
    if found is not None:
        done: Future[Path] = Future()
        done.set_result(found)
        return done
    text = render()
    worker = ThreadPoolExecutor(max_workers=1)
    future = worker.submit(_make, digest, text, toolchain)
    worker.shutdown(wait=False)
    return future


def _make(digest: str, text: str, toolchain: Toolchain) -> Path:
    try:
        return _build(folder(), digest, text, toolchain)
    except OSError:  # the folder can't be used, which the network itself tells
        return _build(silent_folder(), digest, text, toolchain)


def _build(directory: Path, digest: str, text: str, toolchain: Toolchain) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    with lock(directory / f"{digest}.lock"):
        found = _find(directory, digest)
        if found is not None:
            return found
        with tempfile.TemporaryDirectory(dir=directory, prefix=SCRATCH, ignore_cleanup_errors=True) as name:
            source, built = Path(name, "shared.c"), Path(name, "shared.o")
            source.write_text(text, encoding="utf-8")
            toolchain.compile_object(source, built)
            kept = directory / f"{digest}-{sha256(built)}.o"
            os.replace(built, kept)
        _evict(directory, keep=kept)
        return kept


def _find(directory: Path, digest: str) -> Path | None:
    """The file, if it is there and whole."""
    for file in directory.glob(f"{digest}-*.o"):
        with contextlib.suppress(OSError):
            if file.stem == f"{digest}-{sha256(file)}":
                os.utime(file)
                return file
            file.unlink()
    return None


def _evict(directory: Path, keep: Path) -> None:
    used = []
    for file in directory.glob("*.o"):
        with contextlib.suppress(OSError):  # another process may just have removed it
            used.append((file.stat().st_mtime, file))
    for _, file in sorted(used, reverse=True)[KEPT:]:
        if file != keep:
            file.unlink(missing_ok=True)
            (directory / f"{file.stem.partition('-')[0]}.lock").unlink(missing_ok=True)
