"""Many runs in processes of their own, or in executors: arguments, seeds, order, failures, interrupts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import eqneuro as ann

NOISY = ann.Neuron(parameters="inc = 1.0", equations="v = v + inc + Uniform(0.0, 1.0) : init=0.0\nr = v")


def plain(**settings: Any) -> ann.Network:
    net = ann.Network(**{"seed": 10, **settings})
    net.cells = net.create(2, NOISY)
    return net


class Built(ann.Network):
    def __init__(self, size: int, *rest: float, inc: float = 0.0) -> None:
        self.cells = self.create(size, NOISY)
        self.cells.inc = inc
        self.given = (size, rest, inc)


def run(net: Any, duration: float = 3.0) -> Any:
    net.simulate(duration)
    return net.seed, net.cells.v.tolist()


def given(net: Any, **arguments: Any) -> Any:
    return net.given, net.dt, arguments


def expected(seed: int, duration: float = 3.0) -> tuple[int, list[float]]:
    net = plain(seed=seed)
    net.simulate(duration)
    return seed, net.cells.v.tolist()


@pytest.mark.parametrize("processes", [1, 2, 5])
def test_results_come_in_order_with_the_bits_of_the_seed(processes: int) -> None:
    net = plain()
    durations = [4.0, 1.0, 3.0, 2.0]
    results = net.parallel_run(run, 4, max_processes=processes, seeds="sequential", duration=durations)
    assert results == [expected(11 + k, duration) for k, duration in enumerate(durations)]
    assert (net.time, net.cells.v.tolist()) == (0.0, [0.0, 0.0])


def test_seeds_are_the_same_sequential_listed_or_drawn() -> None:
    net = plain()
    for seeds, wanted in (("same", [10, 10, 10]), ("sequential", [11, 12, 13]), ([5, 2, 5], [5, 2, 5])):
        assert net.parallel_run(run, 3, seeds=seeds) == [expected(seed) for seed in wanted]
    assert net.parallel_run(run, 2, seed=[7, 8]) == [expected(7), expected(8)]
    drawn = [seed for seed, _ in net.parallel_run(run, 3)]
    assert len({*drawn, 10}) == 4
    assert net.parallel_run(run, 2, seeds=np.array([3, 4])) == [expected(3), expected(4)]


def test_processes_are_others_than_this_one() -> None:
    found = plain().parallel_run(lambda net: os.getpid(), 4, max_processes=2)
    assert os.getpid() not in found
    assert plain().parallel_run(lambda net: os.getpid(), 2, max_processes=1) == [os.getpid()] * 2


def test_only_a_list_holds_a_value_for_each_run() -> None:
    array = np.arange(2)
    found = Built(2).parallel_run(given, 2, a=[1, 2], b=(3, 4), c=array, d="xy", e=[[5], [6]])
    for k, (_, _, arguments) in enumerate(found):
        np.testing.assert_array_equal(arguments.pop("c"), array)
        assert arguments == {"a": k + 1, "b": (3, 4), "d": "xy", "e": [5 + k]}


def test_a_subclass_is_built_from_its_own_arguments_with_those_of_the_run_in_their_place() -> None:
    net = Built(3, 0.5, 0.25, inc=2.0, dt=0.5)
    found = net.parallel_run(given, 2, max_processes=1, inc=[4.0, 5.0])
    assert found == [((3, (0.5, 0.25), inc), 0.5, {}) for inc in (4.0, 5.0)]


class Simple(ann.Network):
    def __init__(self, size: int, inc: float = 0.0) -> None:
        self.cells = self.create(size, NOISY)
        self.given = (size, inc)


def test_a_positional_argument_of_the_original_is_replaced_by_name() -> None:
    net = Simple(3, 1.5, num_threads=2)
    assert [found[0] for found in net.parallel_run(given, 2, size=[1, 4])] == [(1, 1.5), (4, 1.5)]
    assert [found[1:] for found in net.parallel_run(given, 1, dt=0.1, label="x")] == [(0.1, {"label": "x"})]


def both(net: Any, size: int) -> Any:
    return net.cells.size, size


def test_an_argument_that_constructor_and_method_know_goes_to_both() -> None:
    assert Simple(1).parallel_run(both, 2, size=[2, 3]) == [(2, 2), (3, 3)]


def test_wrong_arguments_are_told() -> None:
    net = plain()
    with pytest.raises(TypeError, match=r"neither Network\(…\) nor run\(…\) takes an argument 'length'"):
        net.parallel_run(run, 2, length=3.0)
    with pytest.raises(
        ValueError, match=r"'duration' is a list of 3 values for 2 runs; a tuple or an array goes whole"
    ):
        net.parallel_run(run, 2, duration=[1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="'seed' is a list of 1 values for 2 runs"):
        net.parallel_run(run, 2, seeds=[1])
    for seeds in ("random", 5, [[1, 2]]):
        with pytest.raises(ValueError, match="seeds must be 'same', 'sequential' or a list of 2 numbers"):
            net.parallel_run(run, 2, seeds=seeds)
    with pytest.raises(TypeError, match="give either `seed` or `seeds`"):
        net.parallel_run(run, 2, seeds="same", seed=3)
    for number in (-1, 1.5, "2"):
        with pytest.raises(ValueError, match="number must be"):
            net.parallel_run(run, number)
    for processes in (0, -2, 1.5):
        with pytest.raises(ValueError, match="max_processes must be"):
            net.parallel_run(run, 2, max_processes=processes)
    assert net.parallel_run(run, 0) == []


class OddError(Exception):
    """It can be pickled, but not read again."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"odd {first} {second}")


