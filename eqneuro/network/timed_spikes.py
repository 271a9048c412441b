"""Spikes within steps: what they may reach, and what of a network does not take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eqneuro.language.syntax import Name
from eqneuro.model.spike_times import refuse_interpolation
from eqneuro.network.plastic import is_plain

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection

WAY_OUT = "give the neurons spike_times='grid'"


def is_timed(network: Network) -> bool:
    """Whether spikes of some population happen within steps."""
    return any(population._is_timed for population in network._populations)


def check_population(population: Population) -> None:
    """Neurons whose spike times are to be interpolated can have them.

    Raises
    ------
    ValueError
        If something of their model has no meaning within a step.
    """
    if population._is_timed and population._kernel_model() is not None:
        refuse_interpolation(population.model, f"population {population.name!r}")


def check_projection(projection: Projection) -> None:
    """Spikes within steps can travel through a projection.

    Raises
    ------
    ValueError
        If its synapses change, or read of their neurons what has no value within a step, or if the post-synaptic
        neurons would hold what arrives for one step.
    """
    pre, post = projection._pre_population, projection._post_population
    if not (pre._is_timed or post._is_timed):
        return
    name = f"projection from {pre.name!r} to {post.name!r}"
    whose = repr(pre.name if pre._is_timed else post.name)
    model = projection.model
    if not projection._is_event_based():
        return  # continuous: constant over a step, as all else that is no event
    if not is_plain(model) or model.psp is not None or projection._shared_weights() is not None:
        message = f"spikes of {whose} happen within steps, which synapses that change don't take yet ({name})"
        raise ValueError(f"{message}: {WAY_OUT}")
    if not post._is_timed:
        return
    reads_time = any(node == Name("t") for statement in model.pre_spike for node in statement.value.walk())
    if model.pre_attributes or model.post_attributes or reads_time:
        raise ValueError(
            f"synapses read pre., post. and t at the ends of steps, but spikes arrive within them ({name})"
        )
    given = f"g_{projection.target}"
    if given not in post._store.attributes:
        raise ValueError(
            f"{given} of population {post.name!r} has no equation, so it lasts one step, but spikes arrive within steps"
            f" ({name}): give it one, as `tau_syn*d{given}/dt = -{given}`, or {WAY_OUT}"
        )
