"""Values of the past: what is read on the grid, between grid points and across jumps, and always the same bits."""

from __future__ import annotations

import numpy as np
import pytest

from eqneuro import Network, Neuron, Uniform

METHODS = ("explicit", "implicit", "semiimplicit", "exponential", "midpoint", "heun", "sdirk2", "rk4", "rk45")
STAGED = ("midpoint", "heun", "rk4")


# -- on the grid and off it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_a_delay_of_whole_steps_gives_the_value_itself(method):
    net = Network(dt=0.1, method=method)
    pop = net.create(1, Neuron(equations="y = x(t - 0.3)\ndx/dt = -0.3*x + cos(t) : init=1.0"))
    monitor = net.monitor(pop, ["x", "y"])
    net.simulate(5.0)
    x, y = monitor.get("x")[:, 0], monitor.get("y")[:, 0]  # x after each step, that of the next one's beginning
    np.testing.assert_array_equal(y[:4], np.ones(4))
    np.testing.assert_array_equal(y[4:], x[:-4])


@pytest.mark.parametrize("method", STAGED)
def test_between_grid_points_the_past_is_hermites_cubic(method):
    net = Network(dt=0.1, method=method)
    pop = net.create(1, Neuron(equations="dx/dt = cos(t) : init=1.0\ny = x(t - 0.275)"))
    monitor = net.monitor(pop, ["x", "y"])
    net.simulate(5.0)
    x, slopes = np.array([1.0, *monitor.get("x")[:, 0]]), np.cos(0.1 * np.arange(51))
    u = 0.25
    weights = (1 + 2 * u) * (1 - u) ** 2, u * u * (3 - 2 * u), 0.1 * u * (1 - u) ** 2, -0.1 * u * u * (1 - u)
    cubic = weights[0] * x[:-1] + weights[1] * x[1:] + weights[2] * slopes[:-1] + weights[3] * slopes[1:]
    expected = np.concatenate([np.ones(3), cubic])[:50]
    assert monitor.get("y")[:, 0] == pytest.approx(expected, rel=1e-14)


def test_before_time_0_the_past_is_the_initial_value_itself():
    net = Network(dt=0.1, method="rk4")
    pop = net.create(3, Neuron(parameters="d = 1.0", equations="y = x(t - d)\ndx/dt = 5.0 : init=0.1"))
    pop.d = [0.95, 1.0, 1.05]
    monitor = net.monitor(pop, "y")
    net.simulate(2.0)
    y = monitor.get("y")
    assert (y[:10] == 0.1).all()
    assert y[10] == pytest.approx([0.1 + 5.0 * 0.05, 0.1, 0.1], rel=1e-14)


@pytest.mark.parametrize("method", ["midpoint", "heun"])
def test_without_a_delay_the_past_is_the_stage_of_the_method(method):
    net = Network(dt=0.1, method=method)
    late = net.create(1, Neuron(equations="dx/dt = -x(t - 0.0) + cos(t) : init=1.0"))
    plain = net.create(1, Neuron(equations="dx/dt = -x + cos(t) : init=1.0"))
    net.simulate(3.0)
    assert late.x[0] == pytest.approx(plain.x[0], rel=1e-13)


def test_a_delay_shorter_than_the_step_is_told_once_with_the_step_that_reads_it():
    net = Network(dt=0.1, method="rk4")
    pop = net.create(2, Neuron(parameters="d = 1.0", equations="dx/dt = -x(t - d) : init=1.0"), name="late")
    pop.d = [0.04, 0.3]
    with pytest.warns(UserWarning, match=r"'late': a delay of 0.04 ms .* dt up to 0.04 ms keeps"):
        net.simulate(1.0)
    net.simulate(1.0)  # warnings are errors
    assert "past values of 0.04 ms are extrapolated" in str(net.explain())


# -- jumps, bounds, rest ----------------------------------------------------------------------------------------------


def test_a_reset_is_passed_within_one_step_beyond_its_ends_by_no_more_than_the_slopes():
    equations = "dv/dt = 0.9 - 0.2*v : init=0.0\nu = v(t - 0.55)\nw = v(t - 0.6)"
    net = Network(dt=0.1, method="rk4")
    pop = net.create(1, Neuron(equations=equations, spike="v > 1.0", reset="v = -1.0", refractory=1.0))
    monitor = net.monitor(pop, ["v", "u", "w"])
    net.simulate(20.0)
    v, u, w = (np.array(monitor.get(name)[:, 0]) for name in ("v", "u", "w"))
    assert (v == -1.0).sum() > 20  # it spikes, and rests
    beyond = 4.0 / 27.0 * 0.1 * 1.1  # of a cubic whose slope is 0 at one end and 1.1 at the other
    assert u.min() >= -1.0 - beyond
    assert u.max() <= 1.0 + beyond
    resting = (w[:-2] == -1.0) & (w[1:-1] == -1.0) & (w[2:] == -1.0)  # at both ends of the step in which u is read
    assert resting.sum() > 20
    assert (u[:-2][resting] == -1.0).all()


@pytest.mark.parametrize("method", STAGED)
def test_the_past_of_a_variable_at_its_bound_stays_there(method):
    net = Network(dt=0.1, method=method)
    pop = net.create(1, Neuron(equations="dx/dt = -3.0 : init=1.0, min=0.0\ny = x(t - 0.25)"))
    net.simulate(5.0)
    assert pop.x[0] == 0.0
    assert pop.y[0] == 0.0


