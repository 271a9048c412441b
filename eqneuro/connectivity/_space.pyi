"""Pairs of neighbours: what the compiled module offers."""

import numpy as np
from numpy.typing import NDArray

Ranks = NDArray[np.uint32]
Places = NDArray[np.int64]
Values = NDArray[np.float64]

def list_boxes(
    first: int,
    last: int,
    low: Places,
    high: Places,
    centre: Values,
    places: Values,
    begin: Places,
    stride: Places,
    ranks: Ranks,
    squares: Values,
) -> None: ...
def keep(
    first: int,
    last: int,
    start: Places,
    threshold: float,
    column_of: Places,
    excluded: Places,
    ranks: Ranks,
    values: Values,
    counts: Places,
) -> int: ...
