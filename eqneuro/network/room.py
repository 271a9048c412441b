"""Room for what is late: inputs, histories, spikes under way, those that windows count."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from eqneuro.connectivity.memory import free_bytes, readable
from eqneuro.engine.buffers import power_of_two
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

    Raises
    ------
    MemoryError
        If spikes are under way for longer than there is memory for.
    """
    for name in inputs_of(population):
        population._input(name)
    population._keep_past(sorted(past), longest + 1, tick)
    population._keep_slopes(sorted(slopes), tick)
    population._keep_sums(sorted(sums), tick)
    counted = max([spikes, population._window_steps(), *(d.steps for d in population._decoders.values())])
    for output in population._outputs.values():
        try:
            output.grow(counted + 1, tick)
        except MemoryError:
            needed, free = 4.0 * power_of_two(counted + 1) * output.width, free_bytes()
            left = "" if free is None else f", and {readable(free)} of memory are free"
            what = f"the spikes of population {population.name!r} that are under way for up to {counted:,} steps"
            raise MemoryError(f"{what} would take {readable(needed)}{left}: are delays, in ms, too long?") from None
    if population._window is not None:
        population._count_spikes(tick)
    for decoder in population._decoders.values():
        decoder.count(population._outputs["spike"], tick)
