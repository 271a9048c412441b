"""`Network.profile`: what is attributed, counted and summed; times themselves are not looked at."""

from __future__ import annotations

import json
import os
import signal
import threading
from typing import Any

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.network.profile import Profile
from eqneuro.network.profile_notes import PHASES
from eqneuro.network.profile_picture import LEAST, SHOWN

CELL = ann.Neuron(
    parameters="tau = 10.0; drive = 1.2",
    equations="""
        tau*dv/dt = drive - v + g_exc + 0.3*xi : init=0.0
        5.0*dg_exc/dt = -g_exc
    """,
    spike="v > 1.0",
    reset="v = 0.0",
    refractory=2.0,
)
RATE = ann.Neuron(equations="10.0*dr/dt + r = 1.0 + sum(exc) : init=0.0", parameters="")
LEARNING = ann.Synapse(
    parameters="tau = 20.0",
    equations="tau*dx/dt = -x : event-driven\ntau*dy/dt = -y : event-driven",
    pre_spike="g_target += w\nx += 1.0\nw = clip(w - 0.001*y, 0.0, 1.0)",
    post_spike="y += 1.0\nw = clip(w + 0.001*x, 0.0, 1.0)",
)
SIZE = 600  # three blocks of neurons
STEPS = 200


def network(threads: int = 1, **settings: Any) -> tuple[ann.Network, dict[str, Any]]:
    """Spikes with one delay and with several, plasticity of both kinds, rates, inputs, recordings."""
    net = ann.Network(dt=0.5, seed=3, num_threads=threads, **settings)
    cells = net.create(SIZE, CELL, name="cells")
    noise = net.create(ann.PoissonPopulation(300, rates=50.0), name="noise")
    rates = net.create(40, RATE, name="rates")
    found = {
        "cells": cells,
        "noise": noise,
        "rates": rates,
        "input": net.connect(noise, cells, "exc", name="input").fixed_probability(0.1, 0.1),
        "late": net.connect(cells, cells, "exc", name="late").fixed_probability(0.05, 0.01, ann.Uniform(0.5, 4.0)),
        "stdp": net.connect(cells, cells, "exc", LEARNING, name="stdp").fixed_number_pre(7, ann.Uniform(0.0, 0.1)),
        "hebb": net.connect(rates, rates, "exc", ann.Hebb(eta=1e-7), name="hebb").all_to_all(0.001),
    }
    found["spikes"] = net.monitor(cells, "spike", name="spikes")
    found["sources"] = net.monitor(noise, "spike", name="sources")
    found["v"] = net.monitor(cells, "v", period=1.5, name="voltages")
    return net, found


def counted(spikes: dict[int, list[int]], steps: range) -> np.ndarray[Any, np.dtype[np.int64]]:
    """How often each neuron spiked in some steps."""
    return np.array([sum(step in steps for step in spikes.get(k, [])) for k in range(max(spikes, default=-1) + 1)])


@pytest.fixture
def all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQNEURO_FIXED_THREADS", "1")


