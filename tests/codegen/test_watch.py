"""What a loop tells beside its values: sums that are not finite where a variable is not, and the largest value."""

from __future__ import annotations

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.codegen.watch import by_highest, sum_up

LINES = ["real v = all_v[i];", "v = v + h * (El - v);", "all_v[i] = v;"]
HELD = ["const lane active = until[i] <= (lane)now->tick;", "real v = all_v[i];", "v = active ? new_v : v;"]


@pytest.mark.parametrize(
    ("total", "wanted"),
    [
        ("total += v;", "sums[i - group] += v;"),
        ("total += v + g;", "sums[i - group] = v * g + sums[i - group];"),
        ("total += v + g + h;", "sums[i - group] += g * h + v;"),
        ("total += a + b + c + d;", "sums[i - group] = c * d + (a * b + sums[i - group]);"),
        ("any |= v > 1.0;", "any |= v > 1.0;"),
    ],
)
def test_variables_are_joined_two_by_two(total: str, wanted: str) -> None:
    assert sum_up([*LINES, total]) == [*LINES, wanted]


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        ([*LINES, "any |= v > Vt;"], "top > Vt"),
        ([*LINES, "any |= v >= -50.0;"], "top >= -50.0"),
        ([*HELD, "any |= active & (v > Vt);"], "top > Vt"),
        ([*LINES, "any |= v < Vt;"], ""),
        ([*LINES, "any |= v > u + 1.0;"], ""),
        ([*LINES, "const real Vt = all_Vt[i];", "any |= v > Vt;"], ""),  # each neuron has a threshold of its own
        ([*LINES, "any |= all_v[i] > Vt;"], ""),
        ([*HELD[:2], "any |= active & (v > Vt);"], ""),  # a refractory neuron may stay above
        ([*LINES, "any |= v > Vt;", "any |= v > 0.0;"], ""),
    ],
)
def test_the_largest_value_is_asked_where_all_have_one_threshold(lines: list[str], asked: str) -> None:
    found, condition = by_highest(lines)
    assert condition == asked
    assert (found == lines) == (not asked)
    assert not asked or found[-1] == "top = v > top ? v : top;"


def exploding(size: int, **settings: object) -> tuple[ann.Network, ann.Population]:
    """Neurons whose upstroke is reset in time, where it is looked at; those that pad their group are never reset."""
    neuron = ann.Neuron(
        parameters="speed = 1.0; top = 1e3 : population",
        equations="dv/dt = speed*v*v : init=0.1, explicit\ndw/dt = v - w : explicit",
        spike="v > top",
        reset="v = 0.1",
    )
    net = ann.Network(dt=0.1, seed=1, **settings)
    return net, net.create(size, neuron)


@pytest.mark.parametrize("size", [2, 33, 300])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_neurons_that_pad_a_group_do_not_end_a_run(size: int, dtype: type) -> None:
    net, cells = exploding(size, dtype=dtype)
    spikes = net.monitor(cells, "spike")
    net.simulate(200.0)
    assert len(spikes.get("spike")[size - 1]) > 10
    padding = cells._store.arrays["v"][size:]
    assert np.isfinite(padding).all()
    assert np.isfinite(cells.v).all()


def test_large_values_whose_product_overflows_are_no_error() -> None:
    neuron = ann.Neuron(equations="da/dt = -a : init=1e200\ndb/dt = -b : init=1e200\ndc/dt = -c : init=1.0")
    net = ann.Network(dt=0.1, seed=1)
    cells = net.create(40, neuron)
    net.simulate(10.0)
    assert np.isfinite(cells.a).all()
    cells[7].c = np.inf
    with pytest.raises(ann.NotFiniteError, match=r"\bc\b"):
        net.simulate(1.0)


def test_neurons_that_are_held_above_their_threshold_do_not_spike() -> None:
    neuron = ann.Neuron(equations="dv/dt = 1.0", spike="v > 1.0", reset="v = 5.0", refractory=3.0)
    net = ann.Network(dt=0.1, seed=1)
    cells = net.create(40, neuron)
    spikes = net.monitor(cells, "spike")
    net.simulate(20.0)
    steps = np.array(spikes.get("spike")[39])
    assert np.diff(steps).tolist() == [31] * (len(steps) - 1)
    assert len(steps) > 4
