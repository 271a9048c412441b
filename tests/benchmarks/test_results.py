"""What is computed from the runs that were measured, and which of them are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.suite.results import Results, disagreements, of_seeds, spread

from .records import COBA, COMPILING, CUBA, MICROCIRCUIT, results, run


def test_a_ratio_is_taken_within_a_round() -> None:
    held = results(run("eqneuro", 1.0, 1), run("eqneuro", 2.0, 2), run("brian2", 6.0, 1), run("brian2", 8.0, 2))
    ratio = held.ratio(COBA, "brian2", "simulate")
    assert ratio is not None
    assert ratio.values == (6.0, 4.0)
    assert (ratio.lowest, ratio.median, ratio.highest) == (4.0, 5.0, 6.0)


def test_a_round_that_only_one_of_both_ran_has_no_ratio() -> None:
    held = results(run("eqneuro", 1.0, 1), run("brian2", 6.0, 2), run("brian2", 7.0, 1, session="another"))
    assert held.ratio(COBA, "brian2", "simulate") is None
    assert held.ratio(CUBA, "brian2", "simulate") is None
    assert held.ratio(COBA, "nest", "simulate") is None


def test_on_as_many_threads_the_clock_on_the_wall_counts() -> None:
    held = results(
        run("eqneuro", 4.0, item=MICROCIRCUIT, threads=2, seconds={"simulate": 3.0}),
        run("nest", 40.0, item=MICROCIRCUIT, threads=2, seconds={"simulate": 21.0}),
    )
    ratio = held.ratio(MICROCIRCUIT, "nest", "simulate")
    assert ratio is not None
    assert ratio.values == (7.0,)


def test_c_on_one_thread_is_compared_by_the_seconds_of_all_cores() -> None:
    own = run("eqneuro", 8.0, item=MICROCIRCUIT, threads=2, seconds={"simulate": 4.0})
    ratio = results(own, run("c", 4.0, item=MICROCIRCUIT)).ratio(MICROCIRCUIT, "c", "simulate")
    assert ratio is not None
    assert ratio.values == (0.5,)


def test_compiling_with_empty_caches_is_compared_with_the_same() -> None:
    times = {"eqneuro": (2.0, 0.5), "brian2": (20.0, 10.0)}
    runs = [
        run(name, 1.0, k + 1, item=COMPILING, seconds={"compile": one}, is_cold=name == "brian2" or k == 0)
        for name, both in times.items()
        for k, one in enumerate(both)
    ]
    ratio = results(*runs).ratio(COMPILING, "brian2", "compile")
    assert ratio is not None
    assert ratio.values == (10.0,)  # of the first round: in the second one, eqneuro found its caches filled


def test_memory_has_ratios_and_medians_too() -> None:
    held = results(run("eqneuro", 1.0), run("eqneuro", 1.0, 2, memory=300.0), run("annarchy", 1.0, memory=150.0))
    ratio = held.ratio(COBA, "annarchy", "memory")
    assert ratio is not None
    assert ratio.values == (1.5,)
    assert held.median(COBA, "eqneuro", "memory") == 200.0


def test_a_median_is_of_all_rounds_or_of_those_with_empty_caches() -> None:
    held = results(*(run("eqneuro", 1.0, k, seconds={"compile": float(k)}) for k in (1, 2, 3, 4)))
    assert held.median(COBA, "eqneuro", "compile") == 2.5
    assert held.median(COBA, "eqneuro", "compile", is_cold=True) == 1.0
    assert held.median(COBA, "eqneuro", "compile", is_cold=False) == 3.0
    assert held.median(COBA, "eqneuro", "build") is None


def test_a_new_session_takes_the_place_of_older_runs_by_its_simulators() -> None:
    old = [run(name, 1.0, session="old") for name in ("eqneuro", "brian2", "nest")]
    elsewhere = run("brian2", 1.0, item=CUBA, session="old")
    held = results(*old, elsewhere)
    held.begin(COBA, ["eqneuro", "brian2"], "now")
    kept = [(one["simulator"], one["session"]) for one in held.of(COBA)]
    assert kept == [("eqneuro", "old"), ("nest", "old")]  # the old one of eqneuro stands beside that of NEST
    assert held.of(CUBA) == [elsewhere]


def test_runs_of_eqneuro_go_with_the_last_one_beside_them() -> None:
    held = results(run("eqneuro", 1.0, session="old"), run("brian2", 1.0, session="old"), run("eqneuro", 1.0))
    held.begin(COBA, ["eqneuro", "brian2"], "now")
    assert [one["session"] for one in held.runs] == ["now"]


def test_a_session_of_eqneuro_alone_takes_the_place_of_all_its_runs() -> None:
    held = results(run("eqneuro", 1.0, session="old"))
    held.begin(COBA, ["eqneuro"], "now")
    assert held.runs == []


def test_adopted_sessions_replace_what_they_ran_and_nothing_else() -> None:
    mine = results(run("eqneuro", 1.0, session="old"), run("brian2", 5.0, session="old"), run("c", 1.0, item=CUBA))
    other = results(run("eqneuro", 2.0, session="there"), run("brian2", 8.0, session="there"))
    assert mine.adopt(other, [COBA, CUBA]) == [COBA]
    assert {one["session"] for one in mine.of(COBA)} == {"there"}
    assert len(mine.of(CUBA)) == 1
    assert "there" in mine.sessions
    ratio = mine.ratio(COBA, "brian2", "simulate")
    assert ratio is not None
    assert ratio.values == (4.0,)


def test_runs_are_slow_where_their_core_made_less_than_the_best_of_their_session() -> None:
    clocks = {"eqneuro": [3.0, 2.9], "brian2": [2.9, 2.0]}
    held = results(*(run(name, 1.0, clock=clock) for name, clock in clocks.items()), run("c", 1.0, session="old"))
    assert held.disturbed(COBA) == (1, 2)
    assert held.disturbed(CUBA) is None
    assert sorted(held.clocks("now")) == [2.0, 2.9, 2.9, 3.0]


def test_a_file_holds_what_was_saved(tmp_path: Path) -> None:
    held = results(run("eqneuro", 1.0), path=tmp_path / "new" / "table.json", missing={COBA.name: {"genn": "no wheel"}})
    held.save()
    assert Results.load(held.path) == held
    assert Results.load(tmp_path / "none.json").runs == []
    assert [file.name for file in held.path.parent.iterdir()] == ["table.json"]


def found(simulator: str, *rates: float) -> list[dict[str, object]]:
    return [run(simulator, 1.0, k, found={"rate": rate}) for k, rate in enumerate(rates, 1)]


def test_rates_disagree_beyond_four_standard_errors_and_what_models_may_differ_by() -> None:
    # means 20 and 26; each variance 1 and of 3 runs: 4*sqrt(2/3) + 0.05*20 = 4.3
    [told] = disagreements(COBA, found("eqneuro", 19.0, 20.0, 21.0) + found("nest", 25.0, 26.0, 27.0))
    assert told == "nest: rate 20 and 26 differ by more than 4.3"
    assert not list(disagreements(COBA, found("eqneuro", 19.0, 20.0, 21.0) + found("nest", 23.0, 24.0, 25.0)))


def test_a_seed_counts_once_however_many_sessions_ran_it() -> None:
    again = [one | {"session": "another"} for one in found("eqneuro", 19.0, 20.0, 21.0)]
    assert of_seeds(found("eqneuro", 19.0, 20.0, 21.0) + again, "rate") == [19.0, 20.0, 21.0]
    # as above 4.3 are allowed; with six values of variance 4/5 it would be 4*sqrt(4/5/6 + 1/3) + 1 = 3.7
    runs = found("eqneuro", 19.0, 20.0, 21.0) + again + found("nest", 23.0, 24.0, 25.0)
    assert not list(disagreements(COBA, runs))
    assert list(disagreements(COBA, [*runs[:6], *found("nest", 24.5, 25.5, 26.5)]))


def test_a_seed_that_was_found_otherwise_by_another_session_has_their_mean() -> None:
    runs = [*found("eqneuro", 19.0, 20.0), run("eqneuro", 1.0, 1, session="another", found={"rate": 22.0})]
    assert of_seeds(runs, "rate") == [20.5, 20.0]
    assert of_seeds([*runs, run("eqneuro", 1.0, 3, found={"count": 5.0})], "count") == [5.0]


def test_seeds_that_repeat_are_no_third_one() -> None:
    again = [one | {"session": "another"} for one in found("nest", 40.0, 41.0)]
    assert not list(disagreements(COBA, found("eqneuro", 19.0, 20.0, 21.0) + found("nest", 40.0, 41.0) + again))


def test_rates_that_are_no_numbers_disagree() -> None:
    assert list(disagreements(COBA, found("eqneuro", *[20.0] * 3) + found("nest", *[float("nan")] * 3)))


def test_of_fewer_than_three_runs_nothing_is_said() -> None:
    assert not list(disagreements(COBA, found("eqneuro", 19.0, 20.0, 21.0) + found("nest", 40.0, 41.0)))
    assert not list(disagreements(COBA, found("nest", 1.0, 2.0, 3.0)))


@pytest.mark.parametrize(
    ("values", "shown"), [([], "–"), ([1.2345], "1.23"), ([3.0, 1.0, 2.0], "2 (1 – 3)"), ([12345.6], "12346")]
)
def test_a_spread_is_a_median_with_the_lowest_and_the_highest(values: list[float], shown: str) -> None:
    assert spread(values) == shown
