"""Backward Euler: stability, and Newton's iterations where they are hard."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit


def backward_euler(f, old, h, low, high):
    """The solution of X = old + h·f(X) in an interval that holds just one."""
    return brentq(lambda x: x - old - h * f(x), low, high, xtol=1e-300, rtol=1e-14)


@pytest.mark.parametrize("stiffness", [1e1, 1e6, 1e12])
@pytest.mark.parametrize("method", ["implicit", "semiimplicit", "exponential", "exact"])
def test_decay_is_stable_at_any_step(interpret, method, stiffness):
    run = interpret("dv/dt = k*(2.0 - v) : init=1.0", method, dt=1.0, parameters={"k": stiffness})
    distance = 1.0
    for _ in range(4):
        run.step()
        assert abs(run.state["v"] - 2.0) <= distance / (1.0 + stiffness) + 1e-15
        distance = abs(run.state["v"] - 2.0)


@pytest.mark.parametrize(
    ("method", "limit"), [("explicit", 2.0), ("midpoint", 2.0), ("heun", 2.0), ("rk4", 2.785293563405282)]
)
def test_explicit_methods_are_stable_up_to_their_limit_and_not_beyond(interpret, method, limit):
    for factor, grows in ((0.99, False), (1.01, True)):
        run = interpret("dv/dt = -v : init=1.0", method, dt=factor * limit)
        assert (abs(run.run(200)["v"]) > 1.0) == grows


def test_oscillator_is_damped_by_backward_euler_at_any_step(interpret):
    for step in (0.1, 1.0, 100.0):
        run = interpret("dx/dt = -y : init=1.0\ndy/dt = x : init=0.0", "implicit", dt=step)
        run.step()
        assert np.hypot(run.state["x"], run.state["y"]) == pytest.approx(1.0 / np.sqrt(1.0 + step**2), rel=1e-13)


def test_linear_system_is_solved_as_a_whole(interpret):
    A = np.array([[-3.0, 1.0, 0.5], [200.0, -900.0, 2.0], [0.0, 1e5, -1e6]])
    b = np.array([1.0, -2.0, 3.0])
    names = "xyz"
    sums = [" + ".join(f"({A[i, j]:.17g})*{names[j]}" for j in range(3)) for i in range(3)]
    lines = [f"d{names[i]}/dt = {sums[i]} + ({b[i]:.17g}) : init=1.0" for i in range(3)]
    run = interpret("\n".join(lines), "implicit", dt=0.5)
    expected = np.ones(3)
    for _ in range(5):
        run.step()
        expected = np.linalg.solve(np.eye(3) - 0.5 * A, expected + 0.5 * b)
        np.testing.assert_allclose([run.state[n] for n in names], expected, rtol=1e-11)
    assert run.rounds == 0


HARD = {
    "cubic": ("-k*v^3", lambda v, k: -k * v**3),
    "steep tanh": ("-k*tanh(v/0.1)", lambda v, k: -k * np.tanh(v / 0.1)),
    "exponential decay": ("-k*(exp(3.0*v) - 1.0)", lambda v, k: -k * np.expm1(min(3.0 * v, 700.0))),
    "saturating": ("-k*v/(k + v*v)", lambda v, k: -k * v / (k + v * v)),
    "steep sigmoid": ("-k/(1.0 + exp(-20.0*(v - 0.5)))", lambda v, k: -k * expit(20.0 * (v - 0.5))),
    "root": ("-k*sign(v)*sqrt(abs(v))", lambda v, k: -k * np.sign(v) * np.sqrt(abs(v))),
}


@pytest.mark.parametrize("start", [0.3, 2.0, 30.0])
@pytest.mark.parametrize("k", [1.0, 100.0, 1e6])
@pytest.mark.parametrize("name", HARD)
def test_newton_finds_the_solution_of_hard_equations(interpret, name, k, start):
    text, f = HARD[name]
    run = interpret(f"dv/dt = {text} : init=0.0", "implicit", dt=1.0, parameters={"k": k}, v=start)
    run.step()
    expected = backward_euler(lambda v: f(v, k), start, 1.0, -k * 1.01 - 1.0 if name == "steep sigmoid" else 0.0, start)
    residual = abs(run.state["v"] - start - f(run.state["v"], k))
    rounding = 1e-13 * (start + k)
    assert run.state["v"] == pytest.approx(expected, rel=1e-9, abs=1e-14) or residual < rounding, run.rounds
    assert run.rounds < 150


def test_newton_takes_few_rounds_where_the_step_is_small(interpret):
    run = interpret("dv/dt = v - v^3/3.0 - w + 0.5 : init=-1.0\ndw/dt = 0.08*(v + 0.7 - 0.8*w) : init=-0.5", "implicit")
    for _ in range(200):
        run.step()
        assert run.rounds <= 6


def test_coupled_nonlinear_system_is_solved_as_a_whole(interpret):
    run = interpret("dx/dt = -x*y + 1.0 : init=1.0\ndy/dt = 50.0*(x*x - y^3) : init=2.0", "implicit", dt=0.7)
    for _ in range(5):
        x_old, y_old = run.state["x"], run.state["y"]
        run.step()
        x, y = run.state["x"], run.state["y"]
        assert x == pytest.approx(x_old + 0.7 * (1.0 - x * y), rel=1e-13)
        assert y + 35.0 * y**3 == pytest.approx(y_old + 35.0 * x * x, rel=1e-13)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e9])
def test_newton_does_not_depend_on_units(interpret, scale):
    """v' = −v³ in units in which v is tiny or huge."""
    run = interpret("dv/dt = -(v/s)^2*v : init=0.0", "implicit", dt=1.0, parameters={"s": scale}, v=2.0 * scale)
    run.step()
    assert run.state["v"] / scale == pytest.approx(1.0, rel=1e-12)  # 1 + 1³ = 2


def test_slow_and_tiny_variables_are_solved_as_exactly_as_fast_ones(interpret):
    run = interpret(
        "dv/dt = -1000.0*v*abs(v) + 60.0*(1.0 + c/1e-9) : init=60.0\ndc/dt = -c/100.0 + 1e-12*v : init=1e-9",
        "implicit",
        dt=1.0,
    )
    for _ in range(3):
        v_old, c_old = run.state["v"], run.state["c"]
        run.step()
        v, c = run.state["v"], run.state["c"]
        assert c == pytest.approx((c_old + 1e-12 * v) / 1.01, rel=1e-12)
        assert v + 1000.0 * v * abs(v) == pytest.approx(v_old + 60.0 * (1.0 + c / 1e-9), rel=1e-11)


def test_upstroke_without_solution_takes_the_explicit_step_and_leaves(interpret):
    """X = v + h·(X² + 1) has no real solution for h = 1: the state must not be caught where the residual is least."""
    run = interpret("dv/dt = v*v + 1.0 : init=0.5, implicit", dt=1.0)
    for _ in range(3):
        old = run.state["v"]
        run.step()
        assert run.state["v"] == old + old**2 + 1.0


def test_time_dependent_right_side_is_taken_at_the_end_of_the_step(interpret):
    run = interpret("dv/dt = -v^3 + t : init=0.0, implicit", dt=0.5)
    run.step()
    v = run.state["v"]
    assert v == pytest.approx(0.5 * (-(v**3) + 0.5), rel=1e-12)


def test_nan_passes_through_newtons_iterations(interpret):
    run = interpret("dv/dt = -v^3 : implicit", v=np.nan)
    run.step()
    assert np.isnan(run.state["v"])
    assert run.rounds == 1
