"""Monitors: what of a population is kept while the network runs."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import allocate
from eqneuro.recording import spikes as statistics
from eqneuro.recording.recorders import Recorder, RowRecorder, SpikeRecorder

SPIKES = ("spike", "axon_spike")


def _refuse(monitor: Monitor) -> None:
    raise RuntimeError("a Monitor is made by `net.monitor(population, variables)`")


ADOPTION: list[Callable[[Monitor], None]] = [_refuse]
"""What becomes of a monitor that is made without a network: the module-level functions take it into theirs."""


class Interval(TypedDict):
    """Steps at which recording began and ended."""

    start: list[int]
    stop: list[int]


class Monitor:
    """Records variables, weighted sums and spikes of a population or view. Monitors are made by `Network.monitor`.

    Parameters
    ----------
    obj
        A population or a view of one.
    variables
        Names: variables, parameters, ``"spike"``, ``"axon_spike"``, ``"g_exc"``, ``"sum(exc)"``.
    period
        One value every so many ms; every step where None.
    period_offset
        Which moment of the period is kept, in ms.
    start
        Whether recording begins at once.
    name
        How `Network.get_monitor` calls it.

    Examples
    --------
    >>> from eqneuro import Network, Neuron
    >>> net = Network(dt=0.5)
    >>> population = net.create(3, Neuron(equations="r = t"))
    >>> monitor = net.monitor(population, "r")
    >>> net.simulate(2.0)
    >>> monitor.get("r").shape
    (4, 3)
    """

    def __init__(
        self,
        obj: Any,
        variables: str | Sequence[str] = (),
        period: float | None = None,
        period_offset: float | None = None,
        start: bool = True,
        name: str | None = None,
    ) -> None:
        self._prepare(obj, variables, period, period_offset, start, name)
        ADOPTION[0](self)

    def _prepare(
        self,
        obj: Any,
        variables: str | Sequence[str],
        period: float | None,
        offset: float | None,
        start: bool,
        name: str | None,
    ) -> None:
        self.object = obj
        self._variables = [variables] if isinstance(variables, str) else list(variables)
        self._period, self._offset, self._begins, self._wanted_name = period, offset, start, name

    def _bind(self, network: Any, number: int) -> None:
        self._network = network
        self.name = self._wanted_name or f"monitor{number}"
        population = getattr(self.object, "population", self.object)
        if not hasattr(population, "_store"):
            raise NotImplementedError("monitors of projections are not available yet: record populations and views")
        self._population = population
        self._ranks = None if population is self.object else np.asarray(self.object.ranks, dtype=np.int64)
        dt = network.dt
        period = 1 if self._period is None else round(self._period / dt)
        offset = 0 if self._offset is None else round(self._offset / dt)
        if period < 1:
            raise ValueError(f"period of a monitor must be at least dt = {dt} ms, not {self._period}")
        if not 0 <= offset < period:
            raise ValueError(f"period_offset={self._offset} must be at least 0 and below the period, {period * dt} ms")
        self._settings = allocate(4, np.int64)
        self._settings[:] = (0, network.current_step, period, offset)
        self._recorders: dict[str, Recorder] = {}
        for variable in self._variables:
            self._recorders[variable] = self._make(variable)
        self._starts: list[int] = []
        self._stops: list[int] = []
        self._windows: dict[str, Interval] = {}
        if self._begins:
            self.start()

    def _make(self, variable: str) -> Recorder:
        population = self._population
        if variable in SPIKES:
            if variable not in population._outputs:
                raise ValueError(f"population {population.name!r} has no {variable!r} condition: it does not spike")
            return SpikeRecorder(population.size, self._ranks, self._settings)
        array = population._recordable(variable)
        if len(array) < population.size or (
            variable in population._store.arrays and variable not in population._store.local
        ):
            return RowRecorder(array, None, 1, self._settings)
        width = population.size if self._ranks is None else len(self._ranks)
        return RowRecorder(array, self._ranks, width, self._settings)

    # -- what it records ----------------------------------------------------------------------------------------------

    @property
    def variables(self) -> list[str]:
        """Names of what is recorded."""
        return list(self._recorders)

    @property
    def period(self) -> float:
        """ms between two recorded values."""
        return float(self._settings[2] * self._network.dt)

    @property
    def period_offset(self) -> float:
        """Which moment of the period is kept, in ms."""
        return float(self._settings[3] * self._network.dt)

    def start(self, variables: str | Sequence[str] | None = None, period: float | None = None) -> None:
        """Begins to record; with ``variables``, these too; with ``period`` (ms), so often."""
        if period is not None:
            self._settings[2] = max(1, round(period / self._network.dt))
            self._settings[3] = 0
        for variable in [variables] if isinstance(variables, str) else variables or []:
            if variable not in self._recorders:
                self._recorders[variable] = self._make(variable)
        self._settings[1] = self._network.current_step
        self._resume()

    def _resume(self) -> None:
        if not self._settings[0]:
            self._settings[0] = 1
            self._starts.append(self._network.current_step)
        self._network._note_change()

    def pause(self) -> None:
        """Stops recording for a while."""
        if self._settings[0]:
            self._settings[0] = 0
            self._stops.append(self._network.current_step)

    def resume(self) -> None:
        """Goes on after `pause`."""
        self._resume()

    def stop(self) -> None:
        """Stops for good: data and buffers are given up."""
        self.pause()
        self._recorders.clear()
        self._network._note_change()

    def reset(self) -> None:
        """Forgets what was recorded; recording goes on."""
        for recorder in self._recorders.values():
            recorder.clear()
        self._restart_clock()
        self._starts = [self._network.current_step] if self._settings[0] else []
        self._stops = []

    def _restart_clock(self) -> None:
        self._settings[1] = min(int(self._settings[1]), self._network.current_step)

    # -- reading ------------------------------------------------------------------------------------------------------

    def get(self, variables: str | Sequence[str] | None = None, keep: bool = False, reshape: bool = True) -> Any:
        """What was recorded: an array with time first, or for spikes ``{rank: [steps]}``.

        Parameters
        ----------
        variables
            One name gives its data, several (or None: all) a dict.
        keep
            Whether the data stay in the monitor.
        reshape
            Whether the population's geometry follows time, or one axis of ranks.
        """
        names = self.variables if variables is None else [variables] if isinstance(variables, str) else list(variables)
        for name in names:
            if name not in self._recorders:
                raise ValueError(
                    f"monitor {self.name!r} records {', '.join(self.variables) or 'nothing'}, not {name!r}"
                )
        now = self._network.current_step
        running = bool(self._settings[0])
        data = {}
        for name in names:
            self._windows[name] = {"start": list(self._starts), "stop": [*self._stops, *([now] if running else [])]}
            data[name] = self._read(name, reshape)
            if not keep:
                self._recorders[name].clear()
        if not keep:
            self._starts, self._stops = ([now] if running else []), []
        return data[variables] if isinstance(variables, str) else data

    def __getitem__(self, name: str) -> Any:
        return self.get(name, keep=True)

    def _read(self, name: str, reshape: bool) -> Any:
        recorder = self._recorders[name]
        if isinstance(recorder, SpikeRecorder):
            ranks = range(self._population.size) if self._ranks is None else self._ranks
            return statistics.by_rank(*recorder.events(), recorded=ranks)  # type: ignore[arg-type]
        rows = recorder.rows()
        if recorder.width == 1 and recorder.ranks is None and self._population.size >= 1 and self._is_global(name):
            return rows[:, 0]
        if reshape and recorder.ranks is None:
            return rows.reshape(len(rows), *self._population.geometry)
        return rows

    def _is_global(self, name: str) -> bool:
        store = self._population._store
        return name in store.arrays and name not in store.local

    def times(self, variables: str | Sequence[str] | None = None) -> dict[str, Interval]:
        """The steps at which recording began and ended, of the data that the last `get` returned."""
        now = self._network.current_step
        running: Interval = {"start": list(self._starts), "stop": [*self._stops, *([now] if self._settings[0] else [])]}
        names = self.variables if variables is None else [variables] if isinstance(variables, str) else variables
        return {name: self._windows.get(name, running) for name in names}

    def save(self, filename: str, variable: str | None = None, keep: bool = False, reshape: bool = True) -> None:
        """Writes one variable to a ``.npy`` file, or several to an ``.npz`` file."""
        data = self.get(variable, keep=keep, reshape=reshape)
        if variable is not None and not isinstance(data, dict):
            with open(filename, "wb") as file:
                np.save(file, data)
            return
        named = data if variable is None else {variable: data}
        arrays: dict[str, NDArray[Any]] = {}
        for name, values in named.items():
            if isinstance(values, dict):
                times, ranks = statistics.raster(values, self._network.dt)
                arrays[f"{name}_times"], arrays[f"{name}_ranks"] = times, ranks
            else:
                arrays[name] = values
        with open(filename, "wb") as file:
            np.savez(file, **arrays)

    # -- spikes -------------------------------------------------------------------------------------------------------

    def _spikes(self, spikes: Any) -> statistics.Spikes:
        found: statistics.Spikes = self.get("spike") if spikes is None else spikes
        return found

    def _window(self) -> tuple[int, int]:
        window = self._windows.get("spike") or self._windows.get("axon_spike")
        if not window or not window["start"]:
            return 0, self._network.current_step
        return window["start"][0], window["stop"][-1] if window["stop"] else self._network.current_step

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
        """Counts of spikes in bins of ``bins`` ms (dt where None), from the first spike to the last."""
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
        """Mean firing rate of a neuron in Hz, over the window of the last `get`."""
        found = self._spikes(spikes)
        first, last = self._window()
        seconds = (last - first) * self._network.dt / 1000.0
        total = sum(len(train) for train in found.values())
        if seconds <= 0.0:
            warnings.warn("no time was recorded: the mean rate is 0", RuntimeWarning, stacklevel=2)
            return 0.0
        return total / max(1, len(found)) / seconds

    def smoothed_rate(self, spikes: Any = None, smooth: float = 0.0) -> NDArray[np.float64]:
        """Instantaneous rates (1000/ISI, Hz) of each neuron, low-passed with ``smooth`` ms, shape (neurons, steps)."""
        found = self._spikes(spikes)
        dt = self._network.dt
        return statistics.low_pass(statistics.instantaneous_rates(found, dt, *self._window()), dt, smooth)

    def population_rate(self, spikes: Any = None, smooth: float = 0.0) -> NDArray[np.float64]:
        """Mean rate of the population (Hz) in each step, low-passed with ``smooth`` ms."""
        found = self._spikes(spikes)
        dt = self._network.dt
        return statistics.low_pass(statistics.population_counts(found, dt, *self._window()), dt, smooth)

    # -- other forms --------------------------------------------------------------------------------------------------

    def _clock(self, name: str, count: int) -> NDArray[np.float64]:
        """Times (ms) of the recorded rows."""
        _, start, period, offset = (int(x) for x in self._settings)
        steps: list[NDArray[np.int64]] = []
        window = self._windows[name]
        for first, last in zip(window["start"], window["stop"], strict=False):
            inside = np.arange(first, last)
            steps.append(inside[(inside - start) % period == offset])
        moments = np.concatenate(steps) if steps else np.arange(count)
        return (moments if len(moments) == count else np.arange(count) * period) * self._network.dt

    def to_xarray(self, keep: bool = True) -> Any:
        """Recorded variables as an `xarray.Dataset` with time in ms (extra ``results``)."""
        import xarray

        arrays = {}
        for name, values in self.get(keep=keep).items():
            if isinstance(values, dict):
                continue
            dims = [
                "time",
                *("xyz"[: values.ndim - 1] if values.ndim <= 4 else (f"d{k}" for k in range(values.ndim - 1))),
            ]
            arrays[name] = xarray.DataArray(values, dims=dims, coords={"time": self._clock(name, len(values))})
        return xarray.Dataset(arrays)

    def to_neo(self, keep: bool = True) -> Any:
        """Spikes and variables as a `neo.Segment` (extra ``results``)."""
        import neo
        import quantities

        segment = neo.Segment(name=self.name)
        for name, values in self.get(keep=keep).items():
            stop = self._network.time
            if isinstance(values, dict):
                for rank, train in values.items():
                    times = np.asarray(train) * self._network.dt
                    segment.spiketrains.append(neo.SpikeTrain(times * quantities.ms, t_stop=stop, name=f"{rank}"))
            else:
                signal = values.reshape(len(values), -1)
                segment.analogsignals.append(
                    neo.AnalogSignal(
                        signal, units="dimensionless", sampling_period=self.period * quantities.ms, name=name
                    )
                )
        return segment

    def plot(self, ax: Any = None) -> Any:
        """Draws what was recorded: a raster of spikes, or each variable over time; returns the axes."""
        from eqneuro.recording.pictures import draw_monitor

        return draw_monitor(self, ax)

    def _nbytes(self) -> int:
        return sum(recorder.nbytes for recorder in self._recorders.values())

    def __repr__(self) -> str:
        return f"<Monitor {self.name!r} of {', '.join(self.variables) or 'nothing'}>"
