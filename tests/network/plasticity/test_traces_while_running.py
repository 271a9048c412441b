"""Traces that are kept with neurons are read, set, saved, recorded; synapses come and go: all as with one a synapse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from trials import MODELS, PAIR, Trial, assert_close, assert_same, few_pairs

import eqneuro as ann


def test_traces_that_are_read_go_on_as_if_they_were_not() -> None:
    one, other = Trial(PAIR), Trial(PAIR)
    one.net.simulate(60.0)
    for _ in range(60):
        other.net.simulate(1.0)
        other.state()
    assert_same(one.state(), other.state())


@pytest.mark.parametrize("model", ["pair", "other variables beside", "driven"])
def test_a_saved_network_goes_on_bit_by_bit(model: str, tmp_path: Any) -> None:
    whole, first, second = (Trial(MODELS[model][0]) for _ in range(3))
    first.net.simulate(40.0)
    first.net.save(tmp_path / "half.npz")
    second.net.load(tmp_path / "half.npz")
    second.net.simulate(40.0)
    whole.net.simulate(80.0)
    assert second.kept == MODELS[model][1]
    for name in ("w", "x", "y", "g", "v"):
        np.testing.assert_array_equal(whole.state()[name], second.state()[name], err_msg=name)


def test_files_that_know_of_synapses_alone_are_loaded_too(tmp_path: Any) -> None:
    first, second, whole = Trial(PAIR), Trial(PAIR), Trial(PAIR)
    first.net.simulate(40.0)
    first.net.save(tmp_path / "half.npz")
    with np.load(tmp_path / "half.npz") as stored:
        arrays = {key: stored[key] for key in stored if "/traces/" not in key and "/events/" not in key}
    key = next(key for key in arrays if "header" in key)
    arrays[key] = _without_traces(arrays[key])
    np.savez(tmp_path / "older.npz", **arrays)
    second.net.load(tmp_path / "older.npz")
    second.net.simulate(40.0)
    whole.net.simulate(80.0)
    assert second.kept == {}
    for name in ("w", "x", "y", "g", "v"):
        np.testing.assert_allclose(whole.state()[name], second.state()[name], rtol=1e-9, err_msg=name)


def _without_traces(header: Any) -> Any:
    import json

    raw = header.tobytes() if header.dtype == np.uint8 else str(header)
    found = json.loads(raw)
    for projection in found["projections"]:
        del projection["traces"]
    text = json.dumps(found)
    return np.frombuffer(text.encode(), dtype=np.uint8) if header.dtype == np.uint8 else np.array(text)


def _both(change: Any) -> tuple[Trial, Trial]:
    one, other = Trial(PAIR), Trial(PAIR, apart=True)
    for trial in (one, other):
        trial.net.simulate(60.0)
        change(trial)
        trial.net.simulate(60.0)
    assert_close(one.state(), other.state())
    return one, other


def test_traces_that_are_set_one_by_one_are_kept_with_synapses_from_then_on() -> None:
    def change(trial: Trial) -> None:
        trial.synapses.x = np.linspace(0.0, 0.02, trial.synapses.nb_synapses)

    one, _ = _both(change)
    assert one.kept == {}


def test_traces_that_are_set_to_one_number_mean_the_same() -> None:
    def change(trial: Trial) -> None:
        trial.synapses.y = 0.02

    _both(change)


def test_traces_that_are_cleared_stay_with_neurons() -> None:
    def change(trial: Trial) -> None:
        trial.synapses.x = 0.0
        trial.synapses.y = 0.0

    one, _ = _both(change)
    assert one.kept == {"x": "pre", "y": "post"}


def test_a_trace_of_one_synapse_can_be_set() -> None:
    def change(trial: Trial) -> None:
        trial.synapses.synapse(3, 5).x = 0.7

    _both(change)


def test_a_time_constant_can_be_set() -> None:
    def change(trial: Trial) -> None:
        trial.synapses.tau = 35.0 if trial.kept else np.full(trial.synapses.nb_synapses, 35.0)

    _both(change)


def test_a_step_of_a_trace_can_be_set_for_all_and_for_each() -> None:
    def change(trial: Trial) -> None:
        trial.synapses.up = np.linspace(0.0, 0.02, trial.synapses.nb_synapses)

    one, _ = _both(change)
    assert one.kept == {}
    trial = Trial(PAIR)
    trial.net.simulate(20.0)
    trial.synapses.up = 0.03
    trial.net.simulate(20.0)
    assert trial.kept == {"x": "pre", "y": "post"}


def test_delays_may_come_to_differ() -> None:
    def change(trial: Trial) -> None:
        trial.synapses.delay = np.tile([1.5, 1.0, 2.5], trial.synapses.nb_synapses)[: trial.synapses.nb_synapses]

    with pytest.warns(UserWarning, match="while spikes travel"):
        one, _ = _both(change)
    assert one.kept == {}


def test_synapses_may_come_and_go() -> None:
    def connect(synapses: Any) -> None:
        synapses.fixed_probability(0.5, weights=ann.Uniform(0.0, 0.4), delays=1.5)

    def prune(trial: Trial) -> None:
        trial.synapses.prune_synapse(int(trial.synapses.pre_ranks[4][2]), trial.synapses.post_ranks[4])

    def create(trial: Trial) -> None:
        absent = next(i for i in range(30) if i not in trial.synapses.pre_ranks[2])
        trial.synapses.create_synapse(absent, trial.synapses.post_ranks[2], w=0.2, delay=1.5)

    one, other = Trial(PAIR, connect=connect), Trial(PAIR, apart=True, connect=connect)
    for kept, change in (({"x": "pre", "y": "post"}, prune), ({}, create)):
        for trial in (one, other):
            trial.net.simulate(50.0)
            change(trial)
            trial.net.simulate(50.0)
        assert one.kept == kept
    assert_close(one.state(), other.state())


def test_what_is_recorded_is_what_is_read() -> None:
    trial, unrecorded = Trial(PAIR), Trial(PAIR)
    monitor = trial.net.monitor(trial.synapses.dendrite(3), ["x", "y", "w"])
    read = []
    for _ in range(40):
        trial.net.step()
        unrecorded.net.step()
        read.append([unrecorded.synapses.dendrite(3).get(name) for name in ("x", "y", "w")])
    assert unrecorded.kept == {"x": "pre", "y": "post"}
    recorded = [monitor.get(name) for name in ("x", "y", "w")]
    np.testing.assert_allclose(np.swapaxes(recorded, 0, 1), read, rtol=1e-9, atol=1e-12)


def test_a_monitor_may_come_later() -> None:
    monitors = []
    _both(lambda trial: monitors.append(trial.net.monitor(trial.synapses, "x")))
    np.testing.assert_allclose(monitors[0].get("x"), monitors[1].get("x"), rtol=1e-9, atol=1e-12)


def test_a_reset_begins_anew() -> None:
    one, other = Trial(PAIR), Trial(PAIR)
    one.net.simulate(60.0)
    one.synapses.x = np.linspace(0.0, 0.02, one.synapses.nb_synapses)
    one.net.simulate(10.0)
    assert one.kept == {}
    other.net.simulate(70.0)
    for trial in (one, other):
        trial.net.reset(synapses=True, monitors=True)
        trial.net.simulate(60.0)
        assert trial.kept == {"x": "pre", "y": "post"}
    assert one.state()["spikes"].size > 50
    assert_same(one.state(), other.state())


def test_values_that_begin_differently_are_kept_with_synapses() -> None:
    for moment in ("before", "after"):
        trial = Trial(PAIR)
        if moment == "after":
            trial.net.compile()
        trial.synapses.x = np.linspace(0.0, 0.02, trial.synapses.nb_synapses)
        trial.net.simulate(10.0)
        assert trial.kept == {}, moment


def test_a_number_for_all_before_the_first_step_stays_with_neurons() -> None:
    one, other = Trial(PAIR), Trial(PAIR, apart=True)
    for trial in (one, other):
        trial.net.compile()
        trial.synapses.x = 0.03
        trial.net.simulate(60.0)
    assert one.kept == {"x": "pre", "y": "post"}
    assert_close(one.state(), other.state())


def test_the_reference_interpreter_reads_the_same() -> None:
    one, other = Trial(PAIR, connect=few_pairs), Trial(PAIR, connect=few_pairs)
    other.net.compile(backend="reference")
    for trial in (one, other):
        trial.net.simulate(40.0)
    assert one.kept
    for name in ("w", "x", "y"):
        np.testing.assert_allclose(one.state()[name], other.state()[name], rtol=1e-9, atol=1e-12)
    one.net.compile(backend="reference")  # goes on from there
    for trial in (one, other):
        trial.net.simulate(20.0)
    for name in ("w", "x", "y"):
        np.testing.assert_allclose(one.state()[name], other.state()[name], rtol=1e-9, atol=1e-12)
