"""Networks that are classes of their own, and their copies."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import eqneuro as ann

COUNTER = ann.Neuron(parameters="inc = 1.0", equations="v = v + inc : init=0.0\nr = v")


def counting(dt: float = 1.0, size: int = 2, **settings: Any) -> tuple[ann.Network, Any]:
    net = ann.Network(dt=dt, **settings)
    return net, net.create(size, COUNTER)


class Ramp(ann.Network):
    def __init__(self, size: int = 3, inc: float = 1.0) -> None:
        self.pop = self.create(size, COUNTER, name="ramp")
        self.pop.inc = inc


class Polite(ann.Network):
    def __init__(self, size: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.pop = self.create(size, COUNTER)


class WithDt(ann.Network):
    def __init__(self, dt: float, method: str = "mine") -> None:
        super().__init__(dt=dt / 2)
        self.word = method


def test_subclasses_build_in_their_constructor_and_take_settings_anyway() -> None:
    net = Ramp(4, inc=2.0, dt=0.5, seed=7, num_threads=2, dtype=ann.float32)
    assert (net.dt, net.seed, net.pop.size, net.pop.v.dtype) == (0.5, 7, 4, np.float32)
    assert Ramp(seed=None).pop.size == 3
    polite = Polite(2, dt=0.25, seed=8)
    assert (polite.dt, polite.seed) == (0.25, 8)
    own = WithDt(1.0)
    assert (own.dt, own.word) == (0.5, "mine")
    with pytest.raises(TypeError):
        Ramp(nonsense=3)


def test_copies_take_class_defaults_and_keep_the_settings_but_the_seed() -> None:
    net = Ramp(4, inc=2.0, dt=0.5, seed=7, precision="float", num_threads=2)
    net.simulate(2.0)
    twin = net.copy(5)
    assert (type(twin), twin.pop.size, twin.pop.inc[0], twin.dt, twin.time) == (Ramp, 5, 1.0, 0.5, 0.0)
    assert twin.pop.v.dtype == np.float32
    assert twin.seed != 7
    assert net.copy(seed=9, dt=0.25, precision="double").pop.v.dtype == np.float64
    twin.simulate(1.0)
    net.simulate(1.0)
    assert (net.pop.v[0], twin.pop.v[0]) == (12.0, 2.0)
    assert Polite(2, dt=0.25).copy(3).dt == 0.25
    assert WithDt(1.0).copy().word == "mine"
    assert ann.Network(dt=0.5).copy().dt == 0.5
    assert counting()[0].copy().get_populations()[0].size == counting()[1].size
    for function in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match=r"net.copy\(\)"):
            function(net)
