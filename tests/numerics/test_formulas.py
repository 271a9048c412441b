"""Each method against its formula in numpy, for a right side that reads the time and a conditional."""

import numpy as np
import pytest

H = 0.25
EQUATION = "dv/dt = (if t < 1.0: 2.0 - v else: -3.0*v) + 0.5*t : init=0.3"
EXPONENTIAL_RATE = {True: -1.0, False: -3.0}


def f(v, t):
    return (2.0 - v if t < 1.0 else -3.0 * v) + 0.5 * t


def rate(t):
    return EXPONENTIAL_RATE[t < 1.0]


def rk4(v, t):
    k1 = f(v, t)
    k2 = f(v + H / 2 * k1, t + H / 2)
    k3 = f(v + H / 2 * k2, t + H / 2)
    k4 = f(v + H * k3, t + H)
    return v + H / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


STEPS = {
    "explicit": lambda v, t: v + H * f(v, t),
    "midpoint": lambda v, t: v + H * f(v + H / 2 * f(v, t), t + H / 2),
    "heun": lambda v, t: v + H / 2 * (f(v, t) + f(v + H * f(v, t), t + H)),
    "rk4": rk4,
    "implicit": lambda v, t: (v + H * f(0.0, t + H)) / (1.0 - H * rate(t + H)),
    "semiimplicit": lambda v, t: v + H * f(v, t + H) / (1.0 - H * rate(t + H)),
    "exponential": lambda v, t: v + np.expm1(H * rate(t)) / rate(t) * f(v, t),
}


@pytest.mark.parametrize("method", STEPS)
def test_conditional_that_reads_the_time_is_evaluated_at_each_stage(interpret, method):
    run = interpret(EQUATION, method, dt=H)
    v = 0.3
    for n in range(8):
        v = STEPS[method](v, n * H)
        run.step()
        assert run.state["v"] == pytest.approx(v, rel=1e-13)


def test_conditional_on_the_variable_keeps_its_branch_over_an_exponential_step(interpret):
    run = interpret("dv/dt = if v > 1.0: -5.0*v else: 1.0 - v : init=1.2, exponential", dt=H)
    run.step()
    assert run.state["v"] == pytest.approx(1.2 * np.exp(-5.0 * H), rel=1e-14)
    run.step()
    first = 1.2 * np.exp(-5.0 * H)
    assert run.state["v"] == pytest.approx(1.0 + (first - 1.0) * np.exp(-H), rel=1e-14)


def test_conditional_on_the_variable_is_solved_by_the_implicit_method(interpret):
    run = interpret("dv/dt = if v > 1.0: 1.0 - 4.0*(v - 1.0) else: 2.0 - v : init=0.1, implicit", dt=H)
    sides = set()
    for _ in range(8):
        old = run.state["v"]
        run.step()
        new = run.state["v"]
        sides.add(new > 1.0)
        assert new == pytest.approx(old + H * (1.0 - 4.0 * (new - 1.0) if new > 1.0 else 2.0 - new), rel=1e-12)
    assert sides == {True, False}


def test_semiimplicit_is_backward_euler_in_the_own_variable_with_the_others_frozen(interpret):
    run = interpret("dx/dt = -2.0*x + y : init=1.0\ndy/dt = -x*y : init=0.5", "semiimplicit", dt=H)
    run.step()
    assert run.state["x"] == pytest.approx((1.0 + H * 0.5) / (1.0 + 2.0 * H), rel=1e-14)
    assert run.state["y"] == pytest.approx(0.5 / (1.0 + H), rel=1e-14)


def test_semiimplicit_takes_one_newton_step_where_the_equation_is_not_linear(interpret):
    run = interpret("dv/dt = -v^3 : init=2.0, semiimplicit", dt=H)
    run.step()
    assert run.state["v"] == pytest.approx(2.0 - H * 8.0 / (1.0 + H * 12.0), rel=1e-14)


def test_exponential_is_safe_where_the_rate_vanishes(interpret):
    for rate_ in (0.0, 1e-300, 1e-14, -1e-14):
        run = interpret("dv/dt = a*v + 1.0 : exponential", dt=H, parameters={"a": rate_})
        run.step()
        assert run.state["v"] == pytest.approx(H, rel=1e-13)


def test_frozen_random_number_is_the_same_at_all_stages(interpret):
    run = interpret("dv/dt = Normal(0.0, 1.0) - v : rk4", dt=H, normal=lambda name: 0.7)
    run.step()
    assert run.state["v"] == pytest.approx(0.7 * (H - H**2 / 2 + H**3 / 6 - H**4 / 24), rel=1e-14)
