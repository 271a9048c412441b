"""Connections written down in Python, one post-synaptic neuron after the other."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.matrix import Connectivity, starts_of
from eqneuro.connectivity.patterns import Ends


@dataclass(frozen=True)
class Synapses:
    """Connectivity with what each synapse holds, in its order: weights, and delays in ms. A number is that of all."""

    connectivity: Connectivity
    weights: NDArray[Any] | float
    delays: NDArray[Any] | float


class LILConnectivity:
    """Synapses as lists, which a function for `Projection.from_function` fills and returns.

    Parameters
    ----------
    dt
        The step of the network in ms. It is accepted, and not needed: delays become steps when they are connected.

    Examples
    --------
    >>> from eqneuro import LILConnectivity, Network, Neuron
    >>> def ring(pre, post, weight):
    ...     synapses = LILConnectivity()
    ...     for rank in post.ranks:
    ...         synapses.add(rank, [(rank - 1) % pre.size, (rank + 1) % pre.size], weight, 1.0)
    ...     return synapses
    >>> net = Network(dt=1.0)
    >>> cells = net.create(10, Neuron(equations="r = sum(exc)"))
    >>> projection = net.connect(cells, cells, "exc").from_function(ring, weight=0.5)
    >>> projection.pre_ranks[3]
    [2, 4]
    """

    def __init__(self, dt: float | None = None) -> None:
        self.dt = dt
        self._rows: dict[int, list[NDArray[np.float64]]] = {}

    @property
    def nb_synapses(self) -> int:
        """The number of synapses."""
        return sum(part.shape[1] for parts in self._rows.values() for part in parts)

    def add(self, rank: int, ranks: Any, w: Any, d: Any = 0.0) -> None:
        """Adds synapses of one post-synaptic neuron.

        Parameters
        ----------
        rank
            The post-synaptic neuron, by its rank in the population.
        ranks
            The pre-synaptic neurons, by their ranks in the population.
        w, d
            Weights, and delays in ms: a number, or one for each of ``ranks``.

        Raises
        ------
        ValueError
            If ranks are no ranks or stand twice, lengths differ, a weight is no number or a delay is negative.
        """
        post = _ranks(rank, "the post-synaptic rank")
        if post.ndim:
            raise ValueError(f"the post-synaptic rank must be one whole number, not {rank!r}")
        where = f"post-synaptic neuron {post}"
        pre = np.atleast_1d(_ranks(ranks, f"the pre-synaptic ranks of {where}"))
        part = np.empty((3, pre.size))
        part[0] = pre
        part[1] = _values(w, pre.size, f"weights of {where}")
        part[2] = _values(d, pre.size, f"delays of {where}")
        if (part[2] < 0.0).any():
            raise ValueError(f"delays of {where} must not be negative, as {part[2].min():g} is")
        known = self._rows.setdefault(int(post), [])
        alike = _first_double(np.concatenate([part[0], *(p[0] for p in known)]))
        if alike is not None:
            raise ValueError(f"{where} gets two synapses from pre-synaptic neuron {alike:.0f}")
        if pre.size:
            known.append(part)

    push_back = add

    def __repr__(self) -> str:
        return f"<LILConnectivity of {self.nb_synapses} synapses>"


def _ranks(given: Any, what: str) -> NDArray[np.int64]:
    ranks = np.asarray(given)
    if ranks.size == 0:
        return np.empty(0, dtype=np.int64)
    try:
        whole = ranks.astype(np.int64)
    except (TypeError, ValueError, OverflowError):
        whole = None
    if whole is None or ranks.ndim > 1 or ranks.dtype == bool or (whole != ranks).any():
        raise ValueError(f"{what} must be whole numbers, not {given!r}")
    outside = whole[(whole < 0) | (whole >= 2**32)]
    if outside.size:
        raise ValueError(f"{what} must be 0 or more, and below 2^32, not {outside[0]}")
    return whole


def _values(given: Any, count: int, what: str) -> NDArray[np.float64]:
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{what} must be numbers, not {given!r}") from None
    if values.ndim > 1 or (values.ndim == 1 and len(values) != count):
        raise ValueError(f"{what} must be one number or {count}, as there are synapses, not {values.size}")
    if not np.isfinite(values).all():
        raise ValueError(f"{what} must be finite numbers, not {values[~np.isfinite(values)].flat[0]}")
    return values


def _first_double(values: NDArray[np.float64]) -> float | None:
    """A value that stands twice."""
    ordered = np.sort(values)
    doubles = ordered[1:][ordered[1:] == ordered[:-1]]
    return float(doubles[0]) if doubles.size else None


def call_method(method: Callable[..., Any], pre: Any, post: Any, dt: float, arguments: dict[str, Any]) -> Any:
    """What a user's function gives for two populations; it gets ``dt`` if it has an argument of that name."""
    if not callable(method):
        raise TypeError(f"from_function takes a function, not {method!r}")
    try:
        known = inspect.signature(method).parameters
    except (TypeError, ValueError):  # some functions written in C don't say
        known = {}  # type: ignore[assignment]
    if "dt" in known or any(p.kind is inspect.Parameter.VAR_KEYWORD for p in known.values()):
        arguments = {"dt": dt, **arguments}
    result = method(pre, post, **arguments)
    if isinstance(result, LILConnectivity | np.ndarray | list | tuple) or hasattr(result, "tocsc"):
        return result
    name = getattr(method, "__name__", repr(method))
    raise TypeError(
        f"{name}, called by from_function, must return a LILConnectivity, a SciPy sparse matrix of shape (pre, post)"
        f" or an array of shape (post, pre), not {type(result).__name__}"
    )


