"""Connectors: methods of a projection that make its synapses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity import patterns
from eqneuro.connectivity.matrix import from_rows
from eqneuro.connectivity.rows import from_blocks, values_of
from eqneuro.language.distributions import Distribution
from eqneuro.network.checkpoint import SavedProjection
from eqneuro.network.connector_calls import ConnectorCall, remembered
from eqneuro.network.matrices import GivenMatrix, blocks_of
from eqneuro.network.sparse_matrices import Columns, columns_of
from eqneuro.network.synapse_delays import DelayReader
from eqneuro.network.synapses import SynapseValues

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population


class Connectors(SynapseValues, SavedProjection):
    """Makes synapses; each connector returns the projection.

    ``weights`` are a number or a distribution, ``delays`` too, or one for each synapse, in ms. A delay is one
    step at least, that of spikes a whole number of steps: others are rounded, which earns a warning where they were not
    drawn at random.
    ``storage_format``, ``storage_order`` and ``force_multiple_weights`` are accepted, and decided here.
    """

    pre: Any
    post: Any
    _connector_call: ConnectorCall | None = None
    _pre_population: Population
    _post_population: Population

    @property
    def _net(self) -> Network:
        raise NotImplementedError

    def _open_ends(self) -> patterns.Ends:
        """The two sides of synapses that are yet to be made."""
        raise NotImplementedError

    def _ends(self) -> patterns.Ends:
        def chosen(side: Any) -> NDArray[np.uint32]:
            return np.unique(np.asarray(side.ranks)).astype(np.uint32)

        pre, post, threads = self._pre_population, self._post_population, self._net._num_threads
        return patterns.Ends(chosen(self.pre), chosen(self.post), pre.size, post.size, pre is post, threads)

    @property
    def connector(self) -> ConnectorCall | None:
        """The connector that was called, with its arguments; None before."""
        return self._connector_call

    def _stream(self) -> tuple[int, int]:
        return self._net._seed_word, self._number

    @remembered
    def one_to_one(
        self,
        weights: Any = 1.0,
        delays: Any = 0.0,
        force_multiple_weights: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Self:
        """Connects the k-th pre-synaptic neuron to the k-th post-synaptic one; of views, in their order."""
        ends = self._open_ends()
        pre, post = place_order(self.pre), place_order(self.post)
        found = patterns.one_to_one(ends)
        if pre is not None or post is not None:
            count = found.synapses
            pairs = np.stack([np.asarray(self.post.ranks)[:count], np.asarray(self.pre.ranks)[:count]])
            pairs = pairs[:, np.argsort(pairs[0])].astype(np.uint32)
            found = replace(found, post_ranks=pairs[0].copy(), pre_ranks=pairs[1].copy())
        return self._fill(found, weights, delays, force_multiple_weights)

    @remembered
    def all_to_all(
        self,
        weights: Any,
        delays: Any = 0.0,
        allow_self_connections: bool = False,
        force_multiple_weights: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Self:
        """Connects every pair; a neuron with itself only if asked for."""
        found = patterns.all_to_all(self._open_ends(), allow_self_connections)
        return self._fill(found, weights, delays, force_multiple_weights)

    @remembered
    def fixed_probability(
        self,
        probability: float,
        weights: Any,
        delays: Any = 0.0,
        allow_self_connections: bool = False,
        force_multiple_weights: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Self:
        """Connects each pair with the same probability."""
        found = patterns.fixed_probability(self._open_ends(), probability, allow_self_connections, *self._stream())
        return self._fill(found, weights, delays, force_multiple_weights)

    @remembered
    def fixed_number_pre(
        self,
        number: int,
        weights: Any,
        delays: Any = 0.0,
        allow_self_connections: bool = False,
        force_multiple_weights: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Self:
        """Connects each post-synaptic neuron with ``number`` different pre-synaptic ones."""
        found = patterns.fixed_number_pre(self._open_ends(), number, allow_self_connections, *self._stream())
        return self._fill(found, weights, delays, force_multiple_weights)

    @remembered
    def fixed_number_post(
        self,
        number: int,
        weights: Any,
        delays: Any = 0.0,
        allow_self_connections: bool = False,
        force_multiple_weights: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Self:
        """Connects each pre-synaptic neuron with ``number`` different post-synaptic ones."""
        found = patterns.fixed_number_post(self._open_ends(), number, allow_self_connections, *self._stream())
        return self._fill(found, weights, delays, force_multiple_weights)

    @remembered
    def from_matrix(
        self,
        weights: Any,
        delays: Any = 0.0,
        pre_post: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Self:
        """Connects what a matrix holds.

        Parameters
        ----------
        weights
            Shape (post, pre); ``None`` and ``nan`` entries are no synapses.
        delays
            In ms: a number, a distribution, or a matrix of the same shape.
        pre_post
            Whether the first index is the pre-synaptic one.

        Raises
        ------
        ValueError
            If a shape does not fit.
        """
        ends = self._open_ends()
        shape, order = (len(ends.post), len(ends.pre)), (place_order(self.post), place_order(self.pre))
        matrices = [GivenMatrix(weights, "weights", shape, order, pre_post)]
        values, late = values_of(ends, self._real_of(self._attribute("w"))), None
        if not isinstance(delays, Distribution) and np.ndim(delays) > 0:
            matrices.append(GivenMatrix(delays, "delays", shape, order, pre_post))
            late = DelayReader(self, shape[0] * shape[1])
        found = from_blocks(ends, blocks_of(matrices, shape), [values] if late is None else [values, late])
        return self._fill(found, values.finish(), delays if late is None else late.finish(), True, own=True)

    @remembered
    def from_sparse(
        self, weights: Any, delays: Any = 0.0, storage_format: str | None = None, storage_order: str | None = None
    ) -> Self:
        """Connects what a SciPy sparse matrix of shape (pre, post) holds, explicit zeros too.

        Parameters
        ----------
        weights
            The matrix; entries for the same pair are added up.
        delays
            In ms: a number, a distribution, or such a matrix with the same entries.

        Raises
        ------
        TypeError
            If it is no sparse matrix.
        ValueError
            If the shape does not fit, or delays have other entries than weights.
        """
        ends = self._open_ends()
        late, pairs = delays, None
        if hasattr(delays, "tocsc"):
            columns = self._read_sparse(delays, "delays")
            late, pairs = self._read_delays(columns.values, len(columns.values), self._net.default_rng), columns.pairs()
            del columns
        columns = self._read_sparse(weights, "weights")
        if pairs is not None and pairs != columns.pairs():
            raise ValueError("delays must have their entries where the weights have theirs")
        starts, rows, values = columns.start, columns.rows, columns.values
        del columns
        found = from_rows(starts, rows, ends.pre, ends.post, ends.pre_size, ends.post_size)
        return self._fill(found, values, late, True, own=True)

    def _read_sparse(self, given: Any, what: str) -> Columns:
        """A matrix by columns, rows and columns sorted by rank."""
        shape = (len(self.pre.ranks), len(self.post.ranks))
        if not hasattr(given, "tocsc"):
            kind = type(given).__name__
            raise TypeError(f"{what} must be a SciPy sparse matrix, not {kind}: from_matrix takes dense ones")
        if given.shape != shape:
            raise ValueError(f"{what} have the shape {given.shape}; (pre, post) is {shape}")
        return columns_of(given, (place_order(self.pre), place_order(self.post)))


def place_order(side: Any) -> NDArray[np.int64] | None:
    """Which places of a view hold its neurons in the order of their ranks, None where they stand so already.

    Raises
    ------
    ValueError
        If a neuron occurs twice.
    """
    ranks = np.asarray(side.ranks)
    steps = np.diff(ranks)
    if (steps > 0).all():
        return None
    order = np.argsort(ranks, kind="stable")
    if (np.diff(ranks[order]) == 0).any():
        raise ValueError("a view that holds a neuron twice can't be connected neuron by neuron")
    return order
