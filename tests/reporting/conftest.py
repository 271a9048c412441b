"""A network with something of everything."""

import pytest

import eqneuro as ann

LEAKY = ann.Neuron(
    parameters="tau = 12.5 : population; speed = 0.5",
    equations="tau*dmp/dt + mp = gain*sum(exc) : init=0.25, min=0.0, exponential\nr = if mp > 1: f(mp) else: mp",
    functions="f(x) = x^2",
    name="Leaky_thing",
    description="It forgets 50% & more, with τ from the paper of Gödel.",
)


@pytest.fixture
def network():
    """Two populations of one neuron, spiking ones of another; a constant, views, monitors, plastic synapses."""
    net = ann.Network(dt=0.5, seed=42)
    net.constant("gain", 2.0)
    a, b = net.create((3, 4), LEAKY, name="first"), net.create(7, LEAKY, name="second")
    spiking = net.create(10, ann.IF_curr_exp, name="spiking_1")
    b.tau = 8.0
    b.speed = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    net.connect(a, b, "exc", ann.Oja, name="forward").fixed_probability(0.5, weights=ann.Uniform(0.0, 0.75))
    net.connect(a[0, :], b[:2], "exc", ann.Oja, name="top").all_to_all(0.125, delays=1.5)
    net.connect(spiking, spiking, "exc", ann.STDP, name="learning").all_to_all(0.5, delays=2.0)
    net.connect(b, a, "exc", name="nothing_yet")
    net.monitor(b, "mp", period=5.0)
    net.monitor(spiking[:3], ["spike", "v"], name="trace")
    return net
