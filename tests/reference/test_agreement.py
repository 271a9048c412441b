"""What counts as a disagreement: differences that rounding does not make by itself."""

from __future__ import annotations

import numpy as np
import pytest

from eqneuro import Network, Neuron

from .agreement import STEPS, assert_agree, disagreements, run, stable_part


def logistic(growth: float) -> Network:
    """A map that forgets its beginning, or amplifies it."""
    net = Network(dt=1.0)
    cells = net.create(2, Neuron(parameters=f"a = {growth}", equations="x = a*x*(1.0 - x) : init=0.3"), name="map")
    net.monitor(cells, "x", name="map")
    return net


def test_a_model_that_amplifies_rounding_is_compared_until_it_does():
    first = run(lambda: logistic(3.9), "c")
    nudged = run(lambda: logistic(3.9), "c", nudged=True)
    short, _ = stable_part((first, first), (nudged, nudged))
    [(_, values)] = short.series.items()
    assert 5 < len(values) < 60  # 1e-14 grows to 1e-11 by a factor of 1.6 a step or so


def test_a_model_that_does_not_is_compared_to_its_end():
    first = run(lambda: logistic(2.5), "c")
    nudged = run(lambda: logistic(2.5), "c", nudged=True)
    whole, _ = stable_part((first, first), (nudged, nudged))
    assert [len(values) for values in whole.series.values()] == [STEPS]


def singular() -> Network:
    """u/(e^u - 1) at u = 1e-7: the interpreter's difference has nine digits left, C has all."""
    net = Network(dt=1.0)
    cells = net.create(
        1, Neuron(equations="x = 2.0 - x : init=1.0000001\ny = (x - 1.0)/(exp(x - 1.0) - 1.0)"), name="x"
    )
    net.monitor(cells, ["x", "y"], name="x")
    return net


def test_what_the_interpreter_loses_by_cancellation_is_no_disagreement():
    assert disagreements(*(run(singular, backend) for backend in ("c", "reference")))
    assert_agree(singular)


@pytest.mark.parametrize("growth", [2.5, 3.9])
def test_a_wrong_number_before_then_is_a_disagreement(growth):
    first, nudged = (run(lambda: logistic(growth), "c", nudged=nudged) for nudged in (False, True))
    both = [run(lambda: logistic(growth), "c", nudged=nudged) for nudged in (False, True)]
    for wrong in both:
        [name] = wrong.series
        wrong.series[name] = wrong.series[name] + np.where(np.arange(STEPS) == 3, 1e-6, 0.0)[:, None]
    assert disagreements(*stable_part((first, both[0]), (nudged, both[1])))
    assert_agree(lambda: logistic(growth))


def test_calls_of_functions_do_not_go_ahead_of_the_past_that_they_read():
    """The second stage reads the past with the slope that the first one stored."""

    def delayed() -> Network:
        net = Network(dt=0.5)
        cell = Neuron(equations="dx/dt = tanh(0.5 - x) - x + 0.2*sin(3.0*x(t - 0.63)) : init=-0.7, max=0.9, midpoint")
        net.monitor(net.create(3, cell, name="x"), "x", name="x")
        return net

    assert_agree(delayed)
