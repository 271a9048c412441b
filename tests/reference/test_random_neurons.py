"""Random neurons give the same in C and by the interpreter."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings, strategies as st

from eqneuro import Network, Uniform

from .agreement import assert_agree
from .random_models import Text, neurons

MODELS = int(os.environ.get("EQNEURO_RANDOM_MODELS", "300"))
"""How many neurons are compared in all."""
TOGETHER = 10
"""Neurons in one network: the compiler of C takes most of the time."""
PARTS = max(1, min(10, MODELS // TOGETHER))
"""Tests that share the models, for as many processors."""


def build(texts: list[Text], dt: float, method: str) -> Network:
    net = Network(dt=dt, seed=11, method=method)
    for number, text in enumerate(texts):
        population = net.create(text.size, text.neuron(), name=f"neuron {number}")
        for k, name in enumerate(text.spread):
            population.set({name: Uniform(0.4 + k, 1.2 + k)})
        spikes = ["spike"] * population.model.is_spiking + ["axon_spike"] * (population.model.axon_spike is not None)
        net.monitor(population, [*population.variables, *spikes], name=f"neuron {number}")
    return net


def compare(part: int) -> None:
    """One part of the models, with a seed of its own."""

    @seed(part)
    @settings(
        max_examples=max(1, MODELS // (TOGETHER * PARTS)),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(
        texts=st.lists(neurons(), min_size=TOGETHER, max_size=TOGETHER),
        dt=st.sampled_from([0.1, 0.25, 0.5]),
        method=st.sampled_from(["explicit", "auto", "midpoint", "rk4", "exponential", "semiimplicit"]),
    )
    def agree(texts: list[Text], dt: float, method: str) -> None:
        for text in texts:
            note(f"{text}")
        assert_agree(lambda: build(texts, dt, method))

    agree()


@pytest.mark.parametrize("part", range(PARTS))
def test_random_neurons_agree_on_both_backends(part: int) -> None:
    compare(part)
