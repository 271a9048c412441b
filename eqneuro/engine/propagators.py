"""Propagators of exact systems: P = exp(A·dt) and Q = ∫₀^dt exp(A·s) ds, numerically, for stacks of matrices.

exp(dt·[[A, I], [0, 0]]) = [[P, Q], [0, I]] whatever the eigenvalues of A are: equal, complex, repeated or zero. The
upper blocks are worked out by themselves, by scaling and squaring of a Taylor series (Moler & Van Loan 2003, methods
1 and 3), with φ(Z) = Z⁻¹·(eᶻ − 1), Q = dt·φ(A·dt):

    e²ᶻ = eᶻ·eᶻ        φ(2Z) = ½·(eᶻ + 1)·φ(Z)

Plain squaring loses what distinguishes a slow decay from 1, once for each doubling that a fast neighbour calls for.
The diagonal of eᶻ − 1 is therefore doubled by itself, as 2e + e² + …, so that each entry keeps its own accuracy in
stiff systems.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrices = NDArray[np.float64]

TERMS = 20
"""Of the series: with ‖Z‖ ≤ ½ what is left out is less than 2⁻²⁰/20!, 4·10⁻²⁵."""
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
    stack = dt * matrix.reshape(-1, size, size)
    if len(stack) > 1 and (stack == stack[:1]).all():  # parameters that are the same for all neurons
        transition, response = (np.broadcast_to(x, stack.shape) for x in _blocks(stack[:1]))
    else:
        transition, response = _blocks(stack)
    return transition.reshape(matrix.shape), (dt * response).reshape(matrix.shape)


def _blocks(stack: Matrices) -> tuple[Matrices, Matrices]:
    transition, response = np.empty_like(stack), np.empty_like(stack)
    off_diagonal = ~np.eye(stack.shape[-1], dtype=bool)
    with np.errstate(all="ignore"):
        for begin in range(0, len(stack), BLOCK):
            part = slice(begin, begin + BLOCK)
            coupled = bool(stack[part][:, off_diagonal].any())  # NaN is true
            transition[part], response[part] = (_exponentials if coupled else _scalars)(stack[part])
    broken = ~np.isfinite(stack).all(axis=(1, 2))
    transition[broken] = response[broken] = np.nan
    return transition, response


def _scalars(stack: Matrices) -> tuple[Matrices, Matrices]:
    """exp and φ of diagonal matrices: equations that do not read each other."""
    rates = np.einsum("kii->ki", stack)
    unit = np.eye(stack.shape[-1])
    ratio = np.where(rates == 0.0, 1.0, np.expm1(rates) / np.where(rates == 0.0, 1.0, rates))
    return np.exp(rates)[:, :, None] * unit, ratio[:, :, None] * unit


def _exponentials(stack: Matrices) -> tuple[Matrices, Matrices]:
    """exp and φ of any matrices."""
    diagonal = np.arange(stack.shape[-1])
    unit = np.eye(stack.shape[-1])
    norms = np.abs(stack).sum(axis=1).max(axis=1)
    doublings = np.where((norms > 0.5) & np.isfinite(norms), np.frexp(norms)[1] + 1, 0)
    scaled = np.ldexp(stack, -doublings[:, None, None])
    response = np.broadcast_to(unit, stack.shape)
    for term in range(TERMS, 1, -1):
        response = unit + scaled @ response / term
    change = scaled @ response
    transition = unit + change
    minus_one = change[:, diagonal, diagonal]
    for done in range(int(doublings.max(initial=0))):
        active = np.flatnonzero(doublings > done)
        square, mean, gone = _double(transition[active], response[active], minus_one[active])
        transition[active], response[active], minus_one[active] = square, mean, gone
    return transition, response


def _double(transition: Matrices, response: Matrices, minus_one: Matrices) -> tuple[Matrices, Matrices, Matrices]:
    """From Z to 2Z: exp, φ, and the diagonal of exp − 1."""
    diagonal = np.arange(transition.shape[-1])
    square = transition @ transition
    mean = 0.5 * (response + transition @ response)
    apart = transition.copy()
    apart[:, diagonal, diagonal] = 0.0
    detours = np.einsum("kij,kji->ki", apart, apart)
    near_one = 2.0 * minus_one + minus_one**2 + detours
    decayed = square[:, diagonal, diagonal]
    is_small = near_one < -0.5
    square[:, diagonal, diagonal] = np.where(is_small, decayed, 1.0 + near_one)
    return square, mean, np.where(is_small, decayed - 1.0, near_one)
