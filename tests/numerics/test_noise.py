"""White noise: strong orders with given Brownian paths, variances, and what is one source."""

import numpy as np
import pytest
import sympy

from eqneuro.numerics.noise import NonlinearNoise, split_noise
from eqneuro.numerics.symbols import symbol

FINE, PATHS, END = 2**11, 400, 1.0


class Path:
    """Brownian increments of each source, summed up to the step of an interpreter and given as normal numbers."""

    def __init__(self, seed=0):
        self._rng = np.random.default_rng(seed)
        self._fine = {}

    def increments(self, name):
        if name not in self._fine:
            self._fine[name] = self._rng.normal(scale=np.sqrt(END / FINE), size=(FINE, PATHS))
        return self._fine[name]

    def total(self, name):
        return self.increments(name).sum(axis=0)

    def stepped(self, steps):
        taken = {}

        def normal(name):
            n = taken.get(name, 0)
            taken[name] = n + 1
            width = FINE // steps
            return self.increments(name)[n * width : (n + 1) * width].sum(axis=0) / np.sqrt(END / steps)

        return normal


def strong_errors(interpret, equations, method, exact, parameters, start, counts=(16, 32, 64, 128)):
    """Mean distance at the end from the exact solution on the same paths."""
    path = Path()
    errors = []
    for steps in counts:
        run = interpret(
            equations, method, dt=END / steps, parameters=parameters, normal=path.stepped(steps),
            **{name: np.full(PATHS, value) for name, value in start.items()},
        )  # fmt: skip
        state = run.run(steps)
        errors.append(np.mean([np.abs(state[name] - exact(path)[name]).mean() for name in start]))
    return np.array(counts), np.array(errors)


def slope(counts, errors):
    return -np.polyfit(np.log(counts), np.log(errors), 1)[0]


GEOMETRIC = "dx/dt = mu*x + s*x*xi : init=1.0"


def geometric(path):
    return {"x": np.exp((0.3 - 0.5 * 0.8**2) * END + 0.8 * path.total("noise:x"))}


@pytest.mark.parametrize(
    "method", ["explicit", "heun", "midpoint", "rk4", "implicit", "semiimplicit", "exponential", "auto"]
)
def test_multiplicative_noise_has_strong_order_one(interpret, method):
    counts, errors = strong_errors(interpret, GEOMETRIC, method, geometric, {"mu": 0.3, "s": 0.8}, {"x": 1.0})
    assert slope(counts, errors) == pytest.approx(1.0, abs=0.15)


def test_order_that_is_measured_is_not_reached_without_milsteins_term(interpret):
    """The same with Euler and Maruyama in numpy: order ½, so the test above can fail."""
    path, errors, counts = Path(), [], (16, 32, 64, 128)
    for steps in counts:
        normal, x, h = path.stepped(steps), np.ones(PATHS), END / steps
        for _ in range(steps):
            x = x + h * 0.3 * x + 0.8 * x * np.sqrt(h) * normal("noise:x")
        errors.append(np.abs(x - geometric(path)["x"]).mean())
    assert slope(counts, errors) == pytest.approx(0.5, abs=0.15)


def test_two_sources_in_proportion_have_strong_order_one(interpret):
    def exact(path):
        noise = 0.6 * path.total("noise:xi_1") - 0.5 * path.total("noise:xi_2")
        return {"x": np.exp((0.3 - 0.5 * (0.6**2 + 0.5**2)) * END + noise)}

    equations = "dx/dt = 0.3*x + 0.6*x*xi_1 - 0.5*x*xi_2 : init=1.0"
    counts, errors = strong_errors(interpret, equations, "explicit", exact, {}, {"x": 1.0})
    assert slope(counts, errors) == pytest.approx(1.0, abs=0.15)


def test_one_source_of_two_equations_has_strong_order_one(interpret):
    """Rotation by noise: dx = −y dW − x/2 dt, dy = x dW − y/2 dt stays on the circle at the angle W."""

    def exact(path):
        angle = path.total("noise:xi_common")
        return {"x": np.cos(angle), "y": np.sin(angle)}

    equations = "dx/dt = -x/2 - y*xi_common : init=1.0\ndy/dt = -y/2 + x*xi_common : init=0.0"
    counts, errors = strong_errors(interpret, equations, "explicit", exact, {}, {"x": 1.0, "y": 0.0})
    assert slope(counts, errors) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("method", ["explicit", "implicit", "rk4", "exponential", "exact"])
