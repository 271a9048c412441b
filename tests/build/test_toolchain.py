"""The compiler: which one is found, what it is told, what changes the identity of its output."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import eqneuro as ann
from eqneuro.build import cpu, toolchain
from eqneuro.build.toolchain import (
    FLAGS,
    CompilationError,
    NoCompilerError,
    Toolchain,
    compiler_version,
    find_toolchain,
)

GOOD = "int answer(void) { return 42; }\n"


@pytest.fixture(autouse=True)
def no_compiler_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.delenv("EQNEURO_CC", raising=False)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it yet, and no ziglang in Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    return folder


def program(folder: Path, name: str, text: str = "") -> Path:
    made = folder / name
    made.write_text(f"#!/bin/sh\n{text}\n")
    made.chmod(0o755)
    return made


def bundle_ziglang(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = folder / "ziglang"
    package.mkdir()
    spec = importlib.util.spec_from_file_location("ziglang", package / "__init__.py")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec if name == "ziglang" else None)
    return program(package, "zig")


def test_gcc_is_preferred_to_clang_and_clang_to_cc(machine: Path) -> None:
    for name in ("cc", "clang", "gcc"):
        added = program(machine, name)
        assert find_toolchain().command == (str(added),)


def test_named_compilers_go_before_those_on_the_path_the_argument_first(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(machine, "gcc")
    one, two, three = (program(machine, name) for name in ("one", "two", "three"))
    monkeypatch.setenv("CC", "one")
    assert find_toolchain().command == (str(one),)
    monkeypatch.setenv("EQNEURO_CC", "two -m64")
    assert find_toolchain().command == (str(two), "-m64")
    assert find_toolchain(f"'{three}' --wrapped gcc").command == (str(three), "--wrapped", "gcc")


@pytest.mark.parametrize("variable", ["CC", "EQNEURO_CC"])
def test_named_compiler_that_is_missing_is_one_clear_sentence(
    variable: str, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(machine, "gcc")
    monkeypatch.setenv(variable, "tcc -g")
    expected = f"^{variable}='tcc -g' asks for the C compiler 'tcc', which is not found$"
    with pytest.raises(NoCompilerError, match=expected):
        find_toolchain()


def test_empty_variables_name_no_compiler(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gcc = program(machine, "gcc")
    monkeypatch.setenv("CC", "")
    monkeypatch.setenv("EQNEURO_CC", " ")
    assert find_toolchain().command == (str(gcc),)


def test_ziglang_wheel_is_found_where_the_path_has_no_compiler(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zig = bundle_ziglang(tmp_path, monkeypatch)
    assert find_toolchain().command == (str(zig), "cc")
    gcc = program(machine, "gcc")
    assert find_toolchain().command == (str(gcc),)


def test_without_any_compiler_the_sentence_says_how_to_get_one(machine: Path) -> None:
    with pytest.raises(NoCompilerError, match=r"^no C compiler is found. `pip install ziglang` brings"):
        find_toolchain()


def test_flags_of_the_user_come_last() -> None:
    assert find_toolchain(flags="-O1 '-DNAME=a b'").flags == (*FLAGS, "-O1", "-DNAME=a b")


def test_floating_point_stays_as_written_but_for_products_that_are_added() -> None:
    assert "-ffp-contract=fast" in FLAGS
    assert not {"-ffast-math", "-Ofast", "-ffinite-math-only", "-funsafe-math-optimizations"} & set(FLAGS)


def identity_with(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> str:
    with monkeypatch.context() as patch:
        patch.setattr(toolchain, name, lambda: value)
        return find_toolchain().identity


def test_identity_changes_with_cpu_c_library_flags_and_compiler(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gcc = program(machine, "gcc")
    seen = [
        find_toolchain().identity,
        identity_with(monkeypatch, "cpu_identity", "another CPU"),
        identity_with(monkeypatch, "_c_library", "glibc 2.17"),
        find_toolchain(flags="-O1").identity,
    ]
    program(machine, "gcc", "# updated")
    seen.append(find_toolchain().identity)
    status = gcc.stat()
    os.utime(gcc, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000_000))  # same size, another build
    seen.append(find_toolchain().identity)
    assert len(set(seen)) == len(seen)


def test_identity_stays_the_same_while_nothing_changes(machine: Path) -> None:
    program(machine, "gcc")
    assert find_toolchain().identity == find_toolchain().identity


def test_identity_knows_the_compiler_behind_a_wrapper(machine: Path) -> None:
    program(machine, "ccache")
    program(machine, "gcc")
    before = find_toolchain("ccache gcc").identity
    program(machine, "gcc", "# updated")
    assert find_toolchain("ccache gcc").identity != before


def test_identity_knows_the_compiler_behind_python_m_ziglang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zig = bundle_ziglang(tmp_path, monkeypatch)
    command = f"'{sys.executable}' -m ziglang cc"
    before = find_toolchain(command).identity
    zig.write_text("another version")
    assert find_toolchain(command).identity != before


X86 = """processor\t: 0
vendor_id\t: GenuineIntel
model name\t: A CPU @ 3 GHz
cpu MHz\t\t: 2999.1
flags\t\t: fpu sse2 avx2

