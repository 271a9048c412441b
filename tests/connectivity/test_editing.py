"""Synapses added to a connectivity and taken out of it, compared with sets of pairs."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from eqneuro.connectivity.editing import Edit, add_synapses, find_places, free_pairs, remove_synapses
from eqneuro.connectivity.matrix import Connectivity
from eqneuro.connectivity.patterns import Ends

PRE, POST = 5, 4
PAIRS = st.sets(st.tuples(st.integers(0, POST - 1), st.integers(0, PRE - 1)))
"""(post, pre)"""


def connectivity(pairs: set[tuple[int, int]]) -> Connectivity:
    posts, lengths = np.unique([post for post, _ in pairs], return_counts=True)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    ranks = np.array([pre for _, pre in sorted(pairs)], dtype=np.uint32)
    return Connectivity(posts.astype(np.uint32), starts, ranks, PRE, POST)


def columns(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def check(edit: Edit, before: set[tuple[int, int]], added: list[tuple[int, int]], after: set[tuple[int, int]]) -> None:
    expected = connectivity(after)
    for name in ("post_ranks", "row_start", "pre_ranks"):
        found = getattr(edit.after, name)
        np.testing.assert_array_equal(found, getattr(expected, name))
        assert found.dtype == getattr(expected, name).dtype
    pairs = [*sorted(before), *added]
    assert [pairs[place] for place in edit.origin] == sorted(after)
    rows = sorted({post for post, _ in before})
    assert [rows[k] if k >= 0 else None for k in edit.row_origin] == [
        post if post in rows else None for post in sorted({post for post, _ in after})
    ]
    codes = np.array([10.0 * post + pre for post, pre in pairs])
    values = edit.arrange(codes[: len(before)], codes[len(before) :])
    np.testing.assert_array_equal(values, [10.0 * post + pre for post, pre in sorted(after)])


@given(before=PAIRS, wanted=PAIRS, seed=st.integers(0, 9))
@settings(deadline=None)
def test_synapses_are_added_in_any_order(before: set[tuple[int, int]], wanted: set[tuple[int, int]], seed: int) -> None:
    added = sorted(wanted - before)
    np.random.default_rng(seed).shuffle(added)
    added = [(int(post), int(pre)) for post, pre in added]
    check(add_synapses(connectivity(before), *columns(added)), before, added, before | set(added))


@given(before=PAIRS, wanted=PAIRS, seed=st.integers(0, 9))
@settings(deadline=None)
def test_synapses_are_found_and_removed(before: set[tuple[int, int]], wanted: set[tuple[int, int]], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(sorted(wanted)).reshape(-1, 2).astype(np.int64)
    places = find_places(connectivity(before), order[:, 0], order[:, 1])
    known = sorted(before)
    assert [known[k] if k >= 0 else None for k in places] == [
        pair if pair in before else None for pair in map(tuple, order.tolist())
    ]
    check(remove_synapses(connectivity(before), places[places >= 0]), before, [], before - wanted)


@given(
    pairs=PAIRS,
    pre=st.sets(st.integers(0, PRE - 1)),
    post=st.sets(st.integers(0, POST - 1), min_size=1),
    same=st.booleans(),
    data=st.data(),
)
@settings(deadline=None)
def test_free_pairs_are_those_of_the_chosen_neurons_without_synapse(
    pairs: set[tuple[int, int]], pre: set[int], post: set[int], same: bool, data: st.DataObject
) -> None:
    rows, cols = sorted(post), sorted(pre)
    ends = Ends(np.array(cols, dtype=np.uint32), np.array(rows, dtype=np.uint32), PRE, POST, same)
    first = data.draw(st.integers(0, len(rows) - 1))
    last = data.draw(st.integers(first + 1, len(rows)))
    free = free_pairs(connectivity(pairs), ends, first, last)
    assert free.shape == (last - first, len(cols))
    for place, j in enumerate(rows[first:last]):
        assert free[place].tolist() == [(j, i) not in pairs and not (same and i == j) for i in cols]
