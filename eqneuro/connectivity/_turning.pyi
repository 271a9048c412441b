"""Synapses seen from the other side: what the compiled module offers."""

import numpy as np
from numpy.typing import NDArray

Ranks = NDArray[np.uint32]
Places = NDArray[np.int64]
Targets = NDArray[np.uint16] | NDArray[np.uint32]

MANY: int

def transpose(row_start: Places, ranks: Targets, columns: int, threads: int = 1) -> tuple[Places, Ranks]: ...
def starts_by_post(row_start: Places, post_rank: Ranks, post_size: int) -> Places: ...
def slots_by_post(position: Ranks | Places, threads: int = 1) -> Ranks: ...
