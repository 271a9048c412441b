"""Where the explicit methods are stable: |R(h·λ)| ≤ 1, R being what one step makes of x' = λ·x.

R is a polynomial of z = h·λ, the first terms of eᶻ: two of them for Euler's method, three for those of second order,
five for the classical one of fourth order (Hairer & Wanner 1996, Solving Ordinary Differential Equations II, ch. IV.2).
The region is looked at along rays: how far a mode of a given direction λ/|λ| may go. For Euler's method that is
h = 2·|Re λ|/|λ|², so that a weakly damped oscillation asks for much smaller steps than its size |λ| does.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

POLYNOMIALS: dict[str, tuple[float, ...]] = {
    "explicit": (1.0, 1.0),
    "midpoint": (1.0, 1.0, 1.0 / 2.0),
    "heun": (1.0, 1.0, 1.0 / 2.0),
    "rk4": (1.0, 1.0, 1.0 / 2.0, 1.0 / 6.0, 1.0 / 24.0),
}
"""Coefficients of R, the constant first; methods that are missing here have no limit for decaying modes."""
NEUTRAL = 1e-6
"""Modes whose |Re λ| is a smaller part of |λ| than this neither decay nor grow, as far as differences can tell."""
DIRECTIONS = 1025


def edge(method: str, angle: float) -> float:
    """The largest |h·λ| for a mode with the argument ``angle`` (π/2 to π) such that all smaller ones are stable.

    Examples
    --------
    >>> import math
    >>> from eqneuro.numerics.stability_regions import edge
    >>> edge("explicit", math.pi)
    2.0
    >>> round(edge("rk4", math.pi), 4), round(edge("rk4", math.pi / 2.0), 4)  # √8 on the imaginary axis
    (2.7853, 2.8284)
    """
    terms = [c * np.exp(1j * k * angle) for k, c in enumerate(POLYNOMIALS[method])]
    square = np.convolve(terms, np.conj(terms)).real  # |R|² in powers of |z|, the lowest first
    square[np.abs(square) < 1e-14] = 0.0
    excess = np.trim_zeros(square[1:], "b")  # |R|² − 1, divided by |z|
    if excess[np.flatnonzero(excess)[0]] > 0.0:  # it grows at once
        return 0.0
    roots = np.roots(excess[::-1])
    positive = roots.real[(np.abs(roots.imag) < 1e-9 * np.abs(roots)) & (roots.real > 1e-6)]
    return float(positive.min()) if len(positive) else float("inf")


@cache
def _edges(method: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    angles = np.linspace(np.pi / 2.0, np.pi, DIRECTIONS)
    return angles, np.array([edge(method, float(angle)) for angle in angles])


def largest_steps(method: str, rates: NDArray[np.complexfloating]) -> NDArray[np.float64]:
    """The largest stable step for each of some modes, in the inverse of their unit.

    It is infinite for modes that grow by themselves, for neutral ones which no step keeps from growing, and for methods
    without a limit.
    """
    rates = np.asarray(rates, dtype=complex)
    size = np.abs(rates)
    if method not in POLYNOMIALS:
        return np.full(rates.shape, np.inf)
    is_neutral = np.abs(rates.real) <= NEUTRAL * size
    is_decaying = (rates.real < 0.0) & ~is_neutral
    with np.errstate(divide="ignore", invalid="ignore"):
        if method == "explicit":
            return np.where(is_decaying, 2.0 * np.abs(rates.real) / size**2, np.inf)
        angles, edges = _edges(method)
        angle = np.where(is_neutral, np.pi / 2.0, np.abs(np.angle(rates)))
        limit = np.interp(angle, angles, edges) / size
    return np.where((is_decaying | is_neutral) & (limit > 0.0), limit, np.inf)
