"""Statistics of spikes: functions of ``{rank: [steps]}``, which is what a monitor gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Spikes = Mapping[int, Sequence[float]]
"""Steps by rank: whole numbers, or where spikes happen within steps, numbers between two steps."""
Floats = NDArray[np.float64]
TOLERANCE = 1e-9
"""Of a bin, so that edges which are multiples of dt stay exact."""


def as_train(steps: Sequence[float]) -> NDArray[Any]:
    """The spikes of a neuron as an array: of whole steps where that is what they are."""
    train = np.asarray(steps)
    return train if train.size and train.dtype.kind == "f" else train.astype(np.int64)


def raster(spikes: Spikes, dt: float) -> tuple[Floats, NDArray[np.int64]]:
    """Times (ms) and ranks of all spikes, neuron after neuron."""
    steps = [as_train(train) for train in spikes.values()]
    ranks = [np.full(len(train), rank, dtype=np.int64) for rank, train in spikes.items()]
    if not steps:
        return np.empty(0), np.empty(0, dtype=np.int64)
    return np.concatenate(steps) * np.float64(dt), np.concatenate(ranks)


def histogram(
    spikes: Spikes, dt: float, bins: float | None, per_neuron: bool, window: tuple[float, float] | None
) -> NDArray[np.int64]:
    """Counts of spikes in bins of so many ms, from the first spike (or the window's start) to the last."""
    trains = [as_train(train) for train in spikes.values()]
    steps = np.concatenate(trains) if trains else np.empty(0, dtype=np.int64)
    width = dt if bins is None else float(bins)
    if not width > 0.0:
        raise ValueError(f"bins must be a positive width in ms, not {bins!r}")
    if window is not None:
        first, last = (round(edge / dt) for edge in window)
    elif steps.size:
        first, last = steps.min(), steps.max()
    else:
        return np.zeros((len(trains), 0) if per_neuron else 0, dtype=np.int64)

    def place(step: NDArray[Any]) -> NDArray[np.int64]:
        return np.asarray(np.floor((step - first) * dt / width + TOLERANCE), dtype=np.int64)

    number = max(0, int(place(np.array([last]))[0]) + 1)

    def count(train: NDArray[Any]) -> NDArray[np.int64]:
        inside = train[(train >= first) & (train <= last)]
        return np.bincount(place(inside), minlength=number)

    return np.array([count(train) for train in trains]) if per_neuron else count(steps)


def intervals(spikes: Spikes, dt: float, ranks: Sequence[int] | None) -> dict[int, list[float]]:
    """Interspike intervals in ms of each neuron that spiked more than once."""
    chosen = spikes.keys() if ranks is None else ranks
    return {rank: (np.diff(as_train(spikes[rank])) * dt).tolist() for rank in chosen if len(spikes[rank]) > 1}


def variation(spikes: Spikes, dt: float, ranks: Sequence[int] | None) -> list[float]:
    """Coefficient of variation of the interspike intervals, of each neuron with at least two of them."""
    found = intervals(spikes, dt, ranks).values()
    return [float(np.std(isi) / np.mean(isi)) for isi in found if len(isi) > 1]


def instantaneous_rates(spikes: Spikes, dt: float, first: int, last: int) -> Floats:
    """1000/ISI (Hz) between two spikes and 0 elsewhere, shape (neurons, last − first)."""
    rates = np.zeros((len(spikes), last - first))
    for row, train in enumerate(spikes.values()):
        for before, after in pairwise(train):
            rates[row, max(0, int(before) - first) : max(0, int(after) - first)] = 1000.0 / ((after - before) * dt)
    return rates


def population_counts(spikes: Spikes, dt: float, first: int, last: int) -> Floats:
    """Spikes of all neurons in each step as a rate per neuron in Hz, shape (last − first,)."""
    trains = [as_train(train).astype(np.int64) for train in spikes.values()]
    steps = np.concatenate(trains or [np.empty(0, dtype=np.int64)])
    inside = steps[(steps >= first) & (steps < last)]
    counts = np.bincount(inside - first, minlength=last - first).astype(float)
    return counts * (1000.0 / dt / max(1, len(spikes)))


def low_pass(values: Floats, dt: float, smooth: float) -> Floats:
    """y ← y + dt/τ·(x − y) along the last axis, from y = x in the first step; τ = 0 leaves the values as they are."""
    if smooth <= 0.0 or values.shape[-1] == 0:
        return values
    smoothed = values.copy()
    for step in range(1, values.shape[-1]):
        before = smoothed[..., step - 1]
        smoothed[..., step] = before + dt / smooth * (values[..., step] - before)
    return smoothed


def by_rank(steps: NDArray[Any], ranks: NDArray[Any], recorded: Sequence[int]) -> dict[int, list[float]]:
    """``{rank: [steps]}`` with an entry for every recorded neuron."""
    order = np.argsort(ranks, kind="stable")
    ordered, times = ranks[order], steps[order]
    chosen = np.asarray(recorded, dtype=np.int64)
    starts, stops = np.searchsorted(ordered, chosen, side="left"), np.searchsorted(ordered, chosen, side="right")
    flat = times.tolist()
    return {int(r): flat[a:b] for r, a, b in zip(chosen, starts, stops, strict=True)}
