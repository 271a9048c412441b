"""Populations that are made first and added to a network then; the simplest of them holds what it is given."""

from __future__ import annotations

from typing import Any

from eqneuro.model.neuron import Neuron
from eqneuro.network.population import Population


class SpecificPopulation(Population):
    """A population that is made first and added with `Network.create`."""

    _is_source = True

    def __init__(self, geometry: Any, neuron: Neuron, name: str | None = None) -> None:
        from eqneuro.network.magic import await_network

        self._prepare(geometry, neuron, name, None)
        await_network(self)


class InputArray(SpecificPopulation):
    """Rates that stay as they are set.

    Parameters
    ----------
    geometry
        The shape.
    name
        The name.

    Examples
    --------
    >>> from eqneuro import InputArray, Network
    >>> net = Network()
    >>> inputs = net.create(InputArray((2, 2)))
    >>> inputs.r = [[1.0, 2.0], [3.0, 4.0]]
    """

    def __init__(self, geometry: Any = None, name: str | None = None) -> None:
        if geometry is None:
            raise ValueError("an InputArray needs a geometry")
        super().__init__(geometry, Neuron(parameters="r = 0.0", name="InputArray"), name)
