"""What the tests of the command share: a cache of their own; the command in this process, another, on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from eqneuro.cli.app import app


@pytest.fixture(scope="session", autouse=True)
def cache_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Compiled networks of these tests, apart from the user's."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EQNEURO_CACHE_DIR", str(folder))
        patch.setenv("MPLBACKEND", "Agg")
        yield folder


@pytest.fixture
def eqneuro() -> Callable[..., Result]:
    """``eqneuro("show", "LIF")`` within this process: what it wrote, and its exit status."""

    def call(*arguments: object) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def eqneuro_process(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The same in a process of its own, where warnings are errors, in an empty folder."""

    def call(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "eqneuro", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return call


@pytest.fixture
def eqneuro_terminal(tmp_path: Path) -> Callable[..., str]:
    """The same on a terminal: what stands on it at the end, control characters and all."""

    def call(*arguments: object) -> str:
        parent, child = pty.openpty()
        command = [sys.executable, "-m", "eqneuro", *map(str, arguments)]
        environment = {**os.environ, "TERM": "xterm"}
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=child, stdout=child, stderr=child)
        os.close(child)
        shown = b""
        while True:
            try:
                read = os.read(parent, 65536)
            except OSError:  # the last writer has closed the terminal
                break
            if not read:
                break
            shown += read
        os.close(parent)
        assert process.wait() == 0, shown
        return shown.decode(errors="replace")

    return call


@pytest.fixture
def script(tmp_path):
    """Writes a file of Python, and gives its path."""

    def write(text, name="script.py"):
        file = tmp_path / name
        file.write_text(text)
        return file

    return write
