"""NaN and infinity are told at the end of their step, and the network can go on once they are mended."""

from __future__ import annotations

import numpy as np
import pytest

import eqneuro as ann

ROOT = ann.Neuron(parameters="b = 100.0", equations="dvee/dt = sqrt(b - t) : init=0.0\nr = 0.0")
"""vee is NaN from the step on in which t exceeds b."""


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("dtype", [ann.float64, ann.float32])
@pytest.mark.parametrize("until", [1.0, 1.5], ids=["odd step", "even step"])
def test_population_variable_neuron_and_time_are_named(threads: int, dtype: type, until: float) -> None:
    """In even steps neurons are updated from the first to the last, in odd ones from the last to the first."""
    net = ann.Network(dt=0.5, num_threads=threads, dtype=dtype)
    population = net.create(1000, ROOT, name="root")
    population.b = [100.0] * 700 + [until] + [100.0] * 200 + [until] * 99
    told = rf"'vee' of neuron 700 in population 'root' became nan .* t = {until + 0.5:g} ms"
    with pytest.raises(ann.NotFiniteError, match=told):
        net.simulate(5.0)
    assert net.time == until + 1.0, "the step is done"
    assert np.isnan(population.vee[700])
    assert np.isfinite(population.vee[:700]).all()


@pytest.mark.parametrize("threads", [1, 3])
def test_the_first_neuron_of_the_first_population_is_told(threads: int) -> None:
    """Neuron 5 breaks in y, neuron 900 in x, which is the model's first variable; a later population breaks too."""
    net = ann.Network(num_threads=threads)
    model = ann.Neuron(
        parameters="a = 0.0\nb = 0.0", equations="x = x + log(1.0 + a) : init=0.0\ny = y + log(1.0 + b) : init=0.0"
    )
    net.create(3, ann.Neuron(equations="r = t"), name="sound")
    first, second = net.create(1000, model, name="first"), net.create(10, model, name="second")
    first.b[5], first.a[900], second.a[0] = -1.0, -2.0, -2.0
    with pytest.raises(ann.NotFiniteError, match=r"'y' of neuron 5 in population 'first' became -inf"):
        net.step()


def test_a_global_variable_is_told_without_a_neuron() -> None:
    net = ann.Network(dt=0.5, num_threads=2)
    model = ann.Neuron(
        parameters="b = 1.0 : population", equations="dg/dt = sqrt(b - t) : population, init=0.0\nv = v + g : init=0.0"
    )
    net.create(600, model, name="shared")
    with pytest.raises(ann.NotFiniteError, match=r"'g' of population 'shared' became nan .* t = 1.5 ms"):
        net.simulate(10.0)


def test_huge_weights_that_overflow_a_conductance_are_told() -> None:
    net = ann.Network()
    source = net.create(ann.SpikeSourceArray([[0.0, 1.0]]))
    model = ann.Neuron(
        equations="10.0*dg_exc/dt = -g_exc\ndv/dt = g_exc - v : init=0.0", spike="v > 1e300", reset="v = 0.0"
    )
    cell = net.create(2, model, name="cell")
    net.connect(source, cell, "exc").all_to_all([1e308])
    with pytest.raises(ann.NotFiniteError, match=r"'g_exc' of neuron 0 in population 'cell' became nan .* t = 2 ms"):
        net.simulate(5.0)  # infinity minus its decay
    with pytest.raises(ann.NotFiniteError):
        net.step()


def test_a_conductance_without_equation_that_overflows_is_told_by_what_reads_it() -> None:
    net = ann.Network()
    source = net.create(ann.SpikeSourceArray([[0.0]]))
    cell = net.create(
        1, ann.Neuron(equations="dv/dt = g_exc - v : init=0.0", spike="v > 1e300", reset="v = v"), name="cell"
    )
    net.connect(source, cell, "exc").all_to_all(np.inf)
    with pytest.raises(ann.NotFiniteError, match=r"'v' of neuron 0 in population 'cell' became inf .* t = 1 ms"):
        net.simulate(5.0)


def test_the_network_goes_on_once_the_state_is_mended() -> None:
    net = ann.Network(dt=0.5)
    population = net.create(5, ROOT, name="root")
    recorded = net.monitor(population, "vee")
    population.b = [100.0, 1.0, 100.0, 100.0, 100.0]
    with pytest.raises(ann.NotFiniteError):
        net.simulate(5.0)
    population.b = 100.0
    population[1].vee = 0.0
    net.simulate(1.0)
    assert net.current_step == 6
    rates = np.sqrt(100.0 - 0.5 * np.arange(6))
    np.testing.assert_allclose(population.vee[0], 0.5 * rates.sum(), rtol=1e-14)
    np.testing.assert_allclose(population.vee[1], 0.5 * rates[4:].sum(), rtol=1e-14)
    rows = recorded.get("vee")
    assert rows.shape == (6, 5)
    assert np.isnan(rows[3, 1]), "the step that failed is recorded too"


def test_a_value_that_is_assigned_anew_in_each_step_may_be_infinite() -> None:
    net = ann.Network()
    population = net.create(1, ann.Neuron(parameters="a = 0.0", equations="r = log(a)"))
    net.simulate(2.0)
    assert population.r[0] == -np.inf


def test_an_error_is_one_that_python_knows() -> None:
    assert issubclass(ann.NotFiniteError, FloatingPointError)
