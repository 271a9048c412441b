"""Synapses in files: ``.npz`` for eqneuro, ``.csv`` for everyone."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.lists import Synapses, check_chosen, from_table
from eqneuro.connectivity.matrix import Connectivity
from eqneuro.connectivity.patterns import Ends

ARRAYS = ("sizes", "post_ranks", "row_start", "pre_ranks", "w", "delay")
"""What a .npz file holds; ``sizes`` are those of the two populations, ``delay`` is in ms."""
COLUMNS = ("pre", "post", "w", "d")
UNREADABLE = (OSError, ValueError, KeyError, EOFError, AttributeError, TypeError, zipfile.BadZipFile, zlib.error)
"""What numpy raises for a file of another kind: one that holds a single array gives AttributeError or TypeError."""
BLOCK = 100_000
"""Lines of a .csv file that are written at once."""


def save_synapses(filename: str | os.PathLike[str], synapses: Synapses) -> None:
    """Writes synapses; the file is complete or, if anything fails, what it was before.

    Raises
    ------
    ValueError
        If the name ends in neither ``.npz`` nor ``.csv``.
    """
    path = Path(filename)
    write = {".npz": _write_arrays, ".csv": _write_table}[_suffix(path)]
    with _replaced(path) as temporary:
        write(temporary, synapses)


def load_synapses(filename: str | os.PathLike[str], ends: Ends) -> Synapses:
    """Reads synapses.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it holds anything but synapses of populations of these sizes.
    """
    path = Path(filename)
    read = {".npz": _read_arrays, ".csv": _read_table}[_suffix(path)]
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {str(path)!r} to connect from")
    try:
        return read(path, ends)
    except ValueError as error:
        raise ValueError(f"file {str(path)!r}: {error}") from None


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in (".npz", ".csv"):
        raise ValueError(f"synapses are kept in .npz or .csv files, not in {str(path)!r}")
    return suffix


@contextmanager
def _replaced(path: Path) -> Iterator[Path]:
    """A file beside the wanted one that takes its place once it is written."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _write_arrays(path: Path, synapses: Synapses) -> None:
    found = synapses.connectivity
    with path.open("wb") as file:
        np.savez(
            file,
            sizes=np.array([found.pre_size, found.post_size]),
            post_ranks=found.post_ranks,
            row_start=found.row_start,
            pre_ranks=found.pre_ranks,
            w=np.asarray(synapses.weights),
            delay=np.asarray(synapses.delays),
        )


def _read_arrays(path: Path, ends: Ends) -> Synapses:
    with path.open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as stored:
                held: dict[str, NDArray[Any]] = {name: stored[name] for name in ARRAYS}
        except UNREADABLE:
            names = ", ".join(ARRAYS)
            raise ValueError(f"it was not written by save_connectivity: the arrays {names} are expected") from None
    sizes, starts, count = held["sizes"], held["row_start"], held["pre_ranks"].size
    if sizes.tolist() != [ends.pre_size, ends.post_size]:
        there = " and ".join(map(str, sizes.ravel()))
        raise ValueError(
            f"it connects populations of {there} neurons; those here have {ends.pre_size} and {ends.post_size}"
        )
    are_ranks = all(held[name].dtype.kind in "iu" and held[name].ndim == 1 for name in ARRAYS[1:4])
    if not are_ranks or len(starts) != len(held["post_ranks"]) + 1 or (starts[0], starts[-1]) != (0, count):
        raise ValueError("row_start doesn't say where the rows of pre_ranks begin")
    if (np.diff(starts.astype(np.int64)) < 0).any():
        raise ValueError("row_start doesn't say where the rows of pre_ranks begin")
    for name in ("w", "delay"):
        _check_numbers(held[name], count, name)
    return _as_synapses(held, ends)


def _as_synapses(held: dict[str, NDArray[Any]], ends: Ends) -> Synapses:
    """The arrays as they are where they are in order, which those of `save_synapses` are; others are sorted."""
    post, starts, pre = held["post_ranks"], held["row_start"].astype(np.int64), held["pre_ranks"]
    w, delay = (v if v.ndim else float(v) for v in (held["w"], held["delay"]))
    ascending = pre[1:] > pre[:-1]
    ascending[starts[1:-1][starts[1:-1] < len(pre)] - 1] = True
    if not (ascending.all() and (post[1:] > post[:-1]).all() and (starts[1:] > starts[:-1]).all()):
        return from_table(np.repeat(post, np.diff(starts)).astype(np.int64), pre.astype(np.int64), w, delay, ends)
    check_chosen(post, "post", ends.post, ends.post_size)
    check_chosen(pre, "pre", ends.pre, ends.pre_size)
    found = Connectivity(post.astype(np.uint32), starts, pre.astype(np.uint32), ends.pre_size, ends.post_size)
    return Synapses(found, w, delay)


def _check_numbers(values: NDArray[Any], count: int, name: str) -> None:
    if values.dtype.kind not in "iuf" or values.ndim > 1 or (values.ndim == 1 and len(values) != count):
        raise ValueError(f"{name} must be one number or {count}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must be finite")
    if name in ("d", "delay") and (values < 0.0).any():
        raise ValueError(f"{name} must not be negative")


def _write_table(path: Path, synapses: Synapses) -> None:
    found = synapses.connectivity
    weights = np.broadcast_to(np.asarray(synapses.weights, dtype=np.float64), (found.synapses,))
    delays = np.broadcast_to(np.asarray(synapses.delays, dtype=np.float64), (found.synapses,))
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(COLUMNS) + "\n")
        for first in range(0, found.synapses, BLOCK):
            part = slice(first, first + BLOCK)
            rows = np.searchsorted(found.row_start, np.arange(first, min(first + BLOCK, found.synapses)), side="right")
            posts = found.post_ranks[rows - 1]
            columns = (found.pre_ranks[part], posts, weights[part], delays[part])
            lines = (f"{i},{j},{w!r},{d!r}\n" for i, j, w, d in zip(*(c.tolist() for c in columns), strict=True))
            file.writelines(lines)


def _read_table(path: Path, ends: Ends) -> Synapses:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        header = [name.strip(' \r\n"') for name in file.readline().split(",")]
        missing = [name for name in COLUMNS[:3] if name not in header]
        if missing:
            raise ValueError(
                f"its first line must name the columns {','.join(COLUMNS)}, and lacks {', '.join(missing)}"
            )
        lines = (line for line in file if line.strip())
        first = next(lines, None)
        table = np.empty((0, len(header)))
        if first is not None:
            try:
                table = np.loadtxt(chain([first], lines), delimiter=",", ndmin=2)
            except ValueError as error:
                raise ValueError(f"it is not a table of numbers ({error})") from None
    if table.shape[1] != len(header):
        raise ValueError(f"it has {table.shape[1]} columns where {len(header)} are named")
    columns = {name: table[:, k] for k, name in enumerate(header)}
    for name in ("pre", "post"):
        ranks = columns[name]
        if not (np.isfinite(ranks).all() and (ranks == np.floor(ranks)).all()):
            raise ValueError(f"{name} must be ranks, which are whole numbers")
    delays = columns.get("d", np.zeros(len(table)))
    for name, values in (("w", columns["w"]), ("d", delays)):
        _check_numbers(values, len(table), name)
    return from_table(columns["post"].astype(np.int64), columns["pre"].astype(np.int64), columns["w"], delays, ends)
