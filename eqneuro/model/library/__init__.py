"""The built-in models, in the equation language itself.

A built-in is a class in one file of this folder and its name in one table below, from which the lists are made. Nothing
is imported, and no text checked, before a model is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eqneuro.model.neuron import Neuron
    from eqneuro.model.synapse import Synapse

NEURONS = {
    "LeakyIntegrator": "rate",
    "McCullochPitts": "rate",
    "Reservoir": "rate",
    "LIF": "integrate_and_fire",
    "IF_curr_exp": "integrate_and_fire",
    "IF_cond_exp": "integrate_and_fire",
    "IF_curr_alpha": "integrate_and_fire",
    "IF_cond_alpha": "integrate_and_fire",
    "AdEx": "exponential",
    "EIF_cond_exp_isfa_ista": "exponential",
    "EIF_cond_alpha_isfa_ista": "exponential",
    "GIF_curr": "escape_noise",
    "GIF_curr_exp": "escape_noise",
    "HH_cond_exp": "conductance_based",
    "HodgkinHuxley": "conductance_based",
    "Izhikevich": "izhikevich",
}
"""Built-in neurons: name of the class, and the module of this folder that holds it."""

SYNAPSES = {
    "Hebb": "rate_plasticity",
    "Oja": "rate_plasticity",
    "IBCM": "rate_plasticity",
    "BCM": "rate_plasticity",
    "Covariance": "rate_plasticity",
    "STP": "spike_plasticity",
    "STDP": "spike_plasticity",
    "STDPNearest": "spike_plasticity",
    "STDPSymmetric": "spike_plasticity",
    "STDPWeightDependent": "spike_plasticity",
}
"""Built-in synapses, likewise."""


def list_standard_neurons() -> list[type[Neuron]]:
    """The classes of the built-in neurons.

    Examples
    --------
    >>> from eqneuro import list_standard_neurons
    >>> [neuron.__name__ for neuron in list_standard_neurons()][:2]
    ['LeakyIntegrator', 'McCullochPitts']
    """
    return [getattr(import_module(f"{__name__}.{module}"), name) for name, module in NEURONS.items()]


def list_standard_synapses() -> list[type[Synapse]]:
    """The classes of the built-in synapses.

    Examples
    --------
    >>> from eqneuro.model.library import list_standard_synapses
    >>> [synapse.__name__ for synapse in list_standard_synapses()][:2]
    ['Hebb', 'Oja']
    """
    return [getattr(import_module(f"{__name__}.{module}"), name) for name, module in SYNAPSES.items()]
