"""Every built-in neuron and synapse, and small versions of networks of the examples, on both backends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import eqneuro as ann
from eqneuro import Network, Neuron, Uniform

from .agreement import Outcome, assert_agree

NEURONS = ann.list_standard_neurons()
SYNAPSES = ann.list_standard_synapses()
STRONG = {"current": 3.0, "LIF": 12.0, "Izhikevich": 18.0, "HodgkinHuxley": 15.0, "AdEx": 900.0}
CURRENTS = ("i_offset", "I", "I_ext", "i", "B")
"""What drives built-in neurons is called one of these."""


def kind(name: Any) -> Any:
    """The class of a built-in model."""
    return getattr(ann, name) if isinstance(name, str) else name


def drive(population: Any) -> None:
    """Neurons get currents that differ, so that most of them spike."""
    name = type(population.neuron_type).__name__
    most = STRONG.get(name, STRONG["current"])
    for current in CURRENTS:
        if current in population.parameters:
            population.set({current: Uniform(0.3 * most, most)})
            return


@pytest.mark.parametrize("name", NEURONS)
def test_built_in_neurons_agree(name):
    def build() -> Network:
        net = Network(dt=0.1, seed=2)
        population = net.create(4, kind(name))
        drive(population)
        if population.model.is_spiking:
            source = net.create(ann.PoissonPopulation(5, rates=200.0))
            for target in population.targets:
                net.connect(source, population, target).all_to_all(Uniform(0.0, 0.05), Uniform(0.1, 1.0))
        else:
            source = net.create(ann.InputArray(5))
            source.r = np.linspace(-1.0, 1.0, 5)
            for target in population.targets:
                net.connect(source, population, target).all_to_all(Uniform(-1.0, 1.0))
        net.monitor(population, [*population.variables, *["spike"] * population.model.is_spiking])
        return net

    assert_agree(build, steps=300)


@pytest.mark.parametrize("name", SYNAPSES, ids=lambda s: s if isinstance(s, str) else s.__name__)
def test_built_in_synapses_agree(name):
    synapse = kind(name)

    def build() -> Network:
        net = Network(dt=1.0, seed=4)
        if synapse().model.is_spiking:
            pre = net.create(ann.PoissonPopulation(6, rates=60.0))
            post = net.create(3, ann.IF_curr_exp(i_offset=1.3))
            post.v = Uniform(-65.0, -52.0)
        else:
            pre = net.create(ann.TimedArray(np.abs(np.sin(np.arange(60.0))).reshape(20, 3), schedule=7.0, period=50.0))
            post = net.create(3, Neuron(parameters="tau = 5.0", equations="tau*dr/dt + r = sum(exc) : min=0.0"))
        projection = net.connect(pre, post, "exc", synapse()).all_to_all(Uniform(0.2, 0.9), Uniform(1.0, 4.0))
        net.monitor(post, [*post.variables, *["spike"] * post.model.is_spiking])
        net.monitor(projection, projection.variables)
        return net

    outcome = assert_agree(build)
    assert any(np.ptp(values) > 0.0 for key, values in outcome.series.items() if key.startswith("final"))


def coba() -> Network:
    """The conductance-based network of Vogels and Abbott (2005), small."""
    net = Network(dt=0.1, seed=1)
    neuron = Neuron(
        parameters="El=-60.0; Vr=-60.0; Erev_exc=0.0; Erev_inh=-80.0; Vt=-50.0; tau=20.0; tau_e=5.0; tau_i=10.0; I=20",
        equations="""
            tau*dv/dt = (El - v) + g_exc*(Erev_exc - v) + g_inh*(Erev_inh - v) + I
            tau_e*dg_exc/dt = -g_exc
            tau_i*dg_inh/dt = -g_inh
        """,
        spike="v > Vt",
        reset="v = Vr",
        refractory=5.0,
    )
    population = net.create(50, neuron)
    population.v, population.g_exc = ann.Normal(-55.0, 5.0), ann.Normal(0.4, 0.15)
    net.connect(population[:40], population, "exc").fixed_probability(0.2, weights=0.06)
    net.connect(population[40:], population, "inh").fixed_probability(0.2, weights=0.67)
    net.monitor(population, ["v", "g_exc", "g_inh", "spike"])
    return net


def reservoir() -> Network:
    """A small reservoir of rate-coded neurons with noise."""
    net = Network(dt=1.0, seed=1)
    neuron = Neuron(
        parameters="tau = 30.0 : population; g = 1.0 : population; noise = 0.01 : population",
        equations="tau*dx/dt + x = sum(in) + g*sum(exc) + noise*Uniform(-1.0, 1.0)\nr = tanh(x)",
    )
    source, cells = (
        net.create(ann.TimedArray([[1.0], [0.0]], schedule=[0.0, 20.0], period=90.0)),
        net.create(30, neuron),
    )
    net.connect(source, cells, "in").all_to_all(Uniform(-1.0, 1.0))
    net.connect(cells, cells, "exc").fixed_probability(0.3, ann.Normal(0.0, 0.3), ann.DiscreteUniform(1, 4))
    net.monitor(cells, ["x", "r", "sum(exc)"])
    return net


def specific() -> Network:
    """Projections and populations of special kinds."""
    net = Network(dt=1.0, seed=3)
    image = net.create(ann.InputArray((5, 6)))
    image.r = np.sin(np.arange(30.0)).reshape(5, 6)
    reader = Neuron(equations="r = sum(exc) + 0.1*sum(back)")
    filtered, pooled = net.create((5, 6), reader), net.create((5, 3), reader)
    net.connect(ann.Convolution(image, filtered, "exc")).connect_filter(np.array([[0.1, 0.2, 0.3], [0.4, 0.5, -0.6]]))
    net.connect(ann.Pooling(filtered, pooled, "exc")).connect_pooling()
    forward = net.connect(pooled, filtered, "back").all_to_all(Uniform(0.0, 0.02), delays=3.0)
    net.connect(ann.Transpose(forward, "back")).connect_transpose()
    spikes = net.create(ann.SpikeSourceArray([[1.0, 5.0, 6.0], [2.0, 30.0], [3.0]]))
    cells = net.create(3, ann.IF_cond_exp(i_offset=1.0))
    net.connect(spikes, cells, "exc").all_to_all(0.05, delays=2.0)
    drive = net.create(ann.TimedArray([[0.1, 0.2, 0.3], [0.0, 0.4, 0.1]], schedule=10.0, period=20.0))
    net.connect(ann.CurrentInjection(drive, cells, "exc")).connect_current()
    decoded = net.create(2, Neuron(equations="r = sum(exc)"))
    net.connect(ann.DecodingProjection(cells, decoded, "exc", window=20.0)).all_to_all(0.5, delays=2.0)
    trains = net.create(ann.HomogeneousCorrelatedSpikeTrains(4, rates=80.0, corr=0.3, tau=10.0))
    cells.compute_firing_rate(30.0)
    for population in (filtered, pooled, decoded):
        net.monitor(population, "r")
    net.monitor(cells, ["v", "g_exc", "r", "spike"])
    net.monitor(trains, ["x", "spike"])
    return net


def shared_weights() -> Network:
    """Projections that look up the weights of others, or of diagonals; a BOLD signal; rates that follow a schedule."""
    net = Network(dt=1.0, seed=1)
    reader = Neuron(equations="r = sum(exc) + 0.2*sum(copy) + 0.01*Uniform(0.0, 1.0)")
    plane = net.create(ann.InputArray((5, 7)))
    plane.r = np.sin(np.arange(35.0)).reshape(5, 7)
    lines, first, second, copied = (net.create(size, reader) for size in (6, 4, 6, 4))
    net.connect(ann.DiagonalProjection(plane, lines, "exc")).connect([0.1, 0.5, 0.2], slope=-1, delays=2.0)
    dense = net.connect(lines, first, "exc").all_to_all(Uniform(0.0, 1.0))
    net.connect(ann.Copy(second, copied, "exc", psp="w*pre.r*pre.r")).connect_copy(dense)
    net.connect(ann.Copy(lines, copied, "copy")).connect_copy(dense)
    net.connect(ann.Transpose(dense, "copy")).connect_transpose()
    net.boldmonitor(copied, start=True)
    trains = net.create(ann.TimedPoissonPopulation(4, rates=[100.0, 200.0, 0.0], schedule=20.0))
    for population in (lines, first, copied):
        net.monitor(population, "r")
    net.monitor(trains, "spike")
    return net


@pytest.mark.parametrize("build", [coba, reservoir, specific, shared_weights])
def test_networks_of_the_examples_agree(build):
    outcome: Outcome = assert_agree(build)
    assert all(np.ptp(values) > 0.0 for values in outcome.series.values())
    assert not outcome.spikes or any(outcome.spikes.values())


@pytest.mark.parametrize("backends", [("c", "reference"), ("reference", "c")])
def test_a_run_begun_by_one_backend_goes_on_by_the_other(backends):
    whole, parts = coba(), coba()
    whole.compile()
    whole.simulate(20.0)
    for backend in backends:
        parts.compile(backend=backend)
        parts.simulate(10.0)
    first, second = (net.get_monitors()[0].get() for net in (whole, parts))
    assert first["spike"] == second["spike"]
    np.testing.assert_allclose(second["v"], first["v"], rtol=1e-10)


def test_saving_learning_stop_conditions_and_callbacks_work_by_the_interpreter(tmp_path):
    def build() -> Network:
        net = Network(dt=1.0, seed=4)
        pre = net.create(ann.PoissonPopulation(6, rates=60.0))
        post = net.create(3, ann.IF_curr_exp(i_offset=1.3), stop_condition="v > -50.5")
        net.connect(pre, post, "exc", ann.STDP).all_to_all(Uniform(0.2, 0.9), 2.0)
        net.compile(backend="reference")
        return net

    first, second = build(), build()
    calls = []
    ann.every(network=first, period=10.0)(calls.append)
    first.simulate(50.0)
    first.save(tmp_path / "half.npz")
    second.load(tmp_path / "half.npz")
    for net in (first, second):
        net.get_projections()[0].disable_learning()
        net.simulate(30.0)
    weights = [np.array(net.get_projections()[0].w) for net in (first, second)]
    np.testing.assert_array_equal(*weights)
    assert calls[:5] == [0, 1, 2, 3, 4]
    elapsed = [net.simulate_until(200.0, net.get_populations()[1]) for net in (first, second)]
    assert elapsed[0] == elapsed[1]


def test_what_a_backend_is_and_is_not():
    net = coba()
    with pytest.raises(ValueError, match="backend must be one of c, reference"):
        net.compile(backend="fortran")
    net.compile(backend="reference")
    assert net.compiled
    with pytest.raises(RuntimeError, match="generates no C"):
        net.source()
