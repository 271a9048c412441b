"""Projections that use the weights of another one, also while that one learns."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.matrix import Connectivity, starts_of
from eqneuro.network.connector_calls import remembered
from eqneuro.network.delays import Delays
from eqneuro.network.projection import Projection
from eqneuro.network.specific.ready import rate_synapse
from eqneuro.network.specific.weights import SharedWeights


class BorrowedWeights(SharedWeights):
    """Weights that are those of another projection at any moment."""

    _source: Projection | None = None

    def _borrow(self, source: Projection) -> None:
        """Notes whose weights these are.

        Raises
        ------
        TypeError
            If it is no projection between rate-coded populations.
        ValueError
            If it belongs to another network, or populations differ in size.
        """
        if not isinstance(source, Projection):
            raise TypeError(f"a {self._kind} takes the weights of a projection, not {source!r}")
        self._require_rates(source._pre_population)
        if source._network is not self._network:
            raise ValueError(f"projection {source.name!r} belongs to another network than {self.name!r}")
        source._built  # noqa: B018
        self._source = source

    @property
    def _lender(self) -> Projection:
        assert self._source is not None
        return self._source

    def _whose_weights(self) -> str:
        return f"set them in {self._lender.name!r}"

    def _is_single(self, name: str) -> bool:
        return self._lender._is_single("w") if name == "w" else super()._is_single(name)

    def _varying(self) -> tuple[str, ...]:
        return () if self._lender._is_single("w") else ("w",)

    def _weight_of_each(self) -> NDArray[Any]:
        return self._lender._values["w"] if self._is_single("w") else super()._weight_of_each()

    def _shared_weights(self) -> tuple[NDArray[Any], NDArray[np.uint32]] | None:
        return None if self._is_single("w") else self._lookup()


class Copy(BorrowedWeights):
    """A projection with the synapses, weights and delays of another one, between other rate-coded populations.

    Weights that are set, or learned, in the other one count here in the same step.

    Parameters
    ----------
    pre, post
        Populations, as large as those of the other projection.
    target
        The name under which the post-synaptic neurons read it.
    psp, operation
        As of a `Synapse`.
    name
        How messages and `Network.get_projection` call it.

    Examples
    --------
    >>> from eqneuro import Copy, InputArray, Network, Neuron
    >>> net = Network()
    >>> left, right = net.create(InputArray(4)), net.create(InputArray(4))
    >>> reader = net.create(2, Neuron(equations="r = sum(left) - sum(right)"))
    >>> first = net.connect(left, reader, "left").all_to_all(0.5)
    >>> second = net.connect(Copy(right, reader, "right")).connect_copy(first)
    """

    def __init__(
        self, pre: Any, post: Any, target: str, psp: str = "pre.r * w", operation: str = "sum", name: str | None = None
    ) -> None:
        super().__init__(pre, post, target, rate_synapse(psp, operation, "Copy"), name)

    def _prepare(self, pre: Any, post: Any, target: str, synapse: Any, name: str | None) -> None:
        super()._prepare(pre, post, target, synapse, name)
        self._require_whole(pre, post)
        self._require_rates(pre, post)

    @remembered
    def connect_copy(self, projection: Projection) -> Self:
        """Takes the synapses of another projection.

        Raises
        ------
        ValueError
            If its populations differ in size from those of this one.
        """
        self._open_ends()
        self._borrow(projection)
        built = projection._built
        wanted, own = (built.pre_size, built.post_size), (self._pre_population.size, self._post_population.size)
        if wanted != own:
            self._source = None
            raise ValueError(f"{projection.name!r} connects {wanted} neurons (pre, post), and {self.name!r} {own}")
        self._net._note_change(structural=True)
        return self

    def copy(self, projection: Projection) -> Self:
        """`connect_copy`, as older scripts call it."""
        return self.connect_copy(projection)

    @property
    def _connectivity(self) -> Connectivity | None:
        return None if self._source is None else self._source._connectivity

    @_connectivity.setter
    def _connectivity(self, value: Connectivity | None) -> None:
        """Nothing: the synapses are those of the other projection."""

    @property
    def _delays(self) -> Delays:
        return Delays() if self._source is None else self._source._delays

    @_delays.setter
    def _delays(self, value: Delays) -> None:
        """Nothing: the delays are those of the other projection."""

    @property
    def delay(self) -> Any:
        """Delays in ms, those of the other projection."""
        return self._lender.delay

    @delay.setter
    def delay(self, value: Any) -> None:
        raise AttributeError(f"the delays of {self.name!r} are those of {self._lender.name!r}: set them there")

    def _lookup(self) -> tuple[NDArray[Any], NDArray[np.uint32]]:
        return places_in(self._lender)


class Transpose(BorrowedWeights):
    """A projection back: from the post-synaptic population of another one to its pre-synaptic one, weights the same.

    Weights that are set, or learned, in the other one count here in the same step. Rates arrive after one step.

    Parameters
    ----------
    projection
        The other one, between rate-coded populations.
    target
        The name under which its pre-synaptic neurons read this one.
    name
        How messages and `Network.get_projection` call it.

    Examples
    --------
    >>> from eqneuro import InputArray, Network, Neuron, Transpose
    >>> net = Network()
    >>> visible = net.create(4, Neuron(parameters="x = 0.0", equations=["back = sum(back)", "r = x"]))
    >>> hidden = net.create(2, Neuron(equations="r = sum(exc)"))
    >>> forward = net.connect(visible, hidden, "exc").all_to_all(0.5)
    >>> backward = net.connect(Transpose(forward, "back")).connect_transpose()
    """

    def __init__(self, projection: Projection, target: str, name: str | None = None) -> None:
        if not isinstance(projection, Projection):
            raise TypeError(f"a Transpose takes a projection, not {projection!r}")
        self._turned = projection
        super().__init__(projection.post, projection.pre, target, rate_synapse("pre.r * w", "sum", "Transpose"), name)

    def _prepare(self, pre: Any, post: Any, target: str, synapse: Any, name: str | None) -> None:
        super()._prepare(pre, post, target, synapse, name)
        self._require_rates(pre, post)

    @remembered
    def connect_transpose(self) -> Self:
        """Takes the synapses of the other projection.

        Raises
        ------
        RuntimeError
            If that one has none yet.
        """
        self._open_ends()
        self._borrow(self._turned)
        self._taken_from: Connectivity | None = None
        self._net._note_change(structural=True)
        return self

    def transpose(self) -> Self:
        """`connect_transpose`, as older scripts call it."""
        return self.connect_transpose()

    @property
    def _connectivity(self) -> Connectivity | None:
        if self._source is None:
            return None
        if self._taken_from is not self._source._built:  # the synapses of the other one have become others
            self._taken_from = self._source._built
            self._mirrored, self._order = turn(self._taken_from)
        return self._mirrored

    @_connectivity.setter
    def _connectivity(self, value: Connectivity | None) -> None:
        """Nothing: the synapses are those of the other projection."""

    def _lookup(self) -> tuple[NDArray[Any], NDArray[np.uint32]]:
        weights, places = places_in(self._lender)
        self._connectivity  # noqa: B018
        return weights, np.ascontiguousarray(places[self._order])


def places_in(projection: Projection) -> tuple[NDArray[Any], NDArray[np.uint32]]:
    """The array that holds the weights of a projection, and where that of each synapse stands."""
    if isinstance(projection, SharedWeights):
        return projection._lookup()
    return projection._values["w"], np.arange(projection._built.synapses, dtype=np.uint32)


def turn(built: Connectivity) -> tuple[Connectivity, NDArray[np.int64]]:
    """The synapses with their ends exchanged, and where each was before."""
    order = np.argsort(built.pre_ranks, kind="stable")
    sources = built.post_ranks[built.rows()[order]]
    ranks, counts = np.unique(built.pre_ranks, return_counts=True)
    starts = starts_of(counts)
    turned = Connectivity(ranks.astype(np.uint32), starts, sources, built.post_size, built.pre_size)
    return turned, order
