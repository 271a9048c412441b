"""Populations that spike when they are told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import allocate
from eqneuro.model.models import NeuronModel
from eqneuro.model.neuron import Neuron
from eqneuro.model.spike_times import GRID, INTERPOLATED
from eqneuro.network.checkpoint_format import Arrays, Part
from eqneuro.network.configuration import TICK
from eqneuro.network.inputs import SpecificPopulation
from eqneuro.network.output import SpikeOutput
from eqneuro.network.state import Playback
from eqneuro.network.time import TOLERANCE

if TYPE_CHECKING:
    from eqneuro.network.network import Network


class SpikeSourceArray(SpecificPopulation):
    """Spikes at given times.

    Parameters
    ----------
    spike_times
        Times in ms: one list for a single neuron, or a list of lists; in any order. Each counts for the nearest step,
        unless they are interpolated.
    name
        The name.
    interpolated
        Whether spikes happen at their own times within steps: as the network has it where None.

    Examples
    --------
    >>> from eqneuro import Network, SpikeSourceArray
    >>> net = Network(dt=0.1)
    >>> source = net.create(SpikeSourceArray([[1.0, 5.0], [2.5]]))
    """

    def __init__(self, spike_times: Any, name: str | None = None, interpolated: bool | None = None) -> None:
        times = _nested(spike_times)
        mode = None if interpolated is None else INTERPOLATED if interpolated else GRID
        neuron = Neuron(equations="", spike="t < 0.0", name="SpikeSourceArray", spike_times=mode)
        super().__init__(len(times), neuron, name)
        self._times = times

    @property
    def spike_times(self) -> list[list[float]]:
        """Times in ms, one list a neuron."""
        return self._times

    @spike_times.setter
    def spike_times(self, value: Any) -> None:
        times = _nested(value)
        if len(times) != self._size:
            raise ValueError(f"spike_times of {self.name!r} must hold {self._size} lists, not {len(times)}")
        self._times = times
        if self._network is not None:
            self._make_room()
            self._net._note_change()

    def _bind(self, network: Network, number: int) -> None:
        super()._bind(network, number)
        self._origin = 0
        self._cursor = allocate(1, np.int64)
        self._make_room()

    def reset(self, attributes: str | Sequence[str] | None = None) -> None:
        """Begins anew: times count from now."""
        super().reset(attributes)
        self._origin = self._net.current_step
        self._net._note_change()

    def _on_reset(self) -> None:
        self._origin = 0
        self._net._note_change()

    def _more_state(self) -> Arrays:
        lengths = np.array([len(train) for train in self._times], dtype=np.int64)
        times = np.concatenate([np.asarray(train, dtype=float) for train in self._times])
        return {"origin": np.array(self._origin, dtype=np.int64), "times": times, "lengths": lengths}

    def _plan_more(self, part: Part) -> Callable[[int], None]:
        origin, lengths = int(part.array("origin", "i", ())), part.array("lengths", "i", (self._size,))
        times = part.array("times", "f", (int(lengths.sum()),))
        try:
            trains = _nested([train.tolist() for train in np.split(times, np.cumsum(lengths)[:-1])])
        except ValueError as error:
            part.refuse(f"population {self.name!r}: {error}")

        def take(shift: int) -> None:
            self._times, self._origin = trains, origin + shift
            self._make_room()

        return take

    def _make_room(self) -> None:
        """Within steps, a neuron may spike more than once in one of them."""
        if self._is_timed:
            steps, ranks, _ = self._timed_events()
            most = np.unique(np.stack([steps, ranks]), axis=1, return_counts=True)[1].max(initial=1)
            self._outputs["spike"].widen(int(most), int(self._net._clock[TICK]))

    def _timed_events(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
        """Steps, ranks and ms from the beginning of the step of all spikes, in order."""
        times = np.concatenate([np.asarray(train, dtype=float) for train in self._times])
        ranks = np.repeat(np.arange(self._size, dtype=np.int32), [len(train) for train in self._times])
        dt = self._net.dt
        nearest = np.floor(times / dt + 0.5)
        steps = np.where(np.abs(times / dt - nearest) < TOLERANCE, nearest, np.floor(times / dt))
        moments = np.clip(times - steps * dt, 0.0, dt)
        order = np.lexsort((moments, ranks, steps))
        return self._origin + steps[order].astype(np.int64), ranks[order], moments[order]

    def _events(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Steps and ranks of all spikes, in order, each once."""
        times = np.concatenate([np.asarray(train, dtype=float) for train in self._times])
        ranks = np.repeat(np.arange(self._size), [len(train) for train in self._times])
        steps = self._origin + np.floor(times / self._net.dt + 0.5 + TOLERANCE).astype(np.int64)
        order = np.lexsort((ranks, steps))
        steps, ranks = steps[order], ranks[order]
        is_first = np.ones(len(steps), dtype=bool)
        is_first[1:] = (np.diff(steps) != 0) | (np.diff(ranks) != 0)
        return steps[is_first], ranks[is_first].astype(np.int32)

    def _make_output(self) -> SpikeOutput:
        output = super()._make_output()
        output.is_played = True
        return output

    def _kernel_model(self) -> NeuronModel | None:
        return None

    def _playback(self) -> list[Playback]:
        steps, ranks, moments = self._timed_events() if self._is_timed else (*self._events(), None)
        self._cursor[0] = 0
        numbers = np.array([self._size, len(steps)], dtype=np.int64)
        output = self._outputs["spike"]
        buffers: list[NDArray[Any] | None] = [numbers, steps, ranks, self._cursor, output.spiked, output.count]
        buffers.append(self._t_last)
        if moments is not None:
            return [("timed_spike_source", [*buffers, moments, output.spiked_at], False)]
        return [("spike_source", buffers, False)]

    def _list_starts(self, starts: list[int]) -> list[int]:
        return [0]


def _nested(spike_times: Any) -> list[list[float]]:
    try:
        given = list(spike_times)
        if not any(isinstance(item, list | tuple | np.ndarray) for item in given):
            given = [given]
        times = [np.atleast_1d(np.asarray(item, dtype=float)).tolist() for item in given]
    except (TypeError, ValueError):
        raise ValueError("spike times must be a list of times in ms, or one such list for each neuron") from None
    for train in times:
        if not all(np.isfinite(time) and time >= 0.0 for time in train):
            raise ValueError("spike times must be finite numbers of ms, not negative")
    return times
