"""Room for what is late: inputs, histories, spikes under way, those that windows count."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from eqneuro.network.requests import inputs_of

if TYPE_CHECKING:
    from eqneuro.network.population import Population


def make_room(
    population: Population,
    tick: int,
    *,
    past: Collection[str],
    slopes: Collection[str],
    sums: Collection[str],
    longest: int,
    spikes: int,
) -> None:
    """Grows the buffers of a population to what is read of it.

    Parameters
    ----------
    past, slopes, sums
        Variables whose values are read as they were, those whose slopes are, and inputs that stages read.
    longest, spikes
        How many steps back the past goes, and spikes on their way to synapses do.
    """
    for name in inputs_of(population):
        population._input(name)
    population._keep_past(sorted(past), longest + 1, tick)
    population._keep_slopes(sorted(slopes), tick)
    population._keep_sums(sorted(sums), tick)
    counted = max([spikes, population._window_steps(), *(d.steps for d in population._decoders.values())])
    for output in population._outputs.values():
        output.grow(counted + 1, tick)
    if population._window is not None:
        population._count_spikes(tick)
    for decoder in population._decoders.values():
        decoder.count(population._outputs["spike"], tick)
