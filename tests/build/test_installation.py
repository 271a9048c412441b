"""What is compiled when eqneuro is installed: used where it fits, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import eqneuro as ann
from eqneuro.build import installation, shared
from eqneuro.build.toolchain import Toolchain, find_toolchain
from eqneuro.codegen.render import LANES, render_shared

ABSENT = ("numpy", "scipy", "sympy", "lark", "filelock", "platformdirs")
"""What pip's environment for a build does not have."""


class Refusing(Toolchain):
    """Compiles no object files."""

    def compile_object(self, source: Path, built: Path) -> None:
        raise AssertionError("an object file is compiled")


@pytest.fixture
def objects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as an installation leaves it, and an empty cache."""
    folder = tmp_path / "installed here"
    monkeypatch.setenv("EQNEURO_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(shared, "installed_directory", lambda: folder)
    folder.mkdir()
    installation.fill(folder, find_toolchain())
    return folder


def refusing(toolchain: Toolchain) -> Refusing:
    return Refusing(toolchain.command, toolchain.flags, toolchain.identity)


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.iterdir()}


def test_first_network_is_linked_to_what_was_installed(objects: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toolchain = refusing(find_toolchain())
    monkeypatch.setattr("eqneuro.build.toolchain.find_toolchain", lambda *_: toolchain)
    os.chmod(objects, 0o555)
    before = state(objects)
    for precision in ("double", "float"):
        net = ann.Network(dt=1.0)
        net.config(precision=precision)
        cells = net.create(3, ann.Neuron(equations="v = v + 0.5 : init=0.0"))
        net.simulate(4.0)
        assert cells.v.tolist() == [2.0] * 3
        assert cells.v.dtype == {"double": "float64", "float": "float32"}[precision]
    assert not shared.folder().exists()
    assert state(objects) == before


def test_there_is_one_for_each_precision(objects: Path) -> None:
    toolchain = refusing(find_toolchain())
    found = {shared.begin(render_shared(real), toolchain).result() for real in LANES}
    assert {file.parent for file in found} == {objects}
    assert sorted(found) == sorted(objects.iterdir())
    assert len(found) == 2


@pytest.mark.parametrize("other", ["text", "flags", "compiler"])
def test_for_another_text_compiler_or_flag_it_is_compiled_anew(other: str, objects: Path, tmp_path: Path) -> None:
    text, toolchain = render_shared("double"), find_toolchain()
    if other == "text":
        text += "/* of a newer version */\n"
    elif other == "flags":
        toolchain = find_toolchain(flags="-O1")
    else:
        link = tmp_path / "another-cc"
        link.symlink_to(toolchain.command[0])
        toolchain = find_toolchain(str(link))
    assert shared.begin(text, toolchain).result().parent == shared.folder()


def test_for_another_processor_it_is_compiled_anew(objects: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eqneuro.build.toolchain.cpu_identity", lambda: "of another machine")
    assert shared.begin(render_shared("double"), find_toolchain()).result().parent == shared.folder()


@pytest.mark.parametrize("content", [b"", b"half"])
def test_one_that_is_not_whole_is_left_alone(content: bytes, objects: Path) -> None:
    toolchain = find_toolchain()
    good = shared.begin(render_shared("double"), toolchain).result()
    bytes_of_good = good.read_bytes()
    good.write_bytes(bytes_of_good[: len(bytes_of_good) // 2] if content == b"half" else content)
    made = shared.begin(render_shared("double"), toolchain).result()
    assert made.parent == shared.folder()
    assert made.read_bytes() == bytes_of_good
    assert good.exists()


def test_those_of_an_older_version_are_removed(objects: Path) -> None:
    old = objects / f"{'0' * 64}-{'1' * 64}.o"
    old.write_bytes(b"old")
    before = set(objects.iterdir())
    installation.fill(objects, find_toolchain())
    assert set(objects.iterdir()) == before - {old}


def test_it_is_made_with_nothing_but_what_pip_brings_for_a_build(tmp_path: Path) -> None:
    hidden = f"import sys, runpy; sys.modules.update(dict.fromkeys({ABSENT!r}))"
    run = "runpy.run_module('eqneuro.build.installation', run_name='__main__', alter_sys=True)"
    told = {**os.environ, "EQNEURO_CACHE_DIR": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", f"{hidden}; {run}", str(tmp_path / "made")], check=True, env=told)
    assert len(list((tmp_path / "made").glob("*.o"))) == len(LANES)


def test_compiler_that_pip_brings_for_a_build_makes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brought = replace(find_toolchain(), command=("/build/env/ziglang/zig", "cc"))
    monkeypatch.setattr(installation, "find_toolchain", lambda: brought)
    monkeypatch.setattr(sys, "argv", ["installation", str(tmp_path / "made")])
    installation.main()
    assert {file.suffix for file in (tmp_path / "made").iterdir()} == {".templates"}
