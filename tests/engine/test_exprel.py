"""(eˣ - 1)/x by our own vector functions, beside mpmath: near 0 a series, elsewhere the library's expm1."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import eqneuro as ann

NEAR = np.concatenate([np.linspace(-4.0, 1.0, 1601), np.logspace(-300, 0, 301), -np.logspace(-300, 0, 301)])
FAR = np.concatenate([np.nextafter([1.0, -4.0], [9.0, -9.0]), np.linspace(-750.0, 705.0, 1401)])


def computed(x: np.ndarray, **settings: object) -> np.ndarray:
    """What a network finds, each value by a neuron."""
    net = ann.Network(dt=0.1, **settings)
    cell = ann.Neuron(parameters={"x": 0.0}, equations=["y = (exp(x) - 1.0)/x"])
    cells = net.create(len(x), cell)
    cells.x = x
    net.compile()
    net.step()
    return np.asarray(cells.y)


def exact(x: np.ndarray) -> np.ndarray:
    with mpmath.workdps(40):
        return np.array([float(mpmath.expm1(mpmath.mpf(float(v))) / mpmath.mpf(float(v))) if v else 1.0 for v in x])


@pytest.mark.parametrize("x", [NEAR, FAR], ids=["near", "far"])
def test_five_units_in_the_last_place_at_most(x):
    wanted = exact(x)
    assert np.max(np.abs(computed(x) - wanted) / np.spacing(wanted)) <= 5.0


def test_single_precision():
    x = np.concatenate([np.linspace(-80.0, 80.0, 501), [0.0, 1e-30, -1e-30]]).astype(np.float32)
    wanted = exact(x)
    assert np.max(np.abs(computed(x, dtype=np.float32) - wanted) / np.spacing(wanted.astype(np.float32))) <= 4.0


def test_the_point_itself_and_the_ends():
    found = computed(np.array([0.0, -0.0, -1e300, 1e-320, -1e-320]))
    assert found.tolist() == [1.0, 1.0, 1e-300, 1.0, 1.0]


def test_neighbours_do_not_matter():
    rng = np.random.default_rng(1)
    near = rng.uniform(-4.0, 1.0, 640)
    mixed = near.copy()
    mixed[::3] = rng.uniform(-300.0, 300.0, len(mixed[::3]))
    kept = np.arange(len(near)) % 3 != 0
    assert np.array_equal(computed(near)[kept], computed(mixed)[kept])
