"""Monitors: what of a population or projection is kept while the network runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from eqneuro.engine.buffers import allocate
from eqneuro.recording.forms import Forms
from eqneuro.recording.intervals import Interval, Intervals
from eqneuro.recording.readings import SpikeReadings
from eqneuro.recording.recorders import Recorder, RowRecorder
from eqneuro.recording.sources import PopulationSource, Source, source_of, whole_of
from eqneuro.recording.synaptic import SynapseRecorder

ENABLED, START, PERIOD, OFFSET = range(4)
"""Places of the settings that kernels read, in steps."""


def _refuse(monitor: Monitor) -> None:
    raise RuntimeError("a Monitor is made by `net.monitor(population, variables)`")


ADOPTION: list[Callable[[Monitor], None]] = [_refuse]
"""What becomes of a monitor that is made without a network: the module-level functions take it into theirs."""


class Monitor(SpikeReadings, Forms):
    """Records variables, weighted sums and spikes of a population or view, or what synapses hold.

    Monitors are made by `Network.monitor`.

    Parameters
    ----------
    obj
        A population or a view of one, a projection or a dendrite.
    variables
        Names: variables, parameters, ``"spike"``, ``"axon_spike"``, ``"g_exc"``, ``"sum(exc)"``; of synapses ``"w"``
        and their own.
    period
        One value every so many ms; every step where None.
    period_offset
        Which moment of the period is kept, in ms.
    start
        Whether recording begins at once.
    name
        How `Network.get_monitor` calls it.

    Raises
    ------
    ValueError
        If there is no such variable, or the offset is not below the period.

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

    _source: Source

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
        self.object, self._post_rank = whole_of(obj)
        self._variables = _names(variables)
        self._period, self._offset, self._begins, self._wanted_name = period, offset, start, name

    def _bind(self, network: Any, name: str) -> None:
        """Takes its place in a network; nothing of it is there if anything is wrong."""
        source = source_of(self.object, self._post_rank)
        if source.network is not network:
            raise ValueError(f"{source.what} belongs to another network than this one")
        self._network, self._source, self.name = network, source, name
        self._settings = allocate(4, np.int64)
        self._set_period(self._period, self._offset)
        self._recorders: dict[str, Recorder] = {}
        self._spans: dict[str, Intervals] = {}
        self._windows: dict[str, Intervals] = {}
        for variable in self._variables:
            self._add(variable)
        if self._begins:
            self.start()

    def _set_period(self, period: float | None, offset: float | None) -> None:
        dt = self._network.dt
        steps = 1 if period is None else _steps(period, dt, "period")
        late = 0 if offset is None else _steps(offset, dt, "period_offset")
        if steps < 1:
            raise ValueError(f"period of a monitor must be at least dt = {dt} ms, not {period}")
        if not 0 <= late < steps:
            raise ValueError(f"period_offset={offset} must be at least 0 and below the period, {steps * dt:g} ms")
        self._settings[START] = self._network.current_step
        self._settings[PERIOD], self._settings[OFFSET] = steps, late

    # -- what it records ----------------------------------------------------------------------------------------------

    def _add(self, variable: str) -> None:
        """One more variable."""
        self._recorders[variable] = self._source.recorder(variable, self._settings)
        self._spans[variable] = Intervals()

    def _attach(self) -> None:
        """Arrays may have been replaced: by another precision, by one value a neuron, by other synapses."""
        for name, recorder in self._recorders.items():
            if isinstance(recorder, RowRecorder):
                self._source.attach(name, recorder)  # type: ignore[arg-type]
            else:
                recorder.room = self._output(name).width

    def _axes(self, name: str) -> tuple[Any, dict[str, Any]] | None:
        recorder = self._recorders[name]
        return recorder.axes() if isinstance(recorder, SynapseRecorder) else None

    @property
    def _spiking(self) -> Any:
        """The population whose spikes are recorded."""
        assert isinstance(self._source, PopulationSource)
        return self._source.population

    def _output(self, name: str) -> Any:
        """Where a population's spikes are found."""
        return self._spiking._outputs[name]

    def _is_early(self, name: str) -> bool:
        """Whether a variable is recorded before the neurons are updated."""
        return self._source.is_early(name)

    @property
    def variables(self) -> list[str]:
        """Names of what is recorded."""
        return list(self._recorders)

    @property
    def period(self) -> float:
        """ms between two recorded values."""
        return float(self._settings[PERIOD] * self._network.dt)

    @property
    def period_offset(self) -> float:
        """Which moment of the period is kept, in ms."""
        return float(self._settings[OFFSET] * self._network.dt)

    def start(self, variables: str | Sequence[str] | None = None, period: float | None = None) -> None:
        """Begins to record, the period counting from now; with ``variables`` these too, with ``period`` (ms) so often.

        A monitor that records already goes on as it does, unless a period is given.
        """
        now = self._network.current_step
        for variable in _names(() if variables is None else variables):
            if variable not in self._recorders:
                self._add(variable)
        if period is not None:
            for spans in self._spans.values():
                spans.close(now)
            self._set_period(period, None)
        elif not self._settings[ENABLED]:
            self._settings[START] = now
        self.resume()

    def pause(self) -> None:
        """Stops recording for a while."""
        self._settings[ENABLED] = 0
        for spans in self._spans.values():
            spans.close(self._network.current_step)

    def resume(self) -> None:
        """Goes on after `pause`."""
        self._settings[ENABLED] = 1
        for spans in self._spans.values():
            if not spans.is_open:
                spans.open(self._network.current_step, *(int(x) for x in self._settings[START:]))
        self._network._note_change()

    def stop(self) -> None:
        """Stops for good: data and buffers are given up."""
        self.pause()
        self._recorders.clear()
        self._spans.clear()
        self._network._note_change()

    def reset(self) -> None:
        """Forgets what was recorded; recording goes on."""
        for recorder in self._recorders.values():
            recorder.clear()
        for spans in self._spans.values():
            spans.forget(self._network.current_step)

    def _leave(self, step: int) -> None:
        """Before the network's time is set: what was recorded so far ends at this step."""
        for spans in self._spans.values():
            spans.close(step)

    def _arrive(self, step: int) -> None:
        """After the network's time was set."""
        self._settings[START] = min(int(self._settings[START]), step)
        if self._settings[ENABLED]:
            self.resume()

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
            Whether the population's geometry follows time, or one axis of ranks. Of synapses, whether dendrites and
            their synapses are two axes (a list with one array for each dendrite, where they have not equally many), or
            one.

        Raises
        ------
        ValueError
            If the monitor does not record a variable.
        """
        names = self.variables if variables is None else _names(variables)
        for name in names:
            if name not in self._recorders:
                known = ", ".join(self.variables) or "nothing"
                hint = "" if self._recorders else ": stop() has given up what it held, and pause() would have kept it"
                raise ValueError(f"monitor {self.name!r} records {known}, not {name!r}{hint}")
        now = self._network.current_step
        data = {}
        for name in names:
            data[name] = self._source.read(name, self._recorders[name], reshape)  # type: ignore[arg-type]
            self._windows[name] = self._spans[name].until(now)
            if not keep:
                self._recorders[name].clear()
                self._spans[name].forget(now)
        return data[variables] if isinstance(variables, str) else data

    def __getitem__(self, name: str) -> Any:
        return self.get(name)

    def times(self, variables: str | Sequence[str] | None = None) -> dict[str, Interval]:
        """The steps at which recording began and ended, of the data that the last `get` returned."""
        now = self._network.current_step
        names = self.variables if variables is None else _names(variables)
        return {name: (self._windows.get(name) or self._spans[name].until(now)).as_dict() for name in names}

    def _bytes_of(self, steps: int) -> int:
        """How much a run of so many steps adds; spikes are not foreseen."""
        if not self._settings[ENABLED]:
            return 0
        row = sum(recorder.row_bytes for recorder in self._recorders.values() if isinstance(recorder, RowRecorder))
        return row * (steps // int(self._settings[PERIOD]))

    def _nbytes(self) -> int:
        return sum(recorder.nbytes for recorder in self._recorders.values())

    def __repr__(self) -> str:
        return f"<Monitor {self.name!r} of {', '.join(self.variables) or 'nothing'}>"


def _names(variables: str | Sequence[str]) -> list[str]:
    """The names, each once."""
    given = [variables] if isinstance(variables, str) else variables
    if not isinstance(given, list | tuple | set | frozenset) or not all(isinstance(name, str) for name in given):
        raise TypeError(f"variables of a monitor are a name or a list of names, not {variables!r}")
    return list(dict.fromkeys(given))


def _steps(time: float, dt: float, what: str) -> int:
    """A time in steps, the nearest whole number of them."""
    if not np.isfinite(time):
        raise ValueError(f"{what} of a monitor must be a time in ms, not {time!r}")
    return round(time / dt)
