"""Slips of those who come from other languages, when the model is made."""

from __future__ import annotations

from typing import Any

import pytest

from eqneuro import EquationError, Neuron, Synapse


@pytest.mark.parametrize("text", ["dv/dt = -v : unless refractory", "dv/dt = -v/tau : volt (unless refractory)"])
def test_a_flag_of_two_words_is_told_as_it_is_written_here(text: str) -> None:
    with pytest.raises(EquationError, match=r"(?s)unless refractory.*Write `: unless_refractory`"):
        Neuron(parameters="tau = 1.0", equations=text, spike="v > 1.0")


@pytest.mark.parametrize("unit", ["volt", "amp", "nsiemens", "mV", "second"])
def test_a_unit_behind_the_colon_is_told_how_units_are_written(unit: str) -> None:
    with pytest.raises(EquationError, match=rf"(?s)unknown flag '{unit}'.*`unit=mV`"):
        Neuron(equations=f"dv/dt = -v : {unit}")


@pytest.mark.parametrize("name", ["v_post", "post_v"])
def test_a_synapse_that_writes_to_a_neuron_is_told_how_it_acts_on_it(name: str) -> None:
    with pytest.raises(EquationError, match=r"(?s)unknown variable.*by `g_target \+= w`"):
        Synapse(pre_spike=f"{name} += w")


def test_a_refractory_time_with_a_unit_is_refused_when_the_neuron_is_made() -> None:
    with pytest.raises(EquationError, match=r"(?s)unknown name 'ms' in refractory of Neuron 'A'.*`refractory=5.0`"):
        Neuron(equations="dv/dt = 1.0 - v", spike="v > 0.5", refractory="5*ms", name="A")
    with_units = Neuron(parameters="tau = 5*ms", equations="tau*dv/dt = 1.0 - v", spike="v > 0.5", refractory="5*ms")
    assert with_units.model.refractory is not None


@pytest.mark.parametrize("given", [{}, {"parameters": None, "equations": None, "name": "Empty"}])
def test_a_neuron_with_nothing_in_it_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="has nothing in it: give it equations"):
        Neuron(**given)
