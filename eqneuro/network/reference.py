"""Networks run by the reference interpreter: their arrays handed over, their clock moved on (`eqneuro.reference`)."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from eqneuro.network.configuration import EPOCH, SEED, STEP, TICK
from eqneuro.network.handing_over import hand_over
from eqneuro.network.requests import varying_of
from eqneuro.network.runner import NotFiniteError, StepLimitError, too_many_steps
from eqneuro.network.running import Running, Told
from eqneuro.network.timed_spikes import check_population, check_projection
from eqneuro.network.traces import part
from eqneuro.reference.interpreter import Interpreter
from eqneuro.reference.neurons import NotFinite
from eqneuro.reference.rules import INNER
from eqneuro.reference.state import Instant

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population


class ReferenceRunner(Running):
    """Runs a network as `Runner` does, by an interpreter in place of a library."""

    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self._revision = -1
        self._interpreter: Interpreter | None = None
        for population in network._populations:
            check_population(population)
            population._varying = varying_of(population)
        for projection in network._projections:
            check_projection(projection)
            part(projection)
            projection._plastic.kept = {}
            projection._leave_rows()

    def _run(self, steps: int, stops: tuple[Population, ...], require_all: bool, progress: Told | None) -> int:
        with _interrupts_between_steps() as check:
            return self._interpret(steps, stops, require_all, progress, check)

    def _interpret(
        self,
        steps: int,
        stops: tuple[Population, ...],
        require_all: bool,
        progress: Told | None,
        check: Callable[[], None],
    ) -> int:
        network, done = self.network, 0
        self.is_stopped = False
        for population in network._populations:
            population._check_delays()
        conditions = [(p._number, p._stop.require_all) for p in stops if p._stop is not None]
        while done < steps:
            interpreter = self._prepare(steps - done)
            if done == 0:
                self._begin(steps, may_stop=bool(stops))
            clock = network._clock
            now = Instant(int(clock[STEP]), int(clock[SEED]), int(clock[EPOCH]), int(clock[TICK]), network.dt)
            broken = interpreter.step(now)
            holding = interpreter.stopped(conditions, now)
            clock[STEP] += 1
            clock[TICK] += 1
            done += 1
            for projection in network._projections:
                projection._is_ahead = projection._connectivity is not None and bool(projection.model.variables)
            if broken:
                self._refuse(broken[0])
            self.is_stopped = bool(holding) and (all if require_all else any)(holding)
            if self.is_stopped:
                break
            check()
            if progress is not None:
                progress(done)
        return done

    def _prepare(self, steps: int) -> Interpreter:
        """The interpreter, made anew where objects or arrays have changed."""
        network = self.network
        is_stale = self._interpreter is None or self._revision != network._revision
        if self._prepare_recorders(steps, is_stale=is_stale) or self._interpreter is None:
            for projection in network._projections:
                if projection._is_ahead:
                    projection._values  # noqa: B018
            self._interpreter = hand_over(network)
            self._revision = network._revision
        return self._interpreter

    def _refuse(self, broken: NotFinite) -> None:
        population = self.network._populations[broken.population]
        where, when = self._at_last_step(population, broken.neuron)
        if broken.variable.startswith(INNER):
            raise StepLimitError(too_many_steps(broken.variable.removeprefix(INNER), where, when))
        value = float(population._store.arrays[broken.variable][broken.neuron or 0])
        raise NotFiniteError(f"{broken.variable!r} {where} became {value} {when}")


@contextmanager
def _interrupts_between_steps() -> Iterator[Callable[[], None]]:
    """Holds an interrupt by the user back until a step is over; gives what is called then."""
    waiting: list[int] = []

    def check() -> None:
        if waiting:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield check
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: waiting.append(number))
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)
