"""Neurons that follow a model of the BOLD signal, driven by means over other populations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import allocate
from eqneuro.network.checkpoint_format import Arrays, Part
from eqneuro.network.population import Population
from eqneuro.network.time import steps_of
from eqneuro.recording.bold import FLOW, BoldMonitor, BoldMonitorFromSlices
from eqneuro.recording.monitor import Monitor

if TYPE_CHECKING:
    from eqneuro.model.library.balloon import BoldModel
    from eqneuro.network.network import Network

KINDS = {"f": 0, "i": 1, "b": 2}
"""What the kernel `observe_mean` is told of an array."""


@dataclass(frozen=True, eq=False)
class Observation:
    """The mean of a variable over a population, or some of its neurons, that goes into an input of a voxel.

    ``number`` is that of the population in its network, ``window`` in ms.
    """

    number: int
    ranks: NDArray[np.int64] | None
    variable: str
    voxel: int
    target: str
    weight: float
    window: float

    def buffers(self, voxels: Voxels, state: NDArray[np.float64]) -> list[NDArray[Any] | None]:
        """What the kernel takes.

        Raises
        ------
        RuntimeError
            If it is a rate that nobody measures.
        """
        population = voxels._net._populations[self.number]
        is_rate = self.variable == "r" and "r" not in population._store.attributes
        if is_rate and population._window is None:
            raise RuntimeError(
                f"the BOLD signal reads the rate of population {population.name!r}, which is not measured: "
                "call compute_firing_rate(window) on it"
            )
        array = population._recordable(self.variable)
        is_local = population._is_local(self.variable)
        count = 1 if not is_local else population.size if self.ranks is None else len(self.ranks)
        ranks = self.ranks if is_local else None
        steps = steps_of(self.window, population._net.dt)
        numbers = np.array([count, KINDS[array.dtype.kind], int(ranks is not None), steps], dtype=np.int64)
        state[2] = self.weight
        target = voxels._input_of_target(self.target)[self.voxel : self.voxel + 1]
        return [numbers, array, ranks, state, target]


class Voxels(Population):
    """One neuron a voxel; it rests until it is enabled."""

    _is_hidden = True

    def _watch(self, observations: Sequence[Observation], *, begins: bool) -> None:
        self._watched = tuple(observations)
        self._begins = begins

    def _bind(self, network: Network, number: int) -> None:
        self._enabled = self._begins
        self._seen = allocate(3 * len(self._watched), np.float64).reshape(-1, 3)
        super()._bind(network, number)

    def _observations(self) -> list[tuple[str, list[NDArray[Any] | None]]]:
        pairs = zip(self._watched, self._seen, strict=True)
        return [("observe_mean", observation.buffers(self, state)) for observation, state in pairs]

    def _on_reset(self) -> None:
        self._seen[:, :2] = 0.0

    def _more_state(self) -> Arrays:
        return {"seen": self._seen}

    def _plan_more(self, part: Part) -> Callable[[int], None]:
        seen = part.array("seen", "f", self._seen.shape)

        def take(shift: int) -> None:
            self._seen[:] = seen

        return take


class Observing:
    """Monitors of the BOLD signal."""

    _populations: list[Population]

    def create(self, geometry: Any = None, neuron: Any = None, *arguments: Any, **settings: Any) -> Any:
        """Adds a population."""
        raise NotImplementedError

    def _add_monitor(self, monitor: Monitor) -> None:
        raise NotImplementedError

    def boldmonitor(
        self,
        populations: Any = None,
        bold_model: BoldModel | type[BoldModel] | None = None,
        mapping: Mapping[str, str] = FLOW,
        scale_factor: float | Sequence[float] | None = None,
        normalize_input: float | Sequence[float] | None = None,
        recorded_variables: str | Sequence[str] | None = None,
        start: bool = False,
    ) -> BoldMonitor:
        """Records the BOLD signal of populations; arguments as of `BoldMonitor`."""
        self._check_own(populations)
        return BoldMonitor(populations, bold_model, mapping, scale_factor, normalize_input, recorded_variables, start)

    def boldmonitor_from_slices(
        self,
        population: Any = None,
        slices: Sequence[Any] | None = None,
        bold_model: BoldModel | type[BoldModel] | None = None,
        mapping: Mapping[str, str] = FLOW,
        normalize_input: float = 0,
        recorded_variables: str | Sequence[str] | None = None,
        start: bool = False,
    ) -> BoldMonitorFromSlices:
        """Records the BOLD signals of parts of a population; arguments as of `BoldMonitorFromSlices`."""
        self._check_own(population)
        given = population, slices, bold_model, mapping, normalize_input, recorded_variables, start
        return BoldMonitorFromSlices(*given)

    def _check_own(self, populations: Any) -> None:
        for given in populations if isinstance(populations, list | tuple) else [populations]:
            if getattr(getattr(given, "population", given), "_network", self) is not self:
                raise ValueError(f"{given!r} belongs to another network than this one")

    def _add_voxels(
        self,
        model: BoldModel,
        voxels: Sequence[Sequence[tuple[Any, float, float]]],
        mapping: Mapping[str, str],
        variables: Sequence[str],
        begins: bool,
    ) -> tuple[Voxels, Monitor]:
        """The hidden population of a BOLD monitor, and what records it.

        Raises
        ------
        ValueError
            If a population has no such variable, or the model has not.
        """
        observations = []
        for voxel, sides in enumerate(voxels):
            for view, weight, window in sides:
                population = getattr(view, "population", view)
                ranks = None if population is view else np.array(view.ranks, dtype=np.int64)
                for target, variable in mapping.items():
                    population._recordable(variable)
                    one = Observation(population._number, ranks, variable, voxel, target, weight, window)
                    observations.append(one)
        known = [attribute.name for attribute in model.neuron.model.variables]
        for name in variables:
            if name not in known:
                raise ValueError(f"{model.name!r} has no variable {name!r} to record: it has {', '.join(known)}")
        number = sum(isinstance(population, Voxels) for population in self._populations)
        made = Voxels.__new__(Voxels)
        made._prepare(len(voxels), model.neuron, f"bold{number}", None)
        made._watch(observations, begins=begins)
        self.create(made)
        monitor = Monitor.__new__(Monitor)
        monitor._prepare(made, variables, None, None, begins, f"bold{number}")
        self._add_monitor(monitor)
        return made, monitor
