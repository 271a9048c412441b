"""The command as a whole."""

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import eqneuro as package


def test_help_names_every_subcommand(eqneuro):
    result = eqneuro("--help")
    assert result.exit_code == 0
    for name in ("demo", "run", "show", "doctor", "cache"):
        assert name in result.stdout


def test_version_is_that_of_the_package(eqneuro):
    assert eqneuro("--version").stdout == f"eqneuro {package.__version__}\n"


def test_a_mistyped_subcommand_is_refused(eqneuro):
    result = eqneuro("demonstrate")
    assert result.exit_code == 2
    assert "demonstrate" in result.stderr


def test_installed_command_is_the_one_tested_here():
    project = tomllib.loads(Path(__file__).parents[2].joinpath("pyproject.toml").read_text())
    module, function = project["project"]["scripts"]["eqneuro"].split(":")
    assert callable(getattr(import_module(module), function))


def test_python_m_eqneuro_is_the_command(eqneuro_process):
    done = eqneuro_process("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"eqneuro {package.__version__}\n", "")


def test_help_waits_for_no_heavy_import():
    code = "import sys; from eqneuro.cli.app import app; app(['--help'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    imported = set(done.stdout.splitlines()[-1].split())
    assert "eqneuro.cli.app" in imported
    assert not imported & {"numpy", "scipy", "sympy", "jinja2", "lark", "matplotlib", "eqneuro.network.network"}
