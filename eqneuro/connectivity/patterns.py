"""Patterns of connections: one function each, from sizes and a seed to rows of ranks.

A pattern gets the chosen pre- and post-synaptic ranks (all of a population, or those of a view) and gives a
`Connectivity`. Random ones draw row by row with counters, so that threads and the rest of the network change nothing.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from eqneuro.connectivity.drawn import draw_numbers, draw_pairs, draw_turned, pays_as_bits
from eqneuro.connectivity.matrix import Connectivity, Places, Ranks, from_rows
from eqneuro.connectivity.memory import bytes_of_ranks, check_room


@dataclass(frozen=True)
class Ends:
    """The sides of a projection: chosen ranks, ascending; the populations' sizes; whether they are the same one.

    So many threads may draw their connections.
    """

    pre: Ranks
    post: Ranks
    pre_size: int
    post_size: int
    same: bool
    threads: int = 1

    def excluded(self, allow_self_connections: bool) -> Places:
        """For each post-synaptic row the column of the neuron itself, −1 where that is allowed or absent."""
        excluded = np.full(len(self.post), -1, dtype=np.int64)
        if self.same and not allow_self_connections:
            _, place, row = np.intersect1d(self.pre, self.post, assume_unique=True, return_indices=True)
            excluded[row] = place
        return excluded

    def check_room(self, synapses: float, pattern: str) -> None:
        """Refuses more synapses than there is memory for.

        Raises
        ------
        MemoryError
            With what they need and what is free.
        """
        what = f"{synapses:,.0f} synapses of {pattern} ({len(self.pre):,} × {len(self.post):,} neurons)"
        check_room(synapses * bytes_of_ranks(self.pre_size, self.post_size), what)


def one_to_one(ends: Ends) -> Connectivity:
    """The k-th pre-synaptic neuron to the k-th post-synaptic one; the longer side's last ones stay without.

    Warns
    -----
    UserWarning
        If the two sides differ in length.
    """
    count = min(len(ends.pre), len(ends.post))
    if len(ends.pre) != len(ends.post):
        sizes = f"{len(ends.pre)} pre- and {len(ends.post)} post-synaptic neurons"
        warnings.warn(f"one_to_one of {sizes} connects the first {count}", stacklevel=4)
    columns = np.arange(count, dtype=np.uint32)
    starts = np.arange(count + 1, dtype=np.int64)
    return from_rows(starts, columns, ends.pre, ends.post[:count], ends.pre_size, ends.post_size)


def all_to_all(ends: Ends, allow_self_connections: bool) -> Connectivity:
    """Every pair."""
    from eqneuro.connectivity import _sampling

    ends.check_room(float(len(ends.pre)) * len(ends.post), "all_to_all")
    excluded = ends.excluded(allow_self_connections)
    starts, columns = _sampling.dense_rows(len(ends.post), len(ends.pre), excluded, ends.threads)
    return from_rows(starts, columns, ends.pre, ends.post, ends.pre_size, ends.post_size)


def fixed_probability(
    ends: Ends, probability: float, allow_self_connections: bool, seed: int, stream: int
) -> Connectivity:
    """Each pair with the same probability, independently."""
    from eqneuro.connectivity import _sampling

    if not 0.0 <= probability <= 1.0:
        raise ValueError(f"probability must be between 0 and 1, not {probability}")
    ends.check_room(float(len(ends.pre)) * len(ends.post) * probability, "fixed_probability")
    excluded = ends.excluded(allow_self_connections)
    rows, count = len(ends.post), len(ends.pre)
    if 0.0 < probability < 1.0 and pays_as_bits(ends.pre, ends.post, rows * count * probability):
        sizes = (ends.pre_size, ends.post_size)
        return draw_pairs(ends.pre, ends.post, sizes, probability, excluded, seed, stream, ends.threads)
    starts, columns = _sampling.bernoulli_rows(rows, count, probability, excluded, seed, stream, ends.threads)
    return from_rows(starts, columns, ends.pre, ends.post, ends.pre_size, ends.post_size)


def fixed_number_pre(ends: Ends, number: int, allow_self_connections: bool, seed: int, stream: int) -> Connectivity:
    """Each post-synaptic neuron gets ``number`` different pre-synaptic ones."""
    excluded = ends.excluded(allow_self_connections)
    _check_number(number, len(ends.pre) - int((excluded >= 0).any()), "pre-synaptic")
    ends.check_room(float(number) * len(ends.post), "fixed_number_pre")
    sizes = (ends.pre_size, ends.post_size)
    return draw_numbers(ends.pre, ends.post, sizes, int(number), excluded, seed, stream, ends.threads)


def fixed_number_post(ends: Ends, number: int, allow_self_connections: bool, seed: int, stream: int) -> Connectivity:
    """Each pre-synaptic neuron gets ``number`` different post-synaptic ones."""
    turned = Ends(ends.post, ends.pre, ends.post_size, ends.pre_size, ends.same, ends.threads)
    excluded = turned.excluded(allow_self_connections)
    _check_number(number, len(ends.post) - int((excluded >= 0).any()), "post-synaptic")
    ends.check_room(float(number) * len(ends.pre), "fixed_number_post")
    numbers = np.full(len(ends.pre), number, dtype=np.int64)
    starts, columns = draw_turned(numbers, len(ends.post), excluded, seed, stream, ends.threads)
    return from_rows(starts, columns, ends.pre, ends.post, ends.pre_size, ends.post_size)


def _check_number(number: int, available: int, side: str) -> None:
    if not (isinstance(number, int | np.integer) and 0 <= number <= available):
        raise ValueError(f"number must be a whole number from 0 to {available} {side} neurons, not {number!r}")
