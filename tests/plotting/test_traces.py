"""Pictures of variables over time."""

import numpy as np
import pytest

import eqneuro as ann
from eqneuro import plotting
from eqneuro.recording.pictures import MANY, dot_size

NEURON = ann.Neuron(
    parameters="slope = 1.0",
    equations="v = slope*t\nu = -v\nshared = t : population",
    spike="v > 1000.0",
    name="ramp",
)


@pytest.fixture
def network():
    """Six neurons whose v is their rank times t."""
    net = ann.Network(dt=0.5, seed=1)
    cells = net.create(6, NEURON)
    cells.slope = np.arange(6.0)
    return net, cells


def test_each_recorded_neuron_is_a_line_over_ms(network):
    net, cells = network
    monitor = net.monitor(cells, "v")
    net.simulate(5.0)
    ax = plotting.traces(monitor)
    times = np.arange(10) * 0.5
    assert len(ax.lines) == 6
    for rank, line in enumerate(ax.lines):
        np.testing.assert_allclose(line.get_xdata(), times)
        np.testing.assert_allclose(line.get_ydata(), rank * times)
    assert ax.get_ylabel() == "v"
    assert monitor.get("v", keep=True).shape == (10, 6)


def test_lines_are_named_by_rank(network):
    net, cells = network
    monitor = net.monitor(cells[[1, 4]], "v")
    net.simulate(2.0)
    labels = [text.get_text() for text in plotting.traces(monitor).get_legend().get_texts()]
    assert labels == ["1", "4"]


def test_columns_pick_neurons(network):
    net, cells = network
    monitor = net.monitor(cells, ["v", "u"])
    net.simulate(2.0)
    ax = plotting.traces(monitor, "u", columns=[5, 2])
    assert [line.get_label() for line in ax.lines] == ["5", "2"]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), -5.0 * np.arange(4) * 0.5)


def test_times_follow_period_and_pause(network):
    net, cells = network
    monitor = net.monitor(cells[1], "v", period=1.0)
    net.simulate(3.0)
    monitor.pause()
    net.simulate(2.0)
    monitor.resume()
    net.simulate(2.0)
    line = plotting.traces(monitor).lines[0]
    np.testing.assert_allclose(line.get_xdata(), [0.0, 1.0, 2.0, 5.0, 6.0])
    np.testing.assert_allclose(line.get_ydata(), line.get_xdata())


def test_global_variable_is_one_line_without_legend(network):
    net, cells = network
    monitor = net.monitor(cells, "shared")
    net.simulate(2.0)
    ax = plotting.traces(monitor)
    assert len(ax.lines) == 1
    assert ax.get_legend() is None


def test_many_lines_have_no_legend():
    net = ann.Network(dt=1.0, seed=1)
    monitor = net.monitor(net.create(MANY + 1, NEURON), "v")
    net.simulate(3.0)
    ax = plotting.traces(monitor)
    assert len(ax.lines) == MANY + 1
    assert ax.get_legend() is None


def test_monitor_of_spikes_alone_has_no_traces(network):
    net, cells = network
    monitor = net.monitor(cells, "spike")
    net.simulate(1.0)
    with pytest.raises(ValueError, match=r"plotting\.raster"):
        plotting.traces(monitor)


def test_phase_plane_draws_one_variable_against_another(network):
    net, cells = network
    monitor = net.monitor(cells, ["v", "u"])
    net.simulate(3.0)
    ax = plotting.phase_plane(monitor, "v", "u", column=3)
    x, y = ax.lines[0].get_data()
    np.testing.assert_allclose(x, 3.0 * np.arange(6) * 0.5)
    np.testing.assert_allclose(y, -x)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("v", "u")


def test_plot_of_a_monitor_has_a_panel_for_each_variable(network):
    net, cells = network
    monitor = net.monitor(cells, ["spike", "v"])
    net.simulate(3.0)
    top, bottom = monitor.plot()
    assert (top.get_ylabel(), bottom.get_ylabel()) == ("neuron", "v")
    assert bottom.get_xlabel() == "time (ms)"
    assert len(bottom.lines) == 6


def test_plot_of_one_variable_returns_its_axes_and_draws_on_given_ones(network):
    net, cells = network
    monitor = net.monitor(cells, "v")
    net.simulate(3.0)
    ax = monitor.plot()
    assert monitor.plot(ax) is ax
    assert len(ax.lines) == 12


def test_geometry_is_drawn_rank_by_rank():
    net = ann.Network(dt=1.0, seed=1)
    cells = net.create((2, 3), NEURON)
    cells.slope = np.arange(6.0).reshape(2, 3)
    monitor = net.monitor(cells, "v")
    net.simulate(4.0)
    ax = monitor.plot()
    assert [line.get_ydata()[-1] for line in ax.lines] == [3.0 * rank for rank in range(6)]


def test_dots_shrink_with_their_number_within_bounds():
    sizes = [dot_size(number) for number in (0, 1, 100, 10_000, 100_000, 10**9)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[3] > sizes[-1] >= 1.0
