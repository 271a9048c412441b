"""The numerical methods through the public names: orders, stability, exactness, Newton's iterations."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from eqneuro import Network, Neuron

END = 2.0
ORDERS = {"explicit": 1, "semiimplicit": 1, "implicit": 1, "exponential": 1, "midpoint": 2, "heun": 2, "rk4": 4}
GATE = "dm/dt = (1.0 - m)*exp(-v*v) - m*1.3 : init=0.1, {0}\ndv/dt = m*(1.0 - v) - 0.4*v*(1.0 + cos(t)) : {0}"
FITZHUGH = "dv/dt = v - v^3/3.0 - w + 0.5 : init=-1.0, {0}\ndw/dt = 0.4*(v + 0.7 - 0.8*w) : init=0.3, {0}"


def gate(t, s):
    m, v = s
    return [(1.0 - m) * np.exp(-(v**2)) - m * 1.3, m * (1.0 - v) - 0.4 * v * (1.0 + np.cos(t))]


def fitzhugh(t, s):
    v, w = s
    return [v - v**3 / 3.0 - w + 0.5, 0.4 * (v + 0.7 - 0.8 * w)]


def at_the_end(methods, equations, names, dt, **options):
    """The state at the end by each method, in one network."""
    net = Network(dt=dt, **options)
    populations = {m: net.create(1, Neuron(equations=equations.format(m) + "\nr = 0.0")) for m in methods}
    net.simulate(END)
    return {m: np.array([float(np.ravel(getattr(p, name))[0]) for name in names]) for m, p in populations.items()}


@pytest.mark.parametrize(
    ("equations", "names", "right", "start"),
    [(GATE, "mv", gate, [0.1, 0.0]), (FITZHUGH, "vw", fitzhugh, [-1.0, 0.3])],
    ids=["gate", "FitzHugh-Nagumo"],
)
def test_orders_of_the_compiled_methods(equations, names, right, start):
    exact = solve_ivp(right, (0.0, END), start, method="DOP853", rtol=1e-12, atol=1e-14).y[:, -1]
    methods = [m for m in ORDERS if m != "exponential" or equations is GATE]
    steps = 20 * 2 ** np.arange(4)
    errors = {m: [] for m in methods}
    for n in steps:
        for m, state in at_the_end(methods, equations, names, END / n).items():
            errors[m].append(np.abs(state - exact).max())
    for m in methods:
        slope = -np.polyfit(np.log(steps), np.log(errors[m]), 1)[0]
        assert slope == pytest.approx(ORDERS[m], abs=0.2), (m, errors[m])


def test_auto_keeps_the_order_of_a_coupled_nonlinear_system():
    exact = solve_ivp(fitzhugh, (0.0, END), [-1.0, 0.3], method="DOP853", rtol=1e-12, atol=1e-14).y[:, -1]
    steps = 20 * 2 ** np.arange(4)
    errors = [np.abs(at_the_end(["auto"], FITZHUGH, "vw", END / n)["auto"] - exact).max() for n in steps]
    assert -np.polyfit(np.log(steps), np.log(errors), 1)[0] == pytest.approx(4, abs=0.2)


def test_single_precision_reaches_its_own_rounding():
    exact = solve_ivp(fitzhugh, (0.0, END), [-1.0, 0.3], method="DOP853", rtol=1e-12, atol=1e-14).y[:, -1]
    methods = ["rk4", "heun"]
    for m, state in at_the_end(methods, FITZHUGH, "vw", 0.01, precision="float").items():
        assert np.abs(state - exact).max() < (3e-6 if m == "rk4" else 3e-5), m


TAUS = np.array([5.0, 10.0, 10.0 * (1 + 1e-14), 10.0 * (1 + 1e-9), 20.0, 1e-5, 1e6])


def test_exact_method_with_a_time_constant_for_each_neuron():
    """Two equations in a row against the exponential of their matrix; some time constants are equal, or nearly."""
    net = Network(dt=0.5)
    neuron = Neuron(
        parameters="tau = 10.0\ntau_g = 10.0 : population",
        equations="tau*dv/dt = 3.0*g + 0.5 - v : exact\ntau_g*dg/dt = -g : init=1.0, exact\nr = v",
    )
    pop = net.create(len(TAUS), neuron)
    pop.tau = TAUS
    net.simulate(15.0)
    for k, tau in enumerate(TAUS):
        A = np.array([[-1 / tau, 3 / tau, 0.5 / tau], [0.0, -0.1, 0.0], [0.0, 0.0, 0.0]])
        expected = expm(15.0 * A) @ [0.0, 1.0, 1.0]
        if tau == 1e-5:  # g is frozen over a step for nobody: v follows it at once, with this ratio
            ratio = 3.0 / (1.0 - tau / 10.0)
            expected = [ratio * np.exp(-1.5) + 0.5, np.exp(-1.5)]
        np.testing.assert_allclose([pop.v[k], pop.g[k]], expected[:2], rtol=1e-12)


def test_exact_method_turns_a_complex_pair_by_the_right_angle():
    net = Network(dt=0.1)
    pop = net.create(
        1, Neuron(equations="dx/dt = -0.1*x - 7.0*y : init=1.0, exact\ndy/dt = 7.0*x - 0.1*y : exact\nr = x")
    )
    net.simulate(20.0)
    expected = np.exp(-2.0) * np.array([np.cos(140.0), np.sin(140.0)])
    np.testing.assert_allclose([pop.x[0], pop.y[0]], expected, atol=1e-12)


def test_exact_method_follows_a_parameter_that_changes():
    net = Network(dt=0.5)
    pop = net.create(1, Neuron(parameters="tau = 10.0", equations="tau*dv/dt = -v : init=1.0, exact\nr = v"))
    net.simulate(5.0)
    pop.tau = 2.0
    net.simulate(5.0)
    assert pop.v[0] == pytest.approx(np.exp(-0.5 - 2.5), rel=1e-13)


def test_stable_methods_are_stable_for_any_stiffness():
    net = Network(dt=1.0)
    text = "dv/dt = k*(2.0 - v) : init=1.0, {}\nr = v"
    populations = {
        m: net.create(3, Neuron("k = 1.0", text.format(m)))
        for m in ("implicit", "semiimplicit", "exponential", "exact")
    }
    for pop in populations.values():
        pop.k = [10.0, 1e6, 1e12]
    net.simulate(2.0)
    for m, pop in populations.items():
        bound = 1.0 / (1.0 + np.array([10.0, 1e6, 1e12])) ** 2 + 1e-15
        assert (np.abs(pop.v - 2.0) <= bound).all(), m


@pytest.mark.parametrize("precision", ["double", "float"])
def test_newtons_iterations_solve_hard_equations_in_c(precision):
    net = Network(dt=1.0, precision=precision)
    cubic = net.create(4, Neuron("k = 1.0", "dv/dt = -k*v^3 : implicit\nr = v"))
    steep = net.create(4, Neuron("k = 1.0", "dv/dt = -k*tanh(v/0.1) : implicit\nr = v"))
    for pop in (cubic, steep):
        pop.k = [1.0, 100.0, 1e4, 1e6]
        pop.v = 2.0
    net.simulate(1.0)
    tolerance = 1e-9 if precision == "double" else 1e-4
    for pop, f in ((cubic, lambda v: v**3), (steep, lambda v: np.tanh(v / 0.1))):
        v, k = np.array(pop.v, dtype=float), np.array(pop.k, dtype=float)
        assert (v * (1 - tolerance) + k * f(v * (1 - tolerance)) < 2.0).all()
        assert (v * (1 + tolerance) + k * f(v * (1 + tolerance)) > 2.0).all()


def test_implicit_hodgkin_huxley_gates_follow_scipy():
    """A stiff gate beside a slow potential, with steps far beyond the stability limit of explicit methods."""
    text = "dm/dt = 500.0*(1.0/(1.0 + exp(-v)) - m) : implicit\ndv/dt = m*m*(1.0 - v) - 0.3*v : implicit\nr = v"
    net = Network(dt=0.05)
    pop = net.create(1, Neuron(equations=text))
    net.simulate(5.0)

    def right(t, s):
        m, v = s
        return [500.0 * (1.0 / (1.0 + np.exp(-v)) - m), m * m * (1.0 - v) - 0.3 * v]

    exact = solve_ivp(right, (0.0, 5.0), [0.0, 0.0], method="Radau", rtol=1e-10, atol=1e-12).y[:, -1]
    np.testing.assert_allclose([pop.m[0], pop.v[0]], exact, rtol=5e-3)


@pytest.mark.parametrize("default", ["auto", "exact", "exponential", "rk4", "implicit"])
def test_network_method_applies_to_every_equation_that_admits_it(default):
    net = Network(dt=0.1, method=default)
    pop = net.create(1, Neuron("tau = 10.0", "tau*dv/dt = 1.0 - v\ndw/dt = 0.1*w*(1.0 - w) : init=0.5\nr = v"))
    net.simulate(10.0)
    order_one = default in ("implicit",)
    assert pop.v[0] == pytest.approx(1.0 - np.exp(-1.0), rel=1e-2 if order_one else 1e-8)
    assert pop.w[0] == pytest.approx(
        1.0 / (1.0 + np.exp(-1.0)), rel=1e-2 if default in ("implicit", "exponential") else 1e-7
    )
    chosen = {e.variable: e.method for e in net.explain().objects[0].equations}
    assert chosen["v"] == ("exact" if default == "auto" else default)
