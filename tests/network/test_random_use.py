"""Any order of setting, writing, running, reading and resetting gives what numpy gives."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import eqneuro as ann

SIZE = 5
MODEL = ann.Neuron(
    parameters="inc = 1.0\ngain = 1.0 : population",
    equations="v = v + inc : init=0.0\nw = w + gain * inc : init=0.0\nr = v",
)
NUMBERS = st.integers(-8, 8).map(float)
ARRAYS = st.lists(NUMBERS, min_size=SIZE, max_size=SIZE).map(np.array)
PLACES = st.integers(0, SIZE - 1)
DELAY = 3


class Use(RuleBasedStateMachine):
    """A population, what a second one receives of it with a delay, and the same in numpy."""

    @initialize(threads=st.integers(1, 2))
    def begin(self, threads: int) -> None:
        self.net = ann.Network(dt=0.5, seed=1, num_threads=threads)
        self.population = self.net.create(SIZE, MODEL)
        self.post = self.net.create(SIZE, ann.Neuron(equations="r = sum(exc)"))
        self.net.connect(self.population, self.post, "exc").one_to_one(2.0, delays=0.5 * DELAY)
        self.monitor = self.net.monitor(self.population, ["v", "gain"])
        self.held = self.population.inc, self.population.v
        self.state: dict[str, Any] = dict(inc=np.ones(SIZE), gain=np.ones(SIZE), v=np.zeros(SIZE), w=np.zeros(SIZE))
        self.first: dict[str, Any] | None = None
        self.past: list[np.ndarray] = []
        self.rows: list[np.ndarray] = []
        self.gains: list[np.ndarray] = []
        self.received = np.zeros(SIZE)
        self.step = 0

    @rule(name=st.sampled_from(["inc", "gain", "v", "w"]), value=NUMBERS | ARRAYS)
    def assign(self, name: str, value: Any) -> None:
        self.population.set({name: value})
        self.state[name] = np.broadcast_to(value, SIZE).copy()

    @rule(which=st.integers(0, 1), place=PLACES, value=NUMBERS)
    def write_in_place(self, which: int, place: int, value: float) -> None:
        self.held[which][place] = value
        self.state["inc" if which == 0 else "v"][place] = value

    @rule(name=st.sampled_from(["inc", "gain", "v"]), first=PLACES, value=NUMBERS)
    def assign_to_a_view(self, name: str, first: int, value: float) -> None:
        setattr(self.population[first:], name, value)
        self.state[name][first:] = value

    @rule(steps=st.integers(0, 7))
    def run(self, steps: int) -> None:
        self.net.simulate(0.5 * steps)
        if self.first is None:
            self.first = {name: values.copy() for name, values in self.state.items()}
        state = self.state
        for _ in range(steps):
            if not self.past:
                self.past = [state["r"].copy() if "r" in state else np.zeros(SIZE)] * DELAY
            self.received = 2.0 * self.past[-DELAY]
            state["v"] = state["v"] + state["inc"]
            state["w"] = state["w"] + state["gain"] * state["inc"]
            self.past.append(state["v"].copy())
            self.rows.append(state["v"].copy())
            self.gains.append(state["gain"].copy())
            self.step += 1

    @rule()
    def compile(self) -> None:
        self.net.compile()
        if self.first is None:
            self.first = {name: values.copy() for name, values in self.state.items()}

    @rule(threads=st.integers(1, 3))
    def change_threads(self, threads: int) -> None:
        self.net.config(num_threads=threads)

    @rule()
    def add_a_population(self) -> None:
        self.net.create(2, MODEL)

    @rule(keep=st.booleans())
    def read(self, keep: bool) -> None:
        data = self.monitor.get(keep=keep)
        np.testing.assert_array_equal(data["v"], np.array(self.rows).reshape(-1, SIZE))
        gains = np.array(self.gains).reshape(-1, SIZE)
        np.testing.assert_array_equal(data["gain"], gains if data["gain"].ndim == 2 else gains[:, 0])
        if not keep:
            self.rows, self.gains = [], []

    @rule()
    def reset(self) -> None:
        self.net.reset()
        if self.first is not None:
            self.state = {name: values.copy() for name, values in self.first.items()}
        self.past, self.rows, self.gains, self.step = [], [], [], 0

    @invariant()
    def everything_agrees(self) -> None:
        if not hasattr(self, "net"):
            return
        for name, values in self.state.items():
            np.testing.assert_array_equal(np.broadcast_to(self.population.get(name), SIZE), values, err_msg=name)
        np.testing.assert_array_equal(self.held[0], self.state["inc"])
        np.testing.assert_array_equal(self.held[1], self.state["v"])
        assert self.net.current_step == self.step
        if self.past:
            np.testing.assert_array_equal(self.post.r, self.received)


TestUse = Use.TestCase
TestUse.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
