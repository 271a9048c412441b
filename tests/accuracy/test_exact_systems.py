"""The exact method on 500 linear systems against mpmath: P and Q entry by entry, and compiled trajectories.

Each entry of P and Q is compared with its own exact value, so that a slow mode beside one 10⁶ times faster, or a weak
influence through a chain, counts as much as the largest entry. An entry in which large terms cancel is bounded by what
cancels in it (`test_entry_that_cancels_is_as_accurate_as_its_terms`).
"""

from functools import cache

import mpmath
import numpy as np
import pytest

from eqneuro import Network, Neuron
from eqneuro.engine.propagators import SHORT, propagate

KINDS = ("equal", "nearly equal", "complex", "zero", "defective", "stiff", "stiff chain", "companion")
COUNT, STEP, DIGITS = 500, 0.1, 50
NOTHING = 1e-280
"""Below it a double begins to lose digits of its own, of which the smallest is 5·10⁻³²⁴."""


def oscillators(rng, n):
    J = np.diag(-rng.uniform(0.0, 1.0, n))
    for k in range(0, n - 1, 2):
        decay, frequency = -rng.uniform(0.0, 1.0), 10.0 ** rng.uniform(-1.0, 2.0)
        J[k : k + 2, k : k + 2] = [[decay, frequency], [-frequency, decay]]
    return J