def test_additive_noise_has_strong_order_one(interpret, method):
    def exact(path):
        decay = np.exp(-2.0 * (END - (np.arange(FINE) + 0.5) * END / FINE))
        return {"x": np.exp(-2.0 * END) + 0.7 * (decay[:, None] * path.increments("noise:x")).sum(axis=0)}

    counts, errors = strong_errors(interpret, "dx/dt = -2.0*x + 0.7*xi : init=1.0", method, exact, {}, {"x": 1.0})
    assert slope(counts, errors) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("method", ["exact", "exponential"])
@pytest.mark.parametrize("step", [0.1, 5.0, 40.0])
def test_variance_of_the_ornstein_uhlenbeck_process_does_not_depend_on_the_step(interpret, method, step):
    """τ x' = −x + σ√τ·√2·ξ has the variance σ²; each step multiplies it by e^(−2h/τ) and adds the rest."""
    run = interpret(
        "tau*dx/dt = -x + sigma*sqrt(2.0*tau)*xi", method, dt=step, parameters={"tau": 10.0, "sigma": 3.0},
        normal=lambda name: 1.0, x=0.0,
    )  # fmt: skip
    run.step()
    assert run.state["x"] ** 2 == pytest.approx(9.0 * (1.0 - np.exp(-2.0 * step / 10.0)), rel=1e-13)


def test_variance_of_explicit_euler_is_that_of_its_recursion(interpret):
    rng = np.random.default_rng(5)
    run = interpret("dx/dt = -x/10.0 + xi", dt=2.0, normal=lambda name: rng.normal(size=20000), x=np.zeros(20000))
    run.run(40)
    expected = 2.0 / (1.0 - 0.8**2)
    assert run.state["x"].var() == pytest.approx(expected, rel=4.0 * np.sqrt(2.0 / 20000))  # four standard errors


def test_implicit_noise_is_damped_with_the_state(interpret):
    run = interpret("dx/dt = -k*x + xi", "implicit", dt=1.0, parameters={"k": 1e6}, normal=lambda name: 1.0, x=0.0)
    run.step()
    assert run.state["x"] == pytest.approx(1.0 / (1.0 + 1e6), rel=1e-13)


def test_implicit_nonlinear_equation_solves_for_the_kicked_state(interpret):
    run = interpret("dx/dt = -x^3 + 0.5*xi", "implicit", dt=0.5, normal=lambda name: -1.3, x=1.0)
    run.step()
    x = run.state["x"]
    assert x + 0.5 * x**3 == pytest.approx(1.0 - 1.3 * 0.5 * np.sqrt(0.5), rel=1e-13)


def test_plain_xi_is_a_source_of_each_equation_and_a_named_one_is_shared(interpret):
    calls = []

    def normal(name):
        calls.append(name)
        return 1.0

    run = interpret("dx/dt = xi + xi_a\ndy/dt = xi + 2.0*xi_a\nz = 1.0\ndu/dt = xi_a + xi", normal=normal, dt=0.25)
    run.step()
    assert sorted(calls) == ["noise:u", "noise:x", "noise:xi_a", "noise:y"]
    assert [run.state[n] for n in "xyu"] == [1.0, 1.5, 1.0]


def test_increment_has_the_standard_deviation_of_the_root_of_the_step(interpret):
    for step in (0.1, 1.0, 4.0):
        run = interpret("dx/dt = 3.0*xi", dt=step, normal=lambda name: 1.0)
        run.step()
        assert run.state["x"] == pytest.approx(3.0 * np.sqrt(step))


def test_noise_that_is_not_a_factor_is_refused():
    x, xi, other = symbol("x"), symbol("xi"), symbol("xi_b")
    for right in (xi * xi, sympy.exp(xi), xi * other, x / xi):
        with pytest.raises(NonlinearNoise, match="xi"):
            split_noise([x], [right])


STRATONOVICH = "dx/dt = mu*x + s*x*xi : init=1.0, stratonovich"
METHODS = ["explicit", "heun", "midpoint", "rk4", "implicit", "semiimplicit", "exponential", "auto"]


@pytest.mark.parametrize("method", METHODS)
def test_noise_in_stratonovichs_sense_has_strong_order_one(interpret, method):
    """x' = μ·x + s·x∘ξ follows the rules of calculus: x = exp(μ·t + s·W)."""

    def exact(path):
        return {"x": np.exp(0.3 * END + 0.8 * path.total("noise:x"))}

    counts, errors = strong_errors(interpret, STRATONOVICH, method, exact, {"mu": 0.3, "s": 0.8}, {"x": 1.0})
    assert slope(counts, errors) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("method", ["explicit", "heun", "rk4"])
