"""Structural plasticity: synapses pruned and created where conditions hold, at the end of steps."""

from __future__ import annotations

import doctest
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.network import structural

from .changing import CLOCK, COUNT, SOURCE, STDP, SUM, diagonal, network, pairs, table


def test_the_code_of_the_page_gives_what_it_shows() -> None:
    page = Path(__file__).parents[2] / "docs" / "structural.md"
    parser, runner, said = doctest.DocTestParser(), doctest.DocTestRunner(), []
    names: dict[str, object] = {}
    fences = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for fence in fences:
        test = parser.get_doctest(fence, names, page.name, str(page), 0)
        runner.run(test, clear_globs=False, out=said.append)
        names = test.globs
    assert len(fences) == 3
    assert not said, "".join(said)


def counts(net: Any, projection: Any, steps: int) -> list[int]:
    """The number of synapses after each step."""
    found = []
    for _ in range(steps):
        net.step()
        found.append(projection.nb_synapses)
    return found


def test_rules_are_looked_at_at_the_end_of_the_step_they_start_in_and_of_each_period() -> None:
    net, a, b = network(10, 1, dt=0.5)
    projection = net.connect(a, b, "exc", ann.Synapse(pruning="pre.x <= t")).all_to_all(1.0)
    a.x = np.arange(10.0)
    assert counts(net, projection, 3) == [10] * 3
    projection.start_pruning(period=2.0)  # after steps 3, 7, 11, …; t is the time at their start
    assert counts(net, projection, 9) == [8] * 4 + [6] * 4 + [4]
    projection.stop_pruning()
    assert counts(net, projection, 4) == [4] * 4
    projection.start_pruning()
    assert counts(net, projection, 3) == [1, 1, 0]
    assert (projection.size, projection.nb_synapses, projection.w) == (0, 0, 1.0)
    net.simulate(2.0)
    assert b.r == [0.0]


@cache
def cut_run(how: str) -> Any:
    """Twenty steps of a network whose synapses come and go at random."""
    net, a, b = network(8, 6, (ann.Neuron(equations="r += Uniform(0.0, 1.0)"), SUM))
    synapse = ann.Synapse(
        psp="w*pre.r",
        equations="age += 1.0 : init=0.0",
        pruning="age > 3.0 and Uniform(0.0, 1.0) < 0.5 : proba=0.7",
        creating="pre.r > 4.0*Uniform(0.0, 1.0) : proba=0.2, w=Uniform(0.0, 1.0), d=2.0",
    )
    projection = net.connect(a, b, "exc", synapse).fixed_probability(0.5, weights=ann.Uniform(0.0, 1.0))
    projection.start_pruning(period=2.0)
    projection.start_creating(period=3.0)
    if how == "in pieces":
        for piece in (1.0, 5.0, 2.0, 9.0, 3.0):
            net.simulate(piece)
    elif how == "step by step":
        for _ in range(20):
            net.step()
    elif how == "until a condition holds":
        stop = net.create(1, SOURCE, stop_condition="r > 0.0")
        assert net.simulate_until(13.0, stop) == 13.0
        stop.x = 1.0
        assert net.simulate_until(13.0, stop) == 1.0
        net.simulate(6.0)
    else:
        if how == "with callbacks":
            ann.every(network=net, period=4.0)(lambda n: None)
        net.simulate(20.0)
    return [table(projection, "w"), table(projection, "age"), table(projection, "delay"), b.r.tolist()]


@pytest.mark.parametrize("how", ["in pieces", "step by step", "until a condition holds", "with callbacks"])
def test_a_run_may_be_cut_anywhere(how: str) -> None:
    assert cut_run(how) == cut_run("whole")
    assert 0 < len(cut_run("whole")[0]) < 48


