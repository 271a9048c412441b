"""What a file holds, how it is named, and what loading does beside."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from saved_networks import build, everything

import eqneuro as ann

COUNTER = ann.Neuron(parameters="inc = 1.0", equations="v = v + inc : init=0.0\nr = v")


def counter(size: int = 3, **settings: object) -> tuple[ann.Network, ann.Population]:
    net = ann.Network(**settings)
    return net, net.create(size, COUNTER, name="counter")


def test_suffixes_say_how_a_file_is_packed(tmp_path: Path) -> None:
    net, _ = counter(1000)
    names = ["a.npz", "a.NPZ", "a.gz", "a.data", "a", "deep/er/a.npz", "a.h5", "a.hdf5"]
    for name in names:
        net.save(tmp_path / name)
    kinds = {n: zipfile.ZipFile(tmp_path / n).infolist()[-1].compress_type for n in ("a.npz", "a.NPZ", "a.data", "a")}
    assert kinds == {"a.npz": zipfile.ZIP_DEFLATED, "a.NPZ": zipfile.ZIP_DEFLATED, "a.data": 0, "a": 0}
    with gzip.open(tmp_path / "a.gz") as stream:
        assert zipfile.is_zipfile(stream)
    assert h5py.is_hdf5(tmp_path / "a.h5")
    net.simulate(3.0)
    for name in names:
        net.load(tmp_path / name)
        assert net.time == 0.0
        net.simulate(1.0)


def test_numpy_and_h5py_read_a_file_without_pickle(tmp_path: Path) -> None:
    net, population = counter()
    net.simulate(2.0)
    net.save(tmp_path / "state.npz")
    net.save(str(tmp_path / "state.h5"))
    with np.load(tmp_path / "state.npz", allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["populations/counter/attributes/v"], [2.0, 2.0, 2.0])
        assert '"format": "eqneuro checkpoint"' in str(archive["header"])
    with h5py.File(tmp_path / "state.h5") as archive:
        np.testing.assert_array_equal(archive["populations/counter/attributes/v"][()], population.v)


def test_any_name_of_an_object_may_stand_in_a_file(tmp_path: Path) -> None:
    names = ["a/b", "a", "a/attributes", "é 100 %", "..", "back\\slash", "a%2Fb"]

    def make() -> ann.Network:
        net = ann.Network()
        for name in names:
            net.create(2, COUNTER, name=name)
        return net

    net = make()
    for k, name in enumerate(names):
        net.get_population(name).v = float(k)
    for suffix in ("npz", "h5"):
        net.save(tmp_path / f"names.{suffix}")
        other = make()
        other.load(tmp_path / f"names.{suffix}")
        assert [other.get_population(name).v[0] for name in names] == list(range(len(names)))


def test_reset_brings_back_what_there_was_before_loading(tmp_path: Path) -> None:
    net, population = counter()
    population.inc = [1.0, 2.0, 3.0]
    net.simulate(2.0)
    net.save(tmp_path / "later.npz")
    fresh, other = counter()
    other.v = 7.0
    fresh.load(tmp_path / "later.npz")
    fresh.simulate(1.0)
    assert other.v.tolist() == [3.0, 6.0, 9.0]
    fresh.reset()
    assert (other.v.tolist(), np.unique(other.inc).tolist()) == ([7.0] * 3, [1.0])


def test_an_array_that_the_user_holds_shows_what_was_loaded(tmp_path: Path) -> None:
    net, population = counter()
    held = population.v
    net.save(tmp_path / "zero.npz")
    net.simulate(4.0)
    net.load(tmp_path / "zero.npz")
    assert held.tolist() == [0.0] * 3
    net.simulate(1.0)
    assert held.tolist() == [1.0] * 3


def test_constants_flags_seeds_and_epochs_are_loaded(tmp_path: Path) -> None:
    def make(seed: int) -> tuple[ann.Network, ann.Population]:
        net = ann.Network(seed=seed)
        net.constant("gain", 1.0)
        return net, net.create(2, ann.Neuron(equations="v = v + gain : init=0.0\nx = Uniform(0.0, 1.0)"))

    seed = 2**80 + 3
    net, population = make(seed)
    net.simulate(2.0)
    net.reset(reseed_rng=False)
    net.get_constant("gain").set(0.1)
    population.disable()
    net.default_rng.random(5)
    net.save(tmp_path / "state.npz")
    other, twin = make(1)
    other.load(tmp_path / "state.npz")
    assert (other.seed, other.get_constant("gain").value, twin.enabled) == (seed, 0.1, False)
    assert other.default_rng.random() == net.default_rng.random()
    for one in (population, twin):
        one.enable()
    net.simulate(3.0)
    other.simulate(3.0)
    np.testing.assert_array_equal(population.x, twin.x)
    assert population.v.tolist() == twin.v.tolist() == pytest.approx([0.3, 0.3])


def test_a_monitor_goes_on_with_its_period_and_keeps_no_data_in_the_file(tmp_path: Path) -> None:
    def make() -> tuple[ann.Network, ann.Monitor]:
        net, population = counter(1)
        return net, net.monitor(population, "v", period=5.0, start=False)

    net, monitor = make()
    net.simulate(3.0)
    monitor.start()  # at 3, 8, 13 … ms
    net.simulate(8.0)
    monitor.get()
    net.save(tmp_path / "state.npz")
    net.simulate(10.0)
    other, loaded = make()
    other.load(tmp_path / "state.npz")
    other.simulate(10.0)
    rows = loaded.get("v")
    np.testing.assert_array_equal(rows, monitor.get("v"))
    assert rows.ravel().tolist() == [14.0, 19.0]
    with np.load(tmp_path / "state.npz") as archive:
        assert not [name for name in archive.files if "monitor" in name]


def test_one_population_is_loaded_from_its_own_file_or_from_that_of_a_network(tmp_path: Path) -> None:
    net = build("spiking")
    net.simulate(20.0)
    cells = net.get_population("cells")
    cells.save(tmp_path / "cells.npz")
    net.save(tmp_path / "net.npz")
    for file in ("cells.npz", "net.npz"):
        other = build("spiking", seed=8)
        other.simulate(5.0)
        other.get_population("cells").load(tmp_path / file)
        assert other.time == 5.0
        np.testing.assert_array_equal(other.get_population("cells").v, cells.v)
    alone = ann.Network(dt=0.5)
    renamed = alone.create(300, cells.neuron_type, name="renamed")
    renamed.load(tmp_path / "cells.npz")
    np.testing.assert_array_equal(renamed.v, cells.v)
    with pytest.raises(ValueError, match="population 'renamed' is not in it"):
        renamed.load(tmp_path / "net.npz")
    with pytest.raises(ValueError, match="it holds one of the populations of a network, 'cells', which has a load"):
        net.load(tmp_path / "cells.npz")


def test_times_move_with_the_network_that_loads_one_population(tmp_path: Path) -> None:
    """A source that was 2 ms into its times goes on from there, whatever the time is elsewhere."""
    net = ann.Network(dt=1.0)
    source = net.create(ann.SpikeSourceArray([1.0, 5.0]), name="source")
    frozen = net.create(1, ann.Neuron(equations="v += 1.0", spike="v >= 2.0", reset="v = 0.0", refractory=4.0))
    net.simulate(2.0)
    source.save(tmp_path / "source.npz")
    frozen.save(tmp_path / "frozen.npz")
    other = ann.Network(dt=1.0)
    twin = other.create(ann.SpikeSourceArray([3.0]), name="source")
    held = other.create(1, ann.Neuron(equations="v += 1.0", spike="v >= 2.0", reset="v = 0.0", refractory=4.0))
    other.simulate(10.0)
    spikes, still = other.monitor(twin, "spike"), other.monitor(held, "v")
    twin.load(tmp_path / "source.npz")
    held.load(tmp_path / "frozen.npz")
    other.simulate(6.0)
    net_v = net.monitor(frozen, "v")
    net.simulate(6.0)
    assert twin.spike_times == [[1.0, 5.0]]
    assert spikes.get("spike") == {0: [13]}, "step 5 comes 3 steps after step 2"
    np.testing.assert_array_equal(still.get("v"), net_v.get("v"))


def test_learned_weights_are_loaded_into_a_projection_with_other_equations_and_synapses(tmp_path: Path) -> None:
    def make(probability: float, synapse: ann.Synapse, seed: int) -> tuple[ann.Network, ann.Projection]:
        net = ann.Network(seed=seed)
        pre, post = net.create(ann.InputArray(20)), net.create(10, ann.Neuron(equations="r = sum(exc)"))
        pre.r = 1.0
        connected = net.connect(pre, post, "exc", synapse)
        return net, connected.fixed_probability(probability, ann.Uniform(0.0, 1.0), ann.Uniform(1.0, 5.0))

    learning = ann.Synapse(equations="w = w + 0.1*pre.r")
    net, learned = make(0.3, learning, 1)
    net.simulate(5.0)
    learned.save(tmp_path / "weights.npz")
    forgetting = ann.Synapse(equations="w = w - 0.1*pre.r")
    other, loaded = make(0.6, forgetting, 2)
    other.simulate(2.0)
    first = loaded.connectivity_matrix()
    loaded.load(tmp_path / "weights.npz")
    assert (loaded.pre_ranks, loaded.w, loaded.delay) == (learned.pre_ranks, learned.w, learned.delay)
    net.simulate(20.0)
    other.simulate(20.0)
    change = np.concatenate(learned.w) - np.concatenate(loaded.w)
    np.testing.assert_allclose(change, 2 * 20 * 0.1, rtol=1e-12)
    other.reset(synapses=True)
    assert loaded.connectivity_matrix().shape == first.shape
    np.testing.assert_allclose(loaded.connectivity_matrix()[first != 0], first[first != 0] + 2 * 0.1, rtol=1e-12)


def test_a_projection_that_has_no_synapses_yet_takes_those_of_the_file(tmp_path: Path) -> None:
    net = build("structural")
    net.simulate(20.0)
    net.save(tmp_path / "grown.npz")
    bare = ann.Network(dt=0.5)
    cells = bare.create(50, net.get_population("cells").neuron_type, name="cells")
    bare.connect(cells, cells, "exc", net.get_projections()[0].synapse_type, name="proj0")
    bare.load(tmp_path / "grown.npz")
    net.simulate(10.0)
    bare.simulate(10.0)
    one, other = everything(net), everything(bare)
    assert all(np.array_equal(one[key], other[key]) for key in one)


def test_only_populations_or_only_projections_are_loaded(tmp_path: Path) -> None:
    net = build("rates")
    net.simulate(10.0)
    net.save(tmp_path / "state.npz")
    saved = everything(net)
    for flag, loaded in (("projections", "proj0.w"), ("populations", "cells.x")):
        other = build("rates", seed=4)
        fresh = everything(other)
        other.load(tmp_path / "state.npz", **{flag: False})
        found = everything(other)
        kept = {"proj0.w": "cells.x", "cells.x": "proj0.w"}[loaded]
        np.testing.assert_array_equal(found[loaded], fresh[loaded])
        np.testing.assert_array_equal(found[kept], saved[kept])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_module_level_functions_save_and_load_the_hidden_network(tmp_path: Path) -> None:
    ann.clear()
    population = ann.Population(3, COUNTER)
    ann.save(tmp_path / "magic.npz")
    ann.simulate(3.0)
    assert population.v.tolist() == [3.0] * 3
    ann.load(tmp_path / "magic.npz")
    assert population.v.tolist() == [0.0] * 3
    ann.clear()
