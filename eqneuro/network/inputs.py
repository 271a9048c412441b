"""Populations that hold, play back or draw their activity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import allocate
from eqneuro.model.models import NeuronModel
from eqneuro.model.neuron import Neuron
from eqneuro.network.population import Population
from eqneuro.network.schedule import Schedule
from eqneuro.network.state import Playback
from eqneuro.network.time import TOLERANCE

if TYPE_CHECKING:
    from eqneuro.network.network import Network


class SpecificPopulation(Population):
    """A population that is made first and added with `Network.create`."""

    def __init__(self, geometry: Any, neuron: Neuron, name: str | None = None) -> None:
        from eqneuro.network.magic import await_network

        self._prepare(geometry, neuron, name, None)
        await_network(self)


def play(population: Population, name: str, schedule: Schedule, origin: NDArray[np.int64]) -> Playback:
    """The kernel that lets an attribute follow a schedule whose time counts from the step ``origin``."""
    array, dt = population._store.arrays[name], population._net.dt
    rows = np.empty((len(schedule.rows), len(array)), dtype=array.dtype)
    width = schedule.rows.shape[1]
    rows[:, :width] = schedule.rows
    rows[:, width:] = schedule.rows[:, -1:]
    numbers = np.array([len(array), len(rows)], dtype=np.int64)
    period = np.array([schedule.period_steps(dt)], dtype=np.int64)
    return "timed_array", [numbers, rows, schedule.steps(dt), period, origin, array], population._is_local(name)


class InputArray(SpecificPopulation):
    """Rates that stay as they are set.

    Parameters
    ----------
    geometry
        The shape.
    name
        The name.

    Examples
    --------
    >>> from eqneuro import InputArray, Network
    >>> net = Network()
    >>> inputs = net.create(InputArray((2, 2)))
    >>> inputs.r = [[1.0, 2.0], [3.0, 4.0]]
    """

    def __init__(self, geometry: Any = None, name: str | None = None) -> None:
        if geometry is None:
            raise ValueError("an InputArray needs a geometry")
        super().__init__(geometry, Neuron(parameters="r = 0.0", name="InputArray"), name)


class TimedArray(SpecificPopulation):
    """Rates that follow a schedule.

    Parameters
    ----------
    rates
        Shape (times, *geometry).
    geometry
        The shape of the population; that of a row of ``rates`` where not given.
    schedule
        Times in ms at which the rows begin, or the distance between them (0: one a step).
    period
        After how many ms it begins anew; negative: never.
    name
        The name.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the schedule is longer than the rates.
    """

    def __init__(
        self,
        rates: Any = None,
        geometry: Any = None,
        schedule: float | Sequence[float] = 0.0,
        period: float = -1.0,
        name: str | None = None,
    ) -> None:
        if rates is None:
            raise ValueError("a TimedArray needs `rates`")
        rows = np.asarray(rates, dtype=float)
        super().__init__(
            rows.shape[1:] or 1 if geometry is None else geometry, Neuron(parameters="r = 0.0", name="TimedArray"), name
        )
        self._schedule = Schedule(rows, schedule, period, self._geometry)
        self._first = self._schedule

    @property
    def rates(self) -> NDArray[np.float64]:
        """The rows, shape (times, *geometry)."""
        return self._schedule.rows.reshape(-1, *self._geometry)

    @property
    def schedule(self) -> list[float]:
        """When the rows begin, in ms."""
        return self._schedule.times(self._net.dt)

    @property
    def period(self) -> float:
        """After how many ms it begins anew."""
        return self._schedule.period

    def update(
        self,
        rates: Any,
        schedule: float | Sequence[float] | None = None,
        period: float | None = None,
        reset: bool = True,
    ) -> None:
        """New rates; with ``reset=False`` the position in the schedule is kept.

        Raises
        ------
        ValueError
            If the shape of a row is not the population's geometry.
        """
        chosen = self._schedule.given if schedule is None else schedule
        every = self._schedule.period if period is None else period
        self._schedule = Schedule(np.asarray(rates, dtype=float), chosen, every, self._geometry)
        if reset:
            self._origin[0] = self._net.current_step
        self._net._note_change()

    def _bind(self, network: Network, number: int) -> None:
        super()._bind(network, number)
        self._origin = allocate(1, np.int64)

    def reset(self, attributes: list[str] | None = None) -> None:
        """Begins the schedule anew, from now."""
        super().reset(attributes)
        self._origin[0] = self._net.current_step

    def _on_reset(self) -> None:
        self._schedule = self._first
        self._origin[0] = 0

    def _playback(self) -> list[Playback]:
        return [play(self, "r", self._schedule, self._origin)]


class SpikeSourceArray(SpecificPopulation):
    """Spikes at given times.

    Parameters
    ----------
    spike_times
        Times in ms: one list for a single neuron, or a list of lists; in any order.
    name
        The name.

    Examples
    --------
    >>> from eqneuro import Network, SpikeSourceArray
    >>> net = Network(dt=0.1)
    >>> source = net.create(SpikeSourceArray([[1.0, 5.0], [2.5]]))
    """

    def __init__(self, spike_times: Any, name: str | None = None) -> None:
        times = _nested(spike_times)
        neuron = Neuron(parameters="", equations="", spike="t < 0.0", name="SpikeSourceArray")
        super().__init__(len(times), neuron, name)
        self._times = self._first = times

    @property
    def spike_times(self) -> list[list[float]]:
        """Times in ms, one list a neuron."""
        return self._times

    @spike_times.setter
    def spike_times(self, value: Any) -> None:
        times = _nested(value)
        if len(times) != self._size:
            raise ValueError(f"spike_times of {self.name!r} must hold {self._size} lists, not {len(times)}")
        self._times = times
        if self._network is not None:
            self._net._note_change()

    def _bind(self, network: Network, number: int) -> None:
        super()._bind(network, number)
        self._origin = 0
        self._cursor = allocate(1, np.int64)

    def reset(self, attributes: list[str] | None = None) -> None:
        """Begins anew: times count from now."""
        super().reset(attributes)
        self._origin = self._net.current_step
        self._net._note_change()

    def _on_reset(self) -> None:
        self._origin = 0
        self._net._note_change()

    def _events(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Steps and ranks of all spikes, in order, each once."""
        dt = self._net.dt
        pairs = {
            (self._origin + int(np.floor(time / dt + 0.5 + TOLERANCE)), rank)
            for rank, times in enumerate(self._times)
            for time in times
        }
        ordered = sorted(pairs)
        steps = np.array([step for step, _ in ordered], dtype=np.int64)
        return steps, np.array([rank for _, rank in ordered], dtype=np.int32)

    def _kernel_model(self) -> NeuronModel | None:
        return None

    def _playback(self) -> list[Playback]:
        steps, ranks = self._events()
        self._cursor[0] = 0
        numbers = np.array([self._size, len(steps)], dtype=np.int64)
        output = self._outputs["spike"]
        return [("spike_source", [numbers, steps, ranks, self._cursor, output.spiked, output.count], False)]

    def _list_starts(self, starts: list[int]) -> list[int]:
        return [0]


