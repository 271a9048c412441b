"""The solution of a problem by SciPy: no step, no grid; threshold crossings and arrivals at their true times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from benchmarks.accuracy.problems import DURATION, SAMPLE, Problem

FUNCTIONS = {"exp": np.exp, "__builtins__": {}}


@dataclass(frozen=True)
class Solution:
    """``values`` of v at the multiples of `SAMPLE`, and the times of the spikes in ms."""

    values: NDArray[np.float64]
    spikes: NDArray[np.float64]


def solve(problem: Problem, case: str) -> Solution:
    """DOP853 with a relative tolerance of 1e-12, from one event to the next."""
    parameters, events = problem.drive(case)
    names = list(problem.rates)
    rights = [compile(text, problem.name, "eval") for text in problem.rates.values()]
    gap = compile(problem.threshold.replace(">", "-(", 1) + ")", problem.name, "eval") if problem.threshold else None
    resets = {name: compile(text, problem.name, "eval") for name, text in problem.reset.items()}
    moments = sorted({t for t, _, _ in events} | set(np.arange(SAMPLE, DURATION + 0.5 * SAMPLE, SAMPLE).tolist()))

    def value(code: Any, state: Any) -> Any:
        return eval(code, FUNCTIONS, {**parameters, **dict(zip(names, state, strict=True))})

    def crossing(_: float, state: Any) -> float:
        return float(value(gap, state))

    crossing.terminal = not problem.is_crossing  # type: ignore[attr-defined]
    crossing.direction = 1.0  # type: ignore[attr-defined]
    state = np.array([problem.initial[name] for name in names])
    now, free_from = 0.0, -np.inf
    samples: list[float] = []
    spikes: list[float] = []

    def fire(time: float) -> None:
        nonlocal state, free_from
        spikes.append(time)
        new = {name: value(code, state) for name, code in resets.items()}
        state = np.array([new.get(name, x) for name, x in zip(names, state, strict=True)])
        free_from = time + problem.refractory if problem.refractory else -np.inf

    for moment in moments:
        while now < moment:
            is_frozen = now < free_from
            stop = min(moment, free_from) if is_frozen else moment
            right = _right_side(rights, value, names, problem.frozen if is_frozen else ())
            watched = crossing if gap is not None and not is_frozen else None
            result = solve_ivp(right, (now, stop), state, method="DOP853", rtol=1e-12, atol=1e-12, events=watched)
            now, state = float(result.t[-1]), result.y[:, -1]
            found = [] if watched is None else result.t_events[0].tolist()
            spikes += found if problem.is_crossing else []
            if found and not problem.is_crossing:
                fire(now)
        if abs(moment / SAMPLE - round(moment / SAMPLE)) < 1e-9:
            samples.append(state[names.index("v")])
        for t, name, jump in events:
            if t == moment and not (name in problem.frozen and now < free_from):
                state[names.index(name)] += jump
        if gap is not None and not problem.is_crossing and now >= free_from and value(gap, state) > 0.0:
            fire(now)  # a pulse may take v over the threshold by itself
    return Solution(np.array(samples), np.array(spikes))


def _right_side(
    rights: list[Any], value: Callable[[Any, Any], Any], names: list[str], frozen: tuple[str, ...]
) -> Callable[[float, Any], list[float]]:
    def right(_: float, state: Any) -> list[float]:
        return [0.0 if name in frozen else value(code, state) for name, code in zip(names, rights, strict=True)]

    return right
