"""Recordings grow as the network runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.network import runner
from eqneuro.network.assembly import Assembly
from eqneuro.recording import recorders

MODEL = ann.Neuron(
    parameters=dict(step=1.0),
    equations="""
        clock = t : population
        v = v + step : init=0.0
        whole = whole + 2 : int, init=0
        odd = modulo(v, 2) > 0.5 : bool
        r = v
    """,
)
SPIKER = ann.Neuron(parameters="inc = 1.0", equations="v += inc : init=0.0", spike="v >= 3.0", reset="v = 0.0")


def make(dt: float = 0.5, geometry: Any = (2, 3), **settings: Any) -> tuple[ann.Network, Any]:
    net = ann.Network(dt=dt, seed=1, **settings)
    return net, net.create(geometry, MODEL, name="grid")


def steps_of(m: Any, name: str = "v") -> list[int]:
    """v is n + 1 after step n."""
    values = m.get(name)
    return [round(x) - 1 for x in np.ravel(values[:, 0, 0])]


@pytest.mark.parametrize("chunk", [1, 1000, 10**7])
@pytest.mark.parametrize("threads", [1, 2])
def test_recordings_grow_as_they_run(chunk: int, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorders, "CHUNK_BYTES", chunk)
    monkeypatch.setattr(recorders, "FEWEST_BYTES", 1)
    net = ann.Network(seed=1, num_threads=threads)
    population = net.create(600, SPIKER)
    population.inc = np.linspace(0.1, 3.0, 600)
    m = net.monitor(population, ["v", "spike"])
    view = net.monitor(population[::7], "v", period=3.0)
    pieces = [1, 40, 2, 3, 500, 1]
    for piece in pieces:
        net.simulate(piece)
    v, inc = np.zeros(600), np.linspace(0.1, 3.0, 600)
    rows, spikes = [], {k: [] for k in range(600)}
    for step in range(sum(pieces)):
        v = v + inc
        for k in np.flatnonzero(v >= 3.0):
            spikes[int(k)].append(step)
        v[v >= 3.0] = 0.0
        rows.append(v.copy())
    np.testing.assert_array_equal(m.get("v"), rows)
    assert m.get("spike") == spikes
    np.testing.assert_array_equal(view.get("v"), np.array(rows)[::3, ::7])


def test_more_spikes_than_fit_at_once_are_kept() -> None:
    net = ann.Network()
    population = net.create(1000, ann.Neuron(equations="v = 1.0", spike="v > 0.0", reset=""))
    m = net.monitor(population, "spike")
    net.simulate(300.0)
    assert m.get("spike") == {k: list(range(300)) for k in range(1000)}


def test_many_monitors_of_one_population() -> None:
    net, population = make(dt=1.0)
    monitors = [
        net.monitor(population, "v", period=float(1 + k % 7), period_offset=float(k % (1 + k % 7))) for k in range(60)
    ]
    net.simulate(50.0)
    for k, m in enumerate(monitors):
        period = 1 + k % 7
        assert steps_of(m) == [n for n in range(50) if n % period == k % period]


def test_many_short_runs_seldom_ask_for_room() -> None:
    net, population = make()
    m = net.monitor(population, ["v", "clock"])
    net.simulate(0.5)
    moved = 0
    for _ in range(1000):
        before = net._runner._assembly
        net.simulate(0.5)
        moved += net._runner._assembly is not before
    assert moved < 15
    assert m.get("v").shape == (1001, 2, 3)


def test_spikes_are_recorded_into_the_same_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than a buffer holds: the program that knows where they go is written once."""
    made = []
    monkeypatch.setattr(runner, "Assembly", lambda *given: made.append(Assembly(*given)) or made[-1])
    net = ann.Network(seed=1)
    population = net.create(300, ann.Neuron(equations="v = t", spike="modulo(v + 0.5, 2.0) < 1.0", reset=""))
    m = net.monitor(population, "spike")
    net.simulate(1000.0)
    assert len(made) == 1
    steps, ranks = m._recorders["spike"].events(net.dt)
    np.testing.assert_array_equal(steps, np.repeat(np.arange(0, 1000, 2), 300))
    np.testing.assert_array_equal(ranks, np.tile(np.arange(300), 500))
    assert m._nbytes() >= 500 * 300 * 12


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_spikes_of_a_step_are_told_from_the_first_neuron_to_the_last(threads: int) -> None:
    """Neurons are updated there and back, in even and in odd steps."""
    net = ann.Network(seed=1, num_threads=threads)
    every = np.arange(700) % 5 + 1.0
    population = net.create(
        700, ann.Neuron(parameters="every = 1.0", equations="v = v + 1.0", spike="v >= every", reset="v = 0.0")
    )
    population.every = every
    m = net.monitor(population, "spike")
    net.simulate(60.0)
    steps, ranks = m._recorders["spike"].events(net.dt)
    wanted = [(step, rank) for step in range(60) for rank in range(700) if (step + 1) % every[rank] == 0]
    assert list(zip(steps.tolist(), ranks.tolist(), strict=True)) == wanted