def _nested(spike_times: Any) -> list[list[float]]:
    given = list(spike_times)
    if not any(isinstance(item, list | tuple | np.ndarray) for item in given):
        given = [given]
    times = [[float(time) for time in np.atleast_1d(item)] for item in given]
    for train in times:
        if not all(np.isfinite(time) and time >= 0.0 for time in train):
            raise ValueError("spike times must be finite numbers of ms, not negative")
    return times


class PoissonPopulation(SpecificPopulation):
    """Neurons that spike at random at a given rate.

    Parameters
    ----------
    geometry
        The shape.
    name
        The name.
    rates
        In Hz: a number, one for each neuron, or an equation as text (``"50.0 * (1.0 + sin(2.0*pi*t/100.0))"``).
    target
        Instead of ``rates``: the rates are what rate-coded synapses with this target bring.
    parameters
        Of the equation.
    refractory
        In ms.
    """

    def __init__(
        self,
        geometry: Any,
        name: str | None = None,
        rates: Any = None,
        target: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        refractory: float | str | None = None,
    ) -> None:
        if (rates is None) == (target is None):
            raise ValueError("a PoissonPopulation takes either `rates` or `target`")
        given: dict[str, Any] = dict(parameters or {})
        if isinstance(rates, str):
            equations = f"rates = {rates}"
        elif target is not None:
            equations = f"rates = g_{target}"
        else:
            from eqneuro.model.attributes import Parameter

            equations = ""
            given["rates"] = Parameter(0.0, locality="local")
        neuron = Neuron(
            parameters=given,
            equations=equations,
            spike="Uniform(0.0, 1.0) < rates * dt / 1000.0",
            reset="",
            refractory=refractory,
            name="PoissonPopulation",
        )
        super().__init__(geometry, neuron, name)
        self._takes_rates = target is not None
        self._given_rates = None if equations else rates

    def _bind(self, network: Network, number: int) -> None:
        super()._bind(network, number)
        if self._given_rates is not None:
            self.rates = self._given_rates


