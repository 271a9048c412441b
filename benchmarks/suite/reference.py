"""Programs in C written by hand: compiled once, run on the same core as the simulators.

The comment on top of a program has the command that compiles it. A program gets size, milliseconds, seed and the case's
own words, and prints the CPU seconds of its time loop, then what the network's functions find, in their order.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

SOURCES = Path(__file__).parent.parent / "reference"


def source(network: str) -> Path:
    """Where a network's program is written, if it has one."""
    return SOURCES / f"{network}.c"


def compile_reference(network: str, folder: Path) -> Path:
    """The program, compiled unless it is newer than its source."""
    program, files = folder / "c" / network, [source(network), *SOURCES.glob("*.h")]
    program.parent.mkdir(parents=True, exist_ok=True)
    if not program.exists() or program.stat().st_mtime < max(file.stat().st_mtime for file in files):
        subprocess.run(["gcc", *flags(network), "-o", str(program), str(files[0]), "-lm"], check=True)
    return program


def flags(network: str) -> list[str]:
    """Those of the command in the program's comment; and for a processor that gathers quickly, as eqneuro's own."""
    from eqneuro.build.cpu import has_quick_gathers

    found = re.search(r"\* gcc (.*?) -o ", source(network).read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{source(network)} does not say how it is compiled")
    return [*found[1].split(), *(["-mtune=sapphirerapids"] if has_quick_gathers() else [])]


def read_answer(text: str, observables: list[str]) -> tuple[float, dict[str, float]]:
    """CPU seconds of the loop, and what was found; values without a name are numbered."""
    seconds, *values = [float(word) for word in text.split()]
    names = observables if len(observables) == len(values) else [f"value {k}" for k in range(len(values))]
    return seconds, dict(zip(names, values, strict=True))
