"""A bar for runs that take longer than a second, where someone watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

PATIENCE = 1.0
"""Seconds without a bar."""


class Progress:
    """Shows how far a run is.

    Parameters
    ----------
    steps
        Of the whole run.
    dt
        ms of a step.
    wanted
        Whether to show it; where None, if standard error is a terminal.
    doing, unit
        Words beside the bar.
    """

    def __init__(self, steps: int, dt: float, wanted: bool | None, doing: str = "simulating", unit: str = "ms") -> None:
        self._steps, self._dt = steps, dt
        self._doing, self._unit = doing, unit
        self._wanted = sys.stderr.isatty() if wanted is None else wanted
        self._patience = PATIENCE if wanted is None else 0.0
        self._bar: Any = None

    def __enter__(self) -> Progress:
        self._begin = time.perf_counter()
        return self

    def counter(self, before: int) -> Callable[[int], None] | None:
        """What is told how many steps were done since ``before``; None where nobody watches."""
        return (lambda done: self.update(before + done)) if self._wanted else None

    def update(self, done: int) -> None:
        """So many steps are done."""
        if not self._wanted or time.perf_counter() - self._begin < self._patience:
            return
        if self._bar is None:
            self._bar = self._make_bar()
            self._bar.start()
            self._task = self._bar.add_task(self._doing, total=self._steps * self._dt)
        self._bar.update(self._task, completed=done * self._dt)

    def _make_bar(self) -> Any:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn(f"{{task.completed:.0f}} of {{task.total:.0f}} {self._unit}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=sys.stderr.isatty(),
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
