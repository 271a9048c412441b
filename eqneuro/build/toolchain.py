"""The C compiler: found, asked for a shared library, and its messages made readable."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FLAGS = (
    "-std=gnu11", "-O3", "-march=native", "-fopenmp-simd", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off",
    "-fPIC", "-shared", "-pthread",
)  # fmt: skip
"""No -ffast-math: NaN stays NaN, and the same text gives the same bits."""

LIBRARIES = ("-lm",)


class NoCompilerError(RuntimeError):
    """There is no C compiler, and none can be had from PyPI either."""


class CompilationError(RuntimeError):
    """The compiler refused generated C: shows the model and the line."""


@dataclass(frozen=True)
class Toolchain:
    """A compiler and its flags; ``identity`` changes with everything that may change its output."""

    command: tuple[str, ...]
    flags: tuple[str, ...]
    identity: str

    def compile(self, source: Path, library: Path) -> None:
        """Makes a shared library of a C file.

        Raises
        ------
        CompilationError
            If the compiler refuses the file.
        """
        command = [*self.command, *self.flags, "-o", str(library), str(source), *LIBRARIES]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CompilationError(describe_failure(done.stderr, source.read_text(), command))


def find_toolchain(compiler: str | None = None, flags: str | None = None) -> Toolchain:
    """The compiler to use: the one named, ``EQNEURO_CC``, ``CC``, gcc, clang, cc, or the ziglang wheel.

    Raises
    ------
    NoCompilerError
        If there is none.
    """
    command = _find_command(compiler)
    chosen = (*FLAGS, *shlex.split(flags)) if flags else FLAGS
    return Toolchain(command, chosen, _identity(command, chosen))


def _find_command(compiler: str | None) -> tuple[str, ...]:
    for wanted in (compiler, os.environ.get("EQNEURO_CC"), os.environ.get("CC")):
        if wanted:
            words = shlex.split(wanted)
            found = shutil.which(words[0])
            if found is None:
                raise NoCompilerError(f"the C compiler {words[0]!r} (asked for by name, EQNEURO_CC or CC) is not found")
            return (found, *words[1:])
    for name in ("gcc", "clang", "cc"):
        found = shutil.which(name)
        if found is not None:
            return (found,)
    if importlib.util.find_spec("ziglang") is not None:
        return (sys.executable, "-m", "ziglang", "cc")
    raise NoCompilerError(
        "no C compiler is found. `pip install 'eqneuro[compiler]'` brings one; or install gcc or clang."
    )


def _identity(command: tuple[str, ...], flags: tuple[str, ...]) -> str:
    """What the compiler is, without starting it: its file, and the CPU that ``-march=native`` means."""
    files = [Path(word).resolve() for word in command if "/" in word]
    if "ziglang" in command:
        spec = importlib.util.find_spec("ziglang")
        files += [Path(spec.origin).with_name("zig")] if spec and spec.origin else []
    stamps = [f"{f}:{f.stat().st_size}:{f.stat().st_mtime_ns}" for f in files if f.exists()]
    parts = [*command, *stamps, *flags, *LIBRARIES, cpu_identity()]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@cache
def cpu_identity() -> str:
    """The CPU as far as compiled code depends on it."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return f"{platform.machine()} {platform.processor()} {platform.platform()}"
    lines = re.findall(r"^(?:model name|flags|Features|CPU part)\s*:.*$", text.split("\n\n")[0], flags=re.MULTILINE)
    return "\n".join([platform.machine(), *lines])


def compiler_version(toolchain: Toolchain) -> str:
    """The first line that the compiler says of itself."""
    done = subprocess.run([*toolchain.command, "--version"], capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).splitlines()[0] if (done.stdout or done.stderr) else "unknown"


def describe_failure(messages: str, source: str, command: list[str]) -> str:
    """The first error with the line of C it stands in and the model it belongs to."""
    match = re.search(r"^[^:\n]+:(\d+):(\d+): (?:fatal )?error: (.*)$", messages, flags=re.MULTILINE)
    if match is None:
        return f"the C compiler failed:\n{messages.strip()[-2000:]}\n(command: {' '.join(command)})"
    number, column, sentence = int(match[1]), int(match[2]), match[3]
    lines = source.splitlines()
    above = [
        line for line in lines[:number] if line.startswith("/* ") and ("Population" in line or "Projection" in line)
    ]
    model = above[-1].strip("/* ") if above else "a network"
    shown = lines[number - 1] if number <= len(lines) else ""
    caret = " " * (column - 1) + "^"
    return (
        f"the C compiler refused the code of {model}: {sentence}\n  {number} | {shown}\n"
        f"  {' ' * len(str(number))} | {caret}\n"
        "Please report this with the equations of the model: generated code should always compile."
    )
