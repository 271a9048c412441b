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
    "two sources of one equation": """
        dv/dt = -v/3.1 + u                  : exact
        du/dt = -u/2.1 + 0.2*xi_a + p*xi    : exact
        r = Normal(0.0, 1.0)
    """,
    "the same two of both": """
        dv/dt = -v/3.1 + u + 0.2*xi_a - 0.3*xi_b : exact
        du/dt = -u/2.1 + 0.2*xi_a - 0.3*xi_b     : exact
        dk/dt = -k + u + s*xi                    : exact
    """,
    "none of one that is read": "dv/dt = -v/3.1 + u + 0.2*xi_a : exact\ndu/dt = -u + 0.1*v + none*xi_b : exact",
    "of the same memory": "dv/dt = -v/3.1 + 0.2*xi_a : exact\ndu/dt = -u/3.1 - 0.3*xi_a : exact",
    "none at all": "dv/dt = -v/3.1 + u + none*xi_a : exact\ndu/dt = 0.3*sin(t) - u + none*xi_b : exact",
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
    series = assert_agree(
        neurons(dt=dt, parameters="s = 0.3 : population\np = 1.7\nnone = 0.0", equations=equations)
    ).series
    assert all(np.ptp(values) > 0.0 for values in series.values())


def random_system(size: int, sources: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(size, size)), rng.normal(size=(size, sources))


@pytest.mark.parametrize(
    ("size", "sources", "rank"), [(2, 1, 1), (2, 2, 2), (2, 3, 2), (3, 1, 1), (4, 2, 2), (3, 3, 1)]
)
@pytest.mark.parametrize("dt", [0.1, 2.0])
@pytest.mark.parametrize("more", [0, 1, 2])
def test_both_routes_factor_a_covariance_in_the_same_way(size, sources, rank, dt, more):
    more += max(0, size - sources)
    if more > size - rank:
        more = size - rank
    for seed in range(5):
        a, g = random_system(size, sources, seed)
        g[:, rank:] = g[:, :1] * np.arange(rank, sources)  # they act on variables in the same proportions
        [compiled] = kick_factor(a[None], g[None], dt, more)
        own = factor(a, g, dt, more)
        scale = np.sqrt((own**2).sum(axis=1, keepdims=True))
        np.testing.assert_allclose(own / scale, compiled / scale, atol=1e-9)
        columns = own[:, sources:]
        assert (np.triu(columns[: columns.shape[1]], 1) == 0.0).all()
        assert (np.diag(columns) >= 0.0).all()
        np.testing.assert_allclose(own @ own.T, covariance(a, g, dt), atol=1e-10 * scale.max() ** 2)


def covariance(a: np.ndarray, g: np.ndarray, dt: float) -> np.ndarray:
    """By one exponential of a matrix of twice the size (Van Loan 1978)."""
    block = np.block([[-a, g @ g.T], [np.zeros_like(a), a.T]])
    whole, size = expm(dt * block), len(a)
    return whole[size:, size:].T @ whole[:size, size:]
