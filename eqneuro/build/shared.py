"""What all networks share: compiled once for a compiler and a precision, then linked to each of them.

It is an object file, ``D-H.o``, where D is the digest of its text, the compiler with its flags, and the CPU, and H the
hash of the file itself. Two files are made when eqneuro is installed (`eqneuro.build.installation`) and lie in the
package; where neither fits, one is made beside the compiled networks. Three quarters of the time that a compiler needs
for a small network would go into it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from eqneuro.build.cache import lock, sha256
from eqneuro.build.eviction import SCRATCH
from eqneuro.build.fallback import silent_folder
from eqneuro.build.toolchain import Toolchain
from eqneuro.paths import cache_directory, installed_directory

KEPT = 16
"""Object files that stay, those used last: one for each compiler, its flags, the precision, the version of eqneuro."""


def folder() -> Path:
    """Where the object files are that this user's networks made."""
    return cache_directory() / "shared"


def begin(text: str, toolchain: Toolchain) -> Future[Path]:
    """The object file of a C text: there already, or being compiled while the caller goes on.

    Raises
    ------
    CompilationError, NoCompilerError
        By the future, if the compiler refuses the text or can't be started.
    """
    digest = digest_of(text, toolchain)
    found = _find(installed_directory(), digest) or _find_and_keep(folder(), digest)
    if found is not None:
        done: Future[Path] = Future()
        done.set_result(found)
        return done
    worker = ThreadPoolExecutor(max_workers=1)
    future = worker.submit(_make, digest, text, toolchain)
    worker.shutdown(wait=False)
    return future


def comes_installed(text: str, toolchain: Toolchain) -> bool:
    """Whether the object file of a C text came with eqneuro."""
    return _find(installed_directory(), digest_of(text, toolchain)) is not None


def digest_of(text: str, toolchain: Toolchain) -> str:
    """Another one for another text, compiler, C library, CPU or flag: whatever may change the object file."""
    return hashlib.sha256(f"{toolchain.identity}\x1f{text}".encode()).hexdigest()


def build(directory: Path, text: str, toolchain: Toolchain) -> Path:
    """Makes the object file of a C text in a folder.

    Raises
    ------
    CompilationError, NoCompilerError
        If the compiler refuses the text or can't be started.
    """
    with tempfile.TemporaryDirectory(dir=directory, prefix=SCRATCH, ignore_cleanup_errors=True) as name:
        source, built = Path(name, "shared.c"), Path(name, "shared.o")
        source.write_text(text, encoding="utf-8")
        toolchain.compile_object(source, built)
        kept = directory / f"{digest_of(text, toolchain)}-{sha256(built)}.o"
        os.replace(built, kept)
    return kept


def _make(digest: str, text: str, toolchain: Toolchain) -> Path:
    try:
        return _find_or_build(folder(), digest, text, toolchain)
    except OSError:  # the folder can't be used, which the network itself tells
        return _find_or_build(silent_folder(), digest, text, toolchain)


def _find_or_build(directory: Path, digest: str, text: str, toolchain: Toolchain) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    with lock(directory / f"{digest}.lock"):
        found = _find_and_keep(directory, digest)
        if found is not None:
            return found
        kept = build(directory, text, toolchain)
        _evict(directory, keep=kept)
        return kept


def _find(directory: Path, digest: str) -> Path | None:
    """The file, if it is there and whole."""
    for file in directory.glob(f"{digest}-*.o"):
        with contextlib.suppress(OSError):
            if file.stem == f"{digest}-{sha256(file)}":
                return file
    return None


def _find_and_keep(directory: Path, digest: str) -> Path | None:
    """The same in a folder from which those used longest ago are removed."""
    found = _find(directory, digest)
    with contextlib.suppress(OSError):
        if found is not None:
            os.utime(found)
    return found


def _evict(directory: Path, keep: Path) -> None:
    used = []
    for file in directory.glob("*.o"):
        with contextlib.suppress(OSError):  # another process may just have removed it
            used.append((file.stat().st_mtime, file))
    for _, file in sorted(used, reverse=True)[KEPT:]:
        if file != keep:
            file.unlink(missing_ok=True)
            (directory / f"{file.stem.partition('-')[0]}.lock").unlink(missing_ok=True)
