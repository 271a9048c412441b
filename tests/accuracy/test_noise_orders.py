"""Strong and weak orders of noise through compiled networks whose steps follow one Wiener process.

Each equation stands beside W itself, dW/dt = ξ, so that the exact solution on the same path is known; where there is
none, networks of h and h/2 are compared.
"""

from itertools import pairwise

import numpy as np
import pytest

from eqneuro import Network, Neuron

NEURONS, END = 4000, 1.0
COUNTS = (8, 16, 32, 64)
"""Steps to the end; the last network is the finest."""


def ends(equations, counts=COUNTS, neurons=NEURONS):
    """The variables at the end, by name, for each number of steps."""
    found = []
    for count in counts:
        net = Network(dt=END / count, seed=31)
        net._refinement = counts[-1] // count, counts[-1] // counts[0]
        pop = net.create(neurons, Neuron(equations=f"{equations}\nr = x"))
        net.simulate(END)
        found.append({name: np.array(getattr(pop, name)) for name in pop.variables})
    return found


def order_of(errors, counts=COUNTS):
    return -np.polyfit(np.log(counts[: len(errors)]), np.log(errors), 1)[0]


def strong_order(equations, exact):
    """The slope of the mean distance at the end."""
    return order_of([np.abs(end["x"] - exact(end)).mean() for end in ends(equations)])


GEOMETRIC = "dx/dt = 0.5*x + 0.8*x*xi_w : init=1.0, {flags}\ndW/dt = xi_w : {method}"


@pytest.mark.parametrize("method", ["explicit", "exponential", "implicit", "sdirk2", "rk4", "rk45", "heun"])
def test_milsteins_scheme_has_strong_order_one(method):
    order = strong_order(GEOMETRIC.format(flags=method, method=method), lambda end: np.exp(0.5 - 0.32 + 0.8 * end["W"]))
    assert order == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("method", ["explicit", "exponential", "implicit", "sdirk2", "rk4", "rk45", "heun"])
def test_noise_in_stratonovichs_sense_has_strong_order_one(method):
    order = strong_order(
        GEOMETRIC.format(flags=f"{method}, stratonovich", method=method), lambda end: np.exp(0.5 + 0.8 * end["W"])
    )
    assert order == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("method", ["explicit", "rk4", "heun", "exponential", "exact"])
def test_additive_noise_has_strong_order_one(method):
    """x' = −2·x + 0.7·ξ, the differences of h and h/2."""
    found = ends(f"dx/dt = -2.0*x + 0.7*xi : init=1.0, {method}", counts=(8, 16, 32, 64, 128))
    errors = [np.abs(coarse["x"] - fine["x"]).mean() for coarse, fine in pairwise(found)]
    assert order_of(errors) == pytest.approx(1.0, abs=0.15)


def test_additive_noise_of_a_nonlinear_equation_has_strong_order_one():
    found = ends("dx/dt = x - x^3 + 0.5*xi : init=0.2, explicit", counts=(8, 16, 32, 64, 128))
    errors = [np.abs(coarse["x"] - fine["x"]).mean() for coarse, fine in pairwise(found)]
    assert order_of(errors) == pytest.approx(1.0, abs=0.15)


def test_mean_of_geometric_brownian_motion_has_weak_order_one():
    """E[x] is (1 + μh)ⁿ where e^μ is right; the exact solution on the same paths takes most of the chance away."""
    found = ends(GEOMETRIC.format(flags="explicit", method="explicit"), neurons=40_000)
    errors = []
    for count, end in zip(COUNTS, found, strict=True):
        difference = end["x"] - np.exp(0.5 - 0.32 + 0.8 * end["W"])
        expected = (1.0 + 0.5 / count) ** count - np.exp(0.5)
        assert abs(difference.mean() - expected) < 4.5 * difference.std() / np.sqrt(len(difference))
        errors.append(abs(difference.mean()))
    assert order_of(errors) == pytest.approx(1.0, abs=0.15)


def test_sources_that_do_not_commute_have_strong_order_one_half():
    """x = ∫V dW: the increments of V and W do not tell Lévy's area."""
    found = ends("dV/dt = xi_v\ndx/dt = V*xi_w", counts=(8, 16, 32, 64, 128))
    errors = [np.abs(coarse["x"] - fine["x"]).mean() for coarse, fine in pairwise(found)]
    assert order_of(errors) == pytest.approx(0.5, abs=0.15)


def test_stationary_variance_of_the_exact_update_is_that_of_each_step():
    """The same 20,000 processes at steps of 1/20 and of four time constants: variance σ²·τ/2."""
    for dt in (0.25, 20.0):
        net = Network(dt=dt, seed=32)
        pop = net.create(20_000, Neuron(equations="dx/dt = -x/5.0 + 0.6*xi : exact\nr = x"))
        net.simulate(60.0)
        expected = 0.6**2 * 5.0 / 2.0
        assert abs(np.var(pop.x) - expected) < 4.5 * expected * np.sqrt(2.0 / 20_000)
