"""How many threads run a network: what is asked for at most, and fewer where measured times say that these are faster.

Each range of the program is run by one thread in the order of the program, however many threads share the ranges
(templates/scheduler.c.j2): the number can change between any two steps, and no bit of the results does. So nothing has
to be predicted. The cost of a step on one thread and on more is measured while the network runs: slices of half a
millisecond on the number in use and on the next one take turns, three of each, and the fastest of each are compared.
More threads have to win by a twentieth, fewer win ties. What a comparison loses is at most a two-hundredth of the time
until the next one.

Where another program has the other cores, threads wait for each other until it lets go: a step may then take ten times
as long. So a few steps on the rival come first, which size its slices. They decide nothing: threads wake up, and what
they work on lies in another core's cache.

Ranges cost something too, some tens of nanoseconds each. A small network therefore begins with one, and is only divided
once its steps are so long that more threads could win; where they do not, it is put together again. That takes as long
as arranging it did in the beginning: it is not tried before the network has run many times as long.
"""

from __future__ import annotations

import os
from math import ceil

FIXED = "EQNEURO_FIXED_THREADS"
"""An environment variable: where it is set, all threads that were asked for run every step, as tests and measurements
of threads want it."""
TURNS = 3
TURN_SECONDS = 5e-4
WARM_UP = 1e-2
"""Seconds before the first comparison: the first steps touch memory that is not there yet, and a comparison that is
lost should be little beside what has been run."""
LEAST_STEPS = 2
"""Of a slice: in the first one caches change hands."""
LOOK_SECONDS = 1e-4
"""What the first steps on a rival should take."""
MEETING = 2e-6
"""Seconds a step that threads spend on meeting each other, before it was measured."""
LONG_STEP = 1e-3
"""Seconds of a step beside which the cost of meeting (some microseconds) is nothing: such networks start on all
threads."""
WORTH_DIVIDING = 100.0
"""Times the time of a division that a network has run before it is divided to see whether more threads win."""
GAIN = 0.95
"""What a step on more threads may take of its time on fewer."""
PATIENCE, LEAST_WAIT = 200.0, 0.05


class ThreadChoice:
    """Chooses for each slice of a run.

    Parameters
    ----------
    most
        Threads that were asked for.
    is_large
        Whether the network is divided from the beginning: taking a large one apart again takes long.

    Attributes
    ----------
    used
        The number in use.
    ranges
        Into how many ranges the program should be divided.
    seconds
        What a step took when it was last measured, by numbers of threads.
    compared
        What it took when two numbers of threads were last compared, in turns.
    """

    def __init__(self, most: int, *, is_large: bool = False) -> None:
        self.most = most
        self.used = 1
        self.seconds: dict[int, float] = {}
        self.compared: dict[int, float] = {}
        self._is_large = is_large
        self.ranges = most if is_large else 1
        self._numbers = sorted({most, *(2**k for k in range(most.bit_length()) if 2**k < most)})
        self._direction = 1
        self._wait, self._since, self._slices = WARM_UP, 0.0, 0
        self._turns: list[int] = []
        self._best: dict[int, float] = {}
        self._rivals = 0.0
        self._lost = self._ran = self._division = 0.0
        self._was_compared = False

    def plan(self, steps: int) -> tuple[int, int]:
        """How many threads run the next steps, and how many steps, up to ``steps``."""
        if not self._turns:
            return self.used, steps
        threads, own = self._turns[-1], self.seconds[self.used]
        if len(self._turns) > 2 * TURNS:
            return threads, min(steps, max(1, int(LOOK_SECONDS / (own + MEETING))))
        expected = own if threads == self.used else self._rivals
        return threads, min(steps, max(LEAST_STEPS, ceil(TURN_SECONDS / expected)))

    def learn(self, threads: int, steps: int, seconds: float) -> None:
        """What some steps took."""
        if steps < 1:
            return
        each = seconds / steps
        self._ran += seconds
        if self._turns:
            self._compare(threads, steps, seconds)
            return
        self.seconds[threads] = each
        self._since += seconds
        self._slices += 1
        if each > LONG_STEP and self._slices > 1 and not self._was_compared:
            self._was_compared = True
            self.ranges = self.used = self.most
            self._direction, self._wait, self._since = -1, max(self._wait, 10.0 * each), 0.0
        elif self._since >= self._wait and self._slices >= TURNS:
            self._begin(each)

    def arranged(self, seconds: float, *, is_first: bool) -> None:
        """Time that arranging the network in ranges took: at first, or anew since their number has changed."""
        self._division = seconds
        self._lost += 0.0 if is_first else seconds

    def _begin(self, each: float) -> None:
        """Compares with the next number in the direction of the last one, or in the other, where that may be faster."""
        if self.used == 1 and each * (1.0 - 1.0 / self.most) < MEETING:
            self._since = 0.0
            return
        if self.ranges < self.most:
            if self._ran < WORTH_DIVIDING * self._division:
                return
            self.ranges = self.most
            self._since, self._slices, self._wait = 0.0, 0, WARM_UP
            return
        place = self._numbers.index(self.used)
        if not 0 <= place + self._direction < len(self._numbers):
            self._direction = -self._direction
        rival = self._numbers[place + self._direction]
        self._turns = [*[rival, self.used] * TURNS, rival]
        self._best, self._was_compared = {}, True

    def _compare(self, threads: int, steps: int, seconds: float) -> None:
        """Takes note of a slice of a comparison; the first one of the rival only tells what to expect."""
        is_look = len(self._turns) > 2 * TURNS
        self._turns.pop()
        each = seconds / steps
        if threads != self.used:
            self._lost += seconds - steps * self.seconds[self.used]
            self._rivals = each
        if not is_look:
            self._best[threads] = min(each, self._best.get(threads, each))
        if not self._turns:
            self._decide()

    def _decide(self) -> None:
        own = self._best.pop(self.used)
        [(rival, seconds)] = self._best.items()
        self.compared = {self.used: own, rival: seconds}
        self.seconds |= self.compared
        self._since = 0.0
        if seconds < own * (GAIN if rival > self.used else 1.0):
            self.used, self._lost = rival, 0.0
            self._wait = LEAST_WAIT if rival in (self._numbers[0], self._numbers[-1]) else WARM_UP
        else:
            self._direction = -self._direction
            self._wait, self._lost = max(LEAST_WAIT, PATIENCE * self._lost), 0.0
        if self.used == 1 and not self._is_large:
            self.ranges = 1


class FixedThreads(ThreadChoice):
    """All that were asked for, always."""

    def __init__(self, most: int) -> None:
        super().__init__(most, is_large=True)
        self.used = most

    def plan(self, steps: int) -> tuple[int, int]:
        """All threads, all steps."""
        return self.most, steps

    def learn(self, threads: int, steps: int, seconds: float) -> None:
        """Nothing is chosen."""
        self.seconds[threads] = seconds / max(1, steps)


def thread_choice(most: int, *, is_large: bool = False) -> ThreadChoice | None:
    """Who chooses for a network; nobody where one thread was asked for."""
    if most < 2:
        return None
    return FixedThreads(most) if os.environ.get(FIXED) else ThreadChoice(most, is_large=is_large)
