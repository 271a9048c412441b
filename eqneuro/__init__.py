"""eqneuro: neurons and synapses written as text, run at the speed of C.

All public names are here; each is imported when it is first used, so that ``import eqneuro`` takes next to no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:  # what editors and type checkers see; a test keeps it equal to the tables below
    from numpy import (
        float32 as float32,
    )
    from numpy import (
        float64 as float64,
    )

    from eqneuro.build.toolchain import (
        CompilationError as CompilationError,
    )
    from eqneuro.build.toolchain import (
        NoCompilerError as NoCompilerError,
    )
    from eqneuro.connectivity.random_matrices import (
        sparse_delays_from_weights as sparse_delays_from_weights,
    )
    from eqneuro.connectivity.random_matrices import (
        sparse_random_matrix as sparse_random_matrix,
    )
    from eqneuro.language.distributions import (
        Bernoulli as Bernoulli,
    )
    from eqneuro.language.distributions import (
        Binomial as Binomial,
    )
    from eqneuro.language.distributions import (
        DiscreteUniform as DiscreteUniform,
    )
    from eqneuro.language.distributions import (
        Exponential as Exponential,
    )
    from eqneuro.language.distributions import (
        Gamma as Gamma,
    )
    from eqneuro.language.distributions import (
        LogNormal as LogNormal,
    )
    from eqneuro.language.distributions import (
        Normal as Normal,
    )
    from eqneuro.language.distributions import (
        Poisson as Poisson,
    )
    from eqneuro.language.distributions import (
        Uniform as Uniform,
    )
    from eqneuro.language.errors import EquationError as EquationError
    from eqneuro.model.attributes import (
        Creating as Creating,
    )
    from eqneuro.model.attributes import (
        Parameter as Parameter,
    )
    from eqneuro.model.attributes import (
        Pruning as Pruning,
    )
    from eqneuro.model.attributes import (
        Variable as Variable,
    )
    from eqneuro.model.functions import add_function as add_function
    from eqneuro.model.library import list_standard_neurons as list_standard_neurons
    from eqneuro.model.library.conductance_based import (
        HH_cond_exp as HH_cond_exp,
    )
    from eqneuro.model.library.conductance_based import (
        HodgkinHuxley as HodgkinHuxley,
    )
    from eqneuro.model.library.escape_noise import (
        GIF_curr as GIF_curr,
    )
    from eqneuro.model.library.escape_noise import (
        GIF_curr_exp as GIF_curr_exp,
    )
    from eqneuro.model.library.exponential import (
        AdEx as AdEx,
    )
    from eqneuro.model.library.exponential import (
        EIF_cond_alpha_isfa_ista as EIF_cond_alpha_isfa_ista,
    )
    from eqneuro.model.library.exponential import (
        EIF_cond_exp_isfa_ista as EIF_cond_exp_isfa_ista,
    )
    from eqneuro.model.library.integrate_and_fire import (
        LIF as LIF,
    )
    from eqneuro.model.library.integrate_and_fire import (
        IF_cond_alpha as IF_cond_alpha,
    )
    from eqneuro.model.library.integrate_and_fire import (
        IF_cond_exp as IF_cond_exp,
    )
    from eqneuro.model.library.integrate_and_fire import (
        IF_curr_alpha as IF_curr_alpha,
    )
    from eqneuro.model.library.integrate_and_fire import (
        IF_curr_exp as IF_curr_exp,
    )
    from eqneuro.model.library.izhikevich import Izhikevich as Izhikevich
    from eqneuro.model.library.rate import (
        LeakyIntegrator as LeakyIntegrator,
    )
    from eqneuro.model.library.rate import (
        McCullochPitts as McCullochPitts,
    )
    from eqneuro.model.library.rate import (
        Reservoir as Reservoir,
    )
    from eqneuro.model.neuron import Neuron as Neuron
    from eqneuro.model.synapse import Synapse as Synapse
    from eqneuro.network.callbacks import every as every
    from eqneuro.network.constants import Constant as Constant
    from eqneuro.network.correlated import HomogeneousCorrelatedSpikeTrains as HomogeneousCorrelatedSpikeTrains
    from eqneuro.network.dendrite import Dendrite as Dendrite
    from eqneuro.network.inputs import InputArray as InputArray
    from eqneuro.network.magic import (
        callbacks_enabled as callbacks_enabled,
    )
    from eqneuro.network.magic import (
        clear as clear,
    )
    from eqneuro.network.magic import (
        clear_all_callbacks as clear_all_callbacks,
    )
    from eqneuro.network.magic import (
        compile as compile,
    )
    from eqneuro.network.magic import (
        disable_callbacks as disable_callbacks,
    )
    from eqneuro.network.magic import (
        dt as dt,
    )
    from eqneuro.network.magic import (
        enable_callbacks as enable_callbacks,
    )
    from eqneuro.network.magic import (
        get_current_step as get_current_step,
    )
    from eqneuro.network.magic import (
        get_population as get_population,
    )
    from eqneuro.network.magic import (
        get_projection as get_projection,
    )
    from eqneuro.network.magic import (
        get_time as get_time,
    )
    from eqneuro.network.magic import (
        magic_network as magic_network,
    )
    from eqneuro.network.magic import (
        monitors as monitors,
    )
    from eqneuro.network.magic import (
        populations as populations,
    )
    from eqneuro.network.magic import (
        projections as projections,
    )
    from eqneuro.network.magic import (
        reset as reset,
    )
    from eqneuro.network.magic import (
        set_current_step as set_current_step,
    )
    from eqneuro.network.magic import (
        set_seed as set_seed,
    )
    from eqneuro.network.magic import (
        set_time as set_time,
    )
    from eqneuro.network.magic import (
        setup as setup,
    )
    from eqneuro.network.magic import (
        simulate as simulate,
    )
    from eqneuro.network.magic import (
        simulate_until as simulate_until,
    )
    from eqneuro.network.magic import (
        step as step,
    )
    from eqneuro.network.network import Network as Network
    from eqneuro.network.population import Population as Population
    from eqneuro.network.projection import Projection as Projection
    from eqneuro.network.runner import NotFiniteError as NotFiniteError
    from eqneuro.network.spike_sources import (
        PoissonPopulation as PoissonPopulation,
    )
    from eqneuro.network.spike_sources import (
        SpikeSourceArray as SpikeSourceArray,
    )
    from eqneuro.network.timed import (
        TimedArray as TimedArray,
    )
    from eqneuro.network.timed import (
        TimedPoissonPopulation as TimedPoissonPopulation,
    )
    from eqneuro.network.view import PopulationView as PopulationView
    from eqneuro.recording.monitor import Monitor as Monitor

_HOMES = {
    "eqneuro.language.errors": "EquationError",
    "eqneuro.language.distributions": (
        "Uniform DiscreteUniform Normal LogNormal Exponential Gamma Binomial Bernoulli Poisson"
    ),
    "eqneuro.model.attributes": "Parameter Variable Creating Pruning",
    "eqneuro.model.neuron": "Neuron",
    "eqneuro.model.synapse": "Synapse",
    "eqneuro.model.functions": "add_function",
    "eqneuro.model.library": "list_standard_neurons list_standard_synapses",
    "eqneuro.model.library.rate": "LeakyIntegrator McCullochPitts Reservoir",
    "eqneuro.model.library.integrate_and_fire": "LIF IF_curr_exp IF_cond_exp IF_curr_alpha IF_cond_alpha",
    "eqneuro.model.library.exponential": "AdEx EIF_cond_exp_isfa_ista EIF_cond_alpha_isfa_ista",
    "eqneuro.model.library.escape_noise": "GIF_curr GIF_curr_exp",
    "eqneuro.model.library.conductance_based": "HH_cond_exp HodgkinHuxley",
    "eqneuro.model.library.izhikevich": "Izhikevich",
    "eqneuro.model.library.rate_plasticity": "Hebb Oja IBCM BCM Covariance",
    "eqneuro.model.library.spike_plasticity": "STP STDP",
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

__all__ = ["__version__", *sorted(_MODULES)]


def __getattr__(name: str) -> Any:
    """Imports the module of a public name when it is asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module 'eqneuro' has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
