"""setuptools as build backend, with a C compiler from PyPI where the machine has none.

The two extension modules of eqneuro are C, so that its installation needs a compiler. This finds the one that Python
was built with, gcc, clang, cc, or that named by ``CC`` or ``EQNEURO_CC``; without any of these it asks pip for ziglang,
as one more build requirement. Whatever the compiler, the modules are for every CPU of the architecture.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403

ZIGLANG = "ziglang>=0.13"

PLAIN_FLAGS = "-O2 -g0 -DNDEBUG -fwrapv"
"""For a compiler that Python's own flags may not suit."""

BASELINE = "-mcpu=baseline"
"""zig makes code for the CPU it runs on, unless told not to."""

SHARED = "-shared -undefined dynamic_lookup" if sys.platform == "darwin" else "-shared"


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """setuptools' own, and ziglang where no compiler is found."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *_compiler_wanted()]


def get_requires_for_build_editable(config_settings: Any = None) -> list[str]:
    """As for a wheel."""
    return [*build_meta.get_requires_for_build_editable(config_settings), *_compiler_wanted()]


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """Builds the extension modules and the wheel."""
    with _compiler():
        return build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """Builds the extension modules in place."""
    with _compiler():
        return build_meta.build_editable(wheel_directory, config_settings, metadata_directory)


def _compiler_wanted() -> list[str]:
    return [] if _named() or _pythons_own() or _on_path() else [ZIGLANG]


def _named() -> str | None:
    """The compiler that the user asks for; if it is missing, the build says so."""
    return os.environ.get("CC", "").strip() or os.environ.get("EQNEURO_CC", "").strip() or None


def _pythons_own() -> bool:
    """Whether the compiler that Python was built with is here."""
    words = shlex.split(sysconfig.get_config_var("CC") or "")
    return bool(words) and shutil.which(words[0]) is not None


def _on_path() -> str | None:
    return next(filter(None, map(shutil.which, ("gcc", "clang", "cc"))), None)


@contextmanager
def _compiler() -> Iterator[None]:
    """Points setuptools at the compiler there is."""
    named, found = _named(), _on_path()
    if not named:
        os.environ.pop("CC", None)  # an empty one is taken for a name
    if named:
        os.environ["CC"] = named
        yield
    elif _pythons_own():
        yield
    elif found:
        _use(shlex.quote(found))
        yield
    else:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            for variable in ("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"):
                os.environ.setdefault(variable, scratch)
            _use(f"{shlex.quote(_zig())} cc {BASELINE}")
            yield


def _use(command: str) -> None:
    """Replaces Python's own compiler, and the flags that were meant for it."""
    known = sysconfig.get_config_vars()
    known.update({"CC": command, "CFLAGS": PLAIN_FLAGS, "CCSHARED": "-fPIC", "LDSHARED": f"{command} {SHARED}"})


def _zig() -> str:
    spec = importlib.util.find_spec("ziglang")
    if spec is None or spec.origin is None:
        raise SystemExit(f"no C compiler is found: install gcc or clang, or `pip install '{ZIGLANG}'`")
    return str(Path(spec.origin).with_name("zig"))
