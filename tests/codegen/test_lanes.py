"""Neurons that iterate side by side: what one of them gets does not depend on the others."""

import numpy as np
import pytest
from scipy.optimize import brentq, root

import eqneuro as ann

OSCILLATOR = """
    dx/dt = y                        : init=2.0
    dy/dt = mu*(1.0 - x^2)*y - x + I : init=0.0
"""


def oscillators(mu, method="implicit", threads=1, dt=0.2, dtype=ann.float64):
    net = ann.Network(dt=dt, seed=1, method=method, dtype=dtype, num_threads=threads)
    cells = net.create(len(mu), ann.Neuron(parameters="mu = 1.0; I = 0.0", equations=OSCILLATOR))
    cells.mu = mu
    return net, cells


@pytest.mark.parametrize("dtype", [ann.float64, ann.float32])
def test_neuron_gets_the_same_bits_alone_and_among_neighbours(dtype):
    """Some converge at once, others after many rounds, one not at all."""
    mu = np.concatenate([np.geomspace(0.1, 1e4, 18), [np.nan]])
    together, cells = oscillators(mu, dtype=dtype)
    with pytest.raises(ann.NotFiniteError):
        together.simulate(2.0)
    single = []
    for value in mu:
        net, cell = oscillators([value] * 2, dtype=dtype)
        if np.isnan(value):
            break
        net.simulate(together.time)
        single.append([cell.x[0], cell.y[0]])
    np.testing.assert_array_equal(np.transpose([cells.x, cells.y])[:-1], single)


def test_threads_do_not_change_a_bit():
    mu = np.geomspace(0.1, 1e4, 1000)
    results = []
    for threads in (1, 2, 3):
        net, cells = oscillators(mu, threads=threads)
        net.simulate(3.0)
        results.append(np.array([cells.x, cells.y]))
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


def test_every_neuron_of_a_group_solves_its_own_equations():
    mu = np.geomspace(0.1, 1e3, 37)
    net, cells = oscillators(mu, dt=0.05)
    net.simulate(1.0)
    x, y = cells.x.copy(), cells.y.copy()
    net.step()
    for k, own in enumerate(mu):
        step = lambda s, k=k, own=own: [  # noqa: E731
            s[0] - x[k] - 0.05 * s[1],
            s[1] - y[k] - 0.05 * (own * (1.0 - s[0] ** 2) * s[1] - s[0]),
        ]
        expected = root(step, [x[k], y[k]], tol=1e-14).x
        np.testing.assert_allclose([cells.x[k], cells.y[k]], expected, rtol=1e-10, atol=1e-13)


def test_what_precedes_and_follows_an_iteration_is_computed_as_written():
    """Values cross from stage to stage; a refractory neuron is frozen by what it was when the step began."""
    equations = """
        a = v + 1.0
        dv/dt = -v^3 + a          : init=0.2, implicit
        b = v*a : unless_refractory
        dw/dt = b - w^3           : init=0.1, implicit
        c = w + v
    """
    neuron = ann.Neuron(equations=equations, spike="v > 1e9", refractory="v > 0.5")
    net = ann.Network(dt=0.1, seed=1)
    cells = net.create(20, neuron)
    cells.v = np.linspace(0.0, 1.0, 20)
    start = cells.v.copy()
    net.step()
    for k, old in enumerate(start):
        a = old + 1.0
        v = brentq(lambda x, old=old, a=a: x - old - 0.1 * (a - x**3), -5.0, 5.0, xtol=1e-15)
        w = brentq(lambda x, v=v, a=a: x - 0.1 - 0.1 * (v * a - x**3), -5.0, 5.0, xtol=1e-15)
        if old > 0.5:
            a, v, w = 0.0, old, 0.1
        np.testing.assert_allclose([cells.v[k], cells.w[k]], [v, w], rtol=1e-12)
        frozen = old > 0.5
        assert cells.c[k] == (0.0 if frozen else cells.w[k] + cells.v[k])


def test_calls_in_branches_do_not_keep_neurons_from_iterating_side_by_side():
    net = ann.Network(dt=0.1, method="implicit")
    equations = "dv/dt = -v^3 + (if q > 0.5: exp(-v) else: log(2.0 + v))"
    cells = net.create(20, ann.Neuron(parameters="q = 0.0", equations=equations))
    cells.q = np.linspace(0.0, 1.0, 20)
    net.step()
    for q, v in zip(cells.q, cells.v, strict=True):
        slope = -(v**3) + (np.exp(-v) if q > 0.5 else np.log(2.0 + v))
        assert v == pytest.approx(0.1 * slope, rel=1e-12)
    kernel = net.source()[net.source().index("static void update_") :]
    assert "? exp(" not in kernel
    assert "branch_" in kernel


def test_names_of_the_user_do_not_clash_with_those_of_the_iteration():
    equations = "dresidual/dt = -residual^3 - k + going + left : init=1.0\nk = 0.5\ngoing = 0.25\nleft = 0.25"
    net = ann.Network(dt=0.1, method="implicit")
    cells = net.create(3, ann.Neuron(equations=equations))
    net.step()
    assert cells.residual[0] == pytest.approx(brentq(lambda x: x - 1.0 + 0.1 * x**3, 0.0, 1.0), rel=1e-9)
