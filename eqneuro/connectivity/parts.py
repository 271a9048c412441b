"""Rows shared out to threads. What is made of a row depends on the row alone, so that their number changes no bit."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

Made = TypeVar("Made")
Part = tuple[int, int]
"""Rows one after the other: the first, and the one behind the last."""

FEW = 256
"""Rows that are not worth another thread."""
PAIRS = 2**16
"""Pairs that are computed at once: their values fit into the cache of a core."""
AHEAD = 3
"""Parts for each thread that may be done before they are asked for."""


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


def in_turn(work: Callable[[Part], Made], parts: Sequence[Part], threads: int) -> Iterator[Made]:
    """``work(part)`` of each part in their order, some of them done ahead by other threads where there are several."""
    if min(threads, len(parts)) <= 1:
        yield from map(work, parts)
        return
    from concurrent.futures import Future, ThreadPoolExecutor

    waiting: deque[Future[Made]] = deque()
    pool = ThreadPoolExecutor(threads)
    try:
        for part in parts:
            waiting.append(pool.submit(work, part))
            if len(waiting) >= AHEAD * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
