"""Templates as Python compiled them: kept with an installation, since it takes longer to compile them than to plan.

The file ``S-H.templates`` holds the code of all, where S stands for the versions of Python and jinja2 and for the
options, and H is the hash of the file itself. jinja2 takes the code of a template for that of the same source alone.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket


class TemplateCode(jinja2.BytecodeCache):
    """The code of templates by their names, wherever they lie: what was kept, and what this process compiled."""

    def __init__(self, kept: Mapping[str, bytes]) -> None:
        self.code = dict(kept)

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The name: an installation is moved to its place after templates are compiled."""
        return name

    def load_bytecode(self, bucket: Bucket) -> None:
        """Gives jinja2 the code, which it leaves alone where the source is another one."""
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Notes what jinja2 compiled."""
        self.code[bucket.key] = bucket.bytecode_to_string()


def read(folder: Path, options: Mapping[str, object]) -> dict[str, bytes]:
    """The code that fits; nothing where there is none, or none that is whole."""
    for file in folder.glob(f"{_stamp(options)}-*.templates"):
        try:
            content = file.read_bytes()
        except OSError:
            continue
        if file.stem == _name(content, options):
            found: dict[str, bytes] = marshal.loads(content)
            return found
    return {}


def write(folder: Path, options: Mapping[str, object], code: Mapping[str, bytes]) -> Path:
    """Keeps the code of templates, instead of what was there."""
    content = marshal.dumps(dict(sorted(code.items())))
    made = folder / f"{_name(content, options)}.templates"
    for old in folder.glob("*.templates"):
        old.unlink()
    scratch = made.with_suffix(".scratch")
    scratch.write_bytes(content)
    os.replace(scratch, made)
    return made


def _name(content: bytes, options: Mapping[str, object]) -> str:
    return f"{_stamp(options)}-{hashlib.sha256(content).hexdigest()}"


def _stamp(options: Mapping[str, object]) -> str:
    known = (sys.implementation.cache_tag, jinja2.__version__, sorted(options.items()))
    return hashlib.sha256(repr(known).encode()).hexdigest()
