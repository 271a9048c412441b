"""Pictures of spikes."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.colors import to_hex

import eqneuro as ann
from eqneuro import plotting
from eqneuro.plotting.spikes import mean_rates
from eqneuro.plotting.style import EXCITATORY, INHIBITORY

SPIKES = {0: [10, 20, 30], 1: [], 2: [15]}
"""By rank, in steps."""


@pytest.fixture
def clocks():
    """Four neurons of which the neuron of rank k fires every 5·(k + 1) steps, and the monitor of their spikes."""
    net = ann.Network(dt=0.5, seed=1)
    cells = net.create(4, ann.Neuron("period = 1.0", "v += 1.0 : init=0.0", spike="v >= period", reset="v = 0.0"))
    cells.period = 5.0 * np.arange(1, 5)
    monitor = net.monitor(cells, "spike")
    net.simulate(50.0)
    return cells, monitor


def dots(ax):
    return [tuple(pair) for line in ax.lines for pair in zip(*line.get_data(), strict=True)]


def test_raster_has_a_dot_for_each_spike_in_ms():
    ax = plotting.raster(SPIKES, dt=0.1)
    expected = [(step * 0.1, rank) for rank, train in SPIKES.items() for step in train]
    assert dots(ax) == expected
    assert ax.get_xlabel() == "time (ms)"


def test_raster_of_a_monitor_knows_its_step_and_keeps_its_data(clocks):
    _, monitor = clocks
    expected = {(step * 0.5, rank) for rank, train in monitor.get("spike", keep=True).items() for step in train}
    assert len(expected) == 100 // 5 + 100 // 10 + 100 // 15 + 100 // 20
    assert set(dots(plotting.raster(monitor))) == expected
    assert monitor.get("spike", keep=True)[0]


def test_groups_have_colours_and_names_of_their_own(clocks):
    cells, monitor = clocks
    ax = plotting.raster(monitor, groups={"first": cells[:3], "last": [3]})
    assert [to_hex(line.get_color()) for line in ax.lines] == [EXCITATORY, INHIBITORY]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["first", "last"]
    assert set(ax.lines[0].get_ydata()) == {0, 1, 2}
    assert set(ax.lines[1].get_ydata()) == {3}


def test_more_groups_than_colours_are_all_drawn():
    ax = plotting.raster({rank: [rank] for rank in range(9)}, 1.0, groups={str(rank): [rank] for rank in range(9)})
    assert len(ax.lines) == 9


def test_groups_may_name_neurons_that_were_not_recorded():
    ax = plotting.raster(SPIKES, 0.1, groups={"all": range(100)})
    assert len(dots(ax)) == 4


def test_spikes_without_a_step_are_refused():
    with pytest.raises(TypeError, match="need dt"):
        plotting.raster(SPIKES)


def test_given_axes_are_drawn_on():
    first = plotting.raster(SPIKES, 0.1)
    assert plotting.raster(SPIKES, 0.1, ax=first) is first
    assert len(dots(first)) == 8


def test_nothing_recorded_is_an_empty_picture():
    assert dots(plotting.raster({}, 0.1)) == []
    assert plotting.rate_histogram({}, 0.1).patches
    assert not plotting.intervals({0: [], 1: [3]}, 0.1).patches


def test_rates_are_counts_over_neurons_and_seconds():
    edges, rates = mean_rates(SPIKES, dt=0.1, bins=1.0, window=(0.0, 4.0))
    np.testing.assert_allclose(edges, [0.0, 1.0, 2.0, 3.0, 4.0])
    # steps 10 and 15 in the second ms, 20 in the third, 30 in the fourth; three neurons
    np.testing.assert_allclose(rates, np.array([0, 2, 1, 1]) / 3 / 0.001)


def test_last_bin_is_divided_by_its_own_length():
    trains = {0: list(range(25))}  # a spike in each of 25 steps of 1 ms: 1000 Hz throughout
    edges, rates = mean_rates(trains, dt=1.0, bins=10.0, window=(0.0, 25.0))
    np.testing.assert_allclose(edges, [0.0, 10.0, 20.0, 25.0])
    np.testing.assert_allclose(rates, 1000.0)


def test_window_leaves_out_what_lies_beyond():
    _, rates = mean_rates(SPIKES, dt=0.1, bins=1.0, window=(1.0, 2.0))
    np.testing.assert_allclose(rates, [2 / 3 / 0.001])


def test_without_a_window_all_spikes_count():
    edges, rates = mean_rates(SPIKES, dt=0.1, bins=2.0, window=None)
    assert np.sum(rates * np.diff(edges) / 1000.0) * len(SPIKES) == pytest.approx(4)


def test_rate_histogram_draws_these_rates(clocks):
    _, monitor = clocks
    edges, rates = mean_rates(monitor.get("spike", keep=True), 0.5, 5.0, (0.0, 50.0))
    drawn = plotting.rate_histogram(monitor, bins=5.0, window=(0.0, 50.0)).patches[0].get_data()
    np.testing.assert_allclose(drawn.edges, edges)
    np.testing.assert_allclose(drawn.values, rates)
    assert rates.mean() == pytest.approx(sum(map(len, monitor.get("spike", keep=True).values())) / 4 / 0.05)


def test_intervals_of_clocks_do_not_vary(clocks):
    _, monitor = clocks
    ax = plotting.intervals(monitor)
    assert ax.get_title() == "CV = 0.00"
    assert sum(patch.get_height() for patch in ax.patches) == sum(
        len(t) - 1 for t in monitor.get("spike", keep=True).values()
    )


def test_matplotlib_waits_for_the_first_picture():
    code = "import sys; import eqneuro.plotting; print('matplotlib' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout
        == "False\n"
    )
