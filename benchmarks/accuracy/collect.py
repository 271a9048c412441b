"""All runs of all simulators, compared with the exact solutions."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.accuracy import eqneuro_runs, rate_network
from benchmarks.accuracy.exact_solution import solve
from benchmarks.accuracy.measured import Accuracy, Run, compare
from benchmarks.accuracy.problems import DURATION, PROBLEMS, SAMPLE, STEPS

TIMED = 0.1
"""The step in ms at which Brian2 is timed: its cost is that of a step, whatever its length."""
HERE = Path(__file__).parent
Results = dict[str, list[Accuracy]]


def collect(folder: Path | None) -> Results:
    """For each problem what every simulator, method and step gave."""
    solutions = {p.name: (solve(p, "smooth"), solve(p, "spiking")) for p in PROBLEMS}
    solutions[rate_network.NAME] = (rate_network.solve(), rate_network.solve())
    runs: list[tuple[str, Run]] = list(_own())
    if folder:
        runs += [*_brian2(folder), *_nest(folder)]
    results: Results = {name: [] for name in solutions}
    for name, run in runs:
        results[name].append(compare(run, *solutions[name]))
    return results


def _own() -> Iterator[tuple[str, Run]]:
    for problem in PROBLEMS:
        for method in problem.methods:
            print(f"eqneuro, {problem.name}, {method} …", file=sys.stderr)
            for dt in STEPS:
                yield problem.name, eqneuro_runs.run(problem, method, dt)
        for method in problem.within:
            for dt in STEPS:
                yield problem.name, eqneuro_runs.run(problem, method, dt, within=True)
    for method in rate_network.METHODS:
        for dt in STEPS:
            yield rate_network.NAME, rate_network.run(method, dt)


def _task() -> str:
    task = dict(
        problems=[problem.to_record() for problem in PROBLEMS], rates=rate_network.to_record(), steps=STEPS,
        sample=SAMPLE, duration=DURATION, timed=TIMED,
    )  # fmt: skip
    return json.dumps(task)


def _answers(peer: str, folder: Path, *arguments: str) -> list[dict[str, Any]]:
    print(f"{peer} …", file=sys.stderr)
    command = [str(peers.interpreter(peer, folder)), str(HERE / f"{peer}_runs.py"), *arguments]
    with (folder / f"accuracy-{peer}.log").open("w") as log:
        done = subprocess.run(command, input=_task(), stdout=subprocess.PIPE, stderr=log, text=True, check=True)
    lines = [line.removeprefix("RESULT ") for line in done.stdout.splitlines()]
    return [json.loads(line) for line in lines if line.startswith("{")]


def _brian2(folder: Path) -> Iterable[tuple[str, Run]]:
    answers = _answers("brian2", folder, str(folder / "brian2-accuracy"))
    costs = {(a["problem"], a["method"]): a["cost"] for a in answers if "cost" in a}
    for a in answers:
        if "values" in a:
            cost = costs[a["problem"], a["method"]] * TIMED / a["dt"]
            yield a["problem"], Run("Brian2", a["method"], a["dt"], tuple(a["values"]), _times(a), cost)


def _nest(folder: Path) -> Iterable[tuple[str, Run]]:
    for a in _answers("nest", folder):
        yield a["problem"], Run("NEST", "", a["dt"], tuple(a["values"]), _times(a), a["cost"])


def _times(answer: dict[str, Any]) -> tuple[float, ...] | None:
    return None if answer["spikes"] is None else tuple(answer["spikes"])


def curves(results: Iterable[Accuracy]) -> dict[str, list[Accuracy]]:
    """The runs by simulator and method, the largest step first."""
    table: dict[str, list[Accuracy]] = {}
    for result in sorted(results, key=lambda a: -a.run.dt):
        table.setdefault(result.run.label, []).append(result)
    return table


def holds(value: float) -> bool:
    """Whether there is a value to draw."""
    return math.isfinite(value) and value > 0.0
