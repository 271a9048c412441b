"""Recordings in other forms: files, xarray, neo, pictures."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.recording import spikes as statistics
from eqneuro.recording.intervals import Intervals

AXES = "xyz"


class Forms:
    """Gives what a monitor recorded in other forms."""

    name: str
    _network: Any
    _windows: dict[str, Intervals]

    def get(self, variables: str | Sequence[str] | None = None, keep: bool = False, reshape: bool = True) -> Any:
        """What was recorded."""
        raise NotImplementedError

    def _axes(self, name: str) -> tuple[Any, dict[str, Any]] | None:
        """Dimensions behind time and their coordinates, where these are not the population's geometry."""
        raise NotImplementedError

    @property
    def period(self) -> float:
        """ms between two recorded values."""
        raise NotImplementedError

    def _clock(self, name: str, count: int) -> NDArray[np.float64]:
        """Times (ms) of the rows that the last `get` gave."""
        steps = self._windows[name].steps()
        assert len(steps) == count, (name, len(steps), count)
        return steps * np.float64(self._network.dt)

    def save(
        self, filename: str | os.PathLike[str], variable: str | None = None, keep: bool = False, reshape: bool = True
    ) -> None:
        """Writes one variable to a ``.npy`` file, or several to an ``.npz`` file; spikes as ``spike_times`` (ms) and
        ``spike_ranks``.

        Parameters
        ----------
        filename
            The file; folders that are missing are made.
        variable
            One name; None for all.
        keep, reshape
            As of `get`.
        """
        data = self.get(variable, keep=keep, reshape=reshape)
        os.makedirs(os.path.dirname(os.path.abspath(filename)), exist_ok=True)
        with open(filename, "wb") as file:
            if isinstance(data, np.ndarray):
                np.save(file, data)
            else:
                named = data if variable is None else {variable: data}
                np.savez(file, **self._plain_arrays(named))

    def _plain_arrays(self, data: dict[str, Any]) -> dict[str, Any]:
        arrays: dict[str, NDArray[Any]] = {}
        for name, values in data.items():
            if isinstance(values, dict):
                arrays[f"{name}_times"], arrays[f"{name}_ranks"] = statistics.raster(values, self._network.dt)
            elif isinstance(values, list):  # dendrites that have not equally many synapses
                arrays |= {f"{name}_{row}": part for row, part in enumerate(values)}
            else:
                arrays[name] = values
        return arrays

    def to_xarray(self, keep: bool = True) -> Any:
        """Recorded variables as an `xarray.Dataset` with time in ms (extra ``results``).

        A variable has the dimension ``time`` (``time_v`` where its moments differ from those of the first one) and
        those of the population, one of synapses ``synapse`` (with the ranks ``pre`` and ``post``) or ``dendrite``.
        Spikes become ``spike_time`` and ``spike_rank`` along the dimension ``spike_event``.
        """
        import xarray

        variables: dict[str, Any] = {}
        coordinates: dict[str, Any] = {}
        axes = {name: self._axes(name) for name in self.get(keep=True)}
        for name, values in self.get(keep=keep, reshape=not any(axes.values())).items():
            if isinstance(values, dict):
                times, ranks = statistics.raster(values, self._network.dt)
                variables[f"{name}_time"] = (f"{name}_event", times, {"units": "ms"})
                variables[f"{name}_rank"] = (f"{name}_event", ranks)
                continue
            moments = self._clock(name, len(values))
            shared = "time" not in coordinates or np.array_equal(coordinates["time"][1], moments)
            axis = "time" if shared else f"time_{name}"
            coordinates[axis] = (axis, moments, {"units": "ms"})
            others = AXES[: values.ndim - 1] if values.ndim <= 4 else [f"axis{k}" for k in range(values.ndim - 1)]
            if (known := axes[name]) is not None:
                others, places = known
                coordinates |= places
            variables[name] = ([axis, *others], values)
        return xarray.Dataset(variables, coordinates, attrs={"monitor": self.name, "dt": self._network.dt})

    def to_neo(self, keep: bool = True) -> Any:
        """Spikes and variables as a `neo.Segment` (extra ``results``); spike trains are named by rank."""
        import neo

        segment = neo.Segment(name=self.name)
        for name, values in self.get(keep=keep, reshape=False).items():
            if isinstance(values, dict):
                first, last = self._windows[name].window()
                begin, end = first * self._network.dt, last * self._network.dt
                for rank, train in values.items():
                    times = np.asarray(train, dtype=float) * self._network.dt
                    segment.spiketrains.append(
                        neo.SpikeTrain(times, units="ms", t_start=begin, t_stop=end, name=f"{name} {rank}")
                    )
            else:
                signal = self._signal(name, values)
                is_even = isinstance(signal, neo.AnalogSignal)
                (segment.analogsignals if is_even else segment.irregularlysampledsignals).append(signal)
        return segment

    def _signal(self, name: str, values: NDArray[Any]) -> Any:
        import neo
        import quantities

        moments = self._clock(name, len(values))
        table = np.asarray(values.reshape(len(values), math.prod(values.shape[1:])), dtype=float)
        if len(moments) > 1 and not np.allclose(np.diff(moments), self.period):
            return neo.IrregularlySampledSignal(moments, table, time_units="ms", units="dimensionless", name=name)
        start = float(moments[0]) if len(moments) else 0.0
        return neo.AnalogSignal(
            table,
            units="dimensionless",
            sampling_period=self.period * quantities.ms,
            t_start=start * quantities.ms,
            name=name,
        )

    def plot(self, ax: Any = None) -> Any:
        """Draws what was recorded: a raster of spikes, or each variable over time; returns the axes."""
        from eqneuro.recording.pictures import draw_monitor

        return draw_monitor(self, ax)
