"""Synapses in files: exact round trips, and files that hold something else."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

from eqneuro.connectivity import files
from eqneuro.connectivity.lists import Synapses, from_table
from eqneuro.connectivity.patterns import Ends


def whole(pre, post):
    return Ends(np.arange(pre, dtype=np.uint32), np.arange(post, dtype=np.uint32), pre, post, False)


def made(mask, weights=0.5, delays=1.0):
    post, pre = np.nonzero(mask)
    return from_table(post, pre, weights, delays, whole(mask.shape[1], mask.shape[0]))


def assert_equal(one, other):
    for name in ("post_ranks", "row_start", "pre_ranks"):
        a, b = getattr(one.connectivity, name), getattr(other.connectivity, name)
        np.testing.assert_array_equal(a, b)
        assert a.dtype == b.dtype
    assert one.connectivity.pre_size == other.connectivity.pre_size
    assert one.connectivity.post_size == other.connectivity.post_size
    count = one.connectivity.synapses
    for name in ("weights", "delays"):
        a, b = (np.broadcast_to(getattr(x, name), (count,)) for x in (one, other))
        np.testing.assert_array_equal(a, b)


@settings(max_examples=60, deadline=None)
@given(
    mask=hnp.arrays(bool, st.tuples(st.integers(1, 6), st.integers(1, 6))),
    data=st.data(),
    suffix=st.sampled_from([".npz", ".csv"]),
    dtype=st.sampled_from([np.float64, np.float32]),
)
def test_what_is_saved_comes_back_bit_by_bit(tmp_path_factory, mask, data, suffix, dtype):
    finite = st.floats(allow_nan=False, allow_infinity=False, width=32 if dtype is np.float32 else 64)
    weights = data.draw(finite | hnp.arrays(dtype, int(mask.sum()), elements=finite))
    delays = data.draw(st.floats(0, 1e9) | hnp.arrays(np.float64, int(mask.sum()), elements=st.floats(0, 1e9)))
    synapses = made(mask, weights, delays)
    path = tmp_path_factory.mktemp("files") / f"kept{suffix}"
    files.save_synapses(path, synapses)
    loaded = files.load_synapses(path, whole(mask.shape[1], mask.shape[0]))
    assert_equal(synapses, loaded)
    if suffix == ".npz":
        assert np.ndim(loaded.weights) == np.ndim(weights)
        assert np.asarray(loaded.weights).dtype == np.asarray(weights).dtype


def test_arrays_are_those_that_are_documented(tmp_path):
    mask = np.array([[0, 0, 0], [1, 0, 1]], dtype=bool)
    files.save_synapses(tmp_path / "kept.npz", made(mask, np.array([1.5, 2.5]), 0.5))
    with np.load(tmp_path / "kept.npz", allow_pickle=False) as held:
        assert {name: held[name].tolist() for name in held} == dict(
            sizes=[3, 2], post_ranks=[1], row_start=[0, 2], pre_ranks=[0, 2], w=[1.5, 2.5], delay=0.5
        )


def test_a_table_is_one_line_for_each_synapse(tmp_path, monkeypatch):
    mask = np.array([[0, 1, 0], [0, 0, 0], [1, 0, 1]], dtype=bool)
    for block in (1, 2, 3, 100):
        monkeypatch.setattr(files, "BLOCK", block)
        files.save_synapses(tmp_path / "kept.csv", made(mask, np.array([1.5, 1e-300, 0.1]), np.array([1.0, 0.5, 2.0])))
        lines = (tmp_path / "kept.csv").read_text().splitlines()
        assert lines == ["pre,post,w,d", "1,0,1.5,1.0", "0,2,1e-300,0.5", "2,2,0.1,2.0"]


def test_tables_of_other_programs_may_have_other_columns_in_any_order(tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_bytes(b'\xef\xbb\xbf"w", post ,pre,colour\r\n2.5,1,0,7\r\n\r\n1.5,0,2,7\r\n')
    expected = from_table(np.array([0, 1]), np.array([2, 0]), np.array([1.5, 2.5]), 0.0, whole(3, 2))
    assert_equal(files.load_synapses(path, whole(3, 2)), expected)


def test_arrays_of_other_programs_may_stand_in_any_order(tmp_path):
    path = tmp_path / "theirs.npz"
    arrays = dict(sizes=[3, 2], post_ranks=[1, 0], row_start=[0, 2, 3], pre_ranks=[2, 0, 1], delay=1.0)
    np.savez(path, w=[1.0, 2.0, 3.0], **arrays)
    expected = from_table(np.array([0, 1, 1]), np.array([1, 0, 2]), np.array([3.0, 2.0, 1.0]), 1.0, whole(3, 2))
    assert_equal(files.load_synapses(path, whole(3, 2)), expected)


GOOD = dict(sizes=[3, 2], post_ranks=[0, 1], row_start=[0, 1, 3], pre_ranks=[1, 0, 2], w=1.0, delay=1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(sizes=[4, 2]), "it connects populations of 4 and 2 neurons; those here have 3 and 2"),
        (dict(sizes=5), "it connects populations of 5 neurons"),
        (dict(row_start=[0, 1, 4]), "row_start doesn't say"),
        (dict(row_start=[1, 1, 3]), "row_start doesn't say"),
        (dict(row_start=[0, 4, 3]), "row_start doesn't say"),
        (dict(row_start=[0, 3]), "row_start doesn't say"),
        (dict(row_start=[]), "row_start doesn't say"),
        (dict(row_start=[0.0, 1.0, 3.0]), "row_start doesn't say"),
        (dict(pre_ranks=[[1, 0, 2]]), "row_start doesn't say"),
        (dict(pre_ranks=[1, 0, 3]), "pre-synaptic rank 3 is outside"),
        (dict(pre_ranks=[-1, 0, 2]), "pre-synaptic rank -1 is outside"),
        (dict(pre_ranks=[1, 0, 2**40]), "pre-synaptic rank 1099511627776 is outside"),
        (dict(post_ranks=[0, 2]), "post-synaptic rank 2 is outside"),
        (dict(pre_ranks=[1, 0, 0]), "neuron 1 gets two synapses from pre-synaptic neuron 0"),
        (dict(post_ranks=[0, 0], pre_ranks=[1, 1, 2]), "neuron 0 gets two synapses from pre-synaptic neuron 1"),
        (dict(w=[1.0, 2.0]), "w must be one number or 3"),
        (dict(w=["a", "b", "c"]), "w must be one number or 3"),
        (dict(w=np.nan), "w must be finite"),
        (dict(delay=-1.0), "delay must not be negative"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_with_the_name_of_the_file(tmp_path, change, message):
    path = tmp_path / "kept.npz"
    np.savez(path, **GOOD)
    assert files.load_synapses(path, whole(3, 2)).connectivity.synapses == 3
    np.savez(path, **GOOD | change)
    with pytest.raises(ValueError, match=message) as caught:
        files.load_synapses(path, whole(3, 2))
    assert f"file {str(path)!r}: " in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must name the columns pre,post,w,d, and lacks pre, post, w"),
        ("pre,post\n1,1\n", "and lacks w"),
        ("pre,post,w\n1,1\n", "it has 2 columns where 3 are named"),
        ("pre,post,w\n1,1,2\n1,1\n", "it is not a table of numbers"),
        ("pre,post,w\n1,1,strong\n", "it is not a table of numbers"),
        ("pre,post,w\n1.5,1,2\n", "pre must be ranks"),
        ("pre,post,w\n1,nan,2\n", "post must be ranks"),
        ("pre,post,w\n1,1,nan\n", "w must be finite"),
        ("pre,post,w,d\n1,1,1,-1\n", "d must not be negative"),
        ("pre,post,w\n3,1,2\n", "pre-synaptic rank 3 is outside"),
        ("pre,post,w\n1,-1,2\n", "post-synaptic rank -1 is outside"),
        ("pre,post,w\n1,1,2\n1,1,3\n", "two synapses"),
        ("\x00\x01\x02", "must name the columns"),
    ],
)
def test_tables_that_do_not_fit_are_refused_with_the_name_of_the_file(tmp_path, text, message):
    path = tmp_path / "kept.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as caught:
        files.load_synapses(path, whole(3, 2))
    assert f"file {str(path)!r}: " in str(caught.value)


def test_foreign_files_are_refused_and_nothing_in_them_is_run(tmp_path):
    path = tmp_path / "foreign.npz"
    np.savez(path, other=np.ones(3))
    whole_file = path.read_bytes()
    np.save(tmp_path / "single.npy", np.ones(3))
    objects = np.array([print], dtype=object)
    np.savez(tmp_path / "objects.npz", **GOOD | dict(w=objects))
    contents = [
        b"",
        b"text",
        (tmp_path / "single.npy").read_bytes(),
        pickle.dumps({"w": 1}),
        whole_file,
        whole_file[:-30],
        (tmp_path / "objects.npz").read_bytes(),
    ]
    for content in contents:
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"foreign.npz.*not written by save_connectivity"):
            files.load_synapses(path, whole(3, 2))


def test_missing_files_and_unknown_kinds_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*absent.csv"):
        files.load_synapses(tmp_path / "absent.csv", whole(3, 2))
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(FileNotFoundError, match=r"folder.npz"):
        files.load_synapses(tmp_path / "folder.npz", whole(3, 2))
    synapses = made(np.ones((2, 3), dtype=bool))
    for name in ("kept.mat", "kept", "kept.npz.gz"):
        with pytest.raises(ValueError, match=rf"kept in .npz or .csv files, not in .*{name}"):
            files.save_synapses(tmp_path / name, synapses)
        with pytest.raises(ValueError, match=name):
            files.load_synapses(tmp_path / name, whole(3, 2))


def test_a_file_that_could_not_be_written_stays_as_it_was(tmp_path):
    path = tmp_path / "kept.csv"
    synapses = made(np.ones((2, 3), dtype=bool))
    files.save_synapses(path, synapses)
    before = path.read_bytes()
    broken = Synapses(synapses.connectivity, np.ones(4), 1.0)
    with pytest.raises(ValueError, match="broadcast"):
        files.save_synapses(path, broken)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["kept.csv"]


def test_views_load_what_lies_within_them(tmp_path):
    path = tmp_path / "kept.npz"
    mask = np.zeros((4, 5), dtype=bool)
    mask[1, 2] = mask[3, 4] = True
    files.save_synapses(path, made(mask))
    fits = Ends(np.array([2, 4], np.uint32), np.array([1, 3], np.uint32), 5, 4, False)
    assert_equal(files.load_synapses(path, fits), made(mask))
    for pre, post, message in (([2], [1, 3], "pre-synaptic rank 4"), ([2, 4], [1], "post-synaptic rank 3")):
        small = Ends(np.array(pre, np.uint32), np.array(post, np.uint32), 5, 4, False)
        with pytest.raises(ValueError, match=f"{message} is not in the view"):
            files.load_synapses(path, small)
