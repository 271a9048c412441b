"""The exact method against `scipy.linalg.expm` of the augmented matrix."""

import numpy as np
import pytest
from scipy.linalg import expm

H = 0.3


def augmented(A, b, h=H):
    n = len(b)
    M = np.zeros((n + 1, n + 1))
    M[:n, :n], M[:n, n] = A, b
    return expm(h * M)


def equations(A, b, names="xyzw"):
    """A linear system whose coefficients are parameters a00, a01, … and b0, …"""
    n = len(b)
    text = "\n".join(
        f"d{names[i]}/dt = {' + '.join(f'a{i}{j}*{names[j]}' for j in range(n) if A[i][j] != 0)}"
        f"{' + ' if any(A[i]) else ''}b{i} : init={i + 1}.0, exact"
        for i in range(n)
    )
    parameters = {f"a{i}{j}": A[i][j] for i in range(n) for j in range(n) if A[i][j] != 0}
    return text, {**parameters, **{f"b{i}": b[i] for i in range(n)}}


SYSTEMS = {
    "equal time constants": ([[-0.1, 0.1], [0.0, -0.1]], [0.0, 0.0]),
    "nearly equal time constants": ([[-0.1, 0.1], [0.0, -0.1 * (1 + 1e-14)]], [1.0, 0.0]),
    "complex pair": ([[-0.2, -3.0], [3.0, -0.2]], [1.0, 2.0]),
    "pure oscillation": ([[0.0, -3.0], [3.0, 0.0]], [0.0, 0.0]),
    "zero eigenvalue": ([[-0.5, 0.5], [0.5, -0.5]], [1.0, -0.3]),
    "no dynamics": ([[0.0, 0.0], [0.0, 0.0]], [1.0, 2.0]),
    "integrators in a row": ([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]], [0.0, 0.0, 1.0]),
    "three equal in a row": ([[-2.0, 2.0, 0.0], [0.0, -2.0, 2.0], [0.0, 0.0, -2.0]], [0.0, 0.0, 1.0]),
    "growth": ([[0.7, 0.1], [0.2, 0.3]], [1.0, 1.0]),
    "cycle of three": ([[-1.0, 0.0, 5.0], [2.0, -0.3, 0.0], [0.0, -4.0, -0.1]], [1.0, 0.0, -1.0]),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_system_follows_the_matrix_exponential(interpret, name):
    A, b = SYSTEMS[name]
    text, parameters = equations(A, b)
    run = interpret(text, dt=H, parameters=parameters)
    state = np.append(np.arange(1.0, len(b) + 1.0), 1.0)
    step = augmented(A, b)
    for _ in range(20):
        run.step()
        state = step @ state
    np.testing.assert_allclose([run.state[n] for n in "xyzw"[: len(b)]], state[:-1], rtol=1e-12, atol=1e-13)


def test_stiff_system_is_exact(interpret):
    """Rates of 10⁶ and 1: the closed solution of two equations in a row."""
    text, parameters = equations([[-1e6, 0.0], [1.0, -1.0]], [0.0, 0.0])
    run = interpret(text, dt=H, parameters=parameters)
    run.run(10)
    slow, t = 1.0 / (1e6 - 1.0), 10 * H
    assert run.state["x"] == 0.0  # exp(−3·10⁶)
    assert run.state["y"] == pytest.approx(2.0 * np.exp(-t) + slow * np.exp(-t), rel=1e-13)


def test_parameters_that_differ_between_neurons_give_a_propagator_each(interpret):
    tau, tau_g = np.array([5.0, 10.0, 20.0]), np.array([10.0, 10.0, 3.0])
    run = interpret(
        "tau*dv/dt = g - v : exact\ntau_g*dg/dt = -g : init=1.0, exact",
        dt=H,
        parameters={"tau": 1.0, "tau_g": 1.0},
        v=np.zeros(3),
        g=np.ones(3),
    )
    run.state |= {"tau": tau, "tau_g": tau_g}
    run.run(10)
    for k in range(3):
        A = [[-1 / tau[k], 1 / tau[k]], [0.0, -1 / tau_g[k]]]
        expected = expm(10 * H * np.array(A)) @ [0.0, 1.0]
        np.testing.assert_allclose([run.state["v"][k], run.state["g"][k]], expected, rtol=1e-13)


def test_inputs_enter_through_b_and_are_constant_over_the_step(interpret):
    run = interpret("tau*dv/dt = -v + I(t)".replace("I(t)", "sin(t)") + " : exact", dt=H, parameters={"tau": 7.0})
    v, decay = 0.0, np.exp(-H / 7.0)
    for n in range(5):
        v = decay * v + (1.0 - decay) * np.sin(n * H)
        run.step()
        assert run.state["v"] == pytest.approx(v, rel=1e-13)


def test_linear_part_of_a_nonlinear_model_is_exact(interpret):
    """g and s are linear and exact together; v, which multiplies g, is not, and sees them frozen."""
    text = "dv/dt = g*(1.0 - v) - v*v*0.0\ndg/dt = -g/5.0 + s\nds/dt = -s/2.0 : init=1.0"
    run = interpret(text.replace(" - v*v*0.0", ""), "auto", dt=H)
    methods = {c.variable: c.method for rule in run.rules for c in rule.choices}
    assert methods == {"v": "exponential", "g": "exact", "s": "exact"}
    run.run(10)
    expected = expm(10 * H * np.array([[-0.2, 1.0], [0.0, -0.5]])) @ [0.0, 1.0]
    np.testing.assert_allclose([run.state["g"], run.state["s"]], expected, rtol=1e-13)


def test_coefficient_that_is_a_conditional_on_parameters_is_constant(interpret):
    run = interpret("dv/dt = (if fast > 0.5: -5.0 else: -0.1)*v : init=1.0, exact", parameters={"fast": 1.0}, dt=H)
    run.step()
    assert run.state["v"] == pytest.approx(np.exp(-5.0 * H), rel=1e-14)
