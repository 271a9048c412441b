"""Draws the pictures of README.md, by its own commands and code: ``python docs/images/draw.py``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
README = HERE.parents[1] / "README.md"
WIDTH, COLOURS = 1000, 32


def main() -> None:
    """Runs the demo and the README's example in an empty folder, and keeps small copies of their pictures."""
    example = re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[0]
    wide = "import matplotlib as m\nm.rcParams.update({'savefig.dpi': 140, 'font.size': 9})\n"
    with tempfile.TemporaryDirectory() as name:
        folder, environment = Path(name), {**os.environ, "MPLBACKEND": "Agg"}
        for command in (["-m", "eqneuro", "demo", "--output", "demo.png"], ["-c", wide + example]):
            subprocess.run([sys.executable, *command], cwd=folder, env=environment, check=True)
        for picture in ("demo.png", "gamma.png"):
            keep_small(folder / picture, HERE / picture)


def keep_small(drawn: Path, kept: Path) -> None:
    """Writes a copy of the width and the number of colours that a page needs."""
    image = Image.open(drawn).convert("RGB")
    size = (WIDTH, round(image.height * WIDTH / image.width))
    image.resize(size, Image.Resampling.LANCZOS).quantize(COLOURS, dither=Image.Dither.NONE).save(kept, optimize=True)


if __name__ == "__main__":
    main()
