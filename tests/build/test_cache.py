"""The cache of compiled networks: what it gives back, what it refuses, what it removes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pytest

from eqneuro.build import cache, eviction, fallback
from eqneuro.build.toolchain import find_toolchain

MIB = 1024 * 1024


def digest_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Any shared library."""
    folder = tmp_path_factory.mktemp("library")
    source, built = folder / "any.c", folder / "any.so"
    source.write_text("int any(void) { return 1; }\n")
    find_toolchain().compile(source, built)
    return built


class Maker:
    """Stands for the generator and the compiler, and counts their calls."""

    def __init__(self, library: Path, padding: int = 0) -> None:
        self.library, self.padding = library, padding
        self.generated = self.compiled = 0

    def make(self) -> tuple[str, dict[str, object]]:
        self.generated += 1
        return "int any(void);", {"layouts": [1, 2]}

    def compile(self, source: Path, library: Path) -> None:
        self.compiled += 1
        assert source.read_text() == "int any(void);"
        library.write_bytes(self.library.read_bytes() + bytes(self.padding))

    def obtain(self, digest: str, where: Path | None) -> cache.Entry:
        return cache.obtain(digest, self.make, self.compile, where=where)


def test_second_request_is_answered_without_generating_or_compiling(library: Path, tmp_path: Path) -> None:
    maker = Maker(library)
    first = maker.obtain(digest_of("a"), tmp_path)
    second = maker.obtain(digest_of("a"), tmp_path)
    assert (maker.generated, maker.compiled) == (1, 1)
    assert first == second
    assert second.notes == {"layouts": [1, 2]}
    assert second.source.read_text() == "int any(void);"
    assert second.library.read_bytes() == library.read_bytes()


def test_entry_that_is_wanted_anew_is_made_again_and_then_found(library: Path, tmp_path: Path) -> None:
    maker = Maker(library)
    first = maker.obtain(digest_of("a"), tmp_path)
    again = cache.obtain(digest_of("a"), maker.make, maker.compile, where=tmp_path, anew=True)
    assert maker.compiled == 2
    assert again == first
    maker.obtain(digest_of("a"), tmp_path)
    assert maker.compiled == 2


def test_two_requests_never_share_an_entry(library: Path, tmp_path: Path) -> None:
    maker = Maker(library)
    one, other = maker.obtain(digest_of("a"), tmp_path), maker.obtain(digest_of("b"), tmp_path)
    assert maker.compiled == 2
    assert one.library != other.library


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip_one_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    replace(file, bytes(content))


def replace(file: Path, content: bytes) -> None:
    """As another program would: a new file under the old name, since this process has the old one mapped."""
    file.unlink()
    file.write_bytes(content)


