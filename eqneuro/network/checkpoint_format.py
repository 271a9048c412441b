"""Files of saved networks: a header in JSON and named arrays, in NumPy's or HDF5's format, without pickle."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

FORMAT, VERSION = "eqneuro checkpoint", 1
HEADER = "header"
HDF5_SUFFIXES = (".h5", ".hdf5")
COMPRESSION = 1
"""The quickest level: numbers of a simulation hardly shrink more at the others."""
MEMORY = 64 * 1024 * 1024
"""Up to so many bytes a file of gzip is unpacked in memory, else on disk."""
SIGNATURES = {b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"\x1f\x8b": "gzip", b"\x89HDF": "hdf5"}
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, OSError, NotImplementedError)
"""What reading a damaged file may raise."""

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Part:
    """One object of a file: what the header says of it, and its arrays by name. ``filename`` is for messages."""

    filename: str
    header: dict[str, Any]
    arrays: Arrays

    def refuse(self, reason: str) -> NoReturn:
        """Says that the file does not fit.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError(f"{self.filename!r} can't be loaded: {reason}")

    def array(self, name: str, kinds: str, *shapes: tuple[int | None, ...]) -> NDArray[Any]:
        """An array that must be there, of one of the kinds of numbers (``"f"``, ``"iu"``) and of the shapes.

        Raises
        ------
        ValueError
            If it is not, as in a file that was not written by eqneuro.
        """
        found = self.arrays.get(name)
        if found is None:
            self.refuse(f"{name!r} is missing in it")
        fits = any(_matches(found.shape, shape) for shape in shapes)
        if found.dtype.kind not in kinds or not fits:
            self.refuse(f"{name!r} in it has the shape {found.shape} and the type {found.dtype}, which can't be")
        return found

    def below(self, prefix: str) -> dict[str, str]:
        """Names of arrays below a name: ``{"v": "attributes/v"}``."""
        start = prefix + "/"
        return {decoded(name[len(start) :]): name for name in self.arrays if name.startswith(start)}


