"""What runners of networks share, whoever computes the steps: one run at a time, room for recordings, reports."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from eqneuro.engine.threads import ThreadChoice
from eqneuro.network.checks import check_memory, warn_of_large_steps
from eqneuro.network.profiling import ON_RUN
from eqneuro.network.short_delays import warn_of_short_delays
from eqneuro.recording.recorders import Recorder

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.ranges import Ranges

Told = Callable[[int], None]
"""Is told from time to time how many steps were done."""


class Running(ABC):
    """Runs a network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.is_stopped = False
        self._recorders: list[Recorder] = []
        self._is_running = False
        self.threads: ThreadChoice | None = None
        self.division: Ranges | None = None

    def run(
        self,
        steps: int,
        stops: Sequence[Population] = (),
        require_all: bool = True,
        progress: Told | None = None,
    ) -> int:
        """Up to ``steps`` steps, fewer where the stop conditions hold; returns how many were done.

        Parameters
        ----------
        stops, require_all
            Populations whose stop conditions are looked at, and whether all of them must hold.
        progress
            Is told from time to time how many steps were done.

        Raises
        ------
        NotFiniteError
            At the end of the step in which a state variable became NaN or infinite.
        RuntimeError
            If the network runs already.
        """
        if self._is_running:
            raise RuntimeError("the network runs already, in another thread")
        for told in ON_RUN:
            told(self.network, steps)
        self._is_running = True
        watch, begin = self.network._watch, time.perf_counter()
        try:
            return self._run(steps, tuple(stops), require_all, progress)
        finally:
            self._is_running = False
            if watch is not None:
                watch.seconds += time.perf_counter() - begin

    @abstractmethod
    def _run(self, steps: int, stops: tuple[Population, ...], require_all: bool, progress: Told | None) -> int:
        """The steps."""

    def _begin(self, steps: int, *, may_stop: bool) -> None:
        """Before the first of some steps."""
        check_memory(self.network, steps, may_stop=may_stop)
        for population in self.network._populations:
            population._begin()
        if not self.network._dt_was_checked:
            warn_of_short_delays(self.network)
        warn_of_large_steps(self.network)

    def _prepare_recorders(self, steps: int, *, is_stale: bool) -> bool:
        """Room for what the steps bring; whether what knows of objects and arrays has to be made anew."""
        if is_stale:
            for monitor in self.network._monitors:
                monitor._attach()
            self._recorders = [r for monitor in self.network._monitors for r in monitor._recorders.values()]
        for recorder in self._recorders:
            is_stale = recorder.prepare(steps) or is_stale
        return is_stale

    def _at_last_step(self, population: Population, neuron: int | None) -> tuple[str, str]:
        """Where and when something happened: the neuron of a population, or all of it, and the step that is over."""
        of = "of" if neuron is None else f"of neuron {neuron} in"
        time = (self.network.current_step - 1) * self.network.dt
        return f"{of} population {population.name!r}", f"in the step at t = {time:g} ms"
