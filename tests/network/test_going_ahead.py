"""A lone population does many steps at once, up to the next spike: nothing else is different."""

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.engine.program import LONE

EQUATIONS = {
    "exact": "tau*dv/dt = -v + I : exact",
    "of time": "tau*dv/dt = -v + I + 5.0*cos(t/7.0)",
    "noisy": "tau*dv/dt = -v + I + 3.0*xi",
    "delayed": "tau*dv/dt = -v + I + 0.1*v(t - 3.0)",
    "global": ["tau*ds/dt = -s + 1.0 : population", "tau*dv/dt = -v + I + s"],
}


def make(size, equations, dt=0.1):
    net = ann.Network(dt=dt, seed=3)
    neuron = ann.Neuron(
        parameters={"tau": 20.0, "I": 21.0, "theta": 20.0},
        equations=equations,
        spike="v > theta",
        reset="v = 0.0",
        refractory=2.0,
    )
    cells = net.create(size, neuron, name="cells")
    cells.v = np.linspace(0.0, 15.0, size)
    return net, cells, net.monitor(cells, "spike")


def goes_ahead(net):
    """Whether the program of the network, once it ran, says so."""
    return bool(net._runner._assembly.program.instructions()[0, 0] == LONE)


@pytest.mark.parametrize("size", [1, 19])
@pytest.mark.parametrize("kind", EQUATIONS)
def test_nothing_but_the_time_it_takes_depends_on_going_ahead(kind, size):
    found = []
    for is_watched in (False, True):
        net, cells, spikes = make(size, EQUATIONS[kind])
        if is_watched:
            net.monitor(cells, "v", period=5.0)
        for duration in (0.1, 333.3, 200.0):
            net.simulate(duration)
        found.append((cells.v.tobytes(), spikes.get("spike"), net.current_step))
        assert goes_ahead(net) is (not is_watched and kind not in ("delayed", "global"))
    assert found[0] == found[1]
    assert sum(map(len, found[0][1].values())) > 5 * size


ALONE = {
    "exact": ("tau*dv/dt = -v + I : exact", "v = 0.0"),
    "products": ("dv/dt = 0.003*v*v - 0.01*v*u + 0.02*I - u/11.0\ntau*du/dt = 0.2*v - u : heun", "v = -3.0; u += 0.7"),
    "assignments": ("x = 0.3*v - 0.1*I\ndv/dt = (I - v)/tau + 0.01*x*v : min=-1.0, max=50.0", "v -= theta"),
    "clock": ("tau*dv/dt = -v + I + 0.01*t - ite(t - t_last < 5.0, 3.0, 0.0)", "v = 0.0"),
}


@pytest.mark.parametrize("precision", ["double", "float"])
@pytest.mark.parametrize("kind", ALONE)
def test_a_neuron_is_the_same_whether_others_are_beside_it_or_not(kind, precision):
    """Alone, what it holds stays in registers."""
    found = []
    for size in (1, 18):
        net = ann.Network(dt=0.1, seed=3, precision=precision)
        equations, reset = ALONE[kind]
        neuron = ann.Neuron(
            parameters={"tau": 20.0, "I": 21.0, "theta": 20.0},
            equations=equations,
            spike="v > theta",
            reset=reset,
            refractory=1.0,
        )
        cells = net.create(size, neuron)
        spikes = net.monitor(cells, "spike")
        net.simulate(200.0)
        for _ in range(100):
            net.step()
        net.simulate(500.0)
        found.append([getattr(cells, name)[:1].tobytes() for name in cells.variables] + [spikes.get("spike")[0]])
    assert found[0] == found[1]
    assert len(found[0][-1]) > 5


def test_steps_that_were_skipped_have_no_spikes_for_those_that_listen_later():
    """The ring of spikes holds one step more than it needs: what stood there long ago must not be sent again."""
    received = []
    for is_watched in (False, True):
        net, cells, spikes = make(1, EQUATIONS["exact"])
        if is_watched:
            net.monitor(cells, "v", period=5.0)
        net.simulate(100.0)
        received.append((len(spikes.get("spike")[0]), cells._outputs["spike"].ring_count.tolist()))
    assert received[0] == received[1]


def test_a_number_that_is_none_stops_the_network_in_its_step():
    net = ann.Network(dt=1.0)
    cells = net.create(3, ann.Neuron(equations="dv/dt = ite(t < 41.5, 1.0, log(-1.0 - v))", spike="v > 1e9"))
    with pytest.raises(FloatingPointError, match="t = 42"):
        net.simulate(100.0)
    assert net.current_step == 43
    assert np.isnan(cells.v).all()
