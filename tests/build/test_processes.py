"""Several processes, one cache, through the whole route from a neuron to its running library."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eqneuro.build.toolchain import find_toolchain

TINY = Path(__file__).with_name("tiny_network.py")
STEPS = 7

COUNTING = """#!/bin/sh
case "$*" in *--version) exec {compiler} "$@" ;; esac  # asks, and compiles nothing
echo "$$" >> '{calls}'
sleep 0.5  # so that the others come while it works
exec {compiler} "$@"
"""


class Shop:
    """A compiler that counts its calls, and a cache to work in."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._calls, self.compiler = folder, folder / "calls", folder / "counting-cc"
        self.compiler.write_text(COUNTING.format(calls=self._calls, compiler=" ".join(find_toolchain().command)))
        self.compiler.chmod(0o755)

    def calls(self) -> int:
        return len(self._calls.read_text().split()) if self._calls.exists() else 0

    def start(self, command: list[str], **environment: str) -> subprocess.Popen[str]:
        told = {**os.environ, "EQNEURO_CACHE_DIR": str(self.folder / "cache"), "EQNEURO_CC": str(self.compiler)}
        return subprocess.Popen(
            [sys.executable, "-P", *command],
            env={**told, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, command: list[str], **environment: str) -> tuple[str, str]:
        """What it printed, and its complaints."""
        return self.start(command, **environment).communicate(timeout=60)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def after(steps: int) -> float:
    v = 0.0
    for _ in range(steps):
        v += 1.0 / 10.0 * (1.0 - v)
    return v


def test_eight_processes_that_build_the_same_network_at_once_build_it_once_and_all_run(shop: Shop) -> None:
    started = [shop.start([str(TINY), str(STEPS)]) for _ in range(8)]
    answers = [process.communicate(timeout=60) for process in started]
    assert [complaints for _, complaints in answers] == [""] * 8
    libraries, values = zip(*(printed.split() for printed, _ in answers), strict=True)
    assert len(set(libraries)) == 1
    assert [float(value) for value in values] == pytest.approx([after(STEPS)] * 8, rel=1e-14)
    assert shop.calls() == 2  # the network, and what all networks share


def test_second_process_finds_the_library_and_imports_neither_sympy_nor_jinja2(shop: Shop) -> None:
    first, _ = shop.run([str(TINY), str(STEPS)])
    code = f"import runpy, sys; runpy.run_path({str(TINY)!r}, run_name='__main__'); print(*sys.modules)"
    second, complaints = shop.run(["-c", code])
    assert complaints == ""
    library, _, *modules = second.split()
    assert library == first.split()[0]
    assert shop.calls() == 2  # the network, and what all networks share
    assert {"numpy", "eqneuro.compiler"} <= set(modules)
    assert {"sympy", "jinja2", "scipy", "matplotlib"} & set(modules) == set()


ELSEWHERE = """
import runpy, sys
from eqneuro.build import toolchain
toolchain.cpu_identity = lambda: "another CPU"
runpy.run_path({tiny!r}, run_name="__main__")
"""


def test_library_built_for_another_cpu_is_never_loaded(shop: Shop) -> None:
    here, _ = shop.run([str(TINY)])
    there, complaints = shop.run(["-c", ELSEWHERE.format(tiny=str(TINY))])
    assert complaints == ""
    assert there.split()[0] != here.split()[0]
    assert there.split()[1] == here.split()[1]
    assert shop.calls() == 4


def test_other_flags_and_another_compiler_make_another_library(shop: Shop) -> None:
    libraries = {shop.run([str(TINY)])[0].split()[0]}
    libraries.add(shop.run([str(TINY)], EQNEURO_CC=f"{shop.compiler} -DOTHER")[0].split()[0])
    shop.compiler.write_text(shop.compiler.read_text() + "# a newer version\n")
    libraries.add(shop.run([str(TINY)])[0].split()[0])
    assert len(libraries) == 3
    assert shop.calls() == 6


def test_cache_without_a_home_or_a_writable_folder_still_runs(shop: Shop) -> None:
    printed, complaints = shop.run([str(TINY), str(STEPS)], EQNEURO_CACHE_DIR="/dev/null/eqneuro")
    assert float(printed.split()[1]) == pytest.approx(after(STEPS), rel=1e-14)
    assert (
        "RuntimeWarning: compiled networks can't be kept in /dev/null/eqneuro/networks (Not a directory)" in complaints
    )
    assert "Traceback" not in complaints


MEDDLING = """#!/bin/sh
for word; do case "$word" in *.c) sed -i 's|h / tau|later / tau|' "$word";; esac; done
exec {compiler} "$@"
"""


def test_refused_c_names_the_model_and_shows_the_line_to_the_user(shop: Shop) -> None:
    shop.compiler.write_text(MEDDLING.format(compiler=" ".join(find_toolchain().command)))
    printed, complaints = shop.run([str(TINY)])
    assert printed == ""
    told = complaints[complaints.index("CompilationError: ") :].splitlines()
    assert told[0].startswith("CompilationError: the C compiler refused the code of Population of neurons: ")
    assert "later" in told[0]
    assert told[1].endswith(" = later / tau;")
    assert told[2].index("^") - told[2].index("| ") == told[1].index("later") - told[1].index("| ")
    assert told[3].startswith("Please report this")
