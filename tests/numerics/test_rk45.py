"""Dormand and Prince's method: its tableau, its error control, and what it does where there is no going on."""

import numpy as np
import pytest
from scipy.integrate import RK45, solve_ivp

from eqneuro.numerics import rk45
from eqneuro.numerics.error_control import INNER, LIMIT

PENDULUM = "dx/dt = y : init=2.0, rk45, rtol={0}, atol={0}\ndy/dt = -sin(x) : init=0.0, rk45, rtol={0}, atol={0}"


def test_tableau_is_that_of_scipy():
    stages = [[float(w) for w in row] + [0.0] * (5 - len(row)) for row in rk45.WEIGHTS[:-1]]
    np.testing.assert_allclose(stages, RK45.A, rtol=1e-15)
    np.testing.assert_allclose([float(w) for w in rk45.WEIGHTS[-1]], RK45.B, rtol=1e-15)
    np.testing.assert_allclose([float(c) for c in rk45.NODES[:-1]], RK45.C, rtol=1e-15)
    np.testing.assert_allclose(np.abs([float(e) for e in rk45.ERROR]), np.abs(RK45.E), rtol=1e-13)


def test_tableau_is_consistent():
    for node, weights in zip(rk45.NODES, [*rk45.WEIGHTS[:-1], *rk45.WEIGHTS[-1:]], strict=True):
        assert sum(weights) == node
    assert sum(rk45.ERROR) == 0


@pytest.mark.parametrize("steps", [3, 40])
def test_error_falls_in_proportion_to_the_tolerance(interpret, steps):
    exact = solve_ivp(
        lambda t, s: [s[1], -np.sin(s[0])], (0.0, 30.0), [2.0, 0.0], method="DOP853", rtol=1e-13, atol=1e-13
    )
    tolerances, errors = 10.0 ** -np.arange(4, 11), []
    for tolerance in tolerances:
        run = interpret(PENDULUM.format(tolerance), dt=30.0 / steps)
        state = run.run(steps)
        errors.append(np.abs([state["x"] - exact.y[0, -1], state["y"] - exact.y[1, -1]]).max())
    slope = np.polyfit(np.log(tolerances), np.log(errors), 1)[0]
    assert slope == pytest.approx(1.0, abs=0.15)
    assert (errors < 100.0 * tolerances).all()


ROTATION = "dx/dt = -x + 2.0*y{0}\ndy/dt = -3.0*x - 0.5*y + 1.0{0}"
GATE = "dx/dt = (1.0 - x)*exp(-y*y) - 1.3*x{0}\ndy/dt = x*(1.0 - y) - 0.4*y*(1.0 + cos(t)){0}"
RELAXATION = "dx/dt = -2.0*x + exp(-t)*cos(5.0*t)*x{0}\ndy/dt = x - y{0}"
RIGHTS = {
    ROTATION: lambda t, s: [-s[0] + 2.0 * s[1], -3.0 * s[0] - 0.5 * s[1] + 1.0],
    GATE: lambda t, s: [
        (1.0 - s[0]) * np.exp(-(s[1] ** 2)) - 1.3 * s[0],
        s[0] * (1.0 - s[1]) - 0.4 * s[1] * (1.0 + np.cos(t)),
    ],
    RELAXATION: lambda t, s: [-2.0 * s[0] + np.exp(-t) * np.cos(5.0 * t) * s[0], s[0] - s[1]],
}


@pytest.mark.parametrize("equations", RIGHTS, ids=["linear", "gate", "time-dependent rate"])
def test_order_is_5_where_every_step_is_tolerated(interpret, equations):
    """The internal steps are then those of the network."""
    start = [0.1, 0.0]
    exact = solve_ivp(RIGHTS[equations], (0.0, 2.0), start, method="DOP853", rtol=1e-13, atol=1e-16).y[:, -1]
    steps, errors = 20 * 2 ** np.arange(4), []
    for number in steps:
        run = interpret(equations.format(" : rk45, rtol=1e9"), dt=2.0 / number, x=start[0], y=start[1])
        state = run.run(int(number))
        assert run.rounds == 1
        errors.append(np.abs([state["x"] - exact[0], state["y"] - exact[1]]).max())
    assert -np.polyfit(np.log(steps), np.log(errors), 1)[0] == pytest.approx(5.0, abs=0.15)


