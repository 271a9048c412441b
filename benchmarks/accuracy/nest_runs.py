"""The problems on NEST; run by the interpreter of its own virtual environment.

``python nest_runs.py`` reads JSON from its standard input: the problems, the
network of rates and the steps. It prints a line of JSON for
each problem and step.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import nest
import numpy as np

NEURONS = 1000


def build(problem: dict[str, Any], case: str, dt: float, size: int) -> tuple[Any, Any]:
    nest.ResetKernel()
    nest.resolution = dt
    nest.local_num_threads = 1
    about = problem["nest"]
    parameters = {**problem["parameters"], **problem[case]}
    own = {theirs: parameters[ours] for theirs, ours in about["parameters"].items()}
    own |= {theirs: problem["initial"][ours] for ours, theirs in about["variables"].items()}
    if "t_ref" in nest.GetDefaults(about["model"]) and not problem["is_crossing"]:
        own["t_ref"] = problem["refractory"]
    cells = nest.Create(about["model"], size, params=own)
    events = problem[f"{case}_events"]
    for name, jump in sorted({(name, jump) for _, name, jump in events}):
        times = [round(t - dt, 6) for t, other, size in events if (other, size) == (name, jump)]
        source = nest.Create("spike_generator", params={"spike_times": times})
        weight = -jump if name.endswith("inh") else jump
        nest.Connect(source, cells, syn_spec={"weight": weight, "delay": dt})
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells[:1], recorder)
    return cells, recorder


def measure(problem: dict[str, Any], dt: float, sample: float, duration: float) -> dict[str, Any]:
    cells, _ = build(problem, "smooth", dt, 1)
    values = []
    for _ in range(round(duration / sample)):
        nest.Simulate(sample)
        values.append(float(np.ravel(cells.get("V_m"))[0]))
    seconds = []
    for _ in range(3):
        cells, recorder = build(problem, "spiking", dt, NEURONS)
        nest.Prepare()
        begin = time.process_time()
        nest.Run(duration)
        seconds.append(time.process_time() - begin)
        nest.Cleanup()
    spikes = [float(t) for t in recorder.get("events")["times"]]
    return dict(
        problem=problem["name"],
        method="",
        dt=dt,
        values=values,
        spikes=spikes if problem["nest"].get("has_spikes", True) else None,
        cost=1e9 * sorted(seconds)[1] / NEURONS / duration,
    )


def rates(network: dict[str, Any], dt: float) -> dict[str, Any]:
    """The network of rate neurons, coupled without delay: NEST iterates waveforms until they agree."""
    nest.ResetKernel()
    nest.resolution = dt
    nest.local_num_threads = 1
    size, start = len(network["start"]), network["start"]
    own = dict(tau=network["tau"], mu=0.0, sigma=0.0, linear_summation=False)
    cells = nest.Create("tanh_rate_ipn", size, params={**own, "lambda": 1.0})
    cells.set(rate=start)
    synapse = {"synapse_model": "rate_connection_instantaneous", "weight": np.array(network["weights"])}
    nest.Connect(cells, cells, "all_to_all", synapse)
    values, seconds = [], []
    for _ in range(round(network["length"] / network["sample"])):
        nest.Simulate(network["sample"])
        values.append(float(np.ravel(cells[:1].get("rate"))[0]))
    for _ in range(3):
        begin = time.process_time()
        nest.Simulate(network["length"])
        seconds.append(time.process_time() - begin)
    cost = 1e9 * sorted(seconds)[1] / size / network["length"]
    return dict(problem=network["name"], method="", dt=dt, values=values, spikes=None, cost=cost)


def main() -> None:
    task = json.load(sys.stdin)
    nest.verbosity = nest.VerbosityLevel.ERROR
    for problem in task["problems"]:
        for dt in task["steps"]:
            print("RESULT " + json.dumps(measure(problem, dt, task["sample"], task["duration"])), flush=True)
    for dt in task["steps"]:
        print("RESULT " + json.dumps(rates(task["rates"], dt)), flush=True)


main()
