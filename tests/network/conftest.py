"""Models that many tests use, and a count of compilations."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from eqneuro import Network, Neuron

COUNTER = dict(parameters="inc = 1.0", equations="v = v + inc : init=0.0\nr = v")
"""A rate-coded neuron whose v grows by inc in each step."""
CLOCK = dict(parameters="inc = 1.0", equations="v += inc : init=0.0", spike="v >= 4.0", reset="v = 0.0")
"""A spiking neuron that spikes in steps 3, 7, 11, … where inc is 1."""


@pytest.fixture
def counter() -> Neuron:
    return Neuron(**COUNTER)


@pytest.fixture
def clock() -> Neuron:
    return Neuron(**CLOCK)


class CountingCompiler:
    """A C compiler that notes each library it makes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "libraries"
        self.log = folder / "calls"
        self.path = folder / "cc"
        real = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
        script = f'#!/bin/sh\ncase "$*" in *network.so*) echo x >> {self.log};; esac\nexec {real} "$@"\n'
        self.path.write_text(script)
        self.path.chmod(self.path.stat().st_mode | stat.S_IXUSR)

    def compile(self, net: Network) -> None:
        net.compile(directory=self.folder, compiler=str(self.path), silent=True)

    @property
    def count(self) -> int:
        return len(self.log.read_text().split()) if self.log.exists() else 0


@pytest.fixture
def compiler(tmp_path: Path) -> CountingCompiler:
    return CountingCompiler(tmp_path)


@pytest.fixture
def compilations(compiler: CountingCompiler) -> Callable[[Network], int]:
    """Compiles a network (where that is still to be done) and says how many libraries were made so far."""

    def count(net: Network) -> int:
        if not net.compiled:
            compiler.compile(net)
        net.simulate(2 * net.dt)
        return compiler.count

    return count
