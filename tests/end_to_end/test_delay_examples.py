"""Numbers of the examples with delay equations."""

from __future__ import annotations

import numpy as np
import pytest

# -- mackey_glass ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "order"), [("explicit", 1), ("midpoint", 2), ("heun", 2), ("rk4", 4)])
def test_errors_of_mackey_and_glass_fall_with_the_order_of_the_method(example, method, order):
    assert example("mackey_glass").errors(method).order == pytest.approx(order, abs=0.15)


def test_mackey_and_glass_double_the_period_and_lose_it_as_the_delay_grows(example):
    """Maxima of x in the long run: one height for a delay of 8, two for 14, many for 17."""

    def heights(x):
        inner = x[1:-1]
        maxima = inner[(inner > x[:-2]) & (inner >= x[2:])]
        maxima = np.sort(maxima[maxima > 1.0])
        return 1 + int((np.diff(maxima) > 0.01).sum())

    cycle, doubled, chaos = (heights(x) for x, _ in example("mackey_glass").orbits(600.0))
    assert (cycle, doubled) == (1, 2)
    assert chaos > 4


def test_orbits_of_mackey_and_glass_show_the_value_and_that_a_delay_ago(example):
    module = example("mackey_glass")
    for (x, late), delay in zip(module.orbits(60.0), module.DELAYS, strict=True):
        steps = round(delay / 0.1)
        np.testing.assert_array_equal(late[steps:], x[:-steps])