def from_lists(lists: LILConnectivity, ends: Ends) -> Synapses:
    """The synapses that were added.

    Raises
    ------
    ValueError
        If a neuron is not among those that are connected.
    """
    posts = np.array(sorted(post for post, parts in lists._rows.items() if parts), dtype=np.int64)
    rows = [np.concatenate(lists._rows[int(post)], axis=1) for post in posts]
    counts = np.array([row.shape[1] for row in rows], dtype=np.int64)
    table = np.concatenate(rows, axis=1) if rows else np.empty((3, 0))
    return from_table(np.repeat(posts, counts), table[0].astype(np.int64), table[1], table[2], ends)


def from_table(
    post: NDArray[np.int64],
    pre: NDArray[np.int64],
    weights: NDArray[Any] | float,
    delays: NDArray[Any] | float,
    ends: Ends,
) -> Synapses:
    """Synapses from ranks in any order, each pair once.

    Raises
    ------
    ValueError
        If a rank is not among those that are connected, or a pair stands twice.
    """
    for ranks, side, chosen, size in ((post, "post", ends.post, ends.post_size), (pre, "pre", ends.pre, ends.pre_size)):
        check_chosen(ranks, side, chosen, size)
    order = np.lexsort((pre, post))
    post, pre = post[order], pre[order]
    weights, delays = (v if np.ndim(v) == 0 else np.asarray(v)[order] for v in (weights, delays))
    doubles = np.flatnonzero((np.diff(post) == 0) & (np.diff(pre) == 0))
    if doubles.size:
        first = doubles[0]
        raise ValueError(f"post-synaptic neuron {post[first]} gets two synapses from pre-synaptic neuron {pre[first]}")
    chosen, counts = np.unique(post, return_counts=True)
    starts = starts_of(counts)
    found = Connectivity(chosen.astype(np.uint32), starts, pre.astype(np.uint32), ends.pre_size, ends.post_size)
    return Synapses(found, weights, delays)


def check_chosen(ranks: NDArray[Any], side: str, chosen: NDArray[np.uint32], size: int) -> None:
    """Refuses ranks that are not among those that are connected.

    Raises
    ------
    ValueError
        With the first of them.
    """
    outside = ranks[(ranks < 0) | (ranks >= size)]
    if outside.size:
        raise ValueError(f"{side}-synaptic rank {outside[0]} is outside a population of {size} neurons")
    if len(chosen) < size:
        strange = ranks[~np.isin(ranks, chosen)]
        if strange.size:
            raise ValueError(f"{side}-synaptic rank {strange[0]} is not in the view that is connected")