def _matches(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(w is None or w == s for s, w in zip(shape, wanted, strict=True))


def encoded(name: str) -> str:
    """A name as a piece of a path in a file, which is divided by strokes."""
    return re.sub(r"[%/\\\x00-\x1f]", lambda found: f"%{ord(found[0]):02X}", name) or "%"


def decoded(piece: str) -> str:
    """The name that a piece of a path stands for."""
    return "" if piece == "%" else re.sub("%([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), piece)


# -- writing ----------------------------------------------------------------------------------------------------------


def write_file(filename: str | os.PathLike[str], header: Mapping[str, Any], arrays: Arrays) -> None:
    """Writes a file, with the folders above it; one that is there already is replaced when the new one is complete.

    ``.npz`` is compressed, ``.gz`` too (as one stream), ``.h5`` and ``.hdf5`` need h5py, and every other suffix means
    an ``.npz`` that is not compressed.
    """
    path = Path(filename)
    text = json.dumps({"format": FORMAT, "version": VERSION, **header})
    write = _write_hdf5 if path.suffix.lower() in HDF5_SUFFIXES else _write_numpy
    if write is _write_hdf5:
        _h5py(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _replacing(path) as target:
        write(target, path.suffix.lower(), text, arrays)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A file beside another that takes its place at the end, or vanishes if anything goes wrong."""
    temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


class _Forward:
    """A stream that zip files are written to without going back."""

    def __init__(self, stream: Any) -> None:
        self.write = stream.write
        self.flush = stream.flush


def _write_numpy(path: Path, suffix: str, header: str, arrays: Arrays) -> None:
    if suffix == ".gz":
        with gzip.open(path, "wb", compresslevel=COMPRESSION) as stream:
            _write_zip(_Forward(stream), zipfile.ZIP_STORED, header, arrays)
    else:
        with open(path, "wb") as file:
            _write_zip(file, zipfile.ZIP_DEFLATED if suffix == ".npz" else zipfile.ZIP_STORED, header, arrays)


def _write_zip(stream: Any, compression: int, header: str, arrays: Arrays) -> None:
    with zipfile.ZipFile(stream, "w", compression, compresslevel=COMPRESSION) as archive:
        for name, array in {HEADER: np.array(header), **arrays}.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asanyarray(array), allow_pickle=False)


def _write_hdf5(path: Path, suffix: str, header: str, arrays: Arrays) -> None:
    with _h5py(path).File(path, "w") as file:
        file[HEADER] = header
        for name, array in arrays.items():
            options = {"compression": "gzip", "compression_opts": COMPRESSION} if array.size > 1024 else {}
            file.create_dataset(name, data=array, **options)


def _h5py(path: Path) -> Any:
    try:
        import h5py
    except ImportError:
        raise ImportError(f"{str(path)!r} needs h5py: `pip install h5py`, or choose a name with .npz") from None
    return h5py


# -- reading ----------------------------------------------------------------------------------------------------------


def read_file(filename: str | os.PathLike[str], wanted: Callable[[str], bool]) -> tuple[dict[str, Any], Arrays]:
    """The header of a file, and its arrays with the names that are wanted; which kind of file it is, its bytes say.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no saved network, a later version of one, or damaged.
    """
    path = Path(filename)
    if not path.exists():
        raise FileNotFoundError(f"there is no file {str(path)!r} to load")
    try:
        with ExitStack() as opened:
            file = opened.enter_context(open(path, "rb"))
            names, read = {"zip": _open_zip, "gzip": _open_gzip, "hdf5": _open_hdf5}[_kind(file)](file, path, opened)
            header = _read_header(path, read(HEADER) if HEADER in names else None)
            return header, {name: read(name) for name in names if name != HEADER and wanted(name)}
    except _ForeignError as error:
        raise ValueError(str(error)) from None
    except (IsADirectoryError, PermissionError, ImportError):
        raise
    except DAMAGE as error:
        raise ValueError(f"{str(path)!r} is damaged or incomplete: {error}") from error


class _ForeignError(Exception):
    """The file holds something else."""


def _kind(file: IO[bytes]) -> str:
    start = file.read(4)
    file.seek(0)
    for signature, kind in SIGNATURES.items():
        if start.startswith(signature):
            return kind
    raise _ForeignError(f"{file.name!r} was not written by save(): it is no NumPy or HDF5 file, or it is damaged")


Reader = tuple[list[str], Callable[[str], Any]]


def _open_zip(file: Any, path: Path, opened: ExitStack) -> Reader:
    archive = opened.enter_context(zipfile.ZipFile(file))

    def read(name: str) -> Any:
        with archive.open(f"{name}.npy") as entry:
            return np.lib.format.read_array(entry, allow_pickle=False)

    return [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")], read


def _open_gzip(file: Any, path: Path, opened: ExitStack) -> Reader:
    unpacked = opened.enter_context(tempfile.SpooledTemporaryFile(MEMORY))  # noqa: SIM115
    with gzip.open(file) as stream:
        shutil.copyfileobj(stream, unpacked, 1024 * 1024)
    unpacked.seek(0)
    if not zipfile.is_zipfile(unpacked):
        raise _ForeignError(f"{str(path)!r} was not written by save(): what gzip packed is no NumPy file")
    return _open_zip(unpacked, path, opened)


def _open_hdf5(file: Any, path: Path, opened: ExitStack) -> Reader:
    h5py = _h5py(path)
    archive = opened.enter_context(h5py.File(file, "r"))
    names: list[str] = []
    archive.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
    return names, lambda name: archive[name].asstr()[()] if name == HEADER else archive[name][()]


def _read_header(path: Path, found: Any) -> dict[str, Any]:
    """The header, checked to be that of a file of ours."""
    try:
        header = json.loads(str(found)) if found is not None and np.ndim(found) == 0 else None
    except ValueError:
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise _ForeignError(f"{str(path)!r} was not written by save(): it holds something else")
    if header.get("version") != VERSION:
        writer = header.get("written_by", "another version")
        raise _ForeignError(
            f"{str(path)!r} has the format {header.get('version')} of eqneuro {writer}; this version reads {VERSION}"
        )
    return header
