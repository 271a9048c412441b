"""Delay equations against their solutions by the method of steps, and against what is known of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.special import lambertw

from eqneuro import Network, Neuron, Synapse

Past = Callable[[float], NDArray[np.float64]]


ORDERS = {"explicit": 1, "implicit": 1, "semiimplicit": 1, "midpoint": 2, "heun": 2, "sdirk2": 2, "rk4": 4}
STAGED = ("midpoint", "heun", "rk4")


def fine(method):
    """Steps in ms at which the order shows, finer for methods of order 1."""
    return np.array([0.0625, 0.03125, 0.015625]) / (1 if ORDERS[method] > 1 else 4)


def end_of(neuron, method, dt, duration, names="x", **parameters):
    net = Network(dt=dt, method=method)
    pop = net.create(1, neuron)
    pop.set(parameters)
    net.simulate(duration)
    return np.array([pop.get(name)[0] for name in names])


def solve_by_steps(
    right: Callable[[float, NDArray[np.float64], Past], object],
    start: object,
    end: float,
    span: float,
) -> NDArray[np.float64]:
    """x(end) of x' = right(t, x, past) with x = start until 0.

    Intervals of the length ``span``, at most the shortest delay, are solved one after the other as ODEs: ``past(t)``
    looks into the solutions of those before. Kinks lie at multiples of the delays, so these are multiples of ``span``,
    or the solution starts smoothly.
    """
    begin = np.atleast_1d(np.asarray(start, dtype=float))
    pieces: list[Past] = []

    def past(t: float) -> NDArray[np.float64]:
        if t <= 0.0:
            return begin
        return pieces[min(int(t / span * (1.0 + 1e-15)), len(pieces) - 1)](t)

    x = begin
    edges = [*np.arange(0.0, end - 1e-9 * span, span), end]
    for low, high in pairwise(edges):
        found = solve_ivp(
            lambda t, y: right(t, y, past), (low, high), x, method="DOP853", rtol=1e-12, atol=1e-14, dense_output=True
        )
        pieces.append(found.sol)
        x = found.y[:, -1]
    return x


def order_of(error: Callable[[float], float], steps: object) -> float:
    """The slope of the error over the step, both in logarithms."""
    steps = np.asarray(steps, dtype=float)
    return float(np.polyfit(np.log(steps), np.log([error(dt) for dt in steps]), 1)[0])


# -- orders -----------------------------------------------------------------------------------------------------------

MACKEY_GLASS = Neuron(parameters="tau = 2.0", equations="dx/dt = 2.0*x(t - tau)/(1.0 + x(t - tau)^10) - x : init=0.5")


@cache
def mackey_glass(duration):
    return solve_by_steps(
        lambda t, x, past: 2.0 * past(t - 2.0) / (1.0 + past(t - 2.0) ** 10) - x, 0.5, duration, span=2.0
    )


@pytest.mark.parametrize("method", ORDERS)
def test_mackey_glass_converges_with_the_order_of_the_method(method):
    exact = mackey_glass(10.0)
    order = order_of(lambda dt: abs(end_of(MACKEY_GLASS, method, dt, 10.0) - exact)[0], fine(method))
    assert order == pytest.approx(ORDERS[method], abs=0.15)


def test_error_control_inside_the_step_reads_the_past_to_order_four():
    exact = mackey_glass(10.0)
    neuron = Neuron(
        equations="dx/dt = 2.0*x(t - 2.0)/(1.0 + x(t - 2.0)^10) - x : init=0.5, rk45, rtol=1e-12, atol=1e-14"
    )
    order = order_of(lambda dt: abs(end_of(neuron, "rk45", dt, 10.0) - exact)[0], fine("rk4"))
    assert order == pytest.approx(4.0, abs=0.15)


SMOOTH = "dx/dt = -0.5*x - 1.2*x(t - d) + sin(t)^6"


@cache
def smooth(delay, duration):
    return solve_by_steps(
        lambda t, x, past: -0.5 * x - 1.2 * past(t - delay) + np.sin(t) ** 6, 0.0, duration, span=delay
    )


@pytest.mark.parametrize("method", ORDERS)
@pytest.mark.parametrize("delay", [2.0 / 3.0, 4.0 / 3.0])  # a third of a step off the grid, at each step
def test_a_delay_between_grid_points_keeps_the_order_where_the_start_is_smooth(method, delay):
    exact = smooth(delay, 5.0)
    neuron = Neuron(parameters="d = 1.0", equations=SMOOTH)
    order = order_of(lambda dt: abs(end_of(neuron, method, dt, 5.0, d=delay) - exact)[0], fine(method))
    assert order == pytest.approx(ORDERS[method], abs=0.15)


@pytest.mark.parametrize("method", STAGED)
def test_each_neuron_has_its_own_delay(method):
    delays = np.array([0.5, 2.0 / 3.0, 1.0, 4.0 / 3.0, 8.0 / 3.0])
    exact = np.array([smooth(d, 5.0)[0] for d in delays])

    def errors(dt):
        net = Network(dt=dt, method=method)
        pop = net.create(5, Neuron(parameters="d = 1.0", equations=SMOOTH))
        pop.d = delays
        net.simulate(5.0)
        return abs(pop.x - exact)

    assert (errors(0.0625) < (1e-5 if method == "rk4" else 1e-2)).all()
    assert order_of(lambda dt: errors(dt).max(), fine(method)) == pytest.approx(ORDERS[method], abs=0.15)


OSCILLATORS = """
    dx/dt = u : init=1.0
    du/dt = -x - 0.1*u + 0.4*y(t - 1.0) : init=0.0
    dy/dt = w : init=-0.5
    dw/dt = -1.3*y - 0.1*w + 0.4*x(t - 1.5) : init=0.0