def test_the_past_of_a_disabled_population_stands_still():
    net = Network(dt=0.1, method="rk4")
    pop = net.create(1, Neuron(equations="dx/dt = 1.0\ny = x(t - 0.25)"))
    net.simulate(1.0)
    pop.disable()
    net.simulate(1.0)
    pop.enable()
    net.step()
    assert pop.x[0] == pytest.approx(1.1, rel=1e-14)
    assert pop.y[0] == pytest.approx(1.0, rel=1e-14)


def test_a_delay_that_is_lengthened_while_the_network_runs_finds_what_was_kept():
    net = Network(dt=0.1, method="rk4")
    pop = net.create(1, Neuron(parameters="d = 0.25", equations="dx/dt = 1.0\ny = x(t - d)"))
    net.simulate(5.0)
    pop.d = 3.05
    net.simulate(4.0)
    assert pop.y[0] == pytest.approx(8.9 - 3.05, rel=1e-13)


def test_whole_numbers_and_truth_values_of_the_past_are_those_of_the_nearest_grid_point():
    net = Network(dt=1.0, method="rk4")
    pop = net.create(1, Neuron(equations="m = n(t - 2.4)\nk = n(t - 2.6)\nn = n + 1 : int, init=0"))
    net.simulate(10.0)
    assert (pop.m[0], pop.k[0]) == (9 - 2, 9 - 3)


# -- the same bits ----------------------------------------------------------------------------------------------------

LATE = Neuron(
    parameters="d = 1.0",
    equations="""
        dx/dt = sin(x(t - d)) - 0.5*x*y(t - 1.33) + sum(exc) : init=0.5
        r = tanh(x(t - 0.77)) + 0.3*r(t - 0.4)
        dy/dt = r(t - 1.21) - y : init=0.1, min=0.0
    """,
)


def late_network(method, threads=1, dtype=np.float64):
    net = Network(dt=0.1, method=method, seed=3, num_threads=threads, dtype=dtype)
    pop = net.create(600, LATE)
    pop.d = np.linspace(0.3, 5.0, 600)
    net.connect(pop, pop, "exc").fixed_probability(0.05, Uniform(0.0, 0.01), delays=Uniform(0.2, 1.5))
    return net, pop


def state_of(pop):
    return [np.array(pop.get(name)) for name in ("x", "y", "r")]


@pytest.mark.parametrize("method", ["explicit", "heun", "rk4"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_threads_pieces_files_and_reset_change_no_bit(method, dtype, tmp_path):
    net, pop = late_network(method, dtype=dtype)
    net.simulate(12.0)
    expected = state_of(pop)
    for threads in (2, 3, 4):
        other, its = late_network(method, threads, dtype)
        other.simulate(4.7)
        if threads == 2:
            other.save(tmp_path / "half.npz")
        other.simulate(7.3)
        np.testing.assert_array_equal(state_of(its), expected)
    loaded, its = late_network(method, 2, dtype)
    loaded.simulate(1.0)
    loaded.load(tmp_path / "half.npz")
    loaded.simulate(7.3)
    np.testing.assert_array_equal(state_of(its), expected)
    loaded.reset()
    loaded.simulate(12.0)
    np.testing.assert_array_equal(state_of(its), expected)


def test_stages_hold_an_input_as_soon_as_one_synapse_is_as_fast_as_a_step():
    """Changed, created or loaded: results are those of a network that never had other delays."""

    def run(change):
        net = Network(dt=0.1, method="rk4")
        pop = net.create(3, Neuron(equations="dr/dt = -r + sum(exc) : init=1.0"))
        weights = [[0.1, None, 0.2], [0.3, 0.1, 0.2], [0.1, 0.2, 0.1]]
        projection = net.connect(pop, pop, "exc").from_matrix(weights, delays=Uniform(0.2, 0.6))
        net.compile()
        change(projection)
        net.simulate(3.0)
        return pop.r, projection

    late = [[0.2, 0.4], [0.2, 0.3, 0.4], [0.3, 0.3, 0.2]]
    held, projection = run(lambda p: setattr(p, "delay", [[0.1, 0.4], *late[1:]]))
    assert not projection.post._sums
    followed, projection = run(lambda p: setattr(p, "delay", late))
    assert projection.post._sums
    assert abs(held - followed).max() > 1e-4

    def create_and_slow_down(projection):
        projection.delay = late
        projection.dendrite(0).create_synapse(1, 0.0, 0.1)

    created, projection = run(create_and_slow_down)
    assert not projection.post._sums
    projection.dendrite(0).prune_synapse(1)
    projection._net.simulate(0.1)
    assert projection.post._sums
    assert abs(created - followed).max() > 1e-4


def test_a_delay_that_becomes_one_step_leaves_nothing_of_what_was_before():

    def run(first):
        net = Network(dt=0.1, method="rk4")
        pop = net.create(3, Neuron(equations="dr/dt = -r + sum(exc) : init=1.0"))
        projection = net.connect(pop, pop, "exc").all_to_all(0.3, delays=first)
        net.compile()
        projection.delay = 0.1
        net.simulate(3.0)
        return pop.r

    np.testing.assert_array_equal(run(0.4), run(0.1))
