"""Bridges between rate-coded and spiking populations."""

from __future__ import annotations

import math
from typing import Any, Self

from eqneuro.network.connector_calls import remembered
from eqneuro.network.decoder import Decoder
from eqneuro.network.specific.ready import SpecificProjection, rate_synapse
from eqneuro.network.time import steps_of


class CurrentInjection(SpecificProjection):
    """Rates become conductances or currents of spiking neurons: g_target of the k-th one is r of the k-th in each step.

    A conductance that the model gives an equation is set to r; to one without, which is 0 at the beginning of each
    step, r is added. Spikes that arrive in the same step come on top.

    Parameters
    ----------
    pre
        A rate-coded population or view.
    post
        A spiking one of the same size.
    target
        The name under which the spiking neurons read it.
    name
        How messages and `Network.get_projection` call it.

    Raises
    ------
    TypeError
        If ``pre`` spikes, or ``post`` does not.
    ValueError
        If they differ in size.

    Examples
    --------
    >>> from eqneuro import CurrentInjection, InputArray, Network, Neuron
    >>> net = Network()
    >>> drive = net.create(InputArray(2))
    >>> cells = net.create(2, Neuron(equations="v += g_exc", spike="v > 10.0", reset="v = 0.0"))
    >>> drive.r = [1.0, 2.0]
    >>> projection = net.connect(CurrentInjection(drive, cells, "exc")).connect_current()
    >>> net.simulate(3.0)
    >>> cells.v
    array([3., 6.])
    """

    _bridges = True

    def __init__(self, pre: Any, post: Any, target: str, name: str | None = None) -> None:
        super().__init__(pre, post, target, rate_synapse("pre.r", "sum", "CurrentInjection"), name)

    def _prepare(self, pre: Any, post: Any, target: str, synapse: Any, name: str | None) -> None:
        super()._prepare(pre, post, target, synapse, name)
        if self._pre_population.model.is_spiking or not self._post_population.model.is_spiking:
            raise TypeError("a CurrentInjection goes from a rate-coded population to a spiking one")
        if len(pre.ranks) != len(post.ranks):
            raise ValueError(f"a CurrentInjection connects sides of the same size, not {len(pre)} and {len(post)}")

    @remembered
    def connect_current(self) -> Self:
        """Connects the k-th neurons, without weights and delays."""
        return self.one_to_one(1.0)

    def _assigns(self) -> bool:
        return f"g_{self.target}" in self._post_population.attributes


class DecodingProjection(SpecificProjection):
    """Spikes become rates: what a synapse brings is its weight times the rate of its neuron in a sliding window, in Hz.

    A post-synaptic neuron gets the mean over its synapses. Any connector may be called, with delays too.

    Parameters
    ----------
    pre
        A spiking population or view.
    post
        A rate-coded one.
    target
        The name under which the post-synaptic neurons read it.
    window
        Over how many ms spikes are counted; one step where 0.
    name
        How messages and `Network.get_projection` call it.

    Raises
    ------
    TypeError
        If ``pre`` does not spike, or ``post`` does.
    ValueError
        If the window is negative or not finite.

    Examples
    --------
    >>> from eqneuro import DecodingProjection, Network, Neuron, SpikeSourceArray
    >>> net = Network()
    >>> source = net.create(SpikeSourceArray([[0.0, 5.0], [3.0]]))
    >>> reader = net.create(1, Neuron(equations="r = sum(exc)"))
    >>> projection = net.connect(DecodingProjection(source, reader, "exc", window=10.0)).all_to_all(1.0)
    >>> net.simulate(8.0)
    >>> reader.r
    array([150.])
    """

    _bridges = True

    def __init__(self, pre: Any, post: Any, target: str, window: float = 0.0, name: str | None = None) -> None:
        if not (math.isfinite(window) and window >= 0.0):
            raise ValueError(f"the window of a DecodingProjection is a time in ms, not {window}")
        self._window_ms = float(window)
        super().__init__(pre, post, target, rate_synapse("w * pre.r", "mean", "DecodingProjection"), name)

    def _prepare(self, pre: Any, post: Any, target: str, synapse: Any, name: str | None) -> None:
        population, receiver = getattr(pre, "population", pre), getattr(post, "population", post)
        if not population.model.is_spiking or receiver.model.is_spiking:
            raise TypeError("a DecodingProjection goes from a spiking population to a rate-coded one")
        super()._prepare(pre, post, target, synapse, name)

    @property
    def window(self) -> float:
        """Over how many ms spikes are counted; one step where 0."""
        return self._window_ms

    def _check_connected(self) -> None:
        super()._check_connected()
        network, pre = self._net, self._pre_population
        steps = max(1, steps_of(self._window_ms, network.dt))
        self._decoded = f"rate over {steps} steps"
        if self._decoded not in pre._decoders:
            pre._decoders[self._decoded] = Decoder(pre.size, steps, network._real)

    def _source_of(self, name: str) -> str:
        return self._decoded if name == "r" else name