def fail(net: Any, kind: str) -> Any:
    if kind == "odd":
        raise OddError(1, 2)
    if kind == "value":
        raise ValueError("no such thing")
    if kind == "exit":
        os._exit(3)
    return lambda: None if kind == "lambda" else kind


FAILURES = {
    "odd": "run 1 of parallel_run failed: OddError: odd 1 2",
    "value": "run 1 of parallel_run failed: ValueError: no such thing",
    "exit": r"run \d of parallel_run failed: its process ended",
}


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failure_is_told_with_the_number_of_its_run(kind: str) -> None:
    def method(net: Any, place: int) -> int:
        return place if place != 1 else fail(net, kind)

    with pytest.raises(RuntimeError, match=FAILURES[kind]) as caught:
        plain().parallel_run(method, 3, max_processes=2, place=[0, 1, 2])
    if kind == "value":
        assert isinstance(caught.value.__cause__, ValueError)
        assert "in fail" in "".join(caught.value.__cause__.__notes__), "where it happened in the other process"
    if kind != "exit":
        with pytest.raises(RuntimeError, match=FAILURES[kind]):
            plain().parallel_run(method, 3, max_processes=1, place=[0, 1, 2])


def test_a_result_that_can_t_travel_is_told() -> None:
    with pytest.raises(RuntimeError, match=r"run [01] .* failed: what it returns can't come back from another process"):
        plain().parallel_run(fail, 2, max_processes=2, kind="lambda")
    with pytest.raises(RuntimeError, match=r"what it returns can't come back .* net\.save\(\)"):
        plain().parallel_run(lambda net: net, 2, max_processes=2)


def test_an_executor_does_the_runs_instead() -> None:
    with ThreadPoolExecutor(2) as threads:
        assert plain().parallel_run(run, 3, seeds="sequential", executor=threads) == [
            expected(11 + k) for k in range(3)
        ]
        with pytest.raises(RuntimeError, match="run 0 of parallel_run failed: ValueError"):
            plain().parallel_run(fail, 2, executor=threads, kind="value")


def test_an_executor_of_processes_gets_classes_and_functions_by_name(tmp_path: Path) -> None:
    """In a program, where other processes find them."""
    (tmp_path / "sweeping.py").write_text(
        textwrap.dedent(
            """
            from eqneuro import Network, Neuron

            class Ramp(Network):
                def __init__(self, slope=1.0):
                    self.cells = self.create(1, Neuron(parameters="slope = 1.0", equations="v += slope"))
                    self.cells.slope = slope

            def last(net, duration):
                net.simulate(duration)
                return float(net.cells.v[0])
            """
        )
    )
    program = textwrap.dedent(
        """
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor
        from eqneuro import Network
        from sweeping import Ramp, last

        if __name__ == "__main__":
            with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
                print(Ramp().parallel_run(last, 2, executor=pool, duration=3.0, slope=[1.0, 2.0]))
                try:
                    Network().parallel_run(last, 1, executor=pool, duration=3.0)
                except RuntimeError as error:
                    print(error)
        """
    )
    (tmp_path / "main.py").write_text(program)
    done = subprocess.run(
        [sys.executable, "main.py"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == "[3.0, 6.0]"
    assert "run 0 of parallel_run failed" in second
    assert "a network can't be pickled" in second


def test_a_script_without_a_guard_runs_and_an_interrupt_ends_all_processes(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import os, sys
        from eqneuro import Network, Neuron

        net = Network()
        net.cells = net.create(1, Neuron(equations="v += 1.0"))

        def forever(net):
            os.write(1, f"{os.getpid()}\\n".encode())  # in one piece
            while True:
                net.simulate(1000.0)

        net.parallel_run(forever, 5, max_processes=2)
        """
    )
    (tmp_path / "main.py").write_text(program)
    with subprocess.Popen(
        [sys.executable, "main.py"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as p:
        assert p.stdout is not None
        try:
            workers = [int(p.stdout.readline()) for _ in range(2)]
            p.send_signal(signal.SIGINT)
            _, errors = p.communicate(timeout=60)
        finally:
            p.kill()
    assert b"KeyboardInterrupt" in errors
    assert errors.count(b"Traceback") == 1, "the other processes say nothing"
    for worker in workers:
        wait_until_gone(worker)


def wait_until_gone(process: int) -> None:
    for _ in range(1000):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise AssertionError(f"process {process} is still there")


def test_the_time_is_told_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    plain().parallel_run(run, 2, measure_time=True)
    said = capsys.readouterr()
    assert said.out.startswith("Running 2 networks took ")
    assert said.err == "", "no bar where nobody watches"
