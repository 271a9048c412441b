"""A folder for compiled networks where the shared one can't be used: private, and gone when the process ends."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from functools import cache
from pathlib import Path


@cache
def private_folder(instead_of: Path, reason: str) -> Path:
    """The folder; warns that nothing is kept, once for every folder and reason.

    Parameters
    ----------
    instead_of
        The folder that can't be used.
    reason
        Why not.
    """
    warnings.warn(
        f"compiled networks can't be kept in {instead_of} ({reason}): they will be compiled again in every run. "
        "Set EQNEURO_CACHE_DIR to a folder that can be written to.",
        RuntimeWarning,
        stacklevel=4,
    )
    return silent_folder()


@cache
def silent_folder() -> Path:
    """One for a process and those forked from it; the process that made it removes it."""
    made, owner = Path(tempfile.mkdtemp(prefix="eqneuro-")), os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(made, ignore_errors=True)

    atexit.register(remove)
    return made
