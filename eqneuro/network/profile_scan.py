"""What spikes cost the kernel that updates neurons: the search for them, resets, and lists."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FEWEST = 64
"""Timed steps below which nothing is said."""
BINS = 12
SURE = 3.0
"""Standard errors that the cost must be above 0."""
NORMAL = 1.4826
"""Standard deviation of a normal distribution by its median absolute deviation."""
OF_MEDIAN = np.pi / 2
"""Variance of a median by that of the mean."""


def seconds_of_a_spike(samples: NDArray[np.float64]) -> float:
    """How much longer a step takes for each spike in it: the slope of a line through medians.

    Update and search are one loop, which stamps in its midst would slow down; but steps differ in their spikes, and in
    nothing else that an update depends on. Steps with about as many spikes are put together, and the median of their
    times is taken, which disturbances leave alone.

    Parameters
    ----------
    samples
        Seconds, spikes and the number of threads of timed steps, shape (threads, steps, 3).

    Returns
    -------
    0 where steps differ too little, or their times too much, for it to be told.
    """
    up = across = variance = 0.0
    for thread in samples:
        used = thread[thread[:, 0] > 0.0]
        for number in np.unique(used[:, 2]):  # a thread has fewer neurons where more threads share them
            x, y, weight, error = _medians(used[used[:, 2] == number])
            if len(x) > 1:
                away = x - np.average(x, weights=weight)
                up += float(np.sum(weight * away * y))
                across += float(np.sum(weight * away**2))
                variance += float(np.sum((weight * away) ** 2 * error))
    if across <= 0.0 or up <= SURE * np.sqrt(variance):
        return 0.0
    return up / across


def _medians(steps: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """By bins of steps with about as many spikes: mean spikes, median seconds, steps, variance of the median."""
    order = steps[np.argsort(steps[:, 1], kind="stable")]
    if len(order) < FEWEST:
        return (np.empty(0),) * 4
    wanted = np.linspace(0, len(order), BINS + 1).astype(int)[1:-1]
    places = np.unique(np.searchsorted(order[:, 1], order[wanted, 1]))  # steps with equal numbers stay together
    found = []
    for part in np.split(order, places[places > 0]):
        middle = np.median(part[:, 0])
        spread = NORMAL * np.median(np.abs(part[:, 0] - middle))
        found.append((part[:, 1].mean(), middle, len(part), OF_MEDIAN * spread**2 / len(part)))
    return tuple(np.array(found).T)
