"""How the synapses of a projection transmit, as kernels ask for it; specific projections have other answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.memory import WIDEST_NARROW

if TYPE_CHECKING:
    from eqneuro.connectivity.matrix import Connectivity
    from eqneuro.model.models import SynapseModel
    from eqneuro.network.population import Population


class Transmission:
    """By spikes or continuously, with weights of its own or shared ones."""

    _bridges = False
    """Whether it carries rates to spiking neurons, or spikes to rate-coded ones, in a way of its own."""
    _pre_population: Population
    _post_population: Population

    @property
    def model(self) -> SynapseModel:
        """The checked model of the synapse."""
        raise NotImplementedError

    @property
    def _built(self) -> Connectivity:
        raise NotImplementedError

    def _is_event_based(self) -> bool:
        model, pre = self.model, self._pre_population.model
        return (pre.is_spiking or pre.axon_spike is not None) and (model.is_spiking or model.psp is None)

    def _on_grid(self) -> bool:
        if self._is_event_based():
            return True
        return not (self._pre_population._has_higher_order() or self._post_population._has_higher_order())

    def _filters(self) -> dict[str, NDArray[Any]] | None:
        """What the kernel of shared filters reads, where the rows are windows on the pre-synaptic population."""
        return None

    def _shared_weights(self) -> tuple[NDArray[Any], NDArray[np.uint32]] | None:
        """Weights that synapses share, and the place of each synapse's own among them."""
        return None

    def _source_of(self, name: str) -> str:
        """What kernels read of the pre-synaptic population for ``pre.NAME``."""
        return name

    def _assigns(self) -> bool:
        """Whether the input of post-synaptic neurons is set, not added to."""
        return False

    def _narrow_pre_ranks(self) -> NDArray[Any]:
        """Pre-synaptic ranks in two bytes where these suffice."""
        built = self._built
        return built.pre_ranks.astype(np.uint16) if built.pre_size <= WIDEST_NARROW else built.pre_ranks
