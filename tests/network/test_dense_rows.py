"""Learning where every row holds every pre-synaptic neuron, and where it does so no longer."""

from __future__ import annotations

import numpy as np

import eqneuro as ann

ETA = 0.01
RATES = np.random.default_rng(0).random((60, 7))
WEIGHTS = np.random.default_rng(1).random((5, 7))

linear = ann.Neuron(equations="r = sum(exc)", name="Linear")
hebbian = ann.Synapse(parameters=dict(eta=ETA), equations="w += eta*pre.r*post.r", psp="w*pre.r", name="Hebbian")


def learnt(weights: np.ndarray, mask: np.ndarray, before: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """The recursion of the rule, given the pre-synaptic rates of the step before and of each step."""
    weights = weights * mask
    for now in rates:
        weights = weights + ETA * np.outer(weights @ before, now) * mask
        before = now
    return weights


def connected(pre: slice = slice(None), post: slice = slice(None)) -> tuple[ann.Network, ann.Projection]:
    net = ann.Network(dt=1.0)
    source, target = net.create(ann.TimedArray(RATES)), net.create(5, linear)
    return net, net.connect(source[pre], target[post], "exc", hebbian).from_matrix(WEIGHTS[post, pre])


def test_dense_rows_learn_as_the_recursion_and_need_no_ranks():
    net, projection = connected()
    net.simulate(20.0)
    expected = learnt(WEIGHTS, np.ones((5, 7)), np.zeros(7), RATES[:20])
    np.testing.assert_allclose(projection.w, expected, rtol=1e-13)
    learning = net.source().split("static void learn_Hebbian")[1].split("\n}\n")[0]
    assert "target[s]" not in learning


def test_rows_that_have_lost_a_synapse_go_on_learning_with_those_left():
    net, projection = connected()
    net.simulate(20.0)
    before, mask = np.array(projection.w), np.ones((5, 7))
    projection.dendrite(2).prune_synapse(3)
    mask[2, 3] = 0.0
    net.simulate(20.0)
    expected = learnt(before, mask, RATES[19], RATES[20:40])
    np.testing.assert_allclose(projection.connectivity_matrix(), expected, rtol=1e-13)


def test_rows_of_a_view_on_the_pre_synaptic_population_learn_from_its_neurons():
    net, projection = connected(pre=slice(2, 6), post=slice(1, 3))
    net.simulate(20.0)
    mask = np.zeros((5, 7))
    mask[1:3, 2:6] = 1.0
    expected = learnt(WEIGHTS, mask, np.zeros(7), RATES[:20])[1:3, 2:6]
    np.testing.assert_allclose(projection.w, expected, rtol=1e-13)
