"""The CPU as far as compiled code depends on it: a library made for one is never loaded on another."""

from __future__ import annotations

import platform
import subprocess
from functools import cache
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
GATHERS = Path("/sys/devices/system/cpu/vulnerabilities/gather_data_sampling")

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


def has_quick_gathers() -> bool:
    """Whether loads from many places at once are quicker than one after the other, and compilers may not know it.

    So they are on Intel's Sapphire Rapids and later, which have arithmetic of 16 bits, unless a mitigation slows them
    down. A compiler older than the processor takes it for any one.
    """
    words = cpu_identity().split()
    try:
        state = GATHERS.read_text(encoding="utf-8").strip()
    except OSError:
        return False
    return "GenuineIntel" in words and "avx512_fp16" in words and state == "Not affected"


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
