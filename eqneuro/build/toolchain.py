"""The C compiler: found, and asked for a shared library."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from eqneuro.build.cpu import cpu_identity, has_quick_gathers
from eqneuro.build.failures import describe_failure
from eqneuro.paths import cache_directory

FLAGS = (
    "-std=gnu11", "-O3", "-march=native", "-fopenmp-simd", "-fno-math-errno", "-fno-trapping-math",
    "-ffp-contract=fast", "-fPIC", "-shared", "-pthread", *(("-Wl,-z,defs",) if sys.platform == "linux" else ()),
)  # fmt: skip
"""No -ffast-math: NaN stays NaN, and the same text gives the same bits. A missing function is told by the linker."""

LIBRARIES = ("-lm",)

KNOWS_GATHERS = 11
"""The first gcc that knows a processor with quick gathers by name."""


class NoCompilerError(RuntimeError):
    """There is no C compiler, or not the one asked for; says how to get one."""


class CompilationError(RuntimeError):
    """The compiler refused generated C: shows the model and the line."""


@dataclass(frozen=True)
class Toolchain:
    """A compiler and its flags; ``identity`` changes with everything that may change its output."""

    command: tuple[str, ...]
    flags: tuple[str, ...]
    identity: str

    def compile(self, source: Path, library: Path, *objects: Path) -> None:
        """Makes a shared library of a C file and object files.

        Raises
        ------
        CompilationError
            If the compiler refuses the file, crashes, or leaves no library.
        NoCompilerError
            If the compiler can't be started any more.
        """
        self._run(source, library, [*self.flags, "-o", str(library), str(source), *map(str, objects), *LIBRARIES])

    def compile_object(self, source: Path, built: Path) -> None:
        """Makes an object file of a C file; raises what `compile` does."""
        self._run(source, built, [*self.object_flags, "-c", "-o", str(built), str(source)])

    @property
    def object_flags(self) -> tuple[str, ...]:
        """The flags without those of linkers."""
        return tuple(flag for flag in self.flags if flag != "-shared" and not flag.startswith("-Wl,"))

    def _run(self, source: Path, made: Path, arguments: list[str]) -> None:
        command = [*self.command, *_tuning(self.command), *arguments]
        done = _start(command, scratch=source.parent)
        if done.returncode != 0 or not made.is_file():
            text = source.read_text(encoding="utf-8")
            raise CompilationError(describe_failure(done.stderr, text, command, done.returncode))


def find_toolchain(compiler: str | None = None, flags: str | None = None) -> Toolchain:
    """The compiler to use: the one named, ``EQNEURO_CC``, ``CC``, gcc, clang, cc, or the ziglang wheel.

    Parameters
    ----------
    compiler
        A command, with arguments if need be: ``"gcc-13"``, ``"ccache clang"``.
    flags
        Added after eqneuro's own, so that they win: ``"-O1 -march=x86-64-v3"``.

    Raises
    ------
    NoCompilerError
        If there is none.
    """
    command = _find_command(compiler)
    chosen = (*FLAGS, *shlex.split(flags)) if flags else FLAGS
    return Toolchain(command, chosen, _identity(command, chosen))


def compiler_version(toolchain: Toolchain) -> str:
    """The first line that the compiler says of itself."""
    done = _asked_for_version(toolchain.command)
    return next(iter((done.stdout or done.stderr).splitlines()), "unknown")


@cache
def _tuning(command: tuple[str, ...]) -> tuple[str, ...]:
    """What a gcc is told that may be older than the processor: which one loads quickly from many places at once."""
    if not has_quick_gathers():
        return ()
    told = _asked_for_version(command).stdout
    release = re.search(r"\) (\d+)\.", told)
    is_recent_gcc = "Free Software Foundation" in told and release is not None and int(release[1]) >= KNOWS_GATHERS
    return ("-mtune=sapphirerapids",) if is_recent_gcc else ()


def _asked_for_version(command: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory(prefix="eqneuro-") as scratch:
        return _start([*command, "--version"], scratch=Path(scratch))


def _start(command: list[str], scratch: Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=_environment(scratch),
            check=False,
        )
    except OSError as trouble:
        reason = trouble.strerror or trouble
        raise NoCompilerError(f"the C compiler {command[0]!r} can't be started: {reason}") from None


def _find_command(compiler: str | None) -> tuple[str, ...]:
    named = (("compiler=", compiler), ("EQNEURO_CC=", os.environ.get("EQNEURO_CC")), ("CC=", os.environ.get("CC")))
    for where, wanted in named:
        words = shlex.split(wanted) if wanted else []
        if words:
            found = shutil.which(words[0])
            if found is None:
                raise NoCompilerError(f"{where}{wanted!r} asks for the C compiler {words[0]!r}, which is not found")
            return (found, *words[1:])
    for name in ("gcc", "clang", "cc"):
        found = shutil.which(name)
        if found is not None:
            return (found,)
    bundled = _ziglang()
    if bundled is not None:
        return (str(bundled), "cc")
    raise NoCompilerError("no C compiler is found. `pip install ziglang` brings one; or install gcc or clang.")


def _ziglang() -> Path | None:
    """The compiler inside the ziglang wheel; the package itself is not imported."""
    spec = importlib.util.find_spec("ziglang")
    found = Path(spec.origin).with_name("zig") if spec and spec.origin else None
    return found if found and os.access(found, os.X_OK) else None


def _environment(scratch: Path) -> dict[str, str]:
    """What the compiler is told: English, so that its messages can be read; for zig, where to keep its own files."""
    told = {name: value for name, value in os.environ.items() if name != "LANGUAGE"}
    told["LC_ALL"] = "C"
    shared = cache_directory() / "zig"
    told.setdefault("ZIG_LOCAL_CACHE_DIR", str(scratch / "zig"))
    told.setdefault("ZIG_GLOBAL_CACHE_DIR", str(shared if _writable(shared) else scratch / "zig"))
    return told


def _writable(folder: Path) -> bool:
    """Whether files can be made in a folder that may be missing yet."""
    there = next((f for f in (folder, *folder.parents) if f.exists()), folder)
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def _identity(command: tuple[str, ...], flags: tuple[str, ...]) -> str:
    """What the compiler is, without starting it: its files, the C library, and the CPU that ``-march=native`` means."""
    found = [shutil.which(word) for word in command if not word.startswith("-")]
    files = [Path(word).resolve() for word in found if word is not None]
    if "ziglang" in command:  # python -m ziglang cc
        bundled = _ziglang()
        files += [bundled] if bundled else []
    stamps = [f"{f}:{f.stat().st_size}:{f.stat().st_mtime_ns}" for f in files]
    parts = [*command, *stamps, *flags, *LIBRARIES, _c_library(), cpu_identity(), str(has_quick_gathers())]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _c_library() -> str:
    """The version of glibc: a library linked to a newer one does not load on a machine with an older one."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (OSError, ValueError):
        return ""
