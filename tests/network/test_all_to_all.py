"""From all neurons to all, with one weight and one delay: one sum serves all post-synaptic neurons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import eqneuro as ann

PRE, POST = 230, 150
RATE = ann.Neuron(parameters="b = 0.0", equations="phase = phase + b\nr = sin(phase)")
SPIKING = ann.Neuron(
    parameters="b = 0.0", equations="v = v + b\nseen = g_exc\ng_exc = 0.0", spike="v > 1.0", reset="v -= 1.0"
)


def rates(weights: Any, operation: str = "sum", threads: int = 1, delay: float = 1.0) -> tuple[np.ndarray, str]:
    """What each unit gets in the steps of a short run, and the C."""
    net = ann.Network(dt=1.0, num_threads=threads)
    units = net.create(PRE, RATE)
    units.b = np.linspace(0.1, 1.5, PRE)
    others = net.create(POST, ann.Neuron(equations="seen = sum(exc)"))
    net.connect(units, others, "exc", ann.Synapse(operation=operation)).all_to_all(weights, delays=delay)
    seen = net.monitor(others, "seen")
    net.simulate(20.0)
    return np.array(seen.get("seen")), net.source()


def spikes(weights: Any, threads: int = 1) -> tuple[np.ndarray, str]:
    """The same of neurons that spike."""
    net = ann.Network(dt=1.0, num_threads=threads)
    sources, cells = net.create(PRE, SPIKING), net.create(POST, SPIKING)
    sources.b = np.linspace(0.05, 0.3, PRE)
    net.connect(sources, cells, "exc").all_to_all(weights, delays=2.0)
    seen = net.monitor(cells, "seen")
    net.simulate(40.0)
    return np.array(seen.get("seen")), net.source()


@pytest.mark.parametrize("delay", [1, 3])
@pytest.mark.parametrize(("operation", "of"), [("sum", np.sum), ("mean", np.mean), ("max", np.max), ("min", np.min)])
def test_all_get_what_numpy_finds(operation: str, of: Any, delay: int) -> None:
    seen, code = rates(0.25, operation, delay=float(delay))
    assert "all get the same" in code
    steps = np.arange(1, 21)[:, None] * np.linspace(0.1, 1.5, PRE)
    expected = of(0.25 * np.sin(steps[:-delay]), axis=1)
    np.testing.assert_allclose(seen[delay:], np.repeat(expected[:, None], POST, axis=1), rtol=1e-9, atol=1e-12)
    apart, separate = rates(ann.Uniform(0.2, 0.3), operation, delay=float(delay))
    assert "all get the same" not in separate
    assert (apart[:, 1:] != apart[:, :1]).any()


def test_spikes_bring_as_many_weights_as_there_are() -> None:
    seen, code = spikes(0.25)
    assert "all get the same" in code
    v, expected = np.zeros(PRE), []
    for _ in range(40):
        v += np.linspace(0.05, 0.3, PRE)
        expected.append(0.25 * np.count_nonzero(v > 1.0))
        v[v > 1.0] -= 1.0
    assert max(expected) > 0.0
    np.testing.assert_allclose(seen[2:], np.repeat(np.array(expected[:-2])[:, None], POST, axis=1), rtol=1e-12)
    _, separate = spikes(ann.Uniform(0.2, 0.3))
    assert "all get the same" not in separate


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_no_bit(threads: int) -> None:
    np.testing.assert_array_equal(rates(0.1)[0], rates(0.1, threads=threads)[0])
    np.testing.assert_array_equal(spikes(0.1)[0], spikes(0.1, threads=threads)[0])


VIEWS = {
    "whole": (slice(None), slice(None)),
    "beside each other": (slice(0, 40), slice(40, 90)),
    "one in the other": (slice(10, 60), slice(None)),
    "overlapping": (slice(0, 60), slice(30, 90)),
    "every other": (slice(0, 90, 2), slice(0, 90, 3)),
}


def pairs(pre: slice, post: slice, *, loops: bool) -> np.ndarray:
    """Which pairs of 90 neurons are connected, shape (post, pre)."""
    found = np.zeros((90, 90))
    found[np.ix_(range(90)[post], range(90)[pre])] = 1.0
    return found if loops else found * (1.0 - np.eye(90))


def recurrent(cell: ann.Neuron, place: str, *, loops: bool, threads: int = 1, **options: Any) -> tuple[Any, Any, Any]:
    """90 neurons onto themselves, or some of them onto some."""
    pre, post = VIEWS[place]
    net = ann.Network(dt=1.0, num_threads=threads)
    cells = net.create(90, cell, name="cells")
    cells.b = np.linspace(0.05, 1.5, 90)
    projection = net.connect(cells[pre], cells[post], "exc", **options)
    projection.all_to_all(0.25, allow_self_connections=loops)
    return net, net.monitor(cells, "seen"), projection


@pytest.mark.parametrize("loops", [False, True])
@pytest.mark.parametrize("place", VIEWS)
@pytest.mark.parametrize("operation", ["sum", "mean"])
def test_rates_of_parts_and_of_all_others(place: str, loops: bool, operation: str) -> None:
    cell = ann.Neuron(parameters="b = 0.0", equations="phase = phase + b\nr = sin(phase)\nseen = sum(exc)")
    net, seen, _ = recurrent(cell, place, loops=loops, synapse=ann.Synapse(operation=operation))
    net.simulate(20.0)
    assert "all get the same" in net.source()
    which = pairs(*VIEWS[place], loops=loops)
    expected = 0.25 * np.sin(np.arange(1, 20)[:, None] * np.linspace(0.05, 1.5, 90)) @ which.T
    expected /= np.maximum(which.sum(axis=1), 1.0) if operation == "mean" else 1.0
    np.testing.assert_allclose(seen.get("seen")[1:], expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("loops", [False, True])
@pytest.mark.parametrize("place", VIEWS)
def test_spikes_of_parts_and_of_all_others(place: str, loops: bool) -> None:
    net, seen, _ = recurrent(SPIKING, place, loops=loops)
    net.simulate(40.0)
    assert "all get the same" in net.source()
    v, expected = np.zeros(90), []
    for _ in range(39):
        v += np.linspace(0.05, 1.5, 90)
        expected.append(0.25 * pairs(*VIEWS[place], loops=loops) @ (v > 1.0))
        v[v > 1.0] -= 1.0
    np.testing.assert_allclose(seen.get("seen")[1:], expected, rtol=1e-12)


def test_who_spikes_alone_leaves_its_own_input_as_it_was() -> None:
    held = ann.Neuron(equations="v = v\ng_exc = g_exc : init=0.3", parameters="", spike="v > 1.0", reset="v = 0.0")
    net = ann.Network(dt=1.0)
    cells = net.create(60, held)
    net.connect(cells, cells, "exc").all_to_all(0.1)
    cells[17].v = 2.0
    net.simulate(3.0)
    assert "all get the same" in net.source()
    assert cells.g_exc[17] == 0.3
    assert (np.delete(cells.g_exc, 17) == 0.3 + 0.1).all()


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("cell", [RATE, SPIKING])
def test_threads_change_no_bit_of_all_others(cell: ann.Neuron, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQNEURO_FIXED_THREADS", "1")
    seeing = ann.Neuron(parameters="b = 0.0", equations="phase = phase + b\nr = sin(phase)\nseen = sum(exc)")
    found = []
    for number in (1, threads):
        net, seen, _ = recurrent(SPIKING if cell is SPIKING else seeing, "overlapping", loops=False, threads=number)
        net.simulate(40.0)
        found.append(seen.get("seen"))
    np.testing.assert_array_equal(*found)


def test_a_network_from_a_file_goes_on_with_the_same_bits(tmp_path: Any) -> None:
    nets = [recurrent(SPIKING, "whole", loops=False) for _ in range(2)]
    for net, _, _ in nets:
        net.compile()
    nets[0][0].simulate(15.0)
    nets[0][0].save(str(tmp_path / "net.npz"))
    nets[0][0].simulate(15.0)
    nets[1][0].load(str(tmp_path / "net.npz"))
    nets[1][0].simulate(15.0)
    np.testing.assert_array_equal(nets[0][1].get("seen")[15:], nets[1][1].get("seen")[-15:])


@pytest.mark.parametrize("cell", [RATE, SPIKING])
def test_a_profile_counts_synapses_that_no_row_lists(cell: ann.Neuron) -> None:
    seeing = ann.Neuron(parameters="b = 0.0", equations="phase = phase + b\nr = sin(phase)\nseen = sum(exc)")
    net, _, projection = recurrent(SPIKING if cell is SPIKING else seeing, "one in the other", loops=False)
    spikes = net.monitor(projection.pre, "spike") if cell is SPIKING else None
    profile = net.profile(30.0, every=1)
    row = profile.of("delivery", projection.name)
    if spikes is None:
        assert row.count == 30 * projection.nb_synapses
    else:
        assert row.count == 89 * sum(step < 29 for train in spikes.get("spike").values() for step in train) > 0


def test_one_synapse_less_is_no_sum_for_all() -> None:
    net, seen, projection = recurrent(SPIKING, "whole", loops=False)
    projection.dendrite(5).prune_synapse(3)
    net.simulate(40.0)
    assert "all get the same" not in net.source()
    found = seen.get("seen")
    assert (found[:, 5] != found[:, 6]).any()


def test_weights_that_come_to_differ_and_synapses_that_go() -> None:
    net = ann.Network(dt=1.0)
    units = net.create(20, ann.Neuron(parameters="b = 1.0", equations="r = b"))
    others = net.create(30, ann.Neuron(equations="seen = sum(exc)"))
    projection = net.connect(units, others, "exc").all_to_all(0.5)
    net.simulate(3.0)
    np.testing.assert_allclose(others.seen, 10.0)
    projection.dendrite(4).w = np.linspace(0.0, 1.9, 20)
    net.simulate(2.0)
    np.testing.assert_allclose(others.seen[[3, 4]], [10.0, 19.0])


def test_names_of_users_do_not_meet_those_of_the_kernel() -> None:
    names = "begins own_place is_source rest total count spikes first last"
    values = {name: 1.0 + k for k, name in enumerate(names.split())}
    net = ann.Network(dt=1.0)
    cells = net.create(50, ann.Neuron(parameters=dict(b=1.0), equations="r = b\nseen = sum(exc)"))
    product = " * ".join(values)
    net.connect(cells, cells, "exc", ann.Synapse(parameters=values, psp=f"w * pre.r * {product}")).all_to_all(1e-3)
    net.simulate(3.0)
    assert "all get the same" in net.source()
    np.testing.assert_allclose(cells.seen, 49e-3 * np.prod(list(values.values())))


def test_random_inputs_are_not_listed_to_see_that_they_are_not_all() -> None:
    net = ann.Network(dt=1.0)
    sources, cells = net.create(400, SPIKING), net.create(400, SPIKING)
    drawn = net.connect(sources, cells, "exc").fixed_number_pre(100, 0.1)
    every = net.connect(sources, cells, "exc").fixed_number_pre(400, 0.1)
    assert drawn._built._bits is not None
    net.simulate(3.0)
    assert drawn._built._bits is not None  # ranks would take the place of bits
    assert net.source().count("all get the same") == 1
    assert every.nb_synapses == 160_000


@pytest.mark.parametrize("place", [place for place in VIEWS if place not in ("whole", "every other")])
@pytest.mark.parametrize("loops", [False, True])
@pytest.mark.parametrize("one_weight", [False, True])
def test_the_kernel_follows_synapses_that_go_and_come_back(place: str, loops: bool, one_weight: bool) -> None:
    cell = ann.Neuron(parameters="b = 0.0", equations="phase = phase + b\nr = sin(phase)\nseen = sum(exc)")
    net, seen, projection = recurrent(cell, place, loops=loops)
    which, w = pairs(*VIEWS[place], loops=loops), np.full((90, 90), 0.25)
    rank = projection.post_ranks[3]
    source = projection.dendrite(rank).pre_ranks[5]
    if not one_weight:
        w[rank] = np.linspace(0.1, 0.9, 90)
        projection.dendrite(rank).w = w[rank, projection.dendrite(rank).pre_ranks]
    expected, phase, before = [], np.zeros(90), np.zeros(90)
    for count, held in ((5, 1.0), (6, 0.0), (4, 1.0)):
        if held != which[rank, source]:
            create = projection.dendrite(rank).create_synapse if held else projection.dendrite(rank).prune_synapse
            create(source, *[w[rank, source]] * bool(held))
        which[rank, source] = held
        net.simulate(float(count))
        for _ in range(count):
            expected.append((w * which) @ before)
            phase += np.linspace(0.05, 1.5, 90)
            before = np.sin(phase)
    np.testing.assert_allclose(seen.get("seen"), expected, rtol=1e-12, atol=1e-13)
