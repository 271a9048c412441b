"""What a compiler complains of, told in terms of the model."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from eqneuro.build.failures import REPORT, describe_failure

SOURCE = """#include <math.h>
/* Kernels that are the same in every network. */
static int shared(void) { return 1; }

/* Population of LIF */
static double update(double v)
{
\t/* tau*dv/dt + v = 1 */
\treturn v + unknown;
}

/* Projection with STDP: w += 1 */
double missing(double);
static double learn(double w)
{
  return missing(w);
}

/* Stop condition of LIF: whether the run ends */
static int stop(void) { return 0; }

/* The loop over steps. */
int run(void) { return 0; }
"""
COMMAND = ["/usr/bin/gcc", "-O3", "network.c"]


def line_of(text: str) -> int:
    return next(k for k, line in enumerate(SOURCE.splitlines(), start=1) if text in line)


def told_of(text: str, sentence: str = "no") -> str:
    number = line_of(text)
    column = SOURCE.splitlines()[number - 1].index(text) + 1
    return describe_failure(f"/tmp/x y/network.c:{number}:{column}: error: {sentence}\n", SOURCE, COMMAND)


def test_error_shows_the_model_the_line_and_a_caret_under_the_place() -> None:
    first, shown, caret, last = told_of("unknown", "'unknown' undeclared").splitlines()
    assert first == "the C compiler refused the code of Population of LIF: 'unknown' undeclared"
    assert shown == f"  {line_of('unknown')} | \treturn v + unknown;"
    assert caret.index("^") == shown.index("unknown")
    assert caret.index("\t") == shown.index("\t")
    assert last == REPORT


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("return v + unknown", "Population of LIF"),
        ("return missing", "Projection with STDP"),
        ("int stop", "Stop condition of LIF"),
        ("int run", "the part that all networks share"),
        ("int shared", "the part that all networks share"),
        ("#include", "the part that all networks share"),
    ],
)
def test_line_belongs_to_the_model_whose_comment_is_above_it(text: str, model: str) -> None:
    assert told_of(text).startswith(f"the C compiler refused the code of {model}: no\n")


@pytest.mark.parametrize("compiler", [c for c in ("gcc", "clang") if shutil.which(c)])
def test_messages_of_the_compilers_here_are_understood(compiler: str, tmp_path: Path) -> None:
    (tmp_path / "network.c").write_text(SOURCE)
    command = [compiler, "-c", "network.c"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=None)
    told = describe_failure(done.stderr, SOURCE, command, done.returncode)
    assert told.startswith("the C compiler refused the code of Population of LIF: ")
    assert f"  {line_of('unknown')} | \treturn v + unknown;" in told


@pytest.mark.parametrize(
    "message",
    [
        "network.c:9:13: error: use of undeclared identifier 'unknown'",  # clang, zig
        "network.c: In function 'update':\nnetwork.c:9:13: error: 'unknown' undeclared",  # gcc
        "network.c:9:13: fatal error: too many errors emitted",
        "network.c:9:13: internal compiler error: Segmentation fault",
        "network.c:5:1: warning: not this\nnetwork.c:9:13: error: but this",
    ],
)
def test_first_error_is_the_one_that_is_shown(message: str) -> None:
    told = describe_failure(message, SOURCE, COMMAND)
    assert "  9 | \treturn v + unknown;\n" in told
    assert told.startswith(f"the C compiler refused the code of Population of LIF: {message.split('error: ')[1]}")


@pytest.mark.parametrize(
    "message",
    [
        "/usr/bin/ld: network.o: in function `learn':\nnetwork.c:(.text+0x1): undefined reference to `missing'",
        "ld.lld: error: undefined symbol: missing\n>>> referenced by network.c:16",
    ],
)
def test_undefined_function_is_shown_where_it_is_called(message: str) -> None:
    told = describe_failure(message, SOURCE, COMMAND)
    assert told.startswith(
        "the C compiler refused the code of Projection with STDP: no C library has the function 'missing'\n"
        f"  {line_of('return missing')} |   return missing(w);\n"
    )


def test_undefined_function_that_the_text_does_not_call_is_named() -> None:
    told = describe_failure("undefined reference to `__cpu_model'", SOURCE, COMMAND)
    assert told.startswith("no C library has the function '__cpu_model', which the network needs.")


@pytest.mark.parametrize(
    "message",
    [
        "network.c:1:10: fatal error: math.h: No such file or directory",
        "network.c:1:10: fatal error: 'math.h' file not found",
    ],
)
def test_missing_headers_are_not_blamed_on_the_model(message: str) -> None:
    told = describe_failure(message, SOURCE, COMMAND)
    assert "'/usr/bin/gcc' lacks the headers of the C library (math.h is not found)" in told
    assert "Population" not in told
    assert REPORT not in told


@pytest.mark.parametrize("place", ["0:1", "9999:1", "9:9999"])
def test_place_outside_the_text_does_no_harm(place: str) -> None:
    assert "strange" in describe_failure(f"network.c:{place}: error: strange", SOURCE, COMMAND)


def test_what_is_not_understood_is_shown_with_the_command() -> None:
    told = describe_failure("gcc: Fehler: nicht erkannte Option", SOURCE, ["gcc", "a b.c"], 4)
    assert told == (
        "the C compiler failed with exit status 4:\ngcc: Fehler: nicht erkannte Option\n(command: gcc 'a b.c')"
    )


def test_long_messages_are_cut_from_the_front() -> None:
    told = describe_failure("x" * 100_000 + " the end", SOURCE, COMMAND)
    assert len(told) < 3000
    assert "the end" in told
