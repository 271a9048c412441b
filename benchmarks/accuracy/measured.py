"""What a simulator gave for a problem, and how far it is from the exact solution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.accuracy.exact_solution import Solution


@dataclass(frozen=True)
class Run:
    """One simulator, method and step.

    ``values`` are of v at the multiples of `SAMPLE` in the smooth case, ``spikes`` the times in ms of the spiking one
    (None where they are not comparable); ``cost`` is CPU time in ns per neuron and ms of simulated time.
    """

    simulator: str
    method: str
    dt: float
    values: tuple[float, ...]
    spikes: tuple[float, ...] | None
    cost: float

    @property
    def label(self) -> str:
        """The name of its curve."""
        return f"{self.simulator} {self.method}".strip()


@dataclass(frozen=True)
class Accuracy:
    """Errors of a run: the largest of v in mV, the mean of the spike times in ms (NaN: none, or not as many)."""

    run: Run
    error: float
    spike_error: float
    spike_count: int | None


def compare(run: Run, smooth: Solution, spiking: Solution) -> Accuracy:
    """A run beside the exact solution."""
    error = np.nan
    if len(run.values) == len(smooth.values):
        error = float(np.abs(np.array(run.values) - smooth.values).max())
    if run.spikes is None:
        return Accuracy(run, error, np.nan, None)
    count = len(run.spikes)
    shifts = np.abs(np.array(run.spikes) - spiking.spikes) if count == len(spiking.spikes) else np.array([np.nan])
    return Accuracy(run, error, float(shifts.mean()), count)


def observed_order(runs: Sequence[Accuracy], *, of_spikes: bool = False) -> float:
    """The slope of the error over the steps that lie between a millionth of a mV and a tenth: NaN if fewer than two."""
    pairs = [(a.run.dt, a.spike_error if of_spikes else a.error) for a in runs]
    kept = [(dt, error) for dt, error in pairs if 1e-9 < error < 1.0]
    if len(kept) < 2:
        return float("nan")
    steps, errors = np.log(np.array(kept)).T
    return float(np.polyfit(steps, errors, 1)[0])
