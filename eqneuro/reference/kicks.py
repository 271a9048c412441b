"""White noise of exact equations that are coupled: they are kicked together, by a normal vector of the covariance

    C = ∫₀ʰ exp(A·s)·G·Gᵀ·exp(Aᵀ·s) ds

of x' = A·x + G·ξ over a step. The kicks are F·N, N being the standard normal numbers of the sources and of as many more
as there are variables beyond those that can have a source each, F·Fᵀ = C. The columns of the sources are as near as can
be, in units of the kicks' standard deviations, to M/√h with M = ∫₀ʰ exp(A·s) ds·G; the others are a lower triangle
without negative numbers on its diagonal. Where special strengths ask for more of these than there are, combinations of
sources that have no effect serve, begun with the first source that has a part in them. Integrals are sums by Gauss and
Legendre's rule over a part of the step that is short enough, which is then doubled.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm
from scipy.sparse import csr_array
from scipy.sparse.csgraph import structural_rank

from eqneuro.language.syntax import Binary, Call, Compare, Conditional, Expr, Logical, Name, Number, Unary
from eqneuro.model.linear import linear_form
from eqneuro.reference.dual import plain
from eqneuro.reference.evaluate import evaluate
from eqneuro.reference.system import System

Matrix = NDArray[np.float64]
Strengths = Sequence[dict[str, Expr]]
CONSTANT = (Binary, Call, Compare, Conditional, Logical, Number, Unary)
"""Of what strengths consist that are the same in each step, beside names."""
KEPT = 256
_KNOWN: dict[bytes, Matrix] = {}
ROUNDING, NO_EFFECT = 1e-14, 1e-9
"""Eigenvalues of C, and singular values relative to the largest one, that count as zero."""
POINTS, WEIGHTS = np.polynomial.legendre.leggauss(16)


@dataclass(frozen=True)
class SharedNoise:
    """Equations that are kicked together: their places in the system of neighbouring equations, the sources that they
    share, and the names of more random numbers."""

    places: tuple[int, ...]
    sources: tuple[str, ...]
    more: tuple[str, ...]

    def kicks(
        self, system: System, members: Sequence[int], strengths: Strengths, normal: Callable[[str], Any]
    ) -> list[Any]:
        """What is added to each of them over a step; ``members`` are the places of the system's equations."""
        own = [members.index(place) for place in self.places]
        rows = system.jacobian([np.zeros(1) for _ in members])
        size, numbers = len(own), [normal(source) for source in (*self.sources, *self.more)]
        entries = [rows[i][j] for i in own for j in own]
        for place in self.places:
            row = strengths[place]
            entries += [plain(evaluate(row[s], system.leaf)) if s in row else 0.0 for s in self.sources]
        flat = np.array(np.broadcast_arrays(*numbers, *entries), dtype=float)
        drawn, matrices = flat[: len(numbers)], flat[len(numbers) :]
        found = np.empty((size, *flat.shape[1:]))
        for where in np.ndindex(flat.shape[1:]):
            column = matrices[(slice(None), *where)]
            a, g = column[: size**2].reshape(size, size), column[size**2 :].reshape(size, -1)
            kick = factor(a, g, float(system.dt), len(self.more)) @ drawn[(slice(None), *where)]
            found[(slice(None), *where)] = kick
        return list(found)


def shared_noise(
    names: Sequence[str],
    rights: Sequence[Expr],
    strengths: Strengths,
    exact: Sequence[int],
    constants: Collection[str],
) -> tuple[SharedNoise, ...]:
    """Which of some neighbouring equations are kicked together: those that a source reaches, directly or through
    others, where its strength neither depends on the state nor changes from step to step.

    ``exact`` are the places of equations with that method.
    """
    own = {place: strengths[place] if _is_additive(strengths[place], names) else {} for place in exact}
    linear = [names[place] for place in exact]
    reached = _reached({p: linear_form(rights[p], linear).coefficients for p in exact if any(own.values())}, names)
    groups: list[tuple[set[int], set[str]]] = []
    for place in reached:
        sources = {source for other in reached[place] for source in own[other]}
        joined = [group for group in groups if group[1] & sources]
        groups = [group for group in groups if group not in joined]
        if sources:
            groups.append(({place}.union(*(g[0] for g in joined)), sources.union(*(g[1] for g in joined))))
    found = []
    for places in sorted(sorted(group[0]) for group in groups):
        rows = [own[place] for place in places]
        if len(places) > 1 and all(_is_constant(strength, constants) for row in rows for strength in row.values()):
            sources_of = tuple(dict.fromkeys(source for row in rows for source in row))
            acting = csr_array([[float(source in row) for source in sources_of] for row in rows])
            count = len(places) - int(structural_rank(acting))
            more = tuple(f"more of {names[places[0]]}: {k}" for k in range(count))
            found.append(SharedNoise(tuple(places), sources_of, more))
    return tuple(found)


