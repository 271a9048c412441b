"""The words of the random numbers through a battery of tests: ``python -m benchmarks.randomness`` runs Dieharder.

What is tested is the C that networks are compiled from, read in the orders in which a network could show a weakness
of a generator that counts: along neurons, along steps, along the streams of a population's variables, along
neighbouring seeds and epochs, as the rejection methods of one draw read it, and as a small network consumes its
numbers. Dieharder (Debian: ``apt-get install dieharder``) reads them as one stream.
"""

from __future__ import annotations

import argparse
import collections
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from eqneuro.build.toolchain import find_toolchain
from eqneuro.codegen.render import render_alone

ORDERS = {
    "network": ("in each step 3 streams of 4096 neurons", "index = n % 2048, stream += n / 2048 % 3, step = n / 6144;"),
    "neurons": ("neuron after neuron", "index = n % 2147483648, step = n / 2147483648;"),
    "steps": ("step after step of one neuron", "step = n;"),
    "streams": ("in each step 4096 streams of one neuron", "stream += n % 4096, step = n / 4096;"),
    "seeds": ("one number for each seed", "now.seed = (int64_t)n;"),
    "epochs": ("in each epoch one number of 64 neurons", "index = n % 64, now.epoch = (int64_t)(n / 64);"),
    "rejection": ("64 numbers of one draw, neuron after neuron", "index = n / 64, high = n % 64, key = 0x5851F42Du;"),
}  # fmt: skip
"""How the counters and keys follow from the number n of four words."""
VERDICTS = ("PASSED", "WEAK", "FAILED")
QUICK = (0, 1, 2, 3, 4, 8, 15, 16, 100, 101, 102, 202, 204, 205, 206, 208)
"""Dieharder's tests that need few words: some minutes."""

PROGRAM = """
#include <stdio.h>

int main(void)
{
  static random_words buffer[4096];
  for (uint64_t n = 0;;) {
    for (int k = 0; k < 4096; ++k, ++n) {
      instant now = {.seed = 1234};
      uint64_t index = 0, stream = 5u << 12, step = 0;
      uint32_t high = 0, key = 0;
      COUNTERS
      buffer[k] = philox((uint32_t)index, (uint32_t)stream, (uint32_t)step, (uint32_t)(step >> 32) | high,
                         key_low(&now), key_high(&now) ^ key);
    }
    if (fwrite(buffer, sizeof buffer, 1, stdout) != 1) {
      return 0; /* the reader has seen enough */
    }
  }
}
"""


def compile_stream(order: str, folder: Path) -> Path:
    """A program that writes the words without end."""
    text = render_alone("prelude.h.j2", "random.h.j2")
    source, program = folder / f"{order}.c", folder / order
    source.write_text(text + PROGRAM.replace("COUNTERS", ORDERS[order][1]), encoding="utf-8")
    toolchain = find_toolchain()
    flags = [flag for flag in toolchain.flags if flag not in ("-shared", "-fPIC")]
    subprocess.run([*toolchain.command, *flags, "-w", "-o", program, source, "-lm"], check=True)
    return program


def dieharder(program: Path, tests: list[str]) -> collections.Counter[str]:
    """Runs tests over the words, prints their lines, and counts the verdicts.

    A test whose p is near 0 or 1 goes on with more words until it is clear (``-Y 1``): its last verdicts count.
    """
    found: dict[tuple[str, str], dict[int, list[str]]] = {}
    with subprocess.Popen([program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as words:
        command = ["dieharder", "-g", "200", "-Y", "1", *tests]
        with subprocess.Popen(command, stdin=words.stdout, stdout=subprocess.PIPE, text=True) as battery:
            assert battery.stdout is not None
            for line in battery.stdout:
                name, size, _, samples, _, verdict = (line.split("|") + [""] * 6)[:6]
                if verdict.strip() in VERDICTS:
                    found.setdefault((name, size), {}).setdefault(int(samples), []).append(verdict.strip())
                    print(line.rstrip(), flush=True)
        words.kill()
    return collections.Counter(verdict for rounds in found.values() for verdict in rounds[max(rounds)])


def main() -> int:
    """One table for each order; the exit status tells whether a test failed."""
    parser = argparse.ArgumentParser(prog="benchmarks.randomness", description=__doc__.splitlines()[0])
    parser.add_argument("orders", nargs="*", help=f"which of {', '.join(ORDERS)}; all by default")
    parser.add_argument(
        "--full", action="store_true", help="all of Dieharder's tests instead of the quick ones (an hour)"
    )
    chosen = parser.parse_args()
    if shutil.which("dieharder") is None:
        print("Dieharder is not installed (Debian: apt-get install dieharder).", file=sys.stderr)
        return 2
    total: collections.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for order in chosen.orders or ORDERS:
            begin = time.perf_counter()
            print(f"\n{order}: {ORDERS[order][0]}", flush=True)
            program = compile_stream(order, Path(folder))
            own: collections.Counter[str] = collections.Counter()
            for tests in [["-a"]] if chosen.full else [["-d", str(number)] for number in QUICK]:
                own += dieharder(program, tests)
            counts = ", ".join(f"{own[v]} {v.lower()}" for v in VERDICTS)
            print(f"{order}: {counts} in {(time.perf_counter() - begin) / 60:.1f} minutes", flush=True)
            total += own
    return 1 if total["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main())
