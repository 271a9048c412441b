"""Networks with different steps and one seed: white noise follows one path, all other draws are held."""

import numpy as np
import pytest

from eqneuro import Network, Neuron, Synapse

H, MOST = 1.0, 4
PARTS = (4, 2, 1)
"""Steps of the finest network in one of each network, the coarsest first."""


def networks(build, **settings):
    """A network for each step, and what ``build`` makes in it."""
    made = []
    for parts in PARTS:
        net = Network(dt=H * parts / MOST, seed=7, **settings)
        net._refinement = parts, MOST
        made.append((net, build(net)))
    return made


def follow(build, read, coarse_steps=5, **settings):
    """For each network what ``read`` gives at the ends of the coarsest one's steps: shape (networks, steps, …)."""
    rows = []
    for net, made in networks(build, **settings):
        own = []
        for _ in range(coarse_steps):
            net.simulate(H)
            own.append(np.array(read(made), dtype=float))
        rows.append(own)
    return np.array(rows)


NOISY = Neuron(
    equations="""
        da/dt = 0.5*xi
        db/dt = xi_common - xi
        z = a
        dc/dt = xi_common
        dwhole/dt = 2.0*xi : population
        r = a
    """
)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-13), (np.float32, 1e-5)])
@pytest.mark.parametrize("name", ["a", "b", "c", "whole"])
def test_all_steps_see_one_wiener_process(name, dtype, tolerance):
    rows = follow(lambda net: net.create(700, NOISY), lambda pop: getattr(pop, name), dtype=dtype)
    assert np.ptp(rows[0], axis=0).min() > 0.01
    np.testing.assert_allclose(rows[1], rows[0], atol=tolerance)
    np.testing.assert_allclose(rows[2], rows[0], atol=tolerance)


def test_the_path_of_the_finest_network_is_that_of_a_network_by_itself():
    rows = []
    for refinement in ((1, 1), (1, 4)):
        net = Network(dt=0.25, seed=7)
        net._refinement = refinement
        pop = net.create(300, NOISY)
        net.simulate(3.0)
        rows.append(np.array(pop.a))
    np.testing.assert_array_equal(rows[0], rows[1])


def test_increments_of_a_coarse_step_are_standard():
    (net, pop), *_ = networks(lambda net: net.create(20_000, NOISY))
    net.step()
    first = np.array(pop.c)
    net.step()
    second = np.array(pop.c) - first
    for increment in (first, second):
        assert abs(increment.var() / H - 1.0) < 4.5 * np.sqrt(2.0 / len(increment))
    assert abs(np.corrcoef(first, second)[0, 1]) < 4.5 / np.sqrt(len(first))


@pytest.mark.parametrize("text", ["Uniform(0.0, 1.0)", "Normal(1.0, 2.0)", "Poisson(3.0)", "Gamma(0.5, 1.0)"])
def test_other_draws_are_held_over_the_steps_that_the_coarsest_one_is_divided_into(text):
    recorded = []
    for net, pop in networks(lambda net: net.create(300, Neuron(equations=f"x = {text}\nr = x"))):
        monitor = net.monitor(pop, "x")
        net.simulate(3 * H)
        recorded.append(monitor.get("x"))
    coarse, middle, fine = recorded
    assert not np.array_equal(coarse[0], coarse[1])
    np.testing.assert_array_equal(middle, np.repeat(coarse, 2, axis=0))
    np.testing.assert_array_equal(fine, np.repeat(coarse, 4, axis=0))


@pytest.mark.parametrize("period", [None, 2.0])
def test_synapses_see_one_wiener_process_and_hold_their_draws(period):
    synapse = Synapse(equations="dw/dt = xi\nu = Uniform(0.0, 1.0)\ng = Gamma(2.0, 1.0)\nreads = w + u + g")

    def build(net):
        pop = net.create(30, Neuron(equations="r = sum(exc)"))
        projection = net.connect(pop, pop, "exc", synapse).all_to_all(0.0)
        if period:
            projection.enable_learning(period=period)
        return projection

    rows = follow(build, lambda projection: [np.concatenate(projection.w), np.concatenate(projection.u)])
    assert rows[0, -1].std() > 0.1
    np.testing.assert_allclose(rows[1:], np.broadcast_to(rows[0], rows[1:].shape), atol=1e-12)


def test_a_refinement_may_be_set_at_any_time_and_compiles_nothing():
    net = Network(dt=H, seed=7)
    pop = net.create(100, NOISY)
    net.compile()
    compiled = net._compiled
    net._refinement = 4, 4
    net.simulate(2 * H)
    fine = Network(dt=H / 4, seed=7)
    other = fine.create(100, NOISY)
    fine.simulate(2 * H)
    np.testing.assert_allclose(pop.a, other.a, atol=1e-13)
    assert net._compiled is compiled


def test_threads_do_not_change_a_refined_path():
    rows = []
    for threads in (1, 3):
        net = Network(dt=H, seed=7, num_threads=threads)
        net._refinement = 4, 4
        pop = net.create(2000, NOISY)
        net.simulate(3 * H)
        rows.append(np.array(pop.b))
    np.testing.assert_array_equal(rows[0], rows[1])


@pytest.mark.parametrize("value", [(0, 4), (3, 4), (4, 2), (-1, 1)])
def test_a_refinement_that_does_not_divide_is_refused(value):
    with pytest.raises(ValueError, match="split"):
        Network()._refinement = value
