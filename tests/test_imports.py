"""``import eqneuro`` is light: what is heavy is imported when it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"sympy", "scipy", "matplotlib", "lark", "jinja2", "numpy", "rich", "typer", "filelock", "platformdirs"}


def modules_after(code: str) -> set[str]:
    """Names of the top-level modules that a new process has imported."""
    command = [sys.executable, "-P", "-c", f"{code}\nimport sys\nprint(*sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_importing_eqneuro_imports_nothing_heavy() -> None:
    assert modules_after("import eqneuro") & HEAVY == set()


def test_looking_through_the_public_names_imports_nothing_heavy() -> None:
    assert modules_after("import eqneuro; dir(eqneuro); eqneuro.__version__") & HEAVY == set()


def test_network_and_neuron_are_imported_without_sympy_scipy_and_matplotlib() -> None:
    loaded = modules_after("from eqneuro import Network, Neuron, Synapse, Population, Projection, Monitor, Izhikevich")
    assert loaded & {"sympy", "scipy", "matplotlib", "jinja2", "rich", "typer", "filelock"} == set()


@pytest.mark.parametrize("module", ["eqneuro.build.cache", "eqneuro.build.toolchain", "eqneuro.compiler"])
def test_build_is_imported_without_what_only_building_needs(module: str) -> None:
    assert modules_after(f"import {module}") & (HEAVY - {"lark", "numpy"}) == set()


def test_public_names_are_all_there() -> None:
    code = "import eqneuro\nassert not [name for name in eqneuro.__all__ if not hasattr(eqneuro, name)]"
    assert "eqneuro" in modules_after(code)
