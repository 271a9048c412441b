"""``eqneuro cache``: what compiled networks take, and how to be rid of them."""

from __future__ import annotations

from datetime import datetime

from eqneuro.build import cache, eviction
from eqneuro.cli.messages import UsageError, columns, megabytes


def describe() -> str:
    """The folder, the number of networks, their size and the limit."""
    held = eviction.held(cache.folder())
    used = [entry.used for entry in held if entry.used is not None]
    rows = [
        ("folder", str(cache.folder())),
        ("networks", f"{len(used):,}"),
        ("size", f"{megabytes(sum(entry.size for entry in held))} of at most {megabytes(size_limit())}"),
    ]
    if used:
        rows.append(("last used", f"{_moment(min(used))} to {_moment(max(used))}"))
    return columns(rows, indent="")


def clear() -> str:
    """Removes all networks; says how many and what they took."""
    size = sum(entry.size for entry in eviction.held(cache.folder()))
    number = cache.clear()
    return f"{number:,} compiled network{'s' * (number != 1)} removed, {megabytes(size)}"


def size_limit() -> float:
    """Bytes that compiled networks may take."""
    try:
        return eviction.size_limit()
    except ValueError as trouble:
        raise UsageError(str(trouble)) from None


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"
