"""What all networks share: compiled once, found whole or made again, and not needed by those who have their library."""

from __future__ import annotations

import os
from concurrent.futures import Future
from pathlib import Path

import pytest

import eqneuro as ann
from eqneuro.build import cache, shared
from eqneuro.build.toolchain import CompilationError, Toolchain, find_toolchain

TEXT = "int shared_answer(void) { return 42; }\n"
TEXTS = [f"int shared_answer(void) {{ return {k}; }}\n" for k in range(40)]


class Counting(Toolchain):
    """Compiles, and counts object files."""

    made = 0

    def compile_object(self, source: Path, built: Path) -> None:
        type(self).made += 1
        super().compile_object(source, built)


@pytest.fixture
def counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counting:
    monkeypatch.setenv("EQNEURO_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(shared, "installed_directory", lambda: tmp_path / "nothing installed")
    Counting.made = 0
    there = find_toolchain()
    return Counting(there.command, there.flags, there.identity)


def obtain(toolchain: Toolchain, text: str = TEXT) -> Path:
    return shared.begin(text, toolchain).result()


def test_a_second_network_of_other_equations_compiles_its_own_part_alone(
    counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eqneuro.build.toolchain.find_toolchain", lambda *_: counting)
    for rate in (1.0, 2.0):
        net = ann.Network(dt=1.0)
        cells = net.create(3, ann.Neuron(equations=f"v = v + {rate} : init=0.0"))
        net.simulate(4.0)
        assert cells.v.tolist() == [4.0 * rate] * 3
    assert len(list(cache.folder().glob("*.so"))) == 2
    assert counting.made == 1


def test_what_is_there_is_not_compiled(counting: Counting) -> None:
    first = obtain(counting)
    found: Future[Path] = shared.begin(TEXT, counting)
    assert found.done()
    assert found.result() == first
    assert counting.made == 1


def test_a_damaged_file_is_made_again(counting: Counting) -> None:
    whole = obtain(counting)
    content = whole.read_bytes()
    whole.write_bytes(content[:-1])
    assert obtain(counting).read_bytes() == content
    assert counting.made == 2


def test_what_the_compiler_refuses_is_told(counting: Counting) -> None:
    with pytest.raises(CompilationError, match="expected"):
        obtain(counting, "int answer(void) { return 42 }\n")
    assert not list(shared.folder().glob("*.o"))


def test_a_folder_that_can_not_be_used_is_replaced(counting: Counting, tmp_path: Path) -> None:
    tmp_path.joinpath("cache").write_text("in the way")
    made = obtain(counting)
    assert made.is_file()
    assert tmp_path not in made.parents
    made.unlink()


def test_those_used_longest_ago_go_when_there_are_many(counting: Counting) -> None:
    files = []
    for age, text in enumerate(TEXTS[: shared.KEPT]):
        files.append(obtain(counting, text))
        os.utime(files[-1], (1e9 - age, 1e9 - age))
    obtain(counting, TEXTS[shared.KEPT - 1])  # used again
    files.append(obtain(counting, TEXTS[shared.KEPT]))
    assert [file.exists() for file in files] == [*[True] * (shared.KEPT - 2), False, True, True]


def test_clearing_the_cache_removes_it(counting: Counting) -> None:
    obtain(counting)
    assert cache.clear() == 0
    assert not shared.folder().exists()
