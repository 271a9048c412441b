"""Lines through what grows, and what is told of points that lie beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.suite import growth

from .records import grown, results


def test_a_line_is_found_through_points_on_it() -> None:
    x = np.array([1.0, 10.0, 100.0])
    line = growth.fit(x, 2.0 + 0.5 * x)
    assert (line.fixed, line.slope) == (pytest.approx(2.0), pytest.approx(0.5))
    assert line.worst == pytest.approx(0.0, abs=1e-9)
    assert line.holds


def test_relative_deviations_are_least() -> None:
    # of 1 and 2 at the same place: (y - 1)² + (y/2 - 1)² is least where 2 (y - 1) + (y/2 - 1) = 0
    assert growth.fit(np.array([1.0, 1.0]), np.array([1.0, 2.0])).at(np.array(1.0)) == pytest.approx(1.2)


def test_no_part_of_a_line_is_below_0() -> None:
    line = growth.fit(np.array([1.0, 2.0, 3.0]), np.array([1.0, 4.0, 7.0]))  # y = 3 x - 2
    assert line.fixed == 0.0
    assert line.slope > 0.0


def point(at: float, seconds: float, size: float) -> growth.Point:
    return growth.Point(at, seconds, seconds, seconds, size, (seconds, seconds))


def test_points_within_the_cache_and_those_that_no_line_fits_are_left_out() -> None:
    # the first one is in the cache, the second one too fast for the line of the others, y = x
    those = [point(k, seconds, 100.0 * k) for k, seconds in [(1, 9.0), (2, 1.0), (3, 3.0), (4, 4.0), (5, 5.0)]]
    kept, line = growth.beyond(those, [one.seconds for one in those], cache=150.0)
    assert [one.at for one in kept] == [3, 4, 5]
    assert line.slope == pytest.approx(1.0)


def test_three_points_are_kept_whether_a_line_fits_them_or_not() -> None:
    those = [point(k, seconds, 100.0 * k) for k, seconds in [(1, 1.0), (2, 9.0), (3, 1.0)]]
    kept, line = growth.beyond(those, [one.seconds for one in those], cache=1000.0)
    assert len(kept) == 3
    assert not line.holds


def test_a_row_tells_how_many_points_its_line_was_fitted_to(tmp_path: Path) -> None:
    text = growth.section(grown({1: 1.1, 3: 1.3, 10: 2.0, 30: 4.0}), tmp_path, {"growth:rate": "Each takes 0.1 s."})
    assert "| 1 + 0.1 × spikes of a source (Hz) | 4 of 4 | " in text
    assert " % | yes | 1 | 1 MiB |" in text
    assert "- spikes of a source (Hz): Each takes 0.1 s." in text
    assert (tmp_path / "rate.png").exists()


def test_lines_that_do_not_fit_stay_behind() -> None:
    crooked = grown({1: 1.0, 3: 9.0, 10: 1.0})
    [told] = growth.behind(crooked, {"growth:rate": "A jump."})
    assert told.startswith("- **Growth, spikes of a source (Hz)**, seconds of simulation: a point lies +")
    assert told.endswith(" % beside its line [≤ 15%] **NOT**. A jump.")
    [unknown] = growth.behind(crooked, {})
    assert unknown.endswith("Not explained yet.")
    assert not list(growth.behind(grown({1: 1.0, 3: 1.0, 10: 1.0}), {}))


def test_nothing_is_told_of_what_was_not_measured(tmp_path: Path) -> None:
    assert "Nothing measured yet" in growth.section(results(), tmp_path, {})
    assert not list(growth.behind(results(), {}))
