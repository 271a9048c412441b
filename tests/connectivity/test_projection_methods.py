"""Connectors of a projection that follow a rule, and what they leave in the network."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from eqneuro import EquationError, LILConnectivity, Network, Neuron, Uniform, add_function
from eqneuro.model.inlining import ADDED_FUNCTIONS

RATE = Neuron(parameters="x = 1.0; q = 0.0", equations="r = x + sum(exc)")


def network(pre=6, post=None, dt=0.5, seed=3):
    net = Network(dt=dt, seed=seed)
    a = net.create(pre, RATE)
    return net, a, a if post is None else net.create(post, RATE)


def pairs(projection):
    """(pre, post) of each synapse."""
    return {(i, j) for j, row in zip(projection.post_ranks, projection.pre_ranks, strict=True) for i in row}


def coordinates(geometry):
    return np.stack(np.unravel_index(np.arange(np.prod(geometry)), geometry), axis=1)


def test_where_connects_the_pairs_for_which_its_condition_holds():
    net, a, _ = network(7)
    projection = net.connect(a, a, "exc")
    assert projection.where("i != j and (i + j) % 2 == 0", weights=2.0, delays=1.5) is projection
    assert pairs(projection) == {(i, j) for i in range(7) for j in range(7) if i != j and (i + j) % 2 == 0}
    assert (projection.w, projection.delay) == (2.0, 1.5)


def test_where_reads_attributes_constants_and_added_functions():
    net, a, b = network(6, 5)
    net.constant("radius", 2.5)
    add_function("near_in_rank(u, v) = abs(u - v) < 3")
    a.q = np.arange(6) % 2
    b.x = 4.0
    projection = net.connect(a, b, "exc").where("pre.q > 0.5 and post.x == 4 and d < radius and near_in_rank(i, j)")
    assert pairs(projection) == {(i, j) for i in (1, 3, 5) for j in range(5) if abs(i - j) < 2.5}
    del ADDED_FUNCTIONS["near_in_rank"]


def test_where_over_views_reads_the_ranks_of_the_populations():
    net, a, _ = network((4, 4))
    projection = net.connect(a[4:12], a[0:6], "exc").where("x_pre == x_post + 1 and y_pre == y_post")
    assert pairs(projection) == {(rank + 4, rank) for rank in range(6)}


def test_self_connections_are_made_only_where_they_are_asked_for():
    for asked in (False, True):
        net, a, _ = network(5)
        for make in (
            lambda p, asked=asked: p.where("d < 2", allow_self_connections=asked),
            lambda p, asked=asked: p.distance_probability("d < 2", allow_self_connections=asked),
            lambda p, asked=asked: p.gaussian(1.0, 0.3, allow_self_connections=asked),
            lambda p, asked=asked: p.dog(1.0, 0.3, 0.5, 0.6, allow_self_connections=asked),
        ):
            assert any(i == j for i, j in pairs(make(net.connect(a, a, "exc")))) == asked


def test_distance_probability_follows_the_seed_of_the_network_alone():
    def draw(seed, others):
        net, a, b = network(40, 30, seed=seed)
        projection = net.connect(a, b, "exc").distance_probability("exp(-d/5)", weights=Uniform(0.0, 1.0))
        for _ in range(others):
            net.connect(a, b, "exc").distance_probability("0.3")
        return projection

    assert pairs(draw(3, 0)) == pairs(draw(3, 2))
    assert draw(3, 0).w == draw(3, 2).w
    assert pairs(draw(3, 0)) != pairs(draw(4, 0))


def test_gaussian_and_dog_weigh_by_normalised_distance_across_geometries():
    net, a, b = network((4, 5), (6, 3))
    bell = net.connect(a, b, "exc").gaussian(amp=2.0, sigma=0.3, delays=2.0, limit=0.05)
    hat = net.connect(a, b, "exc").dog(amp_pos=2.0, sigma_pos=0.2, amp_neg=0.7, sigma_neg=0.5, limit=0.05)
    square = ((coordinates((6, 3)) / [5, 2])[:, None] - (coordinates((4, 5)) / [3, 4])[None]) ** 2
    square = square.sum(axis=2)
    expected = 2.0 * np.exp(-square / (2 * 0.3**2))
    expected[expected <= 0.05 * 2.0] = 0.0
    np.testing.assert_allclose(bell.connectivity_matrix(), expected, rtol=1e-12)
    assert bell.nb_synapses == np.count_nonzero(expected)
    assert bell.delay == 2.0
    expected = 2.0 * np.exp(-square / (2 * 0.2**2)) - 0.7 * np.exp(-square / (2 * 0.5**2))
    expected[np.abs(expected) <= 0.05 * (2.0 - 0.7)] = 0.0
    np.testing.assert_allclose(hat.connectivity_matrix(), expected, rtol=1e-12)
    assert hat.nb_synapses == np.count_nonzero(expected)


def test_a_function_may_return_lists_a_sparse_or_a_dense_matrix():
    matrix = np.array([[0.0, 1.0, 0.0], [2.0, 0.0, 3.0]])  # (post, pre)

    def as_lists(pre, post, scale):
        synapses = LILConnectivity()
        for j in post.ranks:
            ranks = np.flatnonzero(matrix[j])
            synapses.push_back(j, ranks, scale * matrix[j, ranks], 1.0)
        return synapses

    def as_sparse(pre, post, scale):
        assert (pre.size, post.size) == (3, 2)
        return scale * csr_matrix(matrix.T)

    def as_dense(pre, post, scale, dt):
        assert dt == 0.5
        return np.where(matrix, scale * matrix, np.nan)

    net, a, b = network(3, 2)
    for method in (as_lists, as_sparse, as_dense):
        projection = net.connect(a, b, "exc").from_function(method, scale=2.0)
        assert pairs(projection) == {(1, 0), (0, 1), (2, 1)}
        np.testing.assert_array_equal(projection.connectivity_matrix(), 2.0 * matrix)


def test_a_function_with_open_arguments_gets_dt_and_one_without_does_not():
    net, a, b = network(3, 2)

    def takes_all(pre, post, **given):
        assert given == dict(dt=0.5, w=2.0)
        return LILConnectivity(given["dt"])

    def takes_two(pre, post):
        return np.ones((2, 3))

    assert net.connect(a, b, "exc").from_function(takes_all, w=2.0).nb_synapses == 0
    assert net.connect(a, b, "exc").from_function(takes_two).nb_synapses == 6


def test_what_a_function_returns_is_checked_before_anything_is_connected():
    net, a, b = network(3, 2)
    projection = net.connect(a, b, "exc")

    def outside(pre, post):
        synapses = LILConnectivity()
        synapses.add(2, [0], 1.0, 0.0)
        return synapses

    with pytest.raises(TypeError, match=r"nothing.* must return a LILConnectivity.*not NoneType"):
        projection.from_function(nothing)
    with pytest.raises(TypeError, match="takes a function, not 3"):
        projection.from_function(3)
    with pytest.raises(ValueError, match="post-synaptic rank 2 is outside a population of 2 neurons"):
        projection.from_function(outside)
    assert projection.all_to_all(1.0).nb_synapses == 6


def nothing(pre, post):
    return None


@pytest.mark.parametrize("suffix", [".npz", ".csv"])
@pytest.mark.parametrize("precision", ["double", "float"])
def test_saved_connectivity_comes_back_bit_by_bit(tmp_path, suffix, precision):
    def build():
        net = Network(dt=0.1, seed=8, precision=precision)
        a, b = net.create(30, RATE), net.create(20, RATE)
        return [net.connect(a, b, "exc") for _ in range(3)]

    old = build()
    old[0].fixed_probability(0.2, weights=Uniform(-1.0, 1.0), delays=Uniform(0.1, 5.0))
    old[1].fixed_number_pre(4, weights=0.1, delays=0.3)
    old[2].from_function(lambda pre, post: LILConnectivity())
    for k, (saved, loaded) in enumerate(zip(old, build(), strict=True)):
        saved.save_connectivity(tmp_path / f"{k}{suffix}")
        assert loaded.from_file(str(tmp_path / f"{k}{suffix}")) is loaded
        assert (loaded.post_ranks, loaded.pre_ranks) == (saved.post_ranks, saved.pre_ranks)
        assert loaded.delay == saved.delay
        if suffix == ".npz" or k != 1:
            assert loaded.w == saved.w
        else:  # a table holds one weight a synapse
            assert loaded.w == [[saved.w] * len(row) for row in saved.pre_ranks]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{k}{suffix}" for k in range(3)]


def test_values_set_after_connecting_are_those_that_are_saved(tmp_path):
    net, a, b = network(3, 2)
    projection = net.connect(a, b, "exc").all_to_all(1.0)
    net.compile(silent=True)
    projection.w = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    projection.delay = [[0.5, 1.0, 1.5], [2.0, 2.5, 3.0]]
    projection.save_connectivity(tmp_path / "kept.npz")
    again, c, d = network(3, 2)
    loaded = again.connect(c, d, "exc").from_file(tmp_path / "kept.npz")
    assert (loaded.w, loaded.delay) == (projection.w, projection.delay)


def test_an_unconnected_projection_has_nothing_to_save(tmp_path):
    net, a, b = network(3, 2)
    with pytest.raises(RuntimeError, match="no synapses yet"):
        net.connect(a, b, "exc").save_connectivity(tmp_path / "kept.npz")


def test_a_projection_stays_open_after_an_error(tmp_path):
    net, a, b = network(3, 2)
    projection = net.connect(a, b, "exc")
    with pytest.raises(EquationError, match="unknown name 'k'"):
        projection.where("i == k")
    with pytest.raises(EquationError, match="not between 0 and 1"):
        projection.distance_probability("2*exp(-d)")
    with pytest.raises(ValueError, match="sigma must be above 0"):
        projection.gaussian(1.0, 0.0)
    with pytest.raises(FileNotFoundError, match="absent"):
        projection.from_file(tmp_path / "absent.npz")
    with pytest.raises(ValueError, match="delays"):
        projection.where("i == j", delays=-1.0)
    assert projection.where("i == j").nb_synapses == 2
    with pytest.raises(RuntimeError, match="connected already"):
        projection.where("i == j")


def test_a_network_with_these_connectors_runs():
    net, a, b = network((3, 3), (3, 3), dt=1.0)
    bell = net.connect(a, b, "exc").gaussian(1.0, 0.4)
    odd = net.connect(a, b, "exc").where("(i + j) % 2 == 1", weights=0.5)
    net.simulate(3.0)
    expected = 1.0 + bell.connectivity_matrix() @ a.r.ravel() + odd.connectivity_matrix() @ a.r.ravel()
    np.testing.assert_allclose(b.r.ravel(), expected, rtol=1e-12)
