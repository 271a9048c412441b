"""Synapses created and pruned by hand, at any time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import eqneuro as ann

from .changing import CLOCK, COUNT, SOURCE, STDP, SUM, diagonal, network, pairs, table

PRE, POST = 6, 4
PAIR = st.tuples(st.integers(0, PRE - 1), st.integers(0, POST - 1))
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("create"), st.lists(PAIR, max_size=6, unique=True), st.integers(0, 3)),
        st.tuples(st.just("prune"), st.lists(PAIR, max_size=6, unique=True), st.just(0)),
        st.tuples(st.just("set"), st.just([]), st.just(0)),
        st.tuples(st.just("run"), st.just([]), st.just(0)),
    ),
    max_size=8,
)


@given(changes=CHANGES, start=st.sets(PAIR, max_size=10), is_compiled_first=st.booleans(), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_order_of_changes_leaves_what_a_dictionary_would_hold(
    changes: list[Any], start: set[Any], is_compiled_first: bool, seed: int
) -> None:
    net, a, b = network(PRE, POST)
    a.x = x = 2.0 ** np.arange(PRE)
    rng = np.random.default_rng(seed)
    W, D = np.full((POST, PRE), np.nan), rng.integers(1, 4, (POST, PRE)).astype(float)
    for i, j in start:
        W[j, i] = rng.integers(1, 9)
    synapse = ann.Synapse(parameters="c = 3.0", psp="w*pre.r", equations="age += 1.0 : init=0.0")
    projection = net.connect(a, b, "exc", synapse).from_matrix(W, delays=D)
    model = {(i, j): [W[j, i], D[j, i], 3.0, 0.0] for i, j in start}
    if is_compiled_first:
        net.compile(silent=True)
    for what, chosen, delay in changes:
        if what == "create":
            new = [pair for pair in chosen if pair not in model]
            weights = rng.integers(1, 9, len(new)).astype(float)
            late = [float(delay)] * len(new) if delay else [1.0 + k % 3 for k in range(len(new))]
            projection.create_synapses([i for i, _ in new], [j for _, j in new], weights, late)
            model |= {pair: [w, d, 3.0, 0.0] for pair, w, d in zip(new, weights, late, strict=True)}
        elif what == "prune":
            old = [pair for pair in chosen if pair in model]
            projection.prune_synapses([i for i, _ in old], [j for _, j in old])
            model = {pair: held for pair, held in model.items() if pair not in old}
        elif what == "set" and model:
            order = sorted(model, key=lambda pair: pair[::-1])
            values = rng.integers(1, 9, len(order)).astype(float)
            projection.c = values
            for pair, value in zip(order, values, strict=True):
                model[pair][2] = value
        elif what == "run":
            net.simulate(4.0)
            for held in model.values():
                held[3] += 4.0
            expected = np.zeros(POST)
            for (i, j), held in model.items():
                expected[j] += held[0] * x[i]
            np.testing.assert_array_equal(b.r, expected)
        for place, name in enumerate(("w", "delay", "c", "age")):
            assert table(projection, name) == {pair: held[place] for pair, held in model.items()}
        assert projection.nb_synapses == len(model)
        assert projection.post_ranks == sorted({j for _, j in model})


def test_many_synapses_are_created_and_pruned_in_one_change() -> None:
    net, a, b = network(300, 200)
    projection = diagonal(net, a, b)
    net.compile(silent=True)
    before = net._revision
    pre, post = np.meshgrid(np.arange(200, 300), np.arange(200))
    projection.create_synapses(pre.ravel(), post.ravel(), weights=ann.Uniform(0.0, 1.0), delays=2.0)
    projection.prune_synapses(range(200), range(200))
    assert net._revision == before + 2
    assert projection.nb_synapses == 20_000
    assert projection.pre_ranks == [list(range(200, 300))] * 200
    assert len(set(np.ravel(projection.w))) == 20_000


def test_ends_of_new_synapses_may_lie_outside_the_views_and_be_coordinates() -> None:
    net = ann.Network(seed=1)
    a, b = net.create((3, 4), SOURCE), net.create((2, 2), SUM)
    projection = net.connect(a[0:2], b[1:3], "exc").one_to_one(1.0)
    projection.create_synapse((2, 3), (1, 1), w=2.0)
    projection.dendrite(1).create_synapses([4, 9], [3.0, 4.0])
    projection.create_synapses([7, 6], 0, weights=5.0)
    assert pairs(projection) == {(0, 1), (1, 2), (11, 3), (4, 1), (9, 1), (6, 0), (7, 0)}
    a.x = x = np.arange(12.0).reshape(3, 4)
    net.simulate(2.0)
    flat = x.ravel()
    wanted = [5.0 * (flat[6] + flat[7]), flat[0] + 3.0 * flat[4] + 4.0 * flat[9], flat[1], 2.0 * flat[11]]
    np.testing.assert_array_equal(b.r.ravel(), wanted)
    np.testing.assert_array_equal(projection.to_scipy().toarray().T @ flat, wanted)
    with pytest.raises(ValueError, match=r"neuron 6 to neuron 0 is outside .*to_scipy"):
        projection.connectivity_matrix()
    projection.prune_synapses([11, 4, 9, 6, 7], [3, 1, 1, 0, 0])
    np.testing.assert_array_equal(projection.connectivity_matrix(), np.eye(2))


def test_what_can_not_be_changed_is_refused_with_a_sentence_and_nothing_changes() -> None:
    net, a, b = network()
    projection = diagonal(net, a, b)
    dendrite = projection.dendrite(1)
    before = table(projection, "w")
    for change, message in (
        (lambda: dendrite.create_synapse(1), "has a synapse from neuron 1 to neuron 1 already"),
        (lambda: dendrite.create_synapses([0, 1]), "from neuron 1 to neuron 1 already"),
        (lambda: dendrite.create_synapses([0, 2, 0]), "from neuron 0 to neuron 1 is given twice"),
        (lambda: dendrite.prune_synapse(2), "has no synapse from neuron 2 to neuron 1"),
        (lambda: dendrite.prune_synapses([1, 2]), "has no synapse from neuron 2 to neuron 1"),
        (lambda: dendrite.prune_synapses([1, 1]), "given twice"),
        (lambda: dendrite.create_synapse(5), "rank 5 is outside population 'a' of 5 neurons"),
        (lambda: dendrite.create_synapse(-1), "rank -1 is outside"),
        (lambda: projection.create_synapse(0, 4), "rank 4 is outside population 'b' of 4 neurons"),
        (lambda: projection.create_synapses([0, 1], [2, 3, 3]), "2 and 3"),
        (lambda: dendrite.create_synapses([0, 2], [1.0, 2.0, 3.0]), "2 new synapses take a weight or 2 of them, not 3"),
        (lambda: dendrite.create_synapses([0, 2], 1.0, [1.0, 2.0, 3.0]), "2 numbers, not 3"),
        (lambda: dendrite.create_synapse(0, np.nan), "can't be NaN"),
        (lambda: dendrite.create_synapse(0, 1.0, -1.0), "not negative"),
    ):
        with pytest.raises(ValueError, match=message):
            change()
    for wrong in (0.5, [0.5, 1.5], "a"):
        with pytest.raises(TypeError, match="whole number"):
            dendrite.create_synapses(wrong)
    assert table(projection, "w") == before
    with pytest.raises(RuntimeError, match="no synapses yet"):
        net.connect(a, b, "exc").create_synapse(0, 0)
    with pytest.warns(UserWarning, match=r"0.6 ms becomes 1 ms") as caught:
        dendrite.create_synapse(0, 1.0, 0.6)
    assert caught[0].filename == __file__
    assert table(projection, "delay")[0, 1] == 1.0


def test_a_dendrite_outlives_its_synapses_and_those_before_it() -> None:
    net, a, b = network()
    projection = net.connect(a, b, "exc").all_to_all(ann.Uniform(0.0, 1.0))
    last, synapse = projection.dendrite(3), projection.synapse(4, 3)
    w = synapse.w
    projection.prune_synapses(range(5), 0)
    last.prune_synapse(1)
    assert (synapse.w, last.pre_ranks, len(last.w)) == (w, [0, 2, 3, 4], 4)
    synapse.w = 2.0
    assert projection.synapse(4, 3).w == 2.0
    for one in last:
        last.prune_synapse(one.rank)
    assert (last.size, last.pre_ranks, last.w, list(last)) == (0, [], [], [])
    with pytest.raises(ValueError, match="3 has no synapse with pre-synaptic neuron 4"):
        _ = synapse.w
    with pytest.raises(ValueError, match="3 has no synapses"):
        projection.dendrite(3)
    last.create_synapse(2, 1.5)
    assert (last.pre_ranks, last.w, projection.post_ranks) == ([2], [1.5], [1, 2, 3])


def test_where_no_delay_is_given_it_is_that_of_all_others_or_one_step() -> None:
    net, a, b = network()
    alike = diagonal(net, a, b, delays=3.0)
    alike.create_synapse(0, 1)
    assert alike.delay == 3.0
    alike.create_synapse(0, 2, delay=2.0)
    alike.create_synapse(0, 3)
    assert alike.delay == [[3.0], [3.0, 3.0], [2.0, 3.0], [1.0, 3.0]]
    empty = net.connect(a, b, "exc").from_matrix(np.full((4, 5), np.nan))
    empty.create_synapses([0, 1], 2, 1.0, 4.0)
    assert empty.delay == 4.0


def test_attributes_of_new_synapses_are_what_a_connector_gives() -> None:
    synapse = ann.Synapse(
        parameters=dict(k=ann.Parameter("c0", locality="local"), g=2.0, s=ann.Parameter(5.0, locality="semiglobal")),
        equations="y = y : init=k\nz = z : init=Uniform(1.0, 2.0)\nn = n : init=3, int",
    )
    net, a, b = network()
    net.constant("c0", 4.0)
    projection = net.connect(a[0:2], b[0:2], "exc", synapse).one_to_one(ann.Uniform(0.0, 1.0))
    projection.k, projection.s, projection.g = [1.0, 2.0], [6.0, 7.0], 8.0
    projection.create_synapses([4, 3, 2], [3, 0, 0])
    assert projection.k == [[1.0, 4.0, 4.0], [2.0], [4.0]]
    assert projection.y == [[4.0] * 3, [4.0], [4.0]]
    assert projection.s == [6.0, 7.0, 5.0]
    assert projection.g == 8.0
    z = np.concatenate(projection.z)
    assert len(set(z)) == 5
    assert ((z >= 1.0) & (z < 2.0)).all()
    assert projection.n == [[3, 3, 3], [3], [3]]
    assert isinstance(projection.n[0][0], int)
    projection.prune_synapse(1, 1)
    assert projection.s == [6.0, 5.0]


# -- spikes and plastic state -----------------------------------------------------------------------------------------


def test_a_new_synapse_brings_spikes_under_way_and_a_pruned_one_brings_none() -> None:
    net, a, b = network(2, 2, (CLOCK, COUNT))
    a.period, a.phase = 10.0, [0.0, 4.0]
    seen = net.monitor(b, "seen")
    projection = diagonal(net, a, b, delays=3.0)
    net.simulate(2.0)  # the spike of step 0 arrives in step 3
    projection.create_synapse(0, 1, w=2.0, delay=5.0)
    projection.create_synapse(1, 0, w=3.0, delay=2.0)
    net.simulate(3.0)
    projection.prune_synapse(1, 0)  # the spike of step 4 would arrive in step 6
    net.simulate(13.0)
    expected = np.zeros((18, 2))
    for i, j, w, delay, first, last in ((0, 0, 1.0, 3, 0, 18), (1, 1, 1.0, 3, 0, 18), (0, 1, 2.0, 5, 2, 18)):
        for spike in range(int(a.phase[i]), 18, 10):
            if first <= spike + delay < last:
                expected[spike + delay, j] += w
    np.testing.assert_array_equal(seen.get("seen"), expected)


def stdp(pre: range, post: range, delay: int, begin: int, end: int, w: float, tau: float, A: float) -> list[float]:
    """w, p, q of one synapse that exists from step ``begin`` on, as they stand after its last event before ``end``."""
    p = q = 0.0
    last = begin
    for step in range(begin, end):
        if step - delay in pre:
            p, q, last = p * np.exp((last - step) / tau) + A, q * np.exp((last - step) / tau), step
            w -= q
        if step in post:
            now = step + 1
            p, q, last = p * np.exp((last - now) / tau), q * np.exp((last - now) / tau) + A, now
            w += p
    return [w, p, q]


@pytest.mark.parametrize("threads", [1, 2])
def test_plastic_state_of_other_synapses_stays_and_new_ones_begin_when_they_are_made(threads: int) -> None:
    net, a, b = network(40, 300, (CLOCK, COUNT), num_threads=threads)
    a.period, a.phase = 2.0 + np.arange(40) % 5, -(np.arange(40.0) % 3)
    b.period, b.phase = 3.0 + np.arange(300) % 4, -(np.arange(300.0) % 2)
    rng = np.random.default_rng(3)
    projection = net.connect(a, b, "exc", ann.Synapse(**STDP))
    projection.fixed_probability(0.2, weights=1.0, delays=ann.DiscreteUniform(1.0, 4.0))
    known = {pair: (0, 1.0, int(d)) for pair, d in table(projection, "delay").items()}
    for _ in range(4):
        net.simulate(7.0)
        new = [(i, j) for i in range(40) for j in range(300) if (i, j) not in known and rng.random() < 0.02]
        gone = [pair for pair in known if rng.random() < 0.05]
        weights, delays = rng.random(len(new)), rng.integers(1, 7, len(new))
        projection.create_synapses(*np.transpose(new), weights, delays.astype(float))
        projection.prune_synapses(*np.transpose(gone))
        known = {pair: held for pair, held in known.items() if pair not in gone}
        now = net.current_step
        known |= {pair: (now, w, int(d)) for pair, w, d in zip(new, weights, delays, strict=True)}
    net.simulate(9.0)
    end = net.current_step
    expected = {}
    for (i, j), (begin, w, delay) in known.items():
        trains = (range(-int(n.phase[k]) * -1 % int(n.period[k]), end, int(n.period[k])) for n, k in ((a, i), (b, j)))
        expected[i, j] = stdp(*trains, delay, begin, end, w, 10.0, 0.1)
    for place, name in enumerate("wpq"):
        found = table(projection, name)
        assert found.keys() == expected.keys()
        np.testing.assert_allclose(list(found.values()), [expected[k][place] for k in found], rtol=1e-12, atol=1e-15)


def test_callbacks_create_and_prune_while_the_network_runs() -> None:
    net, a, b = network()
    a.x = 1.0
    projection = diagonal(net, a, b)
    sums = net.monitor(b, "r")

    @ann.every(network=net, period=2.0, wait=2.0)
    def change(n: int) -> None:
        projection.create_synapse(4, n, w=10.0)
        projection.prune_synapse(n, n)

    net.simulate(8.0)
    expected = np.zeros((8, 4))
    for step in range(1, 8):  # rates of the step before
        changed = np.arange(4) < step // 2
        expected[step] = np.where(changed, 10.0, 1.0)
    np.testing.assert_array_equal(sums.get("r"), expected)


def test_synapses_that_share_their_weights_stay_as_they_are_and_follow_those_they_copy() -> None:
    net, a, b = network(6, 6)
    reader = net.create(6, ann.Neuron(equations="r = sum(a) + sum(b)"))
    original = net.connect(a, b, "exc").all_to_all(ann.Uniform(0.0, 1.0))
    copied = net.connect(ann.Copy(a, reader, "a")).connect_copy(original)
    filtered = net.connect(ann.Convolution(a, reader, "b")).connect_filter([0.0, 0.0, 0.0])
    for projection in (copied, filtered):
        with pytest.raises(TypeError, match="share their weights: none can be created or pruned"):
            projection.create_synapse(0, 5)
        with pytest.raises(TypeError, match="share their weights"):
            projection.prune_synapse(0, 0)
    a.x = np.arange(6.0)
    net.simulate(2.0)
    original.prune_synapses(range(6), 2)
    original.create_synapse(5, 2, w=7.0)
    net.simulate(2.0)
    assert (b.r[2], reader.r[2]) == (35.0, 35.0)
    np.testing.assert_array_equal(reader.r, b.r)
