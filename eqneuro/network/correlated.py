"""Correlated spike trains: Poisson neurons whose common rate fluctuates."""

from __future__ import annotations

from math import erf, exp, pi, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from eqneuro.model.neuron import Neuron
from eqneuro.network.schedule import Schedule
from eqneuro.network.scheduled import ScheduledPopulation

if TYPE_CHECKING:
    from eqneuro.network.network import Network


class HomogeneousCorrelatedSpikeTrains(ScheduledPopulation):
    """Poisson neurons whose common rate fluctuates, so that their trains are correlated.

    The rate is the positive part of an Ornstein–Uhlenbeck process with time constant ``tau``, whose mean and variance
    are such that the trains have the rate and the total correlation asked for: the doubly stochastic method of Brette
    (2009), Neural Computation 21:188.

    Parameters
    ----------
    geometry
        The shape.
    rates
        Mean rate in Hz, or one for each time of ``schedule``.
    corr
        Total correlation, between 0 and 1, or one for each time of ``schedule``.
    tau
        Time constant of the correlation in ms.
    schedule, period
        As of `TimedArray`.
    name
        The name.
    refractory
        In ms.
    """

    def __init__(
        self,
        geometry: Any,
        rates: Any,
        corr: Any,
        tau: float,
        schedule: Any = None,
        period: float = -1.0,
        name: str | None = None,
        refractory: float | None = None,
    ) -> None:
        neuron = Neuron(
            parameters=dict(tau=tau, mu=0.0, sigma=0.0),
            equations="""
                decay = exp(-dt/tau) : population
                x = mu + decay * (x - mu) + sigma * sqrt(1.0 - decay^2) * Normal(0.0, 1.0) : population, init=mu
            """,
            spike="Uniform(0.0, 1.0) < x * dt / 1000.0",
            reset="",
            refractory=refractory,
            name="HomogeneousCorrelatedSpikeTrains",
        )
        super().__init__(geometry, neuron, _read_moments(rates, corr, tau, schedule, period), name)

    def update(self, rates: Any, corr: Any, schedule: Any = None, tau: float | None = None, reset: bool = True) -> None:
        """New rates and correlations; arguments as of the constructor.

        Raises
        ------
        ValueError
            If a rate is negative, or a correlation not between 0 and 1.
        """
        before = self._schedules["mu"]
        chosen = before.given if schedule is None else schedule
        moments = _read_moments(rates, corr, float(self.get("tau") if tau is None else tau), chosen, before.period)
        if tau is not None:
            self.tau = tau
        self._follow_schedules(moments, restart=reset)

    def _bind(self, network: Network, number: int) -> None:
        super()._bind(network, number)
        self.set({name: schedule.rows[0, 0] for name, schedule in self._schedules.items()})
        self._initialise()


def _read_moments(rates: Any, corr: Any, tau: float, schedule: Any, period: float) -> dict[str, Schedule]:
    hertz, correlation = np.broadcast_arrays(np.atleast_1d(rates), np.atleast_1d(corr))
    if not ((hertz >= 0.0).all() and (correlation >= 0.0).all() and (correlation <= 1.0).all() and tau > 0.0):
        raise ValueError("rates must not be negative, tau must be positive, and corr between 0 and 1")
    pairs = [
        rectified_moments(float(r), float(r) * float(c) * 1000.0 / (2.0 * tau))
        for r, c in zip(hertz, correlation, strict=True)
    ]
    times = 0.0 if schedule is None else schedule
    return {
        name: Schedule(np.array([[pair[k]] for pair in pairs]), times, period, (1,))
        for k, name in enumerate(("mu", "sigma"))
    }


def rectified_moments(mean: float, variance: float) -> tuple[float, float]:
    """Mean and standard deviation of a normal number whose positive part has the given mean and variance."""
    if variance <= 0.0 or mean <= 0.0:
        return mean, 0.0

    def moments(z: float) -> tuple[float, float]:
        density, below = exp(-z * z / 2.0) / sqrt(2.0 * pi), 0.5 * (1.0 + erf(z / sqrt(2.0)))
        first = z * below + density
        return first, (z * z + 1.0) * below + z * density - first * first

    wanted, low, high = variance / mean**2, -8.0, 60.0
    for _ in range(200):
        middle = (low + high) / 2.0
        first, second = moments(middle)
        low, high = (middle, high) if second / first**2 > wanted else (low, middle)
    first, _ = moments(low)
    sigma = mean / first
    return low * sigma, sigma
