"""One run in a process of its own, on its core, with the environment of its simulator."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.suite import reference
from benchmarks.suite.collection import Item

ROOT = Path(__file__).parent.parent.parent
OWN = ("eqneuro", "numpy", "scipy")
"""Run by the interpreter that runs this."""


class RunError(RuntimeError):
    """A run that ended without an answer."""


class RefusedError(RuntimeError):
    """A simulator cannot run a case, and says why."""


Record = dict[str, Any]


@dataclass(frozen=True)
class Launcher:
    """Where runs have their files and their environments, and on which cores they run."""

    folder: Path
    peers: Path | None
    cores: tuple[int, ...]
    timeout: float = 3600.0
    observables: dict[str, list[str]] = field(default_factory=dict)

    def can_run(self, simulator: str) -> bool:
        """Peers need a folder with their environments."""
        return simulator in (*OWN, "c") or self.peers is not None

    def run(self, item: Item, simulator: str, seed: int, threads: int, duration: float, *, cold: bool) -> Record:
        """What a run took and found: JSON; and how fast its core was before and after it.

        ``cold`` empties the caches and the folder that a simulator compiles in.
        """
        place = self.folder / f"{item.network}-{slug(item.case.name)}" / simulator
        if cold:
            shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True, exist_ok=True)
        before = self.clock()
        told = self._run(item, simulator, seed, threads, duration, place)
        return {**told, "clock": [before, self.clock()]}

    def clock(self) -> float:
        """Additions a nanosecond on the core that runs are pinned to: fewer where others share it."""
        return float(self._start([str(reference.compile_reference("clock", self.folder))], 1, dict(os.environ))[0])

    def _run(self, item: Item, simulator: str, seed: int, threads: int, duration: float, place: Path) -> Record:
        if simulator == "c":
            return self._run_reference(item, seed, duration)
        python = Path(sys.executable) if simulator in OWN else self._peer(simulator)
        words = [item.network, simulator, item.case.name, str(seed), str(threads), str(place), repr(duration)]
        command = [str(python), "-m", "benchmarks.suite.worker", *words]
        output, script, _ = self._start(command, threads, environment(python, place, threads))
        told: Record = json.loads(output.strip().splitlines()[-1])
        if "refused" in told:
            raise RefusedError(told["refused"])
        self.observables.setdefault(item.network, list(told["found"]))
        return {**told, "script": script}

    def _run_reference(self, item: Item, seed: int, duration: float) -> Record:
        program = reference.compile_reference(item.network, self.folder)
        words = [str(item.case.size), str(round(duration)), str(seed), *item.case.options.get("reference", ())]
        output, script, memory = self._start([str(program), *words], 1, dict(os.environ))
        seconds, found = reference.read_answer(output, self.observables.get(item.network, []))
        phases = {"simulate": seconds}
        return {"memory": memory, "seconds": phases, "cpu": phases, "found": found, "script": script}

    def _start(self, command: list[str], threads: int, variables: dict[str, str]) -> tuple[str, float, float]:
        """What it printed, wall-clock seconds, peak of memory in MiB."""
        cores = ",".join(str(core) for core in self.cores[: max(threads, 1)])
        pinned = ["taskset", "-c", cores] if shutil.which("taskset") else []
        begin = time.perf_counter()
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as log:
            process = subprocess.Popen([*pinned, *command], stdout=out, stderr=log, cwd=ROOT, env=variables)
            try:
                status, usage = self._wait(process, begin)
            except BaseException:
                process.kill()
                process.wait()
                raise
            script = time.perf_counter() - begin
            out.seek(0)
            log.seek(0)
            printed, told = out.read(), log.read()
        if status != 0:
            last = [line for line in (told.strip() or printed.strip()).splitlines() if line.strip()]
            raise RunError(f"exit status {status}: {last[-1] if last else 'nothing said'}")
        return printed, script, usage

    def _wait(self, process: subprocess.Popen[bytes] | subprocess.Popen[str], begin: float) -> tuple[int, float]:
        """Exit status and peak memory in MiB; what is asked for rarely disturbs no core that measures."""
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                process.returncode = os.waitstatus_to_exitcode(status)
                return process.returncode, usage.ru_maxrss / 1024.0
            if time.perf_counter() - begin > self.timeout:
                raise RunError(f"not done after {self.timeout:g} s")
            time.sleep(0.01)

    def _peer(self, simulator: str) -> Path:
        if self.peers is None:
            raise RunError("peers need a folder: --peers DIR")
        try:
            return peers.interpreter(simulator, self.peers)
        except peers.MissingError as error:
            raise RefusedError(str(error)) from error


def environment(python: Path, place: Path, threads: int) -> dict[str, str]:
    """Variables of a run: its programs come first in PATH, its caches lie in its own folder, BLAS chooses by itself.

    Bytecode is kept, as that of installed packages is.
    """
    without = ("PYTHONHOME", "VIRTUAL_ENV", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONDONTWRITEBYTECODE")
    found = {name: value for name, value in os.environ.items() if name not in without}
    found["PATH"] = os.pathsep.join([str(python.parent), found.get("PATH", os.defpath)])
    found["PYTHONPATH"] = str(ROOT)
    found["EQNEURO_CACHE_DIR"] = str(place / "cache")
    found["XDG_CACHE_HOME"] = found["CYTHON_CACHE_DIR"] = str(place / "cache")
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        found[name] = str(threads)
    return found


def slug(name: str) -> str:
    """Part of the name of a folder."""
    return "".join(letter if letter.isalnum() else "-" for letter in name).strip("-").lower()
