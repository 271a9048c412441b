"""What there is no memory for is refused before it is made, with both numbers."""

import os

import numpy as np
import pytest

from eqneuro.connectivity import memory, patterns, rows, space, strings
from eqneuro.connectivity.matrix import spike_rows
from eqneuro.connectivity.patterns import Ends
from eqneuro.connectivity.strings import Side


def whole(size):
    ranks = np.arange(size, dtype=np.uint32)
    return Ends(ranks, ranks, size, size, False)


@pytest.fixture
def free(monkeypatch):
    """Sets how much memory is free."""

    def set_free(count):
        monkeypatch.setattr(memory, "free_bytes", lambda: count)

    return set_free


def test_the_free_memory_of_this_machine_is_known():
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    found = memory.free_bytes()
    assert found is not None
    assert 0 < found <= total


def test_all_to_all_of_two_hundred_thousand_is_refused_with_both_numbers(free):
    free(20 * 10**9)
    count = 200_000**2
    with pytest.raises(MemoryError) as caught:
        patterns.all_to_all(whole(200_000), True)
    assert str(caught.value) == (
        f"{count:,} synapses of all_to_all (200,000 × 200,000 neurons) would take {count * 8 / 1e9:.1f} GB, "
        "and 20.0 GB of memory are free"
    )


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("all_to_all", lambda e: patterns.all_to_all(e, True)),
        ("fixed_probability", lambda e: patterns.fixed_probability(e, 0.9999, True, 1, 1)),
        ("fixed_number_pre", lambda e: patterns.fixed_number_pre(e, 3000, True, 1, 1)),
        ("fixed_number_post", lambda e: patterns.fixed_number_post(e, 3000, True, 1, 1)),
    ],
)
def test_patterns_of_known_size_are_refused_before_anything_is_made(free, monkeypatch, name, make):
    monkeypatch.setattr("eqneuro.connectivity._sampling.dense_rows", None)
    monkeypatch.setattr("eqneuro.connectivity._sampling.bernoulli_rows", None)
    monkeypatch.setattr("eqneuro.connectivity._sampling.fixed_rows", None)
    free(6 * 3000 * 2999)
    with pytest.raises(MemoryError, match=rf"synapses of {name} \(3,000 × 3,000 neurons\) would take 54.0 MB"):
        make(whole(3000))


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("gaussian", lambda e: space.gaussian(e, (300,), (300,), 1.0, 1.0, 0.0, True)),
        ("dog", lambda e: space.dog(e, (300,), (300,), 1.0, 1.0, 0.5, 3.0, 0.0, True)),
        ("where", lambda e: strings.where(e, Side((300,)), Side((300,)), "i > -1", {}, True)),
        ("distance_probability", lambda e: strings.distance_probability(e, *[Side((300,))] * 2, "1", {}, True, 1, 1)),
    ],
)
def test_patterns_of_unknown_size_are_refused_as_they_grow(free, name, make):
    free(10_000)
    with pytest.raises(
        MemoryError, match=rf"synapses of {name} \(300 × 300 neurons\) would take .*10.0 kB .* are free"
    ):
        make(whole(300))


def test_delays_that_lie_too_far_apart_are_refused(free):
    found = patterns.one_to_one(whole(1000))
    delays = np.ones(1000, dtype=np.uint32)
    delays[7] = 10_000
    needed = 4 * 1000 * (10_000 + 1)
    free(needed)
    assert spike_rows(found, np.array([0, 1000]), delays, keep_position=False).longest == 10_000
    free(needed - 1)
    with pytest.raises(MemoryError, match=r"delays from 1 to 10000 steps of 1,000 neurons would take 40\.0 MB"):
        spike_rows(found, np.array([0, 1000]), delays, keep_position=False)


def test_what_there_is_room_for_is_made(free):
    ends = whole(3000)
    for room in (6 * 3000**2, None):  # None: the system says nothing
        free(room)
        assert patterns.all_to_all(ends, True).synapses == 3000**2


@pytest.mark.parametrize(("pre", "post", "count"), [(65_536, 65_536, 6), (65_537, 5, 8), (5, 65_537, 8)])
def test_ranks_take_six_bytes_where_populations_are_small(pre, post, count):
    assert memory.bytes_of_ranks(pre, post) == count


def test_a_growing_array_holds_what_was_added_and_no_more():
    growing = rows.Growing(np.int32, "numbers")
    parts = [np.arange(n, dtype=np.int32) + n for n in (0, 5, 5000, 1, 0, 100_000, 7)]
    for part in parts:
        growing.append(part)
    values = growing.finish()
    np.testing.assert_array_equal(values, np.concatenate(parts))
    assert values.base is None


def test_the_limit_of_a_container_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "GROUP", tmp_path)
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    for name, text in {
        "meminfo": "MemTotal:       9000 kB\nMemAvailable:      5000 kB\nHugePages_Free:     0\n",
        "memory.max": "3000000\n",
        "memory.current": "2500000\n",
        "memory.stat": "anon 2000000\ninactive_file 300000\n",
    }.items():
        (tmp_path / name).write_text(text)
    assert memory.free_bytes() == 3_000_000 - 2_500_000 + 300_000
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.free_bytes() == 5000 * 1024
    (tmp_path / "meminfo").write_text("unreadable")
    assert memory.free_bytes() > 5000 * 1024  # what the system says otherwise


@pytest.mark.parametrize(
    ("count", "text"), [(1.5e12, "1.5 TB"), (320e9, "320.0 GB"), (2_100_000, "2.1 MB"), (900, "0.9 kB")]
)
def test_bytes_are_written_in_the_unit_that_suits_them(count, text):
    assert memory.readable(count) == text
