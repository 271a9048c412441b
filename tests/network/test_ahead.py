"""Spikes with delays of their own, handed out when they happen: as if looked up when they arrive, but for rounding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.engine.buffers import padded
from eqneuro.network import ahead

SAID = "handed out when they happen"
SIZE, DT = 60, 0.5
CELL = ann.Neuron(
    parameters="drive = 1.2",
    equations="10.0*dv/dt = drive - v + g_exc - 0.3*g_inh\n5.0*dg_exc/dt = -g_exc\n3.0*dg_inh/dt = -g_inh",
    spike="v > 1.0",
    reset="v = 0.0",
)
EVERY = ["v", "g_exc", "g_inh", "spike"]


@pytest.fixture(autouse=True)
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks of tests are too small for it to be worth it."""
    monkeypatch.setattr(ahead, "WORTH", 1e9)


def network(threads: int = 1, precision: str = "double", scale: float = 1.0) -> tuple[ann.Network, Any, list[Any], Any]:
    """Three projections, two of them onto one target; ``scale`` is that of the delays."""
    net = ann.Network(dt=DT, seed=5, num_threads=threads, precision=precision)
    cells = net.create(SIZE, CELL)
    cells.v = ann.Uniform(0.0, 1.0)
    first = net.connect(cells, cells, "exc")
    first.fixed_probability(0.3, ann.Uniform(0.0, 0.3), delays=ann.Uniform(0.5, 12.0 * scale))
    second = net.connect(cells[:20], cells[10:50], "exc")
    second.fixed_number_pre(6, 0.05, delays=ann.Uniform(3.0, 30.0 * scale))
    third = net.connect(cells[30:], cells, "inh").fixed_probability(0.2, 0.1, delays=ann.Uniform(1.0, 20.0 * scale))
    return net, cells, [first, second, third], net.monitor(cells, EVERY)


def seen(monitor: Any) -> dict[str, Any]:
    """What was recorded, spikes as lists."""
    return {name: values if name == "spike" else np.array(values) for name, values in monitor.get().items()}


def assert_close(found: dict[str, Any], expected: dict[str, Any], tolerance: float = 1e-9) -> None:
    assert found["spike"] == expected["spike"]
    assert sum(map(len, found["spike"].values())) > 2 * SIZE
    for name in EVERY[:3]:
        np.testing.assert_allclose(found[name], expected[name], rtol=tolerance, atol=tolerance)


