"""Ctrl-C and exceptions in callbacks leave a state from which the run goes on as if nothing had been."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import numpy as np
import pytest

import eqneuro as ann


def noisy_network(threads: int = 1) -> tuple[ann.Network, Any, Any]:
    net = ann.Network(dt=0.1, seed=4, num_threads=threads)
    cells = net.create(
        300,
        ann.Neuron(
            equations="10.0*dv/dt = -v + 1.2 + g_exc + Normal(0.0, 0.5) : init=0.0", spike="v > 1.0", reset="v = 0.0"
        ),
    )
    net.connect(cells, cells, "exc").fixed_probability(0.1, ann.Uniform(0.0, 0.1), ann.Uniform(0.1, 5.0))
    return net, cells, net.monitor(cells[:3], "v", period=1.0)


def interrupted(run: Any, after: float) -> None:
    """Runs until SIGINT comes in the middle."""

    def send() -> None:
        time.sleep(after)
        os.kill(os.getpid(), signal.SIGINT)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            run()
    finally:
        sender.join()


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupted_run_goes_on_bit_for_bit(threads: int) -> None:
    net, cells, recorded = noisy_network(threads)
    net.compile()
    interrupted(lambda: net.simulate(1e7), after=0.1)
    steps = net.current_step
    assert 0 < steps < 1e8
    net.simulate(5.0)

    straight, twin, monitor = noisy_network(threads)
    straight.simulate((steps + 50) * 0.1)
    np.testing.assert_array_equal(cells.v, twin.v)
    np.testing.assert_array_equal(recorded.get("v"), monitor.get("v"))


def test_a_network_answers_although_a_smaller_one_of_the_same_code_ran_before() -> None:
    """Steps of the small network are so short that millions of them would fit between two looks at the signals."""
    model = ann.Neuron(equations="dv/dt = sin(v) + cos(t*v) : init=0.1\nr = v")
    small, large = ann.Network(dt=0.1), ann.Network(dt=0.1)
    small.create(1, model)
    large.create(200_000, model)
    small.simulate(200_000.0)
    large.compile()
    assert small._runner.engine.slice_steps > 10_000, "the small one looks seldom"
    interrupted(lambda: large.simulate(1e6), after=0.3)
    assert 0 < large.current_step < 1_000_000


def test_an_interrupt_in_a_callback_leaves_the_steps_before_it() -> None:
    net = ann.Network()
    population = net.create(1, ann.Neuron(equations="v = v + 1.0 : init=0.0"))

    @ann.every(network=net, period=5.0)
    def stop(n: int) -> None:
        if n == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        net.simulate(100.0)
    assert (net.current_step, population.v[0]) == (10, 10.0)


def test_an_exception_in_a_callback_leaves_the_steps_before_it_and_the_run_can_go_on() -> None:
    net, cells, _ = noisy_network()

    @ann.every(network=net, period=2.0)
    def fail(n: int) -> None:
        if n == 3 and net.time < 7.0:
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        net.simulate(20.0)
    assert net.current_step == 60
    net.clear_all_callbacks()
    net.simulate(4.0)
    straight, twin, _ = noisy_network()
    straight.simulate(10.0)
    np.testing.assert_array_equal(cells.v, twin.v)


def test_simulate_within_a_callback_is_refused() -> None:
    net = ann.Network()
    net.create(1, ann.Neuron(equations="r = t"))
    ann.every(network=net, period=1.0)(lambda n: net.simulate(1.0))
    with pytest.raises(RuntimeError, match="callback"):
        net.simulate(3.0)
    net.clear_all_callbacks()
    net.simulate(3.0)
    assert net.current_step == 3


def test_a_network_that_runs_in_another_thread_can_not_be_run() -> None:
    net, _, _ = noisy_network()
    net.compile()
    started, done = threading.Event(), threading.Event()

    @ann.every(network=net, period=50.0)
    def tell(n: int) -> None:
        started.set()
        if done.is_set():
            raise StopIteration

    def run() -> None:
        with pytest.raises(StopIteration):
            net.simulate(1e9)

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    try:
        with pytest.raises(RuntimeError, match=r"runs already|while the network runs"):
            net.simulate(1.0)
    finally:
        done.set()
        thread.join()


def test_two_networks_run_side_by_side_in_threads() -> None:
    networks = [noisy_network() for _ in range(3)]
    for net, *_ in networks:
        net.compile()
    threads = [threading.Thread(target=net.simulate, args=(50.0,)) for net, *_ in networks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _, cells, _ in networks[1:]:
        np.testing.assert_array_equal(cells.v, networks[0][1].v)
