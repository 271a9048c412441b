"""What does not fit is refused with its name, and nothing is half-loaded; damaged and foreign files too."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from saved_networks import build, everything

import eqneuro as ann

NEURON = dict(parameters="tau = 10.0", equations="tau*dv/dt = -v + sum(exc) : init=1.0\nr = v")
Builder = Callable[..., ann.Network]


def small(
    size: Any = 4,
    neuron: dict[str, Any] = NEURON,
    name: str = "cells",
    synapse: ann.Synapse | None = None,
    target: str = "exc",
    kind: str = "array",
    constant: str = "gain",
    **settings: Any,
) -> ann.Network:
    net = ann.Network(**{"dt": 0.5, "seed": 1, **settings})
    net.constant(constant, 2.0)
    cells = net.create(size, ann.Neuron(**neuron), name=name)
    inputs = net.create(ann.InputArray(4) if kind == "array" else ann.TimedArray(np.ones((2, 4))), name="inputs")
    net.connect(inputs, cells, target, synapse, name="weights").all_to_all(ann.Uniform(0.0, 1.0))
    return net


@pytest.fixture
def file(tmp_path: Path) -> Path:
    net = small()
    net.simulate(3.0)
    net.save(tmp_path / "saved.npz")
    return tmp_path / "saved.npz"


LEAKY = NEURON | {"equations": "tau*dv/dt = -2.0*v + sum(exc) : init=1.0\nr = v"}
MORE = NEURON | {"parameters": "tau = 10.0\nextra = 1.0"}
GLOBAL = NEURON | {"equations": "tau*dv/dt = -v + sum(exc) : init=1.0\nm = 1.0 : population\nr = v"}
WHOLE = NEURON | {"equations": "tau*dv/dt = -v + sum(exc) : init=1.0\nr = v\nm = 1 : int"}
ROOT = ann.Synapse(psp="w * sqrt(pre.r)")

MISFITS: dict[str, tuple[dict[str, Any], str]] = {
    "another dt": (dict(dt=0.1), "dt is 0.5 in the file, and 0.1 in this network"),
    "another precision": (dict(precision="float"), "precision is double in the file, and float"),
    "another size": (dict(size=5), "population 'cells' has the geometry (5,), in the file (4,)"),
    "another geometry": (dict(size=(2, 2)), "population 'cells' has the geometry (2, 2), in the file (4,)"),
    "another name": (dict(name="others"), "population 'others' is not in it"),
    "other equations": (
        dict(neuron=LEAKY),
        "the equation of 'v' of population 'cells' is another: `tau*dv/dt = -2.0*v + sum(exc) : init=1.0` here, "
        "`tau*dv/dt = -v + sum(exc) : init=1.0` in the file",
    ),
    "one parameter more": (dict(neuron=MORE), "population 'cells' has the attribute 'extra', which the file has not"),
    "one variable more": (dict(neuron=GLOBAL), "population 'cells' has the attribute 'm', which the file has not"),
    "another kind": (dict(kind="timed"), "population 'inputs' is a TimedArray, in the file a InputArray"),
    "another target": (dict(target="inh"), "projection 'weights' leads in the file from 'inputs' to 'cells', target"),
    "another synapse": (dict(synapse=ROOT), "psp of projection 'weights' is another: `w * sqrt(pre.r)` here"),
    "another constant": (dict(constant="loss"), "it holds the constant 'gain', which this network has not"),
}


@pytest.mark.parametrize("misfit", MISFITS)
@pytest.mark.filterwarnings("ignore:population 'cells' reads no target")
def test_a_network_that_does_not_fit_is_refused_by_name_and_stays_as_it_was(file: Path, misfit: str) -> None:
    settings, sentence = MISFITS[misfit]
    net = small(**settings)
    net.simulate(1.0)
    before = everything(net)
    with pytest.raises(ValueError, match=re.escape(f"{str(file)!r} can't be loaded: {sentence}")):
        net.load(file)
    after = everything(net)
    before["rng"] = after["rng"]  # drawn by looking
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[key], after[key]) for key in before)


def test_a_variable_of_another_type_or_place_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "global.npz"
    small(neuron=GLOBAL).save(file)
    with pytest.raises(ValueError, match="'m' of population 'cells' is local int, in the file global float"):
        small(neuron=WHOLE).load(file)


def test_objects_that_only_the_file_has_are_named(file: Path, tmp_path: Path) -> None:
    net = ann.Network(dt=0.5)
    net.constant("gain", 1.0)
    net.create(4, ann.Neuron(**NEURON), name="cells")
    with pytest.raises(ValueError, match="it holds population 'inputs', which this network has not"):
        net.load(file)
    net.create(ann.InputArray(4), name="inputs")
    with pytest.raises(ValueError, match="it holds projection 'weights', which this network has not"):
        net.load(file)
    net.load(file, projections=False)
    assert net.time == 3.0
    small().save(tmp_path / "half.npz", populations=False)
    with pytest.raises(ValueError, match="it was saved without populations"):
        small().load(tmp_path / "half.npz")


def test_a_missing_file_is_told_by_its_name(tmp_path: Path) -> None:
    for thing in (small(), small().get_population("cells"), small().get_projection("weights")):
        with pytest.raises(FileNotFoundError, match=r"there is no file '.*nowhere\.npz' to load"):
            thing.load(tmp_path / "nowhere.npz")


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def foreign_files(folder: Path) -> dict[str, Path]:
    np.savez(folder / "numbers.npz", v=np.ones(3))
    np.savez(folder / "objects.npz", header=np.array({"format": 1}, dtype=object))
    np.savez(folder / "later.npz", header=np.array(json.dumps({"format": "eqneuro checkpoint", "version": 99})))
    np.savez(folder / "text.npz", header=np.array("no JSON"))
    np.save(folder / "array.npy", np.ones(3))
    return {
        "a text": write(folder / "text.txt", b"v = 3\n"),
        "nothing": write(folder / "empty.npz", b""),
        "an archive of numbers": folder / "numbers.npz",
        "a pickle": folder / "objects.npz",
        "a header that is none": folder / "text.npz",
        "a later format": folder / "later.npz",
        "an array": folder / "array.npy",
        "a packed text": write(folder / "text.gz", gzip.compress(b"v = 3\n" * 99)),
    }


def test_foreign_files_are_told_by_their_names(tmp_path: Path) -> None:
    net = small()
    for what, file in foreign_files(tmp_path).items():
        with pytest.raises(ValueError, match=re.escape(repr(str(file)))) as caught:
            net.load(file)
        expected = {"a later format": "this version reads 1", "a pickle": "damaged"}.get(what, "not written by save()")
        assert expected in str(caught.value), what


@pytest.mark.parametrize("suffix", [".npz", ".gz", ".dat", ".h5"])
def test_files_that_were_cut_off_or_changed_are_told_by_their_names(tmp_path: Path, suffix: str) -> None:
    net = build("rates")
    net.simulate(5.0)
    file = tmp_path / f"whole{suffix}"
    net.save(file)
    content = file.read_bytes()
    before = everything(net)
    for part in (0.3, 0.9, 0.999):
        cut = write(tmp_path / f"cut{suffix}", content[: int(part * len(content))])
        with pytest.raises(ValueError, match=rf"'.*cut\{suffix}' (is damaged or incomplete|was not written)"):
            net.load(cut)
    if suffix != ".h5":  # which has no sums of its own
        middle = len(content) // 2
        changed = content[:middle] + bytes(255 - b for b in content[middle : middle + 8]) + content[middle + 8 :]
        with pytest.raises(ValueError, match=rf"'.*changed\{suffix}' is damaged or incomplete"):
            net.load(write(tmp_path / f"changed{suffix}", changed))
    after = everything(net)
    before["rng"] = after["rng"]
    assert all(np.array_equal(before[key], after[key]) for key in before)


FORGED: dict[str, tuple[str, Callable[[Any], Any], str]] = {
    "rank too large": ("projections/weights/pre_ranks", lambda a: a + 2, "synapses in it with neurons"),
    "rows out of order": ("projections/weights/row_start", lambda a: a[::-1].copy(), "rows of projection 'weights'"),
    "ranks out of order": ("projections/weights/pre_ranks", lambda a: a[::-1].copy(), "ranks of projection"),
    "weights missing": ("projections/weights/attributes/w", lambda a: a[:3], "has the shape (3,)"),
    "weights of another type": ("projections/weights/attributes/w", lambda a: a.astype(int), "int64, which can't be"),
    "v of another size": ("populations/cells/attributes/v", lambda a: a[:2], "has the shape (2,)"),
    "no v": ("populations/cells/attributes/v", lambda a: None, "'attributes/v' is missing in it"),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_arrays_that_kernels_could_not_read_safely_are_refused(file: Path, tmp_path: Path, forgery: str) -> None:
    key, change, sentence = FORGED[forgery]
    with np.load(file) as archive:
        arrays = dict(archive)
    assert key in arrays
    changed = {name: change(array) if name == key else array for name, array in arrays.items()}
    np.savez(tmp_path / "forged.npz", **{name: array for name, array in changed.items() if array is not None})
    with pytest.raises(ValueError, match=re.escape(sentence)):
        small().load(tmp_path / "forged.npz")


def test_a_spike_of_a_neuron_that_there_is_not_is_refused(tmp_path: Path) -> None:
    net = build("spiking")
    net.simulate(10.0)
    net.save(tmp_path / "spikes.dat")
    with np.load(tmp_path / "spikes.dat") as archive:
        arrays = dict(archive)
    arrays["populations/cells/spikes/spike/rank"][0] = 300
    np.savez(tmp_path / "forged.npz", **arrays)
    with pytest.raises(ValueError, match="population 'cells' has no neuron 300"):
        build("spiking").load(tmp_path / "forged.npz")


def test_a_network_without_synapses_is_not_saved(tmp_path: Path) -> None:
    net = ann.Network()
    cells = net.create(3, ann.Neuron(**NEURON))
    net.connect(cells, cells, "exc", name="empty")
    with pytest.raises(RuntimeError, match=r"'empty' .* has no synapses"):
        net.save(tmp_path / "never.npz")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_can_t_be_completed_leaves_the_older_one(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def fail(*_: Any, **__: Any) -> None:
        raise OSError("no space left")

    net = small()
    monkeypatch.setattr(np.lib.format, "write_array", fail)
    with pytest.raises(OSError, match="no space left"):
        net.save(file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]