"""


@pytest.mark.parametrize("method", STAGED)
def test_two_oscillators_of_one_population_are_coupled_with_delays(method):
    def right(t, s, past):
        x, u, y, w = s
        return [u, -x - 0.1 * u + 0.4 * past(t - 1.0)[2], w, -1.3 * y - 0.1 * w + 0.4 * past(t - 1.5)[0]]

    exact = solve_by_steps(right, [1.0, 0.0, -0.5, 0.0], 8.0, span=0.5)
    neuron = Neuron(equations=OSCILLATORS)
    order = order_of(lambda dt: abs(end_of(neuron, method, dt, 8.0, "xuyw") - exact).max(), fine(method))
    assert order == pytest.approx(ORDERS[method], abs=0.15)


def two_populations(method, dt, duration):
    """Oscillators that read each other through projections, one with delays of its own for each synapse."""
    net = Network(dt=dt, method=method)
    a = net.create(1, Neuron(equations="dr/dt = u\ndu/dt = -r - 0.1*u + sum(exc) + sin(t)^6"))
    b = net.create(1, Neuron(equations="dr/dt = w\ndw/dt = -1.3*r - 0.1*w + 0.5*sum()"))
    net.connect(b, a, "exc", Synapse(psp="w*tanh(pre.r)")).all_to_all(0.4, delays=1.0)
    net.connect(a, b, "one").all_to_all(0.5, delays=0.75)
    net.connect(a, b, "other").all_to_all(0.3, delays=1.5)
    net.simulate(duration)
    return np.array([a.r[0], a.u[0], b.r[0], b.w[0]])


@pytest.mark.parametrize("method", STAGED)
def test_two_oscillators_are_coupled_by_projections_with_delays(method):
    def right(t, s, past):
        x, u, y, w = s
        exc = 0.4 * np.tanh(past(t - 1.0)[2])
        late = 0.5 * past(t - 0.75)[0] + 0.3 * past(t - 1.5)[0]
        return [u, -x - 0.1 * u + exc + np.sin(t) ** 6, w, -1.3 * y - 0.1 * w + 0.5 * late]

    exact = solve_by_steps(right, np.zeros(4), 8.0, span=0.25)
    order = order_of(lambda dt: abs(two_populations(method, dt, 8.0) - exact).max(), fine(method))
    assert order == pytest.approx(ORDERS[method], abs=0.15)


def test_what_arrives_in_a_step_is_the_rate_at_its_end_less_the_delay():
    net = Network(dt=0.1)
    ramp = net.create(1, Neuron(equations="dx/dt = 1.0 : init=2.0\nr = x : init=2.0"))
    reader = net.create(1, Neuron(equations="s = sum(in)"))
    net.connect(ramp, reader, "in").all_to_all(1.0, delays=0.5)
    monitor = net.monitor(reader, "sum(in)")
    net.simulate(2.0)
    end = 0.1 * (np.arange(20) + 1)
    assert monitor.get("sum(in)")[:, 0] == pytest.approx(2.0 + np.maximum(end - 0.5, 0.0), abs=1e-14)


def test_an_assigned_variable_is_read_between_grid_points_to_order_four():
    delay = 2.2 / 3.0  # a third of a step off the grid
    exact = solve_by_steps(
        lambda t, x, past: -x - 1.5 * np.tanh(past(t - delay)) + np.sin(t) ** 6, 0.0, 5.0, span=delay
    )
    neuron = Neuron(equations=f"dx/dt = -x - 1.5*r(t - {delay}) + sin(t)^6\nr = tanh(x)")
    order = order_of(lambda dt: abs(end_of(neuron, "rk4", dt, 5.0) - exact)[0], [0.04, 0.02, 0.01])
    assert order == pytest.approx(4.0, abs=0.15)


# -- what is known ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("a", [1.45, np.pi / 2, 1.7])
def test_delayed_negative_feedback_oscillates_at_a_d_of_half_pi(a):
    """x' = −a·x(t − 1): λ = W(−a), the principal branch, so Re λ < 0 below a = π/2, and λ = i·π/2 there."""
    root = lambertw(-a)
    assert np.sign(np.round(root.real, 12)) == np.sign(a - np.pi / 2)
    net = Network(dt=0.01, method="rk4")
    pop = net.create(1, Neuron(parameters=f"a = {a!r}", equations="dx/dt = -a*x(t - 1.0) : init=1.0"))
    net.simulate(40.0)  # other roots have died away
    monitor = net.monitor(pop, "x")
    net.simulate(40.0)
    x = monitor.get("x")[:, 0]
    places = np.flatnonzero((x[:-1] < 0.0) & (x[1:] >= 0.0))
    rising = 0.01 * (places - x[places] / (x[places + 1] - x[places]))
    assert np.diff(rising) == pytest.approx(np.full(len(rising) - 1, 2.0 * np.pi / root.imag), rel=1e-5)
    peaks = np.array([x[low:high].max() for low, high in pairwise(places)])
    growth = np.log(peaks[-1] / peaks[0]) / (rising[-2] - rising[0])
    assert growth == pytest.approx(root.real, abs=2e-5)


def test_a_delay_shorter_than_the_step_is_read_to_order_two():
    exact = solve_by_steps(lambda t, x, past: -past(t - 0.01), 1.0, 1.0, span=0.01)
    neuron = Neuron(equations="dx/dt = -x(t - 0.01) : init=1.0")

    def error(dt):
        return abs(end_of(neuron, "heun", dt, 1.0) - exact)[0]

    assert error(0.125) < 4e-3
    assert error(0.0625) < error(0.125) / 3.0
