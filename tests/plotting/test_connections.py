"""Pictures of synapses."""

import numpy as np
import pytest

import eqneuro as ann
from eqneuro import plotting
from eqneuro.plotting import connections


@pytest.fixture
def project():
    """``project(pre, post)``: a projection, not connected yet, between rate-coded populations of these geometries."""

    def make(pre, post):
        net = ann.Network(dt=1.0, seed=1)
        ends = [net.create(geometry, ann.Neuron(equations="r = sum(exc)")) for geometry in (pre, post)]
        return net.connect(*ends, "exc")

    return make


def test_weights_are_drawn_where_there_are_synapses(project):
    matrix = np.array([[1.0, np.nan, 2.0], [np.nan, 3.0, np.nan]])
    projection = project(3, 2).from_matrix([[1.0, None, 2.0], [None, 3.0, None]])
    ax = plotting.weights(projection)
    image = ax.images[0]
    np.testing.assert_array_equal(np.ma.filled(image.get_array().astype(float), np.nan), matrix)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("pre-synaptic neuron", "post-synaptic neuron")
    assert image.get_extent() == [-0.5, 2.5, 1.5, -0.5]


def test_matrix_is_drawn_as_it_is():
    matrix = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(plotting.weights(matrix).images[0].get_array(), matrix)


def test_both_signs_have_colours_around_zero():
    image = plotting.weights(np.array([[-1.0, 3.0]])).images[0]
    assert image.get_clim() == (-3.0, 3.0)
    assert plotting.weights(np.array([[1.0, 3.0]])).images[0].get_clim() == (1.0, 3.0)


def test_large_matrix_is_averaged_over_the_synapses_of_a_block(monkeypatch):
    monkeypatch.setattr(connections, "LARGEST", 2)
    matrix = np.array([[1.0, 3.0, np.nan], [np.nan, 2.0, np.nan], [5.0, np.nan, 7.0]])
    # blocks of two rows and two columns, the last ones shorter
    expected = [[np.mean([1.0, 3.0, 2.0]), np.nan], [5.0, 7.0]]
    image = plotting.weights(matrix).images[0]
    np.testing.assert_allclose(np.ma.filled(image.get_array().astype(float), np.nan), expected)
    assert image.get_extent() == [-0.5, 2.5, 2.5, -0.5]


def test_each_weight_is_counted_once(project):
    projection = project(20, 30).fixed_probability(0.5, weights=ann.Uniform(0.0, 1.0))
    ax = plotting.weight_histogram(projection, bins=7)
    assert len(ax.patches) == 7
    assert sum(patch.get_height() for patch in ax.patches) == projection.nb_synapses


def test_receptive_fields_are_laid_out_as_the_populations_are(project):
    projection = project((2, 3), (2, 2)).all_to_all(weights=ann.Uniform(0.0, 1.0))
    drawn = plotting.receptive_fields(projection).images[0].get_array()
    assert drawn.shape == (2 * 2, 2 * 3)
    np.testing.assert_allclose(drawn[2:, 3:].ravel(), projection.dendrite(3).w)