@cache
def threaded_run(threads: int) -> Any:
    """A recurrent spiking network that learns and restructures itself."""
    noisy = ann.Neuron(
        parameters="tau = 5.0",
        equations="tau*dv/dt = Uniform(0.0, 2.0) - v + g_exc\ntau*dg_exc/dt = -g_exc",
        spike="v > 1.0",
        reset="v = 0.0",
    )
    net = ann.Network(dt=1.0, seed=11, num_threads=threads)
    a = net.create(700, noisy)
    synapse = ann.Synapse(**STDP, pruning="p + q > 0.05 : proba=0.3", creating="t - t_pre < 1.5 : proba=0.01, w=0.01")
    projection = net.connect(a, a, "exc", synapse).fixed_probability(0.01, weights=0.01, delays=2.0)
    before = pairs(projection)
    projection.start_pruning(period=3.0)
    projection.start_creating(period=5.0)
    net.simulate(40.0)
    after = pairs(projection)
    assert before - after
    assert after - before
    assert all(pre != post for pre, post in after), "no neuron is connected with itself"
    return [projection.pre_ranks, projection.post_ranks, projection.w, projection.p, a.v.tolist()]


@pytest.mark.parametrize("threads", [2, 3])
def test_any_number_of_threads_gives_the_same_synapses_and_the_same_bits(threads: int) -> None:
    assert threaded_run(threads) == threaded_run(1)


def test_another_epoch_draws_others_and_reset_brings_back_the_synapses_there_were() -> None:
    net, a, b = network(20, 10)
    a.x = 1.0
    synapse = ann.Synapse(
        parameters="c = 1.0",
        equations="age += c : init=0.0",
        pruning="age > 2.0 : proba=0.3",
        creating="t > 3.0 : proba=0.1",
    )
    projection = net.connect(a, b, "exc", synapse).fixed_probability(0.5, weights=ann.Uniform(0.0, 1.0))
    net.compile(silent=True)

    def state() -> list[Any]:
        return [projection.pre_ranks, projection.w, projection.age, projection.delay, projection.c, b.r.tolist()]

    first = state()
    projection.start_pruning()
    projection.start_creating()

    def run() -> list[Any]:
        net.simulate(3.0)
        projection.c = 2.0
        projection.create_synapse(*min(set(np.ndindex(20, 10)) - pairs(projection)), w=9.0, delay=3.0)
        net.simulate(4.0)
        return state()

    once = run()
    net.reset(projections=True)
    assert projection.pre_ranks == once[0]
    assert projection.w == once[1]
    assert set(np.concatenate(projection.age)) == {0.0}
    assert projection.c == 1.0
    net.reset(synapses=True)
    assert state()[:5] == first[:5]
    assert run() == once
    net.reset(synapses=True, reseed_rng=False)
    assert state()[:5] == first[:5]
    assert run()[0] != once[0]


CONDITIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "w > 0.5": lambda n: n["w"] > 0.5,
    "w > k": lambda n: n["w"] > n["k"],
    "c*w < s": lambda n: n["c"] * n["w"] < n["s"],
    "g < 3.0 and n == 2": lambda n: (n["g"] < 3.0) & (n["n"] == 2),
    "pre.x - post.x > 2.0": lambda n: n["pre.x"] - n["post.x"] > 2.0,
    "abs(pre.x - mean(pre.x)) < 1.0": lambda n: abs(n["pre.x"] - 2.0) < 1.0,
    "norm2(post.x) > pre.x*max(post.x)": lambda n: np.sqrt(14.0) > n["pre.x"] * 3.0,
    "d > 2.0": lambda n: n["d"] > 2.0,
    "post.sum(exc) > 10.0": lambda n: n["sum"] > 10.0,
    "g_target > 10.0": lambda n: n["sum"] > 10.0,
    "if t >= 4.0: w > limit else: w < limit": lambda n: n["w"] > 0.3,
    "flag": lambda n: n["flag"],
    "dt == 1.0 and twice(w) < 1.0": lambda n: 2.0 * n["w"] < 1.0,
    "post.x >= Uniform(1.0, 1.5)": lambda n: n["post.x"] >= 2.0,
    "w > Normal(w - 1.0, 0.0)": lambda n: n["w"] > -np.inf,
    "pre.both > 6.5": lambda n: n["w"] > -np.inf,
}


