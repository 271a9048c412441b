"""`eqneuro doctor`."""

import platform

import numpy as np
import pytest

import eqneuro as package
from eqneuro.build import installation, toolchain


def test_all_is_well_where_the_other_tests_run(eqneuro, cache_directory):
    result = eqneuro("doctor")
    assert result.exit_code == 0
    assert result.stderr == ""
    for text in (package.__version__, platform.python_version(), f"numpy {np.__version__}", str(cache_directory)):
        assert text in result.stdout
    assert "smoke test  compiled and ran" in result.stdout
    assert result.stdout.endswith("All is well.\n")


def test_it_tells_whether_what_networks_share_came_with_the_installation(eqneuro, monkeypatch, tmp_path):
    monkeypatch.setattr("eqneuro.build.shared.installed_directory", lambda: tmp_path)
    assert "what networks share is compiled by the first one" in eqneuro("doctor").stdout
    installation.fill(tmp_path, toolchain.find_toolchain())
    assert "what networks share came with eqneuro" in eqneuro("doctor").stdout


def test_missing_compiler_is_told_once_with_the_remedy(eqneuro, monkeypatch):
    monkeypatch.setenv("PATH", "")
    for name in ("EQNEURO_CC", "CC"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(toolchain, "_ziglang", lambda: None)
    result = eqneuro("doctor")
    assert result.exit_code == 1
    assert "compiler    none" in result.stdout
    assert result.stderr.count("NoCompilerError") == 1
    assert "pip install ziglang" in result.stderr
    assert "All is well" not in result.stdout


def test_named_compiler_that_is_missing_is_told_with_the_remedy(eqneuro, monkeypatch):
    monkeypatch.setenv("EQNEURO_CC", "no-such-compiler")
    result = eqneuro("doctor")
    assert result.exit_code == 1
    assert "EQNEURO_CC=no-such-compiler" in result.stdout
    assert "'no-such-compiler'" in result.stderr
    assert "pip install ziglang" in result.stderr


def test_compiler_that_fails_is_found_out(eqneuro, monkeypatch):
    monkeypatch.setenv("EQNEURO_CC", "false")
    result = eqneuro("doctor")
    assert result.exit_code == 1
    assert "smoke test  failed" in result.stdout
    assert "CompilationError" in result.stderr


def test_network_that_computes_something_else_is_found_out(eqneuro, monkeypatch):
    monkeypatch.setattr("eqneuro.network.network.Network.simulate", lambda *_: None)
    result = eqneuro("doctor")
    assert result.exit_code == 1
    assert "smoke test  failed" in result.stdout
    assert "says 0.0 where" in result.stderr


def test_folder_that_cannot_be_used_is_told_with_the_remedy(eqneuro, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EQNEURO_CACHE_DIR", str(tmp_path / "file"))
    result = eqneuro("doctor")
    assert result.exit_code == 1
    assert "set EQNEURO_CACHE_DIR" in result.stderr


def test_limit_that_is_no_number_is_told(eqneuro, monkeypatch):
    monkeypatch.setenv("EQNEURO_CACHE_LIMIT", "much")
    result = eqneuro("doctor")
    assert result.exit_code == 1
    assert "EQNEURO_CACHE_LIMIT='much'" in result.stderr


@pytest.mark.parametrize("name", ["compiler", "processor", "packages", "cache", "settings"])
def test_each_finding_has_a_line(eqneuro, name):
    assert any(line.startswith(f"{name} ") for line in eqneuro("doctor").stdout.splitlines())
