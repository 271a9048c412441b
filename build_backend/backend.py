"""setuptools as build backend, with a C compiler from PyPI where the machine has none."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403


def _has_compiler() -> bool:
    wanted = os.environ.get("CC")
    if wanted:
        return shutil.which(shlex.split(wanted)[0]) is not None
    return any(shutil.which(name) for name in ("gcc", "clang", "cc"))


def _prepare() -> None:
    """Points setuptools at the compiler there is."""
    if _has_compiler():
        if not os.environ.get("CC") and not shutil.which("gcc") and not shutil.which("cc"):
            os.environ["CC"] = "clang"
            os.environ["LDSHARED"] = "clang -shared"
        return
    compiler = f"{shlex.quote(sys.executable)} -m ziglang cc"
    os.environ["CC"] = compiler
    os.environ["LDSHARED"] = f"{compiler} -shared"


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """setuptools' own, and ziglang where no compiler is found."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *([] if _has_compiler() else ["ziglang>=0.13"])]


def get_requires_for_build_editable(config_settings: Any = None) -> list[str]:
    """As for a wheel."""
    return [
        *build_meta.get_requires_for_build_editable(config_settings),
        *([] if _has_compiler() else ["ziglang>=0.13"]),
    ]


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """Builds the extension modules and the wheel."""
    _prepare()
    return build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """Builds the extension modules in place."""
    _prepare()
    return build_meta.build_editable(wheel_directory, config_settings, metadata_directory)
