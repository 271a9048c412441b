"""One route, one direction: a layer imports only from the layers that are below it in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]

NEED_THE_VERSION = {"eqneuro.compiler", "eqneuro.codegen.render", "eqneuro.network.checkpoint"}
FACES = ("eqneuro.cli", "eqneuro.plotting", "eqneuro.report", "eqneuro.extensions")


def check(config: Path, where: Path) -> subprocess.CompletedProcess[str]:
    """Runs the linter of the contract, as `lint-imports` does."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(config_filename=sys.argv[1],"
    code += " no_cache=True))"
    return subprocess.run(
        [sys.executable, "-c", code, str(config)], cwd=where, capture_output=True, text=True, check=False
    )


def test_no_layer_imports_from_one_above_it() -> None:
    done = check(ROOT / "pyproject.toml", ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 kept, 0 broken" in done.stdout


def test_an_import_that_points_up_would_be_found(tmp_path: Path) -> None:
    """The same contract over a package whose language imports the network."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    for name in contract["layers"]:
        if "(" not in name:
            (tmp_path / "eqneuro" / name).mkdir(parents=True)
            (tmp_path / "eqneuro" / name / "__init__.py").write_text("")
    (tmp_path / "eqneuro" / "__init__.py").write_text("")
    config = tmp_path / "pyproject.toml"
    config.write_text((ROOT / "pyproject.toml").read_text())
    assert check(config, tmp_path).returncode == 0
    (tmp_path / "eqneuro" / "language" / "__init__.py").write_text("import eqneuro.network\n")
    assert check(config, tmp_path).returncode == 1
    (tmp_path / "eqneuro" / "language" / "__init__.py").write_text("")
    (tmp_path / "eqneuro" / "unheard_of").mkdir()
    (tmp_path / "eqneuro" / "unheard_of" / "__init__.py").write_text("")
    assert check(config, tmp_path).returncode == 1


def test_only_the_faces_use_the_public_names() -> None:
    """The package itself imports any layer when asked for a name, so that a layer which used it could point upwards."""
    graph = grimp.build_graph("eqneuro", cache_dir=None)
    users = graph.find_modules_that_directly_import("eqneuro")
    assert {user for user in users if not user.startswith(FACES)} <= NEED_THE_VERSION


@pytest.mark.parametrize("layer", ["language", "model", "numerics"])
def test_lower_layers_do_not_know_of_c_networks_or_files_of_the_build(layer: str) -> None:
    graph = grimp.build_graph("eqneuro", cache_dir=None)
    reached = graph.find_upstream_modules(f"eqneuro.{layer}", as_package=True)
    assert not {name for name in reached if name.startswith(("eqneuro.build", "eqneuro.codegen", "eqneuro.network"))}
