"""The rows for spikes against a brute-force search, and the rows that the user sees."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from eqneuro.connectivity.matrix import Connectivity, SpikeRows, from_rows, spike_rows, spike_rows_with

RNG = np.random.default_rng(0)


def connectivity(pairs: np.ndarray) -> Connectivity:
    """From a matrix of shape (post, pre) that is True where there is a synapse."""
    post, pre = pairs.shape
    starts = np.concatenate([[0], np.cumsum(pairs.sum(axis=1))]).astype(np.int64)
    columns = np.nonzero(pairs)[1].astype(np.uint32)
    return from_rows(starts, columns, np.arange(pre, dtype=np.uint32), np.arange(post, dtype=np.uint32), pre, post)


def brute_force(found: Connectivity, boundaries: np.ndarray, delays: int | np.ndarray) -> list[list[tuple]]:
    """For each range and pre-synaptic neuron its synapses as (delay, target, place in the user's order), sorted."""
    posts = found.post_ranks[found.rows()]
    late = np.broadcast_to(delays, found.synapses)
    return [
        sorted(
            (int(late[s]), int(posts[s]), s)
            for s in range(found.synapses)
            if boundaries[r] <= posts[s] < boundaries[r + 1] and found.pre_ranks[s] == pre
        )
        for r in range(len(boundaries) - 1)
        for pre in range(found.pre_size)
    ]


def as_lists(rows: SpikeRows) -> list[list[tuple]]:
    """The same from `SpikeRows` with positions, the delays read off ``part_start``."""
    lists = []
    width = rows.longest - rows.shortest + 2
    for row in range(len(rows.start) - 1):
        first, last = rows.start[row], rows.start[row + 1]
        if rows.part_start is None:
            late = [rows.shortest] * (last - first)
        else:
            part = rows.part_start[row * width : (row + 1) * width].astype(int)
            assert part[0] == 0
            assert part[-1] == last - first
            late = np.repeat(np.arange(rows.shortest, rows.longest + 1), np.diff(part)).tolist()
        lists.append(list(zip(late, rows.target[first:last].tolist(), rows.position[first:last].tolist(), strict=True)))
    return lists


@st.composite
def cases(draw):
    post, pre = draw(st.integers(1, 9)), draw(st.integers(1, 7))
    pairs = np.array(draw(st.lists(st.booleans(), min_size=post * pre, max_size=post * pre))).reshape(post, pre)
    cuts = sorted(draw(st.lists(st.integers(0, post), max_size=3)))
    found = connectivity(pairs)
    constant = draw(st.booleans())
    some = st.integers(1, 6)
    count = found.synapses
    delays = draw(some) if constant else np.array(draw(st.lists(some, min_size=count, max_size=count)), dtype=np.uint32)
    return found, np.array([0, *cuts, post], dtype=np.int64), delays


@settings(max_examples=200, deadline=None)
@given(case=cases())
def test_rows_for_spikes_hold_each_synapse_by_range_pre_neuron_and_delay(case):
    found, boundaries, delays = case
    rows = spike_rows(found, boundaries, delays, keep_position=True)
    assert as_lists(rows) == brute_force(found, boundaries, delays)
    late = np.broadcast_to(delays, found.synapses)
    if found.synapses:
        assert (rows.shortest, rows.longest) == (late.min(), late.max())


@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_without_positions_the_rows_are_the_same(case):
    found, boundaries, delays = case
    with_positions = spike_rows(found, boundaries, delays, keep_position=True)
    without = spike_rows(found, boundaries, delays, keep_position=False)
    assert without.position is None
    for name in ("start", "target", "part_start"):
        np.testing.assert_array_equal(getattr(without, name), getattr(with_positions, name))


@settings(max_examples=60, deadline=None)
@given(case=cases(), kind=st.sampled_from([np.float32, np.float64, np.int32, np.int64]))
def test_values_are_sorted_along_as_positions_would_sort_them(case, kind):
    found, boundaries, _ = case
    values = RNG.normal(0.0, 1000.0, found.synapses).astype(kind)
    with_positions = spike_rows(found, boundaries, 2, keep_position=True)
    rows, sorted_values = spike_rows_with(found, boundaries, 2, values)
    assert sorted_values.dtype == kind
    np.testing.assert_array_equal(sorted_values, values[with_positions.position])
    assert (rows.shortest, rows.longest, rows.position, rows.part_start) == (2, 2, None, None)
    for name in ("start", "target"):
        np.testing.assert_array_equal(getattr(rows, name), getattr(with_positions, name))


@pytest.mark.parametrize("kind", [np.uint16, np.uint32])
def test_delays_sort_rows_without_positions_for_any_number_of_threads(kind):
    pairs = RNG.random((90, 70)) < 0.4
    found = connectivity(pairs)
    delays = RNG.integers(3, 40, found.synapses).astype(kind)
    before, boundaries = delays.copy(), np.array([0, 20, 90])
    with_positions = spike_rows(found, boundaries, delays, keep_position=True)
    for threads in (1, 3):
        rows = spike_rows(found, boundaries, delays, keep_position=False, threads=threads)
        for name in ("start", "target", "part_start"):
            np.testing.assert_array_equal(getattr(rows, name), getattr(with_positions, name))
    np.testing.assert_array_equal(delays, before)


@pytest.mark.parametrize(("post", "width"), [(65_535, 2), (65_536, 2), (65_537, 4)])
def test_targets_take_two_bytes_up_to_65536_neurons_and_the_last_one_is_right(post, width):
    pairs = np.zeros((post, 2), dtype=bool)
    pairs[[0, post - 1], 1] = True
    found = connectivity(pairs)
    for delays in (1, np.array([3, 1], dtype=np.uint32)):
        rows = spike_rows(found, np.array([0, post]), delays, keep_position=True)
        assert rows.target.itemsize == width
        assert rows.start.tolist() == [0, 0, 2]
        expected = [0, post - 1] if np.ndim(delays) == 0 else [post - 1, 0]
        assert rows.target.tolist() == expected


def test_positions_bring_values_of_synapses_into_the_order_of_spikes():
    pairs = RNG.random((30, 20)) < 0.3
    weights = RNG.random((30, 20))
    found = connectivity(pairs)
    rows = spike_rows(found, np.array([0, 11, 30]), 1, keep_position=True)
    values = weights[pairs][rows.position]
    for r, (low, high) in enumerate([(0, 11), (11, 30)]):
        for pre in range(20):
            part = slice(rows.start[r * 20 + pre], rows.start[r * 20 + pre + 1])
            np.testing.assert_array_equal(values[part], weights[low:high, pre][pairs[low:high, pre]])


def test_positions_take_four_bytes():
    rows = spike_rows(connectivity(np.ones((3, 4), dtype=bool)), np.array([0, 3]), 1, keep_position=True)
    assert rows.position.dtype == np.uint32


def test_no_synapses_give_empty_rows():
    found = connectivity(np.zeros((3, 4), dtype=bool))
    assert found.synapses == 0
    for delays in (2, np.empty(0, dtype=np.uint32)):
        rows = spike_rows(found, np.array([0, 1, 3]), delays, keep_position=True)
        assert rows.start.tolist() == [0] * (2 * 4 + 1)
        assert len(rows.target) == len(rows.position) == 0


def test_rows_of_the_user_find_their_synapses():
    pairs = RNG.random((15, 8)) < 0.2
    pairs[4] = False
    pairs[5] = True
    found = connectivity(pairs)
    assert found.row_of(4) is None
    assert found.row_of(15) is None
    for post in np.flatnonzero(pairs.any(axis=1)):
        row = found.row_of(int(post))
        assert row is not None
        np.testing.assert_array_equal(found.pre_ranks[found.slice_of(row)], np.flatnonzero(pairs[post]))
    np.testing.assert_array_equal(found.post_ranks[found.rows()], np.nonzero(pairs)[0])
    assert found.synapses == pairs.sum()
    assert found.nbytes == 4 * found.synapses + 4 * len(found.post_ranks) + 8 * (len(found.post_ranks) + 1)


def test_a_matrix_without_holes_is_dense():
    assert connectivity(np.ones((3, 4), dtype=bool)).is_dense
    holed = np.ones((3, 4), dtype=bool)
    holed[1, 2] = False
    assert not connectivity(holed).is_dense


def test_columns_over_a_view_become_ranks_of_the_population():
    starts = np.array([0, 2, 2, 3])
    columns = np.array([0, 2, 1], dtype=np.uint32)
    found = from_rows(starts, columns, np.array([3, 7, 9], np.uint32), np.array([1, 4, 6], np.uint32), 10, 8)
    assert found.post_ranks.tolist() == [1, 6]
    assert found.row_start.tolist() == [0, 2, 3]
    assert found.pre_ranks.tolist() == [3, 9, 7]
    assert (found.pre_size, found.post_size) == (10, 8)
