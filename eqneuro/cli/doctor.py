"""``eqneuro doctor``: whether eqneuro can work on this machine, and what to do where it can't."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import typer

from eqneuro.cli.messages import busy, columns

PACKAGES = ("numpy", "scipy", "sympy", "cython", "jinja2", "lark", "matplotlib")

SETTINGS = ("EQNEURO_CC", "CC", "EQNEURO_CACHE_DIR", "EQNEURO_CACHE_LIMIT")


@dataclass(frozen=True)
class Finding:
    """One line of the report; ``remedy`` is empty where all is well."""

    name: str
    value: str
    remedy: str = ""


def run() -> int:
    """Prints the report; returns the exit status, 1 where something is wrong."""
    looks: tuple[Callable[[], Finding], ...] = (
        versions, packages, processor, settings, compiler, cache_folder, smoke_test,
    )  # fmt: skip
    with busy("looking"):
        findings = [look() for look in looks]
    typer.echo(columns([(f.name, f.value) for f in findings], indent=""))
    troubles = list(dict.fromkeys(f.remedy for f in findings if f.remedy))
    typer.echo()
    for trouble in troubles:
        typer.echo(trouble, err=True)
    if not troubles:
        typer.echo("All is well.")
    return 1 if troubles else 0


def versions() -> Finding:
    """Of eqneuro, Python and the system."""
    import eqneuro

    where = Path(eqneuro.__file__).parent
    return Finding(
        "eqneuro", f"{eqneuro.__version__} in {where}\nPython {platform.python_version()} on {platform.platform()}"
    )


def packages() -> Finding:
    """Versions of what eqneuro builds on."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue  # cython is needed to install eqneuro only
    return Finding("packages", ", ".join(found))


def processor() -> Finding:
    """The processor, and how many threads may run at once."""
    from eqneuro.build.cpu import cpu_identity

    described: dict[str, str] = {}
    for line in cpu_identity().splitlines():
        what, _, told = line.partition(":")
        described[what.strip()] = told.strip()
    name = described.get("model name") or platform.processor() or platform.machine()
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    features = (described.get("flags") or described.get("Features") or "").split()
    vectors = [word for word in ("avx512f", "avx2", "avx", "sse2", "sve", "asimd") if word in features][:1]
    return Finding("processor", ", ".join([name, f"{threads} thread{'s' * (threads != 1)}", *vectors]))


def settings() -> Finding:
    """Environment variables that change what eqneuro does."""
    chosen = [f"{name}={os.environ[name]}" for name in SETTINGS if os.environ.get(name)]
    return Finding("settings", ", ".join(chosen) or "none")


def compiler() -> Finding:
    """The C compiler and its version, and whether what networks share is left to it."""
    from eqneuro.build.shared import comes_installed
    from eqneuro.build.toolchain import NoCompilerError, compiler_version, find_toolchain
    from eqneuro.codegen.render import render_shared

    try:
        toolchain = find_toolchain()
        ready = comes_installed(render_shared("double"), toolchain)
        shared = f"what networks share {'came with eqneuro' if ready else 'is compiled by the first one'}"
        return Finding("compiler", f"{' '.join(toolchain.command)}\n{compiler_version(toolchain)}\n{shared}")
    except NoCompilerError as trouble:
        return Finding("compiler", "none", _with_remedy(trouble))


def _with_remedy(trouble: Exception) -> str:
    """What is wrong with the compiler, and in any case how to get one."""
    told = f"{type(trouble).__name__}: {trouble}"
    if "pip install" in told:
        return told
    return f"{told}. Name another one, or install gcc or clang; `pip install ziglang` brings one, too."


def cache_folder() -> Finding:
    """Where compiled networks are, and whether something can be written there."""
    from eqneuro.build import cache
    from eqneuro.cli.caching import describe
    from eqneuro.cli.messages import UsageError

    folder = cache.folder()
    try:
        text = describe()
    except UsageError as trouble:
        return Finding("cache", str(folder), f"Error: {trouble}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as trouble:
        reason = trouble.strerror or trouble
        advice = "set EQNEURO_CACHE_DIR to a folder that can be written to"
        return Finding("cache", text, f"Networks can't be kept in {folder} ({reason}): {advice}.")
    return Finding("cache", text)


def smoke_test() -> Finding:
    """A network of one neuron, compiled anew: its voltage after 10 ms against the closed form."""
    import math
    import time

    from eqneuro import CompilationError, Network, Neuron, NoCompilerError
    from eqneuro.build.cache import CacheError

    leaky = Neuron("tau = 20.0; I = 15.0", "tau*dv/dt = I - v : init=0.0, exact", name="smoke test")
    begin = time.perf_counter()
    try:
        net = Network(dt=0.1, seed=1)
        cell = net.create(1, leaky)
        with tempfile.TemporaryDirectory(prefix="eqneuro-doctor-") as scratch:
            net.compile(directory=scratch)
            net.simulate(10.0)
    except NoCompilerError as trouble:
        return Finding("smoke test", "not run", _with_remedy(trouble))
    except (CompilationError, CacheError, OSError, ValueError) as trouble:
        return Finding("smoke test", "failed", f"{type(trouble).__name__}: {trouble}")
    took = time.perf_counter() - begin
    expected, found = 15.0 * (1.0 - math.exp(-10.0 / 20.0)), float(cell.v[0])
    if not math.isclose(found, expected, rel_tol=1e-12):
        told = f"The compiled network says {found!r} where {expected!r} is right: try another compiler (EQNEURO_CC)."
        return Finding("smoke test", "failed", told)
    return Finding("smoke test", f"compiled and ran in {took:.2f} s, as the closed form says")
