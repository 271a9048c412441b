"""Projections that are made first and added to a network then."""

from __future__ import annotations

import math
from typing import Any

from eqneuro.language.distributions import Distribution
from eqneuro.language.syntax import Draw, InputSum
from eqneuro.model.synapse import Synapse
from eqneuro.network.projection import Projection


class SpecificProjection(Projection):
    """A projection that is made first and added with `Network.connect`; then its own connector is called."""

    def __init__(self, pre: Any, post: Any, target: str, synapse: Synapse, name: str | None = None) -> None:
        from eqneuro.network.magic import join

        self._prepare(pre, post, target, synapse, name)
        join(self)

    @property
    def _kind(self) -> str:
        return type(self).__name__

    def _require_rates(self, *sides: Any) -> None:
        """Only rate-coded populations are connected.

        Raises
        ------
        TypeError
            If one spikes.
        """
        for side in sides:
            population = getattr(side, "population", side)
            if population.model.is_spiking:
                raise TypeError(
                    f"a {self._kind} connects rate-coded populations, and population {population.name!r} is spiking"
                )

    def _require_whole(self, *sides: Any) -> None:
        """Only whole populations are connected.

        Raises
        ------
        TypeError
            If one is a view.
        """
        for side in sides:
            if getattr(side, "population", side) is not side:
                raise TypeError(f"a {self._kind} connects whole populations, not {side!r}")

    def _one_delay(self, delays: Any) -> float:
        """The delay of all synapses.

        Raises
        ------
        ValueError
            If they are several.
        """
        if isinstance(delays, Distribution) or not isinstance(delays, int | float) or not math.isfinite(delays):
            raise ValueError(f"all synapses of a {self._kind} have the same delay: a number of ms, not {delays!r}")
        return float(delays)


def rate_synapse(psp: str, operation: str, kind: str) -> Synapse:
    """A synapse that only weights what it reads.

    Raises
    ------
    ValueError
        If its text holds random numbers, or what is just being summed up: inputs of the post-synaptic neuron.
    """
    synapse = Synapse(psp=psp, operation=operation, name=kind)
    for node in () if synapse.model.psp is None else synapse.model.psp.walk():
        if isinstance(node, Draw):
            raise ValueError(f"the psp of a {kind} can't hold random numbers: {psp!r}")
        if isinstance(node, InputSum) and node.owner == "post":
            raise ValueError(f"the psp of a {kind} can't read inputs of the post-synaptic neuron: {psp!r}")
    return synapse
