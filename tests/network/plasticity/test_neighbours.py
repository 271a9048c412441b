"""What synapses read of their two neurons: inputs while spikes arrive, and parameters that become arrays later."""

import numpy as np
import pytest

from eqneuro import Network, Neuron, SpikeSourceArray, Synapse

LISTENER = Neuron(equations="heard = g_exc + 100.0*g_inh", spike="heard > 1e9")
NOTE = Synapse(equations="seen = seen\nother = other", pre_spike="g_target += w\nseen = post.g_exc\nother = post.g_inh")


@pytest.mark.parametrize("threads", [1, 3])
def test_inputs_that_a_spike_reads_hold_what_came_before_it_in_the_step(threads):
    """By delay, the shortest first, then by rank, one projection after the other, as they were connected."""
    net = Network(dt=1.0, num_threads=threads)
    source = net.create(SpikeSourceArray([[2.0], [2.0], [1.0]]))
    cells = net.create(600, LISTENER)
    first = net.connect(source, cells, "inh").all_to_all(4.0, delays=2.0)  # arrives in step 4, from 0 and 1
    learns = net.connect(source, cells, "exc", NOTE)
    weights, delays = np.tile([1.0, 2.0, 8.0], (600, 1)), np.tile([2.0, 2.0, 3.0], (600, 1))
    learns.from_matrix(weights, delays=delays)
    last = net.connect(source, cells, "inh").all_to_all(16.0, delays=2.0)
    net.simulate(6.0)
    assert (first.nb_synapses, last.nb_synapses) == (1800, 1800)
    for row in (0, 599):  # step 4: the spikes of step 2 after 2 ms, then that of step 1 after 3 ms
        assert learns.dendrite(row).seen == [0.0, 1.0, 3.0]
        assert learns.dendrite(row).other == [8.0, 8.0, 8.0]


def rates(k="2.0"):
    source = Neuron(parameters=dict(k=float(k)), equations="r = 1.0", name="Source")
    net = Network(dt=1.0)
    pre, post = net.create(3, source), net.create(2, Neuron(parameters=dict(k=1.0), equations="r = sum(exc)"))
    return net, pre, post


@pytest.mark.parametrize("delays", [0.0, 3.0])
@pytest.mark.parametrize("equations", [None, "w += 0.0", "x = pre.k"])
def test_a_global_parameter_that_becomes_an_array_is_read_as_one(equations, delays):
    net, pre, post = rates()
    synapse = Synapse(equations=equations, psp="w*pre.k*pre.r*post.k")
    net.connect(pre, post, "exc", synapse).all_to_all(1.0, delays=delays)
    net.simulate(5.0)
    np.testing.assert_array_equal(post.r, 3 * 2.0)
    pre.k = [1.0, 10.0, 100.0]
    net.simulate(5.0)
    np.testing.assert_array_equal(post.r, 111.0)
    post.k = [1.0, 2.0]
    net.simulate(5.0)
    np.testing.assert_array_equal(post.r, [111.0, 222.0])
    net.reset()
    net.simulate(5.0)
    np.testing.assert_array_equal(post.r, 3 * 2.0)


def test_spikes_read_an_array_that_was_one_number_before():
    net = Network(dt=1.0)
    pre = net.create(3, Neuron(parameters=dict(k=2.0), equations="v = t", spike="v >= 0.0"))
    post = net.create(1, Neuron(equations="heard = g_exc", spike="heard > 1e9"))
    net.connect(pre, post, "exc", Synapse(pre_spike="g_target += w*pre.k\nw += 0.0*pre.k")).all_to_all(1.0)
    net.simulate(3.0)
    assert post.heard[0] == 6.0
    pre[1].k = 5.0
    net.simulate(1.0)
    assert post.heard[0] == 9.0


@pytest.mark.parametrize(
    ("equations", "side"),
    [("h = pre.k : postsynaptic", 0), ("h = pre.k : projection", 0), ("h = post.k : projection", 1)],
)
def test_a_parameter_that_a_shared_variable_reads_stays_one_number(equations, side):
    net, *populations = rates()
    projection = net.connect(*populations, "exc", Synapse(equations=equations)).all_to_all(1.0)
    chosen = populations[side]
    with pytest.raises(ValueError, match=r"'k' of population 'pop.' stays one number: 'h' of projection 'proj0'"):
        chosen.k = np.arange(chosen.size) + 1.0
    with pytest.raises(ValueError, match="stays one number"):
        chosen[0:1].k = 7.0
    chosen.k = 3.0
    net.simulate(2.0)
    assert np.unique(projection.h).tolist() == [3.0]


def test_an_operation_over_a_parameter_may_be_shared_whatever_it_becomes():
    net, pre, post = rates()
    text = "h = mean(pre.r)*post.k : postsynaptic"
    projection = net.connect(pre, post, "exc", Synapse(equations=text)).all_to_all(1.0)
    post.k = [1.0, 2.0]
    net.simulate(2.0)
    assert projection.h == [1.0, 2.0]
