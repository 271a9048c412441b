"""Which stream each draw of a kernel has, and how a number of that stream becomes one of the distribution.

Streams are counted in the order in which draws stand: what bounds and arguments hold comes before the draw itself. One
node of the tree is one draw, however often it is read in a step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.language.syntax import Draw, Expr
from eqneuro.reference import counters
from eqneuro.reference.counters import STREAM_BITS, Moment, Source
from eqneuro.reference.dual import plain
from eqneuro.reference.evaluate import Leaf, evaluate

Key = int | str
"""A node's identity, or the name of a source of white noise."""


class Streams:
    """Numbers of the streams of one kernel."""

    def __init__(self, first: int = 0) -> None:
        self._next = first
        self._number: dict[Key, int] = {}
        self._kept: list[Expr] = []

    def add(self, expr: Expr) -> None:
        """Counts the draws of an expression."""
        if not isinstance(expr, Draw):
            for child in expr.children():
                self.add(child)
        elif id(expr) not in self._number:
            for inner in (expr.minimum, expr.maximum, *expr.arguments):
                if inner is not None:
                    self.add(inner)
            self._kept.append(expr)  # so that its identity stays its own
            self._give(id(expr))

    def add_noise(self, source: str) -> None:
        """Counts a source of white noise; where several systems name it, it is the same."""
        if source not in self._number:
            self._give(source)

    def _give(self, key: Key) -> None:
        self._number[key] = self._next
        self._next += 1

    def of(self, key: Key) -> int:
        """The stream of a draw or source."""
        return self._number[key]


SMALL_MEAN = 60.0
"""Up to it Poisson numbers are inverted."""
REPEATED: dict[str, Callable[..., float]] = {
    "Gamma": counters.gamma,
    "Poisson": counters.poisson,
    "Binomial": counters.binomial,
}
"""Distributions whose numbers take a varying number of uniform ones."""


class Sampler:
    """Numbers of the streams of one object in one step: for its neurons, or for single indices."""

    def __init__(self, moment: Moment, identity: int, index: NDArray[Any], *, in_blocks: bool) -> None:
        self._moment, self._base, self._index, self._in_blocks = moment, identity << STREAM_BITS, index, in_blocks

    def uniform(self, number: int) -> NDArray[np.float64]:
        """Uniform numbers in [0, 1)."""
        if self._in_blocks:
            return counters.uniform_of_neurons(self._moment, self._base + number, len(self._index))
        first: NDArray[np.float64] = counters.numbers_of(self._moment, self._base + number, self._index, 1)[0]
        return first

    def normal(self, number: int) -> NDArray[np.float64]:
        """Standard normal numbers."""
        if self._in_blocks:
            return counters.normal_of_neurons(self._moment, self._base + number, len(self._index))
        first, second, *_ = counters.numbers_of(self._moment, self._base + number, self._index, 1)
        made: NDArray[np.float64] = np.sqrt(-2.0 * np.log(1.0 - first)) * np.cos(2.0 * np.pi * second)
        return made

    def repeated(self, number: int, kind: str, arguments: list[Any]) -> NDArray[np.float64]:
        """Numbers that take a varying number of uniform ones."""
        source = Source(self._moment, self._base + number, self._index)
        method = REPEATED[kind]
        rows = [np.broadcast_to(np.asarray(a, dtype=float), (len(self._index),)) for a in arguments]
        return np.array([method(source, k, *(float(r[k]) for r in rows)) for k in range(len(self._index))])


def draw(node: Draw, number: int, sampler: Sampler, leaf: Leaf) -> Any:
    """The random numbers that a node stands for."""
    value = _standard(node, number, sampler, [plain(evaluate(a, leaf)) for a in node.arguments])
    if node.minimum is not None:
        low = plain(evaluate(node.minimum, leaf))
        value = np.where(low > value, low, value)
    if node.maximum is not None:
        high = plain(evaluate(node.maximum, leaf))
        value = np.where(high < value, high, value)
    return value


def _standard(node: Draw, number: int, sampler: Sampler, a: list[Any]) -> Any:
    match node.distribution:
        case "Uniform":
            return a[0] + (a[1] - a[0]) * sampler.uniform(number)
        case "DiscreteUniform":
            low, high = np.ceil(a[0]), np.floor(a[1])
            return low + np.floor((high - low + 1.0) * sampler.uniform(number))
        case "Normal":
            return a[0] + a[1] * sampler.normal(number)
        case "LogNormal":
            return np.exp(a[0] + a[1] * sampler.normal(number))
        case "Exponential":
            return -np.log(1.0 - sampler.uniform(number)) / a[0]
        case "Bernoulli":
            return np.where(sampler.uniform(number) < a[0], 1.0, 0.0)
        case "Gamma":
            return sampler.repeated(number, "Gamma", a[:1]) * a[1]
        case "Poisson":
            return _counts(a[0], sampler, number)
        case "Binomial":
            return sampler.repeated(number, node.distribution, a)
    raise ValueError(f"the reference backend draws no {node.distribution}")


def _counts(mean: Any, sampler: Sampler, number: int) -> NDArray[np.float64]:
    """Poisson numbers: of a small mean by inversion of a uniform number, of a large one from further numbers."""
    chances = sampler.uniform(number)
    means = np.broadcast_to(np.asarray(mean, dtype=float), chances.shape)
    counts = np.zeros(len(chances))
    large = means > SMALL_MEAN
    if large.any():
        counts = np.where(large, sampler.repeated(number, "Poisson", [np.where(large, means, 0.0)]), counts)
    for k in np.flatnonzero(~large):
        counts[k] = counters.small_count(float(chances[k]), float(means[k]))
    return counts