@pytest.mark.parametrize("text", CONDITIONS)
@pytest.mark.parametrize("precision", ["double", "float"])
def test_conditions_read_what_equations_read(text: str, precision: str) -> None:
    synapse = ann.Synapse(
        parameters=dict(
            k=ann.Parameter(0.4), c=ann.Parameter(2.0, locality="local"), s=ann.Parameter(0.9, locality="semiglobal")
        ),
        equations="g = 2.0 : projection\nn = 2 : int\nflag = w > 0.6 : bool",
        functions="twice(x) = 2.0*x",
        pruning=text,
    )
    source = ann.Neuron(parameters="x = 0.0; both = 7.0 : population", equations="r = x")
    net, a, b = network(5, 4, (source, SUM), precision=precision)
    net.constant("limit", 0.3)
    a.x, b.x = np.arange(5.0), np.arange(4.0)
    W = np.random.default_rng(2).random((4, 5))
    W[0, 2] = W[3, 1] = np.nan
    D = np.random.default_rng(3).integers(1, 4, W.shape).astype(float)
    projection = net.connect(a, b, "exc", synapse).from_matrix(W, delays=D)
    projection.s, projection.c = [0.5, 0.6, 0.7, 0.8], 2.0
    net.simulate(4.0)
    projection.start_pruning()
    net.step()
    names = dict(w=W, k=0.4, c=2.0, s=np.array([[0.5, 0.6, 0.7, 0.8]]).T, g=2.0, n=2, d=D, flag=W > 0.6)
    names |= {
        "pre.x": np.arange(5.0),
        "post.x": np.arange(4.0)[:, None],
        "sum": (np.nan_to_num(W) @ np.arange(5.0))[:, None],
    }
    with np.errstate(invalid="ignore"):
        kept = ~(np.isnan(W) | np.broadcast_to(CONDITIONS[text](names), W.shape))
    assert pairs(projection) == {(int(i), int(j)) for j, i in np.argwhere(kept)}


