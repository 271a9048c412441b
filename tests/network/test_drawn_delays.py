"""Delays and weights of many synapses are drawn block by block: the numbers are those of one draw, memory is little."""

import tracemalloc

import numpy as np

import eqneuro as ann
from eqneuro.language.distributions import BLOCK

MANY = 3 * BLOCK + 5


def test_blocks_hold_the_numbers_of_one_draw() -> None:
    for distribution in (
        ann.Normal(1.0, 2.0, min=0.0),
        ann.Uniform(1.0, 3.0),
        ann.Exponential(2.0),
        ann.LogNormal(0.0, 1.0),
    ):
        whole = distribution._clipped(np.random.default_rng(3), MANY)
        np.testing.assert_array_equal(distribution.sample(np.random.default_rng(3), MANY), whole)


def make(delays) -> ann.Projection:  # type: ignore[no-untyped-def]
    net = ann.Network(dt=0.1, seed=3)
    cells = net.create(1000, ann.Neuron(equations="10.0*dv/dt = -v + g_exc", spike="v > 1.0", reset="v = 0.0"))
    projection = net.connect(cells, cells, "exc")
    projection.fixed_number_pre(400, weights=1.0, delays=delays)
    return projection


def test_drawn_delays_are_whole_steps_of_what_the_distribution_gives() -> None:
    """The generator is that of the projection: weights are one number here, so delays come first."""
    projection = make(ann.Normal(1.5, 0.75, min=0.1))
    rng = np.random.default_rng([projection._net._seed_word, projection._number, 2])
    exact = np.clip(rng.normal(1.5, 0.75, 400_000), 0.1, None)
    np.testing.assert_allclose(np.concatenate(projection.delay), np.maximum(np.floor(exact / 0.1 + 0.5), 1.0) * 0.1)


def test_one_delay_for_all_where_what_is_drawn_rounds_to_it() -> None:
    assert make(ann.Uniform(1.46, 1.54)).delay == 1.5


def test_memory_of_drawn_delays_is_little_more_than_what_stays() -> None:
    make(1.0)  # what is imported and built once
    tracemalloc.start()
    projection = make(ann.Uniform(0.1, 3.0))
    stays, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    synapses = 400_000
    assert projection.nb_synapses == synapses
    assert stays > projection._built.nbytes + 2 * synapses  # which pairs, and delays
    assert peak < stays + 4 * synapses + 40 * BLOCK