class TimedPoissonPopulation(SpecificPopulation):
    """Neurons that spike at random at rates that follow a schedule; arguments as of `TimedArray`, rates in Hz."""

    def __init__(self, geometry: Any, rates: Any, schedule: Any, period: float = -1.0, name: str | None = None) -> None:
        neuron = Neuron(
            parameters="rates = 0.0",
            spike="Uniform(0.0, 1.0) < rates * dt / 1000.0",
            reset="",
            name="TimedPoissonPopulation",
        )
        super().__init__(geometry, neuron, name)
        self._schedule = self._first = Schedule(np.asarray(rates, dtype=float), schedule, period, self._geometry)

    def update(self, rates: Any, schedule: Any = None, period: float | None = None, reset: bool = True) -> None:
        """New rates; with ``reset=False`` the position in the schedule is kept."""
        chosen = self._schedule.given if schedule is None else schedule
        every = self._schedule.period if period is None else period
        self._schedule = Schedule(np.asarray(rates, dtype=float), chosen, every, self._geometry)
        if reset:
            self._origin[0] = self._net.current_step
        self._net._note_change()

    def _bind(self, network: Network, number: int) -> None:
        super()._bind(network, number)
        self._origin = allocate(1, np.int64)

    def _on_reset(self) -> None:
        self._schedule = self._first
        self._origin[0] = 0

    def _forced_varying(self) -> tuple[str, ...]:
        return ("rates",)

    def _playback(self) -> list[Playback]:
        return [play(self, "rates", self._schedule, self._origin)]


class HomogeneousCorrelatedSpikeTrains(SpecificPopulation):
    """Poisson neurons whose common rate fluctuates, so that their trains are correlated.

    The rate is the positive part of an Ornstein–Uhlenbeck process with time constant ``tau``, whose mean and variance are
    such that the trains have the rate and the total correlation asked for: the doubly stochastic method of Brette (2009),
    Neural Computation 21:188.

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
                x = mu + exp(-dt/tau) * (x - mu) + sigma * sqrt(1.0 - exp(-2.0*dt/tau)) * Normal(0.0, 1.0) : population, init=mu
            """,
            spike="Uniform(0.0, 1.0) < x * dt / 1000.0",
            reset="",
            refractory=refractory,
            name="HomogeneousCorrelatedSpikeTrains",
        )
        super().__init__(geometry, neuron, name)
        self._moments = self._first = _read_moments(rates, corr, tau, schedule, period)

    def update(self, rates: Any, corr: Any, schedule: Any = None, tau: float | None = None, reset: bool = True) -> None:
        """New rates and correlations."""
        before = self._moments[0]
        chosen = before.given if schedule is None else schedule
        if tau is not None:
            self.tau = tau
        self._moments = _read_moments(rates, corr, float(self.tau), chosen, before.period)
        if reset:
            self._origin[0] = self._net.current_step
        self._net._note_change()

    def _bind(self, network: Network, number: int) -> None:
        super()._bind(network, number)
        self._origin = allocate(1, np.int64)
        mu, sigma = self._moments
        self.mu, self.sigma = mu.rows[0, 0], sigma.rows[0, 0]
        self._initialise()

    def _on_reset(self) -> None:
        self._moments = self._first
        self._origin[0] = 0

    def _playback(self) -> list[Playback]:
        mu, sigma = self._moments
        return [play(self, "mu", mu, self._origin), play(self, "sigma", sigma, self._origin)]


def _read_moments(rates: Any, corr: Any, tau: float, schedule: Any, period: float) -> tuple[Schedule, Schedule]:
    hertz, correlation = np.broadcast_arrays(np.atleast_1d(rates), np.atleast_1d(corr))
    if (hertz < 0.0).any() or ((correlation < 0.0) | (correlation > 1.0)).any() or not tau > 0.0:
        raise ValueError("rates and tau must be positive, and corr between 0 and 1")
    pairs = [
        rectified_moments(float(r), float(r) * float(c) * 1000.0 / (2.0 * tau))
        for r, c in zip(hertz, correlation, strict=True)
    ]
    times = 0.0 if schedule is None else schedule
    mu, sigma = (Schedule(np.array([[pair[k]] for pair in pairs]), times, period, (1,)) for k in (0, 1))
    return mu, sigma


def rectified_moments(mean: float, variance: float) -> tuple[float, float]:
    """Mean and standard deviation of a normal number whose positive part has the given mean and variance."""
    from math import erf, exp, pi, sqrt

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
