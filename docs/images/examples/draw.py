"""Draws the pictures of the gallery: runs every example and stores its picture here, in few colours to be small."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[2] / "examples"
LARGEST = 80_000
"""Bytes that a picture may have before it gets fewer colours."""


def main() -> None:
    """Runs the examples named on the command line, or all of them."""
    wanted = sys.argv[1:] or sorted(path.stem for path in EXAMPLES.glob("*.py"))
    with tempfile.TemporaryDirectory() as folder:
        for name in wanted:
            subprocess.run([sys.executable, EXAMPLES / f"{name}.py"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            with Image.open(Path(folder, f"{name}.png")) as picture:
                full = picture.convert("RGB")
            for colours in (256, 64):
                small = full.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
                small.save(HERE / f"{name}.png", optimize=True)
                if (HERE / f"{name}.png").stat().st_size <= LARGEST:
                    break
            print(f"{name}.png {(HERE / f'{name}.png').stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
