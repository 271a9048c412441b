"""eˣ, (eˣ - 1)/x and x/(eˣ - 1) by our own vector functions, beside mpmath; beyond their ranges by the library."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np
import pytest

import eqneuro as ann

TEXTS = {"exp": "exp(x)", "exprel": "(exp(x) - 1.0)/x", "per_exprel": "x/(exp(x) - 1.0)"}
EXACT: dict[str, Callable[[mpmath.mpf], mpmath.mpf]] = {
    "exp": mpmath.exp,
    "exprel": lambda x: mpmath.expm1(x) / x if x else mpmath.mpf(1),
    "per_exprel": lambda x: x / mpmath.expm1(x) if x else mpmath.mpf(1),
}
UNITS = {"exp": 3.0, "exprel": 5.0, "per_exprel": 3.0}
"""In the last place, at most."""
AROUND_ZERO = np.concatenate([np.linspace(-4.0, 1.0, 1601), np.logspace(-300, 0, 301), -np.logspace(-300, 0, 301)])
ALONG = np.concatenate([np.nextafter([1.0, -4.0, 700.0, -700.0], np.inf), np.linspace(-705.0, 705.0, 4001)])
ROUNDED = np.log(2.0) * (np.arange(-8000, 8000) + 0.5) / 16.0
"""Where the nearest multiple of ln 2/16 changes."""


def computed(name: str, x: np.ndarray, **settings: object) -> np.ndarray:
    """What a network finds, each value by a neuron."""
    net = ann.Network(dt=0.1, **settings)
    cells = net.create(len(x), ann.Neuron(parameters={"x": 0.0}, equations=[f"y = {TEXTS[name]}"]))
    cells.x = x
    net.compile()
    net.step()
    return np.asarray(cells.y)


def exact(name: str, x: np.ndarray) -> np.ndarray:
    with mpmath.workdps(40):
        return np.array([float(EXACT[name](mpmath.mpf(float(value)))) for value in x])


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("x", [AROUND_ZERO, ALONG, ROUNDED], ids=["around zero", "along", "rounded"])
def test_some_units_in_the_last_place_at_most(name, x):
    wanted = exact(name, x)
    assert np.max(np.abs(computed(name, x) - wanted) / np.spacing(wanted)) <= UNITS[name]


@pytest.mark.parametrize("name", TEXTS)
def test_single_precision(name):
    x = np.concatenate([np.linspace(-80.0, 80.0, 501), [0.0, 1e-30, -1e-30]]).astype(np.float32)
    wanted = exact(name, x)
    found = computed(name, x, dtype=np.float32)
    assert np.max(np.abs(found - wanted) / np.spacing(wanted.astype(np.float32))) <= 4.0


@pytest.mark.parametrize(
    ("name", "x", "wanted"),
    [
        ("exp", [0.0, -0.0, 1e-320, np.inf, -np.inf, 800.0, -800.0], [1.0, 1.0, 1.0, np.inf, 0.0, np.inf, 0.0]),
        ("exprel", [0.0, -0.0, -1e300, 1e-320, -1e-320, 800.0], [1.0, 1.0, 1e-300, 1.0, 1.0, np.inf]),
        ("per_exprel", [0.0, -0.0, 1e-320, -1e-320, 800.0, -800.0], [1.0, 1.0, 1.0, 1.0, 0.0, 800.0]),
    ],
)
def test_the_point_itself_and_the_ends(name, x, wanted):
    assert computed(name, np.array(x)).tolist() == wanted


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_no_number_stays_so_and_harms_no_neighbour(name):
    x = np.array([1.0, np.nan, -1.0])
    found = computed(name, x)
    assert np.isnan(found).tolist() == [False, True, False]
    assert np.array_equal(found[[0, 2]], computed(name, x[[0, 2]]))


@pytest.mark.parametrize("name", TEXTS)
def test_neighbours_do_not_matter(name):
    rng = np.random.default_rng(1)
    near = rng.uniform(-4.0, 1.0, 640)
    mixed = near.copy()
    mixed[::3] = np.where(np.arange(len(mixed[::3])) % 2, rng.uniform(-740.0, 709.0, len(mixed[::3])), 0.0)
    kept = np.arange(len(near)) % 3 != 0
    assert np.array_equal(computed(name, near)[kept], computed(name, mixed)[kept])
