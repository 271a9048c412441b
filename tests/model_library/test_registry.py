"""The list of built-in neurons, and what each of them must have."""

import doctest
import inspect
import sys

import numpy as np
import pytest

import eqneuro
from eqneuro import Network, Neuron, float32, float64, list_standard_neurons
from eqneuro.model import library

NEURONS = list_standard_neurons()


def test_the_list_holds_every_class_of_the_folder_under_its_public_name():
    modules = {neuron.__module__ for neuron in NEURONS}
    defined = {
        value
        for module in modules
        for value in vars(sys.modules[module]).values()
        if inspect.isclass(value) and issubclass(value, Neuron) and value.__module__ == module
    }
    assert set(NEURONS) == defined
    assert [neuron.__name__ for neuron in NEURONS] == list(library.NEURONS)
    for neuron in NEURONS:
        assert getattr(eqneuro, neuron.__name__) is neuron


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda n: n.__name__)
def test_a_built_in_neuron_says_what_it_is(neuron):
    made = neuron()
    assert made.name == neuron.__name__
    assert made.description.endswith(".")
    text = inspect.getdoc(neuron)
    for part in ("Parameters\n", "References\n", "Examples\n", ".. math::"):
        assert part in text
    for argument in inspect.signature(neuron).parameters:
        assert argument in text.split("Parameters\n")[1].split("References\n")[0], argument


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda n: n.__name__)
def test_the_example_of_a_built_in_neuron_runs(neuron):
    [example] = doctest.DocTestFinder(recurse=False).find(neuron, neuron.__name__)
    results = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example)
    assert results.attempted > 2
    assert results.failed == 0


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda n: n.__name__)
def test_every_parameter_takes_one_value_or_one_a_neuron(neuron):
    defaults = {a.name: None for a in neuron().model.parameters}
    net = Network(dt=0.1, seed=1)
    shared, single = net.create(3, neuron()), net.create(3, neuron())
    for name in defaults:
        defaults[name] = float(np.ravel(getattr(shared, name))[0])
        setattr(single, name, np.full(3, defaults[name]))
    net.simulate(5.0)
    for name, value in defaults.items():
        np.testing.assert_array_equal(getattr(single, name), np.full(3, value))
    for variable in shared.neuron_type.model.variables:
        if not variable.name.startswith("I"):
            values = np.array(getattr(shared, variable.name)), np.array(getattr(single, variable.name))
            np.testing.assert_allclose(*values, rtol=1e-9, atol=1e-12, err_msg=variable.name)


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda n: n.__name__)
def test_arguments_become_the_values_of_the_population(neuron):
    signature = inspect.signature(neuron).parameters
    numbers = {name: p.default for name, p in signature.items() if isinstance(p.default, int | float)}
    changed = {name: 1.5 * value + 0.125 for name, value in numbers.items()}
    population = Network(dt=0.1).create(2, neuron(**changed))
    for name, value in changed.items():
        np.testing.assert_allclose(getattr(population, name), value, err_msg=name)


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda n: n.__name__)
def test_single_precision_follows_double_precision(neuron):
    states = []
    for dtype in (float64, float32):
        net = Network(dt=0.05, seed=1, dtype=dtype)
        population = net.create(2, neuron())
        net.simulate(5.0)
        names = [v.name for v in population.neuron_type.model.variables]
        assert all(getattr(population, name).dtype == dtype for name in names)
        states.append({name: np.array(getattr(population, name), dtype=float) for name in names})
    for name, exact in states[0].items():
        np.testing.assert_allclose(states[1][name], exact, rtol=1e-4, atol=1e-4, err_msg=name)
