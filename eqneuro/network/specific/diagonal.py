"""Projections whose weights are the same along diagonals."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.matrix import from_rows, starts_of
from eqneuro.network.connector_calls import remembered
from eqneuro.network.specific.ready import rate_synapse
from eqneuro.network.specific.weights import OwnSharedWeights


class DiagonalProjection(OwnSharedWeights):
    """Weights that depend only on the distance from a diagonal, as maps of basis functions read them out.

    From a two-dimensional population, each post-synaptic neuron j gets all neurons along the line
    x = j + offset + slope·y, with ``weights`` across it: neuron (y, x) has the weight number
    x − (j + offset + slope·y) + K // 2, where there is one of the K. From a one-dimensional population, the line is
    drawn into the matrix of weights instead: neuron i has the weight number i − (offset + slope·j) + K // 2.
    Places on the line are rounded to whole neurons, halves up.

    Parameters
    ----------
    pre
        A rate-coded population of one or two dimensions (y, x).
    post
        A rate-coded population of one dimension.
    target
        The name under which the post-synaptic neurons read it.
    name
        How messages and `Network.get_projection` call it.

    Examples
    --------
    >>> import numpy as np
    >>> from eqneuro import DiagonalProjection, InputArray, Network, Neuron
    >>> net = Network()
    >>> plane = net.create(InputArray((3, 3)))
    >>> sums = net.create(3, Neuron(equations="r = sum(exc)"))
    >>> projection = net.connect(DiagonalProjection(plane, sums, "exc")).connect([1.0], slope=-1)
    >>> plane.r = np.arange(9.0).reshape(3, 3)
    >>> net.simulate(1.0)
    >>> sums.r
    array([ 0.,  4., 12.])
    """

    def __init__(self, pre: Any, post: Any, target: str, name: str | None = None) -> None:
        super().__init__(pre, post, target, rate_synapse("pre.r * w", "sum", "DiagonalProjection"), name)

    def _prepare(self, pre: Any, post: Any, target: str, synapse: Any, name: str | None) -> None:
        super()._prepare(pre, post, target, synapse, name)
        self._require_whole(pre, post)
        self._require_rates(pre, post)

    @remembered
    def connect(self, weights: Any, delays: float = 0, offset: int = 0, slope: float = 1) -> Self:
        """Connects along diagonals.

        Parameters
        ----------
        weights
            Those across a diagonal, shape (K,), or one number.
        delays
            In ms, one for all.
        offset
            Where the diagonal of the first post-synaptic neuron begins.
        slope
            How far it moves on from one row of neurons to the next.

        Raises
        ------
        ValueError
            If shapes do not fit, or no neuron would be connected.
        """
        ends = self._open_ends()
        pre, post = self._pre_population.geometry, self._post_population.geometry
        given = np.atleast_1d(self._read_weights(weights, "weights of a diagonal"))
        if given.ndim != 1 or len(pre) > 2 or len(post) != 1:
            raise ValueError(
                "a DiagonalProjection takes weights of one dimension, and connects one or two dimensions with one, "
                f"not {given.shape}, {pre} and {post}"
            )
        if not (np.isfinite(offset) and np.isfinite(slope)):
            raise ValueError(f"offset and slope are finite numbers, not {offset} and {slope}")
        late = self._one_delay(delays)
        middle = _lines(pre, post[0], offset, slope)
        columns = middle[:, :, None] + np.arange(len(given)) - len(given) // 2
        is_inside = (columns >= 0) & (columns < pre[-1])
        ranks = columns + pre[-1] * np.arange(middle.shape[1])[:, None]
        starts = starts_of(is_inside.sum(axis=(1, 2)))
        if starts[-1] == 0:
            raise ValueError(f"no diagonal with offset={offset} and slope={slope} meets the population {pre}")
        places = np.broadcast_to(np.arange(len(given), dtype=np.uint32), columns.shape)
        found = from_rows(
            starts, ranks[is_inside].astype(np.uint32), ends.pre, ends.post, ends.pre_size, ends.post_size
        )
        self._weight_places = np.ascontiguousarray(places[is_inside])
        self._keep_weights(given)
        return self._take(found, late)

    def _lookup(self) -> tuple[NDArray[Any], NDArray[np.uint32]]:
        return self._weights, self._weight_places

    def _shared_weights(self) -> tuple[NDArray[Any], NDArray[np.uint32]] | None:
        return self._lookup()

    def _nbytes(self) -> int:
        return super()._nbytes() + self._weight_places.nbytes


def _lines(pre: tuple[int, ...], post: int, offset: float, slope: float) -> NDArray[np.int64]:
    """Where the diagonal of each post-synaptic neuron crosses each row of neurons, shape (post, rows)."""
    neurons = np.arange(post)[:, None]
    exact = neurons + offset + slope * np.arange(pre[0]) if len(pre) == 2 else offset + slope * neurons
    return np.floor(exact + 0.5).astype(np.int64)