def test_times_of_the_last_spikes_are_known_to_conditions() -> None:
    net, a, b = network(4, 3, (CLOCK, COUNT))
    a.period, a.phase = [1e6, 2.0, 3.0, 4.0], [1e3, 0.0, 0.0, 0.0]  # the first one is silent
    b.period, b.phase = [2.0, 3.0, 1e6], 0.0
    now = 6.0
    last_pre = np.array([-np.inf, *(now // a.period[1:] * a.period[1:])])
    last_post = now // b.period * b.period
    conditions = {
        "t - t_pre > 1.5": (now - last_pre > 1.5)[None],
        "t_pre == t": (last_pre == now)[None],
        "t - t_post > 5.0": (now - last_post > 5.0)[:, None],
        "t_post > t_pre": last_post[:, None] > last_pre[None],
    }
    rules = [ann.Synapse(pre_spike="g_target += w", pruning=text) for text in conditions]
    projections = [net.connect(a, b, "exc", rule).all_to_all(0.0) for rule in rules]
    net.simulate(now)
    for projection in projections:
        projection.start_pruning()
    net.step()
    for projection, gone in zip(projections, conditions.values(), strict=True):
        kept = ~np.broadcast_to(gone, (3, 4))
        assert 0 < kept.sum() < 12
        assert pairs(projection) == {(int(i), int(j)) for j, i in np.argwhere(kept)}


@pytest.mark.parametrize("bound", ["", ", min=0.5"])
def test_a_trace_that_no_event_has_touched_has_decayed_all_the_same(bound: str) -> None:
    synapse = ann.Synapse(
        parameters="tau = 5.0 : projection",
        equations=f"tau*dx/dt = 0.2 - x : init=1.0, event-driven{bound}",
        pre_spike="g_target += w",
        pruning="x < level",
    )
    net, a, b = network(3, 3, (CLOCK, COUNT), dt=0.5)
    a.period, a.phase = [1e6, 1e6, 2.0], -1.0
    net.constant("level", 0.6)
    projection = net.connect(a, b, "exc", synapse).all_to_all(0.0)
    net.compile(silent=True)
    projection.x = [[1.0, 2.0, 2.0]] * 3
    projection.start_pruning()
    # 0.2 + (x0 − 0.2)·exp(−t/5) < 0.6 first holds at the end of the step that brings t to this
    due = [5.0 * np.log((x0 - 0.2) / 0.4) for x0 in (1.0, 2.0)]
    found = counts(net, projection, 20)
    ends = 0.5 * np.arange(1, 21)
    assert found == [9 - 3 * int(end > due[0]) - 6 * int(end > due[1]) for end in ends]


def test_shared_traces_have_decayed_too() -> None:
    equations = """
        tau*dx/dt = -x : init=1.0, event-driven, {}
    """
    ends = np.arange(1, 9) * 0.5
    for locality in ("local", "postsynaptic", "projection"):
        synapse = ann.Synapse(
            parameters="tau = 2.0 : projection",
            equations=equations.format(locality),
            pre_spike="g_target += w\nx += 1.0",
            pruning="x < 0.25",
        )
        net, a, b = network(3, 3, (CLOCK, COUNT), dt=0.5)
        a.period, a.phase = 1e6, -1.0
        projection = net.connect(a, b, "exc", synapse).all_to_all(0.0)
        projection.start_pruning()
        assert counts(net, projection, 8) == [9 if np.exp(-end / 2.0) >= 0.25 else 0 for end in ends], locality


def test_a_coupled_trace_is_brought_up_to_date_by_its_closed_solution() -> None:
    synapse = ann.Synapse(
        parameters="tau = 5.0 : projection; slow = 20.0 : projection",
        equations="tau*dx/dt = -x : init=1.0, event-driven\nslow*dy/dt = x - y : init=0.0, event-driven",
        pre_spike="g_target += w",
        pruning="y > level",
    )
    net, a, b = network(3, 3, (CLOCK, COUNT), dt=0.5)
    a.period, a.phase = 1e6, -1.0
    net.constant("level", 0.1)
    projection = net.connect(a, b, "exc", synapse).all_to_all(0.0)
    projection.start_pruning()
    ends = 0.5 * np.arange(1, 21)
    y = (np.exp(-ends / 20.0) - np.exp(-ends / 5.0)) * 5.0 / (20.0 - 5.0)
    assert counts(net, projection, 20) == [9 if value <= 0.1 else 0 for value in np.maximum.accumulate(y)]


def test_creating_looks_at_the_pairs_of_the_views_without_synapse_and_gives_weight_and_delay() -> None:
    synapse = ann.Synapse(
        parameters="theta = 2.0; tau = 10.0",
        equations="age += 1.0 : init=0.0",
        creating="pre.x*post.x >= theta and age == 0.0 and w > 0.0 : w=0.5*pre.x, d=3.0",
    )
    net, a, b = network(6, 5)
    a.x, b.x = np.arange(6.0), np.arange(5.0)
    projection = net.connect(a[1:5], b[2:5], "exc", synapse).from_matrix(np.diag([9.0, 9.0, 9.0, 9.0])[:3])
    projection.start_creating()
    net.step()
    expected = {(i, j): 0.5 * i for i in range(1, 5) for j in range(2, 5) if i * j >= 2.0}
    expected |= {(i, j): 9.0 * (j == i + 1) for i in range(1, 5) for j in range(2, 5)}
    assert table(projection, "w") == expected
    net.reset(synapses=True)
    sparse = net.connect(a[1:5], b[2:5], "exc", synapse).from_matrix([[None, 8.0, None, None]] + [[None] * 4] * 2)
    sparse.start_creating()
    net.step()
    wanted = {(i, j): (0.5 * i, 3.0) for i in range(1, 5) for j in range(2, 5) if i * j >= 2.0} | {(2, 2): (8.0, 1.0)}
    found = table(sparse, "delay")
    assert {pair: (w, found[pair]) for pair, w in table(sparse, "w").items()} == wanted


def test_pairs_are_looked_at_in_blocks_whose_size_changes_nothing(monkeypatch: Any) -> None:
    found = []
    for block in (1, 7, 100, 10_000):
        monkeypatch.setattr(structural, "BLOCK", block)
        net, a, b = network(40, 30)
        a.x = np.arange(40.0)
        creating = "pre.x > Uniform(0.0, 80.0) + Normal(0.0, 0.1*pre.x) : proba=0.3, w=Uniform(0.0, 1.0)"
        synapse = ann.Synapse(pruning="w > Uniform(0.0, 4.0) : proba=0.9", creating=creating)
        projection = net.connect(a, b, "exc", synapse).fixed_probability(0.3, weights=ann.Uniform(0.0, 1.0))
        projection.start_creating(period=2.0)
        projection.start_pruning()
        net.simulate(3.0)
        found.append([projection.pre_ranks, projection.w])
    assert found[1:] == found[:-1]


def test_chances_are_those_asked_for() -> None:
    net, a, b = network(200, 100)
    synapse = ann.Synapse(pruning="w > 0.5 : proba=0.1", creating=ann.Creating("pre.x > 0.5", proba=0.05, w=0.25))
    a.x = (np.arange(200) % 2).astype(float)
    projection = net.connect(a, b, "exc", synapse).fixed_probability(0.3, weights=1.0)
    before = projection.connectivity_matrix()
    projection.start_pruning()
    projection.start_creating()
    net.step()
    after = projection.connectivity_matrix()
    open_pairs = (before == 0.0) & (a.x > 0.5)
    for trials, successes, p in (
        (np.count_nonzero(before), np.count_nonzero((before > 0.0) & (after == 0.0)), 0.1),
        (np.count_nonzero(open_pairs), np.count_nonzero(open_pairs & (after == 0.25)), 0.05),
    ):
        assert abs(successes - trials * p) < 5.0 * np.sqrt(trials * p * (1.0 - p))
    assert not ((before == 0.0) & (a.x < 0.5) & (after > 0.0)).any()


def test_a_synapse_that_is_pruned_is_not_created_in_the_same_step() -> None:
    net, a, b = network(3, 2)
    projection = net.connect(a, b, "exc", ann.Synapse(pruning="w > 0.5", creating="pre.x < 1.0 : w=1.0"))
    projection.from_matrix([[1.0, None, 1.0], [None] * 3])
    projection.start_pruning()
    projection.start_creating()
    net.step()
    assert pairs(projection) == {(1, 0), (0, 1), (1, 1), (2, 1)}
    net.step()
    assert pairs(projection) == {(0, 0), (2, 0)}


def test_what_can_not_be_started_is_refused_with_a_sentence() -> None:
    net, a, b = network()
    plain = diagonal(net, a, b)
    for start, what in ((plain.start_pruning, "pruning"), (plain.start_creating, "creating")):
        with pytest.raises(ValueError, match=f"has no condition: give it .*{what}="):
            start()
    both = diagonal(net, a, b, synapse=ann.Synapse(pruning="w > 1.0", creating="pre.x > 1.0"))
    for start in (both.start_pruning, both.start_creating):
        for wrong in (0.0, -1.0, 0.2):
            with pytest.raises(ValueError, match=r"at least dt = 1 ms"):
                start(period=wrong)
    random = ann.Synapse(equations="z = z : init=Uniform(0.0, 1.0)", creating="z > 0.5")
    with pytest.raises(ValueError, match="reads 'z', which is drawn for each synapse"):
        diagonal(net, a, b, synapse=random).start_creating()
    with pytest.raises(ValueError, match="reads 'w', which is drawn"):
        diagonal(net, a, b, synapse=ann.Synapse(creating="w > 0.5 : w=Uniform(0.0, 1.0)")).start_creating()
    with pytest.raises(RuntimeError, match="no synapses yet"):
        net.connect(a, b, "exc", ann.Synapse(pruning="w > 1.0")).start_pruning()


def test_a_weight_that_is_no_number_is_refused_and_the_network_goes_on() -> None:
    net, a, b = network()
    projection = diagonal(net, a, b, synapse=ann.Synapse(creating="pre.x >= 0.0 : w=0.0/pre.x"))
    projection.start_creating()
    with pytest.raises(ValueError, match="can't be NaN"):
        net.simulate(5.0)
    assert net.current_step == 1
    assert projection.nb_synapses == 4
    projection.stop_creating()
    net.simulate(5.0)
    assert net.current_step == 6


def test_a_network_that_restructures_itself_costs_nothing_where_nothing_is_due() -> None:
    net, a, b = network()
    projection = diagonal(net, a, b, synapse=ann.Synapse(pruning="w > 10.0"))
    projection.start_pruning(period=10.0)
    net.simulate(10.0)
    before, runner = net._revision, net._runner
    net.simulate(100.0)
    assert net._revision == before
    assert net._runner is runner


def test_an_interrupt_at_the_end_of_a_step_that_is_due_loses_nothing(monkeypatch: Any) -> None:
    found = []
    for is_interrupted in (False, True):
        net, a, b = network(10, 8)
        a.x = np.arange(10.0)
        synapse = ann.Synapse(pruning="w > 0.2 : proba=0.2", creating="pre.x > t : proba=0.1, w=0.5")
        projection = net.connect(a, b, "exc", synapse).fixed_probability(0.5, weights=ann.Uniform(0.0, 1.0))
        net.compile(silent=True)
        projection.start_pruning(period=3.0)
        projection.start_creating(period=3.0)
        if is_interrupted:
            run = net._runner.run

            def interrupted(*arguments: Any, run: Callable[..., int] = run) -> int:
                run(*arguments)
                raise KeyboardInterrupt

            monkeypatch.setattr(net._runner, "run", interrupted)
            with pytest.raises(KeyboardInterrupt):
                net.simulate(9.0)
            monkeypatch.undo()
            assert net.current_step == 1
            net.simulate(8.0)
        else:
            net.simulate(9.0)
        found.append([table(projection, "w"), b.r.tolist()])
    assert found[0] == found[1]


def test_own_names_in_creating_mean_what_a_new_synapse_begins_with() -> None:
    synapse = ann.Synapse(
        parameters=dict(s=ann.Parameter(5.0, locality="semiglobal"), g=2.0, k=ann.Parameter("limit", locality="local")),
        equations="y = y : init=k, postsynaptic\nz = z : init=3.0",
        creating="s + pre.x > 8.0 and d == 4.0 and g == 2.0 and k == 1.5 and y == 1.5 and z == 3.0 : w=s",
    )
    net, a, b = network(4, 3)
    net.constant("limit", 1.5)
    a.x = np.arange(4.0)
    projection = net.connect(a, b, "exc", synapse).from_matrix(
        [[1.0] + [None] * 3, [None, 1.0, None, None], [None] * 4]
    )
    projection.delay = 4.0
    projection.s, projection.k = [6.0, 7.0], [9.0, 9.0]  # the third row begins with 5
    projection.start_creating()
    net.simulate(1.0, progress=True)
    new = {(3, 0): 6.0, (2, 1): 7.0, (3, 1): 7.0}
    assert table(projection, "w") == {(0, 0): 1.0, (1, 1): 1.0, **new}
    projection.s = [6.0, 7.0]
    a.x = a.x + 1.0
    net.simulate(1.0)
    assert table(projection, "w") == {(0, 0): 1.0, (1, 1): 1.0, **new, (2, 0): 6.0, (3, 2): 5.0}
