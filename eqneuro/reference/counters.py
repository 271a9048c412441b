"""Random numbers by counting: Philox 4x32-10 (Salmon, Moraes, Dror & Shaw 2011), and what is made of its bits.

A number is a function of (seed, epoch, stream, index, step). Each object of a network has 2¹² streams, one for each
place in its equations where something is drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Numbers = NDArray[np.float64]

LOW = np.uint64(0xFFFFFFFF)
STREAM_BITS = 12
BLOCK = 256
"""Neurons that share counters: the k-th and the (k + 128)-th of a block take the two halves of the same words."""
SINGLE = 0x5851F42D
"""Moves the key where numbers are drawn one after the other for one index."""
AHEAD = 8
"""How many numbers of each index are worked out together."""


@dataclass
class Moment:
    """What random numbers depend on beside their place: the step, the seed and the epoch."""

    step: int
    seed: int
    epoch: int

    @property
    def keys(self) -> tuple[int, int]:
        """The two words of the key."""
        return self.seed & 0xFFFFFFFF, (self.seed >> 32 & 0xFFFFFFFF) ^ (self.epoch * 0x85EBCA6B & 0xFFFFFFFF)


def philox(counter: tuple[Any, Any, Any, Any], key: tuple[int, int]) -> tuple[Words, Words, Words, Words]:
    """Four random words for each counter of four words."""
    a, b, c, d = (np.asarray(word, dtype=np.uint64) for word in counter)
    first, second = np.uint64(key[0]), np.uint64(key[1])
    for _ in range(10):
        p, q = np.uint64(0xD2511F53) * a, np.uint64(0xCD9E8D57) * c
        a, b, c, d = (q >> np.uint64(32)) ^ b ^ first, q & LOW, (p >> np.uint64(32)) ^ d ^ second, p & LOW
        first = (first + np.uint64(0x9E3779B9)) & LOW
        second = (second + np.uint64(0xBB67AE85)) & LOW
    return a, b, c, d


def unit(high: Words, low: Words) -> Numbers:
    """52 random bits as a number in [0, 1)."""
    bits = (high << np.uint64(32) | low) >> np.uint64(12)
    return bits.astype(np.float64) * 2.0**-52


def pairs_of(moment: Moment, stream: int, count: int) -> tuple[Numbers, Numbers, NDArray[np.bool_]]:
    """For the neurons 0 … count − 1 the two numbers of their counter, and whether they take the second half of it."""
    index = np.arange(count)
    place = index % BLOCK
    counter = (index // BLOCK) * (BLOCK // 2) + place % (BLOCK // 2)
    step = moment.step & 0xFFFFFFFFFFFFFFFF
    words = philox((counter, stream & 0xFFFFFFFF, step & 0xFFFFFFFF, step >> 32), moment.keys)
    return unit(words[0], words[1]), unit(words[2], words[3]), place >= BLOCK // 2


def uniform_of_neurons(moment: Moment, stream: int, count: int) -> Numbers:
    """A uniform number for each neuron of a population."""
    first, second, is_second = pairs_of(moment, stream, count)
    return np.where(is_second, second, first)


def normal_of_neurons(moment: Moment, stream: int, count: int) -> Numbers:
    """A standard normal number for each neuron of a population, by Box and Muller."""
    first, second, is_second = pairs_of(moment, stream, count)
    length, angle = np.sqrt(-2.0 * np.log(1.0 - first)), 2.0 * np.pi * second
    return np.where(is_second, length * np.sin(angle), length * np.cos(angle))


def numbers_of(moment: Moment, stream: int, index: NDArray[Any], first: int) -> NDArray[np.float64]:
    """The uniform numbers ``first`` … ``first + AHEAD − 1`` of each index, shape (AHEAD, indices)."""
    step = moment.step & 0xFFFFFFFFFFFFFFFF
    low, high = moment.keys
    count = np.arange(first, first + AHEAD)[:, None]
    counter = (index[None, :], stream & 0xFFFFFFFF, step & 0xFFFFFFFF, count)
    words = philox(counter, (low, high ^ SINGLE ^ step >> 32))
    return unit(words[0], words[1])


class Source:
    """Uniform numbers one after the other for some indices; each index keeps its own count."""

    def __init__(self, moment: Moment, stream: int, index: NDArray[Any]) -> None:
        self._moment, self._stream, self._index = moment, stream, np.atleast_1d(index)
        self._rows: list[NDArray[np.float64]] = []
        self._counts = [0] * len(self._index)

    def next(self, place: int) -> float:
        """The next uniform number of an index."""
        count = self._counts[place]
        while count >= AHEAD * len(self._rows):
            first = AHEAD * len(self._rows) + 1
            self._rows.append(numbers_of(self._moment, self._stream, self._index, first))
        self._counts[place] = count + 1
        return float(self._rows[count // AHEAD][count % AHEAD, place])

    def normal(self, place: int) -> float:
        """The next standard normal number of an index."""
        radius = math.sqrt(-2.0 * math.log(1.0 - self.next(place)))
        return radius * math.cos(2.0 * math.pi * self.next(place))


def gamma(source: Source, place: int, shape: float) -> float:
    """Scale 1, by the method of Marsaglia and Tsang (2000)."""
    boost = (1.0 - source.next(place)) ** (1.0 / shape) if 0.0 < shape < 1.0 else 1.0
    if shape == 0.0:
        source.next(place)
        boost = 0.0
    d = (shape + 1.0 if shape < 1.0 else shape) - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = source.normal(place)
        v = (1.0 + c * x) ** 3
        if v > 0.0 and math.log(1.0 - source.next(place)) < 0.5 * x * x + d - d * v + d * math.log(v):
            return boost * d * v


def small_count(chance: float, mean: float) -> float:
    """A Poisson number by inversion: terms of the distribution are summed up until they exceed a uniform number."""
    term = total = math.exp(-mean)
    k = 0
    while chance >= total:
        k += 1
        term *= mean / k
        if total + term == total and k > mean:
            break
        total += term
    return float(k)


def poisson(source: Source, place: int, mean: float) -> float:
    """Ahrens and Dieter (1974): large means are brought down by gamma and binomial draws, small ones by products."""
    total = 0.0
    while mean > 30.0:
        m = math.floor(mean * 0.875)
        x = gamma(source, place, m)
        if x > mean:
            return total + binomial(source, place, m - 1.0, mean / x)
        total += m
        mean -= x
    product, limit = 1.0 - source.next(place), math.exp(-mean)
    while product > limit:
        total += 1.0
        product *= 1.0 - source.next(place)
    return total


FEW_SUCCESSES = 30.0
"""Mean successes, or failures, up to which the terms of the distribution are gone through."""


def binomial(source: Source, place: int, trials: float, p: float) -> float:
    """The median of the trials' uniform numbers splits them, until few succeed or fail: these come by inversion."""
    total, trials, p = 0.0, math.floor(trials), min(1.0, max(0.0, p))
    while trials * min(p, 1.0 - p) > FEW_SUCCESSES:
        a = 1.0 + math.floor(trials / 2.0)
        b = trials + 1.0 - a
        x, y = gamma(source, place, a), gamma(source, place, b)
        split = x / (x + y)
        if split <= p:
            total += a
            trials, p = b - 1.0, (p - split) / (1.0 - split)
        else:
            trials, p = a - 1.0, p / split
    if trials < 1.0:
        return total
    if p > 0.5:
        return total + trials - few_successes(source, place, trials, 1.0 - p)
    return total + few_successes(source, place, trials, p)


def few_successes(source: Source, place: int, trials: float, p: float) -> float:
    """Terms of the distribution are taken from a uniform number until it is used up."""
    term, left, found = (1.0 - p) ** trials, source.next(place), 0.0
    while left >= term and found < trials:
        left -= term
        found += 1.0
        term *= p / (1.0 - p) * (trials - found + 1.0) / found
    return found
