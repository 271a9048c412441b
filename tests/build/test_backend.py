"""The build backend: which compiler the installation of eqneuro uses, and what it asks pip for."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sysconfig
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def backend() -> ModuleType:
    spec = importlib.util.spec_from_file_location("backend", ROOT / "build_backend" / "backend.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Machine:
    """What is on the PATH, what Python was built with, and what setuptools would see while it builds."""

    def __init__(self, backend: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch, self.backend = monkeypatch, backend
        self.variables = {"CC": "python-cc -pthread", "CFLAGS": "--odd", "LDSHARED": "python-cc -shared --odd"}
        self.seen: dict[str, Any] = {}
        monkeypatch.setattr(sysconfig, "get_config_vars", lambda: self.variables)
        monkeypatch.setattr(sysconfig, "get_config_var", lambda name: self.variables.get(name))
        for name in ("CC", "EQNEURO_CC", "ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"):
            monkeypatch.setenv(name, "")  # so that what the backend sets is taken back
            monkeypatch.delenv(name)
        self.has()
        for hook in ("build_wheel", "build_editable"):
            monkeypatch.setattr(backend.build_meta, hook, self._look)
        for hook in ("get_requires_for_build_wheel", "get_requires_for_build_editable"):
            monkeypatch.setattr(backend.build_meta, hook, lambda settings: ["setuptools"])

    def has(self, *programs: str) -> None:
        self._patch.setattr(shutil, "which", lambda name: f"/my bin/{name}" if name in programs else None)

    def has_ziglang(self) -> None:
        spec = SimpleNamespace(origin="/site packages/ziglang/__init__.py")
        self._patch.setattr(importlib.util, "find_spec", lambda name: spec if name == "ziglang" else None)

    def _look(self, *arguments: object) -> str:
        self.seen = {**self.variables, "environment": dict(os.environ)}
        return "eqneuro.whl"

    def build(self, hook: str = "build_wheel") -> dict[str, Any]:
        assert getattr(self.backend, hook)("somewhere") == "eqneuro.whl"
        return self.seen

    def requires(self, hook: str = "get_requires_for_build_wheel") -> list[str]:
        return list(getattr(self.backend, hook)())


@pytest.fixture
def machine(backend: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(backend, monkeypatch)


def test_compiler_that_python_was_built_with_is_left_to_setuptools(machine: Machine) -> None:
    machine.has("gcc", "python-cc")
    before = dict(machine.variables)
    seen = machine.build()
    assert {name: seen[name] for name in before} == before
    assert "CC" not in seen["environment"]
    assert machine.requires() == ["setuptools"]


def test_another_compiler_on_the_path_does_not_get_the_flags_of_pythons_own(machine: Machine) -> None:
    machine.has("clang", "cc")
    seen = machine.build()
    assert seen["CC"] == "'/my bin/clang'"
    assert seen["LDSHARED"].startswith("'/my bin/clang' -shared")
    assert "--odd" not in seen["CFLAGS"]
    assert machine.requires() == ["setuptools"]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"CC": "my-cc -m64"}, "my-cc -m64"),
        ({"EQNEURO_CC": "their-cc"}, "their-cc"),
        ({"CC": "my-cc", "EQNEURO_CC": "their-cc"}, "my-cc"),
        ({"CC": "", "EQNEURO_CC": "their-cc"}, "their-cc"),
    ],
)
def test_named_compiler_is_used_whatever_else_there_is(
    variables: dict[str, str], expected: str, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.has("gcc", "python-cc")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert machine.build()["environment"]["CC"] == expected
    assert machine.requires() == ["setuptools"]


def test_empty_cc_is_not_taken_for_a_compiler(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.has("python-cc")
    monkeypatch.setenv("CC", "")
    assert "CC" not in machine.build()["environment"]


@pytest.mark.parametrize("kind", ["wheel", "editable"])
def test_ziglang_is_required_and_used_where_there_is_no_compiler(kind: str, machine: Machine) -> None:
    assert machine.requires(f"get_requires_for_build_{kind}") == ["setuptools", machine.backend.ZIGLANG]
    machine.has_ziglang()
    seen = machine.build(f"build_{kind}")
    assert seen["CC"] == "'/site packages/ziglang/zig' cc -mcpu=baseline"
    assert seen["LDSHARED"].startswith(f"{seen['CC']} -shared")
    assert "--odd" not in seen["CFLAGS"]
    scratch = Path(seen["environment"]["ZIG_GLOBAL_CACHE_DIR"])
    assert scratch == Path(seen["environment"]["ZIG_LOCAL_CACHE_DIR"])
    assert not scratch.exists()


def test_without_compiler_and_ziglang_the_build_ends_with_one_sentence(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="no C compiler is found: install gcc or clang, or `pip install 'ziglang"):
        machine.build()


def test_extension_modules_are_made_for_every_cpu_of_the_architecture() -> None:
    for file in ("setup.py", "build_backend/backend.py", "pyproject.toml"):
        assert "march" not in (ROOT / file).read_text()


def test_backend_offers_every_hook_that_pip_may_call(backend: ModuleType) -> None:
    for kind in ("wheel", "editable", "sdist"):
        assert callable(getattr(backend, f"build_{kind}"))
        assert callable(getattr(backend, f"get_requires_for_build_{kind}"))
    assert callable(backend.prepare_metadata_for_build_wheel)
    assert callable(backend.prepare_metadata_for_build_editable)


def test_backend_and_toolchain_ask_for_the_same_ziglang(backend: ModuleType) -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["optional-dependencies"]["compiler"] == [backend.ZIGLANG]
