"""Spikes within steps by the interpreter: beside the compiled route, and as docs/spike-times.md says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from eqneuro import Network, Neuron, PoissonPopulation, SpikeSourceArray, Uniform
from eqneuro.reference.moments import crossing

from .agreement import MOMENT, assert_agree, run

LIF = dict(
    parameters="tau = 10.0; I = 20.0; threshold = 15.0",
    equations="tau*dv/dt = I - v + g_exc : exact\n3.0*dg_exc/dt = -g_exc : exact",
    spike="v > threshold",
    reset="v = 0.0",
    refractory=2.0,
    spike_times="interpolated",
)
UPSTROKE = "tau*dv/dt = I - v + g_exc + 3.0*exp((v - 14.0)/2.0) : {0}\n3.0*dg_exc/dt = -g_exc : {0}\nm = v*2.0"


def ring(weight: float = 5.0, source: Callable[[], Any] | None = None, dt: float = 1.0, **text: Any) -> Any:
    """Neurons that excite each other, with delays of one to five steps, and what else spikes at them."""

    def build() -> Network:
        net = Network(dt=dt, seed=3)
        cells = net.create(4, Neuron(**{**LIF, **text}))
        cells.v = Uniform(0.0, 14.0)
        net.connect(cells, cells, "exc").all_to_all(Uniform(0.0, weight), delays=Uniform(dt, 5.0 * dt))
        if source is not None:
            other = net.create(source())
            net.connect(other, cells, "exc").all_to_all(Uniform(0.0, 3.0 * weight), delays=2.0 * dt)
            net.monitor(other, "spike")
        net.monitor(cells, [*cells.variables, "spike"])
        return net

    return build


def trains(interpolated: bool) -> SpikeSourceArray:
    return SpikeSourceArray([[1.3, 7.7, 7.9, 31.4], [4.1, 5.1, 30.0]], interpolated=interpolated)


CASES = {
    "exact": ring(),
    "rk4": ring(equations=LIF["equations"].replace("exact", "rk4")),
    "an upstroke by rk45": ring(equations=UPSTROKE.format("rk45")),
    "an upstroke by Newton's method": ring(equations=UPSTROKE.format("implicit"), dt=0.5),
    "a source within steps": ring(source=lambda: trains(True)),
    "a source on the grid": ring(source=lambda: trains(False)),
    "random spikes on the grid": ring(source=lambda: PoissonPopulation(3, rates=50.0)),
    "no refractory time": ring(refractory=None, weight=20.0),
    "a refractory time of nothing": ring(refractory=0.0),
    "refractory times that end within steps": ring(refractory="tau/8.3", weight=20.0),
    "conductances rest too": ring(equations=LIF["equations"] + ", unless_refractory"),
    "two comparisons": ring(spike="v > threshold and g_exc < 4.0", equations=LIF["equations"].replace("exact", "rk4")),
    "a threshold that moves": ring(spike="v > threshold + 2.0*sin(t) - 0.1*g_exc"),
    "a reset of several lines": ring(
        equations=LIF["equations"] + "\ndlast/dt = 0.0", reset="last = t\nv = Uniform(0.0, 5.0)"
    ),
}


@pytest.mark.parametrize("build", CASES.values(), ids=CASES)
def test_trajectories_and_moments_agree(build):
    outcome = assert_agree(build, steps=60)
    moments = [step for train in outcome.spikes.values() for _, step in train]
    assert sum(step % 1.0 > 0.0 for step in moments) > 5


def test_neurons_on_the_grid_hear_spikes_from_within_steps():
    def build() -> Network:
        net = Network(dt=1.0, seed=3, spike_times="interpolated")
        source = net.create(trains(True))
        timed = net.create(3, Neuron(**{**LIF, "spike_times": None}))
        grid = net.create(3, Neuron(**{**LIF, "spike_times": "grid"}))
        for pre, post in ((source, timed), (timed, grid), (grid, timed), (source, grid)):
            net.connect(pre, post, "exc").all_to_all(Uniform(0.0, 9.0), delays=Uniform(1.0, 4.0))
        net.monitor(timed, ["v", "g_exc", "spike"])
        net.monitor(grid, ["v", "g_exc", "spike"])
        grid.compute_firing_rate(10.0)
        timed.compute_firing_rate(10.0)
        net.monitor(timed, "r", name="rates")
        return net

    outcome = assert_agree(build, steps=80)
    assert all(outcome.spikes.values())


def test_the_interpreter_finds_the_moment_of_the_closed_solution():
    net = Network(dt=1.0)
    monitor = net.monitor(net.create(1, Neuron(**{**LIF, "refractory": 2.25})), "spike")
    net.compile(backend="reference")
    net.simulate(60.0)
    interval = 10.0 * np.log(20.0 / 5.0)
    times = monitor.spike_times()[0]
    np.testing.assert_allclose(times, interval + (interval + 2.25) * np.arange(len(times)), rtol=1e-12)


def test_a_neuron_that_its_reset_leaves_over_the_threshold_spikes_once_a_step_whatever_arrives():
    # the compiled route let it spike once more after each arrival
    outcome = assert_agree(ring(weight=1.0, reset="m += 0.1", equations=LIF["equations"] + "\ndm/dt = -m"), steps=40)
    [spikes] = outcome.spikes.values()
    counts = Counter((rank, np.floor(step)) for rank, step in spikes)
    assert len(counts) > 50
    assert max(counts.values()) == 1


def test_a_number_that_is_none_is_told_in_the_step_of_the_spike_that_made_it():
    # the compiled route looked at what the whole step, without the spike, had given
    outcome = assert_agree(ring(reset="v = sqrt(-v)", weight=0.0), steps=60)
    assert "'v' of neuron" in outcome.ended


def test_a_part_of_a_step_begins_with_the_internal_steps_of_the_step_before(monkeypatch):
    # the compiled route kept the length that the last trial part had left behind, so that moments hung on the search
    build = ring(equations=UPSTROKE.format("rk45, rtol=1e-3"), weight=20.0, source=lambda: trains(True))
    found = run(build, "reference", 60)

    def bisected(function, length, before, after):
        low, high = 0.0, length
        while high - low > 2e-16 * length:
            middle = 0.5 * (low + high)
            if middle in (low, high):
                break
            low, high = (low, middle) if function(middle) > 0.0 else (middle, high)
        return high

    monkeypatch.setattr("eqneuro.reference.moments.crossing", bisected)
    halves = run(build, "reference", 60)
    for key, spikes in found.spikes.items():
        np.testing.assert_allclose(np.array(halves.spikes[key]), np.array(spikes), atol=1e-9)
    assert_agree(build, steps=60)


@pytest.mark.parametrize("root", [1e-9, 0.2, 0.77, 1.0 - 1e-9])
@pytest.mark.parametrize(
    "shape",
    [lambda x: x, lambda x: x**3, lambda x: np.sign(x), lambda x: np.expm1(30.0 * x), lambda x: np.arctan(1e6 * x)],
)
def test_a_crossing_is_enclosed_and_the_function_positive_there(root, shape):
    asked = []

    def function(moment):
        asked.append(moment)
        return float(shape(moment - root))

    found = crossing(function, 1.0, float(shape(-root)), float(shape(1.0 - root)))
    assert root < found <= root + 1e-15
    assert len(asked) < 120


@pytest.mark.parametrize("backends", [("c", "reference"), ("reference", "c")])
def test_a_run_goes_on_with_spikes_under_way_and_refractory_times(backends):
    build = ring(refractory=2.3, weight=20.0, source=lambda: trains(True))
    whole, parts = build(), build()
    whole.compile()
    whole.simulate(40.0)
    for backend in backends:
        parts.compile(backend=backend)
        parts.simulate(20.0)
    first, second = (net.get_monitors()[1].get() for net in (whole, parts))
    np.testing.assert_allclose(second["v"], first["v"], atol=1e-10 * 15.0)
    for rank, steps in first["spike"].items():
        np.testing.assert_allclose(second["spike"][rank], steps, atol=MOMENT)
