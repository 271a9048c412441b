"""Fewer threads run a network where they are faster, and no bit of the results depends on it."""

from __future__ import annotations

import multiprocessing
import threading
from typing import Any

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.engine.threads import FIXED, LONG_STEP, WORTH_DIVIDING, FixedThreads, ThreadChoice, thread_choice


def run_on(choice: ThreadChoice, cost: dict[int, float], seconds: float) -> dict[int, float]:
    """A network whose steps take ``cost[threads]`` runs so long; gives the time spent on each number of threads."""
    spent: dict[int, float] = {}
    length = 1
    while sum(spent.values()) < seconds:
        threads, steps = choice.plan(length)
        took = steps * cost[threads]
        spent[threads] = spent.get(threads, 0.0) + took
        choice.learn(threads, steps, took)
        length = max(1, min(8 * length, int(0.01 / cost[threads])))
    return spent


def test_small_networks_stay_on_one_thread_in_one_range():
    choice = ThreadChoice(2)
    spent = run_on(choice, {1: 1e-6, 2: 4e-6}, seconds=10.0)
    assert choice.used == choice.ranges == 1
    assert set(spent) == {1}
    assert choice.seconds == pytest.approx({1: 1e-6})


def test_where_more_threads_lose_next_to_nothing_is_lost():
    choice = ThreadChoice(2)
    spent = run_on(choice, {1: 1e-5, 2: 1.2e-5}, seconds=9.95)  # not while it compares
    assert choice.used == choice.ranges == 1
    lost = spent[2] * (1.0 - 1.0 / 1.2)
    assert 0.0 < lost < 0.005 * spent[1]
    assert choice.seconds == pytest.approx({1: 1e-5, 2: 1.2e-5})


@pytest.mark.parametrize("most", [2, 4])
@pytest.mark.parametrize("slower", [1.2, 3.0, 10.0])
def test_a_short_run_loses_little_where_another_program_has_the_other_core(slower, most):
    choice = ThreadChoice(most)
    spent = run_on(choice, {1: 1.2e-5} | dict.fromkeys((2, 4), slower * 1.2e-5), seconds=0.1)
    assert choice.used == 1
    lost = spent[2] * (1.0 - 1.0 / slower)
    assert 0.0 < lost < 0.03 * spent[1]
    assert spent.get(4, 0.0) == 0.0


def test_caches_that_are_cold_at_first_are_no_reason_to_give_up_more_threads():
    """The first steps of a large network take five times as long while what they work on is on another core."""
    choice, seen = ThreadChoice(2), 0
    while choice._ran < 0.3:
        threads, steps = choice.plan(20)
        cold = min(steps, max(0, 3 - seen)) if threads == 2 else 0
        seen += steps if threads == 2 else 0
        choice.learn(threads, steps, cold * 2e-3 + (steps - cold) * {1: 4e-4, 2: 2.2e-4}[threads])
    assert choice.used == 2


def test_threads_that_were_asleep_are_no_reason_to_give_them_up():
    choice, is_awake = ThreadChoice(2), False
    while sum(choice.seconds.values()) == 0.0 or choice.used == 1:
        threads, steps = choice.plan(50)
        wakes = 0.0 if threads == 1 or is_awake else 8e-5
        is_awake = threads == 2
        choice.learn(threads, steps, wakes + steps * {1: 4e-5, 2: 2.2e-5}[threads])
        assert choice._ran < 0.1
    assert choice.used == 2


def test_dividing_a_network_counts_as_lost_time():
    patient, hasty = ThreadChoice(2), ThreadChoice(2)
    divided = {patient: 0, hasty: 0}
    for choice, cost in ((patient, 1e-2), (hasty, 0.0)):
        choice.arranged(cost, is_first=True)
        before = choice.ranges
        for _ in range(4000):
            threads, steps = choice.plan(1000)
            choice.learn(threads, steps, steps * {1: 1e-5, 2: 1.2e-5}[threads])
            if choice.ranges > before:
                divided[choice] += 1
                choice.arranged(cost, is_first=False)
            before = choice.ranges
    assert 1 <= divided[patient] < divided[hasty] / 4


def test_a_network_runs_long_before_it_is_divided_for_a_trial():
    """A division takes as long as the first arrangement did, which must be little beside all that was run."""
    choice = ThreadChoice(2)
    choice.arranged(0.01, is_first=True)
    spent = 0.0
    while choice.ranges == 1:
        threads, steps = choice.plan(100)
        choice.learn(threads, steps, steps * 1e-5)
        spent += steps * 1e-5
    assert spent == pytest.approx(0.01 * WORTH_DIVIDING, rel=0.05)


def test_large_networks_get_all_threads():
    choice = ThreadChoice(4)
    spent = run_on(choice, {1: 4e-4, 2: 2e-4, 4: 1e-4}, seconds=5.0)
    assert choice.used == 4
    assert spent[1] + spent[2] < 0.12  # a dozen slices of 10 ms


def test_the_best_number_may_lie_between():
    choice = ThreadChoice(16)
    spent = run_on(choice, {1: 4e-5, 2: 2.2e-5, 4: 1.5e-5, 8: 3e-5, 16: 9e-5}, seconds=5.0)
    assert choice.used == 4
    assert spent[4] > 0.95 * sum(spent.values())


def test_a_number_that_is_no_power_of_two_is_tried_too():
    choice = ThreadChoice(3)
    run_on(choice, {1: 3e-5, 2: 1.6e-5, 3: 1.1e-5}, seconds=5.0)
    assert choice.used == 3


