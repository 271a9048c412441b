"""Propagators of exact systems: P = exp(A·dt) and Q = ∫₀^dt exp(A·s) ds, numerically, for stacks of matrices.

exp(dt·[[A, I], [0, 0]]) = [[P, Q], [0, I]] whatever the eigenvalues of A are: equal, complex, repeated or zero. The
upper blocks are worked out by themselves, by scaling and squaring of a Taylor series (Moler & Van Loan 2003, methods
1 and 3), with φ(Z) = Z⁻¹·(eᶻ − 1), Q = dt·φ(A·dt):

    e²ᶻ = eᶻ·eᶻ        φ(2Z) = ½·(eᶻ + 1)·φ(Z)

Each doubling takes a bit from what distinguishes a slow decay from 1: a rate of 10⁶ beside one of 1, coupled both
ways, would cost plain numbers seven digits. Where anything is to be doubled, the work is done with 32 digits
(`double_double`); a step that is short for all rates needs none of it, and stays as quick as numpy makes it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.double_double import DoubleDouble

Matrices = NDArray[np.float64]

SHORT = 0.5
"""Largest ‖A·dt‖ (1-norm) for which the series is summed as it is, in plain numbers."""
TERMS = 20
"""Of the series there: what is left out is less than 2⁻²⁰/20!, 4·10⁻²⁵."""
SCALED = 4
"""‖Z‖ ≤ 2⁻⁴ where the doubling begins."""
LONG_TERMS = 16
"""Of the series there: what is left out is less than 2⁻⁶⁴/16!, 3·10⁻³³."""
BLOCK = 4096
"""Matrices worked out together, so that they stay in the cache."""


def propagate(matrix: Matrices, dt: float) -> tuple[Matrices, Matrices]:
    """P and Q of x' = A·x + b over a step.

    Parameters
    ----------
    matrix
        A in 1/ms, shape (..., n, n).
    dt
        The step in ms.

    Returns
    -------
    P, Q
        Same shape, numbers and ms: x(t + dt) = P·x(t) + Q·b. NaN where an entry of A is not finite.

    Examples
    --------
    >>> P, Q = propagate(np.array([[0.0, 1.0], [0.0, 0.0]]), 0.5)
    >>> P.tolist(), Q.tolist()
    ([[1.0, 0.5], [0.0, 1.0]], [[0.5, 0.125], [0.0, 0.5]])
    """
    size = matrix.shape[-1]
    stack = matrix.reshape(-1, size, size)
    if len(stack) > 1 and (stack == stack[:1]).all():  # parameters that are the same for all neurons
        transition, response = (np.broadcast_to(x, stack.shape) for x in _blocks(stack[:1], dt))
    else:
        transition, response = _blocks(stack, dt)
    return transition.reshape(matrix.shape), (dt * response).reshape(matrix.shape)


def _blocks(stack: Matrices, dt: float) -> tuple[Matrices, Matrices]:
    transition, response = np.empty_like(stack), np.empty_like(stack)
    off_diagonal = ~np.eye(stack.shape[-1], dtype=bool)
    with np.errstate(all="ignore"):
        for begin in range(0, len(stack), BLOCK):
            part = slice(begin, begin + BLOCK)
            coupled = bool(stack[part][:, off_diagonal].any())  # NaN is true
            transition[part], response[part] = (_exponentials if coupled else _scalars)(stack[part], dt)
    broken = ~np.isfinite(stack).all(axis=(1, 2))
    transition[broken] = response[broken] = np.nan
    return transition, response


def _scalars(stack: Matrices, dt: float) -> tuple[Matrices, Matrices]:
    """exp and φ of diagonal matrices: equations that do not read each other."""
    rates = dt * np.einsum("kii->ki", stack)
    unit = np.eye(stack.shape[-1])
    ratio = np.where(rates == 0.0, 1.0, np.expm1(rates) / np.where(rates == 0.0, 1.0, rates))
    return np.exp(rates)[:, :, None] * unit, ratio[:, :, None] * unit


def _exponentials(stack: Matrices, dt: float) -> tuple[Matrices, Matrices]:
    """exp and φ of any matrices."""
    norms = dt * np.abs(stack).sum(axis=1).max(axis=1)
    is_long = norms > SHORT
    if not is_long.any():
        return _short(dt * stack)
    transition, response = np.empty_like(stack), np.empty_like(stack)
    transition[~is_long], response[~is_long] = _short(dt * stack[~is_long])
    transition[is_long], response[is_long] = _long(stack[is_long], dt, norms[is_long])
    return transition, response


def _short(stack: Matrices) -> tuple[Matrices, Matrices]:
    unit = np.eye(stack.shape[-1])
    response = np.broadcast_to(unit, stack.shape)
    for term in range(TERMS, 1, -1):
        response = unit + stack @ response / term
    return unit + stack @ response, response


def _long(stack: Matrices, dt: float, norms: NDArray[np.float64]) -> tuple[Matrices, Matrices]:
    """By scaling and doubling, with 32 digits; A·dt is not rounded either."""
    size = stack.shape[-1]
    doublings = np.where(np.isfinite(norms), np.frexp(norms)[1] + SCALED, 0)
    scaled = DoubleDouble.product(np.ascontiguousarray(np.moveaxis(stack, 0, -1)), np.array(dt)).scaled(-doublings)
    unit = DoubleDouble(np.eye(size)[:, :, None], np.zeros((size, size, 1)))
    response = unit + scaled / LONG_TERMS
    for term in range(LONG_TERMS - 1, 1, -1):
        response = unit + (scaled @ response) / term
    transition = unit + scaled @ response
    for done in range(int(doublings.max(initial=0))):
        active = np.flatnonzero(doublings > done)
        now = transition[active]
        response[active] = (response[active] + now @ response[active]).scaled(-1)
        transition[active] = now @ now
    return np.moveaxis(transition.high, -1, 0), np.moveaxis(response.high, -1, 0)
