"""The problems on Brian2; run by the interpreter of its own virtual environment.

``python brian2_runs.py FOLDER`` reads JSON from its standard input: the problems, the network of rates, the steps, the
step at which time is measured. It prints a line of JSON for each problem, method and step. The state comes from runs in
Python (numpy), the time from C++ standalone mode, which has a program of its own for each problem and method.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import brian2 as b2
import numpy as np
from brian2 import ms

NEURONS = 1000


def build(problem: dict[str, Any], case: str, method: str, size: int) -> tuple[b2.Network, b2.NeuronGroup, Any]:
    dt = float(b2.defaultclock.dt / ms)
    frozen = problem["frozen"]
    lines = [
        f"d{name}/dt = ({text})/ms : 1" + (" (unless refractory)" if name in frozen else "")
        for name, text in problem["rates"].items()
    ]
    neurons = b2.NeuronGroup(
        size,
        "\n".join(lines),
        threshold=problem["threshold"] or None,
        reset="\n".join(f"{name} = {text}" for name, text in problem["reset"].items()) or None,
        refractory=problem["threshold"] if problem["is_crossing"] else problem["refractory"] * ms,
        method=method,
        namespace={**problem["parameters"], **problem[case]},
    )
    for name, value in problem["initial"].items():
        setattr(neurons, name, value)
    monitor = b2.SpikeMonitor(neurons)
    objects = [neurons, monitor]
    events = problem[f"{case}_events"]
    for name, jump in sorted({(name, jump) for _, name, jump in events}):
        times = [t - dt for t, other, own in events if (other, own) == (name, jump)]  # arrive at the end of a step
        source = b2.SpikeGeneratorGroup(1, [0] * len(times), times * ms)
        statement = f"{name} += {jump!r}" + ("*int(not_refractory)" if name in frozen else "")
        synapses = b2.Synapses(source, neurons, on_pre=statement)
        synapses.connect()
        objects += [source, synapses]
    return b2.Network(objects), neurons, monitor


def sampled(network: b2.Network, neurons: b2.NeuronGroup, name: str, sample: float, duration: float) -> list[float]:
    """A variable of the first neuron at the multiples of a time."""
    monitor = b2.StateMonitor(neurons, name, record=[0], dt=sample * ms, when="start")
    network.add(monitor)
    network.run(duration * ms)
    return [*map(float, getattr(monitor, name)[0][1:]), float(getattr(neurons, name)[0])]


def accuracy(problem: dict[str, Any], method: str, dt: float, sample: float, duration: float) -> dict[str, Any]:
    b2.defaultclock.dt = dt * ms
    network, neurons, _ = build(problem, "smooth", method, 1)
    values = sampled(network, neurons, "v", sample, duration)
    network, _, monitor = build(problem, "spiking", method, 1)
    network.run(duration * ms)
    spikes = [float(t) + dt for t in monitor.t / ms]  # a threshold is looked at when the step is done
    return dict(problem=problem["name"], method=method, dt=dt, values=values, spikes=spikes)


def cost(
    name: str, make: Callable[[], b2.Network], method: str, dt: float, length: float, place: str
) -> dict[str, Any]:
    """CPU time in ns per neuron and ms, in C++ standalone mode."""
    b2.set_device("cpp_standalone", build_on_run=False)
    b2.defaultclock.dt = dt * ms
    network = make()
    size = next(len(o) for o in network.objects if isinstance(o, b2.NeuronGroup))
    network.run(length * ms)
    b2.device.build(directory=f"{place}/{name}-{method}", compile=True, run=False, debug=False)
    seconds = []
    for _ in range(3):
        b2.device.run(with_output=False)
        seconds.append(b2.device._last_run_time)
    b2.device.reinit()
    b2.set_device("runtime")
    return dict(problem=name, method=method, dt=dt, cost=1e9 * sorted(seconds)[1] / size / length)


def build_rates(about: dict[str, Any], method: str) -> tuple[b2.Network, b2.NeuronGroup]:
    size = len(about["start"])
    text = "dr/dt = (-r + total)/tau : 1\ntotal : 1\ny = tanh(r) : 1"
    neurons = b2.NeuronGroup(size, text, method=method, namespace=dict(tau=about["tau"] * ms))
    neurons.r = about["start"]
    synapses = b2.Synapses(neurons, neurons, "w : 1\ntotal_post = w*y_pre : 1 (summed)")
    post, pre = np.divmod(np.arange(size * size), size)
    synapses.connect(i=pre, j=post)
    synapses.w = np.ravel(about["weights"])
    return b2.Network(neurons, synapses), neurons


def rates(about: dict[str, Any], method: str, dt: float) -> dict[str, Any]:
    b2.defaultclock.dt = dt * ms
    network, neurons = build_rates(about, method)
    values = sampled(network, neurons, "r", about["sample"], about["length"])
    return dict(problem=about["name"], method=method, dt=dt, values=values, spikes=None)


def main() -> None:
    task = json.load(sys.stdin)
    b2.BrianLogger.log_level_error()
    b2.prefs.codegen.target = "numpy"
    for problem in task["problems"]:
        for method in problem["brian2"]:
            for dt in task["steps"]:
                print(json.dumps(accuracy(problem, method, dt, task["sample"], task["duration"])), flush=True)
    about = task["rates"]
    for method in about["brian2"]:
        for dt in task["steps"]:
            print(json.dumps(rates(about, method, dt)), flush=True)
    for problem in task["problems"]:
        for method in problem["brian2"]:
            make = partial(lambda *arguments: build(*arguments)[0], problem, "spiking", method, NEURONS)
            answer = cost(problem["name"], make, method, task["timed"], task["duration"], sys.argv[1])
            print(json.dumps(answer), flush=True)
    for method in about["brian2"]:
        make = partial(lambda *arguments: build_rates(*arguments)[0], about, method)
        answer = cost(about["name"], make, method, task["timed"], about["length"], sys.argv[1])
        print(json.dumps(answer), flush=True)


main()
