"""Rows shared out to threads. What is made of a row depends on the row alone, so that their number changes no bit."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TypeVar

Made = TypeVar("Made")
FEW = 256
"""Rows that are not worth another thread."""


def edges(rows: int, threads: int) -> list[int]:
    """First rows of the parts, and the end."""
    parts = max(1, min(threads, rows // FEW))
    return [rows * part // parts for part in range(parts + 1)]


def in_parts(bounds: list[int], work: Callable[[int, int], Made]) -> list[Made]:
    """``work(first, last)`` of each part, side by side where there are several: it should let go of the interpreter."""
    parts = list(pairwise(bounds))
    if len(parts) == 1:
        return [work(*parts[0])]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(parts)) as pool:
        return list(pool.map(lambda part: work(*part), parts))