def test_steps_that_take_long_begin_on_all_threads():
    choice = ThreadChoice(2)
    spent = run_on(choice, {1: 100.0 * LONG_STEP, 2: 52.0 * LONG_STEP}, seconds=100.0 * LONG_STEP * 40)
    assert choice.used == 2
    assert spent[1] <= 600.0 * LONG_STEP


def test_too_many_threads_for_long_steps_are_given_up():
    choice = ThreadChoice(4)
    run_on(choice, {1: 4e-3, 2: 2e-3, 4: 8e-3}, seconds=10.0)
    assert choice.used == 2


def test_the_choice_follows_what_the_network_does():
    choice = ThreadChoice(2)
    run_on(choice, {1: 2e-6, 2: 4e-6}, seconds=2.0)
    assert choice.used == choice.ranges == 1
    run_on(choice, {1: 9e-5, 2: 5e-5}, seconds=2.0)
    assert choice.used == choice.ranges == 2
    run_on(choice, {1: 2e-6, 2: 4e-6}, seconds=2.0)
    assert choice.used == choice.ranges == 1


def test_one_thread_leaves_nothing_to_choose_and_all_threads_can_be_asked_for(monkeypatch):
    assert thread_choice(1) is None
    monkeypatch.setenv(FIXED, "1")
    assert isinstance(thread_choice(2), FixedThreads)
    monkeypatch.delenv(FIXED)
    assert type(thread_choice(2)) is ThreadChoice


def network(threads: int, size: int = 700) -> tuple[ann.Network, Any]:
    """Cells that excite each other, with noise."""
    net = ann.Network(dt=0.1, seed=3, num_threads=threads)
    cells = net.create(
        size, ann.Neuron(equations="10.0*dv/dt = 1.2 - v + g_exc + xi", spike="v > 1.0", reset="v = 0.0")
    )
    net.connect(cells, cells, "exc").fixed_probability(35.0 / size, weights=0.02)
    return net, cells


def test_numbers_that_change_during_a_run_change_no_bit():
    class Restless(ThreadChoice):
        """Another number in each slice."""

        def __init__(self) -> None:
            super().__init__(4, is_large=True)
            self.turns: list[int] = []

        def plan(self, steps: int) -> tuple[int, int]:
            self.turns.append(1 + len(self.turns) % 4)
            return self.turns[-1], min(steps, 3)

        def learn(self, threads: int, steps: int, seconds: float) -> None:
            assert steps <= 3

    plain, cells = network(1)
    plain.simulate(30.0)
    restless, others = network(4)
    restless.compile()
    restless._runner.threads = choice = Restless()
    restless.simulate(30.0)
    assert len(choice.turns) >= 100
    assert np.array_equal(cells.v, others.v)


def test_a_network_that_is_divided_and_put_together_again_keeps_its_bits():
    class Fickle(ThreadChoice):
        """Another division after every seventh slice."""

        def plan(self, steps: int) -> tuple[int, int]:
            return 1, min(steps, 5)

        def learn(self, threads: int, steps: int, seconds: float) -> None:
            self.slices = getattr(self, "slices", 0) + 1
            self.ranges = 1 + self.slices // 7 % 4

    plain, cells = network(1)
    plain.simulate(30.0)
    fickle, others = network(4)
    fickle.compile()
    fickle._runner.threads = Fickle(4)
    fickle.simulate(30.0)
    assert np.array_equal(cells.v, others.v)


def test_explain_says_how_many_threads_are_in_use_and_why(monkeypatch):
    monkeypatch.delenv(FIXED)
    net, _ = network(2, size=8000)
    net.compile()
    assert net.explain().threads_in_use is None
    assert "threads: 2 at most; as it runs, measured times" in str(net.explain())
    for _ in range(100):  # until both numbers have been measured
        net.simulate(100.0)
        if len(net._runner.threads.seconds) == 2:
            break
    found = net.explain()
    assert found.threads == 2
    assert found.threads_in_use in (1, 2)
    assert set(found.seconds_per_step) == {1, 2}
    line = next(line for line in str(found).splitlines() if line.startswith("threads:"))
    assert line.startswith(f"threads: {found.threads_in_use} of 2 in use; a step took ")
    assert "µs on 1, " in line
    assert line.endswith("µs on 2, compared in turns")
    assert found.to_dict()["threads_in_use"] == found.threads_in_use
    net.config(num_threads=1)
    assert "threads:" not in str(net.explain())


def test_explain_says_why_a_small_network_stays_on_one_thread(monkeypatch):
    monkeypatch.delenv(FIXED)
    net, _ = network(2, size=40)
    net.simulate(100.0)
    assert "threads: 1 of 2 in use; a step took " in str(net.explain())
    assert ": too short, or too few, to try more" in str(net.explain())


def state_after_fork(threads: int, queue: Any) -> None:
    net, cells = network(threads)
    net.simulate(30.0)
    queue.put(np.asarray(cells.v))


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")  # what is tested here
def test_a_forked_process_makes_threads_of_its_own():
    net, cells = network(2)
    net.simulate(30.0)  # there are threads before the fork
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=state_after_fork, args=(2, queue))
    child.start()
    found = queue.get(timeout=60)
    child.join(timeout=60)
    assert child.exitcode == 0
    assert np.array_equal(found, cells.v)


def test_networks_that_share_a_library_run_side_by_side():
    nets = [network(2) for _ in range(4)]
    for net, _ in nets:
        net.compile()
    runs = [threading.Thread(target=net.simulate, args=(200.0,)) for net, _ in nets]
    for run in runs:
        run.start()
    for run in runs:
        run.join(timeout=60)
    assert all(not run.is_alive() for run in runs)
    assert all(net.time == pytest.approx(200.0) for net, _ in nets)
    assert all(np.array_equal(nets[0][1].v, cells.v) for _, cells in nets)
