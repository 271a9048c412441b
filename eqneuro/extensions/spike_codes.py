"""Neurons of converted networks: those that encode an input, those that integrate, those that pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from eqneuro.model.neuron import Neuron
from eqneuro.model.synapse import Synapse

NEVER = 1e30
"""A threshold that no potential reaches."""
PHASES = 8
"""Steps of a period of the phase-shift oscillation, one for each binary digit."""


@dataclass(frozen=True)
class Encoding:
    """How a value between 0 and 1 becomes spikes; ``gain`` is what a value of 1 brings in a step, on average."""

    neuron: Callable[[], Neuron]
    synapse: Callable[[], Synapse | None]
    gain: float


def _custom_poisson() -> Neuron:
    return Neuron(
        parameters="x = 0.0 : local",
        equations="n += 0.0 : init=0.0",
        spike="Uniform(0.0, 1.0) < x",
        reset="n += 1.0",
        name="CPN",
        description="Spikes in each step with the probability x.",
    )


def _bursting() -> Neuron:
    return Neuron(
        parameters="x = 0.0 : local; strength = 30.0",
        equations="""
            dv/dt = 0.04*v^2 + 5.0*v + 140.0 - u + strength*x : init=-65.0
            du/dt = 0.02*(0.2*v - u) : init=-13.0
            n += 0.0 : init=0.0
        """,
        spike="v >= 30.0",
        reset="v = -55.0; u += 4.0; n += 1.0",
        name="IB",
        description="Intrinsically bursting neuron (Izhikevich 2003), driven in proportion to x.",
    )


def _phase_shift() -> Neuron:
    return Neuron(
        parameters=f"x = 0.0 : local; periods = {PHASES}.0",
        equations="""
            digit = modulo(floor(min(x, 0.99999)*2.0^(1.0 + modulo(t, periods))), 2.0)
            n += 0.0 : init=0.0
        """,
        spike="digit > 0.5",
        reset="n += 1.0",
        name="PSO",
        description="Sends the binary digits of x, one a step, the first one after the point first.",
    )


def _weighted() -> Synapse:
    return Synapse(
        parameters=f"periods = {PHASES}.0",
        pre_spike="g_target += w * 2.0^(-1.0 - modulo(t - 1.0 + periods, periods))",
        name="WeightedSpike",
        description="A spike counts as the binary digit that it stands for; it was sent a step ago.",
    )


def _bursting_gain(duration: int = 1000) -> float:
    """Spikes a step of the bursting neuron for a value of 1: its equations, integrated as the network does."""
    v, u, count = -65.0, -13.0, 0
    for _ in range(duration):
        v, u = v + 0.04 * v * v + 5.0 * v + 140.0 - u + 30.0, u + 0.02 * (0.2 * v - u)
        if v >= 30.0:
            v, u, count = -55.0, u + 4.0, count + 1
    return count / duration


ENCODINGS = {
    "CPN": Encoding(_custom_poisson, lambda: None, 1.0),
    "IB": Encoding(_bursting, lambda: None, _bursting_gain()),
    "PSO": Encoding(_phase_shift, _weighted, 1.0 / PHASES),
}


@cache
def hidden_neuron_of(*, spikes: bool) -> Neuron:
    """Integrates without leak, is reset by subtraction, counts its spikes and notes the first; or only integrates."""
    return Neuron(
        parameters=f"bias = 0.0 : local; threshold = {1.0 if spikes else NEVER}",
        equations="""
            v += g_exc + bias : init=0.0
            n += 0.0 : init=0.0
            first += 0.0 : init=-1.0
        """,
        spike="v >= threshold",
        reset="v -= threshold; n += 1.0; first = if first < 0.0: t else: first",
        name="IaF",
        description="Integrate-and-fire neuron without leak, reset by subtraction of the threshold.",
    )


MAX_POOL = Neuron(
    equations="""
        ahead = sum(count) - n
        v = ahead
        n += 0.0 : init=0.0
        first += 0.0 : init=-1.0
    """,
    spike="ahead >= 1.0",
    reset="n += 1.0; first = if first < 0.0: t else: first",
    name="MaxPool",
    description="Spikes as often as that of its inputs which has spiked most.",
)
MAX_READ = Synapse(
    psp="pre.n", operation="max", name="LargestCount", description="The largest number of spikes so far."
)
