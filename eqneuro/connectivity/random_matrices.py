"""Random weight matrices in SciPy's form, for `Projection.from_sparse`."""

from __future__ import annotations

from typing import Any

import numpy as np

from eqneuro.language.distributions import Distribution


def sparse_random_matrix(
    pre: Any, post: Any, proba: float, weights: Any, rng: np.random.Generator | None = None
) -> Any:
    """A random weight matrix of shape (pre, post) in which each entry exists with probability ``proba``.

    Parameters
    ----------
    pre, post
        Populations, or their sizes.
    proba
        Between 0 and 1.
    weights
        A number or a distribution.
    rng
        The generator; a new one where None.

    Returns
    -------
    scipy.sparse.lil_matrix

    Examples
    --------
    >>> from eqneuro import Uniform, sparse_random_matrix
    >>> sparse_random_matrix(100, 50, 0.1, Uniform(0.0, 1.0)).shape
    (100, 50)
    """
    from scipy.sparse import coo_matrix

    if not 0.0 <= proba <= 1.0:
        raise ValueError(f"proba must be between 0 and 1, not {proba}")
    generator = np.random.default_rng() if rng is None else rng
    shape = tuple(int(getattr(side, "size", side)) for side in (pre, post))
    rows, columns = np.nonzero(generator.random(shape) < proba)
    return coo_matrix((_values(weights, len(rows), generator), (rows, columns)), shape=shape).tolil()


def sparse_delays_from_weights(weights: Any, delays: Any, rng: np.random.Generator | None = None) -> Any:
    """Delays (ms) where a sparse weight matrix has its entries; a number or drawn from a distribution."""
    generator = np.random.default_rng() if rng is None else rng
    late = weights.tocsr().copy()
    late.data = _values(delays, len(late.data), generator)
    return late.tolil()


def _values(given: Any, count: int, rng: np.random.Generator) -> Any:
    if isinstance(given, Distribution):
        return given.sample(rng, count)
    return np.full(count, float(given))
