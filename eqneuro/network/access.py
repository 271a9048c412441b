"""How generated kernels use the arrays in their slots: a letter for each, as `eqneuro.engine.access` reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eqneuro.codegen.layout import KernelLayout
from eqneuro.engine.access import OWN_READ, OWN_WRITE, READ, WRITE
from eqneuro.network.plastic import is_serial

if TYPE_CHECKING:
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection

NEURONS = {
    READ: "numbers place reduction constant propagator matrix strength past_start arriving boundary",
    OWN_READ: "sums",
    OWN_WRITE: (
        "input t_last inner refractory_until refractory_rest spiked count spiked_at slopes done fired arrivals"
    ),
}
SYNAPSES = {
    READ: (
        "numbers spike_at spike_ring spike_count row_start rank delay late rings post_rank filter shared_weights place "
        "pre ring constant reduction early slopes past_start between later part_start boundary post_start post_slot "
        "post_source learning column_step position delay_of t_pre waiting_mode sum"
    ),
    OWN_READ: "post post_ring t_post",
    OWN_WRITE: (
        "input ahead updated updated_pre updated_post updated_row trace trace_now waiting_count waiting_tick "
        "waiting_place waiting_seen"
    ),
    WRITE: "updated_all",
}
"""Kinds of slots by what is done to them; attributes and the past of neurons depend on whose they are."""


def neuron_access(population: Population, layout: KernelLayout) -> str:
    """Of a kernel over neurons. The one of global variables writes these; all others read them."""
    writes_globals = layout.function.endswith("_globals")

    def letter(key: str) -> str:
        kind, _, name = key.partition(":")
        if kind not in ("attribute", "ring"):
            return _letter(NEURONS, kind)
        if population._is_local(name):
            return OWN_READ if kind == "ring" else OWN_WRITE
        return WRITE if writes_globals and kind == "attribute" else READ

    return "".join(letter(slot.key) for slot in layout.slots)


def synapse_access(projection: Projection, part: str, layout: KernelLayout) -> str:
    """Of a kernel over synapses; ``part`` is empty for plain transmission. A serial one runs the ranges of all."""
    changing = {a.name: a.locality for a in projection.model.variables} if part else {}
    serial = is_serial(projection.model)

    def letter(key: str) -> str:
        kind, _, name = key.partition(":")
        if kind not in ("attribute", "semiglobal"):
            return _letter(SYNAPSES, kind)
        if name not in changing:
            return READ
        if changing[name] == "global":
            return WRITE if serial or part == "global" else READ
        return OWN_WRITE

    letters = "".join(letter(slot.key) for slot in layout.slots)
    return letters.lower() if serial else letters


def _letter(kinds: dict[str, str], kind: str) -> str:
    return next((letter for letter, words in kinds.items() if kind in words.split()), WRITE)
