"""Neurons against closed forms and SciPy: synaptic potentials, firing rates, delay equations, action potentials."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from eqneuro import Network, Neuron


def test_alpha_shaped_potential_has_its_peak_and_charge():
    """Equal time constants: g = t/τ·e^(1−t/τ), peak 1 at τ, charge e·τ."""
    tau, dt = 5.0, 0.1
    net = Network(dt=dt)
    pop = net.create(
        1, Neuron(f"tau = {tau}", "tau*dg/dt = x - g : exact\ntau*dx/dt = -x : init=2.718281828459045, exact\nr = g")
    )
    monitor = net.monitor(pop, "g")
    net.simulate(100.0)
    g = np.ravel(monitor.get("g"))
    t = dt * np.arange(1, len(g) + 1)
    np.testing.assert_allclose(g, t / tau * np.exp(1.0 - t / tau), rtol=1e-11)
    assert t[g.argmax()] == pytest.approx(tau)
    assert g.max() == pytest.approx(1.0, rel=1e-12)
    assert g.sum() * dt == pytest.approx(np.e * tau, rel=1e-3)


@pytest.mark.parametrize("method", ["exact", "exponential", "rk4"])
def test_interspike_intervals_of_a_driven_integrator_are_within_one_step(method):
    """T = t_ref + τ·ln(I/(I − θ)), counted in whole steps."""
    dt, tau, theta, refractory = 0.1, 20.0, 15.0, 2.0
    currents = np.array([15.5, 16.0, 20.0, 30.0, 60.0])
    net = Network(dt=dt)
    neuron = Neuron(
        "I = 0.0", f"{tau}*dv/dt = I - v : {method}", spike=f"v > {theta}", reset="v = 0.0", refractory=refractory
    )
    pop = net.create(len(currents), neuron)
    pop.I = currents
    monitor = net.monitor(pop, "spike")
    net.simulate(500.0)
    spikes = monitor.get("spike")
    for k, current in enumerate(currents):
        period = refractory + tau * np.log(current / (current - theta))
        intervals = dt * np.diff(spikes[k])
        assert len(intervals) >= 4
        assert (np.abs(intervals - period) <= dt * (1 + 1e-9)).all()


def test_hodgkin_huxley_with_rk4_follows_scipy():
    equations = """
    an = 0.01*(v+60)/(1-exp(-0.1*(v+60)))
    dn/dt = 0.01*(v+60)/(1-exp(-0.1*(v+60)))*(1-n) - 0.125*exp(-0.0125*(v+70))*n : init=0.32, rk4
    dm/dt = 0.1*(v+45)/(1-exp(-0.1*(v+45)))*(1-m) - 4*exp(-(v+70)/18)*m : init=0.05, rk4
    dh/dt = 0.07*exp(-0.05*(v+70))*(1-h) - h/(1+exp(-0.1*(v+40))) : init=0.6, rk4
    dv/dt = 0.3*(-59.387-v) + 36*n^4*(-82-v) + 120*m^3*h*(45-v) + 10.0 : init=-70.0, rk4
    r = v
    """

    def right(t, s):
        n, m, h, v = s
        return [
            0.01 * (v + 60) / -np.expm1(-0.1 * (v + 60)) * (1 - n) - 0.125 * np.exp(-0.0125 * (v + 70)) * n,
            0.1 * (v + 45) / -np.expm1(-0.1 * (v + 45)) * (1 - m) - 4 * np.exp(-(v + 70) / 18) * m,
            0.07 * np.exp(-0.05 * (v + 70)) * (1 - h) - h / (1 + np.exp(-0.1 * (v + 40))),
            0.3 * (-59.387 - v) + 36 * n**4 * (-82 - v) + 120 * m**3 * h * (45 - v) + 10.0,
        ]

    t_end = 30.0
    exact = solve_ivp(right, (0.0, t_end), [0.32, 0.05, 0.6, -70.0], method="DOP853", rtol=1e-12, atol=1e-12).y[:, -1]
    errors = []
    for dt in (0.02, 0.01):
        net = Network(dt=dt)
        pop = net.create(1, Neuron(equations=equations))
        net.simulate(t_end)
        errors.append(np.abs(np.array([pop.n[0], pop.m[0], pop.h[0], pop.v[0]]) - exact).max())
    assert errors[1] < 1e-5
    assert errors[0] / errors[1] == pytest.approx(16.0, rel=0.25)


def test_delay_equation_converges_with_order_one():
    """v' = −v(t − 1), v = 1 before 0: polynomials on each interval (method of steps)."""

    def exact(t):
        terms = [1.0]
        for k in range(1, int(t) + 2):
            terms.append((-1.0) ** k * (t - (k - 1)) ** k / float(np.prod(np.arange(1, k + 1))))
        return sum(terms)

    errors, steps = [], [0.1, 0.05, 0.025, 0.0125]
    for dt in steps:
        net = Network(dt=dt)
        pop = net.create(1, Neuron(equations="dv/dt = -v(t - 1.0) : init=1.0\nr = v"))
        net.simulate(3.0)
        errors.append(abs(pop.v[0] - exact(3.0)))
    slope = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert slope == pytest.approx(1.0, abs=0.15)
