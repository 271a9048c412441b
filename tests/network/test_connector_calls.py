"""Projections remember how they were made."""

import warnings

import numpy as np
import pytest
from scipy import sparse

import eqneuro as ann

CELL = ann.Neuron(equations="r = sum(exc)")


@pytest.fixture
def network():
    net = ann.Network(dt=0.5, seed=1)
    return net, net.create(3, CELL, name="a"), net.create(4, CELL, name="b")


def test_a_connector_leaves_its_name_and_arguments_with_defaults(network):
    net, a, b = network
    projection = net.connect(a, b, "exc")
    assert projection.connector is None
    projection.fixed_probability(0.5, weights=ann.Uniform(0.0, 0.25), storage_format="lil")
    call = projection.connector
    assert call.name == "fixed_probability"
    assert list(call.arguments) == ["probability", "weights", "delays", "allow_self_connections"]
    assert (call.arguments["probability"], call.arguments["delays"]) == (0.5, 0.0)
    expected = "fixed_probability(probability=0.5, weights=Uniform(0, 0.25), delays=0.0, allow_self_connections=False)"
    assert str(call) == expected


def test_of_what_is_large_only_kind_and_shape_are_kept(network):
    net, a, b = network
    dense = net.connect(a, b, "exc").from_matrix(np.ones((4, 3)), delays=[[1.0] * 3] * 4)
    assert str(dense.connector) == "from_matrix(weights=array (4, 3), delays=array (4, 3), pre_post=False)"
    loose = net.connect(a, b, "exc").from_sparse(sparse.csr_matrix(np.eye(3, 4)))
    assert str(loose.connector) == "from_sparse(weights=sparse matrix (3, 4), delays=0.0)"


def test_of_connectors_that_call_others_the_one_the_user_called_counts(network):
    net, a, b = network

    def ring(pre, post, weight):
        return np.full((post.size, pre.size), weight)

    projection = net.connect(a, b, "exc").from_function(ring, weight=np.float64(2.0))
    assert str(projection.connector) == "from_function(method=ring, weight=2.0)"


def test_a_connector_that_fails_leaves_nothing(network):
    net, a, b = network
    projection = net.connect(a, b, "exc")
    with pytest.raises(ValueError, match="shape"):
        projection.from_matrix(np.ones((2, 2)))
    assert projection.connector is None


def test_special_projections_and_copies_of_networks_remember_too(network):
    net, a, _ = network
    image, seen = net.create((4, 4), CELL), net.create((4, 4), CELL, name="seen")
    net.connect(a, a, "exc").one_to_one(2.0)
    net.connect(ann.Convolution(image, seen, "exc")).connect_filter(np.ones((3, 3)), padding="border")
    first, second = (p.connector for p in net.copy().get_projections())
    assert str(first) == "one_to_one(weights=2.0, delays=0.0)"
    assert (second.name, second.arguments["weights"]) == ("connect_filter", "array (3, 3)")
    assert second.arguments["padding"] == "border"


def test_warnings_of_connectors_point_at_the_line_that_called_them():
    net = ann.Network(dt=0.5)
    a, b = net.create(3, ann.LIF), net.create(4, ann.LIF)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        net.connect(a, b, "exc").one_to_one(1.0, delays=0.75)
    assert len(caught) == 2  # of sizes that differ, and of a spike's delay that is no whole number of steps
    assert {warning.filename for warning in caught} == {__file__}


def test_learning_is_switched_for_the_network_of_older_scripts():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        ann.clear()
        cells = ann.Population(2, CELL)
        projection = ann.Projection(cells, cells, "exc", ann.Synapse(equations="w += 1.0")).all_to_all(0.0)
        ann.step()
        ann.disable_learning()
        ann.step()
        held = projection.dendrite(0).w
        ann.enable_learning(period=2.0)
        ann.simulate(4.0)
        assert (held, projection.dendrite(0).w) == ([1.0], [3.0])
        ann.clear()
