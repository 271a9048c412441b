"""The picture of `eqneuro demo`."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from eqneuro.cli.demo import Outcome
from eqneuro.cli.demo_picture import DRAWN, draw
from eqneuro.plotting.style import EXCITATORY, INHIBITORY

STEPS, DT = 1000, 0.1


@pytest.fixture
def panels():
    """The axes of a network of 4,000 neurons of which the neuron of rank k fires once, in step k modulo 1,000."""
    neurons = 4000
    outcome = Outcome(
        neurons=neurons,
        synapses=320_000,
        dt=DT,
        duration=STEPS * DT,
        spikes={rank: [rank % STEPS] for rank in range(neurons)},
        voltages=np.full((STEPS, 3), -60.0),
        building=0.0,
        compiling=0.0,
        was_cached=True,
        simulating=1.0,
    )
    figure = draw(outcome)
    figure.canvas.draw()
    return figure.axes


def test_neurons_are_picked_evenly_and_keep_their_proportion(panels):
    excitatory, inhibitory = panels[0].lines
    assert [to_hex(line.get_color()) for line in panels[0].lines] == [EXCITATORY, INHIBITORY]
    assert len(excitatory.get_xdata()) + len(inhibitory.get_xdata()) == DRAWN
    assert len(excitatory.get_xdata()) == pytest.approx(0.8 * DRAWN, abs=1)
    assert max(excitatory.get_ydata()) < min(inhibitory.get_ydata())


def test_spikes_stand_at_their_time(panels):
    excitatory = panels[0].lines[0]
    picked = np.unique(np.linspace(0, 3999, DRAWN).round().astype(int))
    for time, place in zip(*excitatory.get_data(), strict=True):
        assert time == pytest.approx(picked[place] % STEPS * DT)


def test_rate_is_drawn_for_all_neurons(panels):
    drawn = panels[1].patches[0].get_data()
    # four spikes in each step of 0.1 ms, of 4,000 neurons
    np.testing.assert_allclose(drawn.values, 4 / 4000 / (DT / 1000.0))
    assert drawn.edges[-1] == pytest.approx(STEPS * DT)


def test_voltage_has_a_line_up_at_each_spike(panels):
    lines = panels[2].collections[0].get_segments()
    assert [line[0][0] for line in lines] == pytest.approx([0.0])  # of neuron 0, in step 0
    assert panels[2].get_xlim() == pytest.approx((0.0, STEPS * DT))


def test_only_the_last_panel_names_the_time(panels):
    assert [panel.get_xlabel() for panel in panels] == ["", "", "time (ms)"]
