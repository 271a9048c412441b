"""Gaussians and differences of Gaussians against the matrix of all distances."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from eqneuro.connectivity import space
from eqneuro.connectivity.patterns import Ends

GEOMETRIES = [(7,), (1,), (3, 4), (1, 5), (4, 1), (2, 3, 4), (3, 2, 1, 2)]


def whole(pre, post, same=False):
    sizes = int(np.prod(pre)), int(np.prod(post))
    return Ends(*(np.arange(size, dtype=np.uint32) for size in sizes), *sizes, same)


def matrix(found, weights):
    """Shape (post, pre): the weight of each pair, NaN where there is no synapse."""
    dense = np.full((found.post_size, found.pre_size), np.nan)
    dense[found.post_ranks[found.rows()], found.pre_ranks] = weights
    return dense


def squares(pre, post):
    """Squared distances of all pairs in coordinates from 0 to 1, shape (post, pre)."""

    def places(geometry):
        axes = np.stack(np.unravel_index(np.arange(np.prod(geometry)), geometry), axis=1)
        scaled = axes / np.maximum(1, np.array(geometry) - 1)
        return np.pad(scaled, ((0, 0), (0, 4 - len(geometry))))

    return ((places(post)[:, None] - places(pre)[None]) ** 2).sum(axis=2)


@settings(max_examples=150, deadline=None)
@given(
    pre=st.sampled_from(GEOMETRIES),
    post=st.sampled_from(GEOMETRIES),
    amp=st.floats(-3.0, 3.0),
    sigma=st.floats(0.05, 3.0),
    limit=st.floats(0.0, 1.2),
)
def test_a_gaussian_holds_the_pairs_whose_weights_exceed_the_limit(pre, post, amp, sigma, limit):
    found, weights = space.gaussian(whole(pre, post), pre, post, amp, sigma, limit, False)
    expected = amp * np.exp(-squares(pre, post) / (2.0 * sigma**2))
    edge = np.abs(np.abs(expected) - limit * abs(amp)) <= 1e-12 * abs(amp)  # rounding decides
    expected[np.abs(expected) <= limit * abs(amp)] = np.nan
    seen = matrix(found, weights)
    np.testing.assert_allclose(seen[~edge], expected[~edge], rtol=1e-12, atol=1e-300)


@settings(max_examples=150, deadline=None)
@given(
    pre=st.sampled_from(GEOMETRIES),
    post=st.sampled_from(GEOMETRIES),
    amps=st.tuples(st.floats(-3.0, 3.0), st.floats(-3.0, 3.0)),
    sigmas=st.tuples(st.floats(0.05, 3.0), st.floats(0.05, 3.0)),
    limit=st.floats(0.0, 1.2),
)
def test_a_difference_of_gaussians_holds_the_pairs_whose_weights_exceed_the_limit(pre, post, amps, sigmas, limit):
    arguments = amps[0], sigmas[0], amps[1], sigmas[1]
    found, weights = space.dog(whole(pre, post), pre, post, *arguments, limit, False)
    square = squares(pre, post)
    parts = [a * np.exp(-square / (2.0 * s**2)) for a, s in zip(amps, sigmas, strict=True)]
    expected, scale = parts[0] - parts[1], np.abs(parts[0]) + np.abs(parts[1])
    threshold = limit * abs(amps[0] - amps[1])
    edge = np.abs(np.abs(expected) - threshold) <= 1e-12 * scale.max()
    expected[np.abs(expected) <= threshold] = np.nan
    seen = matrix(found, weights)
    np.testing.assert_allclose(seen[~edge], expected[~edge], rtol=1e-9, atol=1e-12 * scale.max())


def test_views_and_self_connections_leave_pairs_out_and_change_no_weight():
    shape = (5, 6)
    full = matrix(*space.gaussian(whole(shape, shape, same=True), shape, shape, 1.5, 0.4, 0.02, True))
    pre, post = np.array([0, 3, 8, 9, 20], dtype=np.uint32), np.array([3, 4, 9, 29], dtype=np.uint32)
    ends = Ends(pre, post, 30, 30, True)
    for allowed in (True, False):
        expected = np.full((30, 30), np.nan)
        expected[np.ix_(post, pre)] = full[np.ix_(post, pre)]
        if not allowed:
            np.fill_diagonal(expected, np.nan)
        np.testing.assert_array_equal(matrix(*space.gaussian(ends, shape, shape, 1.5, 0.4, 0.02, allowed)), expected)


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_and_the_size_of_parts_change_nothing(threads, monkeypatch):
    shape, rank = (12, 5, 7), np.arange(420, dtype=np.uint32)
    arguments = shape, shape, 1.5, 0.2, 0.02, False
    one, weights = space.gaussian(Ends(rank, rank, 420, 420, True), *arguments)
    for pairs in (1, 1000, 2**16):
        monkeypatch.setattr(space, "PAIRS", pairs)
        found, others = space.gaussian(Ends(rank, rank, 420, 420, True, threads), *arguments)
        np.testing.assert_array_equal(others, weights)
        for name in ("post_ranks", "row_start", "pre_ranks"):
            np.testing.assert_array_equal(getattr(found, name), getattr(one, name))


def test_rows_are_ascending_and_none_is_empty():
    shape = (6, 7, 2)
    found, _ = space.gaussian(whole(shape, shape, same=True), shape, shape, 1.0, 0.05, 0.4, False)
    assert found.synapses == 0  # neighbours are too far away, and oneself is excluded
    found, weights = space.gaussian(whole(shape, (3,)), shape, (3,), 1.0, 0.3, 0.5, False)
    assert (np.diff(found.row_start) > 0).all()
    for row in range(len(found.post_ranks)):
        assert (np.diff(found.pre_ranks[found.slice_of(row)].astype(int)) > 0).all()
    assert (found.pre_ranks.dtype, found.row_start.dtype, weights.dtype) == (np.uint32, np.int64, np.float64)
    assert len(weights) == found.synapses


def test_a_tiny_width_connects_neurons_at_the_same_place_only():
    found, weights = space.gaussian(whole((5,), (5,)), (5,), (5,), 2.0, 1e-200, 0.0, True)
    np.testing.assert_array_equal(matrix(found, weights)[np.eye(5, dtype=bool)], 2.0)
    assert found.synapses == 5


@pytest.mark.parametrize(
    ("name", "value"),
    [("amp", np.nan), ("amp", "2"), ("sigma", 0.0), ("sigma", -1.0), ("sigma", np.inf), ("limit", -0.1)],
)
def test_numbers_without_meaning_are_refused(name, value):
    given = dict(amp=1.0, sigma=0.5, limit=0.01) | {name: value}
    with pytest.raises(ValueError, match=f"{name} must be"):
        space.gaussian(whole((3,), (3,)), (3,), (3,), **given, allow_self_connections=True)
    more = dict(amp_pos=1.0, sigma_pos=0.5, amp_neg=1.0, sigma_neg=1.0, limit=0.01)
    more[f"{name}_neg" if name != "limit" else name] = value
    with pytest.raises(ValueError, match=f"{name}.* must be"):
        space.dog(whole((3,), (3,)), (3,), (3,), **more, allow_self_connections=True)
