"""Spans of recording."""

from __future__ import annotations

from eqneuro.recording.intervals import Intervals


def test_steps_are_those_of_the_period_within_the_spans() -> None:
    spans = Intervals()
    spans.open(2, origin=0, period=3, offset=1)
    spans.close(9)
    spans.open(20, origin=20, period=2, offset=0)
    assert spans.is_open
    ended = spans.until(25)
    assert ended.steps().tolist() == [n for n in range(2, 9) if n % 3 == 1] + [20, 22, 24]
    assert ended.as_dict() == {"start": [2, 20], "stop": [9, 25]}
    assert ended.window() == (2, 25)
    assert ended.duration() == 7 + 5
    assert spans.as_dict() == {"start": [2, 20], "stop": [9]}


def test_spans_without_a_step_are_forgotten_and_reading_begins_anew() -> None:
    spans = Intervals()
    spans.open(3, 3, 1, 0)
    spans.close(3)
    assert spans.as_dict() == {"start": [], "stop": []}
    assert (spans.window(), spans.duration(), spans.steps().tolist()) == ((0, 0), 0, [])
    spans.open(3, 3, 1, 0)
    spans.forget(7)
    assert spans.until(9).as_dict() == {"start": [7], "stop": [9]}
    spans.close(9)
    spans.forget(9)
    assert spans.as_dict() == {"start": [], "stop": []}


def test_a_clock_set_back_keeps_the_order_of_spans() -> None:
    spans = Intervals()
    spans.open(5, 5, 1, 0)
    spans.close(8)
    spans.open(0, 0, 1, 0)
    ended = spans.until(2)
    assert ended.steps().tolist() == [5, 6, 7, 0, 1]
    assert ended.window() == (0, 8)
