"""What eqneuro is measured beside: Brian2 in an environment of its own, and C written by hand."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

PACKAGES = {
    "brian2": ("brian2==2.9.0", "numpy<2.4", "setuptools"),
    "nest": ("nest-simulator==3.10.0", "numpy"),
}
"""What is installed in the environment of each peer."""
HERE = Path(__file__).parent
C_FLAGS = ("-O3", "-march=native")


class Worker:
    """A process that measures once for every line it is sent, on one core."""

    def __init__(self, command: list[str], core: int, log: Path, cwd: Path | None = None) -> None:
        pinned = ["taskset", "-c", str(core)] if shutil.which("taskset") else []
        self._log = log.open("w")
        self._process = subprocess.Popen(
            [*pinned, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, cwd=cwd
        )
        self._name = log
        if self._read() != ["ready"]:
            raise RuntimeError(f"{' '.join(command)} did not get ready; see {log}")

    def _read(self) -> list[str]:
        """The next line that is an answer."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            words = line.split()
            if words and (words[0] == "ready" or words[0].replace(".", "").replace("e-", "").isdigit()):
                return words
        raise RuntimeError(f"a process that measures has ended; see {self._name}")

    def measure(self, seed: int) -> tuple[float, float]:
        """CPU seconds and rate in Hz."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{seed}\n")
        self._process.stdin.flush()
        seconds, rate = self._read()
        return float(seconds), float(rate)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._log.close()


class Reference:
    """The program of benchmarks/reference/coba.c."""

    def __init__(self, folder: Path, core: int, milliseconds: int) -> None:
        self._program = folder / "coba"
        source = HERE / "reference" / "coba.c"
        subprocess.run(["gcc", *C_FLAGS, "-o", str(self._program), str(source), "-lm"], check=True)
        pinned = ["taskset", "-c", str(core)] if shutil.which("taskset") else []
        self._command = [*pinned, str(self._program), "4000", str(milliseconds)]

    def measure(self, seed: int) -> tuple[float, float]:
        """CPU seconds and rate in Hz."""
        answer = subprocess.run([*self._command, str(seed)], check=True, capture_output=True, text=True).stdout.split()
        return float(answer[0]), float(answer[1])

    def close(self) -> None:
        """Nothing is kept open."""


def eqneuro_worker(network: str, method: str, milliseconds: int, core: int, folder: Path) -> Worker:
    command = [sys.executable, "-m", "benchmarks.worker", network, method, str(milliseconds)]
    return Worker(command, core, folder / f"eqneuro-{network}-{method}.log", cwd=HERE.parent)


def brian2_worker(network: str, method: str, milliseconds: int, core: int, folder: Path) -> Worker:
    """Brian2 is installed on the first use."""
    python = interpreter("brian2", folder)
    build = folder / f"brian2-{network}-{method}"
    command = [str(python), str(HERE / "brian2_networks.py"), network, method, str(milliseconds), str(build)]
    return Worker(command, core, folder / f"{build.name}.log", cwd=folder)


def version(peer: str, folder: Path) -> str:
    """The version of a peer and of the numpy beside it."""
    module = peer.lower()
    code = f"import {module}, numpy; print({module}.__version__, 'with numpy', numpy.__version__)"
    command = [str(interpreter(module, folder)), "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()[-1]


def interpreter(peer: str, folder: Path) -> Path:
    """The Python of a peer's own environment, which is made on the first use."""
    home = folder / peer
    python = home / "bin" / "python"
    if not (home / "installed").exists():
        print(f"installing {', '.join(PACKAGES[peer])} in {home} …", file=sys.stderr)
        venv.create(home, with_pip=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PACKAGES[peer]], check=True)
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
    load = f", load {os.getloadavg()[0]:.1f} when the page was made" if hasattr(os, "getloadavg") else ""
    return {
        "CPU": f"{cpu}, {len(cores) or '?'} cores{load}",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "numpy": numpy.__version__,
        "compiler": gcc[0] if gcc else "none",
        "eqneuro": eqneuro.__version__,
    }
