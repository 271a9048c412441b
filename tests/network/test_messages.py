"""Slips that a newcomer makes, and the sentence that each gets."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.network import magic

CELL = ann.Neuron(equations="dv/dt = -v + g_exc", spike="v > 1.0", reset="v = 0.0")


def cells(size: int = 3) -> tuple[ann.Network, Any]:
    net = ann.Network(dt=1.0)
    return net, net.create(size, CELL, name="cells")


@pytest.mark.parametrize("given", ["x", ["x"], object()])
def test_weights_and_delays_that_are_no_numbers_are_told(given: Any) -> None:
    net, pop = cells()
    with pytest.raises(ValueError, match=r"'w' of projection 'proj0' takes numbers or a distribution, not "):
        net.connect(pop, pop, "exc").all_to_all(weights=given)
    with pytest.raises(ValueError, match=r"delays of 'proj1' are numbers of ms, not "):
        net.connect(pop, pop, "exc").all_to_all(1.0, delays=given)


@pytest.mark.parametrize(("given", "shown"), [(float("nan"), "nan"), (-2.0, "-2"), (ann.Normal(-5.0, 0.1), "-")])
def test_delays_that_can_not_be_are_told_with_the_first_of_them(given: Any, shown: str) -> None:
    net, pop = cells()
    message = rf"delays of 'proj0' are times in ms, finite and not negative, .* at most, not {shown}"
    with pytest.raises(ValueError, match=message):
        net.connect(pop, pop, "exc").all_to_all(1.0, delays=given)


@pytest.mark.parametrize("given", ["hi", ["a", "b", "c"], None])
def test_attributes_take_numbers(given: Any) -> None:
    _, pop = cells()
    with pytest.raises(ValueError, match="'v' takes numbers, not "):
        pop.v = given
    np.testing.assert_array_equal(pop.v, 0.0)


@pytest.mark.parametrize("given", ["100", None, [100.0]])
def test_a_duration_is_a_number(given: Any) -> None:
    net, _ = cells()
    with pytest.raises(TypeError, match="a duration is a number of ms, not "):
        net.simulate(given)
    net.simulate(np.float32(2.0))
    assert net.time == 2.0


def test_rates_below_zero_are_told() -> None:
    with pytest.raises(ValueError, match="rates of a PoissonPopulation are in Hz, 0 or more, not -1"):
        ann.PoissonPopulation(3, rates=-1)


def test_a_name_that_is_nearly_right_is_told_and_one_that_is_not_gives_none() -> None:
    net, pop = cells()
    net.connect(pop, pop, "exc", name="recurrent").all_to_all(1.0)
    with pytest.warns(UserWarning, match="no population is named 'cels'. Did you mean 'cells'?") as caught:
        assert net.get_population("cels") is None
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="no projection is named 'recurent'. Did you mean 'recurrent'?"):
        assert net.get_projection("recurent") is None
    assert net.get_population("something else") is None
    assert net.get_population("cells") is pop


def test_one_is_not_many() -> None:
    net, pop = cells(1)
    loop = net.connect(pop, pop, "exc").all_to_all(1.0, allow_self_connections=True)
    assert repr(net).startswith("<Network of 1 population, 1 projection, ")
    assert "'cells' of 1 neuron," in repr(pop)
    assert repr(loop).endswith("1 synapse>")
    assert repr(loop.dendrite(0)).endswith(": 1 synapse>")
    assert repr(ann.Network()).startswith("<Network of 0 populations, 0 projections, ")


def test_warnings_of_the_older_style_point_at_the_script() -> None:
    magic.clear_objects()
    magic._SAID.clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ann.setup(dt=1.0)
        population = ann.Population(1, ann.Neuron(equations="r = sum(exc)"))
        ann.Projection(population, population, "exc").all_to_all(1.0, allow_self_connections=True)
        ann.Monitor(population, "r")
        ann.Constant("c", 1.0)
        ann.simulate(1.0)
        ann.get_time()
        ann.populations()
    magic.clear_objects()
    said = [warning for warning in caught if "hidden network" in str(warning.message)]
    assert len(said) == 8
    assert {warning.filename for warning in said} == {__file__}
