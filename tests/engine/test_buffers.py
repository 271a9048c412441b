"""Arrays that C reads: aligned, padded; rings that keep the past when they grow."""

import numpy as np
import pytest

from eqneuro.engine.buffers import LANES, Ring, allocate, padded, power_of_two


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8, np.int64])
@pytest.mark.parametrize("length", [1, 3, 1000])
def test_arrays_begin_at_a_cache_line_and_are_empty(length, dtype):
    array = allocate(length, dtype)
    assert array.shape == (length,)
    assert array.dtype == dtype
    assert array.ctypes.data % 64 == 0
    assert not array.any()


@pytest.mark.parametrize("size", [1, 15, 16, 17, 4000])
def test_padding_reaches_the_next_whole_lanes(size):
    assert padded(size) % LANES == 0
    assert 0 <= padded(size) - size < LANES


def test_powers_of_two():
    assert [power_of_two(n) for n in (1, 2, 3, 4, 5, 1000)] == [1, 2, 4, 4, 8, 1024]


@pytest.mark.parametrize("tick", [0, 3, 5, 12])
def test_a_ring_that_grows_keeps_what_it_knew(tick):
    ring = Ring(2, np.float64, 4)
    ring.fill(np.array([-1.0, -1.0]))
    for step in range(tick):
        ring.rows[step % ring.slots] = step
    known = {step: ring.rows[step % 4].copy() for step in range(max(0, tick - 3), tick)}
    assert ring.grow(9, tick)
    assert ring.slots == 16
    for step, row in known.items():
        np.testing.assert_array_equal(ring.rows[step % 16], row)
    assert not ring.grow(16, tick)


def test_a_ring_that_grows_before_the_first_step_holds_the_initial_value_everywhere():
    ring = Ring(3, np.float64, 2)
    ring.fill(np.array([1.0, 2.0, 3.0]))
    ring.grow(8, 0)
    np.testing.assert_array_equal(ring.rows, np.tile([1.0, 2.0, 3.0], (8, 1)))
