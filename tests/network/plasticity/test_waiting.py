"""Post-synaptic spikes that wait until a row of synapses is read: the same bits as when nothing waits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from trials import MODELS, PAIR, PARAMETERS, Trial, assert_same, half_the_pairs

import eqneuro as ann
from eqneuro.network import waiting

WAITING = ("pair", "of the neuron", "towards a bound")
OTHERS = {
    "towards a bound": dict(
        equations="tau*dx/dt = -x : event-driven\ntau_slow*dx2/dt = -x2 : event-driven",
        pre_spike="g_target += w\nx += up\nx2 += up*(1.0 - x2)\nw -= 0.01*w",
        post_spike="w += gain*x*(most - w) - down*x2*w : min=0.0\nw = if w*w > 0.15: w else: w + exp(-w)*x",
    ),
    "counted in each step": dict(
        equations="tau*dx/dt = -x : event-driven\nn = n : int, init=0\nlast = last : init=0.0",
        pre_spike="g_target += w + 0.001*n\nx += up\nlast = 0.5*last",
        post_spike="n += 1\nlast = last + x\nw = clip(w + exp(-last)*x, 0.0, most)",
    ),
}
CELLS = 70


def trial(monkeypatch: pytest.MonkeyPatch, long: int, model: Any = PAIR, **settings: Any) -> Trial:
    """In runs of so many steps or more spikes wait."""
    monkeypatch.setattr(waiting, "LONG", long)
    made = Trial(model, cells=CELLS, **settings)
    made.net.compile()
    return made


def never(monkeypatch: pytest.MonkeyPatch, model: Any = PAIR, **settings: Any) -> dict[str, Any]:
    """What is found where nothing waits."""
    made = trial(monkeypatch, 10**9, model, **settings)
    made.net.simulate(150.0)
    assert made.state()["spikes"].size > 50
    return made.state()


@pytest.mark.parametrize("model", [*MODELS, *OTHERS])
def test_spikes_that_wait_change_no_bit(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = OTHERS[model] if model in OTHERS else MODELS[model][0]
    made = trial(monkeypatch, 1, text)
    made.net.simulate(150.0)
    held = made.synapses._plastic.waiting
    assert (held is not None) == (model in WAITING)
    assert held is None or held.mode[0] == 1
    assert_same(made.state(), never(monkeypatch, model=text))


@pytest.mark.parametrize("threads", [1, 2, 3, 4])
def test_nor_do_threads_and_pieces_of_a_run(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made = trial(monkeypatch, 20, num_threads=threads)
    for piece in (70.0, 0.5, 9.5, 10.0, 60.0):  # some of which are too short to wait
        made.net.simulate(piece)
    assert_same(made.state(), never(monkeypatch))


def test_rows_catch_up_before_there_is_no_more_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "ROOM", 1)
    monkeypatch.setattr(waiting, "SPIKES_EACH", 2)
    made = trial(monkeypatch, 1, num_threads=2)
    made.net.simulate(150.0)
    held = made.synapses._plastic.waiting
    assert held is not None
    assert held.mode[2] < made.state()["spikes"].shape[1]
    assert_same(made.state(), never(monkeypatch))


def test_in_single_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    made = trial(monkeypatch, 1, dtype=ann.float32)
    made.net.simulate(150.0)
    assert_same(made.state(), never(monkeypatch, dtype=ann.float32))


def test_long_after_the_last_spike_of_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decays over more steps than are kept in a table, and single spikes."""
    found = []
    for long in (1, 10**9):
        monkeypatch.setattr(waiting, "LONG", long)
        net = ann.Network(dt=0.1, seed=1)
        source = net.create(ann.SpikeSourceArray([[1.0, 700.0], [2.0, 100.0, 110.0], [3.0]]))
        cells = net.create(12, ann.Neuron("tau = 9.0", "tau*dv/dt = 1.2 - v + g_exc", spike="v > 1.0", reset="v = 0.0"))
        cells.tau = np.linspace(9.0, 90.0, 12)
        synapse = ann.Synapse(parameters=PARAMETERS.replace("tau = 20.0", "tau = 300.0"), **PAIR)
        synapses = net.connect(source, cells, "exc", synapse).all_to_all(0.1)
        net.simulate(800.0)
        found.append(np.array(synapses.w))
    assert (found[0] != 0.1).any()
    np.testing.assert_array_equal(*found)


def test_weights_are_those_of_the_pair_rule_in_closed_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is ever depressed or clipped: each pair adds up * exp(-apart/tau)."""
    monkeypatch.setattr(waiting, "LONG", 1)
    net = ann.Network(dt=0.5)
    arrive, spike = [10.0, 40.0, 41.5], [20.0, 43.0, 60.0]
    source = net.create(ann.SpikeSourceArray([arrive]))
    cell = ann.Neuron(
        equations="n = n + 1 : int, init=-1\nseen = g_exc", spike="n == 40 or n == 86 or n == 120", reset="n = n"
    )
    cells = net.create(8, cell)
    synapse = ann.Synapse(
        "tau = 20.0\nup = 0.01", "tau*dx/dt = -x : event-driven", pre_spike="x += up", post_spike="w += x"
    )
    synapses = net.connect(source, cells, "exc", synapse).all_to_all(0.1, delays=1.0)
    net.simulate(100.0)
    assert synapses._plastic.waiting is not None
    # a spike counts as one of the end of its step; those of the source arrive a delay after their own
    apart = [late - early - 0.5 for late in spike for early in arrive if late - early - 0.5 >= 0.0]
    expected = 0.1 + 0.01 * np.exp(-np.array(apart) / 20.0).sum()
    np.testing.assert_allclose(np.array(synapses.w), expected, rtol=1e-12)


def test_an_interrupted_run_leaves_no_spike_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    made = trial(monkeypatch, 1)
    made.net.simulate(10.0)
    runner = made.net._runner
    assert runner is not None

    class Interrupted:
        """The engine, but for a Ctrl-C at the end of some steps."""

        call, run_on = runner.engine.call, runner.engine.run

        def run(self, *arguments: Any) -> int:
            Interrupted.run_on(*arguments)
            raise KeyboardInterrupt

    monkeypatch.setattr(runner, "engine", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        made.net.simulate(140.0)
    assert_same(made.state(), never(monkeypatch))


def test_what_is_recorded_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for long in (1, 10**9):
        made = trial(monkeypatch, long)
        recorded = made.net.monitor(made.synapses.dendrite(3), "w")
        made.net.simulate(150.0)
        found.append(np.array(recorded.get("w")))
    np.testing.assert_array_equal(*found)


def test_learning_that_ends_counts_for_later_spikes_only(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for long in (1, 10**9):
        made = trial(monkeypatch, long)
        made.net.simulate(70.0)
        made.synapses.disable_learning()
        made.net.simulate(50.0)
        made.synapses.enable_learning()
        made.net.simulate(80.0)
        found.append(made.state())
    assert_same(*found)


@pytest.mark.parametrize("connect", [half_the_pairs, None], ids=["incomplete", "narrow"])
def test_where_columns_are_short_or_rows_incomplete_nothing_waits(connect: Any) -> None:
    made = Trial(PAIR, connect=connect, cells=CELLS if connect else waiting.WIDE - 1)
    made.net.compile()
    made.net.simulate(1.0)
    assert made.synapses._plastic.waiting is None


def test_explain_and_profile_tell_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = trial(monkeypatch, 1)
    assert "post-synaptic spikes wait" in str(made.net.explain())
    told = str(made.net.profile(150.0))
    assert "post_spike, when rows are read" in told
