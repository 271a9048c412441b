"""White noise that exact equations share, by the interpreter: beside the compiled route, and its covariance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from eqneuro.engine.kicks import kick_factor
from eqneuro.reference.kicks import factor

from .agreement import assert_agree
from .test_found_differences import neurons

SYSTEMS = {
    "read by another": "dv/dt = -v/3.1 + u + 0.3 : exact\ndu/dt = -u/2.1 + s*xi : exact",
    "shared": "dv/dt = -v/3.1 + 0.2*xi_a : exact\ndu/dt = -u/2.1 + 0.3*xi_a + s*xi : exact",
    "three of one source": """
        dv/dt = -v/3.1 + u + 0.3            : exact
        du/dt = -u/2.1 + k                  : exact
        dk/dt = -k + s*xi - 0.1*v + 0.1*u   : exact
    """,
    "two groups, more draws behind": """
        dv/dt = -v/3.1 + u + 0.2*xi_a       : exact
        dz/dt = -z + 0.3*xi_b + 0.2*q       : exact
        du/dt = -u/2.1 + 0.3*sqrt(s)        : exact
        dq/dt = -q/p + 0.1*z                : exact
        dk/dt = -k + 0.1*xi_a               : exact
        r = Normal(0.0, 1.0)
    """,
    "of changing strength": """
        c = sin(t)
        dv/dt = -v/3.1 + u + c*xi_a         : exact
        du/dt = -u/2.1 + 0.3*xi_a           : exact
    """,
    "stiff": "dv/dt = 1000.0*(u - v) : exact\ndu/dt = -u/2.1 + 0.3*xi : exact",
    "beside another method": "dv/dt = -v/3.1 + u : exact\ndu/dt = -u + 0.2*xi : exact\ndz/dt = v - z^3 + 0.1*xi : rk4",
    "of a whole population": """
        dv/dt = -v/3.1 + u : exact, population
        du/dt = -u/2.1 + s*xi : exact, population
    """,
}


@pytest.mark.parametrize("dt", [0.1, 0.5])
@pytest.mark.parametrize("equations", SYSTEMS.values(), ids=SYSTEMS)
def test_trajectories_agree(equations, dt):
    series = assert_agree(neurons(dt=dt, parameters="s = 0.3 : population\np = 1.7", equations=equations)).series
    assert all(np.ptp(values) > 0.0 for values in series.values())


def random_system(size: int, sources: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(size, size)), rng.normal(size=(size, sources))


@pytest.mark.parametrize(("size", "sources"), [(2, 1), (2, 2), (2, 3), (3, 1), (4, 2)])
@pytest.mark.parametrize("dt", [0.1, 2.0])
def test_both_routes_factor_a_covariance_in_the_same_way(size, sources, dt):
    for seed in range(5):
        a, g = random_system(size, sources, seed)
        [compiled] = kick_factor(a[None], g[None], dt)
        own = factor(a, g, dt)
        scale = np.sqrt((own**2).sum(axis=1, keepdims=True))
        np.testing.assert_allclose(own / scale, compiled / scale, atol=1e-9)
        more = own[:, sources:]
        assert (np.triu(more[: more.shape[1]], 1) == 0.0).all()
        assert (np.diag(more) >= 0.0).all()


def test_the_covariance_of_the_interpreter_is_that_of_van_loans_exponential():
    for seed in range(5):
        a, g = random_system(3, 2, seed)
        block = np.block([[-a, g @ g.T], [np.zeros_like(a), a.T]])
        whole = expm(0.7 * block)
        own = factor(a, g, 0.7)
        np.testing.assert_allclose(own @ own.T, whole[3:, 3:].T @ whole[:3, 3:], atol=1e-11)
