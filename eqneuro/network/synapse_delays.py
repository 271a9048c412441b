"""The delays of a projection as the user sets and reads them, in ms, and in steps as kernels take them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.matrix import Connectivity
from eqneuro.language.distributions import BLOCK, Distribution
from eqneuro.language.syntax import Name
from eqneuro.model.models import ModelAttribute
from eqneuro.network.checks import level_outside
from eqneuro.network.delays import LONGEST, Delays, GatheredDelays, Steps, in_steps
from eqneuro.network.quantities import plain_time
from eqneuro.network.time import round_to_steps

if TYPE_CHECKING:
    from eqneuro.network.network import Network

DELAY = ModelAttribute("delay", "local", "float", Name("d"), is_parameter=True)


class SynapseDelays:
    """Delays of the synapses of a projection."""

    _delays: Delays
    _saved_delays: Delays | None
    _delays_before: Delays | None
    _is_kept: bool

    @property
    def name(self) -> str:
        """The name."""
        raise NotImplementedError

    @property
    def _net(self) -> Network:
        raise NotImplementedError

    @property
    def _built(self) -> Connectivity:
        raise NotImplementedError

    def _is_event_based(self) -> bool:
        raise NotImplementedError

    def _hands_out(self, delays: Delays) -> str:
        """The C type of delays where spikes are handed out when they happen, else nothing."""
        raise NotImplementedError

    def _leave_rows(self) -> None:
        raise NotImplementedError

    def _checked_rows(self, value: Any, attribute: ModelAttribute) -> Any:
        raise NotImplementedError

    def _split(self, values: NDArray[Any]) -> list[list[float]]:
        raise NotImplementedError

    @property
    def delay(self) -> Any:
        """Delays in ms: a number where all are alike, else one list for each post-synaptic neuron."""
        self._built  # noqa: B018
        delays = self._delays_in_ms
        return self._split(delays) if np.ndim(delays) else delays

    @delay.setter
    def delay(self, value: Any) -> None:
        value = plain_time(value, f"delay of projection {self.name!r}")
        if not isinstance(value, Distribution) and is_nested(value):
            value = self._checked_rows(value, DELAY)
        before = self._delays
        self._set_delays(value, self._net.default_rng)
        if self._is_kept and self._saved_delays is None:
            self._saved_delays = before
        if self._delays_before is None:
            self._delays_before = before
        self._put_delays(self._delays, before)

    @property
    def _delays_in_ms(self) -> Any:
        """A number where all are alike, else one for each synapse."""
        return self._delays.exact * self._net.dt

    @property
    def _delay(self) -> int | Steps:
        """Delays in whole steps, rounded up where they end between two grid points."""
        return self._delays.steps

    def _put_delays(self, delays: Delays, before: Delays) -> None:
        self._delays = delays
        self._leave_rows()
        events = self._is_event_based()
        kinds = [(x.kind(events=events), self._hands_out(x)) for x in (before, delays)]
        self._net._note_change(structural=kinds[0] != kinds[1])

    def _set_delays(self, delays: Any, rng: np.random.Generator) -> None:
        """Takes delays in ms, or such as were read before."""
        found = delays if isinstance(delays, Delays) else self._read_delays(delays, self._built.synapses, rng)
        self._delays = found.narrowed() if self._is_event_based() else found

    def _read_delays(self, delays: Any, count: int, rng: np.random.Generator) -> Delays:
        """Delays of ``count`` synapses in ms: a number, a distribution, or a number for each."""
        is_drawn = isinstance(delays, Distribution)
        values = np.empty(0)
        if not is_drawn:
            try:
                values = flatten(delays)
            except (TypeError, ValueError):
                raise ValueError(f"delays of {self.name!r} are numbers of ms, not {delays!r}") from None
            if np.ndim(delays) and len(values) != count:
                raise ValueError(f"delays of {self.name!r} must be {count} numbers, not {len(values)}")
            count = len(values)
        reader = DelayReader(self, count, is_drawn=is_drawn)
        for first in range(0, count, BLOCK):
            last = min(count, first + BLOCK)
            reader.append(delays.sample(rng, last - first) if is_drawn else values[first:last])
        return reader.finish()

    def _on_grid(self) -> bool:
        """Whether delays are whole steps: those of spikes, and of rates where no method is better than that."""
        raise NotImplementedError

    def _steps(self, given: NDArray[np.float64]) -> NDArray[np.float64]:
        """Delays of some ms in steps."""
        dt = self._net.dt
        return round_to_steps(given, dt).astype(float) if self._on_grid() else in_steps(given, dt)

    @property
    def _longest(self) -> int:
        return self._delays.longest

    @property
    def _shortest(self) -> int:
        return self._delays.shortest


class DelayReader:
    """Reads delays in ms of the synapses of a projection, some at a time.

    Parameters
    ----------
    room
        How many come at most.
    is_drawn
        Whether they are drawn, which makes them whole steps.
    """

    def __init__(self, projection: SynapseDelays, room: int, *, is_drawn: bool = False) -> None:
        self._projection = projection
        self._gathered = GatheredDelays(room)
        self._is_drawn = is_drawn
        self._changed: tuple[float, float] | None = None
        """The first that is another time than was given: that one, and what it becomes."""

    def append(self, given: NDArray[np.float64]) -> None:
        """Those of the next synapses.

        Raises
        ------
        ValueError
            If one of them is negative, or no number.
        """
        projection, dt = self._projection, self._projection._net.dt
        wrong = given[~((given >= 0.0) & (given <= LONGEST * dt))]
        if len(wrong):
            most = f"finite and not negative, {LONGEST * dt:.4g} at most"
            raise ValueError(f"delays of {projection.name!r} are times in ms, {most}, not {wrong[0]:g}")
        steps = round_to_steps(given, dt).astype(float) if self._is_drawn else projection._steps(given)
        self._gathered.append(steps)
        if not self._is_drawn and self._changed is None:
            changed = (np.abs(steps * dt - given) > 1e-6 * np.maximum(dt, given)) & (given > 0.0)
            if changed.any():
                first = int(np.argmax(changed))
                self._changed = float(given[first]), float(steps[first]) * dt

    def finish(self) -> Delays:
        """All of them; warns if some are other times than were given."""
        if self._changed is not None:
            projection, dt, (first, becomes) = self._projection, self._projection._net.dt, self._changed
            is_whole = projection._on_grid()
            rule = f"whole steps of dt = {dt:g} ms, one at least" if is_whole else f"not shorter than dt = {dt:g} ms"
            message = f"projection {projection.name!r}: delays are {rule}: {first:g} ms becomes {becomes:g} ms"
            warnings.warn(message, UserWarning, stacklevel=level_outside())
        return self._gathered.finish()


def is_nested(value: Any) -> bool:
    """Whether values are given by rows."""
    return isinstance(value, list | tuple | np.ndarray) and len(value) > 0 and np.ndim(value[0]) > 0


def flatten(value: Any) -> NDArray[np.float64]:
    """Values one after the other."""
    if is_nested(value):
        return np.concatenate([np.asarray(row, dtype=float).ravel() for row in value])
    return np.asarray(value, dtype=float).ravel()
