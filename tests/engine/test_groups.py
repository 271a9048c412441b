"""Neurons are updated in groups of 16 or 32, as the processor has it; arrays hold groups of 32, whichever it is."""

from __future__ import annotations

import numpy as np
import pytest

import eqneuro as ann

RESTLESS = ann.Neuron(equations="v = v + 1.0 : init=0.0", spike="v >= 1.0", reset="v = 0.0", refractory=2.0)
"""What pads the last group would spike as well."""


def spikes(size: int, group: int, threads: int) -> list[tuple[int, int]]:
    net = ann.Network(dt=1.0, seed=1, num_threads=threads)
    monitor = net.monitor(net.create(size, RESTLESS), "spike")
    net.compile(compiler_flags=f"-DGROUP={group}")
    net.simulate(8.0)
    steps, ranks = monitor._recorders["spike"].events(net.dt)
    return list(zip(steps.tolist(), ranks.tolist(), strict=True))


@pytest.mark.parametrize("group", [16, 32])
@pytest.mark.parametrize("threads", [1, 2])
def test_neurons_that_there_are_spike_and_no_others(group: int, threads: int) -> None:
    for size in (1, 15, 16, 17, 33, 300):
        steps = np.arange(0, 8, 3)
        assert spikes(size, group, threads) == [(step, rank) for step in steps for rank in range(size)]
