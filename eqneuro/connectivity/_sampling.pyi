"""Rows of connections drawn by counters, and sorting by counting: what the compiled module offers."""

from collections.abc import Sequence
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

Ranks = NDArray[np.uint32]
Places = NDArray[np.int64]
Targets = NDArray[np.uint16] | NDArray[np.uint32]

def philox_words(counter: Sequence[int], key: Sequence[int]) -> tuple[int, int, int, int]: ...
def row_units(rows: int, seed: int, stream: int) -> NDArray[np.float64]: ...
def bernoulli_rows(
    rows: int, columns: int, probability: float, excluded: Places, seed: int, stream: int, threads: int = 1
) -> tuple[Places, Ranks]: ...
def dense_rows(rows: int, columns: int, excluded: Places, threads: int = 1) -> tuple[Places, Ranks]: ...
@overload
def fixed_rows(
    numbers: Places,
    columns: int,
    excluded: Places,
    seed: int,
    stream: int,
    threads: int = 1,
    narrow: Literal[False] = False,
) -> tuple[Places, Ranks]: ...
@overload
def fixed_rows(
    numbers: Places, columns: int, excluded: Places, seed: int, stream: int, threads: int, narrow: bool
) -> tuple[Places, Targets]: ...
def accept_pairs(
    probability: NDArray[np.float64],
    row_rank: Ranks,
    column_rank: Ranks,
    seed: int,
    stream: int,
    accepted: NDArray[np.uint8],
) -> int: ...
def columns_of(marked: NDArray[np.uint8]) -> tuple[Ranks, Places]: ...
def rows_by_pre(
    row_start: Places,
    pre: Ranks,
    post_rank: Ranks,
    pre_size: int,
    boundaries: Places,
    target: Targets,
    start: Places,
    along: Ranks | Places | Targets,
    values: Ranks | Places | Targets,
) -> None: ...
def sort_by_delay(
    start: Places,
    target: Targets,
    along: Ranks | Places | Targets,
    delay: Targets,
    shortest: int,
    longest: int,
    part_start: Ranks,
    threads: int = 1,
) -> None: ...
