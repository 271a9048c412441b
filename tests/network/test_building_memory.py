"""Building takes little more memory than stays, whatever connects; what the user hands over is not touched."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csc_array, csr_array

import eqneuro as ann
from eqneuro.network.held import converted, whole

MOST = 1.3
"""Memory at the peak, in what stays."""
BESIDE = 3.0
"""MiB that do not grow with the network: blocks of synapses that are changed at once, code that runs for once."""
CLEAR = Path("/proc/self/clear_refs")


@pytest.mark.skipif(not CLEAR.exists(), reason="the system keeps no peak that can begin anew")
def test_memory_at_the_peak_is_little_more_than_what_stays() -> None:
    script = Path(__file__).parent / "building_peaks.py"
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert len(found) == 60
    assert min(stays for _, stays in found.values()) > 7.0
    too_much = {name: (peak, stays) for name, (peak, stays) in found.items() if peak >= MOST * stays + BESIDE}
    assert not too_much


def connected(precision: str, weights: object, size: int) -> ann.Projection:
    net = ann.Network(dt=1.0, precision=precision)
    cells = net.create(size, ann.Neuron(equations="r = sum(exc)"))
    projection = net.connect(cells, cells, "exc")
    return projection.from_matrix(weights) if isinstance(weights, np.ndarray) else projection.from_sparse(weights)


@pytest.mark.parametrize("precision", ["double", "float"])
@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64, np.int32, np.int8])
@pytest.mark.parametrize("form", [np.array, csr_array, csc_array])
def test_matrices_stay_the_users(form, kind, precision):  # type: ignore[no-untyped-def]
    given = np.random.default_rng(2).integers(1, 100, (30, 30)).astype(kind)
    matrix = form(given)
    projection = connected(precision, matrix, 30)
    real = np.float64 if precision == "double" else np.float32
    np.testing.assert_array_equal(np.array(projection.w), (given if form is np.array else given.T).astype(real))
    projection.w = 0.0
    np.testing.assert_array_equal(matrix if form is np.array else matrix.toarray(), given)


def test_rows_of_a_list_are_what_the_matrix_is() -> None:
    given = np.random.default_rng(3).random((20, 20))
    given[given < 0.3] = np.nan
    lists = [[None if np.isnan(value) else value for value in row] for row in given.tolist()]
    for pre_post in (False, True):
        found = []
        for form in (given, lists, list(given), np.array(lists, dtype=object), np.ma.masked_invalid(given)):
            net = ann.Network(dt=1.0)
            cells = net.create(20, ann.Neuron(equations="r = sum(exc)"))
            ends = cells[[4, 2, 11, *range(12, 20)]], cells[[7, 6, 5, 0]]
            chosen = form[:4] if not pre_post else form[:11]
            chosen = (
                chosen[:, : 4 if pre_post else 11]
                if hasattr(chosen, "shape")
                else [row[: 4 if pre_post else 11] for row in chosen]
            )
            made = net.connect(*ends, "exc").from_matrix(chosen, pre_post=pre_post)
            found.append((made.post_ranks, made.pre_ranks, made.w))
        assert all(one == found[0] for one in found[1:])
        np.testing.assert_array_equal(
            net.get_projections()[0].connectivity_matrix(np.nan), given[:11, :4].T if pre_post else given[:4, :11]
        )


def test_values_change_their_kind_in_place() -> None:
    for count in (0, 1, 3, 70_001):
        values = np.arange(count, dtype=np.float64) + 0.1
        expected = values.astype(np.float32)
        found = converted(values, np.float32)
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == np.float32
        assert count == 0 or np.shares_memory(found, values)
    wide = np.arange(70_001)
    assert np.shares_memory(converted(wide[:], np.float64), wide)
    np.testing.assert_array_equal(converted(np.arange(5, dtype=np.int8), np.float64), np.arange(5.0))
    fixed = np.arange(5.0)
    fixed.flags.writeable = False
    assert converted(fixed, np.float64).flags.writeable


def test_a_view_of_all_of_an_array_is_that_array() -> None:
    values = np.arange(6.0)
    assert whole(values[:]) is values
    for part in (values, values[1:], values[::-1], values.view(np.int64)):
        assert whole(part) is part
