"""Copies of networks run by themselves, and begin as their originals did."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import eqneuro as ann

COUNTER = ann.Neuron(parameters="inc = 1.0", equations="v = v + inc : init=0.0\nr = v")
SPIKING = ann.Neuron(
    parameters="tau = 10.0\nstart = Uniform(0.0, 0.5)",
    equations="tau*dv/dt = 1.2 - v + g_exc + gain*Uniform(-1.0, 1.0) : init=start\ntau*dg_exc/dt = -g_exc",
    spike="v > 1.0",
    reset="v = 0.0",
    refractory=2.0,
)


def built(**settings: Any) -> ann.Network:
    """A network of all kinds of objects, with some of them set on it as attributes."""
    net = ann.Network(**{"dt": 0.5, "seed": 3, **settings})
    net.constant("gain", 0.4)
    net.cells = net.create((5, 8), SPIKING, name="cells", stop_condition="v > 1e9 : any")
    net.cells.tau = ann.Uniform(8.0, 12.0)
    net.cells.refractory = ann.Uniform(0.0, 4.0)
    net.cells.compute_firing_rate(10.0)
    net.inputs = [net.create(ann.PoissonPopulation(20, rates=50.0)), net.create(ann.SpikeSourceArray([[3.0], [7.0]]))]
    net.part = net.cells[2:, :]
    net.recurrent = net.connect(net.cells, net.part, "exc", ann.STDP(w_max=0.5), name="recurrent")
    net.recurrent.fixed_probability(0.2, ann.Uniform(0.0, 0.2), ann.Uniform(0.5, 4.0))
    net.recurrent.enable_learning(period=2.0)
    net.connect(net.inputs[0], net.cells, "exc").fixed_number_pre(5, ann.Uniform(0.0, 0.5))
    net.connect(net.inputs[1], net.cells, "exc").all_to_all(0.1, delays=2.0)
    image = net.create(ann.TimedArray(np.arange(12.0).reshape(2, 6), schedule=[0.0, 8.0]), name="image")
    net.filtered = net.create(6, ann.Neuron(equations="r = sum(exc)"), name="filtered")
    net.filter = net.connect(ann.Convolution(image, net.filtered, "exc")).connect_filter([0.5, 1.0, 0.5])
    net.connect(
        ann.Transpose(net.connect(net.filtered, image, "x").all_to_all(ann.Uniform(0.0, 1.0)), "exc")
    ).transpose()
    net.watch = net.monitor(net.part, ["v", "spike"], name="watch", period=1.0)
    net.bold = net.boldmonitor(net.cells, normalize_input=5.0, start=True)
    net.numbers = {"array": np.arange(3)}
    return net


def held(net: ann.Network) -> dict[str, Any]:
    found: dict[str, Any] = {
        p.name: np.array(p.get(p.variables[0] if p.variables else "r")) for p in net.get_populations() if p.attributes
    }
    for projection in net.get_projections():
        found[projection.name] = (projection.w, projection.delay, projection.pre_ranks)
    return found


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name, values in one.items():
        if isinstance(values, np.ndarray):
            np.testing.assert_array_equal(values, other[name], err_msg=name)
        else:
            assert values == other[name], name


@pytest.mark.filterwarnings("ignore:population 'image' reads no target")
@pytest.mark.parametrize("steps", ["before", "after"])
def test_a_copy_of_the_same_seed_runs_as_its_original_did_from_the_beginning(steps: str) -> None:
    """Whether the original has run, learned and been changed in the meantime or not."""
    net, straight = built(), built()
    if steps == "after":
        net.simulate(12.5)
        net.cells.tau, net.cells.v, net.recurrent.w = 3.0, 0.0, 0.0
        net.recurrent.delay = 1.0
        net.filter.weights = 0.0
        net.inputs[1].spike_times = [[1.0], [2.0]]
    made = net.copy(seed=3)
    assert (made.time, made.dt, made.seed) == (0.0, 0.5, 3)
    before = held(net)
    straight.simulate(25.0)
    if steps == "before":
        made.simulate(25.0)
        assert_same(held(straight), held(made))
        np.testing.assert_array_equal(straight.watch.get("v"), made.watch.get("v"))
        np.testing.assert_array_equal(straight.bold.get("BOLD"), made.bold.get("BOLD"))
    else:
        made.inputs[1].spike_times = [[3.0], [7.0]]  # which reset does not bring back
        made.simulate(25.0)
        assert_same(held(straight), held(made))
    assert_same(before, held(net))


@pytest.mark.filterwarnings("ignore:population 'image' reads no target")
def test_attributes_of_the_network_refer_to_the_objects_of_the_copy() -> None:
    net = built()
    made = net.copy()
    assert made.cells is made.get_population("cells")
    assert made.cells is not net.cells
    assert made.part.population is made.cells
    assert made.inputs == made.get_populations()[1:3]
    assert made.recurrent is made.get_projection("recurrent")
    assert made.recurrent.post.population is made.cells
    assert made.watch is made.get_monitor("watch")
    assert made.watch.period == 1.0
    assert made.numbers["array"] is not net.numbers["array"]
    assert made.seed != net.seed


def test_what_cannot_be_copied_is_shared() -> None:
    net = ann.Network()
    net.module, net.lines = np, (line for line in "ab")
    made = net.copy()
    assert made.module is np
    assert made.lines is net.lines


def test_original_and_copy_do_not_see_each_other() -> None:
    net = ann.Network()
    net.counter = net.create(2, COUNTER)
    made = net.copy()
    net.simulate(2.0)
    made.counter.inc = 5.0
    made.simulate(3.0)
    net.simulate(1.0)
    assert (net.counter.v.tolist(), made.counter.v.tolist()) == ([3.0, 3.0], [15.0, 15.0])


def test_another_seed_draws_other_initial_values_and_keeps_those_that_were_set() -> None:
    net = ann.Network(seed=1)
    net.constant("gain", 0.0)
    cells = net.create(30, SPIKING)
    cells.tau = ann.Uniform(5.0, 10.0)
    made = net.copy(seed=2)
    [twin] = made.get_populations()
    np.testing.assert_array_equal(twin.tau, cells.tau)
    assert not np.any(twin.start == cells.start)
    np.testing.assert_array_equal(net.copy(seed=1).get_populations()[0].start, cells.start)


def test_settings_are_kept_unless_they_are_given() -> None:
    net = ann.Network(dt=0.2, dtype=ann.float32, num_threads=2)
    net.create(3, COUNTER).v = 0.1
    made = net.copy(precision="double", num_threads=1)
    assert (made.dt, made.get_populations()[0].v.dtype) == (0.2, np.float64)
    assert net.copy().get_populations()[0].v.dtype == np.float32
    with pytest.raises(ValueError, match=r"keeps its dt, 0\.2 ms"):
        net.copy(dt=0.1)
    with pytest.raises(TypeError, match=r"copy\(seed=3\), not 5, 'size'"):
        net.copy(5, size=3)


def test_a_copy_keeps_pruned_and_created_synapses_to_itself() -> None:
    net = ann.Network()
    net.source, net.reader = net.create(ann.InputArray(3)), net.create(2, ann.Neuron(equations="r = sum(exc)"))
    net.source.r = 1.0
    net.projection = net.connect(net.source, net.reader, "exc").all_to_all(1.0)
    made = net.copy()
    net.projection.prune_synapse(0, 0)
    made.projection.prune_synapses([0, 1, 2], [1, 1, 1])
    for one in (net, made):
        one.simulate(2.0)
    assert (net.reader.r.tolist(), made.reader.r.tolist()) == ([2.0, 3.0], [3.0, 0.0])
    later = net.copy()
    later.simulate(2.0)
    assert later.reader.r.tolist() == [2.0, 3.0], "pruned before the first compilation"
    net.projection.prune_synapse(1, 0)
    first = net.copy()
    first.simulate(2.0)
    assert first.reader.r.tolist() == [2.0, 3.0], "as reset(synapses=True) would have it"


def test_networks_are_not_copied_by_other_means() -> None:
    net = ann.Network()
    for means in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match=r"net\.copy\(\)"):
            means(net)
    with pytest.raises(TypeError, match=r"net\.save\(\)"):
        pickle.dumps(net)


class Ramp(ann.Network):
    def __init__(self, size: int = 2, *, slope: float = 1.0) -> None:
        self.population = self.create(size, COUNTER)
        self.population.inc = slope


def test_a_subclass_is_built_again_from_the_arguments_of_copy() -> None:
    net = Ramp(3, slope=2.0, dt=0.5, num_threads=2)
    net.simulate(1.0)
    made = net.copy(slope=4.0)
    made.simulate(1.0)
    assert (type(made), made.dt, made.population.v.tolist()) == (Ramp, 0.5, [8.0, 8.0])
