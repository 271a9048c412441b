"""What is compiled when eqneuro is installed, besides its extension modules: the part that all networks share.

    python -m eqneuro.build.installation FOLDER

It is for the compiler and the CPU of the machine that installs; on another one it does not fit and is not used.
"""

from __future__ import annotations

import sys
from pathlib import Path

from eqneuro.build import shared
from eqneuro.build.toolchain import Toolchain, find_toolchain
from eqneuro.codegen.render import LANES, render_shared


def fill(directory: Path, toolchain: Toolchain) -> list[Path]:
    """Makes the object files of both precisions, and removes those of other texts."""
    directory.mkdir(parents=True, exist_ok=True)
    made = [shared.build(directory, render_shared(real), toolchain) for real in LANES]
    for file in directory.glob("*.o"):
        if file not in made:
            file.unlink()
    return made


def main() -> None:
    """Fills the folder of the command line."""
    toolchain = find_toolchain()
    if Path(toolchain.command[0]).stem != "zig":  # which pip brings for the build alone: networks will have another one
        fill(Path(sys.argv[1]), toolchain)


if __name__ == "__main__":
    main()
