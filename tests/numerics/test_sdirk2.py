"""SDIRK of order 2: its stability function, stiff problems, and stages that have no solution."""

import numpy as np
import pytest
from scipy.optimize import brentq

GAMMA = 1.0 - np.sqrt(0.5)


def stability(z):
    return (1.0 + (1.0 - 2.0 * GAMMA) * z) / (1.0 - GAMMA * z) ** 2


@pytest.mark.parametrize("z", [-1e-3, -0.3, -2.0, -30.0, -1e4, -1e9])
def test_step_of_a_decay_is_the_stability_function(interpret, z):
    run = interpret("dv/dt = k*v : init=1.0", "sdirk2", dt=1.0, parameters={"k": z})
    run.step()
    assert run.state["v"] == pytest.approx(stability(z), rel=1e-12, abs=1e-15)


def test_stability_function_is_at_most_1_on_the_left_and_0_at_infinity(interpret):
    """A-stable: |R(iy)| ≤ 1 and no poles on the left; L-stable with that."""
    assert np.abs(stability(1j * np.geomspace(1e-3, 1e6, 10000))).max() <= 1.0
    run = interpret("dv/dt = k*(2.0 - v) : init=1.0", "sdirk2", dt=1.0, parameters={"k": 1e12})
    run.step()
    assert run.state["v"] == pytest.approx(2.0, rel=1e-11)


@pytest.mark.parametrize("frequency", [0.1, 3.0, 1e3])
def test_oscillator_is_advanced_by_the_stability_function(interpret, frequency):
    run = interpret("dx/dt = -w*y : init=1.0\ndy/dt = w*x : init=0.0", "sdirk2", dt=1.0, parameters={"w": frequency})
    run.step()
    assert run.state["x"] + 1j * run.state["y"] == pytest.approx(stability(1j * frequency), rel=1e-12)


def test_linear_system_is_solved_as_a_whole_by_one_matrix(interpret):
    A = np.array([[-3.0, 1.0, 0.5], [200.0, -900.0, 2.0], [0.0, 1e5, -1e6]])
    names = "xyz"
    sums = [" + ".join(f"({A[i, j]:.17g})*{names[j]}" for j in range(3)) for i in range(3)]
    lines = [f"d{names[i]}/dt = {sums[i]} + sin(t)*{i + 1}.0 : init=1.0" for i in range(3)]
    run = interpret("\n".join(lines), "sdirk2", dt=0.5)
    weights = np.array([1.0, 2.0, 3.0])
    matrix = np.eye(3) - 0.5 * GAMMA * A
    state = np.ones(3)
    for step in range(4):
        t = 0.5 * step
        first = np.linalg.solve(matrix, state + 0.5 * GAMMA * weights * np.sin(t + GAMMA * 0.5))
        base = state + (1.0 - GAMMA) / GAMMA * (first - state)
        state = np.linalg.solve(matrix, base + 0.5 * GAMMA * weights * np.sin(t + 0.5))
        run.step()
        np.testing.assert_allclose([run.state[n] for n in names], state, rtol=1e-10)
    factors = [s for rule in run.rules for s in rule.statements if "_factor_" in s.symbol.name]
    assert len(factors) == 2  # the corner at the lower left is 0: two are eliminated, once for both stages


def test_matrix_that_changes_with_time_is_taken_at_the_times_of_the_stages(interpret):
    run = interpret("dv/dt = -(1.0 + t)*v : init=1.0", "sdirk2", dt=0.5)
    run.step()
    first = 1.0 / (1.0 + 0.5 * GAMMA * (1.0 + 0.5 * GAMMA))
    expected = (1.0 + (1.0 - GAMMA) / GAMMA * (first - 1.0)) / (1.0 + 0.5 * GAMMA * 1.5)
    assert run.state["v"] == pytest.approx(expected, rel=1e-14)


def prothero_robinson(interpret, method, steps, stiffness):
    """v' = λ(v − cos t) − sin t, v = cos t; the largest error up to t = 2."""
    equation = "dv/dt = -k*(v - cos(t)) - sin(t) : init=1.0"
    run = interpret(equation, method, dt=2.0 / steps, parameters={"k": stiffness})
    return max(abs(run.run(1)["v"] - np.cos(run.t)) for _ in range(steps))


@pytest.mark.parametrize("z", [1.0, 10.0, 1e3, 1e6])
def test_order_2_holds_on_the_problem_of_prothero_and_robinson_at_any_stiffness(interpret, z):
    """λ grows as the step falls: h·λ = −z stays, and so does the order."""
    steps = 20 * 2 ** np.arange(5)
    errors = [prothero_robinson(interpret, "sdirk2", int(n), z * n / 2.0) for n in steps]
    assert -np.polyfit(np.log(steps), np.log(errors), 1)[0] == pytest.approx(2.0, abs=0.15)


@pytest.mark.parametrize("stiffness", [1.0, 1e2, 1e4, 1e6])
def test_stiff_source_is_followed_better_than_by_backward_euler(interpret, stiffness):
    ours = prothero_robinson(interpret, "sdirk2", 40, stiffness)
    theirs = prothero_robinson(interpret, "implicit", 40, stiffness)
    assert ours < (0.1 if stiffness < 40.0 else 0.8) * theirs  # where nothing is stiff, it is the order that counts


def test_nonlinear_stages_solve_their_equations(interpret):
    run = interpret("dv/dt = -50.0*v^3 + t : init=2.0", "sdirk2", dt=0.5)
    state = 2.0
    for step in range(3):
        t, factor = 0.5 * step, 0.5 * GAMMA

        def stage(base, time, factor=factor):
            return brentq(lambda x: x - base - factor * (-50.0 * x**3 + time), -10.0, 10.0, xtol=1e-15)

        first = stage(state, t + GAMMA * 0.5)
        state = stage(state + (1.0 - GAMMA) / GAMMA * (first - state), t + 0.5)
        run.step()
        assert run.state["v"] == pytest.approx(state, rel=1e-10)
    assert run.rounds > 2


@pytest.mark.parametrize("start", [0.5, 20.0])
def test_upstroke_without_solution_takes_the_explicit_step_and_leaves(interpret, start):
    run = interpret("dv/dt = v*v + 1.0 : init=0.5, sdirk2", dt=1.0, v=start)
    for _ in range(3):
        old = run.state["v"]
        run.step()
        assert run.state["v"] == pytest.approx(old + old**2 + 1.0, rel=1e-15)


def test_upstroke_of_an_exponential_leaves_too(interpret):
    """The first stage has no solution: the second one is not tried at its values, where exp is infinite."""
    run = interpret("dv/dt = (-65.0 - v)/10.0 + exp((v + 50.0)/2.0) : sdirk2", dt=0.1, v=-40.0)
    run.step()
    assert run.state["v"] == pytest.approx(-40.0 + 0.1 * (-2.5 + np.exp(5.0)), rel=1e-14)


def test_nan_ends_both_stages_at_once(interpret):
    run = interpret("dv/dt = -v^3 : sdirk2", v=np.nan)
    run.step()
    assert np.isnan(run.state["v"])
    assert run.rounds == 2


def test_additive_noise_kicks_the_old_state(interpret):
    run = interpret("dv/dt = -2.0*v + 0.5*xi : init=1.0", "sdirk2", dt=0.3, normal=lambda name: 1.7)
    run.step()
    assert run.state["v"] == pytest.approx(stability(-0.6) * (1.0 + 0.5 * np.sqrt(0.3) * 1.7), rel=1e-13)