def test_rotation_by_noise_in_stratonovichs_sense_has_strong_order_one(interpret, method):
    """dx = −y∘dW, dy = x∘dW: the circle at the angle W, without the drift that Itô's sense needs."""

    def exact(path):
        angle = path.total("noise:xi_common")
        return {"x": np.cos(angle), "y": np.sin(angle)}

    equations = "dx/dt = -y*xi_common : init=1.0, stratonovich\ndy/dt = x*xi_common : init=0.0, stratonovich"
    counts, errors = strong_errors(interpret, equations, method, exact, {}, {"x": 1.0, "y": 0.0})
    assert slope(counts, errors) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("method", ["explicit", "heun", "rk4"])
def test_one_equation_may_be_meant_in_itos_sense_and_its_neighbour_in_stratonovichs(interpret, method):
    """On one path: x in Itô's sense loses ½·s² in its exponent, y in Stratonovich's does not."""

    def exact(path):
        x = np.exp((0.3 - 0.5 * 0.6**2) * END + 0.6 * path.total("noise:xi_c"))
        y = np.exp(0.2 * END + 0.5 * path.total("noise:xi_c"))
        return {"x": x, "y": y}

    equations = "dx/dt = 0.3*x + 0.6*x*xi_c : init=1.0\ndy/dt = 0.2*y + 0.5*y*xi_c : init=1.0, stratonovich"
    counts, errors = strong_errors(interpret, equations, method, exact, {}, {"x": 1.0, "y": 1.0})
    assert slope(counts, errors) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("methods", [("explicit", "heun"), ("heun", "rk4"), ("explicit", "rk4")])
def test_neighbours_of_other_methods_take_part_in_stratonovichs_means(interpret, methods):
    """x' = ∘y·ξ with y' = ξ: x = ½·W², in Itô's sense ½·(W² − t)."""

    def exact(path):
        return {"x": 0.5 * path.total("noise:xi_c") ** 2, "y": path.total("noise:xi_c")}

    equations = f"dx/dt = y*xi_c : stratonovich, {methods[0]}\ndy/dt = xi_c : {methods[1]}"
    path, steps = Path(), 16
    run = interpret(equations, dt=END / steps, normal=path.stepped(steps), x=np.zeros(PATHS), y=np.zeros(PATHS))
    state = run.run(steps)
    np.testing.assert_allclose(state["x"], exact(path)["x"], atol=1e-12)  # the trapezoidal rule is exact here
    np.testing.assert_allclose(state["y"], exact(path)["y"], atol=1e-12)


def test_additive_noise_is_the_same_in_both_senses(interpret):
    states = []
    for flag in ("", ", stratonovich"):
        path = Path()
        run = interpret(f"dx/dt = -x + 0.5*xi : init=1.0{flag}", "heun", dt=0.125, normal=path.stepped(8))
        states.append(run.run(8)["x"])
    np.testing.assert_array_equal(states[0], states[1])


def test_strength_with_a_removable_singularity_is_finite_there(interpret):
    run = interpret("dx/dt = 2.0*x/(1.0 - exp(-x))*xi", dt=0.25, normal=lambda name: 1.0, x=0.0)
    run.step()
    milstein = 0.5 * 2.0 * 1.0 * 0.25 * (1.0 - 1.0)  # ½·G·G'·h·(N² − 1)
    assert run.state["x"] == pytest.approx(2.0 * 0.5 + milstein, rel=1e-12)


def test_sources_that_do_not_commute_have_strong_order_one_half(interpret):
    """dx = dV, dy = x dW is Lévy's area with V: what no scheme of increments alone follows better (Clark & Cameron)."""

    def exact(path):
        v = np.cumsum(path.increments("noise:xi_v"), axis=0)
        before = np.vstack([np.zeros(PATHS), v[:-1]])
        return {"x": v[-1], "y": (before * path.increments("noise:xi_w")).sum(axis=0)}

    def error_of_y(steps):
        path = Path()
        run = interpret(
            "dx/dt = xi_v\ndy/dt = x*xi_w", dt=END / steps, normal=path.stepped(steps),
            x=np.zeros(PATHS), y=np.zeros(PATHS),
        )  # fmt: skip
        return np.abs(run.run(steps)["y"] - exact(path)["y"]).mean()

    counts = np.array([16, 32, 64, 128])
    assert slope(counts, [error_of_y(n) for n in counts]) == pytest.approx(0.5, abs=0.15)
