"""The regions of stability are those of one step of x' = λ·x by the method itself."""

import numpy as np
import pytest

from eqneuro.numerics.stability_regions import POLYNOMIALS, edge, largest_steps

ANGLES = np.pi * np.array([0.55, 0.65, 0.75, 0.9, 1.0])


def growth(interpret, method, rate, h):
    """|R(h·λ)| of one step of the interpreted rule, λ = a + ib being the rotation x' = ax − by, y' = bx + ay."""
    equations = "dx/dt = a*x - b*y\ndy/dt = b*x + a*y"
    run = interpret(equations, method, dt=h, parameters={"a": rate.real, "b": rate.imag}, x=1.0, y=0.0)
    state = run.run(1)
    return np.hypot(state["x"], state["y"])


@pytest.mark.parametrize("method", POLYNOMIALS)
@pytest.mark.parametrize("angle", ANGLES)
def test_a_mode_decays_up_to_the_edge_and_grows_beyond_it(interpret, method, angle):
    rate = 3.0 * np.exp(1j * angle)
    largest = float(largest_steps(method, np.array([rate]))[0])
    assert growth(interpret, method, rate, 0.999 * largest) < 1.0 < growth(interpret, method, rate, 1.001 * largest)
    for h in np.linspace(0.05, 0.99, 20) * largest:
        assert growth(interpret, method, rate, h) < 1.0


@pytest.mark.parametrize("angle", ANGLES[:-1])
def test_edge_of_eulers_method_is_a_circle(angle):
    rate = np.exp(1j * angle)
    assert edge("explicit", angle) == pytest.approx(-2.0 * rate.real, rel=1e-12)
    assert largest_steps("explicit", 7.0 * rate) == pytest.approx(2.0 * 7.0 * -rate.real / 49.0, rel=1e-12)


def test_oscillation_without_damping_suits_no_method_but_rk4():
    assert [np.isfinite(largest_steps(method, np.array([2.0j]))[0]) for method in POLYNOMIALS] == [False] * 3 + [True]
    assert largest_steps("rk4", np.array([2.0j]))[0] == pytest.approx(np.sqrt(8.0) / 2.0, rel=1e-6)


def test_growing_modes_and_other_methods_have_no_limit():
    assert np.isinf(largest_steps("rk4", np.array([1.0, 0.5 + 3.0j, 0.0]))).all()
    assert np.isinf(largest_steps("implicit", np.array([-1e6]))).all()
