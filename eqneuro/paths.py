"""Where eqneuro keeps files between runs, and where those are that came with it."""

from __future__ import annotations

import os
from pathlib import Path


def cache_directory() -> Path:
    """The folder of compiled networks and parser tables: ``EQNEURO_CACHE_DIR``, or the user's cache folder."""
    chosen = os.environ.get("EQNEURO_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("eqneuro", appauthor=False)


def installed_directory() -> Path:
    """The folder of what was compiled when eqneuro was installed: only read, since it may belong to somebody else."""
    return Path(__file__).with_name("installed")