processor\t: 1
model name\t: Another CPU
flags\t\t: fpu sse2
"""


def test_cpu_is_told_by_its_model_and_instructions_not_by_its_clock(tmp_path: Path) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(X86)
    first = cpu._first_processor(file)
    assert [line.split(":")[0].strip() for line in first] == ["vendor_id", "model name", "flags"]
    file.write_text(X86.replace("2999.1", "800.0"))
    assert cpu._first_processor(file) == first
    file.write_text(X86.replace("avx2", "avx512f"))
    assert cpu._first_processor(file) != first


def test_cpu_without_proc_is_asked_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "sysctl", "echo 'Apple M9'; echo Mac99,1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(cpu, "CPUINFO", tmp_path / "nothing")
    told = cpu.cpu_identity.__wrapped__()
    assert told.endswith("Apple M9\nMac99,1")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert cpu.cpu_identity.__wrapped__() == "\n".join(told.splitlines()[:-2])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    written = tmp_path / "network.c"
    written.write_text(GOOD)
    return written


def test_compiled_library_runs(source: Path, tmp_path: Path) -> None:
    library = tmp_path / "network.so"
    find_toolchain().compile(source, library)
    assert ctypes.CDLL(str(library)).answer() == 42


def test_version_is_the_first_line_the_compiler_says(machine: Path) -> None:
    program(machine, "gcc", "echo 'gcc 99.1'; echo Copyright")
    assert compiler_version(find_toolchain()) == "gcc 99.1"
    program(machine, "gcc", "echo 'says it as an error' >&2")
    assert compiler_version(find_toolchain()) == "says it as an error"
    program(machine, "gcc")
    assert compiler_version(find_toolchain()) == "unknown"


def scripted(folder: Path, text: str) -> Toolchain:
    return Toolchain((str(program(folder, "scripted-cc", text)),), (), "")


def test_compiler_is_told_to_speak_english(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("LANGUAGE", "de")
    talks = scripted(tmp_path, 'echo "LC_ALL=$LC_ALL LANGUAGE=$LANGUAGE" >&2; exit 1')
    with pytest.raises(CompilationError, match="LC_ALL=C LANGUAGE=") as caught:
        talks.compile(source, tmp_path / "network.so")
    assert "LC_ALL=C LANGUAGE=\n" in str(caught.value)


def test_messages_in_any_encoding_are_shown(source: Path, tmp_path: Path) -> None:
    grumbles = scripted(tmp_path, r"printf 'Fehler: unm\366glich' >&2; exit 1")
    with pytest.raises(CompilationError, match="Fehler: unm\N{REPLACEMENT CHARACTER}glich"):
        grumbles.compile(source, tmp_path / "network.so")


def test_compiler_that_crashes_is_told_by_its_signal(source: Path, tmp_path: Path) -> None:
    crashes = scripted(tmp_path, "kill -SEGV $$")
    with pytest.raises(CompilationError, match=r"^the C compiler was ended by signal 11:\nIt said nothing."):
        crashes.compile(source, tmp_path / "network.so")


def test_compiler_that_makes_nothing_and_says_it_went_well_is_found_out(source: Path, tmp_path: Path) -> None:
    with pytest.raises(CompilationError, match=r"^the C compiler ended well but made no library:"):
        scripted(tmp_path, "exit 0").compile(source, tmp_path / "network.so")


def test_compiler_that_can_not_be_started_is_one_clear_sentence(source: Path, tmp_path: Path) -> None:
    gone = Toolchain((str(tmp_path / "gone"),), (), "")
    with pytest.raises(NoCompilerError, match=r"^the C compiler '.*/gone' can't be started: No such file"):
        gone.compile(source, tmp_path / "network.so")
    noise = tmp_path / "noise"
    noise.write_bytes(b"\0\1\2")
    noise.chmod(0o755)
    with pytest.raises(NoCompilerError, match=r"can't be started: Exec format error$"):
        Toolchain((str(noise),), (), "").compile(source, tmp_path / "network.so")


def test_function_that_no_library_has_is_told_when_it_is_compiled(source: Path, tmp_path: Path) -> None:
    source.write_text(
        "/* Population of LIF */\ndouble missing(double);\n\ndouble f(double x)\n{\n  return missing(x);\n}\n"
    )
    with pytest.raises(
        CompilationError, match="the code of Population of LIF: no C library has the function 'missing'"
    ):
        find_toolchain().compile(source, tmp_path / "network.so")


ZIG_FOLDERS = """for last; do :; done
echo "$ZIG_LOCAL_CACHE_DIR" "$ZIG_GLOBAL_CACHE_DIR" >&2; exit 1"""


@pytest.mark.parametrize(("usable", "shared"), [("", True), ("file", False)])
def test_zig_keeps_its_own_files_in_the_cache_or_where_it_builds(
    usable: str, shared: bool, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ZIG_LOCAL_CACHE_DIR", "ZIG_GLOBAL_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "file").write_text("")
    folder = tmp_path / usable / "cache"
    monkeypatch.setenv("EQNEURO_CACHE_DIR", str(folder))
    local = source.parent / "zig"
    expected = f"{local} {folder / 'zig' if shared else local}\n"
    with pytest.raises(CompilationError) as caught:
        scripted(tmp_path, ZIG_FOLDERS).compile(source, tmp_path / "network.so")
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("vendor", "flags", "state", "expected"),
    [
        ("GenuineIntel", "fpu avx2 avx512f avx512_fp16", "Not affected", True),
        ("GenuineIntel", "fpu avx2 avx512f", "Not affected", False),
        ("GenuineIntel", "fpu avx2 avx512f avx512_fp16", "Mitigation: Microcode", False),
        ("GenuineIntel", "fpu avx2 avx512f avx512_fp16", None, False),
        ("AuthenticAMD", "fpu avx2 avx512f avx512_fp16", "Not affected", False),
    ],
)
def test_gathers_are_quick_on_new_processors_without_a_mitigation(
    vendor: str, flags: str, state: str | None, expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpuinfo").write_text(f"vendor_id\t: {vendor}\nmodel\t\t: 207\nflags\t\t: {flags}\n\n")
    if state is not None:
        (tmp_path / "state").write_text(f"{state}\n")
    monkeypatch.setattr(cpu, "CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(cpu, "GATHERS", tmp_path / "state")
    cpu.cpu_identity.cache_clear()
    try:
        assert cpu.has_quick_gathers() is expected
    finally:
        cpu.cpu_identity.cache_clear()


GNU = "Copyright (C) 2022 Free Software Foundation, Inc."


@pytest.mark.parametrize(
    ("said", "is_quick", "expected"),
    [
        (f"gcc (Debian 12.2.0-14+deb12u1) 12.2.0\n{GNU}", True, "told -mtune=sapphirerapids -O0 -c"),
        (f"gcc-11 (GCC) 11.4.0\n{GNU}", True, "told -mtune=sapphirerapids -O0 -c"),
        (f"gcc-10 (Debian 10.2.1-6) 10.2.1 20210110\n{GNU}", True, "told -O0 -c"),
        ("Debian clang version 14.0.6\nTarget: x86_64-pc-linux-gnu", True, "told -O0 -c"),
        ("", True, "told -O0 -c"),
        (f"gcc (Debian 12.2.0-14+deb12u1) 12.2.0\n{GNU}", False, "told -O0 -c"),
    ],
)
def test_a_gcc_that_knows_the_name_is_told_of_quick_gathers(
    said: str, is_quick: bool, expected: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain, "has_quick_gathers", lambda: is_quick)
    compiler = f"""[ "$1" = --version ] && printf '%s\\n' '{said}' && exit 0\necho told "$@" >&2; exit 1"""
    with pytest.raises(CompilationError, match=re.escape(expected)):
        Toolchain((str(program(tmp_path, "compiler", compiler)),), ("-O0",), "id").compile_object(
            source, tmp_path / "o"
        )


@pytest.mark.skipif(
    sys.platform != "linux" or not cpu.has_quick_gathers(), reason="this processor has no quick gathers"
)
def test_sums_over_sparse_rows_gather(tmp_path: Path) -> None:
    """What a compiler makes of them: gcc does as it is told, clang as it thinks best."""
    found = find_toolchain()
    if "gcc" not in Path(found.command[0]).name:
        pytest.skip("not gcc")
    net = ann.Network(dt=1.0)
    units = net.create(100, ann.Neuron(equations="r = sum(exc)"))
    net.connect(units, units, "exc").fixed_probability(0.5, ann.Uniform(0.0, 0.1))
    net.compile(directory=tmp_path)
    [library] = tmp_path.rglob("*.so")
    shown = subprocess.run(["objdump", "-d", str(library)], capture_output=True, text=True, check=True).stdout
    assert "vgatherdpd" in shown or "vgatherqpd" in shown
