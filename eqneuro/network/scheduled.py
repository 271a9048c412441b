"""Populations whose attributes follow schedules."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import allocate, padded
from eqneuro.model.neuron import Neuron
from eqneuro.network.checkpoint_format import Arrays, Part
from eqneuro.network.inputs import SpecificPopulation
from eqneuro.network.schedule import Schedule
from eqneuro.network.state import Playback

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eqneuro.network.network import Network


class ScheduledPopulation(SpecificPopulation):
    """Attributes that follow schedules, whose time counts from an origin."""

    def __init__(self, geometry: Any, neuron: Neuron, schedules: dict[str, Schedule], name: str | None = None) -> None:
        super().__init__(geometry, neuron, name)
        self._schedules = self._first_schedules = schedules

    def _bind(self, network: Network, number: int) -> None:
        super()._bind(network, number)
        self._origin = allocate(1, np.int64)
        self._rows_held: dict[str, NDArray[np.int64]] = {}

    def _follow_schedules(self, schedules: dict[str, Schedule], *, restart: bool) -> None:
        """Other schedules, from now or from where the present ones are."""
        now = self._net.current_step
        self._schedules = schedules
        if restart:
            self._origin[0] = now
        self._net._note_change()

    def reset(self, attributes: str | Sequence[str] | None = None) -> None:
        """Brings attributes back, and begins the schedule anew, from now."""
        super().reset(attributes)
        self._origin[0] = self._net.current_step

    def _on_reset(self) -> None:
        self._schedules = self._first_schedules
        self._origin[0] = 0
        self._net._note_change()

    def _more_state(self) -> Arrays:
        found: Arrays = {"origin": self._origin}
        for name, schedule in self._schedules.items():
            found |= {f"rows_{name}": schedule.rows, f"times_{name}": np.asarray(schedule.given, dtype=float)}
            found[f"period_{name}"] = np.array(schedule.period)
        return found

    def _plan_more(self, part: Part) -> Callable[[int], None]:
        schedules = {}
        origin = int(part.array("origin", "i", (1,))[0])
        for name, schedule in self._schedules.items():
            rows = part.array(f"rows_{name}", "f", (None, schedule.rows.shape[1]))
            times, period = part.array(f"times_{name}", "f", (), (None,)), part.array(f"period_{name}", "f", ())
            try:
                schedules[name] = Schedule(rows, times.tolist(), float(period), (rows.shape[1],))
            except ValueError as error:
                part.refuse(f"population {self.name!r}: {error}")

        def take(shift: int) -> None:
            self._schedules = schedules
            self._origin[0] = origin + shift

        return take

    def _begin(self) -> None:
        """The user may have written to what follows a schedule."""
        super()._begin()
        for held in self._rows_held.values():
            held[:] = -1

    def _playback(self) -> list[Playback]:
        return [self._play(name, schedule) for name, schedule in self._schedules.items()]

    def _play(self, name: str, schedule: Schedule) -> Playback:
        """The kernel that lets an attribute follow a schedule."""
        array, dt = self._store.arrays[name], self._net.dt
        starts = schedule.steps(dt)
        rows: NDArray[Any] = np.empty((len(starts), len(array)), dtype=array.dtype)
        width = schedule.rows.shape[1]
        rows[:, :width] = schedule.rows[: len(starts)]
        rows[:, width:] = rows[:, width - 1 : width]
        numbers = np.array([len(array), len(rows)], dtype=np.int64)
        period = np.array([schedule.period_steps(dt)], dtype=np.int64)
        held = self._rows_held[name] = np.full(padded(len(array)) // 2, -1, dtype=np.int64)  # LENGTH_AT
        return "timed_array", [numbers, rows, starts, period, self._origin, array, held], self._is_local(name)
