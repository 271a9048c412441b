"""Populations that spike at random; at constant rates the gaps between their spikes are drawn, not their steps."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import allocate
from eqneuro.model.attributes import Parameter
from eqneuro.model.models import NeuronModel
from eqneuro.model.neuron import Neuron
from eqneuro.network.checkpoint_format import Arrays, Part
from eqneuro.network.checks import level_outside
from eqneuro.network.inputs import SpecificPopulation
from eqneuro.network.state import Playback

if TYPE_CHECKING:
    from eqneuro.network.network import Network

GAP_NEURONS = 4096
"""Neurons of a set whose gaps are drawn together: templates/poisson.c.j2."""
GAP_STATE = np.dtype(
    [(name, np.int64) for name in ("step", "seed", "epoch", "start", "draws", "used", "held", "noted", "is_uniform")]
    + [(name, np.float64) for name in ("last", "most", "scale")]
    + [("place", np.int32, (72,))]
)
"""What the kernel keeps of a set: all of it but the times that it has not noted yet is its own business."""
STREAM_BITS = 12


class PoissonPopulation(SpecificPopulation):
    """Neurons that spike at random at a given rate.

    At constant rates without a refractory time, the time that a step takes grows with the spikes, not with the neurons.

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

    Raises
    ------
    ValueError
        If there are neither rates nor a target, or both, or a rate is negative.

    Examples
    --------
    >>> from eqneuro import Network, PoissonPopulation
    >>> net = Network(dt=0.1)
    >>> background = net.create(PoissonPopulation(1000, rates=8.0))
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
            if not hasattr(rates, "sample") and not (np.asarray(rates, dtype=float) >= 0.0).all():
                raise ValueError(f"rates of a PoissonPopulation are in Hz, 0 or more, not {rates!r}")
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
        self._gaps: NDArray[Any] = np.empty(0, GAP_STATE)
        super().__init__(geometry, neuron, name)
        self._takes_rates = target is not None
        self._given_rates = None if equations else rates

    def _bind(self, network: Network, number: int) -> None:
        super()._bind(network, number)
        if self._given_rates is not None:
            self.rates = self._given_rates
        sets = -(-self._size // GAP_NEURONS)
        self._gaps = allocate(sets * GAP_STATE.itemsize, np.uint8).view(GAP_STATE)
        self._gaps["step"] = -1
        self._origin = allocate(1, np.int64)
        self._drawn_for: NDArray[np.float64] = np.empty(0)
        self._compared = (-1, 0.0)
        """When rates were last looked at: nothing is to be compared before something else was set."""

    @property
    def _draws_gaps(self) -> bool:
        """At rates that only the user changes, and that nothing else limits."""
        return self._given_rates is not None and self._refractory is None and not self._inputs and not self._is_timed

    @property
    def _t_last(self) -> NDArray[Any]:
        """Times of the last spikes, up to now."""
        self._note_times()
        return self._times

    @_t_last.setter
    def _t_last(self, times: NDArray[Any]) -> None:
        self._times = times

    def _note_times(self) -> None:
        """Those that the kernel has not noted yet."""
        for number, gaps in enumerate(self._gaps):
            if gaps["step"] >= 0:
                places = gaps["place"][gaps["noted"] : gaps["used"]]
                steps = gaps["start"] + places // GAP_NEURONS
                self._times[number * GAP_NEURONS + places % GAP_NEURONS] = steps * self._drawn_for[-1]
                gaps["noted"] = gaps["used"]

    def _generated_model(self) -> NeuronModel | None:
        return None if self._draws_gaps else super()._generated_model()

    def _playback(self) -> list[Playback]:
        if not self._draws_gaps:
            return super()._playback()
        output = self._outputs["spike"]
        numbers = np.array([self._size, self._number << STREAM_BITS, output.times_are_read], dtype=np.int64)
        rates = self._store.arrays["rates"]
        buffers: list[NDArray[Any] | None] = [numbers, rates, self._origin, self._gaps]
        spiked, count, place = output.lists()
        return [("poisson_source", [*buffers, spiked, count, self._t_last, place], False)]

    def _list_starts(self, starts: list[int]) -> list[int]:
        return [0] if self._draws_gaps else super()._list_starts(starts)

    def _begin(self) -> None:
        """Other rates, or another step, begin other gaps: from now on, whenever the last spikes were."""
        super()._begin()
        state = (self._net._values_revision, self._net.dt)
        if not self._draws_gaps or (state == self._compared and not self._net._holders):
            return
        self._compared = state
        wanted = np.append(self._store.arrays["rates"][: self._size].astype(np.float64), self._net.dt)
        if not np.array_equal(wanted, self._drawn_for):
            self._note_times()
            self._warn_of_crowding(float(wanted[:-1].max(initial=0.0)))
            self._drawn_for = wanted
            self._origin[0] = self._net.current_step
            self._gaps["step"] = -1

    def _warn_of_crowding(self, rate: float) -> None:
        most = 1000.0 / self._net.dt
        if rate > most:
            message = (
                f"population {self.name!r}: a neuron spikes once in a step of {self._net.dt:g} ms at most, "
                f"which is {most:g} Hz, not {rate:g}"
            )
            warnings.warn(message, UserWarning, stacklevel=level_outside())

    def _on_reset(self) -> None:
        super()._on_reset()
        self._drawn_for, self._compared = np.empty(0), (-1, 0.0)
        self._gaps["step"] = -1

    def _more_state(self) -> Arrays:
        return {"origin": self._origin.copy(), "drawn_for": self._drawn_for} if self._draws_gaps else {}

    def _plan_more(self, part: Part) -> Callable[[int], None]:
        if not self._draws_gaps:
            return super()._plan_more(part)
        origin = int(part.array("origin", "i", (1,))[0])
        drawn_for = part.array("drawn_for", "f", (0,), (self._size + 1,))

        def take(shift: int) -> None:
            self._origin[0] = origin + shift
            self._drawn_for, self._compared = drawn_for, (-1, 0.0)
            self._gaps["step"] = -1

        return take
