"""Rates that become conductances, and spikes that become rates."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

from eqneuro import (
    CurrentInjection,
    DecodingProjection,
    InputArray,
    Network,
    Neuron,
    PoissonPopulation,
    SpikeSourceArray,
    float32,
)

READER = Neuron(equations="r = sum(exc)")
CELL = Neuron(equations="v = g_exc", spike="v > 1000.0")
DT = 0.5


class TestCurrentInjection:
    """CurrentInjection."""

    def test_a_conductance_without_equation_is_the_rate_of_the_last_step(self) -> None:
        net = Network(dt=DT)
        ramp, cells = net.create(3, Neuron(equations="r = t + i\ni = i : init=0.0")), net.create(3, CELL)
        ramp.i = [0.0, 10.0, 20.0]
        net.connect(CurrentInjection(ramp, cells, "exc")).connect_current()
        monitor = net.monitor(cells, "v")
        net.simulate(5.0)
        expected = np.arange(9)[:, None] * DT + [0.0, 10.0, 20.0]
        np.testing.assert_allclose(monitor.get("v")[1:], expected)

    def test_a_conductance_with_an_equation_is_set_and_spikes_come_on_top(self) -> None:
        net = Network(dt=1.0)
        drive = net.create(InputArray(1))
        source = net.create(SpikeSourceArray([[2.0]]))
        cell = net.create(
            1, Neuron(equations="tau*dg_exc/dt = -g_exc\nv = g_exc", parameters="tau = 4.0", spike="v > 99.0")
        )
        net.connect(source, cell, "exc").all_to_all(8.0)  # made first, and still on top
        net.connect(CurrentInjection(drive, cell, "exc")).connect_current()
        monitor = net.monitor(cell, "g_exc")
        drive.r = 4.0
        net.simulate(5.0)
        early = np.ravel(monitor.get("g_exc"))  # recorded before the update: what arrived
        np.testing.assert_allclose(early, [4.0, 4.0, 4.0, 4.0 + 8.0, 4.0])

    def test_several_injections_and_spikes_add_up_where_there_is_no_equation(self) -> None:
        net = Network(dt=1.0)
        first, second = net.create(InputArray(2)), net.create(InputArray(2))
        source, cells = net.create(SpikeSourceArray([[1.0], []])), net.create(2, CELL)
        for side in (first, second):
            net.connect(CurrentInjection(side, cells, "exc")).connect_current()
        net.connect(source, cells, "exc").one_to_one(16.0)
        first.r, second.r = [1.0, 2.0], [4.0, 8.0]
        monitor = net.monitor(cells, "v")
        net.simulate(4.0)
        np.testing.assert_allclose(monitor.get("v"), [[5, 10], [5, 10], [5 + 16, 10], [5, 10]])

    def test_views_are_connected_in_their_order(self) -> None:
        net = Network(dt=1.0, num_threads=2)
        drive, cells = net.create(InputArray(700)), net.create(600, CELL)
        drive.r = np.arange(700.0)
        net.connect(CurrentInjection(drive[100:400], cells[300:600], "exc")).connect_current()
        net.simulate(2.0)
        np.testing.assert_array_equal(cells.v, [*np.zeros(300), *np.arange(100.0, 400.0)])

    def test_what_does_not_fit_is_refused(self) -> None:
        net = Network()
        drive, cells, reader = net.create(InputArray(2)), net.create(3, CELL), net.create(2, READER)
        with pytest.raises(ValueError, match="same size, not 2 and 3"):
            CurrentInjection(drive, cells, "exc")
        for ends in ((cells, cells), (drive, reader)):
            with pytest.raises(TypeError, match="from a rate-coded population to a spiking one"):
                CurrentInjection(*ends, "exc")
        with pytest.raises(TypeError, match=r"a CurrentInjection into currents"):
            net.connect(drive, cells, "exc")


def emitted(trains: list[list[float]], steps: int, dt: float) -> np.ndarray:
    """Spikes of each neuron in each step."""
    counts = np.zeros((steps, len(trains)))
    for k, train in enumerate(trains):
        for time in train:
            counts[round(time / dt), k] += 1
    return counts


class TestDecodingProjection:
    """DecodingProjection."""

    trains: ClassVar = [[1.0], [1.0, 1.5], [], [3.0, 4.5, 5.0]]

    def decode(
        self, window: float, steps: int = 20, delays: Any = 0.0, weights: Any = 0.5, **network: Any
    ) -> np.ndarray:
        net = Network(dt=DT, **network)
        source = net.create(SpikeSourceArray(self.trains))
        reader = net.create(2, READER)
        net.connect(DecodingProjection(source, reader, "exc", window=window)).from_matrix(
            np.broadcast_to(weights, (2, 4)), delays=delays
        )
        monitor = net.monitor(reader, "r")
        net.simulate(steps * DT)
        return monitor.get("r")

    @pytest.mark.parametrize("steps", [1, 3, 4, 30])
    def test_it_is_the_mean_of_weighted_rates_in_a_sliding_window(self, steps: int) -> None:
        weights = np.array([[0.5, 1.0, 2.0, 4.0], [1.0, 0.0, -1.0, 3.0]])
        counts = emitted(self.trains, 20, DT)
        rates = np.array([counts[max(0, n - steps) : n].sum(axis=0) for n in range(20)]) / (steps * DT / 1000.0)
        expected = rates @ weights.T / 4
        np.testing.assert_allclose(self.decode(steps * DT, weights=weights), expected, rtol=1e-12)

    def test_without_a_window_it_is_one_step(self) -> None:
        np.testing.assert_array_equal(self.decode(0.0), self.decode(DT))

    def test_delays_read_earlier_windows(self) -> None:
        late = np.array([[1, 2, 3, 5], [4, 4, 1, 2]])
        counts = emitted(self.trains, 20, DT)
        rates = np.array([counts[max(0, n - 3) : max(0, n)].sum(axis=0) for n in range(-5, 20)]) / (3 * DT / 1000.0)
        expected = [[rates[5 + n - (late[j] - 1), range(4)].mean() for j in range(2)] for n in range(20)]
        np.testing.assert_allclose(self.decode(3 * DT, delays=late * DT, weights=1.0), expected, rtol=1e-12)

    def test_threads_and_single_precision_decode_alike(self) -> None:
        once = self.decode(2.0)
        np.testing.assert_array_equal(once, self.decode(2.0, num_threads=2))
        np.testing.assert_allclose(once, self.decode(2.0, dtype=float32), rtol=1e-6)

    def test_windows_and_the_rate_of_the_population_stand_side_by_side(self) -> None:
        net = Network(dt=DT)
        source = net.create(SpikeSourceArray(self.trains))
        source.compute_firing_rate(1.0)
        readers = [net.create(1, READER) for _ in range(3)]
        for reader, window in zip(readers, (2.0, 3.0, 2.0), strict=True):
            net.connect(DecodingProjection(source, reader, "exc", window=window)).all_to_all(1.0)
        net.simulate(5.0)  # the last step, t = 4.5, reads windows that end with t = 4.0
        assert readers[0].r == readers[2].r == pytest.approx(1 / 4 / 0.002)
        assert readers[1].r == pytest.approx(2 / 4 / 0.003)  # of t = 1.5 and 3.0
        np.testing.assert_allclose(source.r, [0.0, 0.0, 0.0, 1000.0])

    def test_reset_forgets_the_window(self) -> None:
        net = Network(dt=DT)
        source, reader = net.create(SpikeSourceArray(self.trains)), net.create(1, READER)
        net.connect(DecodingProjection(source, reader, "exc", window=4.0)).all_to_all(1.0)
        monitor = net.monitor(reader, "r")
        net.simulate(6.0)
        first = monitor.get("r")
        net.reset()
        net.simulate(6.0)
        np.testing.assert_array_equal(monitor.get("r"), first)

    def test_a_window_made_while_the_network_runs_knows_the_spikes_before(self) -> None:
        net = Network(dt=1.0, seed=1)
        source = net.create(PoissonPopulation(50, rates=200.0))
        readers = [net.create(1, READER) for _ in range(2)]
        net.connect(DecodingProjection(source, readers[0], "exc", window=2.0)).all_to_all(1.0)
        net.simulate(20.0)
        net.connect(DecodingProjection(source, readers[1], "exc", window=2.0)).all_to_all(1.0)
        net.simulate(20.0)
        np.testing.assert_array_equal(readers[0].r, readers[1].r)

    def test_what_does_not_fit_is_refused(self) -> None:
        net = Network()
        source, reader, cells = net.create(SpikeSourceArray(self.trains)), net.create(1, READER), net.create(2, CELL)
        for ends in ((reader, reader), (source, cells)):
            with pytest.raises(TypeError, match="from a spiking population to a rate-coded one"):
                DecodingProjection(*ends, "exc")
        for window in (-1.0, np.nan):
            with pytest.raises(ValueError, match="a time in ms"):
                DecodingProjection(source, reader, "exc", window=window)
        with pytest.raises(TypeError, match="a DecodingProjection turns them into rates"):
            net.connect(source, reader, "exc")
