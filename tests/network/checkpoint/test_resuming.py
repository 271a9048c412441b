"""A run of 2T, and a run of T that is saved, loaded and goes on for T, give the same bits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import saved_networks
from saved_networks import NETWORKS, build, everything

HALF = 32.5
ROOT = Path(saved_networks.__file__)


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name, values in one.items():
        assert values.dtype == other[name].dtype, name
        np.testing.assert_array_equal(values, other[name], err_msg=name)


@pytest.fixture(scope="module", params=[(name, p) for name in NETWORKS for p in ("double", "float")], ids="-".join)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, Path, Any]:
    """A network's name, its precision, the file in which it was saved at half-time, and what it holds at the end."""
    name, precision = request.param
    net = build(name, precision=precision)
    net.simulate(HALF)
    file = tmp_path_factory.mktemp(name) / "half.npz"
    net.save(file)
    half = everything_of(file, name, precision)
    net.simulate(HALF)
    whole = everything(net)
    changed = [key for key in whole if not np.array_equal(half.get(key), whole[key])]
    assert len(changed) > 2, "much happens in the second half"
    return name, precision, file, whole


def everything_of(file: Path, name: str, precision: str) -> dict[str, Any]:
    net = build(name, seed=1, precision=precision)
    net.load(file)
    return everything(net)


def test_another_process_with_another_number_of_threads_goes_on_with_the_same_bits(
    case: tuple[str, str, Path, Any], tmp_path: Path
) -> None:
    name, precision, file, whole = case
    result = tmp_path / "result.npz"
    arguments = [name, str(file), str(HALF), "2", precision, str(result)]
    done = subprocess.run([sys.executable, str(ROOT), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with np.load(result) as found:
        assert_same(whole, dict(found))


def test_a_network_that_ran_elsewhere_goes_on_with_the_same_bits(case: tuple[str, str, Path, Any]) -> None:
    """Its rings stand at another place, its spikes are others, its parameters differ from one another."""
    name, precision, file, whole = case
    net = build(name, seed=9, threads=3, precision=precision)
    net.simulate(17.0)
    for population in net.get_populations():
        if "drive" in population.attributes:
            population.drive = 0.5
    net.simulate(4.5)
    net.load(file)
    assert net.time == HALF
    net.simulate(HALF)
    assert_same(whole, everything(net))


def test_a_second_file_says_the_same(case: tuple[str, str, Path, Any], tmp_path: Path) -> None:
    name, precision, file, _ = case
    net = build(name, precision=precision)
    net.load(file)
    net.save(tmp_path / "again.npz")
    with np.load(file) as first, np.load(tmp_path / "again.npz") as second:
        assert_same(dict(first), dict(second))
