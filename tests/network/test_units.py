"""Networks of neurons that have units: the same bits as without, and quantities of pint wherever numbers are taken."""

import copy
import pickle

import numpy as np
import pint
import pytest

from eqneuro import AdEx, Network, Neuron
from eqneuro.language.errors import EquationError

PINT = pint.UnitRegistry()
WITH_UNITS = dict(
    parameters="tau = 20*ms; E_L = -70*mV; R = 100*MOhm; I = 0.3*nA : population",
    equations="tau*dv/dt = E_L - v + R*(I + g_exc) : init=-70*mV, rk4\n0.005*s*dg_exc/dt = -g_exc",
    spike="v > -50*mV",
    reset="v = E_L",
    refractory="2*ms",
)
PLAIN = dict(
    parameters="tau = 20.0; E_L = -70.0; R = 0.1; I = 300.0 : population",
    equations="tau*dv/dt = E_L - v + R*(I + g_exc) : init=-70.0, rk4\n5.0*dg_exc/dt = -g_exc",
    spike="v > -50.0",
    reset="v = E_L",
    refractory=2.0,
)


pytestmark = pytest.mark.usefixtures("nothing_declared")


@pytest.fixture
def pop():
    return Network(dt=0.1).create(3, Neuron(**WITH_UNITS), name="cells")


def run(neuron, weights, delays, dt, duration):
    net = Network(dt=dt, seed=1)
    pop = net.create(20, neuron)
    pop.I = np.linspace(200.0, 400.0, 20)
    net.connect(pop, pop, "exc").fixed_probability(0.3, weights=weights, delays=delays)
    monitor = net.monitor(pop, ["v", "spike"])
    net.simulate(duration)
    return monitor.get("v"), monitor.get("spike")


def test_network_with_units_has_the_bits_of_the_one_without():
    v, spikes = run(Neuron(**WITH_UNITS), 0.05 * PINT.nA, 1.5 * PINT.ms, 100 * PINT.us, 0.1 * PINT.s)
    plain_v, plain_spikes = run(Neuron(**PLAIN), 50.0, 1.5, 0.1, 100.0)
    np.testing.assert_array_equal(v, plain_v)
    assert spikes == plain_spikes
    assert sum(map(len, spikes.values())) > 20


def test_attributes_take_quantities_and_are_read_as_numbers(pop):
    pop.tau = 0.01 * PINT.s
    pop.v = [-60.0, -61.0, -62.0] * PINT.mV
    pop[1:].E_L = -0.065 * PINT.V
    pop.refractory = 0.003 * PINT.s
    pop.g_exc = 0.2 * PINT.nA
    pop.set({"R": 50.0 * PINT.Mohm})
    assert (pop.tau == 10.0).all()
    np.testing.assert_array_equal(pop.v, [-60.0, -61.0, -62.0])
    np.testing.assert_array_equal(pop.E_L, [-70.0, -65.0, -65.0])
    np.testing.assert_array_equal(pop.g_exc, [200.0] * 3)
    assert pop.refractory == 3.0
    assert (pop.R == 0.05).all()
    pop.tau = 12.0
    assert (pop.tau == 12.0).all()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("tau", 3.0 * PINT.mV, "'tau' of population 'cells' is in ms, not in mV"),
        ("v", 3.0 * PINT.pA, "'v' of population 'cells' is in mV, not in pA"),
        ("g_exc", 3.0 * PINT.nS, "'g_exc' of population 'cells' is in pA, not in nS"),
        ("R", 3.0 * PINT.dimensionless, "'R' of population 'cells' is in GOhm, not a plain number"),
        ("refractory", 3.0 * PINT.mV, "refractory of population 'cells' is in ms, not in mV"),
    ],
)
def test_quantity_of_another_dimension_is_refused_and_changes_nothing(pop, name, value, message):
    before = copy.deepcopy(pop.get(name))
    with pytest.raises(ValueError, match=message):
        setattr(pop, name, value)
    np.testing.assert_array_equal(pop.get(name), before)


def test_model_without_units_takes_no_quantities():
    pop = Network().create(1, AdEx)
    with pytest.raises(ValueError, match="has no units: 'C' takes plain numbers"):
        pop.C = 200.0 * PINT.pF
    pop.refractory = 3.0 * PINT.ms  # a time is in ms in any model
    assert pop.refractory == 3.0


