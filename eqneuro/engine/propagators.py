"""Propagators of exact systems: P = exp(A·dt) and Q = ∫₀^dt exp(A·s) ds, from the exponential of the augmented matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def propagate(matrix: NDArray[np.float64], dt: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """P and Q of x' = A·x + b over a step.

    Parameters
    ----------
    matrix
        A, shape (..., n, n).
    dt
        The step in ms.

    Returns
    -------
    P, Q
        Same shape: x(t + dt) = P·x(t) + Q·b.

    Notes
    -----
    exp(dt·[[A, I], [0, 0]]) = [[P, Q], [0, I]], whatever the eigenvalues of A are. Stacks are worked out once for each
    distinct matrix.
    """
    size = matrix.shape[-1]
    flat = matrix.reshape(-1, size * size)
    distinct, inverse = np.unique(flat, axis=0, return_inverse=True)
    stack = distinct.reshape(-1, size, size)
    if not (stack * (1.0 - np.eye(size))).any():  # equations that do not read each other
        scaled = dt * np.einsum("kii->ki", stack)
        response = np.where(scaled == 0.0, dt, dt * np.expm1(scaled) / np.where(scaled == 0.0, 1.0, scaled))
        pair = tuple((x[:, :, None] * np.eye(size)).reshape(-1, size * size) for x in (np.exp(scaled), response))
    else:
        from scipy.linalg import expm

        augmented = np.zeros((len(distinct), 2 * size, 2 * size))
        augmented[:, :size, :size] = dt * stack
        augmented[:, :size, size:] = dt * np.eye(size)
        finite = np.isfinite(augmented).all(axis=(1, 2))
        result = np.full_like(augmented, np.nan)
        result[finite] = expm(augmented[finite])
        pair = result[:, :size, :size].reshape(-1, size**2), result[:, :size, size:].reshape(-1, size**2)
    inverse = inverse.reshape(-1)
    return pair[0][inverse].reshape(matrix.shape), pair[1][inverse].reshape(matrix.shape)