def _is_additive(row: dict[str, Expr], names: Sequence[str]) -> bool:
    return not any(isinstance(n, Name) and n.id in names for strength in row.values() for n in strength.walk())


def _is_constant(strength: Expr, constants: Collection[str]) -> bool:
    nodes = strength.walk()
    return all(node.id in constants if isinstance(node, Name) else isinstance(node, CONSTANT) for node in nodes)


def _reached(read: dict[int, Collection[str]], names: Sequence[str]) -> dict[int, set[int]]:
    """For each equation those that it depends on, itself too, directly or through others."""
    reached = {place: {place, *(other for other in read if names[other] in read[place])} for place in read}
    for middle in read:
        for place in read:
            if middle in reached[place]:
                reached[place] |= reached[middle]
    return reached


def factor(a: Matrix, g: Matrix, h: float, more: int) -> Matrix:
    """F of x' = a·x + g·ξ over a step of ``h`` ms, shape (variables, sources and ``more``)."""
    size, sources = g.shape
    if not (np.isfinite(a).all() and np.isfinite(g).all()):
        return np.full((size, sources + more), np.nan)
    key = np.concatenate([[h, sources, more], a.ravel(), g.ravel()]).tobytes()
    if key not in _KNOWN:
        if len(_KNOWN) >= KEPT:
            _KNOWN.clear()
        _KNOWN[key] = _factor(*_integrals(a, g, h), more)
    return _KNOWN[key]


def _integrals(a: Matrix, g: Matrix, h: float) -> tuple[Matrix, Matrix]:
    """C and M."""
    norm = h * float(np.abs(a).sum(axis=0).max())
    doublings = int(np.ceil(np.log2(norm))) if norm > 1.0 else 0
    short = h / 2.0**doublings
    covariance, mean = np.zeros_like(a), np.zeros_like(g)
    for point, weight in zip(short * (POINTS + 1.0) / 2.0, short * WEIGHTS / 2.0, strict=True):
        spread = expm(a * point) @ g
        covariance = covariance + weight * (spread @ spread.T)
        mean = mean + weight * spread
    carried = expm(a * short)
    for _ in range(doublings):
        covariance = covariance + carried @ covariance @ carried.T
        mean = mean + carried @ mean
        carried = carried @ carried
    return covariance, mean


def _factor(covariance: Matrix, mean: Matrix, more: int) -> Matrix:
    size, sources = mean.shape
    if not np.isfinite(covariance).all():
        return np.full((size, sources + more), np.nan)
    deviations = np.sqrt(np.diag(covariance))
    unit = np.where(deviations > 0.0, deviations, 1.0)[:, None]
    values, vectors = np.linalg.eigh(covariance / unit / unit.T)
    root = (vectors * np.sqrt(np.where(values > ROUNDING, values, 0.0))) @ vectors.T
    left, sizes, right = np.linalg.svd(root @ (mean / unit))
    rank = int(np.sum(sizes > NO_EFFECT * sizes[0]))
    by_sources = root @ left[:, :rank] @ right[:rank]
    rest = _triangle(root @ left[:, rank:])
    beyond = rest[:, more:]
    if beyond.shape[1]:
        by_sources = by_sources + beyond @ _idle(right[:rank], beyond.shape[1])
    columns = np.zeros((size, more))
    columns[:, : rest.shape[1]] = rest[:, :more]
    scaled: Matrix = unit * np.hstack([by_sources, columns])
    return scaled


def _triangle(columns: Matrix) -> Matrix:
    """Columns turned among themselves until they are a lower triangle without negative numbers on its diagonal."""
    lower: Matrix = np.linalg.qr(columns.T).R.T
    turned: Matrix = lower * np.where(np.diag(lower) < 0.0, -1.0, 1.0)
    return turned


def _idle(acting: Matrix, count: int) -> Matrix:
    """Combinations of sources beside those that act, orthonormal, one a row."""
    sources = acting.shape[1]
    known = [*acting]
    while len(known) < len(acting) + count:
        for k in range(sources):
            own = np.eye(sources)[k] - sum((row[k] * row for row in known), np.zeros(sources))
            if own[k] > 0.5 / sources:
                known.append(own / np.linalg.norm(own))
                break
    return np.array(known[len(acting) :])
