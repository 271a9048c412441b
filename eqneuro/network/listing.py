"""Where neurons list their spikes, and whether somebody reads the times of the last ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from eqneuro.codegen.layout import KernelLayout

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.projection import Projection


def choose_lists(network: Network, ranges: int) -> None:
    """One range alone lists spikes where projections look for them; the lists of several become one first.

    So do populations that rest, whose lists are empty, and those without synapses, which may go ahead of others.
    """
    for population in network._populations:
        may = ranges == 1 and population._enabled and bool(network._projections)
        for output in population._outputs.values():
            output.is_direct = may and not output.is_played and output.ring_at is None


def see_who_reads_times(network: Network, layouts_of: Callable[[Projection], Sequence[KernelLayout]]) -> None:
    """Synapses may, in each step, by ``t_pre`` and ``t_post``; ``layouts_of`` gives the kernels of a projection."""
    for population in network._populations:
        for output in population._outputs.values():
            output.times_are_read = False
    for projection in network._projections:
        sides = {"t_pre": projection._pre_population, "t_post": projection._post_population}
        for slot in (slot for layout in layouts_of(projection) for slot in layout.slots):
            if slot.key in sides and "spike" in sides[slot.key]._outputs:
                sides[slot.key]._outputs["spike"].times_are_read = True
