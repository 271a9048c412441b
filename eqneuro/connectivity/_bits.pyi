"""Connections as a bit for each pair: what the compiled module offers."""

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint64]
Ranks = NDArray[np.uint32]
Places = NDArray[np.int64]
Targets = NDArray[np.uint16] | NDArray[np.uint32]

def draw_bits(numbers: Places, columns: int, excluded: Places, seed: int, stream: int, threads: int = 1) -> Bits: ...
def read_ranks(bits: Bits, row_start: Places, first: int, threads: int = 1) -> Ranks: ...
def rows_by_pre(
    bits: Bits,
    row_start: Places,
    first_post: int,
    columns: int,
    first_pre: int,
    pre_size: int,
    boundaries: Places,
    target: Targets,
    start: Places,
) -> None: ...
