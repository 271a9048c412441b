"""Connectors, dendrites and single synapses, and what a projection refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sparse

import eqneuro as ann

RATE = ann.Neuron(parameters="x = 1.0", equations="r = x + 0.0*sum(exc)")
SUM = ann.Neuron(equations="r = sum(exc)")
SPIKER = ann.Neuron(equations="v = t", spike="v >= 0.0", reset="")
LISTENER = ann.Neuron(equations="a = g_exc", spike="a > 1e9", reset="")


def pair(pre: int = 4, post: int = 3, dt: float = 1.0, models: tuple[Any, Any] = (RATE, SUM)) -> tuple[Any, Any, Any]:
    net = ann.Network(dt=dt, seed=5)
    return net, net.create(pre, models[0], name="a"), net.create(post, models[1], name="b")


def matrix_of(projection: Any) -> np.ndarray:
    return projection.connectivity_matrix(fill=np.nan)


def test_every_connector_returns_the_projection_and_fills_the_matrix() -> None:
    net, a, b = pair(4, 4)
    one = net.connect(a, b, "exc")
    assert one.one_to_one(2.0) is one
    np.testing.assert_array_equal(one.connectivity_matrix(), 2.0 * np.eye(4))
    full = net.connect(a, b, "exc").all_to_all(0.5)
    np.testing.assert_array_equal(full.connectivity_matrix(), np.full((4, 4), 0.5))
    self_free = net.connect(a, a, "exc").all_to_all(0.5)
    np.testing.assert_array_equal(self_free.connectivity_matrix(), 0.5 * (1.0 - np.eye(4)))
    pre = net.connect(a, b, "exc").fixed_number_pre(np.int64(3), 1.0)
    assert (pre.connectivity_matrix().sum(axis=1) == 3).all()
    post = net.connect(a, b, "exc").fixed_number_post(2, 1.0)
    assert (post.connectivity_matrix().sum(axis=0) == 2).all()
    for p, count in ((0.0, 0), (1.0, 16)):
        assert net.connect(a, b, "exc").fixed_probability(p, 1.0).nb_synapses == count
    assert net.connect(a, a, "exc").fixed_probability(1.0, 1.0, allow_self_connections=True).nb_synapses == 16
    net.simulate(2.0)
    expected = sum(p.connectivity_matrix() @ np.ones(4) for p in net.get_projections(post=b))
    np.testing.assert_allclose(b.r, expected, rtol=1e-14)


def test_arguments_of_older_scripts_are_accepted() -> None:
    net, a, b = pair()
    options = dict(storage_format="csr", storage_order="pre_to_post")
    net.connect(a, b, "exc").all_to_all(1.0, force_multiple_weights=True, **options)
    net.connect(a, b, "exc").fixed_probability(0.5, 1.0, force_multiple_weights=True, **options)
    net.connect(a, b, "exc").fixed_number_pre(1, 1.0, force_multiple_weights=True, **options)
    net.connect(a, b, "exc").fixed_number_post(1, 1.0, force_multiple_weights=True, **options)
    net.connect(a, b, "exc").from_matrix(np.ones((3, 4)), **options)
    net.connect(a, b, "exc").from_sparse(sparse.eye(4, 3), **options)
    net.connect(a[0:3], b, "exc").one_to_one(force_multiple_weights=True, **options)


def test_matrices_are_post_by_pre_with_nan_and_none_for_no_synapse() -> None:
    net, a, b = pair()
    given = [[1.0, None, 3.0, 4.0], [np.nan, 6.0, 7.0, 8.0], [9.0, 10.0, 0.0, None]]
    W = np.array([[np.nan if w is None else w for w in row] for row in given])
    for projection in (
        net.connect(a, b, "exc").from_matrix(given),
        net.connect(a, b, "exc").from_matrix(W),
        net.connect(a, b, "exc").from_matrix(W.T, pre_post=True),
    ):
        np.testing.assert_array_equal(matrix_of(projection), W)
        assert projection.nb_synapses == 9
        assert projection.nb_synapses_per_dendrite == projection.nb_synapses_per_dendrite() == [3, 3, 3]
        assert projection.pre_ranks == [[0, 2, 3], [1, 2, 3], [0, 1, 2]]
        assert (projection.size, len(projection), projection.post_ranks) == (3, 3, [0, 1, 2])
    for wrong in (np.ones((4, 3)), np.ones(3), [["a"]], np.ones((3, 4, 1))):
        with pytest.raises(ValueError, match=r"weights .*\(post, pre\)"):
            net.connect(a, b, "exc").from_matrix(wrong)
    with pytest.raises(ValueError, match=r"delays have the shape \(4, 3\); \(post, pre\) is \(3, 4\)"):
        net.connect(a, b, "exc").from_matrix(W, delays=np.ones((4, 3)))


def test_sparse_matrices_are_pre_by_post() -> None:
    net, a, b = pair()
    S = sparse.random(4, 3, 0.6, random_state=1, format="lil")
    projections = [
        net.connect(a, b, "exc").from_sparse(kind(S))
        for kind in (sparse.csr_matrix, sparse.coo_array, sparse.lil_matrix)
    ]
    for projection in projections:
        np.testing.assert_array_equal(projection.connectivity_matrix(), S.toarray().T)
        np.testing.assert_array_equal(projection.to_scipy().toarray(), S.toarray())
    delays = S.tocsr().copy()
    delays.data = np.arange(1.0, len(delays.data) + 1.0)
    late = net.connect(a, b, "exc").from_sparse(S, delays=delays)
    for post, row in zip(late.post_ranks, late.delay, strict=True):
        assert row == [delays[pre, post] for pre in late.dendrite(post).pre_ranks]
    doubled = sparse.coo_matrix(([1.0, 2.0], ([0, 0], [1, 1])), shape=(4, 3))
    assert net.connect(a, b, "exc").from_sparse(doubled).w == [[3.0]]
    with pytest.raises(ValueError, match=r"\(3, 4\); \(pre, post\) is \(4, 3\)"):
        net.connect(a, b, "exc").from_sparse(S.T.tocsr())
    with pytest.raises(ValueError, match="entries where the weights"):
        net.connect(a, b, "exc").from_sparse(S, delays=sparse.eye(4, 3, format="csr"))
    with pytest.raises(TypeError, match="from_matrix"):
        net.connect(a, b, "exc").from_sparse(np.ones((4, 3)))


def test_views_are_connected_in_their_own_order() -> None:
    net, a, b = pair(6, 6)
    a.x = np.arange(1.0, 7.0)
    pre, post = a[[5, 0, 3]], b[[4, 1, 2]]
    W = np.array([[1.0, 2.0, np.nan], [4.0, 5.0, 6.0], [7.0, np.nan, 9.0]])
    dense = net.connect(pre, post, "exc").from_matrix(W)
    np.testing.assert_array_equal(matrix_of(dense), W)
    mixed = net.connect(pre, post, "exc").from_sparse(sparse.csr_matrix(np.nan_to_num(W.T)))
    np.testing.assert_array_equal(matrix_of(mixed), W)
    one = net.connect(pre, post, "exc").one_to_one(10.0)
    assert {(p, q) for p, row in zip(one.post_ranks, one.pre_ranks, strict=True) for q in row} == {
        (4, 5),
        (1, 0),
        (2, 3),
    }
    net.simulate(2.0)
    x = np.array([6.0, 1.0, 4.0])
    np.testing.assert_allclose(post.r, 2.0 * np.nan_to_num(W) @ x + 10.0 * x)
    with pytest.raises(ValueError, match="twice"):
        net.connect(a[[1, 1]], post, "exc").from_matrix(np.ones((3, 2)))


def test_sides_of_different_length_connect_as_far_as_they_go_with_a_warning() -> None:
    net, a, b = pair(4, 3)
    with pytest.warns(UserWarning, match="connects the first 3") as caught:
        assert net.connect(a, b, "exc").one_to_one(1.0).nb_synapses == 3
    assert caught[0].filename == __file__


def test_dendrites_and_synapses() -> None:
    net = ann.Network()
    a, b = net.create((2, 2), RATE), net.create((1, 3), SUM)
    projection = net.connect(a, b, "exc").from_matrix([[1.0, None, 3.0, 4.0], [None] * 4, [9.0, 10.0, None, 5.0]])
    dendrite = projection.dendrite(0, 2)
    assert (dendrite.post_rank, dendrite.size, len(dendrite), dendrite.pre_ranks) == (2, 3, 3, [0, 1, 3])
    assert projection.dendrite((0, 2)).w == projection.dendrite(np.int64(2)).w == projection[2].w == [9.0, 10.0, 5.0]
    assert [s.w for s in dendrite] == [s.w for s in dendrite.synapses] == [9.0, 10.0, 5.0]
    assert dendrite[3].rank == dendrite.synapse((1, 1)).rank == 3
    dendrite[3].w = 50.0
    assert projection.synapse(3, 2).w == 50.0
    np.testing.assert_array_equal(dendrite.receptive_field(fill=-1.0), [[9.0, 10.0], [-1.0, 50.0]])
    dendrite.set({"w": 1.0})
    assert dendrite.get("w") == [1.0, 1.0, 1.0]
    assert [d.post_rank for d in projection] == [d.post_rank for d in projection.dendrites] == [0, 2]
    assert projection.post_ranks == [0, 2]
    for missing in (1, 3, -1):
        with pytest.raises(ValueError, match="has no synapses"):
            projection.dendrite(missing)
    for missing in (2, 4, -1):
        with pytest.raises(ValueError, match="no synapse with pre-synaptic neuron"):
            dendrite.synapse(missing)
    with pytest.raises(TypeError, match="whole number"):
        projection.dendrite(1.5)
    with pytest.raises(AttributeError, match=r"no attribute 'ww'.*'w'"):
        dendrite.get("ww")
    fields = projection.receptive_fields()
    np.testing.assert_array_equal(fields, [[1.0, 0.0, 0.0, 0.0, 1.0, 1.0], [3.0, 4.0, 0.0, 0.0, 0.0, 1.0]])


def test_a_connector_is_called_once_and_not_forgotten() -> None:
    net, a, b = pair()
    projection = net.connect(a, b, "exc")
    for access in (
        lambda: projection.w,
        lambda: projection.nb_synapses,
        lambda: projection.delay,
        lambda: projection.dendrite(0),
    ):
        with pytest.raises(RuntimeError, match="'proj0' has no synapses yet: call a connector"):
            access()
    with pytest.raises(RuntimeError, match="after a connector"):
        projection.w = 3.0
    for act in (net.compile, lambda: net.simulate(1.0), net.step):
        with pytest.raises(RuntimeError, match="'proj0' from 'a' to 'b' has no synapses: call a connector"):
            act()
    projection.all_to_all(1.0)
    with pytest.raises(RuntimeError, match="connected already"):
        projection.all_to_all(1.0)
    with pytest.raises(RuntimeError, match="connected already"):
        projection.from_matrix(np.ones((3, 4)))
    net.simulate(1.0)


@pytest.mark.parametrize(
    ("connect", "message"),
    [
        (lambda p: p.fixed_probability(1.5, 1.0), "between 0 and 1"),
        (lambda p: p.fixed_probability(-0.1, 1.0), "between 0 and 1"),
        (lambda p: p.fixed_probability(np.nan, 1.0), "between 0 and 1"),
        (lambda p: p.fixed_number_pre(5, 1.0), "from 0 to 4"),
        (lambda p: p.fixed_number_pre(-1, 1.0), "from 0 to 4"),
        (lambda p: p.fixed_number_pre(2.5, 1.0), "whole number"),
        (lambda p: p.fixed_number_post(4, 1.0), "from 0 to 3"),
    ],
)
def test_numbers_that_can_not_be_are_refused(connect: Any, message: str) -> None:
    net, a, b = pair()
    projection = net.connect(a, b, "exc")
    with pytest.raises(ValueError, match=message):
        connect(projection)
    assert projection.all_to_all(1.0).nb_synapses == 12


def test_only_populations_of_the_network_are_connected() -> None:
    net, a, b = pair()
    _, other, _ = pair()
    loose = ann.PoissonPopulation(3, rates=1.0)
    with pytest.raises(ValueError, match="'a' belongs to another network"):
        net.connect(other, b, "exc")
    with pytest.raises(ValueError, match="'a' belongs to another network"):
        net.connect(a, other[0:2], "exc")
    with pytest.raises(ValueError, match="belongs to no network yet"):
        net.connect(loose, b, "exc")
    for wrong in (3, "a", [a]):
        with pytest.raises(TypeError, match="populations or views"):
            net.connect(a, wrong, "exc")
    with pytest.raises(TypeError, match="connect"):
        net.connect(a)
    for target in ("", None, 3):
        with pytest.raises(ValueError, match="target"):
            net.connect(a, b, target)
    with pytest.raises(TypeError, match="needs a Synapse"):
        net.connect(a, b, "exc", "STDP")


def test_a_target_that_nobody_reads_is_told() -> None:
    net, a, b = pair()
    with pytest.warns(UserWarning, match="'b' reads no target 'inh'; it reads 'exc'") as caught:
        net.connect(a, b, "inh")
    assert caught[0].filename == __file__


def test_a_source_may_be_what_a_synapse_learns_from() -> None:
    """Warnings are errors here: a train of spikes reads no target, and a post_spike waits for it all the same."""
    net = ann.Network(dt=1.0)
    pre, post = net.create(ann.SpikeSourceArray([1.0])), net.create(ann.SpikeSourceArray([4.0]))
    synapse = ann.Synapse(
        parameters=dict(tau=10.0),
        equations="tau*dx/dt = -x : event-driven",
        pre_spike="x += 1.0",
        post_spike="w += x",
    )
    projection = net.connect(pre, post, "exc", synapse).all_to_all(0.0)
    net.simulate(6.0)
    assert projection.w[0][0] == pytest.approx(np.exp(-3.0 / 10.0), rel=1e-12)
    with pytest.warns(UserWarning, match="reads no target 'exc'; it reads none"):
        net.connect(pre, post, "exc")


def test_names_are_unique_and_what_a_projection_is_can_not_be_set() -> None:
    net, a, b = pair()
    projection = net.connect(a, b, "exc", name="forward").all_to_all(1.0)
    with pytest.raises(ValueError, match="named 'forward' already"):
        net.connect(a, b, "exc", name="forward")
    for name in ("pre", "post", "target", "size", "name"):
        with pytest.raises(AttributeError, match="can't be set"):
            setattr(projection, name, 3)
    with pytest.raises(AttributeError, match=r"no attribute 'weight'"):
        projection.weight = 3.0
    assert (projection.pre, projection.post, projection.target) == (a, b, "exc")
    assert "12 synapses" in repr(projection)
    assert "w" in dir(projection)
    assert projection.get("w") == 1.0
    projection.set({"w": 2.0})
    assert projection.w == 2.0
    assert projection.synapse_type.name == "DefaultRateCodedSynapse"


def test_one_pre_population_sends_to_many_targets_of_different_delay() -> None:
    """The history of spikes is as long as the longest delay asks for, also where that comes later."""
    net, a, b = pair(
        1, 1, models=(ann.Neuron(equations="v = ite(t == 0.0, 1.0, 0.0)", spike="v > 0.5", reset=""), LISTENER)
    )
    net.connect(a, b, "exc").all_to_all(1.0, delays=2.0)
    m = net.monitor(b, "a")
    net.simulate(1.0)
    net.connect(a, b, "exc").all_to_all(10.0, delays=4.0)
    net.simulate(6.0)
    assert m.get("a").ravel().tolist() == [0.0, 0.0, 1.0, 0.0, 10.0, 0.0, 0.0]
