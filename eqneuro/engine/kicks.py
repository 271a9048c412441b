"""Kicks of white noise to coupled exact equations, numerically, for stacks of systems.

Over a step of length h, x' = A·x + G·ξ adds ∫₀ʰ exp(A·(h − s))·G·dW(s), a normal vector of covariance

    C = ∫₀ʰ exp(A·s)·G·Gᵀ·exp(Aᵀ·s) ds

(Gillespie 1996 for one equation). It is drawn as F·N with F·Fᵀ = C and standard normal numbers N. C comes from a
Taylor series over a short step and doublings (Van Loan 1978 by another road: no exponential of −A occurs, which would
overflow in stiff systems), C(2h) = C(h) + P·C(h)·Pᵀ, P = exp(A·h).

Of all such F the one is taken that is nearest to M/√h, M = ∫₀ʰ exp(A·s) ds·G being what the increments ΔW themselves
bring: the first numbers of N are then, but for h^2.5, the increments divided by √h. A finer network on the same
Wiener process, and an equation of another method with the same source, see the same noise. F = S·U, S the root of C,
U the orthogonal factor of S·M (Procrustes; Higham 1986); C may be singular. Distances are measured in units of the
kicks' standard deviations.

What the increments can't bring about needs further numbers: where there are fewer sources than variables, or sources
that act on the variables in the same proportions. Their columns are what is left of S, turned until it is a lower
triangle without negative numbers on its diagonal. If there are too few of them, because strengths are zero or happen to
be alike, they are replaced by combinations of the sources that otherwise have no effect. So F does not hang on how a
library completes an orthogonal matrix.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrices = NDArray[np.float64]

TERMS = 20
"""Of the series: with ‖A·h‖ ≤ ¼ what is left out is less than 2⁻²⁰/20!, 4·10⁻²⁵."""
NOTHING = 1e-14, 1e-9
"""Eigenvalues of C, and singular values of S·M relative to the largest one, that are rounding: in units of the kicks'
standard deviations."""
BLOCK = 1024
"""Systems worked out together, so that they stay in the cache."""


def kick_factor(matrix: Matrices, strengths: Matrices, dt: float, more: int | None = None) -> Matrices:
    """F of x' = A·x + G·ξ over a step.

    Parameters
    ----------
    matrix, strengths
        A in 1/ms, shape (systems, n, n), and G in 1/√ms, shape (systems, n, m).
    dt
        The step in ms.
    more
        How many random numbers there are beside those of the m sources, n − m at least; so many where None.

    Returns
    -------
    F
        Shape (systems, n, m + more): F·N is added to x, N standard normal numbers, those of the sources first.
        NaN where an entry of A or G is not finite.

    Examples
    --------
    >>> F = kick_factor(np.array([[[0.0]]]), np.array([[[2.0]]]), 0.25)
    >>> F.tolist()
    [[[1.0]]]
    """
    if len(matrix) > 1 and (matrix == matrix[:1]).all() and (strengths == strengths[:1]).all():
        one = kick_factor(matrix[:1], strengths[:1], dt, more)
        return np.broadcast_to(one, (len(matrix), *one.shape[1:]))
    size, sources = strengths.shape[1:]
    numbers = sources + (max(0, size - sources) if more is None else more)
    factor = np.full((len(matrix), size, numbers), np.nan)
    finite = np.isfinite(matrix).all(axis=(1, 2)) & np.isfinite(strengths).all(axis=(1, 2))
    chosen = np.flatnonzero(finite)
    for begin in range(0, len(chosen), BLOCK):
        part = chosen[begin : begin + BLOCK]
        factor[part] = _factors(matrix[part], strengths[part], dt, numbers)
    return factor


def _factors(matrix: Matrices, strengths: Matrices, dt: float, numbers: int) -> Matrices:
    covariance, mean = integrate_noise(matrix, strengths, dt)
    factor = np.full((*mean.shape[:2], numbers), np.nan)
    finite = np.isfinite(covariance).all(axis=(1, 2))  # what grows may be beyond all numbers at the end of the step
    covariance, mean = covariance[finite], mean[finite]
    spread = np.sqrt(np.einsum("kii->ki", covariance))[:, :, None]
    unit = np.where(spread > 0.0, spread, 1.0)
    values, vectors = np.linalg.eigh(covariance / unit / unit.swapaxes(1, 2))
    root = (vectors * np.sqrt(np.where(values > NOTHING[0], values, 0.0))[:, None, :]) @ vectors.swapaxes(1, 2)
    left, sizes, right = np.linalg.svd(root @ (mean / unit))
    ranks = (sizes > NOTHING[1] * sizes[:, :1]).sum(axis=1)
    columns = np.zeros((*mean.shape[:2], numbers))
    for rank in np.unique(ranks):
        own = ranks == rank
        columns[own] = _columns(root[own], left[own], right[own], int(rank), numbers)
    factor[finite] = spread * columns
    return factor


def _columns(root: Matrices, left: Matrices, right: Matrices, rank: int, numbers: int) -> Matrices:
    """S·U where increments bring about so many independent things."""
    size, sources = root.shape[-1], right.shape[-1]
    columns = np.zeros((len(root), size, numbers))
    columns[:, :, :sources] = root @ left[:, :, :rank] @ right[:, :rank]
    if rank < size:
        rest = _lower_triangle(root @ left[:, :, rank:])
        given = min(size - rank, numbers - sources)
        columns[:, :, sources : sources + given] = rest[:, :, :given]
        columns[:, :, :sources] += rest[:, :, given:] @ _without_effect(right[:, :rank], size - rank - given)
    return columns


def _lower_triangle(columns: Matrices) -> Matrices:
    """The columns turned among themselves."""
    upper: Matrices = np.linalg.qr(columns.swapaxes(1, 2)).R
    signs = np.where(np.einsum("kii->ki", upper[:, :, : upper.shape[1]]) < 0.0, -1.0, 1.0)
    return (signs[:, :, None] * upper).swapaxes(1, 2)


def _without_effect(right: Matrices, count: int) -> Matrices:
    """Combinations of sources, orthonormal among themselves and to some others: from the first sources that have some
    part of their own in what is left (Gram and Schmidt).
    """
    systems, _, sources = right.shape
    left_over = np.eye(sources) - right.swapaxes(1, 2) @ right
    found = np.zeros((systems, count, sources))
    for k in range(count):
        first = (np.einsum("kii->ki", left_over) > 0.5 / sources).argmax(axis=1)
        chosen = left_over[np.arange(systems), first]
        found[:, k] = chosen / np.linalg.norm(chosen, axis=1, keepdims=True)
        left_over = left_over - found[:, k, :, None] * found[:, k, None, :]
    return found


def integrate_noise(matrix: Matrices, strengths: Matrices, dt: float) -> tuple[Matrices, Matrices]:
    """C = ∫₀ʰ exp(A·s)·G·Gᵀ·exp(Aᵀ·s) ds and M = ∫₀ʰ exp(A·s) ds·G, h being ``dt``."""
    norms = dt * np.abs(matrix).sum(axis=1).max(axis=1)
    doublings = max(0, int(np.frexp(norms.max(initial=0.0))[1]) + 2)
    short = dt / 2.0**doublings
    step = short * matrix
    unit = np.eye(matrix.shape[-1])
    response = np.broadcast_to(unit, step.shape)
    for term in range(TERMS, 1, -1):
        response = unit + step @ response / term
    transition = unit + step @ response
    mean = short * response @ strengths
    summand = short * strengths @ strengths.swapaxes(1, 2)
    covariance = summand
    for term in range(2, TERMS + 1):
        turned = step @ summand
        summand = (turned + turned.swapaxes(1, 2)) / term
        covariance = covariance + summand
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(doublings):
            covariance = covariance + transition @ covariance @ transition.swapaxes(1, 2)
            mean = mean + transition @ mean
            transition = transition @ transition
    return covariance, mean
