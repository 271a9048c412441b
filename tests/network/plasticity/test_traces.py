"""Traces that are kept with neurons: the same numbers as with one trace a synapse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from trials import CELL, MODELS, PAIR, Trial, assert_close, assert_same, few_pairs, half_the_pairs

import eqneuro as ann

NOT_KEPT = {
    "changed by both sides": dict(
        equations="tau*dx/dt = -x : event-driven", pre_spike="g_target += w\nx += up", post_spike="x += down\nw += x"
    ),
    "grows with the weight": dict(
        equations="tau*dx/dt = -x : event-driven", pre_spike="g_target += w\nx += w", post_spike="w += x"
    ),
    "drawn": dict(
        equations="tau*dx/dt = -x : event-driven",
        pre_spike="g_target += w\nx += Uniform(0.0, 1.0)",
        post_spike="w += x",
    ),
    "of the other neuron": dict(
        equations="tau*dx/dt = -x : event-driven", pre_spike="g_target += w\nx += post.v", post_spike="w += x"
    ),
    "unless the other spiked": dict(
        equations="tau*dx/dt = -x : event-driven", pre_spike="g_target += w\nx += up : unless_post", post_spike="w += x"
    ),
    "read in each step": dict(
        equations="tau*dx/dt = -x : event-driven\ntau*dz/dt = x - z", pre_spike="g_target += z\nx += up"
    ),
    "bounded": dict(
        equations="dx/dt = up - x/tau_slow : event-driven, max=0.3",
        pre_spike="g_target += w\nx -= up",
        post_spike="w += x",
    ),
    "feeds one that is none": dict(
        equations="tau*dx/dt = -x : event-driven\ntau_slow*dz/dt = x - z : event-driven",
        pre_spike="g_target += w\nx += up\nz += w",
        post_spike="w += z",
    ),
}


@pytest.mark.parametrize("connect", [None, half_the_pairs], ids=["all to all", "half"])
@pytest.mark.parametrize("model", MODELS)
def test_traces_of_neurons_are_those_of_their_synapses(model: str, connect: Any) -> None:
    text, sides = MODELS[model]
    one, other = Trial(text, connect=connect), Trial(text, apart=True, connect=connect)
    for trial in (one, other):
        trial.net.simulate(150.0)
    assert one.kept == sides
    assert other.kept == {}
    assert_close(one.state(), other.state())


@pytest.mark.parametrize("model", NOT_KEPT)
def test_what_differs_between_synapses_of_a_neuron_is_kept_with_synapses(model: str) -> None:
    trial = Trial(NOT_KEPT[model])
    trial.net.compile()
    assert trial.kept == {}


def test_the_weight_is_no_trace() -> None:
    trial = Trial(dict(equations="tau*dw/dt = -w : event-driven", pre_spike="g_target += w\nw += up"))
    trial.net.compile()
    assert trial.kept == {}


def test_a_constant_of_the_network_may_change_the_rate_of_a_trace_at_any_time() -> None:
    net = ann.Network(dt=1.0)
    net.constant("tau_of_all", 20.0)
    source = net.create(ann.SpikeSourceArray([[1.0]]))
    cell = net.create(1, CELL)
    synapse = ann.Synapse(equations="tau_of_all*dx/dt = -x : event-driven", pre_spike="g_target += w\nx += 1.0")
    projection = net.connect(source, cell, "exc", synapse).all_to_all(0.1)
    net.compile()
    assert projection._plastic.kept == {}


@pytest.mark.parametrize("connect", [None, half_the_pairs, few_pairs], ids=["all to all", "half", "few"])
@pytest.mark.parametrize("model", ["pair", "other variables beside", "driven", "shared by all"])
def test_any_number_of_threads_gives_the_same_bits(model: str, connect: Any) -> None:
    states = []
    for threads in (1, 2, 3, 4):
        trial = Trial(MODELS[model][0], num_threads=threads, connect=connect, cells=1100)
        trial.net.simulate(60.0)
        assert trial.kept
        assert len(trial.synapses._plastic.traces.updated["pre"]) == 30 * threads
        states.append(trial.state())
    for state in states[1:]:
        assert_same(states[0], state)


@pytest.mark.parametrize("cells", [37, 400])
def test_ranges_without_neurons_are_left_out(cells: int) -> None:
    """Fewer blocks of neurons than threads; then fewer threads, to whose ranges the traces go on."""
    one, other = Trial(PAIR, cells=cells), Trial(PAIR, cells=cells, num_threads=4)
    for threads in (4, 3, 1):
        other.net.config(num_threads=threads)
        for trial in (one, other):
            trial.net.simulate(20.0)
        assert_same(one.state(), other.state())
    assert one.kept == other.kept == {"x": "pre", "y": "post"}


def test_a_network_may_be_divided_anew_while_it_runs() -> None:
    one, other = Trial(PAIR, cells=1100), Trial(PAIR, cells=1100, num_threads=3)
    for trial in (one, other):
        trial.net.simulate(30.0)
    other.net.config(num_threads=2)
    for trial in (one, other):
        trial.net.simulate(30.0)
    assert len(other.synapses._plastic.traces.updated["pre"]) == 60
    assert_same(one.state(), other.state())


def test_single_precision() -> None:
    one, other = Trial(PAIR, dtype=ann.float32), Trial(PAIR, apart=True, dtype=ann.float32)
    for trial in (one, other):
        trial.net.simulate(15.0)
    assert one.kept
    for name in ("x", "y", "w"):
        np.testing.assert_allclose(one.state()[name], other.state()[name], rtol=2e-5, atol=1e-7)


def test_a_trace_long_after_its_last_event_is_what_its_equation_says() -> None:
    """Longer than any table of decays reaches."""
    net = ann.Network(dt=0.1)
    source = net.create(ann.SpikeSourceArray([[1.0, 900.0]]))
    driver = net.create(ann.SpikeSourceArray([[801.0]]))
    synapse = ann.Synapse(
        parameters="tau = 300.0",
        equations="tau*dx/dt = -x : event-driven\ntau*dy/dt = -y : event-driven",
        pre_spike="g_target += w\nx += 1.0\nw -= y",
        post_spike="y += 1.0\nw += x",
    )
    projection = net.connect(source, driver, "exc", synapse).all_to_all(0.0)
    net.simulate(850.0)
    assert projection._plastic.kept
    assert projection.w[0][0] == pytest.approx(np.exp(-800.0 / 300.0), rel=1e-12)
    net.simulate(100.0)
    assert projection.w[0][0] == pytest.approx(np.exp(-800.0 / 300.0) - np.exp(-99.0 / 300.0), rel=1e-12)
    assert projection.x[0][0] == pytest.approx(1.0 + np.exp(-899.0 / 300.0), rel=1e-12)
    assert projection.y[0][0] == pytest.approx(np.exp(-99.0 / 300.0), rel=1e-12)
