"""Each example runs as a script does, says a few lines, and leaves one picture; each has its place in the gallery."""

from __future__ import annotations

import os
import subprocess
import sys

import matplotlib.image
import pytest

from .conftest import EXAMPLES, load

NAMES = sorted(path.stem for path in EXAMPLES.glob("*.py"))
DOCS = EXAMPLES.parent / "docs"


@pytest.mark.parametrize("name", NAMES)
def test_example_prints_its_numbers_and_writes_one_picture(name, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("EQNEURO_EXAMPLES_QUICK", "1")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [f"{name}.py"])
    load(name).main()
    said = capsys.readouterr()
    assert 2 <= len(said.out.strip().splitlines()) <= 5
    assert said.err == ""
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}.png"]
    picture = matplotlib.image.imread(tmp_path / f"{name}.png")[..., :3].mean(axis=2)
    inked = picture < 0.99
    # something is drawn in each quarter of the picture
    half_height, half_width = picture.shape[0] // 2, picture.shape[1] // 2
    for rows in (slice(0, half_height), slice(half_height, None)):
        for columns in (slice(0, half_width), slice(half_width, None)):
            assert inked[rows, columns].mean() > 0.005


@pytest.mark.parametrize("name", NAMES)
def test_gallery_shows_every_example(name):
    text = (DOCS / "examples.md").read_text()
    assert f"images/examples/{name}.png" in text
    assert f"examples/{name}.py" in text
    assert (DOCS / "images" / "examples" / f"{name}.png").stat().st_size <= 100_000


def test_gallery_shows_no_picture_without_example():
    assert sorted(path.stem for path in (DOCS / "images" / "examples").glob("*.png")) == NAMES


@pytest.mark.parametrize("name", ["receptive_fields", "digits"])
def test_an_example_without_its_extra_says_what_to_install(name, tmp_path):
    blocked = tmp_path / "sklearn"
    blocked.mkdir()
    (blocked / "__init__.py").write_text("raise ImportError('blocked')\n")
    command = [sys.executable, str(EXAMPLES / f"{name}.py")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.strip().endswith("come with scikit-learn: pip install 'eqneuro[examples]'")
    assert "Traceback" not in ended.stderr
