"""Breaks places of the compiled route on purpose, one at a time, and shows that the comparison notices each.

    python tests/reference/mutations.py

Each break is made in a copy of the package, which runs the tests of random neurons and networks in a process of its
own, with a cache of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOTICED = "compiled and interpreted differ"


@dataclass(frozen=True)
class Mutation:
    """One text of a file replaced by another; ``test`` names the comparison that looks for it."""

    name: str
    file: str
    before: str
    after: str
    test: str = "test_random_neurons.py"


NETWORKS = "test_random_networks.py"
MUTATIONS = (
    Mutation("wrong sign in exponential", "numerics/exponential.py", "Exprel(rate * DT)", "Exprel(-rate * DT)"),
    Mutation("swapped stages of rk4", "numerics/rk4.py", "(k1 + 2 * k2 + 2 * k3 + k4)", "(2 * k1 + k2 + 2 * k3 + k4)"),
    Mutation("time of heun's second stage", "numerics/heun.py", "zip(system.variables, slopes, strict=True)), DT)",
             "zip(system.variables, slopes, strict=True)))"),
    Mutation("dropped lower bound", "numerics/assignments.py", 'Maximum(value, limit) if bound.side == "min"',
             'value if bound.side == "min"'),
    Mutation("refractory time off by one", "codegen/population.py", "now->tick + 1 + (int64_t)floor(",
             "now->tick + (int64_t)floor("),
    Mutation("two draws from one stream", "codegen/statements.py", "self._draws += 1", "self._draws += 0"),
    Mutation("a parameter that varies is hoisted", "codegen/body.py", "return name in self.request.varying",
             "return False"),
    Mutation("a square for a cube", "codegen/cprinter.py", '{2: "square", 3: "cube"}', '{2: "square", 3: "square"}'),
    Mutation("missing reset", "codegen/population.py", "Scan(body, [rule] if event.reset else [])", "Scan(body, [])"),
    Mutation("spikes late by a step", "templates/spike_parts.h.j2", "(now->tick - delay)", "(now->tick - delay - 1)",
             NETWORKS),
    Mutation("missing unless_post", "codegen/plasticity.py", 'parts.append("alone")', "pass", NETWORKS),
    Mutation("clock of post-synaptic events", "codegen/traces.py", '{"post": "now->tick + 1"',
             '{"post": "now->tick"', NETWORKS),
)  # fmt: skip


def copy_package(folder: Path) -> None:
    """The package and its templates, as they are in a checkout or where they are installed."""
    import eqneuro

    package = Path(eqneuro.__file__).parent
    shutil.copytree(package, folder / "eqneuro", ignore=shutil.ignore_patterns("__pycache__"))
    if not (folder / "eqneuro" / "templates").is_dir():
        shutil.copytree(package.parent / "templates", folder / "templates")


def break_one(folder: Path, mutation: Mutation) -> None:
    """Makes the change in a copy."""
    file = folder / "eqneuro" / mutation.file
    if mutation.file.startswith("templates/") and not file.exists():
        file = folder / mutation.file
    text = file.read_text(encoding="utf-8")
    if text.count(mutation.before) != 1:
        raise ValueError(f"{mutation.file} holds {mutation.before!r} {text.count(mutation.before)} times, not once")
    file.write_text(text.replace(mutation.before, mutation.after), encoding="utf-8")


def compare(folder: Path, test: str, models: int) -> str:
    """What the comparison of random models prints for a copy; empty where all agree.

    Raises
    ------
    RuntimeError
        If something else than a difference is wrong.
    """
    environment = dict(os.environ, PYTHONPATH=str(folder), EQNEURO_CACHE_DIR=str(folder / "cache"))
    environment.pop("PYTEST_ADDOPTS", None)  # meant for the tests that run this one
    environment |= {"EQNEURO_RANDOM_MODELS": str(models), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += ["--import-mode=importlib", "-o", "addopts=", str(HERE / test)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    if NOTICED not in done.stdout:
        raise RuntimeError(done.stdout[-3000:] + done.stderr[-3000:])
    return done.stdout


def is_noticed(mutation: Mutation | None, models: int, test: str = "test_random_neurons.py") -> bool:
    """Whether the comparison tells a broken package from a whole one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_package(folder)
        if mutation is not None:
            break_one(folder, mutation)
        return bool(compare(folder, test if mutation is None else mutation.test, models))


def main() -> int:
    """All of them; the exit status says whether one was missed."""
    missed = 0
    for mutation in MUTATIONS:
        noticed = is_noticed(mutation, 600)
        missed += not noticed
        print(f"{'noticed' if noticed else 'MISSED '}  {mutation.name}", flush=True)
    print(f"{len(MUTATIONS) - missed} of {len(MUTATIONS)} noticed")
    return missed


if __name__ == "__main__":
    sys.exit(main())
