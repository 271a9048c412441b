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
        float64 as float64,
    )

    from eqneuro.build.toolchain import (
        CompilationError as CompilationError,
        NoCompilerError as NoCompilerError,
    )
    from eqneuro.connectivity.lists import LILConnectivity as LILConnectivity
    from eqneuro.connectivity.random_matrices import (
        sparse_delays_from_weights as sparse_delays_from_weights,
        sparse_random_matrix as sparse_random_matrix,
    )
    from eqneuro.extensions.ann_to_snn import ANNtoSNNConverter as ANNtoSNNConverter
    from eqneuro.extensions.logger import Logger as Logger
    from eqneuro.language.distributions import (
        Bernoulli as Bernoulli,
        Binomial as Binomial,
        DiscreteUniform as DiscreteUniform,
        Exponential as Exponential,
        Gamma as Gamma,
        LogNormal as LogNormal,
        Normal as Normal,
        Poisson as Poisson,
        Uniform as Uniform,
    )
    from eqneuro.language.errors import EquationError as EquationError
    from eqneuro.model.attributes import (
        Creating as Creating,
        Parameter as Parameter,
        Pruning as Pruning,
        Variable as Variable,
    )
    from eqneuro.model.functions import add_function as add_function
    from eqneuro.model.library import (
        list_standard_neurons as list_standard_neurons,
        list_standard_synapses as list_standard_synapses,
    )
    from eqneuro.model.library.balloon import (
        BoldModel as BoldModel,
        balloon_CL as balloon_CL,
        balloon_CN as balloon_CN,
        balloon_maith2021 as balloon_maith2021,
        balloon_RL as balloon_RL,
        balloon_RN as balloon_RN,
        balloon_two_inputs as balloon_two_inputs,
    )
    from eqneuro.model.library.conductance_based import (
        HH_cond_exp as HH_cond_exp,
        HodgkinHuxley as HodgkinHuxley,
    )
    from eqneuro.model.library.escape_noise import (
        GIF_curr as GIF_curr,
        GIF_curr_exp as GIF_curr_exp,
    )
    from eqneuro.model.library.exponential import (
        AdEx as AdEx,
        EIF_cond_alpha_isfa_ista as EIF_cond_alpha_isfa_ista,
        EIF_cond_exp_isfa_ista as EIF_cond_exp_isfa_ista,
    )
    from eqneuro.model.library.integrate_and_fire import (
        LIF as LIF,
        IF_cond_alpha as IF_cond_alpha,
        IF_cond_exp as IF_cond_exp,
        IF_curr_alpha as IF_curr_alpha,
        IF_curr_exp as IF_curr_exp,
    )
    from eqneuro.model.library.izhikevich import Izhikevich as Izhikevich
    from eqneuro.model.library.rate import (
        LeakyIntegrator as LeakyIntegrator,
        McCullochPitts as McCullochPitts,
        Reservoir as Reservoir,
    )
    from eqneuro.model.library.rate_plasticity import (
        BCM as BCM,
        IBCM as IBCM,
        Covariance as Covariance,
        Hebb as Hebb,
        Oja as Oja,
    )
    from eqneuro.model.library.spike_plasticity import (
        STDP as STDP,
        STP as STP,
        STDPNearest as STDPNearest,
        STDPSymmetric as STDPSymmetric,
        STDPWeightDependent as STDPWeightDependent,
    )
    from eqneuro.model.neuron import Neuron as Neuron
    from eqneuro.model.synapse import Synapse as Synapse
    from eqneuro.network.callbacks import every as every
    from eqneuro.network.constants import Constant as Constant
    from eqneuro.network.correlated import HomogeneousCorrelatedSpikeTrains as HomogeneousCorrelatedSpikeTrains
    from eqneuro.network.dendrite import Dendrite as Dendrite
    from eqneuro.network.images import (
        ImagePopulation as ImagePopulation,
        VideoPopulation as VideoPopulation,
    )
    from eqneuro.network.inputs import InputArray as InputArray
    from eqneuro.network.magic import (
        callbacks_enabled as callbacks_enabled,
        clear as clear,
        clear_all_callbacks as clear_all_callbacks,
        compile as compile,
        disable_callbacks as disable_callbacks,
        disable_learning as disable_learning,
        dt as dt,
        enable_callbacks as enable_callbacks,
        enable_learning as enable_learning,
        get_current_step as get_current_step,
        get_population as get_population,
        get_projection as get_projection,
        get_time as get_time,
        load as load,
        magic_network as magic_network,
        monitors as monitors,
        populations as populations,
        projections as projections,
        reset as reset,
        save as save,
        set_current_step as set_current_step,
        set_seed as set_seed,
        set_time as set_time,
        setup as setup,
        simulate as simulate,
        simulate_until as simulate_until,
        step as step,
    )
    from eqneuro.network.network import Network as Network
    from eqneuro.network.poisson import PoissonPopulation as PoissonPopulation
    from eqneuro.network.population import Population as Population
    from eqneuro.network.projection import Projection as Projection
    from eqneuro.network.runner import NotFiniteError as NotFiniteError, StepLimitError as StepLimitError
    from eqneuro.network.specific.convolution import Convolution as Convolution
    from eqneuro.network.specific.diagonal import DiagonalProjection as DiagonalProjection
    from eqneuro.network.specific.hybrid import (
        CurrentInjection as CurrentInjection,
        DecodingProjection as DecodingProjection,
    )
    from eqneuro.network.specific.pooling import Pooling as Pooling
    from eqneuro.network.specific.shared import Copy as Copy, Transpose as Transpose
    from eqneuro.network.spike_sources import SpikeSourceArray as SpikeSourceArray
    from eqneuro.network.timed import (
        TimedArray as TimedArray,
        TimedPoissonPopulation as TimedPoissonPopulation,
    )
    from eqneuro.network.view import PopulationView as PopulationView
    from eqneuro.recording.bold import (
        BoldMonitor as BoldMonitor,
        BoldMonitorFromSlices as BoldMonitorFromSlices,
    )
    from eqneuro.recording.monitor import Monitor as Monitor
    from eqneuro.reporting.writing import report as report

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
    "eqneuro.model.library.spike_plasticity": "STP STDP STDPNearest STDPSymmetric STDPWeightDependent",
    "eqneuro.build.toolchain": "CompilationError NoCompilerError",
    "eqneuro.connectivity.lists": "LILConnectivity",
    "eqneuro.connectivity.random_matrices": "sparse_random_matrix sparse_delays_from_weights",
    "eqneuro.network.network": "Network",
    "eqneuro.network.population": "Population",
    "eqneuro.network.view": "PopulationView",
    "eqneuro.network.projection": "Projection",
    "eqneuro.network.dendrite": "Dendrite",
    "eqneuro.network.constants": "Constant",
    "eqneuro.network.callbacks": "every",
    "eqneuro.network.runner": "NotFiniteError StepLimitError",
    "eqneuro.network.inputs": "InputArray",
    "eqneuro.network.timed": "TimedArray TimedPoissonPopulation",
    "eqneuro.network.spike_sources": "SpikeSourceArray",
    "eqneuro.network.poisson": "PoissonPopulation",
    "eqneuro.network.correlated": "HomogeneousCorrelatedSpikeTrains",
    "eqneuro.network.specific.convolution": "Convolution",
    "eqneuro.network.specific.pooling": "Pooling",
    "eqneuro.network.specific.shared": "Copy Transpose",
    "eqneuro.network.specific.diagonal": "DiagonalProjection",
    "eqneuro.network.specific.hybrid": "CurrentInjection DecodingProjection",
    "eqneuro.network.magic": (
        "setup compile simulate simulate_until step reset save load clear dt get_time set_time get_current_step"
        " set_current_step set_seed get_population get_projection populations projections monitors magic_network"
        " callbacks_enabled enable_callbacks disable_callbacks clear_all_callbacks enable_learning disable_learning"
    ),
    "eqneuro.network.images": "ImagePopulation VideoPopulation",
    "eqneuro.model.library.balloon": (
        "BoldModel balloon_RN balloon_RL balloon_CN balloon_CL balloon_maith2021 balloon_two_inputs"
    ),
    "eqneuro.recording.bold": "BoldMonitor BoldMonitorFromSlices",
    "eqneuro.recording.monitor": "Monitor",
    "eqneuro.reporting.writing": "report",
    "eqneuro.extensions.ann_to_snn": "ANNtoSNNConverter",
    "eqneuro.extensions.logger": "Logger",
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
