"""A step that is too large for the stiffest time constant earns one warning."""

import warnings

import pytest

import eqneuro as ann

STIFF = dict(parameters="tau = 0.3", equations="tau*dv/dt = -v")


def run(neuron, dt=1.0, **settings):
    net = ann.Network(dt=dt, seed=1, **settings)
    population = net.create(3, neuron, name="fast")
    net.simulate(5.0 * dt)
    return net, population


@pytest.mark.parametrize(("method", "limit"), [("explicit", 2.0), ("midpoint", 2.0), ("heun", 2.0), ("rk4", 2.785)])
def test_the_warning_names_the_equation_and_the_largest_stable_step(method, limit):
    with pytest.warns(UserWarning, match=r"too large for `tau\*dv/dt = -v`") as caught:
        run(ann.Neuron(**STIFF), method=method)
    [warning] = caught
    assert "'fast'" in str(warning.message)
    largest = float(str(warning.message).split("the largest stable step is ")[1].split(" ms")[0])
    assert limit * 0.3 * 0.99 < largest <= limit * 0.3 * 1.001


def test_the_warning_comes_once_and_points_at_the_users_line():
    net = ann.Network(dt=1.0, seed=1)
    net.create(2, ann.Neuron(**STIFF))
    net.create(3, ann.Neuron(**STIFF))
    with pytest.warns(UserWarning, match="too large") as caught:
        net.simulate(2.0)
    [warning] = caught
    net.simulate(2.0)  # warnings are errors here
    assert warning.filename == __file__


@pytest.mark.parametrize("method", ["exponential", "implicit", "exact", "semiimplicit"])
def test_methods_without_a_limit_earn_none(method):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(ann.Neuron(**STIFF), method=method)


def test_a_step_just_below_the_limit_earns_none():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(ann.Neuron(**STIFF), dt=0.59)


def test_the_values_set_before_the_first_step_count():
    net = ann.Network(dt=1.0, seed=1)
    population = net.create(3, ann.Neuron(parameters="tau = 10.0", equations="tau*dv/dt = -v"))
    population.tau = [10.0, 10.0, 0.4]
    with pytest.warns(UserWarning, match=r"largest stable step is 0\.[78]"):
        net.simulate(2.0)
