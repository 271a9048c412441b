"""Delays in equations that are shorter than the step: what the stages of a method then read has not happened yet."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from eqneuro.model.equations import neighbours
from eqneuro.network.checks import level_outside
from eqneuro.numerics.choice import HIGH_ORDER, choose_methods

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population


def short_delay(population: Population) -> float | None:
    """The shortest delay in a population's equations that costs a method its order, in ms; None where there is none.

    Within the step the past goes on along its present slope, which is of order 2. A delay of 0 is always shorter.
    """
    if not population._own_delays or _methods(population).isdisjoint(HIGH_ORDER):
        return None
    least = (1.0 - 1e-6) * population._net.dt
    short = [float(v[(v > 0.0) & (v < least)].min(initial=least)) for v in population._own_delay_values()]
    shortest = min(short, default=least)
    return shortest if shortest < least else None


def _methods(population: Population) -> set[str]:
    model = population.model
    runs = neighbours(model.equations)
    return {name for run in runs for name, _ in choose_methods(run, population._net._method, model.unchanging)}


def warn_of_short_delays(network: Network) -> None:
    """Says once of each population that the step is longer than a delay in its equations."""
    for population in network._populations:
        shortest = short_delay(population)
        if shortest is not None:
            message = (
                f"population {population.name!r}: a delay of {shortest:g} ms in its equations is shorter than "
                f"dt = {population._net.dt:g} ms: the past is extrapolated within the step, which is of order 2; "
                f"dt up to {shortest:g} ms keeps the method's order"
            )
            warnings.warn(message, UserWarning, stacklevel=level_outside())
