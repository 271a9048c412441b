"""What eqneuro is measured beside: each peer in an environment of its own; and the machine."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path

PACKAGES = {
    "brian2": ("brian2==2.9.0", "numpy<2.4", "setuptools"),
    "annarchy": ("ANNarchy==5.0.4.1",),
    "nest": ("nest-simulator==3.10.0", "numpy"),
    "genn": ("pygenn",),
    "reservoirpy": ("reservoirpy",),
}
"""What is installed in the environment of each peer."""
MODULES = {"annarchy": "ANNarchy", "genn": "pygenn"}
"""Their names where they are others."""


class MissingError(RuntimeError):
    """A peer that cannot be installed."""


def version(peer: str, folder: Path) -> str:
    """The version of a peer and of the numpy beside it, or why it is not there."""
    module = MODULES.get(peer.lower(), peer.lower())
    code = f"import {module}, numpy; print({module}.__version__, 'with numpy', numpy.__version__)"
    try:
        command = [str(interpreter(peer.lower(), folder)), "-c", code]
    except MissingError as error:
        return str(error)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()[-1]


def interpreter(peer: str, folder: Path) -> Path:
    """The Python of a peer's own environment, which is made on the first use.

    Raises
    ------
    MissingError
        If pip cannot install the peer.
    """
    home = folder / peer
    python = home / "bin" / "python"
    if not (home / "installed").exists():
        print(f"installing {', '.join(PACKAGES[peer])} in {home} …", file=sys.stderr)
        venv.create(home, with_pip=True)
        command = [str(python), "-m", "pip", "install", "-q", *PACKAGES[peer]]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        if told.returncode != 0:
            reasons = [line for line in told.stderr.splitlines() if line.startswith("ERROR")]
            raise MissingError(f"not installed; pip: {reasons[-1] if reasons else told.stderr}")
        (home / "installed").touch()
    return python


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    import numpy

    import eqneuro

    cpu, cores = platform.processor() or platform.machine(), set()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = [line.split(":", 1) for line in information.read_text().splitlines() if ":" in line]
        cpu = next((value.strip() for key, value in lines if key.strip() == "model name"), cpu)
        cores = {value for key, value in lines if key.strip() == "processor"}
    gcc = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=False).stdout.splitlines()
    load = f", load {os.getloadavg()[0]:.1f} at the time" if hasattr(os, "getloadavg") else ""
    own_caches = caches()
    return {
        "CPU": f"{cpu}, {len(cores) or '?'} cores{load}",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "numpy": numpy.__version__,
        "compiler": gcc[0] if gcc else "none",
        "eqneuro": eqneuro.__version__,
        **({"caches": own_caches} if own_caches else {}),
    }


def in_short(facts: Mapping[str, str]) -> str:
    """What tells a machine from another one of the same kind, of what `machine` says."""
    cpu = facts.get("CPU", "").partition(", load")[0]
    named = (f"{name} {facts[name]}" for name in ("Python", "numpy") if name in facts)
    return ", ".join(filter(None, [cpu, facts.get("compiler", ""), *named, facts.get("caches", "")]))


def caches() -> str:
    """Those of a core, by which machines that are told apart by little else differ."""
    return ", ".join(_caches())


def _caches() -> Iterator[str]:
    """Those for data of the first core: ``L2 2048 KiB``."""
    for place in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((place / name).read_text().strip() for name in ("level", "type", "size"))
        if kind != "Instruction" and size.endswith("K"):
            yield f"L{level} {size.removesuffix('K')} KiB"
