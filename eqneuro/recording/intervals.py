"""When something was recorded: from which step to which, and how often in between."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray


class Interval(TypedDict):
    """Steps at which recording began and ended."""

    start: list[int]
    stop: list[int]


@dataclass(frozen=True)
class Span:
    """Steps ``start`` to ``stop`` (not included; None while recording goes on), of which every ``period``-th is kept:
    those with (step − origin) mod period = offset.
    """

    start: int
    stop: int | None
    origin: int
    period: int
    offset: int


class Intervals:
    """The spans of one variable, in the order in which they were recorded."""

    def __init__(self, spans: tuple[Span, ...] = ()) -> None:
        self._spans = list(spans)

    @property
    def is_open(self) -> bool:
        """Whether recording goes on."""
        return bool(self._spans) and self._spans[-1].stop is None

    def open(self, step: int, origin: int, period: int, offset: int) -> None:
        """Recording begins."""
        self.close(step)
        self._spans.append(Span(step, None, origin, period, offset))

    def close(self, step: int) -> None:
        """Recording ends; spans without a step are forgotten."""
        if self.is_open:
            self._spans[-1] = replace(self._spans[-1], stop=step)
            if self._spans[-1].start == step:
                self._spans.pop()

    def forget(self, step: int) -> None:
        """What was recorded up to now is not counted any more; what goes on begins anew."""
        self._spans = [replace(span, start=step) for span in self._spans[-1:] if span.stop is None]

    def until(self, step: int) -> Intervals:
        """The spans as they are now, ended."""
        return Intervals(tuple(s if s.stop is not None else replace(s, stop=step) for s in self._spans))

    def as_dict(self) -> Interval:
        """Starts and stops, as users see them."""
        return {
            "start": [span.start for span in self._spans],
            "stop": [span.stop for span in self._spans if span.stop is not None],
        }

    def steps(self) -> NDArray[np.int64]:
        """The steps whose values were kept, of spans that have ended."""
        kept = [np.empty(0, dtype=np.int64)]
        for span in self._spans:
            inside = np.arange(span.start, span.start if span.stop is None else span.stop)
            kept.append(inside[(inside - span.origin) % span.period == span.offset])
        return np.concatenate(kept)

    def window(self) -> tuple[int, int]:
        """The first step and the one after the last, (0, 0) where there is none."""
        ended = [span for span in self._spans if span.stop is not None]
        if not ended:
            return 0, 0
        return min(span.start for span in ended), max(span.stop or 0 for span in ended)

    def duration(self) -> int:
        """How many steps were recorded."""
        return sum(span.stop - span.start for span in self._spans if span.stop is not None)