@pytest.fixture(scope="module", params=[1, 2, 3])
def profiled(request: pytest.FixtureRequest) -> tuple[Profile, dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EQNEURO_FIXED_THREADS", "1")
        net, found = network(request.param)
        return net.profile(STEPS * net.dt, every=1), found


# -- sums -----------------------------------------------------------------------------------------------------------


def test_phases_rows_and_shares_sum_to_the_whole(profiled: tuple[Profile, Any]) -> None:
    profile, _ = profiled
    assert profile.seconds > 0.0
    assert set(profile.phases) == set(PHASES)
    np.testing.assert_allclose(sum(profile.phases.values()), profile.seconds, rtol=1e-9)
    np.testing.assert_allclose(sum(row.seconds for row in profile.rows), profile.seconds, rtol=1e-9)
    np.testing.assert_allclose(sum(row.share for row in profile.rows), 1.0, rtol=1e-9)


def test_each_thread_is_busy_or_waits_while_steps_run(profiled: tuple[Profile, Any]) -> None:
    profile, _ = profiled
    outside = profile.of("other", "runs", "before and after their steps").seconds
    for thread in profile.threads:
        assert min(thread.busy, thread.waiting, thread.unused) >= 0.0
        np.testing.assert_allclose(thread.busy + thread.waiting + thread.unused, profile.seconds - outside, rtol=1e-6)
    assert all(thread.busy > 0.0 for thread in profile.threads)


def test_every_step_is_timed_where_it_is_asked_for(profiled: tuple[Profile, Any]) -> None:
    profile, _ = profiled
    assert (profile.steps, profile.timed_steps) == (STEPS, STEPS)


# -- counts ---------------------------------------------------------------------------------------------------------


def test_neurons_are_counted_once_a_step(profiled: tuple[Profile, Any]) -> None:
    profile, _ = profiled
    assert profile.of("update", "cells").count == SIZE * STEPS
    assert profile.of("update", "rates").count == 40 * STEPS


def test_events_are_spikes_times_synapses(profiled: tuple[Profile, Any]) -> None:
    profile, found = profiled
    spikes = found["sources"].get("spike", keep=True)
    targets = np.bincount(found["input"]._built.pre_ranks, minlength=300)
    times = counted(spikes, range(STEPS - 1))  # those of the last step arrive after it
    assert profile.of("delivery", "input").count == times @ targets[: len(times)] > 0


def test_events_of_many_delays_are_counted_when_they_arrive(profiled: tuple[Profile, Any]) -> None:
    profile, found = profiled
    late, spikes = found["late"], found["spikes"].get("spike", keep=True)
    delays = late._delay if isinstance(late._delay, np.ndarray) else late._delay.steps
    sources = late._built.pre_ranks
    arrived = sum(int(np.sum(delays[sources == rank] + step < STEPS)) for rank in spikes for step in spikes[rank])
    assert profile.of("delivery", "late").count == arrived > 0


def test_plastic_events_are_counted_on_both_sides(profiled: tuple[Profile, Any]) -> None:
    profile, found = profiled
    spikes, built = found["spikes"].get("spike", keep=True), found["stdp"]._built
    before, whole = counted(spikes, range(STEPS - 1)), counted(spikes, range(STEPS))
    assert profile.of("delivery", "stdp").count == before @ np.bincount(built.pre_ranks, minlength=SIZE)[: len(before)]
    assert profile.of("plasticity", "stdp", "post_spike").count == 7 * whole.sum() > 0


def test_synapses_of_rates_are_counted_in_each_step(profiled: tuple[Profile, Any]) -> None:
    profile, _ = profiled
    assert profile.of("delivery", "hebb").count == 40 * 39 * STEPS
    assert profile.of("plasticity", "hebb", "equations").count == 40 * 39 * STEPS


def test_learning_with_a_period_is_counted_when_it_happens() -> None:
    net, found = network()
    found["hebb"].enable_learning(period=2.0, offset=0.5)
    profile = net.profile(STEPS * net.dt, every=1)
    steps = len(range(1, STEPS, 4))  # from 0.5 ms on, every 2 ms, of 0.5 ms each
    assert profile.of("plasticity", "hebb", "equations").count == 40 * 39 * steps


def test_recordings_are_counted_by_values_and_spikes(profiled: tuple[Profile, Any]) -> None:
    profile, found = profiled
    rows = len(found["v"].get("v", keep=True))
    assert profile.of("recording", "voltages", "v").count == rows * SIZE > 0
    spikes = sum(map(len, found["spikes"].get("spike", keep=True).values()))
    assert profile.of("recording", "spikes", "spike").count == spikes > 0
    if len(profile.threads) > 1:  # one thread alone lists them where all look for them
        assert profile.of("scan", "cells", "spikes collected").count == spikes
    else:
        with pytest.raises(KeyError, match="spikes collected"):
            profile.of("scan", "cells", "spikes collected")


def test_counts_of_a_sample_of_steps_are_those_of_all_but_for_chance() -> None:
    net, found = network()
    profile = net.profile(4000 * net.dt, every=4)
    assert 900 < profile.timed_steps <= 1000  # but for those in which something else had the processor
    spikes = sum(map(len, found["sources"].get("spike").values()))
    share = profile.of("recording", "sources", "spike").count / spikes
    per_step = spikes / 4000  # Poisson: the mean of 1,000 of the steps is off by this much
    assert abs(share - 1.0) < 5.0 * np.sqrt(per_step / 1000) / per_step
    assert profile.of("update", "cells").count == SIZE * 4000


def test_what_recordings_hold_is_not_drawn() -> None:
    net, found = network()
    profile = net.profile(4000 * net.dt, every=50)
    spikes = sum(map(len, found["sources"].get("spike").values()))
    assert profile.of("recording", "sources", "spike").count == spikes > 0
    row = profile.of("recording", "voltages", "v")
    assert row.count == len(found["v"].get("v")) * SIZE > 0
    assert row.count_error == 0.0


def test_what_happens_in_the_first_step_stands_for_that_step_alone() -> None:
    net, found = network()
    found["hebb"].enable_learning(period=1000.0)
    profile = net.profile(20_000 * net.dt)
    assert profile.timed_steps < 10_000
    assert profile.of("plasticity", "hebb", "equations").count < 10 * 40 * 39 * 10  # it happens ten times


def test_counts_are_as_far_off_as_their_errors_say() -> None:
    away = []
    for seed in range(1, 41):
        net = ann.Network(dt=0.5, seed=seed)
        noise = net.create(ann.PoissonPopulation(100, rates=20.0), name="noise")
        cells = net.create(50, CELL, name="cells")
        net.connect(noise, cells, "exc", name="input").fixed_number_post(20, 0.01)
        spikes = net.monitor(noise, "spike")
        row = net.profile(2000 * net.dt, every=10).of("delivery", "input")
        true = 20 * sum(step < 1999 for train in spikes.get("spike").values() for step in train)
        assert row.count_error > 0.0
        away.append((row.count - true) / row.count_error)
    assert abs(np.mean(away)) < 4.0 / np.sqrt(40.0)
    assert 0.6 < np.std(away) < 1.5  # four standard errors around 1


@pytest.mark.parametrize(("size", "steps"), [(1, 200_000), (100, 50_000), (2_000, 10_000)])
def test_stamps_and_counting_take_less_than_a_percent(size: int, steps: int) -> None:
    """By their number and by what each was measured to cost, however disturbed the run is."""
    net = ann.Network(dt=0.1, seed=1)
    cells = net.create(size, CELL)
    net.connect(cells, cells, "exc").fixed_number_pre(min(size, 50), 0.01, allow_self_connections=True)
    net.simulate(1.0)
    profile = net.profile(steps * net.dt)
    assert profile.timed_steps >= 20
    assert 0.0 < profile.own_seconds < 0.01 * profile.seconds
    dear = net.profile(steps * net.dt / 10.0, every=1)  # where all steps are timed, it does not hold
    assert size > 100 or dear.own_seconds > 0.01 * dear.seconds


def test_errors_are_those_of_a_sample() -> None:
    net, _ = network()
    whole, part = net.profile(1000 * net.dt, every=1), net.profile(1000 * net.dt, every=20)
    assert all(row.seconds_error == row.count_error == 0.0 for row in whole.rows)
    row = part.of("update", "cells")
    assert 0.0 < row.seconds_error < row.seconds
    assert row.count_error == 0.0  # neurons are as many in each step
    assert "±" in str(part)
    assert "±" not in str(whole)


def test_bytes_of_an_update_are_those_of_its_arrays(profiled: tuple[Profile, Any]) -> None:
    profile, _ = profiled
    padded = -(-SIZE // 16) * 16
    row = profile.of("update", "cells")
    per_step = row.bytes / STEPS / padded
    # v and g_exc are read and written, the tick up to which a neuron is refractory is read
    assert per_step >= 8 * (2 + 2)
    assert per_step == int(per_step)


# -- the same run ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("every", [None, 1, 3])
@pytest.mark.usefixtures("all_threads")
def test_a_profile_changes_no_bit(threads: int, every: int | None) -> None:
    def states(net: ann.Network, found: dict[str, Any]) -> list[Any]:
        values = [found["cells"].v, found["rates"].r, found["stdp"].w, found["hebb"].w, found["v"].get("v")]
        return [*(np.array(value) for value in values), found["spikes"].get("spike"), found["sources"].get("spike")]

    plain, other = network(), network(threads)
    plain[0].simulate(50.0)
    with other[0].profile(every=every):
        other[0].simulate(20.0)
        other[0].simulate(10.0)
    other[0].simulate(20.0)
    for one, two in zip(states(*plain), states(*other), strict=True):
        assert one == two if isinstance(one, dict) else np.array_equal(one, two)


def test_runs_outside_of_the_context_are_not_measured() -> None:
    net, _ = network()
    net.simulate(5.0)
    with net.profile(every=1) as profile:
        net.simulate(10.0)
        net.step()
        assert profile.steps == 21
    net.simulate(5.0)
    assert profile.steps == 21
    assert profile.of("update", "cells").count == 21 * SIZE


def test_one_profile_spans_changes_of_the_network() -> None:
    net, _ = network()
    with net.profile(every=1) as profile:
        net.simulate(10.0)
        more = net.create(10, CELL, name="more")
        net.monitor(more, "v")
        net.simulate(10.0)
    assert profile.of("update", "cells").count == 40 * SIZE
    assert profile.of("update", "more").count == 20 * 10
    np.testing.assert_allclose(sum(profile.phases.values()), profile.seconds, rtol=1e-9)


def test_copies_made_inside_of_the_context_are_not_measured() -> None:
    net, _ = network()
    with net.profile(every=1) as profile:
        net.simulate(10.0)
        net.copy().simulate(10.0)
    assert profile.steps == 20


def test_an_interrupted_run_leaves_a_profile_of_what_was_done() -> None:
    net = ann.Network(dt=0.5, seed=3)
    net.create(SIZE, CELL, name="cells")
    net.compile()
    killer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt), net.profile() as profile:  # noqa: PT012
        killer.start()
        net.simulate(1e8)
    assert 0 < profile.steps == net.current_step < 2e8
    assert profile.of("update", "cells").count == profile.steps * SIZE
    np.testing.assert_allclose(sum(profile.phases.values()), profile.seconds, rtol=1e-9)
    net.simulate(1.0)
    assert profile.steps == net.current_step - 2


def test_a_stopped_run_counts_its_steps() -> None:
    net = ann.Network(dt=1.0, seed=1)
    counter = ann.Neuron(equations="v = v + 1.0 : init=0.0", parameters="")
    cells = net.create(3, counter, stop_condition="v >= 5.0", name="cells")
    with net.profile(every=1) as profile:
        net.simulate_until(100.0, cells)
    assert profile.steps == 5
    assert profile.of("other", "cells", "stop condition").count == 15


# -- what can't be --------------------------------------------------------------------------------------------------


def test_the_reference_backend_says_that_it_has_no_profile() -> None:
    net, _ = network()
    net.compile(backend="reference")
    with pytest.raises(NotImplementedError, match="reference backend has no profile"):
        net.profile()
    other, _ = network()
    with pytest.raises(NotImplementedError, match="reference backend has no profile"), other.profile():
        other.compile(backend="reference")


def test_a_profile_within_another_measures_its_own_part_of_it() -> None:
    net, _ = network()
    with net.profile(every=1) as outer:
        net.simulate(10.0)
        with net.profile(every=1) as inner:
            net.simulate(5.0)
        net.simulate(10.0)
    assert (inner.steps, outer.steps) == (10, 50)
    assert inner.of("update", "cells").count == 10 * SIZE
    assert outer.of("update", "cells").count == 50 * SIZE
    assert outer.seconds > inner.seconds > 0.0
    np.testing.assert_allclose(sum(outer.phases.values()), outer.seconds, rtol=1e-9)
    assert net.profile(1.0).steps == 2


def test_a_profile_that_is_opened_again_within_another_gives_it_what_is_new() -> None:
    net, _ = network()
    again = net.profile(every=1)
    with again:
        net.simulate(5.0)
    with net.profile(every=1) as outer:
        for _ in range(2):
            with again:
                net.simulate(10.0)
                assert again.steps >= 30
    assert (again.steps, outer.steps) == (50, 40)
    assert outer.of("update", "cells").count == 40 * SIZE
    assert again.of("update", "cells").count == 50 * SIZE
    assert 0.0 < outer.seconds < again.seconds


def test_a_profile_is_not_opened_twice_at_a_time() -> None:
    net, _ = network()
    with net.profile() as profile, net.profile(), pytest.raises(RuntimeError, match="profiled already"), profile:
        pass
    assert net.profile(1.0).steps == 2


@pytest.mark.parametrize("every", [0, -1, 1.5, True])
def test_every_is_a_positive_whole_number(every: Any) -> None:
    net, _ = network()
    with pytest.raises(ValueError, match="positive whole number"):
        net.profile(every=every)


def test_a_kernel_that_is_not_there_is_told(profiled: tuple[Profile, Any]) -> None:
    with pytest.raises(KeyError, match=r"no kernel of 'nobody' in phase 'update'; there are: .*'update', 'cells'"):
        profiled[0].of("update", "nobody")


# -- faces ----------------------------------------------------------------------------------------------------------


def test_text_names_all_objects_and_the_machine(profiled: tuple[Profile, Any]) -> None:
    text = str(profiled[0])
    for name in (
        "cells",
        "noise",
        "rates",
        "input",
        "late",
        "stdp: post_spike",
        "hebb",
        "voltages: v",
        "GB/s from memory",
    ):
        assert name in text
    assert text.splitlines()[0].startswith(f"{STEPS} steps in ")
    assert ("thread 1: busy" in text) == (len(profiled[0].threads) > 1)


def test_html_holds_a_table(profiled: tuple[Profile, Any]) -> None:
    page = profiled[0]._repr_html_()
    assert page.count("<table>") == page.count("</table>") == 1
    assert "stdp: post_spike" in page


def test_dict_is_plain_and_complete(profiled: tuple[Profile, Any]) -> None:
    found = json.loads(json.dumps(profiled[0].to_dict()))
    assert found["steps"] == STEPS
    assert len(found["rows"]) == len(profiled[0].rows)
    assert len(found["threads"]) == len(profiled[0].threads)
    assert found["memory_bandwidth"] > 1e8


def test_picture_shows_phases_kernels_and_threads(profiled: tuple[Profile, Any], tmp_path: Any) -> None:
    profile, _ = profiled
    figure = profile.plot(tmp_path / "profile.png")
    assert (tmp_path / "profile.png").stat().st_size > 10_000
    assert len(figure.axes) == (3 if len(profile.threads) > 1 else 2)
    labels = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    longest = sorted((row for row in profile.rows if row.share >= LEAST), key=lambda row: -row.seconds)[:SHOWN]
    assert len(labels) == len(longest) > 3
    assert all(row.name in "\n".join(labels) for row in longest)


def test_profile_of_nothing_says_so() -> None:
    net, _ = network()
    profile = net.profile()
    assert str(profile) == "profile: no steps were run yet"
    assert profile.rows == ()
