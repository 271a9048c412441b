"""Lines through what grows, and what is told of points that lie beside them."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from benchmarks.suite import growth

from .records import NEURONS, grown, results, run


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
    held = grown({1: 1.1, 3: 1.3, 10: 2.0, 30: 4.0})
    text = growth.section(held, tmp_path, {"growth:rate": "Each takes 0.1 s."}, {"now": 7})
    assert "| 1 + 0.1 × spikes of a source (Hz) | 4 of 4 | " in text
    assert " % | yes | 1 | 1 MiB | 7 |" in text
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


def test_caches_are_those_of_the_machine_on_which_an_axis_was_measured() -> None:
    held = grown({1: 1.0})
    for size, session in ((1000, "before"), (3000, "before"), (10000, "between")):
        held.runs.append(run("eqneuro", 1.0, item=NEURONS[size], session=session))
    held.facts["caches"] = "L2 9 KiB, L3 9 KiB"
    held.sessions = {
        "before": {"caches": "L2 1 KiB, L3 4 KiB"},
        "between": {"machine": "Some, 2 cores, Python 3.11.7, L2 1 KiB, L3 3 KiB"},
        "now": {"machine": "Some, 2 cores, Python 3.11.7, L2 2 KiB, L3 3 KiB"},
    }
    found = growth.caches_of(held)
    assert found["rate"] == {"L2": 2048.0, "L3": 3072.0}
    assert found["neurons"] == {"L2": 1024.0}  # of the third ones it isn't known which points lie in which
    assert found["delay"] == {}


def test_lines_and_pictures_take_the_caches_of_their_axis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held, marked = grown({1: 1.0, 3: 1.0, 10: 1.0}), []
    for size in (1000, 3000, 10000, 30000, 100000):
        told = dict(cpu={"simulate": 0.001 * size, "build": 0.001 * size}, memory=0.01 * size, found={"bytes": size})
        held.runs.append(run("eqneuro", 1.0, item=NEURONS[size], session="before", **told))
    held.sessions |= {"before": {"caches": "L2 2 KiB"}, "now": {"caches": "L2 9 KiB"}}  # 2,048 and 9,216 bytes
    monkeypatch.setattr(growth, "mark_caches", lambda _, those, caches: marked.append((those[0].at, caches["L2"])))
    found, caches = growth.points(held), growth.caches_of(held)
    growth.draw(found, caches, tmp_path)
    assert sorted(set(marked)) == [(1.0, 9216.0), (1000.0, 2048.0)]
    fitted = {(axis, what): [one.at for one in those] for axis, what, those, _ in growth.fits(found, caches)}
    assert fitted["neurons", "seconds of simulation"] == [3000.0, 10000.0, 30000.0, 100000.0]


def test_names_of_caches_lie_within_the_axes() -> None:
    figure, axes = plt.subplots(figsize=(3.2, 2.8), layout="constrained")
    those = [point(k, k, 1000.0 * k) for k in (1.0, 10.0, 100.0, 1000.0)]
    axes.loglog([one.at for one in those], [one.seconds for one in those], "o")
    growth.mark_caches(axes, those, {"L1": 500.0, "L2": 1500.0, "L3": 900_000.0})
    axes.set_title("a title", loc="left")
    figure.canvas.draw()
    assert [name.get_text() for name in axes.texts] == ["L2", "L3"]  # the whole network is more than L1
    for name in axes.texts:
        drawn, within = name.get_window_extent(), axes.get_window_extent()
        assert within.x0 <= drawn.x0 < drawn.x1 <= within.x1
        assert within.y0 <= drawn.y0 < drawn.y1 <= within.y1
    plt.close(figure)


def test_nothing_is_told_of_what_was_not_measured(tmp_path: Path) -> None:
    assert "Nothing measured yet" in growth.section(results(), tmp_path, {}, {})
    assert not list(growth.behind(results(), {}))
