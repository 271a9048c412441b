"""What monitors say of recorded spikes: rasters, histograms, intervals and rates."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.recording import spikes as statistics
from eqneuro.recording.intervals import Intervals


class SpikeReadings:
    """Statistics of spikes, given what ``get("spike")`` gave; without an argument they read, and empty, the monitor."""

    _network: Any
    _windows: dict[str, Intervals]

    def get(self, variables: str | Sequence[str] | None = None, keep: bool = False, reshape: bool = True) -> Any:
        """What was recorded."""
        raise NotImplementedError

    def _spikes(self, spikes: Any) -> statistics.Spikes:
        if spikes is None:
            found: statistics.Spikes = self.get("spike")
            return found
        if not hasattr(spikes, "values"):
            raise TypeError("spikes must be what `get('spike')` gives: a dict of ranks and lists of steps")
        return spikes  # type: ignore[no-any-return]

    def _read_spans(self) -> Intervals:
        """When the spikes of the last `get` were recorded; from 0 to now, if there was none."""
        for name in ("spike", "axon_spike"):
            if name in self._windows:
                return self._windows[name]
        everything = Intervals()
        everything.open(0, 0, 1, 0)
        return everything.until(self._network.current_step)

    def spike_times(self, spikes: Any = None) -> dict[int, NDArray[np.float64]]:
        """Times of spikes in ms, an array for each rank: steps times dt."""
        found = self._spikes(spikes)
        return {rank: statistics.as_train(train) * np.float64(self._network.dt) for rank, train in found.items()}

    def raster_plot(self, spikes: Any = None) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Times (ms) and ranks of all spikes, for a scatter plot."""
        return statistics.raster(self._spikes(spikes), self._network.dt)

    def histogram(
        self,
        spikes: Any = None,
        bins: float | None = None,
        per_neuron: bool = False,
        recording_window: tuple[float, float] | None = None,
    ) -> NDArray[np.int64]:
        """Counts of spikes in bins of ``bins`` ms (dt where None), from the first spike to the last.

        With ``recording_window`` (ms), from its beginning to its end, which has a bin of its own.
        """
        return statistics.histogram(self._spikes(spikes), self._network.dt, bins, per_neuron, recording_window)

    def inter_spike_interval(
        self, spikes: Any = None, ranks: Sequence[int] | None = None, per_neuron: bool = False
    ) -> Any:
        """Interspike intervals in ms: a list, or a dict by rank."""
        found = statistics.intervals(self._spikes(spikes), self._network.dt, ranks)
        return found if per_neuron else [isi for train in found.values() for isi in train]

    def coefficient_of_variation(self, spikes: Any = None, ranks: Sequence[int] | None = None) -> list[float]:
        """Standard deviation over mean of the interspike intervals, of each neuron with at least two."""
        return statistics.variation(self._spikes(spikes), self._network.dt, ranks)

    def mean_fr(self, spikes: Any = None) -> float:
        """Mean firing rate of a neuron in Hz, over the time that the last `get` covers; pauses don't count."""
        found = self._spikes(spikes)
        seconds = self._read_spans().duration() * self._network.dt / 1000.0
        total = sum(len(train) for train in found.values())
        if seconds <= 0.0:
            warnings.warn("no time was recorded: the mean rate is 0", RuntimeWarning, stacklevel=2)
            return 0.0
        return float(total / max(1, len(found)) / seconds)

    def smoothed_rate(self, spikes: Any = None, smooth: float = 0.0) -> NDArray[np.float64]:
        """Instantaneous rates (1000/ISI, Hz) of each neuron, low-passed with ``smooth`` ms, shape (neurons, steps)."""
        found = self._spikes(spikes)
        dt = self._network.dt
        rates = statistics.instantaneous_rates(found, dt, *self._read_spans().window())
        return statistics.low_pass(rates, dt, smooth)

    def population_rate(self, spikes: Any = None, smooth: float = 0.0) -> NDArray[np.float64]:
        """Mean rate of the population (Hz) in each step, low-passed with ``smooth`` ms."""
        found = self._spikes(spikes)
        dt = self._network.dt
        counts = statistics.population_counts(found, dt, *self._read_spans().window())
        return statistics.low_pass(counts, dt, smooth)
