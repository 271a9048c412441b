"""Pooling: each post-synaptic neuron reduces a block of the pre-synaptic population to one number."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from eqneuro.connectivity.matrix import from_rows, starts_of
from eqneuro.network.connector_calls import remembered
from eqneuro.network.specific.ready import SpecificProjection, rate_synapse


class Pooling(SpecificProjection):
    """The largest, smallest or mean value of a block of a rate-coded population.

    Parameters
    ----------
    pre, post
        Rate-coded populations; the post-synaptic one is smaller.
    target
        The name under which the post-synaptic neurons read it.
    psp
        What is reduced.
    operation
        ``max``, ``min``, ``mean`` or ``sum``.
    name
        How messages and `Network.get_projection` call it.

    Examples
    --------
    >>> from eqneuro import InputArray, Network, Neuron, Pooling
    >>> net = Network()
    >>> fine = net.create(InputArray(6))
    >>> coarse = net.create(3, Neuron(equations="r = sum(exc)"))
    >>> fine.r = [1.0, 2.0, 5.0, 4.0, 0.0, 3.0]
    >>> projection = net.connect(Pooling(fine, coarse, "exc")).connect_pooling()
    >>> net.simulate(1.0)
    >>> coarse.r
    array([2., 5., 3.])
    """

    def __init__(
        self, pre: Any, post: Any, target: str, psp: str = "pre.r", operation: str = "max", name: str | None = None
    ) -> None:
        super().__init__(pre, post, target, rate_synapse(psp, operation, "Pooling"), name)

    def _prepare(self, pre: Any, post: Any, target: str, synapse: Any, name: str | None) -> None:
        super()._prepare(pre, post, target, synapse, name)
        self._require_whole(pre, post)
        self._require_rates(pre, post)

    @remembered
    def connect_pooling(self, extent: Any = None, delays: float = 0.0) -> Self:
        """Connects blocks.

        A post-synaptic neuron at c gets the block that begins at c·(pre / post) on each axis; blocks are cut off where
        the population ends. Axes that the post-synaptic population lacks are reduced as a whole.

        Parameters
        ----------
        extent
            The shape of a block, one number for each axis of the pre-synaptic population; where None, blocks lie side
            by side.
        delays
            In ms, one for all.

        Raises
        ------
        ValueError
            If shapes do not fit.
        """
        ends = self._open_ends()
        pre, post = self._pre_population.geometry, self._post_population.geometry
        padded = (*post, *(1,) * (len(pre) - len(post)))
        if len(post) > len(pre) or any(n > m for n, m in zip(padded, pre, strict=False)):
            raise ValueError(f"the post-synaptic population {post} has more axes or neurons than {pre}")
        shape = _read_extent(extent, pre, padded)
        places = np.indices(padded).reshape(len(pre), -1).T
        first = places * np.array(pre) // np.array(padded)
        seen = first[:, None, :] + np.indices(shape).reshape(len(pre), -1).T
        is_inside = (seen < np.array(pre)).all(axis=2)
        ranks = np.ravel_multi_index(tuple(np.minimum(seen, np.array(pre) - 1).transpose(2, 0, 1)), pre)
        starts = starts_of(is_inside.sum(axis=1))
        columns = ranks[is_inside].astype(np.uint32)
        found = from_rows(starts, columns, ends.pre, ends.post, ends.pre_size, ends.post_size)
        return self._fill(found, 1.0, self._one_delay(delays), False)

    def pooling(self, extent: Any = None, delays: float = 0.0) -> Self:
        """`connect_pooling`, as older scripts call it."""
        return self.connect_pooling(extent, delays)


def _read_extent(extent: Any, pre: tuple[int, ...], post: tuple[int, ...]) -> tuple[int, ...]:
    if extent is None:
        if any(n % m for n, m in zip(pre, post, strict=True)):
            raise ValueError(f"{pre} neurons do not divide into {post} blocks: give an `extent`")
        return tuple(n // m for n, m in zip(pre, post, strict=True))
    given = np.atleast_1d(np.asarray(extent))
    if given.shape != (len(pre),) or given.dtype.kind not in "iu" or (given < 1).any() or (given > pre).any():
        raise ValueError(f"extent holds one whole number for each axis of {pre}, not {extent!r}")
    return tuple(int(n) for n in given)
