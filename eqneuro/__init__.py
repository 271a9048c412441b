"""eqneuro: neurons and synapses written as text, run at the speed of C.

All public names are here; each is imported when it is first used, so that ``import eqneuro`` takes next to no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "eqneuro.language.errors": "EquationError",
    "eqneuro.language.distributions": (
        "Uniform DiscreteUniform Normal LogNormal Exponential Gamma Binomial Bernoulli Poisson"
    ),
    "eqneuro.model.attributes": "Parameter Variable Creating Pruning",
    "eqneuro.model.neuron": "Neuron",
    "eqneuro.model.synapse": "Synapse",
    "eqneuro.model.functions": "add_function",
    "eqneuro.model.library": "list_standard_neurons",
    "eqneuro.build.toolchain": "CompilationError NoCompilerError",
    "eqneuro.connectivity.random_matrices": "sparse_random_matrix sparse_delays_from_weights",
    "eqneuro.network.network": "Network",
    "eqneuro.network.population": "Population",
    "eqneuro.network.view": "PopulationView",
    "eqneuro.network.projection": "Projection",
    "eqneuro.network.dendrite": "Dendrite",
    "eqneuro.network.constants": "Constant",
    "eqneuro.network.callbacks": "every",
    "eqneuro.network.runner": "NotFiniteError",
    "eqneuro.network.inputs": "InputArray",
    "eqneuro.network.timed": "TimedArray TimedPoissonPopulation",
    "eqneuro.network.spike_sources": "SpikeSourceArray PoissonPopulation",
    "eqneuro.network.correlated": "HomogeneousCorrelatedSpikeTrains",
    "eqneuro.network.magic": (
        "setup compile simulate simulate_until step reset clear dt get_time set_time get_current_step set_current_step"
        " set_seed get_population get_projection populations projections monitors magic_network callbacks_enabled"
        " enable_callbacks disable_callbacks clear_all_callbacks"
    ),
    "eqneuro.recording.monitor": "Monitor",
    "numpy": "float32 float64",
}
"""Public names by the module that defines them."""

_MODULES = {name: module for module, names in _HOMES.items() for name in names.split()}

_NEURONS = (
    "LeakyIntegrator McCullochPitts Reservoir LIF IF_curr_exp IF_cond_exp IF_curr_alpha IF_cond_alpha AdEx"
    " EIF_cond_exp_isfa_ista EIF_cond_alpha_isfa_ista GIF_curr GIF_curr_exp HH_cond_exp HodgkinHuxley Izhikevich"
).split()

__all__ = ["__version__", *sorted([*_MODULES, *_NEURONS])]


def __getattr__(name: str) -> Any:
    """Imports the module of a public name when it is asked for."""
    if name in _MODULES:
        value = getattr(import_module(_MODULES[name]), name)
    elif name in _NEURONS:
        from eqneuro.model import library

        value = getattr(import_module(f"eqneuro.model.library.{library.NEURONS[name]}"), name)
    else:
        raise AttributeError(f"module 'eqneuro' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
