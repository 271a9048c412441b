"""How the neurons of a network are shared out to threads: ranges that cost about the same, by the synapses they have.

What a range costs in a step is expected from the connectivity: so much for each neuron, and for each synapse as often
as spikes are expected to arrive. No bit of the results depends on where ranges begin, so nothing of this has to be
right: docs/decisions/ranges-by-cost.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import ALIGNMENT, BLOCK, LANES, padded
from eqneuro.engine.division import cost_of_ranges, divide
from eqneuro.network.plastic import LOCALITY_PARTS, is_serial, parts_of

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection

NEURON, EVENT, SYNAPSE = 0.56, 1.3, 0.29
"""Nanoseconds of a neuron's update, of a synapse that a spike reaches, and of one that is run in every step.

Measured as docs/decisions/ranges-by-cost.md says.
"""
EXPECTED_RATE = 10.0
"""Hz that neurons are expected to spike with, of which nothing is known before they run."""
EACH_STEP = {"transmit", *LOCALITY_PARTS.values()}
"""Kernels of a projection that run all synapses in every step."""


@dataclass(frozen=True)
class Ranges:
    """Where the ranges of each population begin.

    Attributes
    ----------
    edges
        First neurons of the ranges and the end, a whole number of groups, by the number of the population.
    cost
        What each range is expected to take of a step, in ns.
    """

    edges: dict[int, NDArray[np.int64]]
    cost: NDArray[np.float64]

    @property
    def unevenness(self) -> float:
        """The largest cost of a range divided by the mean."""
        mean = float(self.cost.mean())
        return float(self.cost.max()) / mean if mean > 0.0 else 1.0

    def spans(self, population: Population) -> list[tuple[int, int]]:
        """The range of each thread."""
        return [(int(a), int(b)) for a, b in pairwise(self.edges[population._number])]

    def boundaries(self, population: Population) -> NDArray[np.int64]:
        """First neurons of the ranges, and the end."""
        return self.edges[population._number]


def share_out(network: Network, ranges: int) -> Ranges:
    """Divides all populations: those of the dearest units first, so that finer ones even out what they leave."""
    if ranges == 1:  # nothing to be worked out
        whole = {p._number: np.array([0, padded(p.size)], dtype=np.int64) for p in network._populations}
        return Ranges(whole, np.zeros(1))
    found: list[tuple[Population, int, NDArray[np.float64]]] = []
    held = np.zeros(ranges)
    for population in network._populations:
        arriving = arriving_at(population)
        divided = [projection for projection in arriving if not is_serial(projection.model)]
        unit = unit_of(population, arriving)
        each = costs(population, divided)
        found.append((population, unit, np.add.reduceat(each, np.arange(0, len(each), unit))))
        held[0] += costs(population, arriving).sum() - each.sum()
    edges = {}
    for population, unit, each in sorted(found, key=lambda item: -item[2].max()):
        cuts = divide(each, held)
        held += cost_of_ranges(each, cuts)
        edges[population._number] = np.minimum(cuts * unit, padded(population.size)).astype(np.int64)
    return Ranges(edges, held)


def arriving_at(population: Population) -> list[Projection]:
    """The projections that bring something to a population."""
    made = [p for p in population._net._projections if p._connectivity is not None]
    return [projection for projection in made if projection._post_population is population]


def costs(population: Population, arriving: Iterable[Projection]) -> NDArray[np.float64]:
    """What each neuron is expected to take of a step, in ns; those that fill the last group are updated too."""
    own = 0.0 if population._draws_gaps else NEURON  # one thread draws all gaps
    found = np.full(padded(population.size), own)
    for projection in arriving:
        built = projection._built
        found[built.post_ranks] += cost_of_synapse(projection) * np.diff(built.row_start)
    return found


def cost_of_synapse(projection: Projection) -> float:
    """What a synapse is expected to take of a step, in ns."""
    parts = parts_of(projection)
    total = SYNAPSE * sum(part in EACH_STEP for part in parts)
    if projection._is_event_based():
        total += EVENT * expected_spikes(projection._pre_population)
    elif not parts or parts[0] != "transmit":
        total += SYNAPSE
    return total + EVENT * expected_spikes(projection._post_population) * ("post" in parts)


def expected_spikes(population: Population) -> float:
    """How often a neuron is expected to spike in a step: at the rates of Poisson neurons, where these stay."""
    rates = population._store.arrays["rates"][: population.size] if population._draws_gaps else EXPECTED_RATE
    return float(np.mean(rates)) * population._net.dt / 1000.0


def unit_of(population: Population, arriving: Iterable[Projection]) -> int:
    """So many neurons stay together: a group, and a cache line of each array; a block where kernels take all of it at
    once, as windows that lie side by side, or where smaller ranges lose: `_has_strides`.
    """
    if any(projection._filters() is not None or _has_strides(projection) for projection in arriving):
        return BLOCK
    widths = [array.itemsize for name, array in population._store.arrays.items() if population._is_local(name)]
    return max(LANES, ALIGNMENT // min(widths, default=ALIGNMENT))


def _has_strides(projection: Projection) -> bool:
    """Whether spikes of post-synaptic neurons run columns of a dense matrix.

    From one synapse of a column to the next it is a row of the range: with whole groups an even number of cache lines,
    which half of the sets of a cache hold, or fewer. That costs more than a division gains.
    """
    return "post" in parts_of(projection) and projection._built.is_dense
