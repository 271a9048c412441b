"""What is compiled when eqneuro is installed, besides its extension modules: templates, and what all networks share.

    python -m eqneuro.build.installation FOLDER

Object files are for the compiler and the CPU of the machine that installs, templates for its Python and jinja2; where
something else is found later, they are not used.
"""

from __future__ import annotations

import sys
from pathlib import Path

from eqneuro.build import shared
from eqneuro.build.toolchain import Toolchain, find_toolchain
from eqneuro.codegen.render import LANES, compile_templates, render_shared


def fill(directory: Path, toolchain: Toolchain) -> list[Path]:
    """Makes the object files of both precisions, and removes those of other texts."""
    made = [shared.build(directory, render_shared(real), toolchain) for real in LANES]
    for file in directory.glob("*.o"):
        if file not in made:
            file.unlink()
    return made


def main() -> None:
    """Fills the folder of the command line."""
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    compile_templates(directory)
    toolchain = find_toolchain()
    if Path(toolchain.command[0]).stem != "zig":  # which pip brings for the build alone: networks will have another one
        fill(directory, toolchain)


if __name__ == "__main__":
    main()
