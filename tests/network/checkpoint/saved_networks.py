"""Networks that have much under way, by name; run as a program: loads a file, runs on, and writes what it holds.

python saved_networks.py NAME FILE DURATION THREADS RESULT
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

import eqneuro as ann

Builder = Callable[[ann.Network], None]

CELL = ann.Neuron(
    parameters=dict(tau=10.0, drive=1.1, loud=True),
    equations="""
        common = 0.9*common + 0.1*Normal(0.0, 1.0) : population, init=0.0
        count = count + 1 : int, init=0
        odd = modulo(count, 2) > 0.5 : bool
        tau*dv/dt = (drive - v + g_exc - g_inh + 0.2*common + 0.05*mean(v) + 0.1*max(v)
                     + ite(odd, 0.01, 0.0) + 0.3*Uniform(-1.0, 1.0)) : init=0.0, min=-2.0
        tau*dg_exc/dt = -g_exc
    """,
    spike="v > 1.0",
    reset="v = 0.0\ncount += 2",
    refractory=1.5,
)
RATE = ann.Neuron(
    parameters="b = 0.1",
    equations="10.0*dx/dt + x = b + sum(exc) - sum(inh) + 0.1*xi : init=0.0\nr = tanh(x - 0.1*norm2(x)/30.0)",
)
LATE = ann.Neuron(
    parameters="lag = 3.0",
    equations="5.0*dv/dt = v(t - lag) * (1.0 - v) + 0.2*Uniform(-1.0, 1.0) + sum(exc) : init=0.3\nr = v",
)


def spiking(net: ann.Network) -> None:
    """Noise, refractoriness, delays, global operations, sources of spikes, rates in a window."""
    cells = net.create(300, CELL, name="cells")
    cells.v = ann.Uniform(0.0, 1.0)
    cells.drive = ann.Normal(1.1, 0.1)
    cells.compute_firing_rate(10.0)
    noise = net.create(ann.PoissonPopulation(80, rates=30.0))
    sources = net.create(ann.SpikeSourceArray([[1.0, 5.0 + k, 30.0, 70.0 - k] for k in range(20)]))
    trains = net.create(ann.HomogeneousCorrelatedSpikeTrains(70, rates=[20.0, 50.0], corr=0.4, tau=10.0, schedule=13.0))
    net.connect(cells, cells, "exc").fixed_probability(0.05, ann.Uniform(0.0, 0.05), ann.Uniform(0.5, 6.0))
    net.connect(cells, cells, "inh").fixed_number_pre(20, 0.02, delays=2.0)
    net.connect(noise, cells, "exc").fixed_number_post(30, ann.Uniform(0.0, 0.1))
    net.connect(sources, cells[100:250], "inh").all_to_all(0.01, delays=3.0)
    net.connect(trains, cells, "exc").fixed_probability(0.1, 0.05)


def rates(net: ann.Network) -> None:
    """Rates with delays, their own past, schedules, filters."""
    late = net.create(40, LATE, name="late")
    late.lag = ann.Uniform(1.0, 6.0)
    cells = net.create((6, 10), RATE, name="cells")
    shown = net.create(ann.TimedArray(np.arange(30.0).reshape(3, 10) / 10.0, schedule=[0.0, 11.0, 26.0], period=40.0))
    net.connect(cells, cells, "exc").fixed_probability(0.2, ann.Normal(0.0, 0.1), delays=ann.Uniform(0.5, 3.0))
    net.connect(cells, cells, "inh").all_to_all(ann.Uniform(0.0, 0.002))
    net.connect(shown, late, "exc").all_to_all(ann.Uniform(0.0, 0.01), delays=2.5)
    net.connect(late, cells, "exc").fixed_number_pre(4, ann.Uniform(0.0, 0.1), delays=4.0)
    net.connect(ann.Convolution(cells, cells, "exc")).connect_filter(np.full((3, 3), 0.01), delays=2.0)


def learning(net: ann.Network) -> None:
    """Plasticity by spikes, event-driven and in each step, and by rates; learning with a period."""
    cells = net.create(60, CELL, name="cells")
    cells.drive = ann.Uniform(1.0, 1.6)
    noise = net.create(ann.PoissonPopulation(40, rates=60.0))
    stdp = net.connect(noise, cells, "exc", ann.STDP(w_max=0.3)).all_to_all(
        ann.Uniform(0.0, 0.2), ann.Uniform(0.5, 4.0)
    )
    stdp.enable_learning(period=1.0, offset=0.5)
    net.connect(cells, cells, "exc", ann.STP).fixed_probability(0.2, ann.Uniform(0.0, 0.2), delays=1.5)
    slow = ann.Synapse(
        parameters="eta = 0.01\ntotal = 0.0 : postsynaptic",
        equations="20.0*dx/dt = -x + Uniform(0.0, 1.0) : init=0.0\ndw/dt = eta*x*post.v : min=0.0, max=1.0",
        pre_spike="g_target += w\nx += 0.1",
    )
    net.connect(cells, cells, "inh", slow).fixed_number_pre(7, ann.Uniform(0.0, 0.1))
    inputs, outputs = net.create(20, RATE), net.create(10, RATE, name="outputs")
    net.connect(inputs, outputs, "exc", ann.Oja).all_to_all(ann.Uniform(0.0, 0.5))


def structural(net: ann.Network) -> None:
    """Synapses come and go."""
    cells = net.create(50, RATE, name="cells")
    cells.b = ann.Uniform(-1.0, 1.0)
    grown = ann.Synapse(
        parameters="T = 5",
        equations="age = if pre.r*post.r > 0.0: 0 else: age + 1 : int, init=0",
        psp="w*pre.r",
        pruning="age > T : proba=0.5",
        creating="pre.r*post.r > 0.05 : proba=0.02, w=0.01",
    )
    projection = net.connect(cells, cells, "exc", grown).fixed_probability(0.1, ann.Uniform(0.0, 0.1))
    projection.start_pruning(1.0)
    projection.start_creating(2.0)


def hybrid(net: ann.Network) -> None:
    """Rates into spikes and spikes into rates."""
    drive = net.create(30, RATE, name="drive")
    drive.b = ann.Uniform(0.5, 2.0)
    cells = net.create(30, CELL, name="cells")
    reader = net.create(5, RATE, name="reader")
    net.connect(ann.CurrentInjection(drive, cells, "exc")).connect_current()
    net.connect(ann.DecodingProjection(cells, reader, "exc", window=8.0)).all_to_all(0.01, delays=2.0)


def measured(net: ann.Network) -> None:
    """Event-driven variables of every locality; constants; the BOLD signal of a population."""
    net.constant("gain", 0.5)
    cells = net.create(40, CELL, name="cells")
    cells.drive = ann.Uniform(1.0, 1.6)
    cells.refractory = ann.Uniform(0.0, 4.0)
    cells.compute_firing_rate(20.0)
    traces = ann.Synapse(
        parameters="tau = 20.0 : projection",
        equations="""
            tau*dx/dt = -x : event-driven, init=0.0
            tau*dy/dt = -y : postsynaptic, event-driven, init=0.0
            tau*dz/dt = -z : projection, event-driven, init=0.0
        """,
        pre_spike="g_target += w*gain\nx += 0.1\nz += 0.01\nw = clip(w + 0.01*(x - y), 0.0, 0.3)",
        post_spike="y += 0.1",
    )
    net.connect(cells, cells, "exc", traces).fixed_probability(0.3, ann.Uniform(0.0, 0.2), ann.Uniform(0.5, 3.0))
    net.boldmonitor(cells, normalize_input=20.0, start=True)


NETWORKS: dict[str, Builder] = {f.__name__: f for f in (spiking, rates, learning, structural, hybrid, measured)}


def build(name: str, threads: int = 1, seed: int = 5, **settings: Any) -> ann.Network:
    net = ann.Network(dt=0.5, seed=seed, num_threads=threads, **settings)
    NETWORKS[name](net)
    return net


def everything(net: ann.Network) -> dict[str, Any]:
    """All that a user can read of a network."""
    held: dict[str, Any] = {"step": np.array(net.current_step), "rng": net.default_rng.random(3)}
    for population in net.get_populations():
        for attribute in population.attributes:
            held[f"{population.name}.{attribute}"] = np.array(population.get(attribute))
        if population.name == "cells" and population._window is not None:
            held["cells.r"] = np.array(population.r)
    for projection in net.get_projections():
        held[f"{projection.name}.pre_ranks"] = np.concatenate(projection.pre_ranks or [np.empty(0)])
        for attribute in (*projection.attributes, "delay"):
            value = getattr(projection, attribute)
            nested = isinstance(value, list) and value and isinstance(value[0], list)
            held[f"{projection.name}.{attribute}"] = np.concatenate(value) if nested else np.array(value)
    return held


if __name__ == "__main__":
    name, file, duration, threads, precision, result = sys.argv[1:]
    loaded = build(name, int(threads), seed=77, precision=precision)
    loaded.load(file)
    loaded.simulate(float(duration))
    np.savez(result, **everything(loaded))
