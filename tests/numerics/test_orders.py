"""The order of convergence of each method, measured: global error at t = 2 for steps that are halved."""

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

END = 2.0
ORDERS = {
    "explicit": 1,
    "semiimplicit": 1,
    "implicit": 1,
    "exponential": 1,
    "exact": 1,
    "midpoint": 2,
    "heun": 2,
    "rk4": 4,
    "sdirk2": 2,
}

LINEAR = "dv/dt = (3.0 - v)/0.7 : init=-1.0"
DRIVEN = "dv/dt = -v/0.7 + sin(3.0*t)*t : init=-1.0"
NONLINEAR = "dv/dt = v*(1.0 - v)*(2.0 + cos(4.0*t)) : init=0.2"
RELAXING = "dv/dt = -2.0*v + exp(-t)*cos(5.0*t)*v : init=1.5"
COUPLED = "dx/dt = -x + 2.0*y : init=1.0\ndy/dt = -3.0*x - 0.5*y + 1.0 : init=0.5"
FITZHUGH = "dv/dt = v - v^3/3.0 - w + 0.5 : init=-1.0\ndw/dt = 0.4*(v + 0.7 - 0.8*w) : init=0.3"
GATED = "dm/dt = (1.0 - m)*exp(-v*v) - m*1.3 : init=0.1\ndv/dt = m*(1.0 - v) - 0.4*v*(1.0 + cos(t)) : init=0.0"

RIGHTS = {
    LINEAR: lambda t, s: [(3.0 - s[0]) / 0.7],
    DRIVEN: lambda t, s: [-s[0] / 0.7 + np.sin(3.0 * t) * t],
    NONLINEAR: lambda t, s: [s[0] * (1.0 - s[0]) * (2.0 + np.cos(4.0 * t))],
    RELAXING: lambda t, s: [-2.0 * s[0] + np.exp(-t) * np.cos(5.0 * t) * s[0]],
    COUPLED: lambda t, s: [-s[0] + 2.0 * s[1], -3.0 * s[0] - 0.5 * s[1] + 1.0],
    FITZHUGH: lambda t, s: [s[0] - s[0] ** 3 / 3.0 - s[1] + 0.5, 0.4 * (s[0] + 0.7 - 0.8 * s[1])],
    GATED: lambda t, s: [
        (1.0 - s[0]) * np.exp(-(s[1] ** 2)) - s[0] * 1.3,
        s[0] * (1.0 - s[1]) - 0.4 * s[1] * (1.0 + np.cos(t)),
    ],
}
ADMITTED = {
    "exponential": (LINEAR, DRIVEN, RELAXING, COUPLED, GATED),  # linear in their own variable
    "exact": (LINEAR, DRIVEN, COUPLED),  # with constant coefficients
}
WITHOUT_ERROR = {("exponential", LINEAR), ("exact", LINEAR), ("exact", COUPLED)}
PAIRS = [
    (method, equations)
    for method in ORDERS
    for equations in RIGHTS
    if equations in ADMITTED.get(method, RIGHTS) and (method, equations) not in WITHOUT_ERROR
]
NAMES = {
    LINEAR: "linear", DRIVEN: "linear with a time-dependent input", NONLINEAR: "nonlinear",
    RELAXING: "time-dependent rate", COUPLED: "coupled linear", FITZHUGH: "coupled nonlinear", GATED: "coupled gate",
}  # fmt: skip


def reference(equations, starts):
    solution = solve_ivp(RIGHTS[equations], (0.0, END), starts, method="DOP853", rtol=1e-12, atol=1e-14)
    return solution.y[:, -1]


def error(interpret, method, equations, steps):
    run = interpret(equations, method, dt=END / steps)
    names = [name for rule in run.rules for name in rule.variables]
    exact = reference(equations, [run.state[name] for name in names])
    state = run.run(steps)
    assert {choice.method for rule in run.rules for choice in rule.choices} == {method}
    return np.abs(np.array([state[name] for name in names]) - exact).max()


def measured_order(interpret, method, equations):
    steps = 40 * 2 ** np.arange(4) if ORDERS[method] < 4 else 20 * 2 ** np.arange(4)
    errors = [error(interpret, method, equations, int(n)) for n in steps]
    return -np.polyfit(np.log(steps), np.log(errors), 1)[0]


@pytest.mark.parametrize(("method", "equations"), PAIRS, ids=[f"{m}-{NAMES[e]}" for m, e in PAIRS])
def test_error_falls_with_the_order_of_the_method(interpret, method, equations):
    assert measured_order(interpret, method, equations) == pytest.approx(ORDERS[method], abs=0.2)


def test_table_in_the_documentation_holds_what_is_measured(interpret):
    text = (Path(__file__).parents[2] / "docs" / "methods.md").read_text(encoding="utf-8")
    rows = {cells[1].strip(): cells[2:-1] for line in text.splitlines() if len(cells := line.split("|")) == 9}
    for method in ORDERS:
        columns = (LINEAR, DRIVEN, NONLINEAR, COUPLED, FITZHUGH, GATED)
        for equations, cell in zip(columns, rows[method], strict=True):
            if equations not in ADMITTED.get(method, RIGHTS):
                assert cell.strip() == "–"
            elif (method, equations) in WITHOUT_ERROR:
                assert cell.strip() == "exact"
            else:
                assert float(cell) == pytest.approx(measured_order(interpret, method, equations), abs=0.011)


@pytest.mark.parametrize(("method", "equations"), sorted(WITHOUT_ERROR))
def test_what_a_method_solves_exactly_has_no_error_at_any_step(interpret, method, equations):
    for steps in (1, 3, 40):
        assert error(interpret, method, equations, steps) < 1e-11  # the reference's own tolerance


def test_every_rule_says_the_order_that_is_measured(interpret):
    for method, order in ORDERS.items():
        [rule] = interpret(LINEAR, method).rules
        assert rule.choices[0].order == order