def test_weights_are_in_the_unit_of_what_they_are_added_to(pop):
    net = pop._net
    projection = net.connect(pop, pop, "exc").all_to_all(weights=0.1 * PINT.nA, delays=0.002 * PINT.s)
    assert projection.w == pytest.approx(100.0, rel=1e-15)
    assert projection.delay == 2.0
    projection.w = 30.0 * PINT.pA
    projection.delay = 1000.0 * PINT.us
    assert np.unique(projection.w) == 30.0
    assert projection.delay == 1.0
    with pytest.raises(ValueError, match="weights of projection 'proj0' are in pA, not in nS"):
        projection.w = 1.0 * PINT.nS
    with pytest.raises(ValueError, match="are in pA, not in mV"):
        net.connect(pop, pop, "exc").all_to_all(1.0 * PINT.mV)
    with pytest.raises(ValueError, match="'delays' is in ms, not in mV"):
        net.connect(pop, pop, "exc").all_to_all(1.0, delays=1.0 * PINT.mV)


def test_times_of_networks_may_be_quantities(pop):
    net = pop._net
    net.simulate(0.01 * PINT.s)
    assert net.time == 10.0
    with pytest.raises(ValueError, match="a duration is in ms, not in mV"):
        net.simulate(1.0 * PINT.mV)
    assert Network(dt=50 * PINT.us).dt == 0.05


def test_constants_may_have_units():
    net = Network(dt=0.1)
    E_L = net.constant("E_L", -0.07 * PINT.V)
    assert E_L.value == -70.0
    pop = net.create(1, Neuron("tau = 20*ms", "tau*dv/dt = E_L - v"))
    assert pop.neuron_type.units == {"tau": "ms", "E_L": "mV", "v": "mV"}
    E_L.set(-60.0 * PINT.mV)
    assert E_L.value == -60.0
    E_L.set(-50.0)
    assert E_L.value == -50.0
    with pytest.raises(ValueError, match="is in mV, not in pA"):
        E_L.set(1.0 * PINT.pA)


def test_constant_that_comes_after_the_model_is_compared_with_it():
    neuron = Neuron("tau = 20*ms", "tau*dv/dt = E_L - v : unit=mV")
    net = Network()
    net.constant("E_L", 3.0 * PINT.pA)
    with pytest.raises(EquationError, match="constant 'E_L' of the network is in pA, here in mV"):
        net.create(1, neuron)


def test_constant_that_a_model_took_for_a_unit_is_told():
    neuron = Neuron("q = 2*C", "r = q")
    net = Network()
    net.constant("C", 5.0)
    with pytest.raises(EquationError, match="constant 'C' of the network is a unit here") as caught:
        net.create(1, neuron)
    assert caught.value.hint == "Make the constant before the model, or give it another name."
    pop = net.create(1, Neuron("q = 2*C", "r = q"))
    assert pop.q == 10.0


def test_unit_in_a_model_without_units_is_explained():
    with pytest.raises(EquationError) as caught:
        Network().create(1, Neuron(equations="dv/dt = -v/(20*ms)"))
    assert caught.value.hint.startswith("Units are read where a parameter or variable has one")


def test_stop_condition_is_checked():
    neuron = Neuron(**WITH_UNITS)
    net = Network(dt=0.1)
    pop = net.create(1, neuron, stop_condition="v > -0.06*V")
    net.simulate_until(100.0 * PINT.ms, pop)
    assert -60.0 < pop.v[0] < -59.5
    with pytest.raises(EquationError, match="cannot compare mV with a plain number in stop_condition"):
        net.create(1, neuron, stop_condition="v > -60.0")


def test_neurons_with_units_can_be_pickled_and_networks_copied(pop):
    neuron = pickle.loads(pickle.dumps(pop.neuron_type))
    assert neuron.units == pop.neuron_type.units
    other = pop._net.copy().get_population("cells")
    other.tau = 0.01 * PINT.s
    assert (other.tau == 10.0).all()


def test_numbers_of_numpy_have_units_too(pop):
    pop.v = np.float32(-60.0) * PINT.mV
    assert (pop.v == -60.0).all()
    pop.v = np.array(-61.0) * PINT.mV
    assert (pop.v == -61.0).all()
