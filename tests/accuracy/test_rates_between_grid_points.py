"""Delays of rates that end between grid points: read there, of the method's order, for all synapses or for each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import eqneuro as ann

DELAY = 1.37
"""In ms: no multiple of any step here."""


def by_steps(delay: float, end: float) -> np.ndarray:
    """Two oscillators at ``end``, by the method of steps: SciPy on one interval of a delay after the other."""
    pieces: list[Any] = []

    def past(t: float) -> np.ndarray:
        piece = int(np.floor(t / delay)) if t >= 0.0 else -1
        return pieces[min(piece, len(pieces) - 1)].sol(t) if piece >= 0 and pieces else np.zeros(2)

    def change(t: float, x: np.ndarray) -> np.ndarray:
        late = past(t - delay)
        drive = np.sin(t) ** 6 if t > 0.0 else 0.0
        return np.array([-0.5 * x[0] - 1.1 * np.tanh(late[1]) + drive, -0.6 * x[1] + 0.9 * late[0]])

    start, x = 0.0, np.zeros(2)
    while start < end - 1e-12:
        stop = min(start + delay, end)
        pieces.append(solve_ivp(change, (start, stop), x, "DOP853", dense_output=True, rtol=1e-12, atol=1e-14))
        start, x = stop, pieces[-1].y[:, -1]
    return x


def oscillators(method: str, dt: float, delay: float = DELAY, end: float = 20.0) -> np.ndarray:
    """The same two through projections."""
    net = ann.Network(dt=dt, method=method)
    first = net.create(1, ann.Neuron(equations="dx/dt = -0.5*x + sum(late) + sin(t)^6"))
    second = net.create(1, ann.Neuron(equations="dx/dt = -0.6*x + sum(late)"))
    net.connect(second, first, "late", ann.Synapse(psp="w*tanh(pre.x)")).all_to_all(-1.1, delays=delay)
    net.connect(first, second, "late", ann.Synapse(psp="w*pre.x")).all_to_all(0.9, delays=delay)
    net.simulate(end)
    return np.array([first.x[0], second.x[0]])


@pytest.mark.parametrize(("method", "order"), [("midpoint", 2.0), ("heun", 2.0), ("sdirk2", 2.0), ("rk4", 4.0)])
def test_two_coupled_oscillators_converge_with_the_order_of_the_method(method, order):
    exact = by_steps(DELAY, 20.0)
    steps = np.array([0.2, 0.1, 0.05, 0.025])
    errors = [np.abs(oscillators(method, dt) - exact).max() for dt in steps]
    observed = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert observed > order - 0.15, errors


def test_what_is_read_is_the_value_there_and_not_that_of_the_nearest_step():
    """A ramp is read exactly, on a curve and on a straight line."""
    net = ann.Network(dt=0.1, method="midpoint")
    source = net.create(1, ann.Neuron(equations="dx/dt = 2.0 : init=1.0\nr = x"))
    cells = net.create(2, ann.Neuron(equations="a = sum(curve)\nb = sum(line)"))
    net.connect(source, cells, "curve", ann.Synapse(psp="w*pre.x")).all_to_all(1.0, delays=0.73)
    net.connect(source, cells, "line").all_to_all(1.0, delays=0.73)
    monitor = net.monitor(cells, ["a", "b"])
    net.simulate(4.0)
    ends = 0.1 * np.arange(1, 41)
    expected = 1.0 + 2.0 * np.maximum(ends - 0.73, 0.0)
    later = ends > 0.95  # r is what x was one update later than its init
    assert monitor.get("a")[:, 0][later] == pytest.approx(expected[later], rel=1e-12)
    assert monitor.get("b")[:, 0][later] == pytest.approx(expected[later], rel=1e-12)


GIVEN = [0.1, 0.2, 0.27, 0.5, 1.234, 2.0]


@pytest.mark.parametrize("method", ["heun", "rk4"])
def test_synapses_with_delays_of_their_own_read_what_projections_of_one_delay_read(method):
    def cells_of(net: ann.Network) -> tuple[Any, Any]:
        source = net.create(3, ann.Neuron(equations="dx/dt = -0.2*x + cos(0.7*t + k)\nr = x", parameters="k = 0.0"))
        source.k = [0.0, 1.0, 2.0]
        return source, net.create(1, ann.Neuron(equations="dy/dt = -y + sum(exc)"))

    net = ann.Network(dt=0.1, method=method)
    source, together = cells_of(net)
    projection = net.connect(source, together, "exc", ann.Synapse(psp="w*pre.x"))
    projection.all_to_all(0.5, delays=0.1)
    projection.delay = [[0.27, 1.234, 2.0]]
    net.simulate(20.0)

    other = ann.Network(dt=0.1, method=method)
    source, apart = cells_of(other)
    for rank, delay in enumerate((0.27, 1.234, 2.0)):
        other.connect(source[rank], apart, "exc", ann.Synapse(psp="w*pre.x")).all_to_all(0.5, delays=delay)
    other.simulate(20.0)
    assert together.y[0] == pytest.approx(apart.y[0], rel=1e-12)


def ring(threads: int = 1, delays: Any = 0.77) -> tuple[ann.Network, Any]:
    """Rates with random weights, delays between grid points, and synapses that learn from what arrives."""
    net = ann.Network(dt=0.1, seed=4, method="rk4", num_threads=threads)
    cells = net.create(300, ann.Neuron(equations="5.0*dx/dt = -x + tanh(sum(exc)) + 0.3*sin(t) : init=0.2\nr = x"))
    hebb = ann.Synapse(psp="w*pre.x", equations="dw/dt = 1e-3*(pre.x*post.x - w)")
    projection = net.connect(cells, cells, "exc", hebb)
    projection.fixed_probability(0.1, ann.Normal(0.0, 0.3), delays=1.0)
    if np.ndim(delays):
        projection.delay = [np.resize(delays, len(row)) for row in projection.pre_ranks]
    else:
        projection.delay = delays
    return net, cells


@pytest.mark.parametrize("delays", [0.77, [0.1, 0.77, 1.99, 2.0]], ids=["one delay", "own delays"])
def test_threads_cuts_and_files_change_no_bit(delays, tmp_path):
    net, cells = ring(delays=delays)
    net.simulate(30.0)
    expected = np.array(cells.x)
    net, cells = ring(3, delays)
    net.simulate(11.1)
    net.save(tmp_path / "half.npz")
    net.simulate(18.9)
    assert np.array_equal(expected, cells.x)
    net, cells = ring(2, delays)
    net.compile()
    net.load(tmp_path / "half.npz")
    net.simulate(18.9)
    assert np.array_equal(expected, cells.x)


@pytest.mark.parametrize("delays", [0.77, [0.1, 0.77, 1.99, 2.0]], ids=["one delay", "own delays"])
def test_the_reference_interpreter_reads_the_same(delays):
    found = []
    for backend in ("compiled", "reference"):
        net, cells = ring(delays=delays)
        net.compile(**({"backend": backend} if backend == "reference" else {}))
        net.simulate(5.0)
        found.append(np.array(cells.x))
    assert found[0] == pytest.approx(found[1], rel=1e-11)


# -- what a user sees -------------------------------------------------------------------------------------------------


def pair(**settings: Any) -> tuple[ann.Network, Any]:
    net = ann.Network(dt=0.5, **{"method": "midpoint"} | settings)
    cells = net.create(4, ann.Neuron(equations="dx/dt = -x + sum(exc)\nr = x"))
    return net, net.connect(cells, cells, "exc")


def test_delays_are_given_back_as_they_were_given():
    net, projection = pair()
    projection.all_to_all(1.0, delays=1.7)
    assert projection.delay == pytest.approx(1.7)
    rows = [[0.5, 1.7, 2.25]] * 4
    projection.delay = rows
    assert np.array(projection.delay) == pytest.approx(np.array(rows))
    assert projection.dendrite(0).delay == pytest.approx(rows[0])
    assert "delays: 0.5 to 2.25 ms (r on straight lines)" in str(net.explain(details=True))


@pytest.mark.parametrize("method", ["explicit", "exponential", "implicit"])
def test_with_methods_of_first_order_delays_are_whole_steps(method):
    _, projection = pair(method=method)
    with pytest.warns(UserWarning, match=r"delays are whole steps of dt = 0.5 ms, one at least: 1.7 ms becomes 1.5 ms"):
        projection.all_to_all(1.0, delays=1.7)
    assert projection.delay == 1.5


def test_a_delay_shorter_than_the_step_becomes_one_step_with_a_warning():
    _, projection = pair()
    with pytest.warns(UserWarning, match=r"delays are not shorter than dt = 0.5 ms: 0.2 ms becomes 0.5 ms"):
        projection.all_to_all(1.0, delays=0.2)


def test_delays_that_are_drawn_are_whole_steps():
    _, projection = pair()
    projection.all_to_all(1.0, delays=ann.Uniform(0.5, 9.0))
    steps = np.array(projection.delay) / 0.5
    assert np.array_equal(steps, np.round(steps))
    assert len(np.unique(steps)) > 3


def test_the_delay_that_a_synapse_reads_is_the_one_that_was_given():
    net = ann.Network(dt=0.5, method="midpoint")
    source = net.create(ann.InputArray(1))
    cells = net.create(1, ann.Neuron(equations="dx/dt = -x\nr = sum(exc)"))
    net.connect(source, cells, "exc", ann.Synapse(psp="d")).all_to_all(1.0, delays=1.7)
    net.simulate(3.0)
    assert cells.r[0] == pytest.approx(1.7)