def repeated_roots(rng, n):
    """The equation of order n whose characteristic polynomial has double roots."""
    coefficients = np.poly(np.repeat(-rng.uniform(0.2, 2.0, (n + 1) // 2), 2)[:n])
    A = np.eye(n, k=1)
    A[-1] = -coefficients[:0:-1]
    return A


def mixed(rng, J):
    """J in other coordinates: every variable reads every other one."""
    n = len(J)
    turn, back = (np.linalg.qr(rng.normal(size=(n, n)))[0] for _ in range(2))
    T = turn @ np.diag(2.0 ** rng.integers(-3, 4, n)) @ back
    return T @ J @ np.linalg.inv(T)


def system(kind, rng):
    n, rate = int(rng.integers(1, 7)), rng.uniform(0.05, 3.0)
    match kind:
        case "equal":
            return -rate * np.eye(n) + np.triu(rng.normal(size=(n, n)), 1)
        case "nearly equal":
            return np.diag(-rate * (1.0 + 1e-14 * rng.integers(-3, 4, n))) + np.diag(rng.normal(size=n - 1), -1)
        case "complex":
            return mixed(rng, oscillators(rng, n))
        case "zero":
            return mixed(rng, np.diag(np.where(rng.random(n) < 0.5, 0.0, -rng.uniform(0.1, 3.0, n))))
        case "defective":
            return mixed(rng, -rng.choice([0.0, rate]) * np.eye(n) + np.eye(n, k=1))
        case "companion":
            return repeated_roots(rng, n)
    rates = 10.0 ** rng.uniform(-1.0, 6.0, n)
    rates[0] = 1e6
    if kind == "stiff":
        return mixed(rng, np.diag(-rates))
    return np.diag(-rates) + np.tril(rng.normal(size=(n, n)) * 10.0 ** rng.uniform(-2.0, 3.0, (n, n)), -1)


@cache
def systems():
    rng = np.random.default_rng(500)
    return [(KINDS[k % len(KINDS)], system(KINDS[k % len(KINDS)], rng)) for k in range(COUNT)]


def exactly(A, h=STEP):
    """P and Q with 50 digits: Taylor series of a scaled matrix, then Q(2h) = Q + P·Q and P(2h) = P·P."""
    n, norm = len(A), np.abs(h * A).sum(axis=0).max()
    doublings = max(0, int(np.frexp(norm)[1]) + 6)
    with mpmath.workdps(DIGITS + doublings):
        unit = np.array([[mpmath.mpf(i == j) for j in range(n)] for i in range(n)], dtype=object)
        small = mpmath.mpf(h) / 2**doublings
        Z = np.array([[mpmath.mpf(float(x)) * small for x in row] for row in A], dtype=object)
        response = unit
        for term in range(30, 1, -1):  # 2⁻¹⁸⁶/31! = 10⁻⁹⁰
            response = unit + (Z @ response) / term
        P, Q = unit + Z @ response, response * small
        for _ in range(doublings):
            P, Q = P @ P, Q + P @ Q
    return P, Q


@cache
def solutions():
    return [exactly(A) for _, A in systems()]


def relative_errors(got, exact):
    with mpmath.workdps(DIGITS):
        return [
            float(abs((mpmath.mpf(float(x)) - y) / y)) if abs(y) > NOTHING else float(abs(x) > 2.0 * NOTHING)
            for x, y in zip(got.ravel(), exact.ravel(), strict=True)
        ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_of_every_propagator_has_twelve_digits(kind):
    chosen = [(A, exact) for (own, A), exact in zip(systems(), solutions(), strict=True) if own == kind]
    assert len(chosen) >= COUNT // len(KINDS)
    assert {len(A) for A, _ in chosen} == set(range(1, 7))
    for A, (exact_P, exact_Q) in chosen:
        P, Q = propagate(A, STEP)
        assert max(relative_errors(P, exact_P)) < 1e-12, A
        assert max(relative_errors(Q, exact_Q)) < 1e-12, A


def test_systems_are_what_they_are_called():
    """Spectra of the matrices as they are, rounded to doubles."""
    spectra = {kind: [] for kind in KINDS}
    for kind, A in systems():
        if len(A) > 1:
            spectra[kind].append(np.linalg.eigvals(A))
    assert all(np.ptp(x.real) == 0.0 for x in spectra["equal"])
    assert all(0.0 <= np.ptp(x.real) <= 1e-13 * abs(x[0]) for x in spectra["nearly equal"])
    assert any(np.ptp(x.real) > 0.0 for x in spectra["nearly equal"])
    assert all(np.abs(x.imag).max() > 0.05 for x in spectra["complex"])
    assert sum(np.abs(x).min() < 1e-12 for x in spectra["zero"]) > 20
    assert all(np.abs(x).max() > 0.99e6 for x in (*spectra["stiff"], *spectra["stiff chain"]))
    assert sum(np.abs(x).min() < 100.0 for x in spectra["stiff"]) > 20


@pytest.mark.parametrize("k", [2, 3, 4, 5, 6, 12])
def test_reference_agrees_with_the_exponential_of_the_augmented_matrix(k):
    (_, A), (P, Q) = systems()[k], solutions()[k]
    n = len(A)
    with mpmath.workdps(80):
        M = mpmath.zeros(2 * n)
        for i in range(n):
            M[i, n + i] = mpmath.mpf(STEP)
            for j in range(n):
                M[i, j] = mpmath.mpf(float(A[i, j])) * mpmath.mpf(STEP)
        E = mpmath.expm(M)
        for i in range(n):
            for j in range(n):
                for value, own in ((P[i, j], E[i, j]), (Q[i, j], E[i, n + j])):
                    assert abs(value - own) < 1e-45 * (1 + abs(own))


def test_entry_that_cancels_is_as_accurate_as_its_terms():
    """A influences 0 → 1 directly and, nearly as much and with the other sign, through 2."""
    scale = 0.4
    for offset in (1e-3, 1e-6, 1e-9):
        A = np.zeros((3, 3))
        A[2, 0] = A[1, 2] = scale
        A[1, 0] = -(scale**2) * STEP / 2.0 * (1.0 + offset)
        assert np.abs(STEP * A).sum(axis=0).max() < SHORT  # summed in plain numbers
        exact, _ = exactly(A)
        P, _ = propagate(A, STEP)
        terms = (scale * STEP) ** 2 / 2.0
        assert abs(float(exact[1, 0])) < 1.01 * offset * terms
        assert abs(P[1, 0] - float(exact[1, 0])) < 1e-15 * terms


def compiled(size, chosen, rng, n_steps):
    """A population whose neurons are the systems: all coefficients are parameters, one value a neuron."""
    names = [f"x{i}" for i in range(size)]
    text = "\n".join(
        f"d{name}/dt = {' + '.join(f'a{i}_{j}*{other}' for j, other in enumerate(names))} + b{i} : exact"
        for i, name in enumerate(names)
    )
    coefficients = [f"a{i}_{j}" for i in range(size) for j in range(size)]
    inputs = [f"b{i}" for i in range(size)]
    net = Network(dt=STEP)
    pop = net.create(len(chosen), Neuron("; ".join(f"{name} = 0.0" for name in (*coefficients, *inputs)), text))
    matrices = np.array([A for A, _ in chosen])
    for k, name in enumerate(coefficients):
        setattr(pop, name, matrices[:, k // size, k % size])
    state, given = rng.normal(size=(2, len(chosen), size))
    for i in range(size):
        setattr(pop, names[i], state[:, i])
        setattr(pop, inputs[i], given[:, i])
    net.compile()
    net.simulate(n_steps * STEP)
    return state, given, np.stack([getattr(pop, name) for name in names], axis=1)


@pytest.mark.parametrize("size", range(1, 7))
def test_compiled_trajectories_of_all_systems_have_twelve_digits(size):
    """Relative to what is added up on the way: |P|·(|P|·|x| + |Q|·|b|) + |Q|·|b| …"""
    n_steps = 10
    chosen = [(A, exact) for (_, A), exact in zip(systems(), solutions(), strict=True) if len(A) == size]
    start, inputs, got = compiled(size, chosen, np.random.default_rng(size), n_steps)
    for neuron, (_, (P, Q)) in enumerate(chosen):
        x, b = (
            np.array([mpmath.mpf(float(value)) for value in row], dtype=object)
            for row in (start[neuron], inputs[neuron])
        )
        scale = abs(x)
        for _ in range(n_steps):
            x, scale = P @ x + Q @ b, abs(P) @ scale + abs(Q) @ abs(b)
        for value, exact, bound in zip(got[neuron], x, scale, strict=True):
            assert abs(value - exact) <= 1e-12 * bound


def test_linear_conductances_beside_a_nonlinear_membrane_are_exact():
    """Alpha functions with equal and nearly equal time constants, one pair a neuron; v is stepped from the old g."""
    n_steps, rise = 50, np.array([5.0, 5.0, 5.0, 0.01, 5.0, 300.0])
    decay = rise * np.array([1.0, 1.0 + 1e-14, 1.0 - 1e-12, 1e4, 1e-5, 1.0 + 1e-7])
    neuron = Neuron(
        "rise = 1.0; decay = 1.0; E = 1.0",
        """
        dv/dt = 0.04*v*v + g*(E - v) : init=0.1, explicit
        dg/dt = s/rise - g/decay     : init=0.2, exact
        ds/dt = -s/rise              : init=1.5, exact
        """,
    )
    net = Network(dt=STEP)
    pop = net.create(len(rise), neuron)
    pop.rise, pop.decay = rise, decay
    net.simulate(n_steps * STEP)
    for k in range(len(rise)):
        A = np.array([[-1.0 / decay[k], 1.0 / rise[k]], [0.0, -1.0 / rise[k]]])
        P, _ = exactly(A)
        state, v = np.array([mpmath.mpf(0.2), mpmath.mpf(1.5)], dtype=object), 0.1
        for _ in range(n_steps):
            v += STEP * (0.04 * v * v + float(state[0]) * (1.0 - v))
            state = P @ state
        np.testing.assert_allclose([pop.g[k], pop.s[k]], state.astype(float), rtol=1e-12, atol=1e-300)
        assert pop.v[k] == pytest.approx(v, rel=1e-12)
