"""The large balanced networks: their states and rates, beside mean field and published values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erf

import eqneuro as ann

# -- Brunel's network -------------------------------------------------------------------------------------------------

SCALE = 0.2


def test_mean_field_gives_the_published_rates(example):
    module = example("brunel")
    for regime, published in {"SI fast": 55.8, "AI": 38.0, "SI slow": 6.5}.items():
        assert module.mean_field(*module.REGIMES[regime]) == pytest.approx(published, abs=0.1)


def test_rate_of_a_single_neuron_is_siegerts_integral(example):
    low, high = (10.0 - 15.0) / 5.0, (20.0 - 15.0) / 5.0
    area = quad(lambda x: np.exp(x**2) * (1.0 + erf(x)), low, high)[0]
    assert example("brunel").siegert(15.0, 5.0) == pytest.approx(1000.0 / (2.0 + 20.0 * np.sqrt(np.pi) * area))


def test_a_spike_moves_the_potential_at_once_by_its_weight(example):
    module = example("brunel")
    net = ann.Network(dt=0.1)
    source = net.create(ann.SpikeSourceArray([1.0]))
    cell = net.create(1, module.neuron)
    cell.outside = 0.0
    net.connect(source, cell, "exc").one_to_one(weights=5.0, delays=1.5)
    monitor = net.monitor(cell, "v")
    net.simulate(10.0)
    v = monitor.get("v")[:, 0]
    arrival = 10 + 15
    assert (v[:arrival] == 0.0).all()
    np.testing.assert_allclose(v[arrival:], 5.0 * (1.0 - 0.1 / 20.0) ** np.arange(100 - arrival), rtol=1e-12)


def test_each_neuron_has_as_many_inputs_as_in_the_full_network(example):
    module = example("brunel")
    net = module.build(5.0, 2.0, SCALE)
    for projection, number in zip(net.get_projections(), (module.CE, module.CI), strict=True):
        assert projection.nb_synapses == number * 2500
        assert set(projection.nb_synapses_per_dendrite()) == {number}


def test_network_in_step_fires_once_in_two_delays(example):
    module = example("brunel")
    found = module.run("SR", SCALE, duration=100.0, seed=5)
    # a volley comes back after the delay of 1.5 ms, when who fired still rests: two halves take turns
    assert found["rate"] == pytest.approx(1000.0 / (2.0 * module.DELAY), rel=0.03)
    assert found["variation"] < 0.1
    # every third bin of 0.5 ms holds half of the N neurons: variance over mean is N/3
    assert module.synchrony(found["activity"]) > 0.1 * found["size"]


def test_irregular_network_fires_near_mean_field_with_the_published_rhythms(example):
    module = example("brunel")
    slow = module.run("SI slow", 0.5, duration=300.0, seed=1)
    fast, alone = (module.run(regime, 0.5, duration=200.0, seed=1) for regime in ("SI fast", "AI"))
    field = {regime: module.mean_field(*module.REGIMES[regime]) for regime in module.REGIMES}
    # asynchronous: mean field holds; in step: the published simulations are some 10 % above and below it
    assert alone["rate"] == pytest.approx(field["AI"], rel=0.06)
    assert fast["rate"] == pytest.approx(field["SI fast"], rel=0.2)
    assert fast["rate"] > field["SI fast"]
    assert slow["rate"] == pytest.approx(field["SI slow"], rel=0.5)
    assert slow["rate"] < field["SI slow"]
    assert fast["variation"] > 0.5
    assert alone["variation"] > 0.3
    assert module.synchrony(fast["activity"]) > 2.0 * module.synchrony(alone["activity"])
    assert 150.0 < module.rhythm(fast["activity"]) < 210.0  # figure 8: 180 Hz
    assert 10.0 < module.rhythm(slow["activity"]) < 50.0  # figure 8: 22 Hz
