"""Functions of the user that are called at certain times of a simulation."""

from __future__ import annotations

import heapq
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eqneuro.network.time import steps_of

if TYPE_CHECKING:
    from eqneuro.network.network import Network

Function = Callable[[int], Any]


@dataclass(frozen=True)
class Callback:
    """``function(n)`` runs before step start + wait + (offset mod period) + n·period of a `simulate`; times in ms."""

    function: Function
    period: float
    offset: float
    wait: float

    def moments(self, steps: int, dt: float) -> Iterator[tuple[int, int]]:
        """(step after the start, n) within a run of ``steps``."""
        period = max(1, steps_of(self.period, dt))
        step = steps_of(self.wait, dt) + round(self.offset / dt) % period
        count = 0
        while step < steps:
            yield step, count
            step += period
            count += 1


def calls(callbacks: Sequence[Callback], steps: int, dt: float) -> Iterator[tuple[int, Function, int]]:
    """(step after the start, function, n) within a run, in time, then in the order of declaration."""

    known = tuple(callbacks)

    def of(place: int) -> Iterator[tuple[int, int, int]]:
        return ((moment, place, count) for moment, count in known[place].moments(steps, dt))

    for moment, place, count in heapq.merge(*map(of, range(len(known)))):
        yield moment, known[place].function, count


_HIDDEN: list[Network] = []
"""The network of the module-level functions, if a callback went to it because none was named."""


def warn_of_lost_callbacks(running: Network) -> None:
    """Says, once, that a callback without a network waits on one that holds nothing."""
    for hidden in _HIDDEN:
        if hidden is not running and hidden._callbacks and not hidden._populations:
            _HIDDEN.remove(hidden)
            name = getattr(hidden._callbacks[0].function, "__name__", "a function")
            message = f"the callback {name!r} belongs to no network, and is not called: write every(network=net, …)"
            warnings.warn(message, stacklevel=3)


class CallbackSwitch:
    """The callbacks of a network, which can be switched off."""

    _callbacks: list[Callback]
    _callbacks_on: bool

    def enable_callbacks(self) -> None:
        """Lets `simulate` call the functions that `every` decorates."""
        self._callbacks_on = True

    def disable_callbacks(self) -> None:
        """Keeps `simulate` from calling them."""
        self._callbacks_on = False

    def callbacks_enabled(self) -> bool:
        """Whether callbacks are called."""
        return self._callbacks_on

    def clear_all_callbacks(self) -> None:
        """Forgets all callbacks."""
        self._callbacks.clear()


class every:
    """Decorates a function that is called every ``period`` ms of a simulation, with the number of the call.

    Parameters
    ----------
    network
        The network whose simulation calls it; the one of the module-level functions where None.
    period, offset, wait
        In ms: calls happen before the steps at start + wait + (offset mod period) + n·period, counted from the start of
        each `simulate`.

    Examples
    --------
    >>> from eqneuro import Network, Neuron, every
    >>> net = Network(dt=1.0)
    >>> population = net.create(1, Neuron(parameters="I = 0.0", equations="r = I"))
    >>> @every(network=net, period=10.0)
    ... def stimulate(n):
    ...     population.I = float(n)
    """

    def __init__(
        self, network: Network | None = None, period: float = 1.0, offset: float = 0.0, wait: float = 0.0
    ) -> None:
        if not (math.isfinite(period) and period > 0.0):
            raise ValueError(f"period of a callback must be a positive time in ms, not {period}")
        if not (math.isfinite(wait) and wait >= 0.0):
            raise ValueError(f"wait of a callback must be a time in ms, not negative: {wait}")
        if not math.isfinite(offset):
            raise ValueError(f"offset of a callback must be a time in ms, not {offset}")
        if network is None:
            from eqneuro.network.magic import magic_network

            network = magic_network()
            _HIDDEN[:] = [network]
        self._network = network
        self._period, self._offset, self._wait = period, offset, wait

    def __call__(self, function: Function) -> Function:
        """Notes the function, which stays what it is."""
        self._network._callbacks.append(Callback(function, self._period, self._offset, self._wait))
        return function
