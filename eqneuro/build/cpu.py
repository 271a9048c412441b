"""The CPU as far as compiled code depends on it: a library made for one is never loaded on another."""

from __future__ import annotations

import platform
import subprocess
from functools import cache
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")

_TELLING = {
    "vendor_id", "cpu family", "model", "model name", "flags",  # x86
    "Features", "CPU implementer", "CPU architecture", "CPU variant", "CPU part",  # ARM
    "cpu", "isa", "uarch",  # POWER, RISC-V
}  # fmt: skip


@cache
def cpu_identity() -> str:
    """Names the instruction set and the model: what ``-march=native`` looks at."""
    described = _first_processor(CPUINFO) or _asked_of_system()
    return "\n".join([platform.machine(), *described])


def _first_processor(cpuinfo: Path) -> list[str]:
    """The telling lines of the first processor; the file is read no further, since that takes long on many cores."""
    lines: list[str] = []
    try:
        with cpuinfo.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                if not line.strip() and lines:
                    break
                if line.partition(":")[0].strip() in _TELLING:
                    lines.append(line.strip())
    except OSError:
        return []
    return lines


def _asked_of_system() -> list[str]:
    """Where there is no /proc: what macOS and the BSDs say."""
    try:
        done = subprocess.run(
            ["sysctl", "-n", "machdep.cpu.brand_string", "hw.model"], capture_output=True, text=True, check=False
        )
        told = done.stdout.splitlines()
    except OSError:
        told = []
    return [platform.processor(), platform.platform(), *told]