DAMAGES = {
    "library cut": lambda library, source, record: replace(library, library.read_bytes()[:1000]),
    "library empty": lambda library, source, record: replace(library, b""),
    "one bit of the library": lambda library, source, record: flip_one_bit(library),
    "foreign library": lambda library, source, record: replace(library, b"\x7fELF of another machine"),
    "library gone": lambda library, source, record: library.unlink(),
    "source gone": lambda library, source, record: source.unlink(),
    "record cut": lambda library, source, record: truncate(record),
    "record empty": lambda library, source, record: record.write_text(""),
    "record binary": lambda library, source, record: record.write_bytes(b"\xff\xfe\x00"),
    "record a list": lambda library, source, record: record.write_text("[1, 2]"),
    "record a number": lambda library, source, record: record.write_text("3"),
    "record without notes": lambda library, source, record: record.write_text(
        json.dumps({k: v for k, v in json.loads(record.read_text()).items() if k != "notes"})
    ),
    "record of another request": lambda library, source, record: record.write_text(
        record.read_text().replace(digest_of("a"), digest_of("b"))
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_entry_is_made_again_and_not_loaded(damage: str, library: Path, tmp_path: Path) -> None:
    maker = Maker(library)
    entry = maker.obtain(digest_of("a"), tmp_path)
    DAMAGES[damage](entry.library, entry.source, tmp_path / f"{digest_of('a')}.json")
    assert cache.recall(digest_of("a"), where=tmp_path) is None
    again = maker.obtain(digest_of("a"), tmp_path)
    assert maker.compiled == 2
    assert again.library.read_bytes() == library.read_bytes()
    assert cache.recall(digest_of("a"), where=tmp_path) == again


def test_folder_in_the_place_of_a_record_is_one_clear_sentence(library: Path, tmp_path: Path) -> None:
    (tmp_path / f"{digest_of('a')}.json").mkdir()
    with pytest.raises(cache.CacheError, match=r"^compiled networks can't be kept in .*: Is a directory$"):
        Maker(library).obtain(digest_of("a"), tmp_path)


def test_whole_library_that_can_not_be_loaded_is_made_again(library: Path, tmp_path: Path) -> None:
    maker, digest = Maker(library), digest_of("made on another machine")
    foreign = tmp_path / f"{digest}-0123456789abcdef.so"
    foreign.write_bytes(b"\x7fELF of another machine")
    (tmp_path / f"{digest}.c").write_text("int any(void);")
    noted = {"digest": digest, "library": foreign.name, "sha256": hashlib.sha256(foreign.read_bytes()).hexdigest()}
    (tmp_path / f"{digest}.json").write_text(json.dumps({**noted, "notes": {}}))
    assert maker.obtain(digest, tmp_path).library != foreign
    assert maker.compiled == 1


def test_record_copied_from_another_request_is_not_believed(library: Path, tmp_path: Path) -> None:
    maker, digest = Maker(library), digest_of("a")
    entry = maker.obtain(digest, tmp_path)
    (tmp_path / f"{digest_of('b')}.json").write_text((tmp_path / f"{digest}.json").read_text())
    (tmp_path / f"{digest_of('b')}.c").write_text("int other(void);")
    assert cache.recall(digest_of("b"), where=tmp_path) is None
    assert maker.obtain(digest_of("b"), tmp_path).library != entry.library


def test_library_evicted_after_it_was_handed_out_can_still_be_loaded(library: Path, tmp_path: Path) -> None:
    import ctypes

    entry = Maker(library).obtain(digest_of("evicted"), tmp_path)
    eviction.remove_all(tmp_path)
    assert not entry.library.exists()
    assert ctypes.CDLL(str(entry.library)).any() == 1


def test_library_replaced_by_other_content_gets_another_name(library: Path, tmp_path: Path) -> None:
    digest = digest_of("replaced")
    before = Maker(library).obtain(digest, tmp_path)
    (tmp_path / f"{digest}.json").unlink()
    after = Maker(library, padding=64).obtain(digest, tmp_path)
    assert after.library != before.library
    assert after.library.stat().st_size == before.library.stat().st_size + 64


def test_failure_of_the_compiler_leaves_nothing_behind_and_is_passed_on(library: Path, tmp_path: Path) -> None:
    def fail(source: Path, library: Path) -> None:
        library.write_bytes(b"half a libr")
        raise RuntimeError("refused")

    maker = Maker(library)
    with pytest.raises(RuntimeError, match=r"^refused$"):
        cache.obtain(digest_of("a"), maker.make, fail, where=tmp_path)
    assert [f.name for f in tmp_path.iterdir()] == [f"{digest_of('a')}.lock"]
    maker.obtain(digest_of("a"), tmp_path)
    assert maker.compiled == 1


def test_error_of_the_generator_is_not_taken_for_a_trouble_with_the_folder(library: Path, tmp_path: Path) -> None:
    def make() -> tuple[str, dict[str, object]]:
        raise FileNotFoundError("template")

    with pytest.raises(FileNotFoundError, match=r"^template$"):
        cache.obtain(digest_of("a"), make, Maker(library).compile, where=tmp_path)


KILLED = """
import os, signal, sys
from pathlib import Path
from eqneuro.build import cache

def compile_(source, library):
    library.write_bytes(b"half a libr")
    os.kill(os.getpid(), signal.SIGKILL)

cache.obtain(sys.argv[1], lambda: ("int any(void);", {}), compile_, where=Path(sys.argv[2]))
"""


def test_process_killed_in_the_middle_leaves_no_entry_and_no_lock(library: Path, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-P", "-c", KILLED, digest_of("a"), str(tmp_path)], check=False)
    assert done.returncode < 0
    assert cache.recall(digest_of("a"), where=tmp_path) is None
    assert Maker(library).obtain(digest_of("a"), tmp_path).library.is_file()
    (scratch,) = tmp_path.glob(f"{eviction.SCRATCH}*")
    long_ago = scratch.stat().st_mtime - 2 * eviction.ABANDONED
    for file in (scratch, tmp_path / eviction.NOTED):  # all is looked through once a day
        os.utime(file, (long_ago, long_ago))
    Maker(library).obtain(digest_of("b"), tmp_path)
    assert not scratch.exists()


def fill(tmp_path: Path, library: Path, sizes: list[int]) -> list[str]:
    """Entries of about these sizes, each used a minute after the one before."""
    digests = [digest_of(f"filled {k}") for k in range(len(sizes))]
    for k, (digest, size) in enumerate(zip(digests, sizes, strict=True)):
        Maker(library, padding=size).obtain(digest, tmp_path)
        used = 1e9 + 60.0 * k
        os.utime(tmp_path / f"{digest}.json", (used, used))
    return digests


def kept(tmp_path: Path, digests: list[str]) -> list[int]:
    return [k for k, digest in enumerate(digests) if cache.recall(digest, where=tmp_path) is not None]


def test_what_was_used_longest_ago_is_evicted_until_the_rest_fits(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = fill(tmp_path, library, [MIB] * 4)
    cache.recall(digests[0], where=tmp_path)  # used just now
    monkeypatch.setenv("EQNEURO_CACHE_LIMIT", "3.5")
    Maker(library, padding=MIB).obtain(digest_of("new"), tmp_path)
    assert kept(tmp_path, digests) == [0, 3]
    assert sum(f.stat().st_size for f in tmp_path.iterdir()) <= 3.5 * MIB
    assert not [f for f in tmp_path.iterdir() if f.name.startswith((digests[1], digests[2]))]


def test_entry_larger_than_the_limit_is_kept_while_it_is_the_newest(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EQNEURO_CACHE_LIMIT", "0")
    digests = fill(tmp_path, library, [1000, 1000])
    assert kept(tmp_path, digests) == [1]


def test_eviction_leaves_the_files_of_others_alone(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EQNEURO_CACHE_LIMIT", "0")
    for name in ("notes.json", "thesis.c", "f" * 63 + "g.so"):
        (tmp_path / name).write_text("mine")
    fill(tmp_path, library, [1000, 1000])
    eviction.remove_all(tmp_path)
    assert {f.name for f in tmp_path.iterdir()} == {"notes.json", "thesis.c", "f" * 63 + "g.so"}


def test_library_without_a_record_is_removed_only_when_it_is_old(library: Path, tmp_path: Path) -> None:
    old, new = (tmp_path / f"{digest_of(age)}-0123456789abcdef.so" for age in ("old", "new"))
    for file in (old, new):
        file.write_bytes(b"orphan")
    long_ago = new.stat().st_mtime - 2 * eviction.ABANDONED
    os.utime(old, (long_ago, long_ago))
    Maker(library).obtain(digest_of("a"), tmp_path)
    assert not old.exists()
    assert new.exists()


def test_networks_are_not_looked_through_while_they_are_known_to_fit(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, evict = [], eviction.evict

    def look(directory: Path, keep: str) -> int:
        looks.append(keep)
        return evict(directory, keep)

    monkeypatch.setattr(eviction, "evict", look)
    monkeypatch.setenv("EQNEURO_CACHE_LIMIT", "3.5")
    fill(tmp_path, library, [MIB] * 3)
    assert len(looks) == 1
    there = sum(f.stat().st_size for f in tmp_path.iterdir() if f.name != eviction.NOTED)
    assert int((tmp_path / eviction.NOTED).read_text()) == there
    fill(tmp_path, library, [MIB] * 4)  # three are there already
    assert len(looks) == 2


@pytest.mark.parametrize("text", ["lots", "-1", "nan", "1 GB"])
def test_limit_that_is_no_size_is_one_clear_sentence(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQNEURO_CACHE_LIMIT", text)
    with pytest.raises(ValueError, match=rf"^EQNEURO_CACHE_LIMIT='{text}' is not a number of MiB, such as 512$"):
        eviction.size_limit()


def test_limit_is_512_mib_unless_the_variable_says_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EQNEURO_CACHE_LIMIT", raising=False)
    assert eviction.size_limit() == 512 * MIB
    monkeypatch.setenv("EQNEURO_CACHE_LIMIT", "0.5")
    assert eviction.size_limit() == MIB / 2


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The cache of the user, empty, with nothing told about it yet."""
    monkeypatch.setenv("EQNEURO_CACHE_DIR", str(tmp_path / "cache"))
    fallback.private_folder.cache_clear()
    return tmp_path / "cache"


def test_cache_is_where_the_variable_says(shared: Path, library: Path) -> None:
    entry = Maker(library).obtain(digest_of("a"), None)
    assert entry.library.parent == shared / "networks"


def test_clear_removes_all_networks_and_says_how_many(shared: Path, library: Path) -> None:
    for name in "abc":
        Maker(library).obtain(digest_of(name), None)
    (shared / "zig").mkdir()
    assert cache.clear() == 3
    assert not (shared / "zig").exists()
    assert list((shared / "networks").iterdir()) == []
    assert cache.clear() == 0


def test_clear_of_a_cache_that_was_never_made_removes_nothing(shared: Path) -> None:
    assert cache.clear() == 0
    assert not shared.exists()


def test_cache_that_can_not_be_made_is_replaced_by_a_private_one_with_one_warning(shared: Path, library: Path) -> None:
    shared.write_text("a file where the folder should be")
    maker = Maker(library)
    with pytest.warns(RuntimeWarning, match="Set EQNEURO_CACHE_DIR to a folder that can be written to") as told:
        entry = maker.obtain(digest_of("a"), None)
    assert len(told) == 1
    assert "Not a directory" in str(told[0].message)
    assert shared not in entry.library.parents
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert maker.obtain(digest_of("a"), None) == entry
        maker.obtain(digest_of("b"), None)
    assert (maker.generated, maker.compiled) == (2, 2)


def test_file_system_that_lets_nothing_be_loaded_is_found_out_and_left(
    shared: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on one mounted noexec: all can be written, but the loader refuses."""
    load = cache._load

    def refuse(path: Path) -> None:
        if shared in path.parents:
            raise OSError(f"{path}: failed to map segment from shared object: Operation not permitted")
        load(path)

    monkeypatch.setattr(cache, "_load", refuse)
    maker = Maker(library)
    with pytest.warns(RuntimeWarning, match="failed to map segment"):
        entry = maker.obtain(digest_of("a"), None)
    assert entry.library.is_file()
    assert maker.generated == 1


def test_folder_asked_for_by_name_that_can_not_be_used_is_one_clear_sentence(library: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(cache.CacheError, match=r"^compiled networks can't be kept in .*/file/here: Not a directory$"):
        Maker(library).obtain(digest_of("a"), tmp_path / "file" / "here")


PRIVATE = """
import os, shutil, sys
from pathlib import Path
from eqneuro.build import cache
entry = cache.obtain(sys.argv[1], lambda: ("int any(void);", {}), lambda s, l: shutil.copy(sys.argv[2], l))
if os.fork() == 0:
    sys.exit(0)
os.wait()
print(entry.library, entry.library.is_file())
"""


def test_private_folder_is_removed_by_the_process_that_made_it(shared: Path, library: Path) -> None:
    shared.write_text("")
    command = [sys.executable, "-P", "-W", "ignore", "-c", PRIVATE, digest_of("a"), str(library)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert told[1] == "True"
    assert not Path(told[0]).parent.exists()


def test_cache_that_can_only_be_read_is_read(shared: Path, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = Maker(library)
    entry = maker.obtain(digest_of("a"), None)

    def refuse(*arguments: object, **named: object) -> None:
        raise PermissionError(13, "Permission denied")

    whole = tempfile.TemporaryFile

    def refuse_there(**named: Any) -> Any:
        return refuse() if Path(named["dir"]).is_relative_to(shared) else whole(**named)

    monkeypatch.setattr(os, "utime", refuse)
    monkeypatch.setattr("eqneuro.build.cache.tempfile.TemporaryFile", refuse_there)
    assert maker.obtain(digest_of("a"), None) == entry
    with pytest.warns(RuntimeWarning, match="Permission denied"):
        maker.obtain(digest_of("b"), None)


def test_file_system_without_locks_still_caches(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import filelock

    def refuse(self: object, *arguments: object, **named: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    maker = Maker(library)
    maker.obtain(digest_of("a"), tmp_path)
    maker.obtain(digest_of("a"), tmp_path)
    assert maker.compiled == 1


def test_relative_folder_stays_the_same_when_the_process_moves(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    entry = Maker(library).obtain(digest_of("a"), Path("compiled"))
    with contextlib.chdir("/"):
        assert entry.library.is_file()
    shutil.rmtree(tmp_path / "compiled")
