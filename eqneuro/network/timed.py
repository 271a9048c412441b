"""Rates and spikes at rates that follow a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.model.neuron import Neuron
from eqneuro.network.geometry import read_geometry
from eqneuro.network.schedule import Schedule
from eqneuro.network.scheduled import ScheduledPopulation


class TimedPopulation(ScheduledPopulation):
    """One attribute follows one schedule."""

    _followed: str

    @property
    def _schedule(self) -> Schedule:
        return self._schedules[self._followed]

    @property
    def schedule(self) -> list[float]:
        """When the rows begin, in ms."""
        return self._schedule.times(self._net.dt)

    @property
    def period(self) -> float:
        """After how many ms it begins anew; negative: never."""
        return self._schedule.period

    def update(
        self,
        rates: Any,
        schedule: float | Sequence[float] | None = None,
        period: float | None = None,
        reset: bool = True,
    ) -> None:
        """New rates; with ``reset=False`` the position in the schedule is kept.

        Parameters
        ----------
        rates
            Shape (times, *geometry).
        schedule, period
            As they are where None.
        reset
            Whether the schedule begins now.

        Raises
        ------
        ValueError
            If the shape of a row is not the population's geometry.
        """
        before = self._schedule
        chosen = before.given if schedule is None else schedule
        every = before.period if period is None else period
        new = Schedule(np.asarray(rates, dtype=float), chosen, every, self._geometry)
        self._follow_schedules({self._followed: new}, restart=reset)


class TimedArray(TimedPopulation):
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

    Examples
    --------
    >>> from eqneuro import Network, TimedArray
    >>> net = Network()
    >>> inputs = net.create(TimedArray([[0.0, 1.0], [1.0, 0.0]], schedule=10.0, period=20.0))
    >>> net.simulate(15.0)
    >>> inputs.r
    array([1., 0.])
    """

    _followed = "r"

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
        shape = read_geometry(rows.shape[1:] or 1 if geometry is None else geometry)
        neuron = Neuron(parameters="r = 0.0", name="TimedArray")
        super().__init__(shape, neuron, {"r": Schedule(rows, schedule, period, shape)}, name)

    @property
    def rates(self) -> NDArray[np.float64]:
        """The rows, shape (times, *geometry)."""
        return self._schedule.rows.reshape(-1, *self._geometry)

    @property
    def r(self) -> NDArray[Any]:
        """The present rates."""
        values: NDArray[Any] = self.get("r")
        return values

    @r.setter
    def r(self, value: Any) -> None:
        self._set_attribute("r", value, None)


class TimedPoissonPopulation(TimedPopulation):
    """Neurons that spike at random at rates that follow a schedule.

    Parameters
    ----------
    geometry
        The shape.
    rates
        In Hz, shape (times, *geometry), or (times,) for all neurons alike.
    schedule, period, name
        As of `TimedArray`.

    Examples
    --------
    >>> from eqneuro import Network, TimedPoissonPopulation
    >>> net = Network(seed=1)
    >>> bursts = net.create(TimedPoissonPopulation(100, rates=[10.0, 50.0], schedule=[0.0, 200.0], period=300.0))
    """

    _followed = "rates"

    def __init__(self, geometry: Any, rates: Any, schedule: Any, period: float = -1.0, name: str | None = None) -> None:
        neuron = Neuron(
            parameters="rates = 0.0",
            spike="Uniform(0.0, 1.0) < rates * dt / 1000.0",
            reset="",
            name="TimedPoissonPopulation",
        )
        shape = read_geometry(geometry)
        rows = Schedule(np.asarray(rates, dtype=float), schedule, period, shape)
        super().__init__(shape, neuron, {"rates": rows}, name)

    def _forced_varying(self) -> tuple[str, ...]:
        return ("rates",)