def by_delay(monkeypatch: pytest.MonkeyPatch, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The same run where parts of rows are looked up."""
    with monkeypatch.context() as patch:
        patch.setattr(ahead, "WORTH", 0.0)
        return run()


@pytest.mark.parametrize("scale", [1.0, 20.0])
@pytest.mark.parametrize("threads", [1, 3])
def test_neither_way_changes_what_neurons_do(scale: float, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> dict[str, Any]:
        net, _, _, monitor = network(threads, scale=scale)
        net.simulate(300.0)
        is_there = SAID in net.source()
        assert is_there == (ahead.WORTH > 0.0)
        if is_there:
            assert {p._spike_rows.late.itemsize for p in net.get_projections()} == {1 if scale == 1.0 else 2}
        return seen(monitor)

    monkeypatch.setenv("EQNEURO_FIXED_THREADS", "1")
    assert_close(run(), by_delay(monkeypatch, run))


@pytest.mark.parametrize("precision", ["double", "float"])
def test_threads_and_pieces_of_a_run_change_no_bit(precision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQNEURO_FIXED_THREADS", "1")
    found = []
    for threads, pieces in ((1, [200.0]), (2, [200.0]), (3, [200.0]), (4, [200.0]), (1, [0.5] * 40 + [80.0, 100.0])):
        net, _, _, monitor = network(threads, precision)
        for piece in pieces:
            net.simulate(piece)
        assert SAID in net.source()
        found.append(seen(monitor))
    for other in found[1:]:
        assert other["spike"] == found[0]["spike"]
        for name in EVERY[:3]:
            np.testing.assert_array_equal(found[0][name], other[name])


def set_weights(net: ann.Network, cells: Any, projections: list[Any], path: Any) -> None:
    projections[0].w = 0.11
    projections[1].w = 0.07


def set_one_weight(net: ann.Network, cells: Any, projections: list[Any], path: Any) -> None:
    projections[0].dendrite(projections[0].post_ranks[3]).w = 0.4


def set_a_drive(net: ann.Network, cells: Any, projections: list[Any], path: Any) -> None:
    cells.drive = 1.4


def set_delays(net: ann.Network, cells: Any, projections: list[Any], path: Any) -> None:
    projections[1].delay = 4.0


def prune(net: ann.Network, cells: Any, projections: list[Any], path: Any) -> None:
    rank = projections[0].post_ranks[0]
    projections[0].dendrite(rank).prune_synapse(projections[0].dendrite(rank).pre_ranks[0])


def rest_for_a_while(net: ann.Network, cells: Any, projections: list[Any], path: Any) -> None:
    cells.disable()
    net.simulate(7.0)
    cells.enable()


def lose_what_is_under_way(net: ann.Network, cells: Any, projections: list[Any], path: Any) -> None:
    cells.reset()


def begin_anew(net: ann.Network, cells: Any, projections: list[Any], path: Any) -> None:
    net.reset(monitors=False)


def save_and_go_back(net: ann.Network, cells: Any, projections: list[Any], path: Any) -> None:
    net.save(str(path / f"{ahead.WORTH}.npz"))
    net.simulate(20.0)
    net.load(str(path / f"{ahead.WORTH}.npz"))


def record_more(net: ann.Network, cells: Any, projections: list[Any], path: Any) -> None:
    net.monitor(cells, "v")


CHANGES = [set_weights, set_one_weight, set_a_drive, set_delays, prune, rest_for_a_while, lose_what_is_under_way,
           begin_anew, save_and_go_back, record_more]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.filterwarnings("ignore:delays of projection:UserWarning")
def test_what_changes_while_spikes_are_under_way_counts_when_they_arrive(
    change: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    def run() -> dict[str, Any]:
        net, cells, projections, monitor = network()
        net.simulate(61.5)
        change(net, cells, projections, tmp_path)
        net.simulate(90.0)
        return seen(monitor)

    assert_close(run(), by_delay(monkeypatch, run))


def test_a_network_from_a_file_goes_on_with_the_same_bits(tmp_path: Any) -> None:
    first, second = network(), network()
    first[0].simulate(60.0)
    first[0].save(str(tmp_path / "net.npz"))
    first[0].simulate(60.0)
    second[0].compile()
    second[0].load(str(tmp_path / "net.npz"))
    second[0].simulate(60.0)
    np.testing.assert_array_equal(first[3].get("v")[-120:], second[3].get("v")[-120:])


def test_what_is_known_is_not_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    emptied = []
    whole = ahead.InputsAhead.empty
    monkeypatch.setattr(ahead.InputsAhead, "empty", lambda self: (emptied.append(self), whole(self)))
    net, cells, projections, _ = network()
    net.simulate(20.0)
    assert len(emptied) == 2  # exc and inh
    net.simulate(2.0)  # recordings have got more room: arrays are handed over anew
    begun = len(emptied)
    for _ in range(5):
        cells.drive = 1.3
        net.simulate(2.0)
    assert len(emptied) == begun
    projections[0].w = 0.2
    net.simulate(2.0)
    assert len(emptied) == begun + 2


def test_a_profile_counts_what_is_handed_out() -> None:
    net, _, projections, monitor = network()
    profile = net.profile(100.0, every=1)
    spikes = monitor.get("spike")
    assert str(net.explain(details=True)).count(SAID) == len(projections)
    for projection in projections:
        sizes = np.zeros(SIZE, dtype=int)
        for sources in projection.pre_ranks:
            sizes[sources] += 1
        sent = sum(sizes[rank] * sum(step < 199 for step in train) for rank, train in spikes.items())
        assert profile.of("delivery", projection.name).count == sent > 0
    taken = profile.of("delivery", "pop0", "inputs of a step")
    assert taken.count == 2 * 200 * padded(SIZE)  # of two targets


@pytest.mark.parametrize(
    ("synapse", "is_ahead"),
    [
        (ann.Synapse(pre_spike="g_target += w"), True),
        (ann.Synapse(parameters="a = 2.0\nb = 0.1 : postsynaptic", pre_spike="g_target += a*w + exp(-b)"), True),
        (ann.Synapse(parameters="a = 2.0", pre_spike="g_target += w*post.v"), False),
        (ann.Synapse(parameters="a = 2.0", pre_spike="g_target += w*pre.v"), False),
        (ann.Synapse(parameters="a = 2.0", pre_spike="g_target += w*t"), False),
        (ann.Synapse(parameters="a = 2.0", equations="dw/dt = -0.001*w", pre_spike="g_target += w"), False),
    ],
)
def test_only_what_is_known_beforehand_is_handed_out(
    synapse: ann.Synapse, is_ahead: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run() -> dict[str, Any]:
        net = ann.Network(dt=DT, seed=5)
        cells = net.create(SIZE, CELL)
        cells.v = ann.Uniform(0.0, 1.0)
        projection = net.connect(cells, cells, "exc", synapse)
        projection.fixed_probability(0.3, ann.Uniform(0.0, 0.02), delays=ann.Uniform(0.5, 9.0))
        monitor = net.monitor(cells, EVERY)
        net.simulate(100.0)
        assert (SAID in net.source()) == (is_ahead and ahead.WORTH > 0.0)
        return seen(monitor)

    assert_close(run(), by_delay(monkeypatch, run))


def test_long_rows_and_few_delays_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    def is_ahead(size: int, inputs: int, longest: float) -> bool:
        net = ann.Network(dt=0.1, seed=1)
        cells = net.create(size, CELL)
        projection = net.connect(cells, cells, "exc").fixed_number_pre(inputs, 0.1, delays=ann.Uniform(0.1, longest))
        return bool(projection._hands_out(projection._delays))

    assert is_ahead(2000, 20, 20.0)
    assert not is_ahead(2000, 1000, 2.0)
    assert not is_ahead(2000, 20, 0.3)


def test_names_of_users_do_not_meet_those_of_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    names = "late coming until sent mask reach ahead near width slot count spikes first last upcoming".split()
    product = " + ".join(names)
    synapse = ann.Synapse(parameters=dict.fromkeys(names, 0.001), pre_spike=f"g_target += w + {product}")

    def run() -> dict[str, Any]:
        net = ann.Network(dt=DT, seed=5)
        cells = net.create(SIZE, CELL)
        cells.v = ann.Uniform(0.0, 1.0)
        net.connect(cells, cells, "exc", synapse).fixed_probability(0.3, 0.01, delays=ann.Uniform(0.5, 9.0))
        monitor = net.monitor(cells, EVERY)
        net.simulate(100.0)
        return seen(monitor)

    assert_close(run(), by_delay(monkeypatch, run))