def test_time_is_that_of_each_stage(interpret):
    """v' = cos(t) over long steps of the network."""
    run = interpret("dv/dt = cos(t) : init=0.0, rk45, rtol=1e-10, atol=1e-10", dt=5.0)
    for _ in range(4):
        run.step()
        assert run.state["v"] == pytest.approx(np.sin(run.t), abs=1e-8)


def test_each_equation_has_its_own_tolerance(interpret):
    """A tiny variable beside a large one that may be wrong."""
    text = "dx/dt = 100.0*cos(t) : init=0.0, rk45, atol=1e9\ndy/dt = 1e-6*cos(20.0*t) : init=0.0, rk45, atol={}"
    rounds = []
    for tolerance in (1e-10, 1e-14):
        run = interpret(text.format(tolerance), dt=3.0)
        run.step()
        assert run.state["y"] == pytest.approx(1e-6 * np.sin(60.0) / 20.0, abs=50.0 * tolerance)
        rounds.append(run.rounds)
    assert rounds[1] > 2 * rounds[0]


def test_length_of_the_last_internal_step_is_kept(interpret):
    run = interpret("dv/dt = -1000.0*(v - cos(t)) : init=1.0", "rk45", dt=1.0)
    run.step()
    first, kept = run.rounds, run.state[f"{INNER}v"]
    assert 0.0 < kept < 0.01
    run.step()
    assert run.rounds <= first  # nothing is looked for again
    run.state[f"{INNER}v"] = 0.0
    run.step()
    forgotten = run.rounds
    run.step()
    assert run.rounds < forgotten


def test_step_of_the_network_is_divided_into_equal_parts(interpret):
    """No last internal step is cut short."""
    run = interpret("dv/dt = -1000.0*v : init=1.0, rk45, rtol=1e-3, atol=1e-3", dt=1.0)
    lengths = []
    loop = next(s for s in run.rules[0].statements if hasattr(s, "unknowns"))
    length = next(line.symbol.name for line in loop.body if line.symbol.name.startswith("length:"))
    original = run.value

    def watch(expr, names):
        if expr == loop.residual:
            lengths.append(names[length])
        return original(expr, names)

    run.value = watch
    for _ in range(3):
        run.step()
    lengths = np.array(lengths[20:])  # behind the transient
    assert lengths.min() > 0.3 * lengths.max()


def test_solution_that_goes_to_infinity_within_a_step_leaves_by_an_explicit_step(interpret):
    run = interpret("dv/dt = v*v : init=1.0, rk45", dt=0.75)
    run.step()
    assert run.state["v"] == pytest.approx(4.0, rel=1e-4)
    run.step()
    assert run.state["v"] > 1e15
    assert run.rounds < 1000
    assert run.state[f"{INNER}v"] == 0.75


def test_what_follows_infinity_begins_with_a_whole_step(interpret):
    run = interpret("dv/dt = v*v : init=2.0, rk45", dt=0.75)
    run.step()
    run.state["v"] = -1.0  # as a reset does
    run.step()
    assert run.state["v"] == pytest.approx(-1.0 / 1.75, rel=1e-5)


def test_nan_passes_through(interpret):
    run = interpret("dv/dt = -v^3 : rk45", v=np.nan)
    run.step()
    assert np.isnan(run.state["v"])
    assert run.rounds < 100


def test_too_many_internal_steps_are_given_up(interpret):
    run = interpret("dv/dt = -k*(v - cos(t)) : init=1.0", "rk45", dt=1.0, parameters={"k": 3.0 * 3.3 * LIMIT})
    run.rules = tuple(shortened(rule) for rule in run.rules)
    run.step()
    assert run.rounds == 50
    assert np.isnan(run.state[f"{INNER}v"])


def shortened(rule):
    """The same with fewer internal steps."""
    from dataclasses import replace

    statements = [replace(s, limit=50) if hasattr(s, "limit") else s for s in rule.statements]
    return replace(rule, statements=tuple(statements))


def test_noise_is_added_after_the_step(interpret):
    run = interpret("dv/dt = -2.0*v + 0.5*xi : init=1.0", "rk45", dt=0.3, normal=lambda name: 1.7)
    run.step()
    assert run.state["v"] == pytest.approx(np.exp(-0.6) + 0.5 * np.sqrt(0.3) * 1.7, rel=1e-6)


def test_equations_say_their_tolerances(interpret):
    [rule] = interpret("dv/dt = -v : rk45, rtol=1e-8").rules
    [choice] = rule.choices
    assert choice.order == 5
    assert "rtol = 1e-08, atol = 1e-09" in choice.reason
