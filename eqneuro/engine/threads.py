"""How many threads run a network: what is asked for at most, and fewer where measured times say that these are faster.

Each range of the program is run by one thread in the order of the program, however many threads share the ranges
(templates/scheduler.c.j2): the number can change between any two steps, and no bit of the results does. So nothing has
to be predicted. The cost of a step on one thread and on more is measured while the network runs: slices of half a
millisecond on the number in use and on the next one take turns, three of each, and the fastest of each are compared.
More threads have to win by a twentieth, fewer win ties. What a comparison loses is at most a two-hundredth of the time
until the next one.
"""

from __future__ import annotations

import os
from math import ceil

FIXED = "EQNEURO_FIXED_THREADS"
"""An environment variable: where it is set, all threads that were asked for run every step, as tests and measurements
of threads want it."""
TURNS = 3
TURN_SECONDS = 5e-4
WARM_UP = 2e-3
"""Seconds before the first comparison: the first steps touch memory that is not there yet."""
LONG_STEP = 1e-3
"""Seconds of a step beside which the cost of meeting (some microseconds) is nothing: such networks start on all
threads."""
GAIN = 0.95
"""What a step on more threads may take of its time on fewer."""
PATIENCE, LEAST_WAIT = 200.0, 0.05


class ThreadChoice:
    """Chooses for each slice of a run.

    Parameters
    ----------
    most
        Threads that were asked for.

    Attributes
    ----------
    used
        The number in use.
    seconds
        What a step took when it was last measured, by numbers of threads.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.used = 1
        self.seconds: dict[int, float] = {}
        self._numbers = sorted({most, *(2**k for k in range(most.bit_length()) if 2**k < most)})
        self._direction = 1
        self._wait, self._since, self._slices = WARM_UP, 0.0, 0
        self._turns: list[int] = []
        self._steps = 1
        self._best: dict[int, float] = {}
        self._spent = 0.0
        self._steps_of_rival = 0

    def plan(self, steps: int) -> tuple[int, int]:
        """How many threads run the next steps, and how many steps, up to ``steps``."""
        if self._turns:
            return self._turns[-1], min(steps, self._steps)
        return self.used, steps

    def learn(self, threads: int, steps: int, seconds: float) -> None:
        """What some steps took."""
        if steps < 1:
            return
        each = seconds / steps
        if self._turns:
            self._turns.pop()
            self._best[threads] = min(each, self._best.get(threads, each))
            if threads != self.used:
                self._spent += seconds
                self._steps_of_rival += steps
            if not self._turns:
                self._decide()
            return
        self.seconds[threads] = each
        self._since += seconds
        self._slices += 1
        if not self._best and each > LONG_STEP and self._slices > 1:
            self.used, self._direction, self._wait = self.most, -1, max(self._wait, 10.0 * each)
            self._best, self._since = {1: each}, 0.0
        elif self._since >= self._wait and self._slices >= TURNS:
            self._compare(each)

    def _compare(self, each: float) -> None:
        """Begins a comparison with the next number in the direction of the last one, or in the other."""
        place = self._numbers.index(self.used)
        if not 0 <= place + self._direction < len(self._numbers):
            self._direction = -self._direction
        rival = self._numbers[place + self._direction]
        self._turns = [rival, self.used] * TURNS
        self._steps = max(1, ceil(TURN_SECONDS / each))
        self._best, self._spent, self._steps_of_rival = {}, 0.0, 0

    def _decide(self) -> None:
        own = self._best.pop(self.used)
        [(rival, seconds)] = self._best.items()
        self.seconds |= {self.used: own, rival: seconds}
        self._best = {rival: seconds}
        lost = max(0.0, self._spent - self._steps_of_rival * own)
        self._since = 0.0
        if seconds < own * (GAIN if rival > self.used else 1.0):
            self.used = rival
            self._wait = LEAST_WAIT if rival in (self._numbers[0], self._numbers[-1]) else WARM_UP
        else:
            self._direction = -self._direction
            self._wait = max(LEAST_WAIT, PATIENCE * lost)


class FixedThreads(ThreadChoice):
    """All that were asked for, always."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.used = most

    def plan(self, steps: int) -> tuple[int, int]:
        """All threads, all steps."""
        return self.most, steps

    def learn(self, threads: int, steps: int, seconds: float) -> None:
        """Nothing is chosen."""
        self.seconds[threads] = seconds / max(1, steps)


def thread_choice(most: int) -> ThreadChoice | None:
    """Who chooses for a network; nobody where one thread was asked for."""
    if most < 2:
        return None
    return FixedThreads(most) if os.environ.get(FIXED) else ThreadChoice(most)
