"""Sparse matrices by column: what SciPy finds, in any format and order, while the user's matrix is left alone."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import sparse

import eqneuro as ann
from eqneuro.network.sparse_matrices import columns_of

FORMATS = ["csr", "csc", "coo", "lil", "dok", "bsr", "dia"]


@settings(max_examples=100, deadline=None)
@given(
    form=st.sampled_from(FORMATS),
    shape=st.tuples(st.integers(1, 150), st.integers(1, 9)),
    kind=st.sampled_from([np.float64, np.float32, np.int32]),
    reordered=st.tuples(st.booleans(), st.booleans()),
    seed=st.integers(0, 10**6),
)
def test_columns_hold_what_the_matrix_holds(form, shape, kind, reordered, seed):
    rng = np.random.default_rng(seed)
    dense = (rng.integers(1, 100, shape) * (rng.random(shape) < 0.4)).astype(kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sparse.SparseEfficiencyWarning)  # of a matrix that is not diagonal as "dia"
        matrix = sparse.csr_array(dense).asformat(form)
    order = tuple(rng.permutation(n) if is_so else None for n, is_so in zip(shape, reordered, strict=True))
    found = columns_of(matrix, order)
    expected = dense if order[0] is None else dense[order[0]]
    expected = expected if order[1] is None else expected[:, order[1]]
    columns, rows = np.nonzero(expected.T)
    np.testing.assert_array_equal(found.start, np.searchsorted(columns, np.arange(shape[1] + 1)))
    np.testing.assert_array_equal(found.rows, rows)
    np.testing.assert_array_equal(found.values, expected[rows, columns])
    assert found.rows.dtype == np.uint32
    found.values[:] = -1
    np.testing.assert_array_equal(matrix.toarray(), dense)


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
@pytest.mark.parametrize("is_reordered", [False, True])
def test_entries_of_one_pair_are_added_up_and_explicit_zeros_stay(form, is_reordered):
    matrix = sparse.coo_array(([1.0, 2.0, 0.0], ([0, 0, 2], [1, 1, 0])), shape=(3, 2))
    if form != "coo":
        kind = sparse.csr_array if form == "csr" else sparse.csc_array
        ends = ([1.0, 2.0, 0.0], [1, 1, 0], [0, 2, 2, 3]) if form == "csr" else ([0.0, 1.0, 2.0], [2, 0, 0], [0, 1, 3])
        matrix = kind(ends, shape=(3, 2))
    found = columns_of(matrix, (np.array([2, 1, 0]), None) if is_reordered else (None, None))
    assert found.start.tolist() == [0, 1, 2]
    assert found.rows.tolist() == ([0, 2] if is_reordered else [2, 0])
    assert found.values.tolist() == [0.0, 3.0]


@pytest.mark.parametrize("form", FORMATS)
def test_weights_and_delays_of_every_format_reach_their_synapses(form):
    dense = np.zeros((6, 5))
    dense[[0, 1, 5], [4, 2, 0]] = 0.5, 1.5, 2.5
    late = np.where(dense > 0.0, 2.0 * dense, 0.0)
    net = ann.Network(dt=0.5)
    pre, post = (net.create(n, ann.Neuron(equations="r = sum(exc)")) for n in dense.shape)
    weights, delays = (sparse.csr_array(x).asformat(form) for x in (dense, late))
    projection = net.connect(pre, post, "exc").from_sparse(weights, delays=delays)
    assert projection.connectivity_matrix().tolist() == dense.T.tolist()
    for neuron, source, delay in ((4, 0, 1.0), (2, 1, 3.0), (0, 5, 5.0)):
        dendrite = projection.dendrite(neuron)
        assert dendrite.delay[dendrite.pre_ranks.index(source)] == delay
