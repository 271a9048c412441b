"""Spikes that are under way while delays are changed: which of them the new delays deliver again, or lose."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from eqneuro.network.checks import level_outside
from eqneuro.network.configuration import TICK
from eqneuro.network.delays import Steps
from eqneuro.network.output import SpikeOutput

if TYPE_CHECKING:
    from eqneuro.network.projection import Projection

Delay = int | Steps


def warn_of_spikes_under_way(projection: Projection) -> None:
    """Says how many arrivals are lost, and how many happen twice, where delays have changed since the last run.

    Kernels look for spikes that were emitted as many steps ago as a synapse's delay is long. One that is due under the
    old delay, but older than the new one, is never found; one that has arrived is found again by a longer delay.
    """
    changed, projection._delays_before = projection._delays_before, None
    if changed is None or not projection._is_event_based() or np.array_equal(changed.steps, projection._delay):
        return
    before = changed.steps
    if np.ndim(before) and np.size(before) != projection._built.synapses:
        return  # of synapses that have become others meanwhile
    outputs, model = projection._pre_population._outputs, projection.model
    waits = {"spike": bool(model.pre_spike) or not model.pre_axon_spike, "axon_spike": bool(model.pre_axon_spike)}
    counts = [_affected(projection, output, before) for name, output in outputs.items() if waits[name]]
    lost, twice = (sum(numbers) for numbers in zip(*counts, strict=True)) if counts else (0, 0)
    if lost or twice:
        message = f"delays of projection {projection.name!r} changed while spikes travel"
        message += f", counted by synapse: {lost} lost, {twice} arriving again"
        warnings.warn(message, UserWarning, stacklevel=level_outside())


def _affected(projection: Projection, output: SpikeOutput, before: Delay) -> tuple[int, int]:
    """How many arrivals at synapses are lost, and how many happen twice."""
    built, tick, after = projection._built, int(projection._net._clock[TICK]), projection._delay
    longest = max(int(np.max(before, initial=1)), int(np.max(after, initial=1)))
    lost = twice = 0
    for age in range(1, min(longest, output.slots, tick) + 1):
        row = (tick - age) % output.slots
        ranks = output.ring[row, : output.ring_count[row]]
        if len(ranks):
            sends = np.isin(built.pre_ranks, ranks)
            was_due, is_due = np.asarray(before) >= age, np.asarray(after) >= age
            lost += int((sends & was_due & ~is_due).sum())
            twice += int((sends & ~was_due & is_due).sum())
    return lost, twice
