"""`eqneuro cache`."""

import re

import pytest

import eqneuro as ann


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("EQNEURO_CACHE_DIR", str(tmp_path))
    return tmp_path


def compile_networks(*constants):
    for constant in constants:
        net = ann.Network(dt=1.0, seed=1)
        net.create(1, ann.Neuron(equations=f"r = {constant}"))
        net.compile()


def test_info_of_an_empty_cache(eqneuro, folder):
    result = eqneuro("cache", "info")
    assert result.exit_code == 0
    assert str(folder) in result.stdout
    assert re.search(r"networks +0\n", result.stdout)
    assert "0.0 MiB of at most 512 MiB" in result.stdout


def test_info_counts_networks_and_their_bytes(eqneuro, folder):
    compile_networks(1.0, 2.0)
    shown = eqneuro("cache", "info").stdout
    assert re.search(r"networks +2\n", shown)
    size = sum(file.stat().st_size for file in (folder / "networks").iterdir())
    assert f"{size / 2**20:.1f} MiB of" in shown
    assert "last used" in shown


def test_limit_is_that_of_the_environment(eqneuro, monkeypatch):
    monkeypatch.setenv("EQNEURO_CACHE_LIMIT", "20")
    assert "at most 20.0 MiB" in eqneuro("cache", "info").stdout


def test_limit_that_is_no_number_is_told(eqneuro, monkeypatch):
    monkeypatch.setenv("EQNEURO_CACHE_LIMIT", "much")
    result = eqneuro("cache", "info")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: EQNEURO_CACHE_LIMIT='much'")


def test_clear_removes_all_and_says_how_many(eqneuro, folder):
    compile_networks(3.0)
    assert eqneuro("cache", "clear").stdout.startswith("1 compiled network removed")
    assert list((folder / "networks").glob("*.so")) == []
    assert eqneuro("cache", "clear").stdout.startswith("0 compiled networks removed")
